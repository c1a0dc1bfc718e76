package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/mail"
	"regexp"
	"strings"
)

// The patterns of the central bank's request schemas.
var (
	txidPattern      = regexp.MustCompile(`^[a-zA-Z0-9]{26,35}$`)
	refundIDPattern  = regexp.MustCompile(`^[a-zA-Z0-9]{1,35}$`)
	pixAmountPattern = regexp.MustCompile(`^\d{1,10}\.\d{2}$`)
	evpPattern       = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	pixPhonePattern  = regexp.MustCompile(`^\+[1-9]\d{10,14}$`)
	taxIDPattern     = regexp.MustCompile(`^(\d{11}|\d{14})$`)
	cnpjPattern      = regexp.MustCompile(`^[0-9]{14}$`)
)

var pixAmount = text{pattern: pixAmountPattern}

var pixRateSchema = object{fields: []field{
	{"modalidade", integer{1, 8}, true},
	{"valorPerc", pixAmount, true},
}}

var pixTermFields = []field{
	{"chave", text{1, 77, nil}, true},
	{"solicitacaoPagador", text{0, 140, nil}, false},
	{"infoAdicionais", list{object{fields: []field{
		{"nome", text{1, 50, nil}, true},
		{"valor", text{1, 200, nil}, true},
	}}, 0}, false},
	{"loc", object{fields: []field{{"id", positiveInteger, true}}}, false},
}

var cobSchema = object{fields: append([]field{
	{"calendario", object{fields: []field{{"expiracao", anyInteger, false}}}, false},
	{"devedor", object{exactlyOne: []string{"cpf", "cnpj"}, fields: []field{
		{"cpf", text{pattern: cpfPattern}, false},
		{"cnpj", text{pattern: cnpjPattern}, false},
		{"nome", text{1, 200, nil}, true},
	}}, false},
	{"valor", object{fields: []field{{"original", pixAmount, true}}}, true},
}, pixTermFields...)}

var cobvSchema = object{fields: append([]field{
	{"calendario", object{fields: []field{
		{"dataDeVencimento", date{}, true},
		{"validadeAposVencimento", naturalInteger, false},
	}}, true},
	{"devedor", object{exactlyOne: []string{"cpf", "cnpj"}, fields: []field{
		{"cpf", text{pattern: cpfPattern}, false},
		{"cnpj", text{pattern: cnpjPattern}, false},
		{"nome", text{1, 200, nil}, true},
		{"email", text{3, 255, nil}, false},
		{"logradouro", text{1, 200, nil}, false},
		{"cidade", text{1, 200, nil}, false},
		{"uf", text{2, 2, nil}, false},
		{"cep", text{8, 8, nil}, false},
	}}, true},
	{"valor", object{fields: []field{
		{"original", pixAmount, true},
		{"multa", pixRateSchema, false},
		{"juros", pixRateSchema, false},
		{"abatimento", pixRateSchema, false},
		{"desconto", object{fields: []field{
			{"modalidade", integer{1, 6}, true},
			{"valorPerc", pixAmount, false},
			{"descontoDataFixa", list{object{fields: []field{
				{"data", date{}, true},
				{"valorPerc", pixAmount, true},
			}}, 1}, false},
		}}, false},
	}}, true},
}, pixTermFields...)}

// pixTerms is what a charge says in one revision, under the provider's names.
type pixTerms struct {
	Calendar pixCalendar `json:"calendario"`
	Debtor   *pixDebtor  `json:"devedor,omitempty"`
	Value    pixValue    `json:"valor"`
	Key      string      `json:"chave"`
	Request  string      `json:"solicitacaoPagador,omitempty"`
	Info     []pixInfo   `json:"infoAdicionais,omitempty"`
}

// pixCalendar is a life in seconds, or a due date with the days after it.
type pixCalendar struct {
	CreatedAt  string `json:"criacao,omitempty"`
	Expiration int64  `json:"expiracao,omitempty"`
	DueDate    string `json:"dataDeVencimento,omitempty"`
	ValidDays  *int64 `json:"validadeAposVencimento,omitempty"`
}

type pixDebtor struct {
	CPF    string `json:"cpf,omitempty"`
	CNPJ   string `json:"cnpj,omitempty"`
	Name   string `json:"nome"`
	Email  string `json:"email,omitempty"`
	Street string `json:"logradouro,omitempty"`
	City   string `json:"cidade,omitempty"`
	State  string `json:"uf,omitempty"`
	Zip    string `json:"cep,omitempty"`
}

type pixInfo struct {
	Name  string `json:"nome"`
	Value string `json:"valor"`
}

type pixValue struct {
	Original string       `json:"original"`
	Fine     *pixRate     `json:"multa,omitempty"`
	Interest *pixRate     `json:"juros,omitempty"`
	Rebate   *pixRate     `json:"abatimento,omitempty"`
	Discount *pixDiscount `json:"desconto,omitempty"`
}

// pixRate is an amount or a percentage; the mode says which.
type pixRate struct {
	Mode   int64  `json:"modalidade"`
	Amount string `json:"valorPerc"`
}

type pixDiscount struct {
	Mode   int64           `json:"modalidade"`
	Amount string          `json:"valorPerc,omitempty"`
	Dates  []datedDiscount `json:"descontoDataFixa,omitempty"`
}

// datedDiscount holds until the end of its day.
type datedDiscount struct {
	Date   string `json:"data"`
	Amount string `json:"valorPerc"`
}

// pixRequest is the body of PUT, POST and PATCH.
type pixRequest struct {
	pixTerms
	Location *struct {
		ID int64 `json:"id"`
	} `json:"loc"`
	Status string `json:"status"`
}

// decodePix checks a body against its schema and reads it into target.
// refused says a violation in the noun's own form.
func decodePix(body []byte, rules schema, target any, refused func(violation) answer) *answer {
	content, err := decodeAny(body)
	if err != nil {
		return refuse(pixRefusal(http.StatusBadRequest, "json_invalido", "O corpo da requisição não é um JSON válido"))
	}
	if broken := rules.check("", content); broken != nil {
		return refuse(refused(*broken))
	}
	if err := json.Unmarshal(body, target); err != nil {
		return refuse(refused(violation{"/", err.Error()}))
	}
	return nil
}

// decodeAny reads JSON in the way that the schemas expect.
func decodeAny(body []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var content any
	if err := decoder.Decode(&content); err != nil {
		return nil, err
	}
	if decoder.More() {
		return nil, fmt.Errorf("more than one value")
	}
	return content, nil
}

// invalidJSON is the schema's refusal in the provider's own form.
func invalidJSON(broken violation) answer {
	return pixRefusal(http.StatusBadRequest, "json_invalido", "Valores ou tipos de campo inválidos", pixProblem{
		Key: violationKey(broken.Message), Path: ".body" + strings.TrimSuffix(strings.ReplaceAll(broken.Property, "/", "."), "."),
		Message: broken.Message,
	})
}

// violationKey names the broken rule, as the provider's erros do.
func violationKey(message string) string {
	for prefix, key := range map[string]string{
		wrongTypePrefix: "type", "Propriedade obrigatória": "required", "Propriedades adicionais": "additionalProperties",
		"A string não corresponde": "pattern", "A string é muito curta": "minLength", "A string é muito longa": "maxLength",
		"O valor não está entre": "enum",
	} {
		if strings.HasPrefix(message, prefix) {
			return key
		}
	}
	return "value"
}

// invalidDueCharge is the schema's refusal in the central bank's form.
func invalidDueCharge(broken violation) answer {
	property := "cobv" + strings.TrimSuffix(strings.ReplaceAll(broken.Property, "/", "."), ".")
	return bankRefusal(http.StatusBadRequest, "CobVOperacaoInvalida", "Cobrança inválida.",
		"A requisição que busca alterar ou criar uma cobrança com vencimento não respeita o _schema_ ou está semanticamente errada.",
		map[string]string{"razao": broken.Message, "propriedade": property})
}

// merge lays a patch over a document: objects are merged, everything else is
// replaced. A debtor with a tax id replaces the old one, since cpf and cnpj
// exclude each other.
func merge(base, patch map[string]any) map[string]any {
	merged := map[string]any{}
	for name, value := range base {
		merged[name] = value
	}
	for name, value := range patch {
		newer, isObject := value.(map[string]any)
		older, wasObject := base[name].(map[string]any)
		_, hasCPF := newer["cpf"]
		_, hasCNPJ := newer["cnpj"]
		if isObject && wasObject && !hasCPF && !hasCNPJ {
			merged[name] = merge(older, newer)
			continue
		}
		merged[name] = value
	}
	return merged
}

// isPixKey says whether a text has the form of any kind of key.
func isPixKey(key string) bool {
	if evpPattern.MatchString(key) || pixPhonePattern.MatchString(key) {
		return true
	}
	if taxIDPattern.MatchString(key) {
		return validCPF(key) || validCNPJ(key)
	}
	address, err := mail.ParseAddress(key)
	return err == nil && address.Address == key && len(key) <= 77
}

// parsePixCents reads "123.45"; the schema has checked its form.
func parsePixCents(amount string) int64 {
	var units, cents int64
	_, _ = fmt.Sscanf(strings.Replace(amount, ".", " ", 1), "%d %d", &units, &cents)
	return units*100 + cents
}

// pixCents writes cents as the API does.
func pixCents(cents int64) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) }
