package provider

import (
	"maps"
	"net/http"
	"slices"
)

// Known is a failure that is explained: what the table of failures in the
// documentation lists.
type Known struct {
	Code   string // as a failure carries it, for example gerencianet.3500034
	Class  Class
	Field  string // the form field that mends it, "" when the code alone does not tell
	Cause  Text
	Remedy Text
}

// KnownIn lists a provider's table of explanations in the order of its codes.
func KnownIn[T any](provider string, table map[string]T, explain func(T) Known) []Known {
	list := make([]Known, 0, len(table))
	for _, code := range slices.Sorted(maps.Keys(table)) {
		known := explain(table[code])
		known.Code = provider + "." + code
		list = append(list, known)
	}
	return list
}

// KnownOfTransport lists what keeps any call from its answer.
func KnownOfTransport(provider, title string) []Known {
	c := &HTTPClient{config: HTTPConfig{Provider: provider, Title: title}}
	known := func(code string, class Class, explain func() (Text, Text)) Known {
		cause, remedy := explain()
		return Known{Code: provider + "." + code, Class: class, Cause: cause, Remedy: remedy}
	}
	return []Known{
		known("unavailable", Unavailable, c.unreachable),
		known("ambiguous", Ambiguous, c.uncertain),
		known("limit", Limit, func() (Text, Text) { return c.unreadable(http.StatusTooManyRequests) }),
	}
}
