package sandbox

import (
	"encoding/json"
	"math"
	"regexp"
)

// The patterns of the provider's request schemas (gerencianet.md, 8.1).
var (
	datePattern      = regexp.MustCompile(`^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`)
	itemNamePattern  = regexp.MustCompile(`^[^<>]+$`)
	fullNamePattern  = regexp.MustCompile(`^[ ]*(.+[ ]+)+.+[ ]*$`)
	phonePattern     = regexp.MustCompile(`^[1-9]{2}9?[0-9]{8}$`)
	emailPattern     = regexp.MustCompile(`^[A-Za-z0-9_\-]+(?:[.][A-Za-z0-9_\-]+)*@[A-Za-z0-9_]+(?:[-.][A-Za-z0-9_]+)*\.[A-Za-z0-9_]+$`)
	urlPattern       = regexp.MustCompile(`^https?://.+`)
	customIDPattern  = regexp.MustCompile(`^[a-zA-Z0-9_\-\s]+$`)
	messagePattern   = regexp.MustCompile(`^[^\n]{0,100}(\n[^\n]{0,100}){0,3}$`)
	cardTokenPattern = regexp.MustCompile(`^[a-fA-F0-9]{40}$`)
	payeePattern     = regexp.MustCompile(`^[a-fA-F0-9]{32}$`)
	zipPattern       = regexp.MustCompile(`^[0-9]{8}$`)
	cpfPattern       = regexp.MustCompile(`^[0-9]{11}$`)
	statePattern     = regexp.MustCompile(`^(AC|AL|AP|AM|BA|CE|DF|ES|GO|MA|MT|MS|MG|PA|PB|PR|PE|PI|RJ|RN|RS|RO|RR|SC|SP|SE|TO)$`)
)

// anyInteger has no limit of its own.
var (
	anyInteger      = integer{math.MinInt64, math.MaxInt64}
	naturalInteger  = integer{0, math.MaxInt64}
	positiveInteger = integer{1, math.MaxInt64}
)

var repasseSchema = object{exactlyOne: []string{"percentage", "fixed"}, fields: []field{
	{"payee_code", text{pattern: payeePattern}, true},
	{"percentage", integer{0, 10000}, false},
	{"fixed", naturalInteger, false},
}}

var itemSchema = object{fields: []field{
	{"name", text{1, 255, itemNamePattern}, true},
	{"value", anyInteger, true},
	{"amount", positiveInteger, false},
	{"marketplace", object{fields: []field{
		{"mode", integer{1, 2}, false},
		{"payee_code", text{pattern: payeePattern}, false},
		{"percentage", integer{0, 10000}, false},
		{"fixed", naturalInteger, false},
		{"repasses", list{repasseSchema, 1}, false},
	}}, false},
}}

var shippingSchema = object{fields: []field{
	{"name", text{1, 255, itemNamePattern}, true},
	{"value", naturalInteger, true},
	{"payee_code", text{pattern: payeePattern}, false},
}}

var metadataSchema = object{fields: []field{
	{"custom_id", text{1, 255, nil}, false},
	{"notification_url", text{1, 255, urlPattern}, false},
}}

// metadataUpdateSchema differs: the url may be cleared and custom_id has a
// narrower alphabet.
var metadataUpdateSchema = object{atLeastOne: true, fields: []field{
	{"custom_id", nullable{text{1, 255, customIDPattern}}, false},
	{"notification_url", nullable{text{1, 255, urlPattern}}, false},
	{"resend", boolean{}, false},
}}

var addressSchema = object{fields: []field{
	{"street", text{1, 200, nil}, true},
	{"number", either{text{1, 55, nil}, naturalInteger}, true},
	{"neighborhood", text{1, 255, nil}, true},
	{"zipcode", text{pattern: zipPattern}, true},
	{"city", text{1, 50, nil}, true},
	{"complement", nullable{text{0, 45, nil}}, false},
	{"state", text{pattern: statePattern}, true},
}}

var juridicalSchema = object{fields: []field{
	{"corporate_name", text{1, 255, nil}, true},
	{"cnpj", text{14, 14, nil}, true},
}}

var customerSchema = object{fields: []field{
	{"name", text{1, 255, fullNamePattern}, false},
	{"cpf", text{pattern: cpfPattern}, false},
	{"email", text{1, 255, emailPattern}, false},
	{"phone_number", text{pattern: phonePattern}, false},
	{"birth", date{}, false},
	{"address", addressSchema, false},
	{"juridical_person", juridicalSchema, false},
}}

var discountSchema = object{fields: []field{
	{"type", choice{"percentage", "currency"}, true},
	{"value", positiveInteger, true},
}}

var conditionalDiscountSchema = object{fields: []field{
	{"type", choice{"percentage", "currency"}, true},
	{"value", positiveInteger, true},
	{"until_date", date{}, true},
}}

var configurationsSchema = object{fields: []field{
	{"days_to_write_off", integer{0, defaultWriteOffDays}, false},
	{"fine", integer{0, 1000}, false},
	{"interest", interestSchema, false},
}}

var interestSchema = either{integer{0, 330}, object{fields: []field{
	{"value", integer{0, 1000}, true},
	{"type", choice{"monthly", "daily"}, true},
}}}

var billetSchema = object{fields: []field{
	{"customer", customerSchema, true},
	{"expire_at", date{}, true},
	{"discount", discountSchema, false},
	{"conditional_discount", conditionalDiscountSchema, false},
	{"configurations", configurationsSchema, false},
	{"message", text{0, 0, messagePattern}, false},
}}

var cardSchema = object{fields: []field{
	{"customer", customerSchema, true},
	{"installments", integer{1, 12}, false},
	{"discount", discountSchema, false},
	{"billing_address", addressSchema, false},
	{"payment_token", text{pattern: cardTokenPattern}, true},
	{"message", text{0, 0, messagePattern}, false},
	{"trial_days", naturalInteger, false},
}}

var paymentSchema = object{exactlyOne: []string{"banking_billet", "credit_card"}, fields: []field{
	{"banking_billet", billetSchema, false},
	{"credit_card", cardSchema, false},
}}

var (
	paySchema     = object{fields: []field{{"payment", paymentSchema, true}}}
	createSchema  = object{fields: createFields}
	oneStepSchema = object{fields: append(createFields[:len(createFields):len(createFields)], field{"payment", paymentSchema, true})}
)

var createFields = []field{
	{"items", list{itemSchema, 1}, true},
	{"shippings", list{shippingSchema, 1}, false},
	{"metadata", metadataSchema, false},
}

// chargeRequest is the body of creation, of payment and of both in one step.
type chargeRequest struct {
	Items     []chargeItem     `json:"items"`
	Shippings []chargeShipping `json:"shippings"`
	Metadata  struct {
		CustomID        *string `json:"custom_id"`
		NotificationURL *string `json:"notification_url"`
	} `json:"metadata"`
	Payment paymentRequest `json:"payment"`
}

// paymentRequest holds exactly one of its methods.
type paymentRequest struct {
	Billet *billetRequest `json:"banking_billet"`
	Card   *cardRequest   `json:"credit_card"`
}

type billetRequest struct {
	Customer            customerRequest       `json:"customer"`
	ExpireAt            string                `json:"expire_at"`
	Discount            *discount             `json:"discount"`
	ConditionalDiscount *discount             `json:"conditional_discount"`
	Configurations      *configurationRequest `json:"configurations"`
	Message             *string               `json:"message"`
}

type cardRequest struct {
	Customer       customerRequest `json:"customer"`
	Installments   int64           `json:"installments"`
	Discount       *discount       `json:"discount"`
	BillingAddress map[string]any  `json:"billing_address"`
	PaymentToken   string          `json:"payment_token"`
	Message        *string         `json:"message"`
}

// customerRequest is the payer as sent: a company is nested.
type customerRequest struct {
	Name      *string        `json:"name"`
	CPF       *string        `json:"cpf"`
	Email     *string        `json:"email"`
	Phone     *string        `json:"phone_number"`
	Birth     *string        `json:"birth"`
	Address   map[string]any `json:"address"`
	Juridical *struct {
		CorporateName string `json:"corporate_name"`
		CNPJ          string `json:"cnpj"`
	} `json:"juridical_person"`
}

// empty says whether no payer was sent at all.
func (r customerRequest) empty() bool { return r.Name == nil && r.CPF == nil && r.Juridical == nil }

// discount is unconditional without UntilDate.
type discount struct {
	Type      string `json:"type"`
	Value     int64  `json:"value"`
	UntilDate string `json:"until_date,omitempty"`
}

// of is the discount on an amount in cents; a percentage is in hundredths of
// a percent.
func (d *discount) of(cents int64) int64 {
	switch {
	case d == nil:
		return 0
	case d.Type == "percentage":
		return divideRounded(cents*d.Value, 10000)
	default:
		return d.Value
	}
}

// configurationRequest holds the late payment terms; interest is a bare
// number of daily interest or an object.
type configurationRequest struct {
	DaysToWriteOff *int64    `json:"days_to_write_off"`
	Fine           *int64    `json:"fine"`
	Interest       *interest `json:"interest"`
}

// interest is daily in thousandths of a percent, or monthly in hundredths.
type interest struct {
	Value int64  `json:"value"`
	Type  string `json:"type"`
}

// UnmarshalJSON accepts the bare number of daily interest.
func (i *interest) UnmarshalJSON(content []byte) error {
	if json.Unmarshal(content, &i.Value) == nil {
		i.Type = "daily"
		return nil
	}
	type plain interest
	return json.Unmarshal(content, (*plain)(i))
}

// checkCustomer enforces what the schema cannot: who must be named, and the
// check digits. The answer is nil for a good payer.
func (g *gerencianet) checkCustomer(property string, c customerRequest) *answer {
	missing := ""
	switch {
	case c.Juridical == nil && c.Name == nil:
		missing = "name"
	case c.Juridical == nil && c.CPF == nil:
		missing = "cpf"
	case g.settings.RequirePhone && c.Phone == nil:
		missing = "phone_number"
	}
	if missing != "" {
		refused := refusedProperty(codeSchema, property+"/"+missing, "Propriedade obrigatória ausente: "+missing+".")
		return &refused
	}
	if c.CPF != nil && !validCPF(*c.CPF) {
		refused := refusedProperty(codeTaxID, property+"/cpf", "O CPF informado é inválido.")
		return &refused
	}
	if c.Juridical != nil && !validCNPJ(c.Juridical.CNPJ) {
		refused := refusedProperty(codeTaxID, property+"/juridical_person/cnpj", "O CNPJ informado é inválido.")
		return &refused
	}
	return nil
}

// divideRounded divides and rounds half away from zero.
func divideRounded(dividend, divisor int64) int64 {
	if dividend < 0 {
		return -((-dividend + divisor/2) / divisor)
	}
	return (dividend + divisor/2) / divisor
}
