package provider

import "strings"

// Violation is one thing in a request that a provider would refuse, found
// before anything is sent.
type Violation struct {
	Field   string // our form field, for example "payer.phone" or "lines[0].name"
	Message Text   // what is wrong and what to do about it
}

// Violated answers the error of a request that was not sent because of its
// violations, or nil when there are none.
func Violated(provider string, violations []Violation) error {
	if len(violations) == 0 {
		return nil
	}
	var remedyPT, remedyEN []string
	for _, violation := range violations {
		remedyPT = append(remedyPT, violation.Message.PT)
		remedyEN = append(remedyEN, violation.Message.EN)
	}
	return &Error{
		Provider: provider,
		Class:    Invalid,
		Field:    violations[0].Field,
		Cause: Text{
			PT: "Nada foi enviado: os dados não passariam na conferência do provedor.",
			EN: "Nothing was sent: the data would not pass the provider's checks.",
		},
		Remedy: Text{PT: strings.Join(remedyPT, " "), EN: strings.Join(remedyEN, " ")},
	}
}
