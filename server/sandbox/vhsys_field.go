package sandbox

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// fieldKind is what a field may hold.
type fieldKind int

const (
	textField   fieldKind = iota
	moneyField            // a decimal, as text with a dot or as a number
	wholeField            // an integer, as text or as a number
	dateField             // YYYY-MM-DD, or empty in one of the ways of Vhsys
	choiceField           // one of a closed list
)

// erpField is one documented field of a request. Fields that are not listed
// are ignored, as Vhsys seems to do.
type erpField struct {
	name    string
	kind    fieldKind
	max     int // characters; 0 is no limit
	choices []string
	initial any // what GET answers when nothing was sent
	// required fields must be sent and must not be empty.
	required bool
	// fixed fields are taken on creation and ignored on change.
	fixed bool
}

// accept reads the known fields of a body. It says no to the first wrong one
// without telling which, as the API does.
func accept(fields []erpField, body map[string]any, creating bool) (map[string]any, bool) {
	accepted := map[string]any{}
	for _, f := range fields {
		value, sent := body[f.name]
		if creating && f.required && (!sent || value == nil || value == "") {
			return nil, false
		}
		if !sent || value == nil || f.fixed && !creating {
			continue
		}
		clean, good := f.clean(value)
		if !good {
			return nil, false
		}
		accepted[f.name] = clean
	}
	return accepted, true
}

// clean checks one value and returns it as the API will echo it.
func (f erpField) clean(value any) (any, bool) {
	content, simple := scalar(value)
	if !simple {
		return nil, false
	}
	switch f.kind {
	case moneyField:
		return content, content == "" || isDecimal(content)
	case wholeField:
		_, err := strconv.ParseInt(content, 10, 64)
		return content, content == "" || err == nil
	case dateField:
		return content, content == "" || content == "0000-00-00" || isDate(content)
	case choiceField:
		return content, slices.Contains(f.choices, content)
	default:
		return content, f.max == 0 || utf8.RuneCountInString(content) <= f.max
	}
}

// scalar writes a text or a number as text.
func scalar(value any) (string, bool) {
	switch typed := value.(type) {
	case string:
		return typed, true
	case json.Number:
		return typed.String(), true
	}
	return "", false
}

// isDecimal accepts what Vhsys takes for a number: a dot, never a comma.
func isDecimal(content string) bool {
	number, err := strconv.ParseFloat(content, 64)
	return err == nil && !math.IsNaN(number) && !math.IsInf(number, 0)
}

// decimal reads a field that accept has seen; anything else counts as zero.
func decimal(value any) float64 {
	number, _ := strconv.ParseFloat(fmt.Sprint(value), 64)
	return number
}

// whole reads an integer field that accept has seen, or a number that came
// back from the journal.
func whole(value any) int64 {
	if number, isFloat := value.(float64); isFloat {
		return int64(number)
	}
	number, _ := strconv.ParseInt(fmt.Sprint(value), 10, 64)
	return number
}

// sixDecimals is how Vhsys prints computed amounts.
func sixDecimals(amount float64) string { return strconv.FormatFloat(amount, 'f', 6, 64) }

// twoDecimals rounds to cents.
func twoDecimals(amount float64) float64 { return math.Round(amount*100) / 100 }

// paymentForms is the closed list of instalments and receivables. No endpoint
// answers it (vhsys.md, 2.3).
var paymentForms = []string{
	"Dinheiro", "PIX", "Cheque", "Permuta", "Cartão de Crédito", "Cartão de Débito", "Boleto",
	"Transferência", "Ted", "Depósito Identificado", "Depósito em C/C", "Duplicata Mercantil",
	"Faturado", "Faturar", "Débito Automático", "Lotérica", "Banco", "DDA", "Pagamento online",
	"BNDES", "Outros", "DP Descontada", "CH Descontado", "Vale Alimentação", "Vale Refeição",
	"Vale Presente", "Vale Combustível",
}

var (
	yesOrNo    = []string{"Sim", "Nao"}
	zeroOrOne  = []string{"0", "1"}
	activeOrNo = []string{"Ativo", "Inativo"}
)
