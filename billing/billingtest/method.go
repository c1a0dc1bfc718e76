package billingtest

import (
	"context"
	"fmt"
	"strings"

	"ponte/billing"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/carnet"
	"ponte/ent/db/refund"
	"ponte/ent/enum"
	"ponte/server/sandbox"
)

// PixFeeCents is what the simulated Pix API tells as its fee.
const PixFeeCents = 119

// The ends of card tokens, which decide what becomes of them
// (server/sandbox/README.md, Cards).
const (
	CardApproved   = "f"
	CardRefused    = "0" // another card may be tried
	CardForbidden  = "1" // no other card may be tried
	CardInAnalysis = "2"
)

// ProviderCarnet is a carnê in the simulator's own record.
type ProviderCarnet struct {
	ID        int64    `json:"id"`
	CustomID  string   `json:"customId"`
	Status    string   `json:"status"`
	Token     string   `json:"token"`
	ChargeIDs []int64  `json:"chargeIds"`
	Emails    []string `json:"emails"`
}

// ProviderPix is a Pix in the simulator's own record.
type ProviderPix struct {
	Account   string        `json:"account"`
	TxID      string        `json:"txid"`
	Kind      string        `json:"kind"`
	Status    string        `json:"status"`
	Value     int64         `json:"value"`
	DueDate   string        `json:"dueDate"`
	Received  []ReceivedPix `json:"received"`
	Owed      int64         `json:"owed"`
	IsPayable bool          `json:"payable"`
}

// ReceivedPix is a payment of a Pix, with what was given back of it.
type ReceivedPix struct {
	E2EID   string      `json:"e2eId"`
	Value   int64       `json:"value"`
	Fee     int64       `json:"fee"`
	Refunds []PixRefund `json:"refunds"`
}

// PixRefund is money of a Pix given back.
type PixRefund struct {
	ID     string `json:"id"`
	Value  int64  `json:"value"`
	Status string `json:"status"`
}

// Refunded is what was given back of a Pix.
func (p ProviderPix) Refunded() int64 {
	var sum int64
	for _, received := range p.Received {
		for _, one := range received.Refunds {
			if one.Status == "DEVOLVIDO" {
				sum += one.Value
			}
		}
	}
	return sum
}

// ProviderCarnets answers every carnê of the simulator, oldest first.
func (w *World) ProviderCarnets() []ProviderCarnet {
	w.Helper()
	var carnets []ProviderCarnet
	w.Control("GET", "/gerencianet/carnets", nil, &carnets)
	return carnets
}

// ProviderPixs answers every Pix of the simulator, oldest first.
func (w *World) ProviderPixs() []ProviderPix {
	w.Helper()
	var charges []ProviderPix
	w.Control("GET", "/pix/charges", nil, &charges)
	return charges
}

// ProviderPix answers the simulator's record of one of our Pix.
func (w *World) ProviderPix(c *db.Charge) ProviderPix {
	w.Helper()
	var found ProviderPix
	w.Control("GET", "/pix/charges/"+*c.ProviderID, nil, &found)
	return found
}

// FailPix sets a fault of the Pix API.
func (w *World) FailPix(fault Fault) {
	w.Helper()
	w.Control("POST", "/pix/faults", fault, nil)
}

// PixCallbackMode chooses whether Pix callbacks are delivered: deliver, hold or lose.
func (w *World) PixCallbackMode(mode string) {
	w.Helper()
	w.Control("PUT", "/pix/callbacks/settings", map[string]any{"mode": mode}, nil)
}

// RegisteredPix has the payments of the Pix key told to us.
func (w *World) RegisteredPix() *World {
	w.Helper()
	must[*db.Operation](w)(w.RegisterPix(w.ctx))
	w.Until("the webhook is registered", func() bool {
		var hooks []struct{}
		w.Control("GET", "/pix/webhooks", nil, &hooks)
		return len(hooks) > 0
	})
	return w
}

// PayPix pays one of our Pix at the simulator.
func (w *World) PayPix(c *db.Charge, payment Payment) ProviderPix {
	w.Helper()
	var paid ProviderPix
	w.Control("POST", "/pix/charges/"+*c.ProviderID+"/pay", payment, &paid)
	return paid
}

// CardToken answers a card's token, another one each time, whose end decides
// what becomes of it.
func (w *World) CardToken(end string) string {
	return strings.Repeat("ab", 15) + fmt.Sprintf("%09d", w.next()) + end
}

// NewChargeOf is the input of a charge of its own by any method but carnê, for a
// new customer. A Pix has a due date, a card is approved.
func (w *World) NewChargeOf(method enum.PaymentMethod, amountCents int64) billing.NewCharge {
	w.Helper()
	input := w.NewCharge(amountCents)
	input.PaymentMethod = method
	if method == enum.MethodCard {
		input.CardToken, input.DueDate = Ref(w.CardToken(CardApproved)), nil
	}
	return input
}

// NewPix is the input of an immediate Pix.
func (w *World) NewPix(amountCents int64, seconds int) billing.NewCharge {
	w.Helper()
	input := w.NewChargeOf(enum.MethodPix, amountCents)
	input.DueDate, input.PixExpiresInSeconds = nil, &seconds
	return input
}

// NewCard is the input of a charge on a card with the end of its token.
func (w *World) NewCard(amountCents int64, end string) billing.NewCharge {
	w.Helper()
	input := w.NewChargeOf(enum.MethodCard, amountCents)
	input.CardToken = Ref(w.CardToken(end))
	return input
}

// Create makes a charge, not yet issued.
func (w *World) Create(input billing.NewCharge) *db.Charge {
	w.Helper()
	return must[*billing.Started](w)(w.CreateCharge(w.ctx, input)).Charge
}

// ChargeOf makes a charge by any method but carnê and card, and waits until it
// can be paid.
func (w *World) ChargeOf(method enum.PaymentMethod, amountCents int64) *db.Charge {
	w.Helper()
	return w.UntilStatus(w.Create(w.NewChargeOf(method, amountCents)).ID, enum.ChargeWaiting)
}

// PaidCard makes a charge on a card that is approved, and waits until it is paid.
func (w *World) PaidCard(amountCents int64) *db.Charge {
	w.Helper()
	return w.UntilStatus(w.Create(w.NewCard(amountCents, CardApproved)).ID, enum.ChargePaid)
}

// SellCarnet sells a carnê, not yet issued.
func (w *World) SellCarnet(totalCents int64, parcels int) (*db.Sale, *db.Carnet) {
	w.Helper()
	input := w.NewSale(totalCents, parcels)
	input.PaymentMethod = enum.MethodCarnet
	sold := must[*billing.SaleStarted](w)(w.CreateSale(w.ctx, input)).Sale
	return sold, w.CarnetOf(sold.ID)
}

// IssuedCarnet sells a carnê and waits until all of it can be paid.
func (w *World) IssuedCarnet(totalCents int64, parcels int) (*db.Sale, *db.Carnet, []*db.Charge) {
	w.Helper()
	sold, _ := w.SellCarnet(totalCents, parcels)
	return sold, w.UntilCarnet(sold.ID), w.Charges(sold.ID)
}

// CarnetOf reads the carnê of a sale.
func (w *World) CarnetOf(saleID string) *db.Carnet {
	w.Helper()
	return must[*db.Carnet](w)(w.DB.Carnet.Query().Where(carnet.SaleID(saleID)).Only(context.Background()))
}

// UntilCarnet waits until every parcel of a sale's carnê can be paid.
func (w *World) UntilCarnet(saleID string) *db.Carnet {
	w.Helper()
	for _, parcel := range w.Charges(saleID) {
		w.UntilStatus(parcel.ID, enum.ChargeWaiting)
	}
	return w.CarnetOf(saleID)
}

// Refunds answers the refunds of a charge, oldest first.
func (w *World) Refunds(c *db.Charge) []*db.Refund {
	w.Helper()
	return must[[]*db.Refund](w)(w.DB.Refund.Query().Where(refund.ChargeID(c.ID)).Order(db.Asc(refund.FieldID)).All(context.Background()))
}

// Refund asks for money to be given back; everything when cents is 0.
func (w *World) Refund(c *db.Charge, cents int64) *billing.RefundStarted {
	w.Helper()
	input := billing.NewRefund{ID: c.ID}
	if cents > 0 {
		input.AmountCents = &cents
	}
	return must[*billing.RefundStarted](w)(w.RefundCharge(w.ctx, input))
}

// UntilRefund waits until a refund has the state.
func (w *World) UntilRefund(id string, state enum.RefundState) {
	w.Helper()
	w.Until(fmt.Sprintf("%s is %s", id, state), func() bool {
		return must[*db.Refund](w)(w.DB.Refund.Get(context.Background(), id)).State == state
	})
}

// RefundElsewhere gives a part of a Pix back with the account's own credentials,
// as another program would.
func (w *World) RefundElsewhere(endToEndID, reference string, cents int64) {
	w.Helper()
	client := w.NewService(w.Pool, w.Timing).Providers.Issuer(provider.Sandbox, provider.Credentials{
		ClientID: sandbox.DemoClientID, ClientSecret: sandbox.DemoClientSecret,
		PixCertificate: w.PixCertificate(sandbox.EnvironmentSandbox), PixKey: "financeiro@empresa.example",
	})
	must[provider.Refund](w)(client.Refund(w.ctx, provider.Handle{Method: provider.Pix},
		provider.RefundRequest{Reference: reference, AmountCents: cents, EndToEndID: endToEndID}))
}
