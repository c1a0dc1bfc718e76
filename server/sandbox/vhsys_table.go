package sandbox

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// erpRecord is one record of any noun. The lists belong to documents, the
// issue to invoices. A stored record is never changed: whoever changes one
// works on a copy.
type erpRecord struct {
	ID         int64          `json:"id"`
	Account    string         `json:"account"`
	Number     int64          `json:"number,omitempty"`
	Trashed    bool           `json:"trashed"`
	CreatedAt  string         `json:"createdAt"`
	ModifiedAt string         `json:"modifiedAt"`
	Fields     map[string]any `json:"fields"`

	Items        []map[string]any `json:"items,omitempty"`
	Installments []map[string]any `json:"installments,omitempty"`
	History      []map[string]any `json:"history,omitempty"`
	// Letters are the corrections of an issued invoice.
	Letters []map[string]any `json:"letters,omitempty"`
	Issue   issuance         `json:"issue,omitzero"`
}

// copy is safe to change: maps are replaced, never edited, so that a clone of
// the lists is deep enough.
func (r erpRecord) copy() erpRecord {
	r.Fields = maps.Clone(r.Fields)
	r.Items = slices.Clone(r.Items)
	r.Installments = slices.Clone(r.Installments)
	r.History = slices.Clone(r.History)
	r.Letters = slices.Clone(r.Letters)
	r.Issue.Rejections = slices.Clone(r.Issue.Rejections)
	return r
}

// lixeira is the trash flag as the API writes it.
func (r erpRecord) lixeira() string {
	if r.Trashed {
		return "Sim"
	}
	return "Nao"
}

// noun describes one kind of record: its names on the wire and its rules.
type noun struct {
	// kind names it in the journal.
	kind string
	// key, created and modified are its names on the wire.
	key, created, modified string
	firstID                int64
	fields                 []erpField
	// extra fields are answered by GET, with these values.
	extra map[string]any
	// exact and contains are the fields that lists filter by.
	exact, contains []string
	// columns are the fields behind filters of another name.
	columns map[string]string
	// numbered is the field that shows the visible number, if it has one.
	numbered string
	// computed are fields that only a whole row has right.
	computed []string
	// indexed is a field that never changes and by which records are found.
	indexed string
	// The texts of its refusals.
	notFound, notCreated, notChanged string
}

// version is a record and the moment from which reads see it.
type version struct {
	visibleAt time.Time
	record    erpRecord
}

// table keeps the records of one noun. Older versions stay until the next one
// is visible.
type table struct {
	noun *noun
	rows map[int64][]version
	// ids are the keys of rows in order, so that no list has to sort them.
	ids []int64
	// index finds ids by the noun's indexed field.
	index map[indexKey][]int64
	// base is what GET answers for a record without fields of its own.
	base map[string]any
	// compute adds to a row what follows from the record's lines.
	compute func(row map[string]any, r erpRecord)
}

// indexKey is a value of the indexed field in one account.
type indexKey struct{ account, value string }

func newTable(n *noun) *table {
	t := &table{noun: n, base: merged(n.extra, nil)}
	for _, f := range n.fields {
		t.base[f.name] = f.initial
	}
	t.clear()
	return t
}

// clear forgets every record. The routes keep their table through a reset.
func (t *table) clear() {
	t.rows, t.ids, t.index = map[int64][]version{}, nil, map[indexKey][]int64{}
}

// put adds a version of a record and drops those that no read needs any more:
// everything before the one that is visible now.
func (t *table) put(r erpRecord, now, visibleAt time.Time) {
	versions := t.rows[r.ID]
	if len(versions) == 0 {
		t.enter(r)
	}
	for len(versions) > 1 && !versions[1].visibleAt.After(now) {
		versions = versions[1:]
	}
	t.rows[r.ID] = append(versions, version{visibleAt, r})
}

// enter notes a new record in the order of ids and in the index.
func (t *table) enter(r erpRecord) {
	at, _ := slices.BinarySearch(t.ids, r.ID)
	t.ids = slices.Insert(t.ids, at, r.ID)
	if value, _ := r.Fields[t.noun.indexed].(string); value != "" {
		key := indexKey{r.Account, value}
		t.index[key] = append(t.index[key], r.ID)
	}
}

// restore reads a journalled record, which every read sees.
func (t *table) restore(value json.RawMessage) error {
	var r erpRecord
	if err := json.Unmarshal(value, &r); err != nil {
		return err
	}
	t.put(r, time.Time{}, time.Time{})
	return nil
}

// latest is the record as it really is, for writers.
func (t *table) latest(account string, id int64) (erpRecord, bool) {
	versions := t.rows[id]
	if len(versions) == 0 || versions[0].record.Account != account {
		return erpRecord{}, false
	}
	return versions[len(versions)-1].record.copy(), true
}

// newest is the record of an id that exists, whoever it belongs to.
func (t *table) newest(id int64) erpRecord {
	versions := t.rows[id]
	return versions[len(versions)-1].record.copy()
}

// seen is the record as a reader sees it at a moment, which with a lag may be
// an older one or none.
func (t *table) seen(account string, id int64, now time.Time) (erpRecord, bool) {
	for _, v := range slices.Backward(t.rows[id]) {
		if v.record.Account == account && !v.visibleAt.After(now) {
			return v.record, true
		}
	}
	return erpRecord{}, false
}

// all are the account's records as a reader sees them, oldest first.
func (t *table) all(account string, now time.Time) []erpRecord {
	return t.pick(t.ids, account, now, func(erpRecord) bool { return true })
}

// pick are those records of the ids that a reader sees and wants.
func (t *table) pick(ids []int64, account string, now time.Time, wanted func(erpRecord) bool) []erpRecord {
	var found []erpRecord
	for _, id := range ids {
		if r, visible := t.seen(account, id, now); visible && wanted(r) {
			found = append(found, r)
		}
	}
	return found
}

// wire is the record as GET answers it, before anything is computed.
func (t *table) wire(r erpRecord) map[string]any {
	row := merged(t.base, r.Fields)
	row[t.noun.key], row["lixeira"], row["id_empresa"] = r.ID, r.lixeira(), 1
	row[t.noun.created], row[t.noun.modified] = r.CreatedAt, r.ModifiedAt
	if t.noun.numbered != "" {
		row[t.noun.numbered] = r.Number
	}
	return row
}

// row is the record as lists and GET answer it.
func (t *table) row(r erpRecord) map[string]any {
	row := t.wire(r)
	if t.compute != nil {
		t.compute(row, r)
	}
	return row
}

// value is one field of the row, without building the row if that can be
// helped: lists look at a field or two of thousands of records.
func (t *table) value(r erpRecord, name string) any {
	switch {
	case name == t.noun.key:
		return r.ID
	case name == t.noun.created:
		return r.CreatedAt
	case name == t.noun.modified:
		return r.ModifiedAt
	case name == t.noun.numbered:
		return r.Number
	case slices.Contains(t.noun.computed, name):
		return t.row(r)[name]
	}
	if value, own := r.Fields[name]; own {
		return value
	}
	return t.base[name]
}
