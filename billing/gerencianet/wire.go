package gerencianet

import (
	"strings"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

// The request bodies (providers/gerencianet.md, 2.2 and 2.3). An optional value
// that is unknown is left out: the provider refuses null and "".

type chargeBody struct {
	Items    []itemBody   `json:"items"`
	Metadata metadataBody `json:"metadata"`
}

type itemBody struct {
	Name   string `json:"name"`
	Value  int64  `json:"value"`
	Amount int64  `json:"amount"`
}

type metadataBody struct {
	CustomID        string `json:"custom_id"`
	NotificationURL string `json:"notification_url,omitempty"`
}

type paymentBody struct {
	Payment struct {
		BankingBillet billetBody `json:"banking_billet"`
	} `json:"payment"`
}

type billetBody struct {
	Customer            customerBody       `json:"customer"`
	ExpireAt            brazil.Date        `json:"expire_at"`
	Discount            *discountBody      `json:"discount,omitempty"`
	ConditionalDiscount *discountBody      `json:"conditional_discount,omitempty"`
	Configurations      configurationsBody `json:"configurations"`
	Message             string             `json:"message,omitempty"`
}

type customerBody struct {
	Name            string         `json:"name,omitempty"`
	CPF             string         `json:"cpf,omitempty"`
	Email           string         `json:"email,omitempty"`
	PhoneNumber     string         `json:"phone_number,omitempty"`
	Address         *addressBody   `json:"address,omitempty"`
	JuridicalPerson *juridicalBody `json:"juridical_person,omitempty"`
}

type juridicalBody struct {
	CorporateName string `json:"corporate_name"`
	CNPJ          string `json:"cnpj"`
}

type addressBody struct {
	Street       string `json:"street"`
	Number       string `json:"number"`
	Neighborhood string `json:"neighborhood"`
	Zipcode      string `json:"zipcode"`
	City         string `json:"city"`
	Complement   string `json:"complement,omitempty"`
	State        string `json:"state"`
}

type discountBody struct {
	Type      string       `json:"type"`
	Value     int64        `json:"value"`
	UntilDate *brazil.Date `json:"until_date,omitempty"`
}

// configurationsBody is always sent: a 0 overrides the account's own default,
// so that the payer is charged what the sale says.
type configurationsBody struct {
	DaysToWriteOff *int64 `json:"days_to_write_off,omitempty"`
	Fine           int64  `json:"fine"`
	Interest       any    `json:"interest"`
}

type interestBody struct {
	Value int64  `json:"value"`
	Type  string `json:"type"`
}

func reservation(request provider.ChargeRequest) chargeBody {
	body := chargeBody{Metadata: metadataBody{CustomID: request.Reference, NotificationURL: request.NotificationURL}}
	for _, line := range request.Lines {
		body.Items = append(body.Items, itemBody{Name: line.Name, Value: line.UnitCents, Amount: line.Quantity})
	}
	return body
}

func boletoPayment(request provider.ChargeRequest) paymentBody {
	var body paymentBody
	body.Payment.BankingBillet = billetBody{
		Customer:            customer(request, request.SendEmail),
		ExpireAt:            request.DueDate,
		Discount:            discount(request.Discount, nil),
		ConditionalDiscount: conditionalDiscount(request.ConditionalDiscount),
		Configurations: configurationsBody{
			DaysToWriteOff: request.DaysToWriteOff,
			Fine:           request.FineHundredths,
			Interest:       interest(request),
		},
		Message: message(request.Message),
	}
	return body
}

// customer names a company by juridical_person alone: name and cpf would name
// the person who signs for it. The provider mails whoever's address it is given.
func customer(request provider.ChargeRequest, withEmail bool) customerBody {
	payer := request.Payer
	body := customerBody{PhoneNumber: payer.Phone, Address: address(payer.Address)}
	if withEmail {
		body.Email = payer.Email
	}
	if len(payer.TaxID) == 14 {
		body.JuridicalPerson = &juridicalBody{CorporateName: payer.Name, CNPJ: payer.TaxID}
		return body
	}
	body.Name, body.CPF = payer.Name, payer.TaxID
	return body
}

func address(from *provider.Address) *addressBody {
	if from == nil {
		return nil
	}
	return &addressBody{
		Street: from.Street, Number: from.Number, Neighborhood: from.District, Zipcode: from.PostalCode,
		City: from.City, Complement: from.Complement, State: from.State,
	}
}

func discount(from *provider.Discount, until *brazil.Date) *discountBody {
	if from == nil {
		return nil
	}
	kind := "currency"
	if from.Percent {
		kind = "percentage"
	}
	return &discountBody{Type: kind, Value: from.Value, UntilDate: until}
}

func conditionalDiscount(from *provider.Discount) *discountBody {
	if from == nil {
		return nil
	}
	return discount(from, from.Until)
}

// interest is a bare number for a day, the form that every version takes, and
// an object for a month.
func interest(request provider.ChargeRequest) any {
	if request.InterestMonthly {
		return interestBody{Value: request.InterestThousandths, Type: "monthly"}
	}
	return request.InterestThousandths
}

func message(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

// readCharge reads a charge from any of the answers that hold one: the one to
// /pay has the payment at its root, the others below payment, and a list has
// other names (providers/gerencianet.md, 2.3 to 2.5).
func readCharge(data object) provider.Charge {
	paid := data.object("payment")
	form := formOf(data, paid)
	word := data.text("status")
	charge := provider.Charge{
		ProviderID: data.text("charge_id", "id"), Reference: data.text("custom_id"),
		CarnetID: firstText(data.text("carnet_id"), form.text("carnet_id")), Parcel: form.count("parcel"),
		ProviderStatus: word, DueDate: form.date("expire_at"),
		PaidCents:   firstOf(paid.integer("paid_value"), data.integer("paid_value")),
		PaidOn:      firstOf(paid.date("received_by_bank_at"), data.date("received_by_bank_at")),
		ConfirmedAt: firstOf(paid.moment("paid_at"), data.moment("paid_at")),
		PixCode:     firstText(form.object("pix").text("qrcode"), paid.object("pix").text("qrcode")),
		Link:        linkOf(data, form), PDF: form.object("pdf").text("charge"), CardMask: form.text("mask"),
		Reason: firstText(data.text("reason"), data.object("refusal").text("reason")),
	}
	if total := data.integer("total"); total != nil {
		charge.AmountCents = *total
	}
	charge.BarCode, charge.TypeableLine = codes(form.text("barcode"))
	return withStatus(charge, data, methodOf(data, paid))
}

// withStatus sets what depends on how the charge is paid: an unpaid boleto is
// overdue, an unpaid card was refused (providers/gerencianet.md, 6.1).
func withStatus(charge provider.Charge, data object, paidWith provider.Method) provider.Charge {
	charge.Method, charge.Status = paidWith, statusOf(charge.ProviderStatus)
	if isLink(data) {
		charge.Method = provider.Link
	}
	if charge.Status == provider.Overdue && paidWith == provider.Card {
		charge.Status, charge.CanRetry = provider.Refused, mayRetry(data)
	}
	switch charge.Status {
	case provider.Identified, provider.Approved, provider.Paid, provider.Refunded, provider.Contested:
		charge.PaidWith = paidWith
	}
	return charge
}

// mayRetry tells whether another card may be tried. Only the answer to a try
// says; a charge that is read does not, and then a try that is not allowed is
// refused by the provider.
func mayRetry(data object) bool {
	retry, told := data.object("refusal")["retry"].(bool)
	return retry || !told
}

// methodOf answers the method of payment, whose name differs from answer to
// answer; "" when none is defined yet.
func methodOf(data, paid object) provider.Method {
	switch firstText(paid.text("method", "payment_method"), data.text("payment")) {
	case "banking_billet":
		return provider.Boleto
	case "credit_card":
		return provider.Card
	case "carnet":
		return provider.Carnet
	}
	return ""
}

// isLink tells a charge with a payment link: its settings are an object, or at
// the root of the answer that defines them. A boleto's link is a text.
func isLink(data object) bool {
	return data.object("link") != nil || data.text("payment_url") != ""
}

// linkOf answers the page for the payer: of a link the one where the payer
// chooses, also after the choice.
func linkOf(data, form object) string {
	return firstText(data.text("payment_url"), data.object("link").text("payment_url"), form.text("link", "billet_link", "url", "parcel_link"))
}

// formOf answers the object with the details of the payment; of a link that was
// not chosen yet its settings.
func formOf(data, paid object) object {
	for _, form := range []object{paid.object("banking_billet"), paid.object("carnet"), paid.object("credit_card"), data.object("link")} {
		if form != nil {
			return form
		}
	}
	return data
}

func firstOf[T any](values ...*T) *T {
	for _, value := range values {
		if value != nil {
			return value
		}
	}
	return nil
}

// codes answers the bar code and the typeable line (linha digitável). The
// provider writes the line, 47 digits, under the name barcode.
func codes(text string) (barCode, typeableLine string) {
	digits := brazil.Digits(text)
	switch len(digits) {
	case 47:
		return barCodeOf(digits), digits
	case 44:
		return digits, ""
	}
	return "", ""
}

// barCodeOf reorders a typeable line: bank and currency, the general check
// digit, due factor and amount, then the free field without the check digits of
// its three parts (FEBRABAN's layout).
func barCodeOf(line string) string {
	return line[0:4] + line[32:33] + line[33:47] + line[4:9] + line[10:20] + line[21:31]
}

// statusOf translates the provider's word (providers/gerencianet.md, 6.1).
func statusOf(word string) provider.Status {
	switch word {
	case "new":
		return provider.Draft
	case "waiting", "link":
		return provider.Waiting
	case "identified":
		return provider.Identified
	case "approved":
		return provider.Approved
	case "paid":
		return provider.Paid
	case "unpaid":
		return provider.Overdue
	case "settled":
		return provider.Settled
	case "canceled":
		return provider.Canceled
	case "expired":
		return provider.Expired
	case "refunded":
		return provider.Refunded
	case "contested":
		return provider.Contested
	}
	return provider.Unrecognized
}
