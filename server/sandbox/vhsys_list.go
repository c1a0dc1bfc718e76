package sandbox

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// erpLimitMax is the largest page; more is cut down to it.
	erpLimitMax = 250
	// erpLimitUsual is the page when no limit is asked for.
	erpLimitUsual = 50
)

// list answers GET of a whole noun. An empty result is a refusal.
func (v *vhsys) list(t *table) func(*exchange) answer { return v.listAs(t, t.row) }

// listAs lists rows that are shown in another way.
func (v *vhsys) listAs(t *table, show func(erpRecord) map[string]any) func(*exchange) answer {
	return func(e *exchange) answer {
		query := e.request.URL.Query()
		found := t.find(e.account, query, v.sandbox.clock.real())
		t.sort(found, cmp.Or(query.Get("order"), t.noun.key), query.Get("sort"))
		return pageRows(found, query, t.noun.notFound, show)
	}
}

// find are the visible records that the filters keep, by id.
func (t *table) find(account string, query url.Values, now time.Time) []erpRecord {
	ids := t.ids
	if value := query.Get(t.noun.indexed); value != "" && slices.Contains(t.noun.exact, t.noun.indexed) {
		ids = t.index[indexKey{account, value}]
	}
	return t.pick(ids, account, now, func(r erpRecord) bool { return t.keeps(r, query) })
}

// keeps applies the filters that the noun and every list have.
func (t *table) keeps(r erpRecord, query url.Values) bool {
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
		if asked := query.Get(name); asked != "" && !equalValue(asked, t.value(r, t.column(name))) {
			return false
		}
	}
	for _, name := range t.noun.contains {
		if asked := query.Get(name); asked != "" && !containsText(t.value(r, t.column(name)), asked) {
			return false
		}
	}
	return true
}

// column is the record's field behind a filter.
func (t *table) column(filter string) string { return cmp.Or(t.noun.columns[filter], filter) }

// containsText looks for a part, without regard to case.
func containsText(value any, part string) bool {
	return strings.Contains(strings.ToLower(fmt.Sprint(value)), strings.ToLower(part))
}

// equalValue compares a parameter with a field, as amounts when both are.
func equalValue(asked string, value any) bool {
	content := fmt.Sprint(value)
	if isDecimal(asked) && isDecimal(content) {
		return decimal(asked) == decimal(content)
	}
	return asked == content
}

// sortable is a record with the value that it is ordered by.
type sortable struct {
	record  *erpRecord
	text    string
	number  float64
	numeric bool
}

// sort orders records by any field; a field that nobody has changes nothing.
// They come ordered by id.
func (t *table) sort(records []erpRecord, field, direction string) {
	descending := strings.EqualFold(direction, "desc")
	if field == t.noun.key {
		if descending {
			slices.Reverse(records)
		}
		return
	}
	keyed := make([]sortable, len(records))
	unsorted := slices.Clone(records)
	for i := range unsorted {
		text := fmt.Sprint(t.value(unsorted[i], field))
		number, err := strconv.ParseFloat(text, 64)
		keyed[i] = sortable{&unsorted[i], text, number, err == nil}
	}
	slices.SortStableFunc(keyed, func(x, y sortable) int {
		if descending {
			return compareSortable(y, x)
		}
		return compareSortable(x, y)
	})
	for i, each := range keyed {
		records[i] = *each.record
	}
}

// compareSortable compares as numbers when both are, else as texts.
func compareSortable(x, y sortable) int {
	if x.numeric && y.numeric {
		return cmp.Compare(x.number, y.number)
	}
	return cmp.Compare(x.text, y.text)
}

// page cuts one page of rows and adds the paging block.
func page(rows []map[string]any, query url.Values, notFound string) answer {
	return pageRows(rows, query, notFound, func(row map[string]any) map[string]any { return row })
}

// pageRows cuts one page, shows what is in it and adds the paging block.
func pageRows[T any](found []T, query url.Values, notFound string, show func(T) map[string]any) answer {
	limit := min(positive(query.Get("limit"), erpLimitUsual), erpLimitMax)
	offset := positive(query.Get("offset"), 0)
	start := min(offset, len(found))
	rows := []map[string]any{}
	for _, each := range found[start:min(start+limit, len(found))] {
		rows = append(rows, show(each))
	}
	if len(rows) == 0 {
		return erpRefused(notFound)
	}
	return jsonAnswer(http.StatusOK, map[string]any{
		"code": http.StatusOK, "status": "success", "data": rows,
		"paging": map[string]any{
			"total_count": len(rows), "total": len(found), "offset": offset, "limit": limit, "limit_max": erpLimitMax,
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
		return erpSuccess(t.row(r))
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
		return erpSuccess(t.row(r))
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
