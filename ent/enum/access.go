package enum

import "io"

// Scope is what a token may do in one area.
type Scope string

// The values of Scope.
const (
	SalesRead         Scope = "SALES_READ"
	SalesWrite        Scope = "SALES_WRITE"
	ChargesRead       Scope = "CHARGES_READ"
	ChargesWrite      Scope = "CHARGES_WRITE"
	CustomersRead     Scope = "CUSTOMERS_READ"
	CustomersWrite    Scope = "CUSTOMERS_WRITE"
	ProductsRead      Scope = "PRODUCTS_READ"
	ProductsWrite     Scope = "PRODUCTS_WRITE"
	LedgerRead        Scope = "LEDGER_READ"
	LedgerWrite       Scope = "LEDGER_WRITE"
	IntegrationsRead  Scope = "INTEGRATIONS_READ"
	IntegrationsWrite Scope = "INTEGRATIONS_WRITE"
	FailuresRead      Scope = "FAILURES_READ"
	FailuresWrite     Scope = "FAILURES_WRITE"
	UsersRead         Scope = "USERS_READ"
	UsersWrite        Scope = "USERS_WRITE"
	SchemaRead        Scope = "SCHEMA_READ"
)

// Values answers all values of Scope.
func (Scope) Values() []string {
	return []string{
		"SALES_READ", "SALES_WRITE", "CHARGES_READ", "CHARGES_WRITE", "CUSTOMERS_READ", "CUSTOMERS_WRITE", "PRODUCTS_READ", "PRODUCTS_WRITE",
		"LEDGER_READ", "LEDGER_WRITE", "INTEGRATIONS_READ", "INTEGRATIONS_WRITE", "FAILURES_READ", "FAILURES_WRITE", "USERS_READ", "USERS_WRITE", "SCHEMA_READ",
	}
}

// MarshalGQL writes the value for GraphQL.
func (v Scope) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *Scope) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// TokenOrigin is where a token was made.
type TokenOrigin string

// The values of TokenOrigin.
const (
	TokenFromPanel       TokenOrigin = "PANEL"
	TokenFromAPI         TokenOrigin = "API"
	TokenFromCommandLine TokenOrigin = "COMMAND_LINE"
)

// Values answers all values of TokenOrigin.
func (TokenOrigin) Values() []string { return []string{"PANEL", "API", "COMMAND_LINE"} }

// MarshalGQL writes the value for GraphQL.
func (v TokenOrigin) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *TokenOrigin) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// AuditChange is what was done to an object.
type AuditChange string

// The values of AuditChange.
const (
	AuditCreated  AuditChange = "CREATED"
	AuditChanged  AuditChange = "CHANGED"
	AuditRemoved  AuditChange = "REMOVED"
	AuditRevealed AuditChange = "REVEALED"
)

// Values answers all values of AuditChange.
func (AuditChange) Values() []string { return []string{"CREATED", "CHANGED", "REMOVED", "REVEALED"} }

// MarshalGQL writes the value for GraphQL.
func (v AuditChange) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *AuditChange) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }
