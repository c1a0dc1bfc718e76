package billing

import (
	"context"
	"fmt"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/outgoing"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/enum"
	"ponte/ent/schema"
)

// What apps are told (docs/webhooks.md). An event is written by the transaction that
// makes it true, with a delivery for each endpoint that wants it: no crash comes
// between them.

// WebhookEventType is something that apps can be told of.
type WebhookEventType struct {
	Name string
	Text provider.Text
}

// EventTest is the type of what is sent to try an endpoint. It can't be chosen:
// every endpoint may be tried.
const EventTest = "endpoint.test"

// The types.
const (
	eventChargeCreated   = "charge.created"
	eventChargeIssued    = "charge.issued"
	eventChargeFailed    = "charge.failed"
	eventChargeChanged   = "charge.changed"
	eventChargeReplaced  = "charge.replaced"
	eventChargeOverdue   = "charge.overdue"
	eventChargePaid      = "charge.paid"
	eventChargeSettled   = "charge.settled"
	eventChargeCanceled  = "charge.canceled"
	eventChargeExpired   = "charge.expired"
	eventChargeRefunded  = "charge.refunded"
	eventChargeContested = "charge.contested"
	eventSaleCreated     = "sale.created"
	eventSalePending     = "sale.pending"
	eventSaleApproved    = "sale.approved"
	eventSaleCanceled    = "sale.canceled"
	eventSaleExpired     = "sale.expired"
	eventSaleRefunded    = "sale.refunded"
	eventInvoiceIssued   = "invoice.issued"
	eventInvoiceRejected = "invoice.rejected"
	eventInvoiceCanceled = "invoice.canceled"
	eventFailureOpened   = "failure.opened"
	eventFailureResolved = "failure.resolved"
)

// WebhookEventTypes lists all types that an endpoint can choose.
var WebhookEventTypes = []*WebhookEventType{
	{eventChargeCreated, provider.Text{PT: "Uma cobrança foi criada; ainda não foi emitida.", EN: "A charge was made; it is not issued yet."}},
	{eventChargeIssued, provider.Text{PT: "A cobrança foi emitida e espera o pagamento.", EN: "The charge was issued and waits for its payment."}},
	{eventChargeFailed, provider.Text{PT: "O provedor ou o cartão recusou a cobrança.", EN: "The provider or the card refused the charge."}},
	{eventChargeChanged, provider.Text{PT: "O vencimento mudou, ou parte do pagamento foi devolvida.", EN: "The due date changed, or a part of the payment was given back."}},
	{eventChargeReplaced, provider.Text{PT: "Outra cobrança ficou no lugar desta.", EN: "Another charge took the place of this one."}},
	{eventChargeOverdue, provider.Text{PT: "A cobrança venceu sem pagamento.", EN: "The charge is overdue."}},
	{eventChargePaid, provider.Text{PT: "A cobrança foi paga.", EN: "The charge was paid."}},
	{eventChargeSettled, provider.Text{PT: "A cobrança teve baixa manual.", EN: "The charge was settled by hand."}},
	{eventChargeCanceled, provider.Text{PT: "A cobrança foi cancelada.", EN: "The charge was cancelled."}},
	{eventChargeExpired, provider.Text{PT: "A cobrança expirou.", EN: "The charge expired."}},
	{eventChargeRefunded, provider.Text{PT: "O pagamento foi devolvido por inteiro.", EN: "The whole payment was given back."}},
	{eventChargeContested, provider.Text{PT: "O pagador contestou o pagamento.", EN: "The payer contests the payment."}},
	{eventSaleCreated, provider.Text{PT: "Uma venda foi criada.", EN: "A sale was made."}},
	{eventSalePending, provider.Text{PT: "A venda voltou a ficar pendente.", EN: "The sale is pending again."}},
	{eventSaleApproved, provider.Text{PT: "A venda foi aprovada: tudo está pago ou baixado.", EN: "The sale was approved: all of it is paid or settled."}},
	{eventSaleCanceled, provider.Text{PT: "A venda foi cancelada.", EN: "The sale was cancelled."}},
	{eventSaleExpired, provider.Text{PT: "A venda expirou.", EN: "The sale expired."}},
	{eventSaleRefunded, provider.Text{PT: "A venda foi reembolsada.", EN: "The sale was refunded."}},
	{eventInvoiceIssued, provider.Text{PT: "Uma nota fiscal foi emitida.", EN: "A nota fiscal was issued."}},
	{eventInvoiceRejected, provider.Text{PT: "Uma nota fiscal foi rejeitada.", EN: "A nota fiscal was rejected."}},
	{eventInvoiceCanceled, provider.Text{PT: "Uma nota fiscal foi cancelada.", EN: "A nota fiscal was cancelled."}},
	{eventFailureOpened, provider.Text{PT: "Um erro de integração começou.", EN: "An integration failure began."}},
	{eventFailureResolved, provider.Text{PT: "Um erro de integração foi resolvido.", EN: "An integration failure is over."}},
}

// chargeStories says by the code of a step in a charge's story which event it is,
// chargeStatuses by the status that it takes. What is in neither is no event.
var (
	chargeStories = map[string]string{
		"CREATED": eventChargeCreated, "RECORDED": eventChargeSettled, "REPLACED": eventChargeReplaced,
		"DUE_DATE_CHANGED": eventChargeChanged, "PARTLY_REFUNDED": eventChargeChanged,
	}
	chargeStatuses = map[enum.ChargeStatus]string{
		enum.ChargeWaiting: eventChargeIssued, enum.ChargeFailed: eventChargeFailed, enum.ChargeOverdue: eventChargeOverdue, enum.ChargePaid: eventChargePaid,
		enum.ChargeSettled: eventChargeSettled, enum.ChargeCanceled: eventChargeCanceled, enum.ChargeExpired: eventChargeExpired,
		enum.ChargeRefunded: eventChargeRefunded, enum.ChargeContested: eventChargeContested,
	}
	saleStatuses = map[enum.SaleStatus]string{
		enum.SalePending: eventSalePending, enum.SaleApproved: eventSaleApproved, enum.SaleCanceled: eventSaleCanceled,
		enum.SaleExpired: eventSaleExpired, enum.SaleRefunded: eventSaleRefunded,
	}
	invoiceStates = map[enum.InvoiceState]string{
		enum.InvoiceIssued: eventInvoiceIssued, enum.InvoiceRejected: eventInvoiceRejected, enum.InvoiceCanceled: eventInvoiceCanceled,
	}
	failureEvents = map[enum.FailureEventKind]string{enum.EventOpened: eventFailureOpened, enum.EventResolved: eventFailureResolved}
)

// statusEvent answers the event of a change of a charge's status; "" for none.
func statusEvent(before, status enum.ChargeStatus) string {
	if status == enum.ChargeWaiting && !isUnissued(before) { // a new due date, told by the provider
		return eventChargeChanged
	}
	return chargeStatuses[status]
}

// What the payloads carry: ids, states and amounts, by the names that the API has
// for them; nobody's name or tax id.

type chargeData struct {
	ID            string             `json:"id"`
	Number        int                `json:"number"`
	SaleID        string             `json:"saleId"`
	CustomerID    string             `json:"customerId"`
	Installment   int                `json:"installment"`
	Method        enum.PaymentMethod `json:"method"`
	Status        enum.ChargeStatus  `json:"status"`
	Environment   enum.Environment   `json:"environment"`
	AmountCents   int64              `json:"amountCents"`
	DueDate       brazil.Date        `json:"dueDate"`
	PaidCents     *int64             `json:"paidCents"`
	PaidOn        *brazil.Date       `json:"paidOn"`
	RefundedCents int64              `json:"refundedCents"`
}

type saleData struct {
	ID            string             `json:"id"`
	Number        int                `json:"number"`
	CustomerID    string             `json:"customerId"`
	Status        enum.SaleStatus    `json:"status"`
	PaymentMethod enum.PaymentMethod `json:"paymentMethod"`
	Installments  int                `json:"installments"`
	TotalCents    int64              `json:"totalCents"`
}

type invoiceData struct {
	ID         string            `json:"id"`
	SaleID     string            `json:"saleId"`
	Kind       enum.InvoiceKind  `json:"kind"`
	State      enum.InvoiceState `json:"state"`
	Test       bool              `json:"test"`
	TotalCents int64             `json:"totalCents"`
	Number     string            `json:"number"`
	IssuedAt   *time.Time        `json:"issuedAt"`
}

type failureData struct {
	ID          string                `json:"id"`
	Code        string                `json:"code"`
	State       enum.FailureState     `json:"state"`
	Integration *enum.IntegrationKind `json:"integration"`
	Environment *enum.Environment     `json:"environment"`
	SubjectID   string                `json:"subjectId"`
}

func (s *Service) announceCharge(ctx context.Context, tx *db.Tx, event, id string) error {
	return s.announce(ctx, tx, event, id, func() (any, error) {
		c, err := tx.Charge.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		return chargeData{
			ID: c.ID, Number: c.Number, SaleID: c.SaleID, CustomerID: c.CustomerID, Installment: c.Installment, Method: c.Method, Status: c.Status, Environment: c.Environment,
			AmountCents: c.AmountCents, DueDate: c.DueDate, PaidCents: c.PaidCents, PaidOn: c.PaidOn, RefundedCents: c.RefundedCents,
		}, nil
	})
}

func (s *Service) announceSale(ctx context.Context, tx *db.Tx, event, id string) error {
	return s.announce(ctx, tx, event, id, func() (any, error) {
		sold, err := tx.Sale.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		return saleData{sold.ID, sold.Number, sold.CustomerID, sold.Status, sold.PaymentMethod, sold.Installments, sold.TotalCents}, nil
	})
}

func (s *Service) announceInvoice(ctx context.Context, tx *db.Tx, id string) error {
	one, err := tx.Invoice.Get(ctx, id)
	if err != nil {
		return err
	}
	return s.announce(ctx, tx, invoiceStates[one.State], id, func() (any, error) {
		return invoiceData{one.ID, one.SaleID, one.Kind, one.State, one.Test, one.TotalCents, one.Number, one.IssuedAt}, nil
	})
}

func (s *Service) announceFailure(ctx context.Context, tx *db.Tx, event enum.FailureEventKind, id string) error {
	return s.announce(ctx, tx, failureEvents[event], id, func() (any, error) {
		f, err := tx.Failure.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		return failureData{f.ID, f.Code, f.State, f.Integration, f.Environment, f.SubjectID}, nil
	})
}

// announce writes an event and its deliveries. While there is no endpoint at all
// nothing is written; while one is off the event is kept, so that it can be sent
// when the app is back.
func (s *Service) announce(ctx context.Context, tx *db.Tx, event, subjectID string, data func() (any, error)) error {
	if event == "" {
		return nil
	}
	anybody, err := tx.WebhookEndpoint.Query().Exist(ctx)
	if err != nil || !anybody {
		return err
	}
	told, err := data()
	if err != nil {
		return fmt.Errorf("tell of %s: %w", subjectID, err)
	}
	id, err := s.writeEvent(ctx, tx, event, subjectID, told)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, newDeliveries+"v.id = $1 AND e.active", id); err != nil {
		return fmt.Errorf("write the deliveries of %s: %w", event, err)
	}
	return ring(ctx, tx, topicWebhooks)
}

// newDeliveries writes the deliveries of events to endpoints; the conditions follow.
const newDeliveries = `INSERT INTO webhook_deliveries (id, endpoint_id, event_id, type, next_try_at, created_at)
	SELECT 'whd_' || substr(v.id, 5) || substr(e.id, 5), e.id, v.id, v.type, now(), v.created_at
	FROM webhook_events v CROSS JOIN webhook_endpoints e WHERE (e.types = '[]' OR e.types ? v.type) AND `

var newEventID = schema.NewID("whv")

func (s *Service) writeEvent(ctx context.Context, tx *db.Tx, event, subjectID string, data any) (string, error) {
	now := s.Now()
	body, err := outgoing.NewHookBody(event, now, data)
	if err != nil {
		return "", err
	}
	id := newEventID()
	err = tx.WebhookEvent.Create().SetID(id).SetType(event).SetSubjectID(subjectID).SetBody(body).SetCreatedAt(now).Exec(ctx)
	if err != nil {
		return "", fmt.Errorf("write the event %s: %w", event, err)
	}
	return id, nil
}

// deliveryID is that of an event's way to an endpoint: it follows from both, as in
// newDeliveries.
func deliveryID(eventID, endpointID string) string { return "whd_" + eventID[4:] + endpointID[4:] }
