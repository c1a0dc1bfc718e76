package access

import (
	"slices"
	"strings"

	"ponte/ent/enum"
)

// Area is a part of the API for which tokens get scopes.
type Area string

// The areas. Schema is introspection.
const (
	Sales        Area = "SALES"
	Charges      Area = "CHARGES"
	Customers    Area = "CUSTOMERS"
	Products     Area = "PRODUCTS"
	Ledger       Area = "LEDGER"
	Integrations Area = "INTEGRATIONS"
	Failures     Area = "FAILURES"
	Users        Area = "USERS"
	Schema       Area = "SCHEMA"
)

// Read is the scope that reads the area.
func (a Area) Read() enum.Scope { return enum.Scope(a + "_READ") }

// Write is the scope that changes the area; it includes Read.
func (a Area) Write() enum.Scope { return enum.Scope(a + "_WRITE") }

// includes tells whether a token's scopes include the one that is needed.
func includes(held []enum.Scope, needed enum.Scope) bool {
	area, reads := strings.CutSuffix(string(needed), "_READ")
	return slices.Contains(held, needed) || reads && slices.Contains(held, Area(area).Write())
}
