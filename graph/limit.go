package graph

import (
	"context"
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ponte/graph/gen"
)

// The limits of one request, looked at before anything is resolved. They are
// written in docs/api.md.
const (
	maxQueryCharacters = 15_000
	maxQueryTokens     = 5_000
	maxDepth           = 12
	maxAliases         = 15
	maxDirectives      = 50
	maxComplexity      = 50_000
)

// limits is the gqlgen extension that refuses what is too deep, too wide or too
// long.
type limits struct{}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
	graphql.OperationContextMutator
} = limits{}

// ExtensionName names the extension.
func (limits) ExtensionName() string { return "Limits" }

// Validate has nothing to check.
func (limits) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters refuses a document that is too long to parse.
func (limits) MutateOperationParameters(_ context.Context, request *graphql.RawParams) *gqlerror.Error {
	if len(request.Query) > maxQueryCharacters {
		return tooMuch("QUERY_TOO_LONG", "the query has %d characters, more than %d", len(request.Query), maxQueryCharacters)
	}
	return nil
}

// MutateOperationContext refuses an operation that is too deep or too wide.
func (limits) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	size := measure(operation.Doc, operation.Operation)
	switch {
	case size.depth > maxDepth:
		return tooMuch("QUERY_TOO_DEEP", "the query is %d levels deep, more than %d", size.depth, maxDepth)
	case size.aliases > maxAliases:
		return tooMuch("TOO_MANY_ALIASES", "the query has %d aliases, more than %d", size.aliases, maxAliases)
	case size.directives > maxDirectives:
		return tooMuch("TOO_MANY_DIRECTIVES", "the query has %d directives, more than %d", size.directives, maxDirectives)
	}
	return nil
}

func tooMuch(code, format string, arguments ...any) *gqlerror.Error {
	return &gqlerror.Error{Message: fmt.Sprintf(format, arguments...), Extensions: map[string]any{"code": code}}
}

type querySize struct{ depth, aliases, directives int }

// measure walks an operation once; a fragment counts wherever it is spread. The
// validator has refused cycles before.
func measure(document *ast.QueryDocument, operation *ast.OperationDefinition) querySize {
	size := querySize{directives: len(operation.Directives)}
	walk(document, operation.SelectionSet, 1, &size)
	return size
}

func walk(document *ast.QueryDocument, selections ast.SelectionSet, depth int, size *querySize) {
	if size.directives > maxDirectives || size.depth > maxDepth || size.aliases > maxAliases {
		return
	}
	for _, selection := range selections {
		switch selection := selection.(type) {
		case *ast.Field:
			if strings.HasPrefix(selection.Name, "__") {
				continue // introspection has limits of its own in the validator
			}
			size.depth = max(size.depth, depth)
			size.directives += len(selection.Directives)
			if selection.Alias != selection.Name {
				size.aliases++
			}
			walk(document, selection.SelectionSet, depth+1, size)
		case *ast.InlineFragment:
			size.directives += len(selection.Directives)
			walk(document, selection.SelectionSet, depth, size)
		case *ast.FragmentSpread:
			size.directives += len(selection.Directives)
			if fragment := document.Fragments.ForName(selection.Name); fragment != nil {
				walk(document, fragment.SelectionSet, depth, size)
			}
		}
	}
}

// complexity counts a list as many times as it can have elements.
func complexity() gen.ComplexityRoot {
	var root gen.ComplexityRoot
	paged := func(child int, first *int, last *int) int {
		size := defaultPage
		if first != nil {
			size = *first
		}
		if last != nil {
			size = *last
		}
		return 1 + child*min(max(size, 1), maxPage)
	}
	const few = 5 // items, charges and events of one object
	root.Query.Charges = func(child int, first *int, _ *string, last *int, _ *string, _ *gen.ChargeFilter, _ gen.ChargeOrder) int {
		return paged(child, first, last)
	}
	root.Query.Sales = func(child int, first *int, _ *string, last *int, _ *string, _ *gen.SaleFilter, _ gen.SaleOrder) int {
		return paged(child, first, last)
	}
	root.Query.Customers = func(child int, first *int, _ *string, last *int, _ *string, _ *string, _ gen.CustomerOrder) int {
		return paged(child, first, last)
	}
	root.Query.Products = func(child int, first *int, _ *string, last *int, _ *string, _ *string, _ *bool) int {
		return paged(child, first, last)
	}
	root.Query.Users = func(child int, first *int, _ *string, last *int, _ *string, _ *string) int {
		return paged(child, first, last)
	}
	root.Query.Operations = func(child int, first *int, _ *string, last *int, _ *string, _ *gen.OperationFilter) int {
		return paged(child, first, last)
	}
	root.Query.Failures = func(child int, first *int, _ *string, _ *gen.FailureFilter) int { return paged(child, first, nil) }
	root.Customer.Sales = func(child int, first *int, _ *string) int { return paged(child, first, nil) }
	root.AccountStatement.Entries = func(child int, first *int, _ *string) int { return paged(child, first, nil) }
	root.Query.Nodes = func(child int, ids []string) int { return 1 + child*min(len(ids), maxNodes) }
	root.Sale.Items = func(child int) int { return 1 + few*child }
	root.Sale.Charges = func(child int) int { return 1 + few*child }
	root.Charge.Events = func(child int) int { return 1 + few*child }
	root.Charge.Operations = func(child int) int { return 1 + few*child }
	root.Charge.Entries = func(child int) int { return 1 + few*child }
	root.Operation.Attempts = func(child int) int { return 1 + few*child }
	return root
}
