package sandbox

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// violation is what a schema refuses: which property, and why, in the
// provider's language. It is the error_description of code 3500034.
type violation struct {
	Property string `json:"property"`
	Message  string `json:"message"`
}

// schema is one rule of the provider's request schemas (gerencianet.md, 8.1).
// Values are what encoding/json gives with UseNumber.
type schema interface {
	check(property string, value any) *violation
}

// text is a string, by its length in characters and by a pattern.
type text struct {
	min, max int
	pattern  *regexp.Regexp
}

func (t text) check(property string, value any) *violation {
	content, isText := value.(string)
	if !isText {
		return wrongType(property, "string", value)
	}
	length := utf8.RuneCountInString(content)
	switch {
	case length < t.min:
		return &violation{property, fmt.Sprintf("A string é muito curta (%d caracteres), o mínimo é %d.", length, t.min)}
	case t.max > 0 && length > t.max:
		return &violation{property, fmt.Sprintf("A string é muito longa (%d caracteres), o máximo é %d.", length, t.max)}
	case t.pattern != nil && !t.pattern.MatchString(content):
		return &violation{property, fmt.Sprintf("A string não corresponde ao modelo: %s.", t.pattern)}
	}
	return nil
}

// date is a calendar day. The pattern comes first because its message is the
// one that the provider gives.
type date struct{}

func (date) check(property string, value any) *violation {
	if refused := (text{pattern: datePattern}).check(property, value); refused != nil {
		return refused
	}
	if !isDate(value.(string)) {
		return &violation{property, "A data informada não existe."}
	}
	return nil
}

// choice is a string out of a closed list.
type choice []string

func (c choice) check(property string, value any) *violation {
	content, isText := value.(string)
	if !isText {
		return wrongType(property, "string", value)
	}
	if !slices.Contains(c, content) {
		return &violation{property, fmt.Sprintf("O valor não está entre os permitidos: %s.", strings.Join(c, ", "))}
	}
	return nil
}

// integer is a whole number between two limits, both allowed.
type integer struct{ min, max int64 }

func (i integer) check(property string, value any) *violation {
	number, isNumber := value.(json.Number)
	if !isNumber {
		return wrongType(property, "integer", value)
	}
	whole, err := number.Int64()
	switch {
	case err != nil:
		return wrongType(property, "integer", value)
	case whole < i.min:
		return &violation{property, fmt.Sprintf("O valor %d é menor que o mínimo %d.", whole, i.min)}
	case whole > i.max:
		return &violation{property, fmt.Sprintf("O valor %d é maior que o máximo %d.", whole, i.max)}
	}
	return nil
}

// boolean is true or false.
type boolean struct{}

func (boolean) check(property string, value any) *violation {
	if _, isBoolean := value.(bool); !isBoolean {
		return wrongType(property, "boolean", value)
	}
	return nil
}

// nullable also lets null pass.
type nullable struct{ schema }

func (n nullable) check(property string, value any) *violation {
	if value == nil {
		return nil
	}
	return n.schema.check(property, value)
}

// either passes when one of its rules does. Else it refuses like the rule of
// the value's own JSON type, which is the more useful message.
type either struct{ first, second schema }

func (e either) check(property string, value any) *violation {
	first, second := e.first.check(property, value), e.second.check(property, value)
	switch {
	case first == nil || second == nil:
		return nil
	case strings.HasPrefix(first.Message, wrongTypePrefix):
		return second
	default:
		return first
	}
}

// list is an array of at least min elements of one rule.
type list struct {
	of  schema
	min int
}

func (l list) check(property string, value any) *violation {
	elements, isList := value.([]any)
	if !isList {
		return wrongType(property, "array", value)
	}
	if len(elements) < l.min {
		return &violation{property, fmt.Sprintf("A lista é muito curta (%d), o mínimo é %d.", len(elements), l.min)}
	}
	for i, element := range elements {
		if refused := l.of.check(fmt.Sprintf("%s/%d", property, i), element); refused != nil {
			return refused
		}
	}
	return nil
}

// object is a strict object: a name that is not listed is refused.
type object struct {
	fields []field
	// exactlyOne names fields of which one and only one must be there.
	exactlyOne []string
	// atLeastOne refuses an object without any field.
	atLeastOne bool
}

// field is one named property of an object.
type field struct {
	name     string
	rule     schema
	required bool
}

func (o object) check(property string, value any) *violation {
	content, isObject := value.(map[string]any)
	if !isObject {
		return wrongType(rootProperty(property), "object", value)
	}
	if refused := o.checkNames(property, content); refused != nil {
		return refused
	}
	for _, f := range o.fields {
		given, present := content[f.name]
		if !present {
			continue
		}
		if refused := f.rule.check(property+"/"+f.name, given); refused != nil {
			return refused
		}
	}
	return nil
}

// checkNames refuses missing, unknown and mutually exclusive properties.
func (o object) checkNames(property string, content map[string]any) *violation {
	known := map[string]bool{}
	for _, f := range o.fields {
		known[f.name] = true
		if _, present := content[f.name]; f.required && !present {
			return &violation{property + "/" + f.name, fmt.Sprintf("Propriedade obrigatória ausente: %s.", f.name)}
		}
	}
	for _, name := range sortedKeys(content) {
		if !known[name] {
			return &violation{property + "/" + name, fmt.Sprintf("Propriedades adicionais não são permitidas: %s.", name)}
		}
	}
	if o.atLeastOne && len(content) == 0 {
		return &violation{rootProperty(property), "Informe ao menos uma propriedade."}
	}
	return o.checkExclusive(property, content)
}

// checkExclusive enforces exactlyOne.
func (o object) checkExclusive(property string, content map[string]any) *violation {
	if len(o.exactlyOne) == 0 {
		return nil
	}
	present := 0
	for _, name := range o.exactlyOne {
		if _, given := content[name]; given {
			present++
		}
	}
	if present == 1 {
		return nil
	}
	return &violation{rootProperty(property), fmt.Sprintf("Informe exatamente uma das propriedades: %s.", strings.Join(o.exactlyOne, ", "))}
}

// rootProperty names the document itself "/".
func rootProperty(property string) string {
	if property == "" {
		return "/"
	}
	return property
}

// wrongType is the refusal of a value of another JSON type.
func wrongType(property, want string, value any) *violation {
	return &violation{property, fmt.Sprintf("%s: %s (esperado: %s).", wrongTypePrefix, jsonType(value), want)}
}

const wrongTypePrefix = "Tipo inválido"

// jsonType names the JSON type of a decoded value.
func jsonType(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case json.Number:
		return "number"
	case []any:
		return "array"
	default:
		return "object"
	}
}
