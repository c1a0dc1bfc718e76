package graph_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"ponte/ent/enum"
)

func schema(t testing.TB) *ast.Schema {
	t.Helper()
	files, err := filepath.Glob("*.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	var sources []*ast.Source
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, &ast.Source{Name: file, Input: string(content)})
	}
	loaded, err := gqlparser.LoadSchema(sources...)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

// roots answers every field of Query, Mutation and Subscription.
func roots(t *testing.T) (fields map[*ast.FieldDefinition]ast.Operation) {
	t.Helper()
	loaded := schema(t)
	fields = map[*ast.FieldDefinition]ast.Operation{}
	for operation, root := range map[ast.Operation]*ast.Definition{ast.Query: loaded.Query, ast.Mutation: loaded.Mutation, ast.Subscription: loaded.Subscription} {
		for _, field := range root.Fields {
			if !strings.HasPrefix(field.Name, "__") {
				fields[field] = operation
			}
		}
	}
	return fields
}

func leastRole(t *testing.T, field *ast.FieldDefinition) enum.Role {
	t.Helper()
	role := field.Directives.ForName("role")
	if role == nil {
		t.Fatalf("%s carries no @role", field.Name)
	}
	return enum.Role(role.Arguments.ForName("min").Value.Raw)
}

func TestSchemaIsDescribed(t *testing.T) {
	t.Parallel()
	missing := func(what, description string) {
		if strings.TrimSpace(description) == "" {
			t.Errorf("%s has no description", what)
		}
	}
	for name, definition := range schema(t).Types {
		if definition.BuiltIn {
			continue
		}
		missing(name, definition.Description)
		for _, value := range definition.EnumValues {
			missing(name+"."+value.Name, value.Description)
		}
		for _, field := range definition.Fields {
			if strings.HasPrefix(field.Name, "__") {
				continue
			}
			missing(name+"."+field.Name, field.Description)
			for _, argument := range field.Arguments {
				missing(name+"."+field.Name+"("+argument.Name+")", argument.Description)
			}
		}
	}
}

// TestRoles asks every root field as every role, with values that mean nothing:
// who may is answered anything but FORBIDDEN, who may not is answered FORBIDDEN
// and nothing is done.
func TestRoles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	loaded := schema(t)
	ranks := []enum.Role{enum.RoleReader, enum.RoleOperator, enum.RoleFinance, enum.RoleOwner}
	callers := map[enum.Role]*caller{}
	for _, role := range ranks {
		callers[role] = b.as(role)
	}
	rank := func(role enum.Role) int {
		for i, one := range ranks {
			if one == role {
				return i
			}
		}
		t.Fatalf("an unknown role %s", role)
		return -1
	}
	for field, operation := range roots(t) {
		t.Run(string(operation)+" "+field.Name, func(t *testing.T) {
			least := leastRole(t, field)
			for _, role := range ranks {
				allowed := rank(role) >= rank(least)
				if operation == ast.Subscription && allowed {
					continue // TestFollow listens to them
				}
				code := b.probe(callers[role], loaded, field, operation)
				if allowed == (code == "FORBIDDEN") {
					t.Errorf("%s, from %s: %q", role, least, code)
				}
			}
		})
	}
	if users, _ := b.DB.User.Query().Count(b.Context()); users != len(ranks) {
		t.Errorf("%d people", users)
	}
}

// probe asks a root field with values of the right types and answers the first
// error's code.
func (b *bundle) probe(c *caller, loaded *ast.Schema, field *ast.FieldDefinition, operation ast.Operation) string {
	variables, declared, passed := map[string]any{}, []string{}, []string{}
	for _, argument := range field.Arguments {
		variables[argument.Name] = sample(loaded, argument.Type, 0)
		declared = append(declared, fmt.Sprintf("$%s: %s", argument.Name, argument.Type))
		passed = append(passed, fmt.Sprintf("%s: $%s", argument.Name, argument.Name))
	}
	document := string(operation)
	if len(declared) > 0 {
		document += "(" + strings.Join(declared, ", ") + ")"
	}
	document += " { " + field.Name
	if len(passed) > 0 {
		document += "(" + strings.Join(passed, ", ") + ")"
	}
	if definition := loaded.Types[field.Type.Name()]; definition.IsCompositeType() {
		document += " { __typename }"
	}
	document += " }"
	if operation != ast.Subscription {
		return c.try(document, variables).code()
	}
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	b.Must(err)
	got := c.send("POST", "", map[string]string{"Content-Type": "application/json", "Accept": "text/event-stream"}, string(body))
	if strings.Contains(string(got.body), `"code":"FORBIDDEN"`) {
		return "FORBIDDEN"
	}
	return ""
}

// sample answers a value of a type that means nothing: null where it may be.
func sample(loaded *ast.Schema, of *ast.Type, depth int) any {
	if !of.NonNull && depth > 0 {
		return nil
	}
	if of.Elem != nil {
		return []any{sample(loaded, of.Elem, depth+1)}
	}
	definition := loaded.Types[of.NamedType]
	switch {
	case definition.Kind == ast.Enum:
		return definition.EnumValues[0].Name
	case definition.Kind == ast.InputObject:
		value := map[string]any{}
		for _, field := range definition.Fields {
			if field.Type.NonNull && field.DefaultValue == nil {
				value[field.Name] = sample(loaded, field.Type, depth+1)
			}
		}
		return value
	case !of.NonNull:
		return nil
	}
	if value, ok := map[string]any{"Int": 1, "Boolean": true, "Cents": 1, "Date": "2026-01-01", "DateTime": "2026-01-01T00:00:00Z"}[of.NamedType]; ok {
		return value
	}
	return "x"
}

// TestActionsFollowRoles compares the actions that each role is offered with the
// least role of the mutation that the action's description names.
func TestActionsFollowRoles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner := b.as(enum.RoleOwner)
	b.fill(24, owner.person)
	loaded := schema(t)
	leastRoles := map[string]enum.Role{}
	for _, name := range []string{"ChargeAction", "CarnetAction"} {
		for _, value := range loaded.Types[name].EnumValues {
			mutation := strings.TrimSuffix(strings.Fields(value.Description)[0], ".")
			leastRoles[value.Name+" of "+name] = leastRole(t, loaded.Mutation.Fields.ForName(mutation))
		}
	}
	ranks := []enum.Role{enum.RoleReader, enum.RoleOperator, enum.RoleFinance, enum.RoleOwner}
	offered := func(c *caller) (actions []string) {
		var seen struct {
			Charges struct {
				Nodes []struct {
					ID      string
					Actions []string
					Carnet  *struct{ Actions []string }
				}
			}
		}
		c.ask(`{ charges { nodes { id actions carnet { actions } } } }`, nil, &seen)
		for _, one := range seen.Charges.Nodes {
			for _, action := range one.Actions {
				actions = append(actions, one.ID+" "+action+" of ChargeAction")
			}
			if one.Carnet == nil {
				continue
			}
			for _, action := range one.Carnet.Actions {
				actions = append(actions, one.ID+" "+action+" of CarnetAction")
			}
		}
		return actions
	}
	whole := offered(owner)
	for _, needed := range []string{"REFUND of ChargeAction", "SETTLE of ChargeAction", "CHANGE_AMOUNT of ChargeAction", "SETTLE of CarnetAction"} {
		if !strings.Contains(strings.Join(whole, "\n"), needed) {
			t.Errorf("nothing offers %s", needed)
		}
	}
	for _, role := range ranks {
		var want []string
		for _, one := range whole {
			_, action, _ := strings.Cut(one, " ")
			if slices.Index(ranks, role) >= slices.Index(ranks, leastRoles[action]) {
				want = append(want, one)
			}
		}
		if got := offered(b.as(role)); !slices.Equal(got, want) {
			t.Errorf("%s is offered %v instead of %v", role, got, want)
		}
	}
}

func TestNodes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	hears := b.as(enum.RoleReader)
	b.fill(3, hears.person)
	other, owner := b.as(enum.RoleFinance), b.as(enum.RoleOwner)
	account, err := b.DB.Account.Query().Only(b.Context())
	b.Must(err)
	convenio, err := b.DB.Convenio.Query().Only(b.Context())
	b.Must(err)
	historico, err := b.DB.Historico.Query().First(b.Context())
	b.Must(err)
	settings, err := b.DB.Integration.Query().Only(b.Context())
	b.Must(err)

	t.Run("the same rights as the fields that lead there", func(t *testing.T) {
		for _, one := range []struct {
			name, id string
			who      *caller
			want     string
		}{
			{"a charge", row("chg", 1), other, "Charge"},
			{"a sale", row("sal", 1), other, "Sale"},
			{"a carnê", row("crn", 1), other, "Carnet"},
			{"a refund", row("rfd", 1), other, "Refund"},
			{"a batch", row("bat", 1), other, "Batch"},
			{"an item of a batch, which is no node", row("bit", 3), other, ""},
			{"an invoice", row("inv", 1), other, "Invoice"},
			{"a difference", row("dif", 1), other, "Difference"},
			{"a customer", row("cus", 1), other, "Customer"},
			{"a product", row("prd", 1), other, "Product"},
			{"an operation", row("opr", 1), other, "Operation"},
			{"an order", row("ord", 1), other, "Order"},
			{"an account", account.ID, other, "Account"},
			{"a convênio", convenio.ID, other, "Convenio"},
			{"a histórico", historico.ID, other, "Historico"},
			{"an integration", settings.ID, other, "GerencianetIntegration"},
			{"a failure that the viewer hears of", row("flr", 1), hears, "Failure"},
			{"a failure that the viewer does not hear of", row("flr", 1), other, ""},
			{"a failure that the owner does not hear of", row("flr", 1), owner, ""},
			{"oneself", other.person.ID, other, "User"},
			{"another person", hears.person.ID, other, ""},
			{"another person, for an owner", hears.person.ID, owner, "User"},
			{"nothing", row("chg", 99), other, ""},
			{"no kind of ours", "xyz_1", other, ""},
			{"no id at all", "", other, ""},
			{"a session", "ses_1", owner, ""},
			{"an id that no database can hold", "chg_\x00", other, ""},
		} {
			var single struct {
				Node *struct {
					Typename string `json:"__typename"`
				}
			}
			got := one.who.try(`query($id: ID!) { node(id: $id) { __typename } }`, map[string]any{"id": one.id})
			if strings.Contains(one.id, "\x00") {
				if got.code() != "INVALID_ARGUMENT" {
					t.Errorf("%s: %s", one.name, got.body)
				}
				continue
			}
			b.Must(json.Unmarshal(got.Data, &single))
			if len(got.Errors) > 0 || (single.Node == nil) != (one.want == "") || single.Node != nil && single.Node.Typename != one.want {
				t.Errorf("%s: %s", one.name, got.body)
			}
		}
	})

	t.Run("many at once, in their order, with one statement for each kind", func(t *testing.T) {
		ids := []string{row("sal", 2), row("chg", 1), "nonsense", row("chg", 3), row("chg", 1), hears.person.ID, settings.ID}
		var many struct {
			Nodes []*struct{ ID string }
		}
		few := len(other.counted(`query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, map[string]any{"ids": []string{row("chg", 1), row("sal", 1)}}))
		more := len(other.counted(`query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, map[string]any{"ids": []string{row("chg", 1), row("chg", 2), row("chg", 3), row("sal", 1), row("sal", 2), row("sal", 3)}}))
		if few != more {
			t.Errorf("%d statements for two nodes, %d for six", few, more)
		}
		other.ask(`query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, map[string]any{"ids": ids}, &many)
		for i, id := range ids {
			want := id
			if i == 2 || i == 5 {
				want = ""
			}
			if (many.Nodes[i] == nil) != (want == "") || many.Nodes[i] != nil && many.Nodes[i].ID != want {
				t.Errorf("%d: %+v instead of %q", i, many.Nodes[i], want)
			}
		}
		if got := other.try(`query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, map[string]any{"ids": make([]string, 101)}); got.code() != "INVALID_ARGUMENT" {
			t.Errorf("101 ids: %s", got.body)
		}
	})
}
