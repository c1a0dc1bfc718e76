package sandbox

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// erpRecord is one record of any noun. The lists belong to orders. A stored
// record is never changed: whoever changes one works on a copy.
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
}

// copy is safe to change: maps are replaced, never edited, so that a clone of
// the lists is deep enough.
func (r erpRecord) copy() erpRecord {
	r.Fields = maps.Clone(r.Fields)
	r.Items = slices.Clone(r.Items)
	r.Installments = slices.Clone(r.Installments)
	r.History = slices.Clone(r.History)
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
}

func newTable(n *noun) *table { return &table{noun: n, rows: map[int64][]version{}} }

// put adds a version of a record and drops those that no read needs any more:
// everything before the one that is visible now.
func (t *table) put(r erpRecord, now, visibleAt time.Time) {
	versions := t.rows[r.ID]
	for len(versions) > 1 && !versions[1].visibleAt.After(now) {
		versions = versions[1:]
	}
	t.rows[r.ID] = append(versions, version{visibleAt, r})
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
	var found []erpRecord
	for _, id := range sortedIDs(t.rows) {
		if r, visible := t.seen(account, id, now); visible {
			found = append(found, r)
		}
	}
	return found
}

// wire is the record as GET answers it.
func (t *table) wire(r erpRecord) map[string]any {
	row := merged(t.noun.extra, nil)
	for _, f := range t.noun.fields {
		row[f.name] = f.initial
	}
	maps.Copy(row, r.Fields)
	row[t.noun.key], row["lixeira"], row["id_empresa"] = r.ID, r.lixeira(), 1
	row[t.noun.created], row[t.noun.modified] = r.CreatedAt, r.ModifiedAt
	return row
}
