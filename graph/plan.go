package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"ponte/access"
)

// encodePatience bounds the resolvers of one event.
const encodePatience = 10 * time.Second

// plan is how the events of a subscription are turned into answers. All who asked
// the same with the same rights share one, and the answers that it made.
type plan struct {
	key       string
	context   context.Context // of the first who asked
	operation *graphql.OperationContext
	executor  graphql.GraphExecutor
	users     int // followers; kept by live
}

func newPlan(ctx context.Context, executor graphql.GraphExecutor, operation *graphql.OperationContext) *plan {
	return &plan{key: planKey(ctx, operation), context: context.WithoutCancel(ctx), operation: operation, executor: executor}
}

// planKey tells what an event's answer depends on, apart from the event.
func planKey(ctx context.Context, operation *graphql.OperationContext) string {
	used := map[string]any{}
	for name := range variablesBelow(operation) {
		used[name] = operation.Variables[name]
	}
	variables, _ := json.Marshal(used)
	viewer, token := access.ViewerFrom(ctx), ""
	if viewer.Token != nil {
		token = viewer.Token.ID
	}
	return strings.Join([]string{operation.RawQuery, operation.OperationName, string(variables), locale(ctx), viewer.User.ID, string(viewer.User.Role), token}, "\x00")
}

type eventKey struct{}

// errNoAnswer is an event that could not be answered at all.
var errNoAnswer = errors.New("an event has no answer")

// encode executes the operation for one event: its resolver finds the event in the
// context (see follow).
func (p *plan) encode(ctx context.Context, event any) (encoded []byte, err error) {
	err = caught(func() error {
		encoded, err = p.execute(ctx, event)
		return err
	})
	return encoded, err
}

func (p *plan) execute(ctx context.Context, event any) ([]byte, error) {
	values, cancel := context.WithTimeout(context.WithValue(p.context, eventKey{}, event), encodePatience)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	answers, values := p.executor.DispatchOperation(graphql.StartOperationTrace(values), p.operation)
	answer := answers(values)
	if answer == nil || len(answer.Data) == 0 || string(answer.Data) == "null" {
		if answer != nil && len(answer.Errors) > 0 {
			return nil, answer.Errors
		}
		return nil, errNoAnswer
	}
	return json.Marshal(answer)
}

// caught turns a panic into an error: in a goroutine nobody else would catch it.
func caught(work func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return work()
}

// variablesBelow finds the variables that are used anywhere but in the arguments of
// the subscription's own field: those say only where the stream begins.
func variablesBelow(operation *graphql.OperationContext) map[string]bool {
	found := variableFinder{document: operation.Doc, seen: map[string]bool{}, variables: map[string]bool{}}
	found.directives(operation.Operation.Directives)
	found.root(operation.Operation.SelectionSet)
	return found.variables
}

type variableFinder struct {
	document  *ast.QueryDocument
	seen      map[string]bool // fragments
	variables map[string]bool
}

func (f variableFinder) root(selections ast.SelectionSet) {
	for _, selection := range selections {
		if field, ok := selection.(*ast.Field); ok {
			f.directives(field.Directives)
			f.selections(field.SelectionSet)
			continue
		}
		f.selections(ast.SelectionSet{selection}) // a fragment: its field's arguments count, which shares less
	}
}

func (f variableFinder) selections(selections ast.SelectionSet) {
	for _, selection := range selections {
		switch selection := selection.(type) {
		case *ast.Field:
			f.arguments(selection.Arguments)
			f.directives(selection.Directives)
			f.selections(selection.SelectionSet)
		case *ast.InlineFragment:
			f.directives(selection.Directives)
			f.selections(selection.SelectionSet)
		case *ast.FragmentSpread:
			f.directives(selection.Directives)
			f.fragment(selection.Name)
		}
	}
}

func (f variableFinder) fragment(name string) {
	fragment := f.document.Fragments.ForName(name)
	if f.seen[name] || fragment == nil {
		return
	}
	f.seen[name] = true
	f.directives(fragment.Directives)
	f.selections(fragment.SelectionSet)
}

func (f variableFinder) directives(list ast.DirectiveList) {
	for _, directive := range list {
		f.arguments(directive.Arguments)
	}
}

func (f variableFinder) arguments(list ast.ArgumentList) {
	for _, argument := range list {
		f.value(argument.Value)
	}
}

func (f variableFinder) value(value *ast.Value) {
	if value == nil {
		return
	}
	if value.Kind == ast.Variable {
		f.variables[value.Raw] = true
	}
	for _, child := range value.Children {
		f.value(child.Value)
	}
}
