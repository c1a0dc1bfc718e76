package sandbox

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	// erpLimitMax is the largest page; more is cut down to it.
	erpLimitMax = 250
	// erpLimitUsual is the page when no limit is asked for.
	erpLimitUsual = 50
)

// list answers GET of a whole noun. An empty result is a refusal.
func (v *vhsys) list(t *table) func(*exchange) answer {
	return func(e *exchange) answer {
		query := e.request.URL.Query()
		rows := []map[string]any{}
		for _, r := range t.all(e.account, v.sandbox.clock.real()) {
			if row := v.row(t, r); t.keeps(r, row, query) {
				rows = append(rows, row)
			}
		}
		sortRows(rows, cmp.Or(query.Get("order"), t.noun.key), query.Get("sort"))
		return page(rows, query, t.noun.notFound)
	}
}

// row is the record in lists and in GET. Orders carry their totals.
func (v *vhsys) row(t *table, r erpRecord) map[string]any {
	if t == v.orders {
		return v.orderRow(r)
	}
	return t.wire(r)
}

// keeps applies the filters that the noun and every list have.
func (t *table) keeps(r erpRecord, row map[string]any, query url.Values) bool {
	if trash := query.Get("lixeira"); trash != "" && trash != r.lixeira() {
		return false
	}
	if since := query.Get("data_modificacao"); since != "" && r.ModifiedAt < since {
		return false
	}
	if since := query.Get("data_cadastro"); since != "" && r.CreatedAt < since {
		return false
	}
	for _, name := range t.noun.exact {
		if asked := query.Get(name); asked != "" && !equalValue(asked, row[t.column(name)]) {
			return false
		}
	}
	for _, name := range t.noun.contains {
		if asked := query.Get(name); !strings.Contains(strings.ToLower(fmt.Sprint(row[name])), strings.ToLower(asked)) {
			return false
		}
	}
	return true
}

// column is the record's field behind a filter of another name.
func (t *table) column(filter string) string {
	columns := map[string]string{
		"status": "status_pedido", "vendedor": "vendedor_pedido", "valor_receita": "valor_rec",
		"data_vencimento": "vencimento_rec", "liquidado": "liquidado_rec", "loja_visivel": "loja_visivel",
	}
	return cmp.Or(columns[filter], filter)
}

// equalValue compares a parameter with a field, as amounts when both are.
func equalValue(asked string, value any) bool {
	content := fmt.Sprint(value)
	if isDecimal(asked) && isDecimal(content) {
		return decimal(asked) == decimal(content)
	}
	return asked == content
}

// sortRows orders by any field; a field that nobody has changes nothing.
func sortRows(rows []map[string]any, field, direction string) {
	slices.SortStableFunc(rows, func(x, y map[string]any) int {
		order := compareValues(x[field], y[field])
		if strings.EqualFold(direction, "desc") {
			return -order
		}
		return order
	})
}

// compareValues compares as numbers when both are, else as texts.
func compareValues(x, y any) int {
	left, right := fmt.Sprint(x), fmt.Sprint(y)
	if isDecimal(left) && isDecimal(right) {
		return cmp.Compare(decimal(left), decimal(right))
	}
	return cmp.Compare(left, right)
}

// page cuts one page and adds the paging block.
func page(rows []map[string]any, query url.Values, notFound string) answer {
	limit := positive(query.Get("limit"), erpLimitUsual)
	limit = min(limit, erpLimitMax)
	offset := positive(query.Get("offset"), 0)
	start := min(offset, len(rows))
	cut := rows[start:min(start+limit, len(rows))]
	if len(cut) == 0 {
		return erpRefused(notFound)
	}
	return jsonAnswer(http.StatusOK, map[string]any{
		"code": http.StatusOK, "status": "success", "data": cut,
		"paging": map[string]any{
			"total_count": len(cut), "total": len(rows), "offset": offset, "limit": limit, "limit_max": erpLimitMax,
		},
	})
}

// positive reads a number of the query, or the usual one.
func positive(raw string, usual int) int {
	number, err := strconv.Atoi(raw)
	if err != nil || number < 1 {
		return usual
	}
	return number
}

// show answers GET of one record.
func (v *vhsys) show(t *table) func(*exchange) answer {
	return func(e *exchange) answer {
		r, visible := t.seen(e.account, e.id(), v.sandbox.clock.real())
		if !visible {
			return erpRefused(t.noun.notFound)
		}
		return erpSuccess(v.row(t, r))
	}
}

// create answers POST of one record with what was sent and its new id.
func (v *vhsys) create(t *table) func(*exchange) answer {
	return func(e *exchange) answer {
		body, isObject := decodeObject(e.body)
		fields, good := accept(t.noun.fields, body, true)
		if !isObject || !good {
			return erpRefused(t.noun.notCreated)
		}
		row := t.wire(v.insert(t, e.account, fields))
		row["id_registro"] = false
		return erpSuccess(row)
	}
}

// change answers PUT of one record: the sent fields replace the old ones.
func (v *vhsys) change(t *table) func(*exchange) answer {
	return func(e *exchange) answer {
		r, found := t.latest(e.account, e.id())
		body, isObject := decodeObject(e.body)
		fields, good := accept(t.noun.fields, body, false)
		if !found || !isObject || !good {
			return erpRefused(t.noun.notChanged)
		}
		r.Fields = merged(r.Fields, fields)
		v.save(t, r)
		return erpSuccess(v.row(t, r))
	}
}

// remove answers DELETE of one record: it goes to the trash.
func (v *vhsys) remove(t *table) func(*exchange) answer {
	return func(e *exchange) answer {
		r, found := t.latest(e.account, e.id())
		if !found || r.Trashed {
			return erpRefused(t.noun.notFound)
		}
		r.Trashed = true
		v.save(t, r)
		return erpSuccess(map[string]any{t.noun.key: r.ID})
	}
}

// crud are the five routes that most nouns have.
func (v *vhsys) crud(path string, t *table) []route {
	return []route{
		{method: "GET", path: path, handle: v.list(t)},
		{method: "POST", path: path, handle: v.create(t)},
		{method: "GET", path: path + "/:id", handle: v.show(t)},
		{method: "PUT", path: path + "/:id", handle: v.change(t)},
		{method: "DELETE", path: path + "/:id", handle: v.remove(t)},
	}
}
