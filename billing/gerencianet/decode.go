package gerencianet

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"ponte/billing/brazil"
)

// object is a JSON object read loosely: the provider changes types between
// answers and adds fields without a version (providers/gerencianet.md, 8.5), so
// a value of an unexpected type counts as absent.
type object map[string]any

// decode reads one JSON object and nothing after it.
func decode(text []byte) (object, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value object
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if value == nil {
		return nil, errors.New("not a JSON object")
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("text after the JSON object")
	}
	return value, nil
}

// object answers a member that is an object, an empty one otherwise.
func (o object) object(name string) object {
	member, _ := o[name].(map[string]any)
	return member
}

// objects answers the objects of a member that is an array.
func (o object) objects(name string) []object {
	members, _ := o[name].([]any)
	found := make([]object, 0, len(members))
	for _, member := range members {
		if member, ok := member.(map[string]any); ok {
			found = append(found, member)
		}
	}
	return found
}

// text answers the first of the members that is a string or a number and not
// empty.
func (o object) text(names ...string) string {
	for _, name := range names {
		switch value := o[name].(type) {
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

// integer answers a whole number, however it is written.
func (o object) integer(name string) *int64 {
	text := o.text(name)
	if whole, err := strconv.ParseInt(text, 10, 64); err == nil {
		return &whole
	}
	fraction, err := strconv.ParseFloat(text, 64)
	if err != nil || fraction != math.Trunc(fraction) || math.Abs(fraction) >= 1<<53 {
		return nil
	}
	whole := int64(fraction)
	return &whole
}

// count answers a small number that is not negative, 0 when there is none.
func (o object) count(name string) int {
	whole := o.integer(name)
	if whole == nil || *whole < 0 || *whole > math.MaxInt32 {
		return 0
	}
	return int(*whole)
}

// date answers the day of a date or of a wall clock.
func (o object) date(name string) *brazil.Date {
	text := o.text(name)
	if len(text) < 10 {
		return nil
	}
	if moment, err := time.Parse(time.RFC3339, text); err == nil {
		day := brazil.DateOf(moment)
		return &day
	}
	day, err := brazil.ParseDate(text[:10])
	if err != nil {
		return nil
	}
	return &day
}

// moment reads a time with a zone, or a wall clock in São Paulo.
func (o object) moment(name string) *time.Time {
	text := o.text(name)
	if moment, err := time.Parse(time.RFC3339, text); err == nil {
		return &moment
	}
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02"} {
		if moment, err := time.ParseInLocation(layout, text, brazil.SaoPaulo); err == nil {
			return &moment
		}
	}
	return nil
}
