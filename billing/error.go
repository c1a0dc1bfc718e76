package billing

import (
	"errors"
	"strings"

	"ponte/billing/provider"
)

// Problem is one thing that is wrong with an input.
type Problem struct {
	Code  string        // for programs, for example TAX_ID_INVALID
	Field []string      // the path of the input field, empty when it is about the whole
	Text  provider.Text // what is wrong and what to do
}

// Refusal is the error of an input that was refused: nothing was written.
type Refusal []Problem

// Error implements the error interface, for logs.
func (r Refusal) Error() string {
	parts := make([]string, len(r))
	for i, problem := range r {
		parts[i] = problem.Code + " " + strings.Join(problem.Field, ".") + ": " + problem.Text.EN
	}
	return strings.Join(parts, "; ")
}

// orNil answers the refusal as an error, nil when there is no problem.
func (r Refusal) orNil() error {
	if len(r) == 0 {
		return nil
	}
	return r
}

// add appends a problem; field is a path like "items.0.quantity".
func (r *Refusal) add(code, field, pt, en string) {
	*r = append(*r, problem(code, field, pt, en))
}

func problem(code, field, pt, en string) Problem {
	path := []string{}
	if field != "" {
		path = strings.Split(field, ".")
	}
	return Problem{Code: code, Field: path, Text: provider.Text{PT: pt, EN: en}}
}

func refuse(code, field, pt, en string) error { return Refusal{problem(code, field, pt, en)} }

// AsRefusal answers the refusal in an error.
func AsRefusal(err error) (Refusal, bool) {
	var refusal Refusal
	ok := errors.As(err, &refusal)
	return refusal, ok
}

// notFound is the refusal of an id that is not there.
func notFound(field, pt, en string) error {
	return refuse("NOT_FOUND", field, pt+" não foi encontrado(a): atualize a página e escolha de novo.", en+" was not found: reload and choose again.")
}
