package billing

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"ponte/ent/audit"
	"ponte/ent/db"
	"ponte/ent/db/customer"
)

// What is kept about a customer lies in many tables. This file says where; the
// copy that a person may ask for (ExportCustomer) and the forgetting
// (AnonymizeCustomer) both follow it, and TestEveryTableIsConsidered fails for a
// table that is in neither list.

// trace is a table in which something of a customer may stand.
type trace struct {
	table string
	rows  string // which rows are the customer's: a condition in which $1 is the id
	erase string // what is set in them when the person is forgotten; "" when nothing tells who it was
	// only says which of the rows are erased; "" for all.
	only   string
	secret string // a column that never leaves the database
	read   string // a column of bytes that holds JSON
}

const (
	theirSales    = "(SELECT id FROM sales WHERE customer_id = $1)"
	theirCharges  = "(SELECT id FROM charges WHERE customer_id = $1)"
	theirSubjects = "(SELECT $1::varchar UNION ALL SELECT id FROM sales WHERE customer_id = $1 UNION ALL SELECT id FROM charges WHERE customer_id = $1" +
		" UNION ALL SELECT id FROM carnets WHERE sale_id IN " + theirSales + " UNION ALL SELECT id FROM invoices WHERE sale_id IN " + theirSales +
		" UNION ALL SELECT id FROM refunds WHERE charge_id IN " + theirCharges + ")"
	theirOperations = "(SELECT id FROM operations WHERE subject_id IN " + theirSubjects + ")"
	theirFailures   = "(SELECT id FROM failures WHERE subject_id IN " + theirSubjects + ")"
	theirEvents     = "(SELECT id FROM webhook_events WHERE subject_id IN " + theirSubjects + " OR subject_id IN " + theirFailures + ")"
	theirMessages   = "(SELECT i.message_id FROM message_items i JOIN deliveries d ON d.id = i.delivery_id WHERE d.failure_id IN " + theirFailures + ")"
)

// masked keeps of a JSON object the values of the given keys, and of the others
// only that there was something.
func masked(column, kept string) string {
	return column + " = CASE jsonb_typeof(" + column + ") WHEN 'object' THEN COALESCE((SELECT jsonb_object_agg(key, CASE WHEN key IN (" + kept + ") THEN value ELSE '\"" + erased +
		"\"' END) FROM jsonb_each(" + column + ")), " + column + ") ELSE " + column + " END"
}

// erased stands where something was.
const erased = "•••"

const noBodies = "request = split_part(request, '?', 1), request_body = '', response_body = '', error = ''"

// traces are the tables in which something of a customer may stand.
var traces = []trace{
	{table: "customers", rows: "id = $1"}, // erased by ent
	{table: "sales", rows: "id IN " + theirSales, erase: "note = ''"},
	{table: "sale_items", rows: "sale_id IN " + theirSales},
	{table: "charges", rows: "id IN " + theirCharges, erase: "message = '', card_mask = '', refusal = '', card_token = NULL, link = NULL, pdf = NULL, pix_code = NULL", secret: "card_token"},
	{table: "charge_events", rows: "charge_id IN " + theirCharges, erase: masked("params", "'amount', 'date'"), only: "jsonb_typeof(params) = 'object'"},
	{table: "carnets", rows: "sale_id IN " + theirSales, erase: "link = NULL, pdf = NULL, cover = NULL, cover_pdf = NULL"},
	{table: "refunds", rows: "charge_id IN " + theirCharges, erase: "reason = '', provider_text = ''"},
	{table: "approvals", rows: "subject_id IN " + theirCharges, erase: "reason = '', input = input - 'Reason'"},
	{table: "entries", rows: "charge_id IN " + theirCharges},
	{table: "orders", rows: "sale_id IN " + theirSales},
	{table: "invoices", rows: "sale_id IN " + theirSales, erase: "pdf = '', xml = '', rejection_text = ''"},
	{table: "differences", rows: "sale_id IN " + theirSales},
	{table: "operations", rows: "id IN " + theirOperations, erase: "last_error = '', " + masked("input", "'cents', 'date', 'carnetId', 'providerId', 'environment', 'refundId', 'sent'")},
	{table: "attempts", rows: "operation_id IN " + theirOperations, erase: noBodies},
	{table: "batch_items", rows: "(charge_id IN " + theirCharges + " OR sale_id IN " + theirSales + " OR convert_from(input, 'UTF8') LIKE '%\"' || $1 || '\"%')", erase: "input = NULL, problem_pt = '', problem_en = ''", read: "input"},
	{table: "failures", rows: "id IN " + theirFailures, erase: "provider_text = NULL, reason = NULL"},
	{table: "deliveries", rows: "failure_id IN " + theirFailures},
	{table: "messages", rows: "id IN " + theirMessages, erase: "content = NULL", only: "finished_at IS NOT NULL"},
	{table: "message_attempts", rows: "message_id IN " + theirMessages, erase: noBodies},
	{table: "webhook_events", rows: "id IN " + theirEvents},
	{table: "webhook_deliveries", rows: "event_id IN " + theirEvents},
	{table: "webhook_attempts", rows: "delivery_id IN (SELECT id FROM webhook_deliveries WHERE event_id IN " + theirEvents + ")", erase: noBodies},
	{table: "audit_entries", rows: "(object_id IN " + theirSubjects + " OR about_id IN " + theirSubjects + ")"},
}

// strangers are the tables in which nothing of a customer stands: the company's
// own people, settings and lists, and counters. The answers about many customers
// at once and what is stored before it is read are searched instead (searched).
var strangers = []string{
	"access_rules", "accounts", "api_tokens", "batches", "call_counts", "channels", "convenios", "credentials", "goose_db_version", "historicos",
	"idempotency_keys", "integration_notified_users", "integrations", "message_items", "notice_tokens", "notices", "password_links", "payment_method_mappings",
	"products", "recovery_codes", "sale_status_mappings", "sessions", "users", "webhook_endpoints",
}

// ExportCustomer writes everything that is kept about a customer as one JSON
// object: for each table the rows as they are, as one moment saw them. That it was
// asked for is written down before anything is read. What is begun and not ended
// is no JSON.
func (s *Service) ExportCustomer(ctx context.Context, id string, out io.Writer) (err error) {
	snapshot, err := s.SQL.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return fmt.Errorf("begin an export: %w", err)
	}
	defer func() { err = errors.Join(err, ignoreDone(snapshot.Rollback())) }()
	for i, one := range traces {
		opening := ",\n"
		if i == 0 {
			opening = "{\n"
		}
		if _, err := fmt.Fprintf(out, "%s%q: [", opening, one.table); err != nil {
			return err
		}
		if err := one.export(ctx, snapshot, id, out); err != nil {
			return fmt.Errorf("export %s: %w", one.table, err)
		}
	}
	_, err = io.WriteString(out, "\n}\n")
	return err
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// export writes the rows of one table and the end of their list.
func (t trace) export(ctx context.Context, snapshot *sql.Tx, id string, out io.Writer) (err error) {
	columns := "to_jsonb(t) - $2::text"
	if t.read != "" {
		columns += " || jsonb_build_object('" + t.read + "', convert_from(" + t.read + ", 'UTF8')::jsonb)"
	}
	//nolint:gosec // the table, its columns and its rows are constants of this file
	rows, err := snapshot.QueryContext(ctx, "SELECT "+columns+" FROM "+t.table+" t WHERE "+t.rows+" ORDER BY id", id, t.secret)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	separator := "\n  "
	for rows.Next() {
		var row json.RawMessage
		if err := rows.Scan(&row); err != nil {
			return err
		}
		if _, err := io.WriteString(out, separator+string(row)); err != nil {
			return err
		}
		separator = ",\n  "
	}
	_, err = io.WriteString(out, "]")
	return errors.Join(err, rows.Err())
}

// RevealCustomer writes down that the viewer is shown everything about a customer.
func (s *Service) RevealCustomer(ctx context.Context, id string) error {
	return s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if exists, err := tx.Customer.Query().Where(customer.ID(id)).Exist(ctx); err != nil || !exists {
			return orNotFound(err, "id", "O cliente", "The customer")
		}
		return audit.Revealed(ctx, tx, customer.Table, id, customer.FieldName, customer.FieldTaxID, customer.FieldEmail, customer.FieldPhone, "address", "everything")
	})
}

// ConsideredTables are the tables of which it is known whether something of a
// customer stands in them.
func ConsideredTables() map[string]bool {
	considered := map[string]bool{}
	for _, one := range traces {
		considered[one.table] = true
	}
	for _, name := range strangers {
		considered[name] = true
	}
	return considered
}
