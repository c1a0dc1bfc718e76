package enum

import "io"

// ImportOutcome is what became of a row of an import.
type ImportOutcome string

// The values of ImportOutcome.
const (
	ImportCreated   ImportOutcome = "CREATED"
	ImportUpdated   ImportOutcome = "UPDATED"
	ImportUnchanged ImportOutcome = "UNCHANGED"
	ImportRefused   ImportOutcome = "REFUSED"
)

// Values answers all values of ImportOutcome.
func (ImportOutcome) Values() []string { return []string{"CREATED", "UPDATED", "UNCHANGED", "REFUSED"} }

// MarshalGQL writes the value for GraphQL.
func (v ImportOutcome) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *ImportOutcome) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }
