package graph

import (
	"context"
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ponte/billing"
	"ponte/ent/enum"
	"ponte/graph/gen"
)

// The limits of one request, looked at before anything is resolved. They are
// written in docs/api.md.
const (
	maxQueryCharacters = 15_000
	maxQueryTokens     = 2_000 // the validator compares all fields of a selection with one another
	maxDepth           = 12
	maxAliases         = 15
	maxDirectives      = 50
	maxFields          = 1_500 // with every fragment counted wherever it is spread
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

// MutateOperationContext refuses an operation that is too deep or too wide, and
// what its transport cannot serve.
func (limits) MutateOperationContext(ctx context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	size := measure(operation.Doc, operation.Operation)
	switch {
	case size.deferred:
		return tooMuch("DEFER_UNSUPPORTED", "@defer is not supported: leave it out")
	case operation.Operation.Operation == ast.Subscription && channelOf(ctx) == channelAnswer:
		return tooMuch("SUBSCRIPTION_TRANSPORT", "subscriptions are served over WebSocket (graphql-transport-ws) and Server-Sent Events (Accept: text/event-stream)")
	case size.depth > maxDepth:
		return tooMuch("QUERY_TOO_DEEP", "the query is %d levels deep, more than %d", size.depth, maxDepth)
	case size.aliases > maxAliases:
		return tooMuch("TOO_MANY_ALIASES", "the query has %d aliases, more than %d", size.aliases, maxAliases)
	case size.directives > maxDirectives:
		return tooMuch("TOO_MANY_DIRECTIVES", "the query has %d directives, more than %d", size.directives, maxDirectives)
	case size.fields > maxFields:
		return tooMuch("TOO_MANY_FIELDS", "the query has %d fields, more than %d", size.fields, maxFields)
	}
	return nil
}

func tooMuch(code, format string, arguments ...any) *gqlerror.Error {
	return &gqlerror.Error{Message: fmt.Sprintf(format, arguments...), Extensions: map[string]any{"code": code}}
}

// querySize is how large a selection is. Its numbers stop growing at countedUpTo.
type querySize struct {
	depth, aliases, directives, fields int
	deferred                           bool
}

const countedUpTo = 1_000_000

// add puts another selection beside this one, so many levels below.
func (s *querySize) add(other querySize, below int) {
	if other.fields > 0 {
		s.depth = min(max(s.depth, other.depth+below), countedUpTo)
	}
	s.aliases = min(s.aliases+other.aliases, countedUpTo)
	s.directives = min(s.directives+other.directives, countedUpTo)
	s.fields = min(s.fields+other.fields, countedUpTo)
	s.deferred = s.deferred || other.deferred
}

func (s *querySize) addDirectives(list ast.DirectiveList) {
	s.directives += len(list)
	s.deferred = s.deferred || list.ForName("defer") != nil
}

// measure walks an operation, and each fragment once: a document of fragments that
// double one another must not cost what it would cost to run. A fragment counts
// wherever it is spread. The validator has refused cycles before.
func measure(document *ast.QueryDocument, operation *ast.OperationDefinition) querySize {
	size := querySize{}
	size.addDirectives(operation.Directives)
	walker := measurer{document: document, fragments: map[string]querySize{}}
	size.add(walker.measure(operation.SelectionSet), 0)
	return size
}

type measurer struct {
	document  *ast.QueryDocument
	fragments map[string]querySize
}

func (m measurer) measure(selections ast.SelectionSet) querySize {
	var size querySize
	for _, selection := range selections {
		switch selection := selection.(type) {
		case *ast.Field:
			size.add(m.field(selection), 0)
		case *ast.InlineFragment:
			size.addDirectives(selection.Directives)
			size.add(m.measure(selection.SelectionSet), 0)
		case *ast.FragmentSpread:
			size.addDirectives(selection.Directives)
			size.add(m.fragment(selection.Name), 0)
		}
	}
	return size
}

// field measures a field with all below it. Of introspection, whose depth the
// validator limits, only the fields count.
func (m measurer) field(field *ast.Field) querySize {
	size := querySize{depth: 1, fields: 1}
	size.addDirectives(field.Directives)
	if field.Alias != field.Name {
		size.aliases++
	}
	below := m.measure(field.SelectionSet)
	if strings.HasPrefix(field.Name, "__") {
		return querySize{fields: min(size.fields+below.fields, countedUpTo), aliases: size.aliases + below.aliases, directives: size.directives + below.directives}
	}
	size.add(below, 1)
	return size
}

func (m measurer) fragment(name string) querySize {
	if known, ok := m.fragments[name]; ok {
		return known
	}
	var size querySize
	if fragment := m.document.Fragments.ForName(name); fragment != nil {
		size.addDirectives(fragment.Directives)
		size.add(m.measure(fragment.SelectionSet), 0)
	}
	m.fragments[name] = size
	return size
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
	root.Query.APITokens = func(child int, first *int, _ *string, last *int, _ *string, _ bool) int {
		return paged(child, first, last)
	}
	root.Query.AuditEntries = func(child int, first *int, _ *string, last *int, _ *string, _ *gen.AuditFilter) int {
		return paged(child, first, last)
	}
	root.AuditEntry.Fields = func(child int) int { return 1 + few*child }
	root.Query.Operations = func(child int, first *int, _ *string, last *int, _ *string, _ *gen.OperationFilter) int {
		return paged(child, first, last)
	}
	root.Query.Failures = func(child int, first *int, _ *string, _ *gen.FailureFilter) int { return paged(child, first, nil) }
	root.Customer.Sales = func(child int, first *int, _ *string) int { return paged(child, first, nil) }
	root.Query.Batches = func(child int, first *int, _ *string, last *int, _ *string) int { return paged(child, first, last) }
	root.Query.Invoices = func(child int, first *int, _ *string, last *int, _ *string, _ *gen.InvoiceFilter) int {
		return paged(child, first, last)
	}
	root.Query.Differences = func(child int, first *int, _ *string, last *int, _ *string, _ []enum.DifferenceState) int {
		return paged(child, first, last)
	}
	root.Query.Approvals = func(child int, first *int, _ *string, last *int, _ *string, _ []enum.ApprovalState) int {
		return paged(child, first, last)
	}
	root.Approval.Charges = func(child int, first *int) int { return paged(child, orFew(first), nil) }
	root.Batch.Items = func(child int, first *int, _ *string, _ *enum.BatchItemState) int { return paged(child, first, nil) }
	root.AccountStatement.Entries = func(child int, first *int, _ *string) int { return paged(child, first, nil) }
	root.Query.Nodes = func(child int, ids []string) int { return 1 + child*min(len(ids), maxNodes) }
	root.Sale.Items = func(child int) int { return 1 + few*child }
	root.Sale.Charges = func(child int) int { return 1 + few*child }
	root.Sale.Invoices = func(child int) int { return 1 + few*child }
	root.Sale.Differences = func(child int) int { return 1 + few*child }
	root.Invoice.Operations = func(child int) int { return 1 + few*child }
	root.Charge.Events = func(child int) int { return 1 + few*child }
	root.Charge.Operations = func(child int) int { return 1 + few*child }
	root.Charge.Entries = func(child int) int { return 1 + few*child }
	root.Charge.Refunds = func(child int) int { return 1 + few*child }
	root.Carnet.Charges = func(child int) int { return 1 + billing.MaxParcels*child }
	root.Carnet.Operations = func(child int) int { return 1 + few*child }
	root.Query.Channels = func(child int) int { return 1 + few*child }
	root.Channel.Messages = func(child int) int { return 1 + shownMessages*child }
	root.Message.Attempts = func(child int) int { return 1 + few*child }
	root.Operation.Attempts = func(child int) int { return 1 + few*child }
	return root
}
