package vhsys

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ponte/billing/brazil"
)

// record is a JSON object read loosely: the same field is a string, a number or
// null, depending on the answer (providers/vhsys.md, 1).
type record map[string]any

// decode reads one JSON object and nothing after it.
func decode(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errors.New("text after the JSON value")
	}
	return nil
}

// records reads an object as one record and an array as many.
func records(data json.RawMessage) []record {
	var one record
	if decode(data, &one) == nil {
		if one == nil {
			return nil
		}
		return []record{one}
	}
	var elements []json.RawMessage
	if decode(data, &elements) != nil {
		return nil
	}
	many := make([]record, 0, len(elements))
	for _, element := range elements {
		var row record
		if decode(element, &row) == nil && row != nil {
			many = append(many, row)
		}
	}
	return many
}

// text answers the first of the fields that is a string or a number and not
// empty.
func (r record) text(names ...string) string {
	for _, name := range names {
		switch value := r[name].(type) {
		case string:
			if value = strings.TrimSpace(value); value != "" {
				return value
			}
		case json.Number:
			return value.String()
		}
	}
	return ""
}

// key answers the first of the fields that holds an id, "" when none does; the API
// writes 0 for none.
func (r record) key(names ...string) string {
	for _, name := range names {
		if text := r.text(name); id.MatchString(text) {
			return text
		}
	}
	return ""
}

// number orders records by an id.
func (r record) number(name string) int64 {
	number, _ := strconv.ParseInt(r.text(name), 10, 64)
	return number
}

// yes reads the API's booleans: "Sim" and "Nao", 1 and 0.
func (r record) yes(name string) bool {
	switch strings.ToLower(r.text(name)) {
	case "sim", "1":
		return true
	}
	value, _ := r[name].(bool)
	return value
}

func (r record) trashed() bool { return r.yes("lixeira") }

// cents reads an amount in reais, rounded to the cent.
func (r record) cents(name string) int64 {
	amount := r.rational(name)
	amount.Mul(amount, big.NewRat(100, 1))
	half := big.NewRat(1, 2)
	if amount.Sign() < 0 {
		half.Neg(half)
	}
	amount.Add(amount, half)
	return whole(new(big.Int).Quo(amount.Num(), amount.Denom()))
}

// quantity reads a whole number. We never send a fraction: a line that has one
// was made by a person, and as 0 it is not taken for one of ours.
func (r record) quantity(name string) int64 {
	amount := r.rational(name)
	if !amount.IsInt() {
		return 0
	}
	return whole(amount.Num())
}

func whole(number *big.Int) int64 {
	if !number.IsInt64() {
		return 0
	}
	return number.Int64()
}

// longestNumber keeps an exponent or endless digits from costing memory.
const longestNumber = 40

func (r record) rational(name string) *big.Rat {
	text := r.text(name)
	if len(text) > longestNumber || strings.Trim(text, "-0123456789.") != "" {
		return new(big.Rat)
	}
	if amount, ok := new(big.Rat).SetString(text); ok {
		return amount
	}
	return new(big.Rat)
}

// moment reads a time of São Paulo, nil when there is none: "0000-00-00 00:00:00",
// null or "".
func (r record) moment(name string) *time.Time {
	moment, err := time.ParseInLocation(wallClockLayout, r.text(name), brazil.SaoPaulo)
	if err != nil || moment.Year() < 1900 {
		return nil
	}
	return &moment
}

// day reads a date, also one with a time behind it.
func (r record) day(name string) *brazil.Date {
	text, _, _ := strings.Cut(r.text(name), " ")
	day, err := brazil.ParseDate(text)
	if err != nil {
		return nil
	}
	return &day
}

// reais writes cents as the API takes money: a string with a dot.
func reais(cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	return fmt.Sprintf("%s%d.%02d", sign, cents/100, cents%100)
}

// units writes a quantity as the API takes it.
func units(quantity int64) string { return reais(quantity * 100) }

// windows1252 are the characters that stand for the bytes 80 to 9F where a text
// was taken for Windows-1252 instead of Latin-1.
var windows1252 = map[rune]byte{
	'€': 0x80, '‚': 0x82, 'ƒ': 0x83, '„': 0x84, '…': 0x85, '†': 0x86, '‡': 0x87, 'ˆ': 0x88, '‰': 0x89,
	'Š': 0x8A, '‹': 0x8B, 'Œ': 0x8C, 'Ž': 0x8E, '‘': 0x91, '’': 0x92, '“': 0x93, '”': 0x94, '•': 0x95,
	'–': 0x96, '—': 0x97, '˜': 0x98, '™': 0x99, 'š': 0x9A, '›': 0x9B, 'œ': 0x9C, 'ž': 0x9E, 'Ÿ': 0x9F,
}

// mend undoes a double encoding ("separaÃ§Ã£o"). A text that was encoded once
// has no bytes that read as UTF-8 again, and is left as it is.
func mend(text string) string {
	raw := make([]byte, 0, len(text))
	for _, character := range text {
		if byteOf, ok := windows1252[character]; ok {
			raw = append(raw, byteOf)
			continue
		}
		if character > 0xFF {
			return text
		}
		raw = append(raw, byte(character))
	}
	if !utf8.Valid(raw) {
		return text
	}
	return string(raw)
}
