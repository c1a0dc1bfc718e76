package billing

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"

	"ponte/billing/brazil"
	"ponte/ent/db"
	"ponte/ent/db/charge"
	"ponte/ent/db/customer"
	"ponte/ent/db/invoice"
	"ponte/ent/db/sale"
	"ponte/ent/enum"
)

// The law lets people ask to be forgotten (LGPD, art. 18, VI), and has a company
// keep what its books rest on (art. 16, I). So the row, the amounts, the entries and
// the keys under which the provider, the ERP and the authority know a document stay,
// and everything that tells who it was goes. Why nothing of it is left in the audit
// record is in docs/decisions/0011-forgetting-a-person.md.

// Anonymous is the name of who was forgotten. The database knows it too.
const Anonymous = "Cliente anonimizado"

// taxYears is for how many years a sale's buyer has to be told to the authority,
// from the first day of the year after the sale (Lei 5.172/1966, CTN, art. 173, I).
const taxYears = 5

const maxAnonymizeReason = 140

// forgetTime is how long it may take to search the records of years. It does not end
// with the request: who asks again is told that it was done.
const forgetTime = 15 * time.Minute

// AnonymizeCustomer erases for good what tells who a customer is, in every table.
// Asked for again, it changes nothing.
func (s *Service) AnonymizeCustomer(ctx context.Context, id, reason string) (*db.Customer, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || len([]rune(reason)) > maxAnonymizeReason {
		return nil, refuse("REASON_REQUIRED", "reason", "Diga o motivo, em até 140 caracteres: por exemplo, o número do pedido do titular.", "Say why, in up to 140 characters: for example the number of the person's request.")
	}
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), forgetTime)
	defer done()
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		person, err := tx.Customer.Query().Where(customer.ID(id)).ForUpdate().Only(ctx)
		if err != nil {
			return orMissing(err, "id", "O cliente", "The customer")
		}
		if person.AnonymizedAt != nil {
			return nil
		}
		if err := s.mayForget(ctx, tx, id); err != nil {
			return err
		}
		return s.erase(ctx, tx, person, reason)
	})
	if err != nil {
		return nil, err
	}
	return s.DB.Customer.Get(ctx, id)
}

// mayForget refuses while the person's data is still needed.
func (s *Service) mayForget(ctx context.Context, tx *db.Tx, id string) error {
	for _, check := range []func(context.Context, *db.Tx, string) error{nothingCollects, nothingRuns, noInvoiceOpen, s.noDutyToKeep} {
		if err := check(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}

func nothingCollects(ctx context.Context, tx *db.Tx, id string) error {
	open, err := tx.Charge.Query().Where(charge.CustomerID(id), charge.StatusIn(enum.ChargeQueued, enum.ChargeIssuing, enum.ChargeUnknown, enum.ChargeWaiting, enum.ChargeOverdue)).
		Order(db.Asc(charge.FieldNumber)).First(ctx)
	if db.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return refuse("CUSTOMER_HAS_OPEN_CHARGE", "id",
		fmt.Sprintf("A cobrança %d deste cliente está em aberto: espere o pagamento ou cancele a cobrança antes.", open.Number),
		fmt.Sprintf("Charge %d of this customer is open: wait for its payment, or cancel it first.", open.Number))
}

func nothingRuns(ctx context.Context, tx *db.Tx, id string) error {
	busy, err := returned[bool](ctx, tx, `SELECT EXISTS (SELECT 1 FROM operations WHERE state IN ('QUEUED', 'RUNNING', 'UNKNOWN') AND subject_id IN `+theirSubjects+`)
		OR EXISTS (SELECT 1 FROM batch_items WHERE state IN ('PENDING', 'RUNNING') AND convert_from(input, 'UTF8') LIKE '%"' || $1 || '"%')`, id)
	if err != nil {
		return fmt.Errorf("look for what runs: %w", err)
	}
	if !busy {
		return nil
	}
	return refuse("CUSTOMER_BUSY", "id",
		"Há uma operação em andamento para este cliente, na Gerencianet ou no Vhsys: espere que termine, ou cancele-a, e peça de novo.",
		"An operation for this customer is under way, at Gerencianet or at Vhsys: wait for its end, or cancel it, and ask again.")
}

// noInvoiceOpen refuses while a nota fiscal is on its way, or may have to be
// cancelled yet.
func noInvoiceOpen(ctx context.Context, tx *db.Tx, id string) error {
	open, err := tx.Invoice.Query().Where(invoice.HasSaleWith(sale.CustomerID(id)),
		invoice.StateIn(enum.InvoiceScheduled, enum.InvoiceIssuing, enum.InvoiceProcessing, enum.InvoiceRejected, enum.InvoiceCancelAsked)).Exist(ctx)
	if err != nil || !open {
		return err
	}
	return refuse("CUSTOMER_HAS_OPEN_INVOICE", "id",
		"Uma nota fiscal deste cliente está sendo emitida, foi rejeitada ou espera o cancelamento: conclua-a antes.",
		"A nota fiscal of this customer is being issued, was rejected or waits for its cancellation: finish it first.")
}

// noDutyToKeep refuses while we are the only one to know who bought: a real sale
// that has neither an order nor a nota fiscal at the ERP, which keep it otherwise.
func (s *Service) noDutyToKeep(ctx context.Context, tx *db.Tx, id string) error {
	last, err := returned[time.Time](ctx, tx, `SELECT s.created_at FROM sales s WHERE s.customer_id = $1 AND s.status IN ('APPROVED', 'REFUNDED')
		AND EXISTS (SELECT 1 FROM charges c WHERE c.sale_id = s.id AND c.environment = 'PRODUCTION')
		AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.sale_id = s.id AND o.remote_order_id IS NOT NULL)
		ORDER BY s.created_at DESC LIMIT 1`, id)
	if err != nil {
		return fmt.Errorf("look for a duty to keep: %w", err)
	}
	if last.IsZero() {
		return nil
	}
	until := time.Date(last.In(brazil.SaoPaulo).Year()+1+taxYears, time.January, 1, 0, 0, 0, 0, brazil.SaoPaulo)
	if !s.Now().Before(until) {
		return nil
	}
	return refuse("LEGAL_RETENTION", "id",
		"Só a Ponte sabe quem comprou: há uma venda real que não está no Vhsys. A lei manda guardar até "+until.Format("02/01/2006")+". Envie a venda ao Vhsys, ou espere.",
		"Only Ponte knows who bought: there is a real sale that is not at Vhsys. The law has it kept until "+until.Format("2006-01-02")+". Send the sale to Vhsys, or wait.")
}

// erase erases a locked customer.
func (s *Service) erase(ctx context.Context, tx *db.Tx, person *db.Customer, reason string) error {
	if _, err := tx.ExecContext(ctx, "SELECT set_config('ponte.forgetting', 'on', true)"); err != nil {
		return fmt.Errorf("begin to forget: %w", err)
	}
	pattern := patternOf(person)
	for _, one := range traces {
		if one.erase == "" {
			continue
		}
		condition := one.rows
		if one.only != "" {
			condition += " AND " + one.only
		}
		if _, err := tx.ExecContext(ctx, "UPDATE "+one.table+" SET "+one.erase+" WHERE "+condition, person.ID); err != nil {
			return fmt.Errorf("forget in %s: %w", one.table, err)
		}
	}
	if err := eraseWords(ctx, tx, person.ID, pattern); err != nil {
		return err
	}
	if err := eraseRecords(ctx, tx, pattern); err != nil {
		return err
	}
	if told := regexp.MustCompile("(?i)" + pattern.plain); pattern.plain != "" {
		reason = told.ReplaceAllString(reason, erased)
	}
	return tx.Customer.UpdateOne(person).SetName(Anonymous).SetTaxID("").SetEmail("").SetPhone("").SetStreet("").SetStreetNumber("").SetComplement("").
		SetDistrict("").SetCity("").SetState("").SetPostalCode("").SetAnonymizedAt(s.Now()).SetAnonymizedReason(reason).Exec(ctx)
}

// eraseWords takes the person's name, address and numbers out of texts that are
// kept: what was sold, and what went wrong.
func eraseWords(ctx context.Context, tx *db.Tx, id string, p pattern) error {
	for _, statement := range []string{
		"UPDATE sale_items SET description = regexp_replace(description, $2, '" + erased + "', 'gi') WHERE sale_id IN " + theirSales + " AND description ~* $2",
		"UPDATE sales SET channel = regexp_replace(channel, $2, '" + erased + "', 'gi') WHERE customer_id = $1 AND channel ~* $2",
		"UPDATE failures SET cause = regexp_replace(cause::text, $2, '" + erased + "', 'gi')::jsonb, remedy = regexp_replace(remedy::text, $2, '" + erased + "', 'gi')::jsonb" +
			" WHERE subject_id IN " + theirSubjects + " AND (cause::text ~* $2 OR remedy::text ~* $2)",
	} {
		if _, err := tx.ExecContext(ctx, statement, id, p.sql); err != nil {
			return fmt.Errorf("take the person out of texts: %w", err)
		}
	}
	return nil
}

// searched are the records in which an answer about many customers, or about one
// that we did not know yet, may have left the person. Nothing points there, so they
// are searched as a whole.
var searched = []string{
	"UPDATE attempts SET request = split_part(request, '?', 1), request_body = '', response_body = '', error = '' WHERE request ~* $1 OR request_body ~* $1 OR response_body ~* $1 OR error ~* $1",
	"UPDATE message_attempts SET request = split_part(request, '?', 1), request_body = '', response_body = '', error = '' WHERE request ~* $1 OR request_body ~* $1 OR response_body ~* $1 OR error ~* $1",
	"UPDATE webhook_events SET body = regexp_replace(body, $1, '" + erased + "', 'gi') WHERE body ~* $1",
	"UPDATE webhook_attempts SET request_body = '', response_body = '', error = '' WHERE request_body ~* $1 OR response_body ~* $1 OR error ~* $1",
	"UPDATE messages SET content = regexp_replace(content::text, $1, '" + erased + "', 'gi')::jsonb WHERE content::text ~* $1",
	"UPDATE approvals SET reason = '' WHERE reason ~* $1",
	"UPDATE notices SET body = '' WHERE body ~* $1",
	"UPDATE operations SET last_error = '' WHERE last_error ~* $1",
	"UPDATE failures SET provider_text = NULL WHERE provider_text ~* $1",
	"UPDATE failures SET cause = regexp_replace(cause::text, $1, '" + erased + "', 'gi')::jsonb WHERE cause::text ~* $1",
}

func eraseRecords(ctx context.Context, tx *db.Tx, p pattern) error {
	for _, statement := range searched {
		if _, err := tx.ExecContext(ctx, statement, p.who); err != nil {
			return fmt.Errorf("search the records for the person: %w", err)
		}
	}
	return nil
}

// pattern finds a person in texts.
type pattern struct {
	who   string // PostgreSQL's, of what tells who it is
	sql   string // the same and the address
	plain string // sql in Go's syntax
}

// patternOf finds what tells who somebody is, as people and as providers write it.
func patternOf(person *db.Customer) pattern {
	who := spellings(person.Name, person.Email, person.Phone, phoneShown(person.Phone))
	if person.TaxID != "" {
		who = append(who, person.TaxID, brazil.FormatTaxID(person.TaxID), brazil.MaskTaxID(person.TaxID))
	}
	where := spellings(person.Street, person.Complement, person.PostalCode, postalCodeShown(person.PostalCode))
	all := append(append([]string{}, who...), where...)
	return pattern{who: alternatives(who, `\m`, `\M`), sql: alternatives(all, `\m`, `\M`), plain: alternatives(all, `\b`, `\b`)}
}

// spellings are values as they are and as JSON that has only ASCII writes them;
// one of a letter or two would be found everywhere.
func spellings(values ...string) []string {
	var found []string
	for _, value := range values {
		value = strings.TrimSpace(value)
		if len([]rune(value)) < 3 {
			continue
		}
		found = append(found, value)
		if ascii := asciiJSON(value); ascii != value {
			found = append(found, ascii)
		}
	}
	return found
}

func asciiJSON(value string) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic("billing: " + err.Error()) // a string always encodes
	}
	var out strings.Builder
	for _, r := range strings.Trim(string(encoded), `"`) {
		if r < unicode.MaxASCII {
			out.WriteRune(r)
			continue
		}
		fmt.Fprintf(&out, `\u%04x`, r)
	}
	return out.String()
}

// alternatives is an expression that finds any of the values as whole words; with
// none it finds nothing.
func alternatives(values []string, begin, end string) string {
	if len(values) == 0 {
		return `$.^`
	}
	parts := make([]string, len(values))
	for i, value := range values {
		runes := []rune(value)
		quoted := regexp.QuoteMeta(value)
		if isWord(runes[0]) {
			quoted = begin + quoted
		}
		if isWord(runes[len(runes)-1]) {
			quoted += end
		}
		parts[i] = quoted
	}
	return "(?:" + strings.Join(parts, "|") + ")"
}

func isWord(r rune) bool { return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

func phoneShown(phone string) string {
	if len(phone) < 10 {
		return ""
	}
	return "(" + phone[:2] + ") " + phone[2:len(phone)-4] + "-" + phone[len(phone)-4:]
}

func postalCodeShown(code string) string {
	if len(code) != 8 {
		return ""
	}
	return code[:5] + "-" + code[5:]
}

// mustBeKnown refuses what would be done for somebody who was forgotten.
func mustBeKnown(person *db.Customer, field string) error {
	if person.AnonymizedAt == nil {
		return nil
	}
	return refuse("CUSTOMER_ANONYMIZED", field,
		"Os dados deste cliente foram apagados a pedido: cadastre-o de novo para vender.",
		"This customer's data was erased on request: add the customer anew to sell.")
}
