package graph

import (
	"context"
	"path"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ponte/access"
	"ponte/ent/enum"
)

// areas says what each schema file is about: whatever is declared in it needs a
// scope of that area. What is in schema.graphqls is free.
var areas = map[string]access.Area{
	"approval": access.Charges, "audit": access.Users, "batch": access.Charges, "carnet": access.Charges, "channel": access.Failures, "charge": access.Charges, "convenio": access.Ledger, "customer": access.Customers,
	"difference": access.Integrations, "entry": access.Ledger, "failure": access.Failures, "integration": access.Integrations, "invoice": access.Sales,
	"operation": access.Charges, "product": access.Products, "refund": access.Charges, "sale": access.Sales, "session": access.Users, "token": access.Users, "user": access.Users,
	"webhook": access.Integrations,
}

// free are the types of those files that any token may read. What a mutation
// answers of itself, its payload, is free too.
var free = map[string]bool{"Viewer": true, "Query.viewer": true}

// neededScope answers the scope that a field needs; "" when any token may use it.
func neededScope(parent *ast.Definition, field *ast.FieldDefinition) enum.Scope {
	if strings.HasPrefix(field.Name, "__") {
		if field.Name == "__typename" {
			return ""
		}
		return access.Schema.Read()
	}
	root := parent.Name == "Query" || parent.Name == "Subscription"
	at := parent.Position
	if root || parent.Name == "Mutation" {
		at = field.Position
	}
	area := areas[strings.TrimSuffix(path.Base(at.Src.Name), ".graphqls")]
	switch {
	case strings.HasPrefix(parent.Name, "__"), area == "", free[parent.Name], free[parent.Name+"."+field.Name], strings.HasSuffix(parent.Name, "Payload"):
		return ""
	case parent.Name == "Mutation":
		return area.Write()
	}
	return area.Read()
}

// nodeAreas says by the prefix of an id which area its object is in.
var nodeAreas = map[string]access.Area{
	"chg": access.Charges, "crn": access.Charges, "rfd": access.Charges, "apr": access.Charges, "bat": access.Charges, "opr": access.Charges,
	"sal": access.Sales, "inv": access.Sales, "ord": access.Sales, "cus": access.Customers, "prd": access.Products,
	"acc": access.Ledger, "cnv": access.Ledger, "his": access.Ledger, "ent": access.Ledger,
	"dif": access.Integrations, "int": access.Integrations, "flr": access.Failures, "usr": access.Users, "tok": access.Users,
	"whe": access.Integrations, "whd": access.Integrations,
}

// mayRead tells whether the viewer may read the object of an id by its kind.
func mayRead(ctx context.Context, id string) bool {
	area, known := nodeAreas[prefix(id)]
	return !known || access.ViewerFrom(ctx).Has(area.Read())
}

// scopes is the gqlgen extension that refuses, before anything is resolved, an
// operation of a token that asks for more than its scopes allow, wherever in the
// document it asks.
type scopes struct{}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
} = scopes{}

// ExtensionName names the extension.
func (scopes) ExtensionName() string { return "Scopes" }

// Validate has nothing to check.
func (scopes) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext refuses the first field that the token may not use.
func (scopes) MutateOperationContext(ctx context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	viewer := access.ViewerFrom(ctx)
	if viewer == nil || viewer.Token == nil {
		return nil
	}
	check := scopeCheck{viewer: viewer, seen: map[string]bool{}}
	field, scope := check.refused(operation.Operation.SelectionSet)
	if field == nil {
		return nil
	}
	message := textOf("O token não tem o escopo "+string(scope)+", que "+field.Name+" pede: crie um token com ele.", "The token lacks the scope "+string(scope)+", which "+field.Name+" needs: make a token with it.")
	return &gqlerror.Error{
		Message: message.In(locale(ctx)), Extensions: map[string]any{"code": "FORBIDDEN", "scope": string(scope)},
		Locations: []gqlerror.Location{{Line: field.Position.Line, Column: field.Position.Column}},
	}
}

// scopeCheck walks a document, each fragment once.
type scopeCheck struct {
	viewer *access.Viewer
	seen   map[string]bool
}

func (c scopeCheck) refused(selections ast.SelectionSet) (*ast.Field, enum.Scope) {
	for _, selection := range selections {
		var below ast.SelectionSet
		switch selection := selection.(type) {
		case *ast.Field:
			if scope := neededScope(selection.ObjectDefinition, selection.Definition); scope != "" && !c.viewer.Has(scope) {
				return selection, scope
			}
			below = selection.SelectionSet
		case *ast.InlineFragment:
			below = selection.SelectionSet
		case *ast.FragmentSpread:
			if c.seen[selection.Name] {
				continue
			}
			c.seen[selection.Name] = true
			below = selection.Definition.SelectionSet
		}
		if field, scope := c.refused(below); field != nil {
			return field, scope
		}
	}
	return nil, ""
}
