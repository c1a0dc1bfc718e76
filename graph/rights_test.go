package graph_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"ponte/access"
	"ponte/billing/billingtest"
	"ponte/ent/enum"
)

// areaOfFile says what each file of the schema is about: a token needs a scope of
// that area for what is declared there. A file that is not listed fails the tests.
var areaOfFile = map[string]string{
	"approval": "CHARGES", "audit": "USERS", "batch": "CHARGES", "carnet": "CHARGES", "channel": "FAILURES", "charge": "CHARGES", "convenio": "LEDGER", "customer": "CUSTOMERS", "difference": "INTEGRATIONS", "entry": "LEDGER",
	"failure": "FAILURES", "integration": "INTEGRATIONS", "invoice": "SALES", "operation": "CHARGES", "product": "PRODUCTS", "refund": "CHARGES", "sale": "SALES",
	"session": "USERS", "token": "USERS", "user": "USERS", "webhook": "INTEGRATIONS", "schema": "",
}

// freeForTokens are the exceptions: who one is may always be asked.
var freeForTokens = []string{"Query.viewer", "Viewer"}

// needs answers the scope that a field needs, "" when it needs none.
func needs(t *testing.T, parent *ast.Definition, field *ast.FieldDefinition) string {
	t.Helper()
	at, verb := parent.Position, "_READ"
	switch parent.Name {
	case "Mutation":
		at, verb = field.Position, "_WRITE"
	case "Query", "Subscription":
		at = field.Position
	}
	file := strings.TrimSuffix(filepath.Base(at.Src.Name), ".graphqls")
	area, listed := areaOfFile[file]
	if !listed {
		t.Fatalf("%s.%s is in %s.graphqls, which has no area", parent.Name, field.Name, file)
	}
	if area == "" || strings.HasSuffix(parent.Name, "Payload") || slices.Contains(freeForTokens, parent.Name) || slices.Contains(freeForTokens, parent.Name+"."+field.Name) {
		return ""
	}
	return area + verb
}

// held tells whether one scope is enough for what is needed.
func held(scope, needed string) bool {
	return needed == "" || scope == needed || strings.TrimSuffix(scope, "_WRITE") == strings.TrimSuffix(needed, "_READ")
}

// place is how a type is reached from the roots.
type place struct {
	operation ast.Operation
	open      []string // fields with arguments, and fragments
	needs     []string // the scopes on the way
	variables map[string]any
	declared  []string
	least     enum.Role // of the root field
}

// document selects fields at the place.
func (p place) document(fields []string) string {
	head := string(p.operation)
	if len(p.declared) > 0 {
		head += "(" + strings.Join(p.declared, ", ") + ")"
	}
	return head + " { " + strings.Join(p.open, " { ") + " { " + strings.Join(fields, " ") + strings.Repeat(" }", len(p.open)+1)
}

// through answers the place of what a field leads to.
func (p place) through(t *testing.T, loaded *ast.Schema, parent *ast.Definition, field *ast.FieldDefinition) place {
	t.Helper()
	next := place{operation: p.operation, open: slices.Clone(p.open), needs: slices.Clone(p.needs), variables: maps.Clone(p.variables), declared: slices.Clone(p.declared), least: p.least}
	var passed []string
	for _, argument := range field.Arguments {
		if !argument.Type.NonNull || argument.DefaultValue != nil {
			continue
		}
		name := fmt.Sprintf("v%d", len(next.declared))
		next.variables[name] = sample(loaded, argument.Type, 0)
		next.declared = append(next.declared, fmt.Sprintf("$%s: %s", name, argument.Type))
		passed = append(passed, argument.Name+": $"+name)
	}
	text := field.Name
	if len(passed) > 0 {
		text += "(" + strings.Join(passed, ", ") + ")"
	}
	next.open = append(next.open, text)
	if needed := needs(t, parent, field); needed != "" {
		next.needs = append(next.needs, needed)
	}
	if parent == loaded.Query || parent == loaded.Mutation {
		next.least = leastRole(t, field)
	}
	return next
}

// places finds the shortest way to each object type: by a query, or else by a
// mutation.
func places(t *testing.T, loaded *ast.Schema) map[string]place {
	t.Helper()
	found := map[string]place{}
	type step struct {
		definition *ast.Definition
		at         place
	}
	for _, root := range []step{{loaded.Query, place{operation: ast.Query, variables: map[string]any{}}}, {loaded.Mutation, place{operation: ast.Mutation, variables: map[string]any{}}}} {
		queue := []step{root}
		visit := func(definition *ast.Definition, at place) {
			if _, known := found[definition.Name]; !known {
				found[definition.Name] = at
				queue = append(queue, step{definition, at})
			}
		}
		for len(queue) > 0 {
			from := queue[0]
			queue = queue[1:]
			for _, field := range from.definition.Fields {
				to := loaded.Types[field.Type.Name()]
				if strings.HasPrefix(field.Name, "__") || strings.HasPrefix(field.Name, "node") && from.definition == loaded.Query || !to.IsCompositeType() {
					continue // by node the crawler would find nothing; TestNodeByScope looks there
				}
				at := from.at.through(t, loaded, from.definition, field)
				if to.Kind == ast.Object {
					visit(to, at)
					continue
				}
				for _, possible := range loaded.GetPossibleTypes(to) {
					inside := at
					inside.open = append(slices.Clone(at.open), "... on "+possible.Name)
					visit(possible, inside)
				}
			}
		}
	}
	return found
}

// leaves are the fields of a type that have no fields themselves, and __typename of
// those that have.
func leaves(loaded *ast.Schema, definition *ast.Definition) []string {
	list := []string{"__typename"}
	for _, field := range definition.Fields {
		required := slices.ContainsFunc(field.Arguments, func(a *ast.ArgumentDefinition) bool { return a.Type.NonNull && a.DefaultValue == nil })
		if strings.HasPrefix(field.Name, "__") || required {
			continue
		}
		if loaded.Types[field.Type.Name()].IsCompositeType() {
			list = append(list, field.Name+" { __typename }")
		} else {
			list = append(list, field.Name)
		}
	}
	return list
}

// app answers a caller with a token of a person.
func (c *caller) app(scopes ...enum.Scope) *caller {
	c.Helper()
	ctx := access.WithViewer(c.Context(), &access.Viewer{User: c.person, SessionID: "ses"})
	_, secret, err := c.access.CreateAPIToken(ctx, access.NewAPIToken{Name: "app", Scopes: scopes})
	c.Must(err)
	made := *c
	made.token = secret
	return &made
}

func allScopes() []enum.Scope {
	var all []enum.Scope
	for _, one := range enum.Scope("").Values() {
		all = append(all, enum.Scope(one))
	}
	return all
}

// planted are secrets that are in the database in some form, and must never come
// out by any field.
var planted = map[string]string{
	"a tax id": "52998224725", "a password's hash": "planted-password-hash", "a credential": "planted-client-secret", "a Vhsys token": "planted-access-token",
}

// plant fills the world and puts the secrets into it.
func (b *bundle) plant(owner *caller) {
	b.Helper()
	b.fill(6, owner.person)
	secret, token := planted["a credential"], planted["a Vhsys token"]
	for mutation, input := range map[string]map[string]any{
		"saveGerencianetIntegration": {"clientId": "planted-client-id", "clientSecret": secret},
		"saveVhsysIntegration":       {"accessToken": token, "secretAccessToken": token},
	} {
		argument := strings.ToUpper(mutation[:1]) + mutation[1:] + "Input"
		got := owner.try(`mutation($input: `+argument+`!) { `+mutation+`(input: $input) { userErrors { code field } } }`, map[string]any{"input": input})
		if !strings.Contains(string(got.body), `"userErrors":[]`) {
			b.Fatalf("%s: %s", mutation, got.body)
		}
	}
	for _, statement := range []string{
		`UPDATE customers SET tax_id = '` + planted["a tax id"] + `' WHERE id = '` + row("cus", 1) + `'`,
		`UPDATE users SET password_hash = '` + planted["a password's hash"] + `'`,
	} {
		_, err := b.Pool.Exec(statement)
		b.Must(err)
	}
}

// TestRightsOfEveryField asks every field of every type as every role and with every
// scope: who may not is answered FORBIDDEN, and no planted secret comes out.
func TestRightsOfEveryField(t *testing.T) {
	t.Parallel()
	b := setup(t)
	loaded := schema(t)
	found := places(t, loaded)
	owner := b.as(enum.RoleOwner)
	b.plant(owner)
	callers := map[string]*caller{}
	for _, role := range enum.Role("").Values() {
		callers[role] = b.as(enum.Role(role))
	}
	for _, scope := range allScopes() {
		callers[string(scope)] = owner.app(scope)
	}
	clean := func(what string, got answer) {
		for name, secret := range planted {
			if strings.Contains(string(got.body), secret) {
				t.Errorf("%s shows %s", what, name)
			}
		}
	}
	fields := 0
	for name, definition := range loaded.Types {
		if definition.Kind != ast.Object || definition.BuiltIn || strings.HasPrefix(name, "__") || definition == loaded.Query || definition == loaded.Mutation || definition == loaded.Subscription {
			continue
		}
		at, reached := found[name]
		if !reached {
			t.Errorf("nothing leads to %s", name)
			continue
		}
		document := at.document(leaves(loaded, definition))
		needed := slices.Clone(at.needs)
		for _, field := range definition.Fields {
			fields++
			needed = append(needed, needs(t, definition, field))
		}
		for caller, as := range callers {
			got := as.try(document, at.variables)
			clean(name+" as "+caller, got)
			if strings.HasSuffix(caller, "_READ") || strings.HasSuffix(caller, "_WRITE") {
				want := slices.ContainsFunc(needed, func(one string) bool { return !held(caller, one) })
				refused := got.code() == "FORBIDDEN" && strings.Contains(string(got.body), `"scope"`)
				if want != refused {
					t.Errorf("%s with %s: %s\n%s", name, caller, got.body, document)
				}
				continue
			}
			if allowed := slices.Index(enum.Role("").Values(), caller) >= slices.Index(enum.Role("").Values(), string(at.least)); !allowed && got.code() != "FORBIDDEN" {
				t.Errorf("%s as %s: %s", name, caller, got.body)
			}
		}
	}
	if fields < 600 {
		t.Errorf("only %d fields", fields)
	}
}

// TestScopesOfRoots asks every root field with every scope alone.
func TestScopesOfRoots(t *testing.T) {
	t.Parallel()
	b := setup(t)
	loaded := schema(t)
	owner := b.as(enum.RoleOwner)
	apps := map[enum.Scope]*caller{}
	for _, scope := range allScopes() {
		apps[scope] = owner.app(scope)
	}
	for field, operation := range roots(t) {
		parent := map[ast.Operation]*ast.Definition{ast.Query: loaded.Query, ast.Mutation: loaded.Mutation, ast.Subscription: loaded.Subscription}[operation]
		needed := needs(t, parent, field)
		for scope, app := range apps {
			allowed := held(string(scope), needed)
			if operation == ast.Subscription && allowed {
				continue // it would listen
			}
			if code := b.probe(app, loaded, field, operation); allowed == (code == "FORBIDDEN") {
				t.Errorf("%s %s with %s: %q", operation, field.Name, scope, code)
			}
		}
	}
}

// TestNodeByScope asks for an object of each kind by its id alone.
func TestNodeByScope(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner := b.as(enum.RoleOwner)
	b.fill(3, owner.person)
	var settings, account, convenio, historico string
	for query, into := range map[string]*string{"integrations": &settings, "accounts": &account, "convenios": &convenio, "historicos": &historico} {
		b.Must(b.Pool.QueryRow("SELECT id FROM " + query + " LIMIT 1").Scan(into))
	}
	for id, area := range map[string]string{
		row("chg", 1): "CHARGES", row("crn", 1): "CHARGES", row("rfd", 1): "CHARGES", row("bat", 1): "CHARGES", row("opr", 1): "CHARGES",
		row("sal", 1): "SALES", row("inv", 1): "SALES", row("ord", 1): "SALES", row("cus", 1): "CUSTOMERS", row("prd", 1): "PRODUCTS",
		account: "LEDGER", convenio: "LEDGER", historico: "LEDGER", row("dif", 1): "INTEGRATIONS", row("apr", 1): "CHARGES", settings: "INTEGRATIONS", row("flr", 1): "FAILURES", owner.person.ID: "USERS",
	} {
		others := slices.DeleteFunc(allScopes(), func(one enum.Scope) bool { return strings.HasPrefix(string(one), area) })
		for _, asked := range []string{"node(id: $id) { id }", "nodes(ids: [$id]) { id }"} {
			document := "query($id: ID!) { " + asked + " }"
			if got := owner.app(others...).try(document, map[string]any{"id": id}); got.code() != "FORBIDDEN" || strings.Contains(string(got.Data), id) {
				t.Errorf("%s without %s: %s", id, area, got.body)
			}
			if got := owner.app(enum.Scope(area+"_READ")).try(document, map[string]any{"id": id}); got.code() != "" || !strings.Contains(string(got.Data), id) {
				t.Errorf("%s with %s: %s", id, area, got.body)
			}
		}
		_, err := b.Pool.Exec("UPDATE api_tokens SET revoked_at = now()") // at most 50 are live
		b.Must(err)
	}
}

// TestScopesInDepth looks for ways around: fragments, edges, introspection, and a
// mutation whose answer asks for too much.
func TestScopesInDepth(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner := b.as(enum.RoleOwner)
	b.fill(3, owner.person)
	refused := func(scope enum.Scope, document, lacks string) {
		t.Helper()
		got := owner.app(scope).try(document, nil)
		var told struct {
			Errors []struct{ Extensions struct{ Code, Scope string } }
		}
		b.Must(json.Unmarshal(got.body, &told))
		if len(told.Errors) != 1 || told.Errors[0].Extensions.Code != "FORBIDDEN" || told.Errors[0].Extensions.Scope != lacks || len(got.Data) > 4 {
			t.Errorf("%s: %s", document, got.body)
		}
	}
	refused(enum.ChargesRead, `{ charges { nodes { sale { id } } } }`, "SALES_READ")
	refused(enum.SalesRead, `{ sales { edges { node { ...S } } } } fragment S on Sale { customer { ...C } } fragment C on Customer { name }`, "CUSTOMERS_READ")
	refused(enum.CustomersRead, `{ customers { nodes { sales { totalCount } } } }`, "SALES_READ")
	refused(enum.ChargesRead, `{ node(id: "`+row("cus", 1)+`") { ... on Customer { name } } }`, "CUSTOMERS_READ")
	refused(enum.ChargesRead, `{ charges { nodes { events { user { name } } } } }`, "USERS_READ")
	refused(enum.SalesRead, `{ __schema { types { name } } }`, "SCHEMA_READ")
	refused(enum.SalesRead, `{ __type(name: "Sale") { name } }`, "SCHEMA_READ")
	refused(enum.SalesRead, `mutation { cancelSale(input: {id: "x"}) { sale { id } } }`, "SALES_WRITE")

	app := owner.app(enum.CustomersWrite)
	before, err := b.DB.Customer.Query().Count(b.Context())
	b.Must(err)
	save := `mutation($t: String) { saveCustomer(input: {name: "Nova", taxId: $t}) { customer { id ` + "%s" + ` } userErrors { code } } }`
	if got := app.try(fmt.Sprintf(save, "sales { totalCount }"), map[string]any{"t": billingtest.CPF(901)}); got.code() != "FORBIDDEN" {
		t.Errorf("%s", got.body)
	}
	if after, err := b.DB.Customer.Query().Count(b.Context()); err != nil || after != before {
		t.Errorf("a mutation was done although its answer was refused: %v", err)
	}
	if got := app.try(fmt.Sprintf(save, "name"), map[string]any{"t": billingtest.CPF(901)}); got.code() != "" || !strings.Contains(string(got.body), "Nova") {
		t.Errorf("%s", got.body)
	}
	if got := owner.app(enum.SchemaRead).try(`{ __schema { types { name } } viewer { scopes } }`, nil); got.code() != "" || !strings.Contains(string(got.body), "SCHEMA_READ") {
		t.Errorf("%s", got.body)
	}
}

// TestPeopleAreShownToOwners reaches people by the edges that everybody may follow.
func TestPeopleAreShownToOwners(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner, reader := b.as(enum.RoleOwner), b.as(enum.RoleReader)
	b.fill(3, owner.person)
	if got := reader.try(`{ batches { nodes { requestedBy { id name } } } }`, nil); got.code() != "" || !strings.Contains(string(got.body), owner.person.Name) {
		t.Errorf("%s", got.body)
	}
	for _, field := range []string{"email", "role", "active", "locale", "createdAt", "lastLoginAt", "totpSince"} {
		document := "{ batches { nodes { requestedBy { " + field + " } } } }"
		if got := reader.try(document, nil); got.code() != "FORBIDDEN" || strings.Contains(string(got.body), owner.person.Email) {
			t.Errorf("%s: %s", field, got.body)
		}
		if got := owner.try(document, nil); got.code() != "" {
			t.Errorf("%s: %s", field, got.body)
		}
		if got := reader.try("{ viewer { user { "+field+" } } }", nil); got.code() != "" {
			t.Errorf("one's own %s: %s", field, got.body)
		}
	}
}
