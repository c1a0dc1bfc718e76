package gerencianet

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

// withdrawn is the status of a Pix that its receiver took back.
const withdrawn = "REMOVIDA_PELO_USUARIO_RECEBEDOR"

// The bodies of the Pix API (providers/gerencianet.md, 7.2 and 7.3), whose names
// are the Banco Central's.

type pixBody struct {
	Calendar pixCalendar `json:"calendario"`
	Payer    pixPayer    `json:"devedor"`
	Amount   pixAmount   `json:"valor"`
	Key      string      `json:"chave"`
	Message  string      `json:"solicitacaoPagador,omitempty"`
}

type pixCalendar struct {
	ExpiresIn    int64       `json:"expiracao,omitempty"` // seconds
	DueDate      brazil.Date `json:"dataDeVencimento,omitempty"`
	DaysAfterDue *int        `json:"validadeAposVencimento,omitempty"`
}

type pixPayer struct {
	CPF        string `json:"cpf,omitempty"`
	CNPJ       string `json:"cnpj,omitempty"`
	Name       string `json:"nome"`
	Street     string `json:"logradouro,omitempty"`
	City       string `json:"cidade,omitempty"`
	State      string `json:"uf,omitempty"`
	PostalCode string `json:"cep,omitempty"`
}

type pixAmount struct {
	Original  string       `json:"original"`
	Fine      *pixCharge   `json:"multa,omitempty"`
	Interest  *pixCharge   `json:"juros,omitempty"`
	Abatement *pixCharge   `json:"abatimento,omitempty"`
	Discount  *pixDiscount `json:"desconto,omitempty"`
}

// pixCharge is an amount or a percentage, which of them the kind says.
type pixCharge struct {
	Kind  int    `json:"modalidade"`
	Value string `json:"valorPerc"`
}

type pixDiscount struct {
	Kind   int              `json:"modalidade"`
	ByDate []pixDatedAmount `json:"descontoDataFixa"`
}

type pixDatedAmount struct {
	Date  brazil.Date `json:"data"`
	Value string      `json:"valorPerc"`
}

func (p *pixClient) pixBody(request provider.ChargeRequest) pixBody {
	body := pixBody{Payer: pixDebtor(request.Payer), Key: p.config.PixKey, Message: pixMessage(request.Message)}
	if request.Pix.ExpiresIn > 0 {
		body.Calendar.ExpiresIn = int64(request.Pix.ExpiresIn / time.Second)
		body.Amount.Original = decimal(request.AmountCents)
		return body
	}
	body.Calendar.DueDate, body.Calendar.DaysAfterDue = request.DueDate, &request.Pix.DaysAfterDue
	body.Payer = withAddress(body.Payer, request.Payer.Address)
	body.Amount = dueAmount(request)
	return body
}

func pixDebtor(payer provider.Payer) pixPayer {
	if len(payer.TaxID) == 14 {
		return pixPayer{CNPJ: payer.TaxID, Name: payer.Name}
	}
	return pixPayer{CPF: payer.TaxID, Name: payer.Name}
}

func withAddress(debtor pixPayer, address *provider.Address) pixPayer {
	if address == nil {
		return debtor
	}
	debtor.Street, debtor.City = pixStreet(*address), address.City
	debtor.State, debtor.PostalCode = address.State, address.PostalCode
	return debtor
}

// maxStreet is how many characters a street with its number may have
// (providers/gerencianet.md, 7.3; the limit is the schema's of automatic Pix).
const maxStreet = 200

func pixStreet(address provider.Address) string {
	street := strings.TrimSpace(strings.Join([]string{address.Street + ",", address.Number, address.Complement}, " "))
	if letters := []rune(street); len(letters) > maxStreet {
		return string(letters[:maxStreet])
	}
	return street
}

// dueAmount is the amount of a Pix with a due date: the sum of the lines, less
// the unconditional discount as an abatement of a fixed amount.
func dueAmount(request provider.ChargeRequest) pixAmount {
	amount := pixAmount{
		Original: decimal(gross(request)), Fine: pixFine(request), Interest: pixInterest(request), Discount: pixConditional(request.ConditionalDiscount),
	}
	if request.Discount != nil {
		amount.Abatement = &pixCharge{Kind: fixedAmount, Value: decimal(request.Discount.Value)}
	}
	return amount
}

// The kinds of the Banco Central's Pix standard. Which number stands for what
// is known for a fine (2 a percentage), an abatement and a discount (1 a fixed
// amount, 2 a percentage); see providers/gerencianet.md, 7.3.
const (
	fixedAmount = 1
	percentage  = 2
)

func pixFine(request provider.ChargeRequest) *pixCharge {
	if request.FineHundredths == 0 {
		return nil
	}
	return &pixCharge{Kind: percentage, Value: decimal(request.FineHundredths)}
}

// pixInterest is kind 3 of the Banco Central's standard: a percentage a month,
// by calendar days. That is from the standard as remembered and unverified. A
// percentage a day has too many decimals for this field, so it is sent as that
// of thirty days.
func pixInterest(request provider.ChargeRequest) *pixCharge {
	hundredths := request.InterestThousandths
	if !request.InterestMonthly {
		hundredths = request.InterestThousandths * 30 / 10
	}
	if hundredths == 0 {
		return nil
	}
	return &pixCharge{Kind: 3, Value: decimal(hundredths)}
}

func pixConditional(discount *provider.Discount) *pixDiscount {
	if discount == nil || discount.Until == nil {
		return nil
	}
	kind := fixedAmount
	if discount.Percent {
		kind = percentage
	}
	return &pixDiscount{Kind: kind, ByDate: []pixDatedAmount{{Date: *discount.Until, Value: decimal(discount.Value)}}}
}

// pixMessage is one line: the field has no line breaks.
func pixMessage(text string) string { return strings.Join(strings.Fields(text), " ") }

// decimal writes cents, or hundredths of a percent, as the API wants them: "123.45".
func decimal(cents int64) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) }

var decimalPattern = regexp.MustCompile(`^([0-9]{1,15})(?:\.([0-9]{1,2}))?$`)

// cents reads a decimal exactly; nil when it is not one with at most two places.
func (o object) cents(name string) *int64 {
	parts := decimalPattern.FindStringSubmatch(o.text(name))
	if parts == nil {
		return nil
	}
	whole, _ := strconv.ParseInt(parts[1], 10, 64)
	fraction, _ := strconv.ParseInt((parts[2] + "00")[:2], 10, 64)
	value := whole*100 + fraction
	return &value
}

func (o object) centsOr0(name string) int64 {
	if value := o.cents(name); value != nil {
		return *value
	}
	return 0
}

// readPix reads a Pix of either kind. The API does not tell that one has gone by
// its time (providers/gerencianet.md, 7.2), so that is computed.
func readPix(data object, dueDated bool, now time.Time) provider.Charge {
	charge := provider.Charge{
		ProviderID: data.text("txid"), Method: provider.Pix, ProviderStatus: data.text("status"),
		AmountCents: amountOfPix(data.object("valor")), PixCode: data.text("pixCopiaECola"),
	}
	calendar := data.object("calendario")
	if dueDated {
		charge.DueDate = calendar.date("dataDeVencimento")
	} else {
		charge.ExpiresAt = expiryOf(calendar)
	}
	if payments := data.objects("pix"); len(payments) > 0 {
		addPayment(&charge, payments[0])
	}
	charge.Status = statusOfPix(charge, lastMoment(calendar, charge), now)
	return charge
}

// amountOfPix answers what is collected: the original less an abatement.
func amountOfPix(amount object) int64 {
	original, abatement := amount.centsOr0("original"), amount.object("abatimento")
	value := abatement.centsOr0("valorPerc")
	if abatement.count("modalidade") == percentage {
		value = brazil.MulDiv(original, value, wholePercent)
	}
	return original - value
}

func expiryOf(calendar object) *time.Time {
	made, seconds := calendar.moment("criacao"), calendar.integer("expiracao")
	if made == nil || seconds == nil || *seconds < 0 || *seconds > math.MaxInt32 {
		return nil
	}
	expiry := made.Add(time.Duration(*seconds) * time.Second)
	return &expiry
}

// lastMoment is when a Pix can be paid no longer; nil when that is unknown. That
// a day which is no working day is not made up for is unverified.
func lastMoment(calendar object, charge provider.Charge) *time.Time {
	days := calendar.integer("validadeAposVencimento")
	if charge.DueDate == nil || days == nil || *days < 0 || *days > math.MaxInt16 {
		return charge.ExpiresAt
	}
	end := charge.DueDate.AddDays(int(*days) + 1).Start()
	return &end
}

// statusOfPix translates the API's word and the time (providers/gerencianet.md,
// 7.2).
func statusOfPix(charge provider.Charge, last *time.Time, now time.Time) provider.Status {
	switch charge.ProviderStatus {
	case "CONCLUIDA":
		return paidStatus(charge)
	case withdrawn, "REMOVIDA_PELO_PSP":
		return provider.Canceled
	case "ATIVA":
	default:
		return provider.Unrecognized
	}
	switch {
	case last != nil && !now.Before(*last):
		return provider.Expired
	case charge.DueDate != nil && brazil.DateOf(now) > *charge.DueDate:
		return provider.Overdue
	}
	return provider.Waiting
}

// paidStatus tells a payment that was given back whole.
func paidStatus(charge provider.Charge) provider.Status {
	var returned int64
	for _, refund := range charge.Refunds {
		if refund.Status == provider.RefundDone {
			returned += refund.AmountCents
		}
	}
	if charge.PaidCents != nil && *charge.PaidCents > 0 && returned >= *charge.PaidCents {
		return provider.Refunded
	}
	return provider.Paid
}

// addPayment reads the payment of a Pix (providers/gerencianet.md, 7.5 and 7.6).
func addPayment(charge *provider.Charge, payment object) {
	charge.EndToEndID = payment.text("endToEndId")
	charge.PaidCents, charge.FeeCents = payment.cents("valor"), feeOf(payment)
	charge.PaidOn, charge.ConfirmedAt = payment.date("horario"), payment.moment("horario")
	charge.PaidWith = provider.Pix
	for _, row := range payment.objects("devolucoes") {
		charge.Refunds = append(charge.Refunds, readRefund(row))
	}
}

// feeOf answers the true fee, when the answer has it.
func feeOf(payment object) *int64 { return payment.object("gnExtras").cents("tarifa") }

func readRefund(row object) provider.Refund {
	return provider.Refund{
		Reference: row.text("id"), AmountCents: row.centsOr0("valor"),
		Status: refundStatus(row.text("status")), Reason: row.text("motivo"),
	}
}

// refundStatus takes a word of tomorrow for a refund that is not decided yet.
func refundStatus(word string) provider.RefundStatus {
	switch word {
	case "DEVOLVIDO":
		return provider.RefundDone
	case "NAO_REALIZADO":
		return provider.RefundFailed
	}
	return provider.RefundProcessing
}

// readReceived reads a payment from the list of those received. One without
// txid was sent to the key by itself and belongs to no charge.
func readReceived(payment object) (provider.Charge, bool) {
	charge := provider.Charge{ProviderID: payment.text("txid"), Method: provider.Pix}
	addPayment(&charge, payment)
	charge.Status = paidStatus(charge)
	return charge, charge.ProviderID != "" && charge.EndToEndID != ""
}
