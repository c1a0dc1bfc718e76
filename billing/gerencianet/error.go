package gerencianet

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"ponte/billing/provider"
)

// firstOwnCode is where the provider's own codes begin; smaller ones repeat the
// HTTP status.
const firstOwnCode = 1000000

// read answers the envelope of a success, or the error that the answer tells.
func (c *Client) read(answer *provider.HTTPAnswer, write bool) (object, error) {
	if answer.Status < 200 || answer.Status > 299 {
		return nil, c.failure(answer, write)
	}
	envelope, err := decode(answer.Body)
	if err != nil {
		return nil, c.http.Unexpected(answer, write, "", answer.PlainText())
	}
	code := envelope.integer("code")
	if envelope.text("error") != "" || code != nil && *code >= 300 {
		return nil, c.failure(answer, write)
	}
	return envelope, nil
}

// refusal is what an error answer says, whichever of its five shapes it has:
// JSON with a description that is a text or an object, bare text, HTML, or
// something empty or cut (providers/gerencianet.md, 8.3).
type refusal struct {
	code, text, property string
}

func parseRefusal(answer *provider.HTTPAnswer) refusal {
	parsed, err := decode(answer.Body)
	if err != nil {
		return refusal{text: answer.PlainText()}
	}
	described := parsed.object("error_description")
	return refusal{
		code: parsed.text("code"), property: described.text("property"),
		text: firstText(described.text("message"), parsed.text("error_description", "message", "error")),
	}
}

// failure is the error of an answer that is not a success.
func (c *Client) failure(answer *provider.HTTPAnswer, write bool) *provider.Error {
	said := parseRefusal(answer)
	known, ok := meaningOf(said, answer)
	if !ok {
		return c.http.Unexpected(answer, write, said.code, said.text)
	}
	failure := &provider.Error{
		Provider: name, Class: known.class, Code: answer.Words(said.code), Text: answer.Words(said.text),
		Field: firstText(fieldOf(said.property), known.field), Cause: known.cause, Remedy: known.remedy,
		HTTPStatus: answer.Status, RetryAfter: answer.RetryAfter,
	}
	if failure.Class == provider.Ambiguous && !write {
		failure.Class = provider.Unavailable
	}
	return failure
}

// meaningOf finds what a refusal means by its code, then by the HTTP status. A
// server's failure and a throttled call stay uncertain whatever their words.
func meaningOf(said refusal, answer *provider.HTTPAnswer) (meaning, bool) {
	known, listed := meanings[said.code]
	uncertain := answer.Status >= 500 || answer.Status == http.StatusTooManyRequests
	if uncertain {
		return known, listed && known.class == provider.Ambiguous
	}
	if listed {
		return known, true
	}
	if number, err := strconv.Atoi(said.code); err == nil && number >= firstOwnCode {
		return meaning{}, false
	}
	switch {
	case answer.Status == http.StatusUnauthorized:
		return credentialsRefused, true
	case answer.Status == http.StatusForbidden && !answer.IsHTML:
		return permissionMissing, true
	case answer.Status == http.StatusNotFound && !answer.IsHTML:
		return nothingThere, true
	}
	return meaning{}, false
}

// fields leads from the last parts of the provider's property path to the
// field of our form.
var fields = map[string]string{
	"customer/name":                    "payer.name",
	"juridical_person/corporate_name":  "payer.name",
	"customer/cpf":                     "payer.taxID",
	"juridical_person/cnpj":            "payer.taxID",
	"customer/juridical_person":        "payer.taxID",
	"customer/email":                   "payer.email",
	"customer/phone_number":            "payer.phone",
	"customer/address":                 "payer.address",
	"address/street":                   "payer.address.street",
	"address/number":                   "payer.address.number",
	"address/complement":               "payer.address.complement",
	"address/neighborhood":             "payer.address.district",
	"address/city":                     "payer.address.city",
	"address/state":                    "payer.address.state",
	"address/zipcode":                  "payer.address.postalCode",
	"configurations/fine":              "fine",
	"configurations/interest":          "interest",
	"interest/value":                   "interest",
	"interest/type":                    "interest",
	"configurations/days_to_write_off": "daysToWriteOff",
	"discount":                         "discount",
	"discount/type":                    "discount",
	"discount/value":                   "discount",
	"conditional_discount":             "conditionalDiscount",
	"conditional_discount/type":        "conditionalDiscount",
	"conditional_discount/value":       "conditionalDiscount",
	"conditional_discount/until_date":  "conditionalDiscount.until",
	"expire_at":                        "dueDate",
	"message":                          "message",
	"custom_id":                        "reference",
	"notification_url":                 "notificationURL",
	"email":                            "payer.email",
	"billing_address":                  "payer.address",
	"billing_address/street":           "payer.address.street",
	"billing_address/number":           "payer.address.number",
	"billing_address/complement":       "payer.address.complement",
	"billing_address/neighborhood":     "payer.address.district",
	"billing_address/city":             "payer.address.city",
	"billing_address/state":            "payer.address.state",
	"billing_address/zipcode":          "payer.address.postalCode",
	"payment_token":                    "card.token",
	"installments":                     "card.installments",
	"brand":                            "card.brand",
	"repeats":                          "parcels",
	"billet_discount":                  "discount",
	"card_discount":                    "discount",
	"payment_method":                   "linkMethods",
	"description":                      "note",
	"amount":                           "amountCents",
	"customer":                         "payer",
	"items":                            "lines",
	"total":                            "amountCents",
	"value":                            "amountCents",
}

var (
	itemPath = regexp.MustCompile(`(?:^|/)items/([0-9]{1,4})(?:/([a-z_]+))?$`)
	itemPart = map[string]string{"name": ".name", "value": ".unitCents", "amount": ".quantity"}
)

// fieldOf answers the form field of a property path such as
// "/payment/banking_billet/customer/phone_number", "" when it is unknown.
func fieldOf(property string) string {
	if item := itemPath.FindStringSubmatch(property); item != nil {
		return fmt.Sprintf("lines[%s]%s", item[1], itemPart[item[2]])
	}
	parts := strings.Split(strings.Trim(property, "/"), "/")
	if count := len(parts); count > 1 {
		if field := fields[strings.Join(parts[count-2:], "/")]; field != "" {
			return field
		}
	}
	return fields[parts[len(parts)-1]]
}

func firstText(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
