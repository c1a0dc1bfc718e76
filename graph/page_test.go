package graph_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ponte/billing"
	"ponte/ent/enum"
)

// list is one list of the schema in one order.
type list struct {
	name      string
	field     string         // with a placeholder for the page's arguments
	path      []string       // of the connection in the data
	variables map[string]any // declared in declared
	declared  string
	backwards bool // whether it can be read from its end
	uncounted bool // whether it has no totalCount
}

func orders(field string, names ...string) []list {
	var made []list
	for _, name := range names {
		made = append(made, list{name: field + " " + name, field: field + "(orderBy: " + name + " %s)", path: []string{field}, backwards: true})
	}
	return made
}

// lists answers every connection of the schema, in every order.
func lists(accountID, customerID string, period map[string]any) []list {
	made := orders("charges", "CREATED_DESC", "CREATED_ASC", "DUE_ASC", "DUE_DESC", "AMOUNT_DESC")
	made = append(made, orders("sales", "CREATED_DESC", "CREATED_ASC", "TOTAL_DESC")...)
	made = append(made, orders("customers", "NAME_ASC", "CREATED_DESC")...)
	for _, field := range []string{"products", "users", "operations", "batches", "invoices", "differences", "approvals"} {
		made = append(made, list{name: field, field: field + "(active: null %s)", path: []string{field}, backwards: true})
		if field != "products" {
			made[len(made)-1].field = field + "(%s)"
		}
	}
	return append(made,
		list{name: "failures", field: "failures(%s)", path: []string{"failures"}},
		list{name: "latest failures", field: "failures(filter: {latest: true} %s)", path: []string{"failures"}},
		list{name: "accountStatement", field: "accountStatement(accountId: $a, period: $p) { entries(%s)", path: []string{"accountStatement", "entries"}, declared: "$a: ID!, $p: PeriodInput!", variables: map[string]any{"a": accountID, "p": period}},
		list{name: "customer", field: "node(id: $c) { ... on Customer { sales(%s)", path: []string{"node", "sales"}, declared: "$c: ID!", variables: map[string]any{"c": customerID}},
		list{name: "batch", field: "node(id: $b) { ... on Batch { items(%s)", path: []string{"node", "items"}, declared: "$b: ID!", variables: map[string]any{"b": row("bat", 1)}, uncounted: true},
	)
}

type connection struct {
	Edges []struct {
		Cursor string
		Node   map[string]any
	}
	PageInfo struct {
		HasNextPage, HasPreviousPage bool
		StartCursor, EndCursor       *string
	}
	TotalCount int
}

func (c connection) cursors() []string {
	var found []string
	for _, edge := range c.Edges {
		found = append(found, edge.Cursor)
	}
	return found
}

// tryRead asks for one page.
func (c *caller) tryRead(of list, args, more string) (connection, answer) {
	c.Helper()
	declared := of.declared
	if declared != "" {
		declared = "(" + declared + ")"
	}
	node := "__typename"
	if of.path[0] == "failures" {
		node = "kind"
	}
	document := "query" + declared + " { " + fmt.Sprintf(of.field, args) + " { edges { cursor node { " + node + " } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } " + more
	document = strings.ReplaceAll(document, "()", "") + strings.Repeat(" }", strings.Count(document, "{")-strings.Count(document, "}"))
	got := c.try(document, of.variables)
	data := got.Data
	for _, name := range of.path {
		var below map[string]json.RawMessage
		_ = json.Unmarshal(data, &below)
		data = below[name]
	}
	var read connection
	_ = json.Unmarshal(data, &read)
	return read, got
}

func (c *caller) read(of list, args, more string) connection {
	c.Helper()
	read, got := c.tryRead(of, args, more)
	if len(got.Errors) > 0 || got.status != 200 {
		c.Fatalf("%s(%s): %s", of.name, args, got.body)
	}
	return read
}

// company is a bundle with rows in every list.
func company(t *testing.T, rows int) (owner *caller, all []list) {
	b := setup(t)
	owner = b.as(enum.RoleOwner)
	b.fill(rows, owner.person)
	_, err := b.Pool.Exec(`UPDATE sales SET customer_id = $1`, row("cus", 1))
	b.Must(err)
	_, err = b.Pool.Exec(`INSERT INTO batch_items (id, batch_id, position) SELECT 'bit_9' || lpad(i::text, 25, '0'), $2, 2 + i FROM generate_series(1, $1) i`, rows, row("bat", 1))
	b.Must(err)
	for range 9 {
		b.User(enum.RoleReader)
	}
	account, err := b.DB.Account.Query().Only(b.Context())
	b.Must(err)
	_, err = b.Pool.Exec(`INSERT INTO entries (id, kind, amount_cents, position, balance_cents, text, booked_on, created_at, account_id, charge_id, historico_id)
		SELECT 'ent_' || lpad(i::text, 26, '0'), 'ENTRY', 100, i, 100 * i, 'crédito', DATE '2026-11-02', now(), $2, 'chg_' || lpad(i::text, 26, '0'), (SELECT id FROM historicos LIMIT 1) FROM generate_series(1, $1) i`, rows, account.ID)
	b.Must(err)
	return owner, lists(account.ID, row("cus", 1), map[string]any{"from": "2026-11-01", "to": "2026-11-30"})
}

func TestPaging(t *testing.T) {
	t.Parallel()
	const rows = 23
	owner, all := company(t, rows)
	for _, of := range all {
		t.Run(of.name, func(t *testing.T) {
			whole := owner.read(of, "first: 100", counted(of))
			if of.uncounted {
				whole.TotalCount = len(whole.Edges)
			}
			if len(whole.Edges) < 10 || whole.TotalCount != len(whole.Edges) || whole.PageInfo.HasNextPage || whole.PageInfo.HasPreviousPage {
				t.Fatalf("%d rows, %d counted, %+v", len(whole.Edges), whole.TotalCount, whole.PageInfo)
			}
			if seen := slices.Sorted(slices.Values(whole.cursors())); len(slices.Compact(seen)) != len(whole.Edges) {
				t.Error("two rows have one cursor")
			}
			for _, size := range []int{1, 2, 3, 7, rows - 1, rows, rows + 1} {
				for _, backwards := range []bool{false, true}[:directions(of)] {
					if got := owner.walk(of, size, backwards); !slices.Equal(got, whole.cursors()) {
						t.Errorf("pages of %d, backwards %v: %d rows, another order, or some twice", size, backwards, len(got))
					}
				}
			}
			if of.backwards {
				between := owner.read(of, fmt.Sprintf("first: 100, after: %q, before: %q", whole.Edges[2].Cursor, whole.Edges[7].Cursor), "totalCount")
				if !slices.Equal(between.cursors(), whole.cursors()[3:7]) || !between.PageInfo.HasNextPage || !between.PageInfo.HasPreviousPage || between.TotalCount != whole.TotalCount {
					t.Errorf("between two cursors: %d rows, %+v", len(between.Edges), between.PageInfo)
				}
				lastBetween := owner.read(of, fmt.Sprintf("last: 2, after: %q, before: %q", whole.Edges[2].Cursor, whole.Edges[7].Cursor), "")
				if !slices.Equal(lastBetween.cursors(), whole.cursors()[5:7]) {
					t.Errorf("the last two between two cursors: %d rows", len(lastBetween.Edges))
				}
			}
		})
	}
}

func counted(of list) string {
	if of.uncounted {
		return ""
	}
	return "totalCount"
}

// directions is 2 for a list that can be read from its end too.
func directions(of list) int {
	if of.backwards {
		return 2
	}
	return 1
}

// walk reads a list page by page and answers the cursors in the list's order.
func (c *caller) walk(of list, size int, backwards bool) []string {
	var read []string
	args := fmt.Sprintf("first: %d", size)
	if backwards {
		args = fmt.Sprintf("last: %d", size)
	}
	for page := args; ; {
		got := c.read(of, page, "")
		if backwards {
			read = append(got.cursors(), read...)
		} else {
			read = append(read, got.cursors()...)
		}
		switch {
		case len(read) > 1000:
			return nil
		case backwards && !got.PageInfo.HasPreviousPage, !backwards && !got.PageInfo.HasNextPage:
			return read
		case backwards:
			page = fmt.Sprintf("%s, before: %q", args, *got.PageInfo.StartCursor)
		default:
			page = fmt.Sprintf("%s, after: %q", args, *got.PageInfo.EndCursor)
		}
	}
}

func TestPageArguments(t *testing.T) {
	t.Parallel()
	owner, all := company(t, 12)
	cursors := map[string]string{}
	for _, of := range all {
		cursors[of.name] = *owner.read(of, "first: 3", "").PageInfo.EndCursor
	}
	cursors["customer"] = cursors["sales CREATED_DESC"]
	stranger := billing.FeedCursor("usr_somebody", 3)
	for _, of := range all {
		t.Run(of.name, func(t *testing.T) {
			for args, code := range map[string]string{
				"first: 0": "INVALID_ARGUMENT", "first: 101": "INVALID_ARGUMENT", "first: -1": "INVALID_ARGUMENT",
				`after: ""`: "INVALID_CURSOR", `after: "nonsense"`: "INVALID_CURSOR", `after: "%%%"`: "INVALID_CURSOR", `after: "` + stranger + `"`: "INVALID_CURSOR",
				`after: "WzEsMl0"`: "INVALID_CURSOR", `after: "bnVsbA"`: "INVALID_CURSOR", "first: 1": "", "first: 100": "",
			} {
				if _, got := owner.tryRead(of, args, ""); got.code() != code {
					t.Errorf("%s: %q instead of %q: %.300s", args, got.code(), code, got.body)
				}
			}
			for name, cursor := range cursors {
				want := "INVALID_CURSOR"
				if positionsOf(name) == positionsOf(of.name) {
					want = ""
				}
				if _, got := owner.tryRead(of, fmt.Sprintf("after: %q", cursor), ""); got.code() != want {
					t.Errorf("the cursor of %s: %q", name, got.code())
				}
			}
			if !of.backwards {
				return
			}
			for args, code := range map[string]string{"last: 0": "INVALID_ARGUMENT", "last: 101": "INVALID_ARGUMENT", "first: 1, last: 1": "INVALID_ARGUMENT", `last: 1, before: "x"`: "INVALID_CURSOR", "last: 100": ""} {
				if _, got := owner.tryRead(of, args, ""); got.code() != code {
					t.Errorf("%s: %q instead of %q", args, got.code(), code)
				}
			}
		})
	}
	t.Run("a cursor whose value was tampered with", func(t *testing.T) {
		for _, of := range append(all[:10:10], all[len(all)-1]) {
			for _, value := range []string{`"x\u0000"`, `[]`, `{}`, `null`, `1e400`, `"2026-02-31"`, `"1"`, `99999999999999999999`} {
				forged := forge(t, cursors[of.name], value)
				if _, got := owner.tryRead(of, fmt.Sprintf("after: %q", forged), ""); got.code() != "" && got.code() != "INVALID_CURSOR" {
					t.Errorf("%s, %s: %s", of.name, value, got.body)
				}
			}
		}
	})
}

// positionsOf answers the list whose cursors a list understands.
func positionsOf(name string) string {
	switch name {
	case "customer":
		return "sales CREATED_DESC"
	case "latest failures":
		return "failures"
	}
	return name
}

func TestTotalCountIsCountedOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	owner, all := company(t, 12)
	counting := func(lines []string) (counts int) {
		for _, line := range lines {
			if strings.Contains(strings.ToUpper(line), "COUNT(") {
				counts++
			}
		}
		return counts
	}
	for _, of := range all {
		if of.uncounted {
			continue
		}
		t.Run(of.name, func(t *testing.T) {
			for more, want := range map[string]int{"": 0, "totalCount": 1, "n: totalCount": 1, "totalCount @skip(if: true)": 0, "totalCount @include(if: false)": 0} {
				owner.statements.take()
				owner.read(of, "first: 2", more)
				if got := counting(owner.statements.take()); got != want {
					t.Errorf("%q: %d counts", more, got)
				}
			}
		})
	}
}

// TestStatements counts what a page costs: the same for few rows and for many, and
// with the columns that were asked for.
func TestStatements(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner := b.as(enum.RoleOwner)
	b.fill(120, owner.person)
	for name, document := range map[string]string{
		"charges":     `query($n: Int) { charges(first: $n) { nodes { id number status customer { name } sale { number items { description product { name } } order { step failure { code } } } failure { code operation { id } } operations { id attempts { id } requestedBy { name } } events { text user { name } } entries { account { name } } } } }`,
		"sales":       `query($n: Int) { sales(first: $n) { nodes { id customer { name } items { totalCents product { name } } charges { id failure { code } } invoices { number failure { code } } differences { kind sale { number } } order { step remoteCustomerId failure { code } } } totalCount } }`,
		"customers":   `query($n: Int) { customers(first: $n) { nodes { id sales(first: 2) { nodes { id number charges { id } } totalCount } } } }`,
		"failures":    `query($n: Int) { failures(first: $n) { nodes { failure { code subject { id ... on Charge { customer { name } } } operation { id attempts { id } } handledBy { name } history { kind by { name } } } } } }`,
		"carnets":     `query($n: Int) { charges(first: $n) { nodes { carnet { reference sale { number carnet { parcels } } charges { installment customer { name } } actions operations { id } failure { code } } refunds { amountCents charge { number } requestedBy { name } } actions } } }`,
		"batches":     `query($n: Int) { batches(first: $n) { nodes { id done failed running requestedBy { name } items(first: 1) { pageInfo { hasNextPage } nodes { position sale { number customer { name } } charge { number customer { name } } operation { id attempts { id } } problem { code } } } rest: items(first: 1, state: FAILED) { nodes { problem { message } } } } } }`,
		"invoices":    `query($n: Int) { invoices(first: $n) { nodes { number sale { number customer { name } } operations { id attempts { id } } failure { code } } totalCount } }`,
		"approvals":   `query($n: Int) { approvals(first: $n) { nodes { kind state note mayApprove mayDeny askedBy { name } charges { number } refund { state } batch { state } decidedBy { name } } totalCount } }`,
		"differences": `query($n: Int) { differences(first: $n) { nodes { kind repairable sale { number customer { name } order { step } differences { id } } } totalCount } }`,
		"operations":  `query($n: Int) { operations(first: $n) { nodes { id subject { id ... on Charge { sale { number } } } attempts { id } requestedBy { name } } } }`,
	} {
		t.Run(name, func(t *testing.T) {
			few, many := owner.counted(document, map[string]any{"n": 5}), owner.counted(document, map[string]any{"n": 100})
			if len(few) != len(many) || len(few) == 0 {
				t.Errorf("%d statements for 5 rows, %d for 100", len(few), len(many))
			}
		})
	}
	t.Run("the counts of all batches of a page are one statement", func(t *testing.T) {
		lines := owner.counted(`{ batches(first: 100) { nodes { done failed running } } }`, nil)
		if len(lines) != 2 {
			t.Errorf("%d statements", len(lines))
		}
	})
	t.Run("the columns are those that were asked for", func(t *testing.T) {
		lines := owner.counted(`{ charges(first: 5) { nodes { number amountCents } edges { node { status } } } }`, nil)
		if len(lines) != 1 || !strings.Contains(lines[0], `SELECT "charges"."amount_cents", "charges"."id", "charges"."number", "charges"."status" FROM`) {
			t.Errorf("%v", lines)
		}
	})
}

// TestPagesUseAnIndex asks PostgreSQL how it finds a page far into 10,000 rows.
func TestPagesUseAnIndex(t *testing.T) {
	t.Parallel()
	owner, all := company(t, 10_000)
	_, err := owner.Pool.Exec("ANALYZE charges; ANALYZE sales; ANALYZE customers; ANALYZE products; ANALYZE operations; ANALYZE entries; ANALYZE deliveries; ANALYZE failures; ANALYZE batches; ANALYZE batch_items; ANALYZE invoices; ANALYZE differences; ANALYZE approvals")
	owner.Must(err)
	for _, of := range all {
		if of.name == "users" {
			continue // a handful
		}
		t.Run(of.name, func(t *testing.T) {
			page := owner.read(of, "first: 100", "")
			for range 9 {
				page = owner.read(of, fmt.Sprintf("first: 100, after: %q", *page.PageInfo.EndCursor), "")
			}
			owner.statements.take()
			owner.read(of, fmt.Sprintf("first: 50, after: %q", *page.PageInfo.EndCursor), "")
			for _, line := range owner.statements.take() {
				if !strings.Contains(line, "LIMIT") || strings.Contains(line, "sessions") || !strings.Contains(line, "SELECT") {
					continue
				}
				if plan := owner.explain(t, line); strings.Contains(plan, "Seq Scan on "+table(of)) || strings.Contains(plan, "Sort Key") && !strings.Contains(plan, "Presorted Key") && of.name != "customer" && of.name != "batch" {
					t.Errorf("%s\n%s", line, plan)
				}
			}
		})
	}
}

func table(of list) string {
	return map[string]string{"failures": "deliveries", "latest failures": "deliveries", "accountStatement": "entries", "customer": "sales", "batch": "batch_items"}[of.name]
}

// fields answers the fields of a type that can be asked for without a selection
// or with the id of what they lead to.
func fields(t *testing.T, name string) map[string]string {
	loaded := schema(t)
	found := map[string]string{}
	for _, field := range loaded.Types[name].Fields {
		selection := field.Name
		if below := loaded.Types[field.Type.Name()]; below.IsCompositeType() {
			selection += " { " + firstScalars(below.Fields.ForName("id") != nil, name, field.Name) + " }"
		}
		found[field.Name] = selection
	}
	return found
}

func firstScalars(hasID bool, owner, field string) string {
	if hasID {
		return "id"
	}
	return map[string]string{
		"Charge.terms": "fineHundredths monthlyInterestHundredths dailyInterestThousandths discountCents discountHundredths discountUntil daysToWriteOff message",
	}[owner+"."+field]
}

// TestColumns asks for each field of a row alone in a list: it is what the node
// itself answers, so that no column is ever missing.
func TestColumns(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner := b.as(enum.RoleOwner)
	b.fill(6, owner.person)
	_, err := b.Pool.Exec(`UPDATE charges SET replaced_at = now() WHERE id = $1`, row("chg", 2))
	b.Must(err)
	_, err = b.Pool.Exec(`UPDATE charges SET recorded = true, provider_id = NULL WHERE id = $1`, row("chg", 3))
	b.Must(err)
	for typeName, of := range map[string]struct {
		kind, field string
		orders      []string
	}{
		"Charge": {"chg", "charges", []string{"CREATED_DESC", "DUE_ASC", "AMOUNT_DESC"}},
		"Sale":   {"sal", "sales", []string{"CREATED_DESC", "TOTAL_DESC"}},
	} {
		for name, selection := range fields(t, typeName) {
			t.Run(typeName+"."+name, func(t *testing.T) {
				whole := map[string]int{}
				for n := 1; n <= 6; n++ {
					var single struct{ Node json.RawMessage }
					owner.ask(`query($id: ID!) { node(id: $id) { ... on `+typeName+` { `+selection+` } } }`, map[string]any{"id": row(of.kind, n)}, &single)
					whole[string(single.Node)]++
				}
				for _, order := range of.orders {
					for _, shape := range []string{"nodes { %s }", "edges { node { %s } }", "nodes { ...f }"} {
						document := `{ list: ` + of.field + `(orderBy: ` + order + `) { ` + strings.Replace(shape, "%s", selection, 1) + ` } }`
						if strings.Contains(shape, "...f") {
							document += ` fragment f on ` + typeName + ` { ... { ` + selection + ` } }`
						}
						var listed struct {
							List struct {
								Nodes []json.RawMessage
								Edges []struct{ Node json.RawMessage }
							}
						}
						owner.ask(document, nil, &listed)
						got := map[string]int{}
						for _, node := range listed.List.Nodes {
							got[string(node)]++
						}
						for _, edge := range listed.List.Edges {
							got[string(edge.Node)]++
						}
						if !maps.Equal(got, whole) {
							t.Errorf("%s: %v instead of %v", document, got, whole)
						}
					}
				}
			})
		}
	}
}

// forge writes another value into a cursor.
func forge(t *testing.T, cursor, value string) string {
	t.Helper()
	decoded, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		t.Fatal(err)
	}
	var parts []json.RawMessage
	if err := json.Unmarshal(decoded, &parts); err != nil {
		t.Fatal(err)
	}
	parts[len(parts)-1] = json.RawMessage(value)
	var joined []string
	for _, part := range parts {
		joined = append(joined, string(part))
	}
	return base64.RawURLEncoding.EncodeToString([]byte("[" + strings.Join(joined, ",") + "]"))
}

// explain answers how PostgreSQL runs a recorded statement.
func (c *caller) explain(t *testing.T, line string) string {
	t.Helper()
	found := regexp.MustCompile(`(?s)query=(.*) args=\[(.*)\]`).FindStringSubmatch(line)
	if found == nil {
		t.Fatalf("no statement: %s", line)
	}
	statement, arguments := found[1], strings.Fields(found[2])
	for n := len(arguments); n > 0; n-- {
		statement = strings.ReplaceAll(statement, "$"+strconv.Itoa(n), "'"+strings.NewReplacer("[", "{", "]", "}").Replace(arguments[n-1])+"'")
	}
	rows, err := c.Pool.Query("EXPLAIN " + statement)
	c.Must(err)
	defer func() { _ = rows.Close() }()
	var plan strings.Builder
	for rows.Next() {
		var one string
		c.Must(rows.Scan(&one))
		plan.WriteString(one + "\n")
	}
	c.Must(rows.Err())
	return plan.String()
}
