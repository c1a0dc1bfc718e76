package provider

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Class says what the caller may do after an error.
type Class string

// The classes of providers/gerencianet.md, 8.4, for every provider.
const (
	Invalid     Class = "INVALID"     // the request was refused: a person corrects it
	State       Class = "STATE"       // the object is in another state: read it and reconcile
	Auth        Class = "AUTH"        // credentials or permission: stop until they are mended
	Account     Class = "ACCOUNT"     // the account is blocked or lacks a service: stop
	Limit       Class = "LIMIT"       // a daily limit: wait
	Duplicate   Class = "DUPLICATE"   // the provider takes it for a duplicate: a person decides
	NotFound    Class = "NOT_FOUND"   // no such object
	Ambiguous   Class = "AMBIGUOUS"   // it may or may not have been executed: ask before sending again
	Unavailable Class = "UNAVAILABLE" // certainly not executed, or only a read: send again later
)

// Text is a sentence for people in both languages.
type Text struct {
	PT string `json:"pt"`
	EN string `json:"en"`
}

// In answers the sentence in a locale; Portuguese unless it begins with "en".
func (t Text) In(locale string) string {
	if strings.HasPrefix(locale, "en") {
		return t.EN
	}
	return t.PT
}

// Error is what a provider refused or failed to answer.
type Error struct {
	Provider   string // "gerencianet", "vhsys"
	Class      Class
	Code       string // the provider's own code or name, "" when it gave none
	Text       string // the provider's own words, without secrets and with tax ids masked
	Field      string // our form field that the refusal is about, for example "customer.phone", "" when none
	Cause      Text   // what it means
	Remedy     Text   // what a person can do
	HTTPStatus int    // 0 when no answer came
	RetryAfter time.Duration
	Err        error // the cause for the log
}

// Error implements the error interface, for logs.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s: %s", e.Provider, strings.ToLower(string(e.Class)))
	if e.Code != "" {
		text += " " + e.Code
	}
	if e.Text != "" {
		text += ": " + e.Text
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap answers the cause.
func (e *Error) Unwrap() error { return e.Err }

// Temporary tells whether time may heal it.
func (e *Error) Temporary() bool {
	return e.Class == Ambiguous || e.Class == Unavailable || e.Class == Limit
}

// ClassOf answers the class of an error; an error of another type is Ambiguous,
// because nothing is known of it.
func ClassOf(err error) Class {
	var providerError *Error
	if errors.As(err, &providerError) {
		return providerError.Class
	}
	return Ambiguous
}

// Attempt is one HTTP exchange with a provider, as people may see it: secrets
// removed, tax ids masked, bodies cut at 4 KiB.
type Attempt struct {
	Method, Path string
	StartedAt    time.Time
	Duration     time.Duration
	Request      string
	Status       int // 0 when no answer came
	Response     string
	Error        string
}
