package graph_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"ponte/ent/enum"
)

func (c *caller) export(file string, variables map[string]any) answer {
	c.Helper()
	encoded, err := json.Marshal(variables)
	c.Must(err)
	return c.send("GET", "/export/"+file+"?variables="+url.QueryEscape(string(encoded)), nil, "")
}

// spreadsheet reads a table as a spreadsheet of Brazil does.
func spreadsheet(t *testing.T, body []byte) [][]string {
	t.Helper()
	text, marked := strings.CutPrefix(string(body), "\uFEFF")
	if !marked {
		t.Errorf("%.20q does not begin with the mark of UTF-8", text)
	}
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma = ';'
	rows, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestExport(t *testing.T) {
	t.Parallel()
	const count = 250 // three pages
	b := setup(t)
	finance := b.as(enum.RoleFinance)
	b.fill(count, finance.person)
	finance.language = "pt-BR"
	_, err := b.Pool.Exec(`UPDATE customers SET name = '=1+1;"x"' WHERE id = $1`, row("cus", 1))
	b.Must(err)
	var accountID string
	b.Must(b.Pool.QueryRow("SELECT id FROM accounts LIMIT 1").Scan(&accountID))
	lists := map[string]map[string]any{
		"charges": {}, "sales": {}, "customers": {}, "products": {}, "invoices": {}, "operations": {}, "failures": {}, "audit": {},
		"statement": {"accountId": accountID, "period": map[string]string{"from": "2026-01-01", "to": "2026-12-31"}},
	}

	for name, variables := range lists {
		t.Run(name, func(t *testing.T) {
			table := finance.export(name+".csv", variables)
			array := finance.export(name+".json", variables)
			var nodes []map[string]any
			if err := json.Unmarshal(array.body, &nodes); err != nil || table.status != 200 || array.status != 200 {
				t.Fatalf("%d, %d %v: %.300s", table.status, array.status, err, array.body)
			}
			rows := spreadsheet(t, table.body)
			if len(rows)-1 != len(nodes) || name != "statement" && name != "audit" && len(nodes) != count {
				t.Errorf("%d rows, %d nodes", len(rows)-1, len(nodes))
			}
			for i, title := range rows[0] {
				if title == "" {
					t.Errorf("column %d has no title", i)
				}
			}
			seen := map[any]bool{}
			for _, node := range nodes {
				if id := node["id"]; id != nil && seen[id] {
					t.Errorf("%v comes twice", id)
				} else {
					seen[id] = true
				}
			}
		})
	}
	t.Run("as a person reads it", func(t *testing.T) {
		rows := spreadsheet(t, finance.export("charges.csv", map[string]any{"filter": map[string]any{"customerId": row("cus", 1)}}).body)
		if len(rows) != 2 {
			t.Fatalf("%d rows", len(rows))
		}
		got := map[string]string{}
		for i, title := range rows[0] {
			got[title] = rows[1][i]
		}
		want := map[string]string{"Situação": "Vencida", "Cliente": `'=1+1;"x"`, "Valor": "2,00", "Vencimento": "02/11/2026", "Pago": "0,99"}
		for title, value := range want {
			if got[title] != value {
				t.Errorf("%s is %q, not %q", title, got[title], value)
			}
		}
		if masked := got["CPF/CNPJ"]; !strings.Contains(masked, "*") {
			t.Errorf("the tax id %q is not masked", masked)
		}
	})
	t.Run("in English", func(t *testing.T) {
		reader := *finance
		reader.language = "en"
		rows := spreadsheet(t, reader.export("sales.csv", map[string]any{"filter": map[string]any{"search": "1"}}).body)
		if rows[0][0] != "Sale" || !strings.Contains(fmt.Sprint(rows[1]), ".00") {
			t.Errorf("%v", rows[:2])
		}
	})
	t.Run("is refused like the list", func(t *testing.T) {
		nobody := *finance
		nobody.token = ""
		reader := b.as(enum.RoleReader)
		for _, one := range []struct {
			who       *caller
			file      string
			variables map[string]any
			status    int
		}{
			{&nobody, "charges.csv", nil, 401},
			{reader, "audit.csv", nil, 403},
			{reader, "sales.json", nil, 200},
			{finance, "secrets.csv", nil, 404},
			{finance, "charges.exe", nil, 404},
			{finance, "charges", nil, 404},
			{finance, "charges.csv", map[string]any{"filter": map[string]any{"status": "NOPE"}}, 400},
			{finance, "statement.csv", nil, 400},
		} {
			if got := one.who.export(one.file, one.variables); got.status != one.status {
				t.Errorf("%s: %d, not %d: %.200s", one.file, got.status, one.status, got.body)
			}
		}
		if got := finance.send("GET", "/export/charges.csv?variables=x", nil, ""); got.status != 400 {
			t.Errorf("bad variables: %d", got.status)
		}
	})
}
