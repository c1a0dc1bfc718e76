package billing

import (
	"context"
	"database/sql"
	"fmt"

	"ponte/billing/brazil"
	"ponte/ent/db"
	"ponte/ent/db/entry"
	"ponte/ent/db/integration"
	"ponte/ent/enum"
)

// book writes the entries that a new status of a charge calls for:
//
//	PAID      RECEIPT +V, ENTRY +V on the convênio's account, FEE −T on the same
//	SETTLED   RECEIPT of the face value: no money comes, and there is no fee
//	REFUNDED, CONTESTED   the reversal of what was booked
//	PAID after CONTESTED  the reversal of that reversal
//
// V is what was paid; a reversal takes back only what refunds have left of it. T is
// the fee that the provider told, or else the configured one, none when it is 0
// (providers/gerencianet.md, 11.3). The database refuses a second set.
func (s *Service) book(ctx context.Context, tx *db.Tx, c *db.Charge, from, to enum.ChargeStatus) error {
	switch {
	case to == enum.ChargePaid && from == enum.ChargeContested:
		return s.reverse(ctx, tx, c, false)
	case to == enum.ChargePaid:
		return s.bookPayment(ctx, tx, c)
	case to == enum.ChargeSettled:
		return s.bookReceipt(ctx, tx, c, c.AmountCents, s.today())
	case to == enum.ChargeContested, to == enum.ChargeRefunded && from != enum.ChargeContested:
		return s.reverse(ctx, tx, c, true)
	}
	return nil
}

// line is an entry before it is written.
type line struct {
	kind        enum.EntryKind
	amountCents int64
	accountID   *string
	historico   *db.Historico
	bookedOn    brazil.Date
	reverses    *string
	refundID    *string
	text        string
}

func (s *Service) bookPayment(ctx context.Context, tx *db.Tx, c *db.Charge) error {
	settings, err := bookingSettings(ctx, tx)
	if err != nil {
		return err
	}
	if err := s.bookReceipt(ctx, tx, c, *c.PaidCents, *c.PaidOn); err != nil {
		return err
	}
	accountID := &settings.Edges.Convenio.AccountID
	credit := line{kind: enum.EntryEntry, amountCents: *c.PaidCents, accountID: accountID, historico: settings.Edges.EntryHistorico, bookedOn: *c.PaidOn}
	if err := s.writeEntry(ctx, tx, c, credit); err != nil {
		return err
	}
	feeCents := settings.FeeCents
	if c.ProviderFeeCents != nil {
		feeCents = *c.ProviderFeeCents // the true one
	}
	fee := line{kind: enum.EntryFee, amountCents: -feeCents, accountID: accountID, historico: settings.Edges.FeeHistorico, bookedOn: *c.PaidOn}
	return s.writeEntry(ctx, tx, c, fee)
}

// bookReceipt writes the document off, unless settling by hand already did.
func (s *Service) bookReceipt(ctx context.Context, tx *db.Tx, c *db.Charge, amountCents int64, on brazil.Date) error {
	done, err := tx.Entry.Query().Where(entry.ChargeID(c.ID), entry.KindEQ(enum.EntryReceipt), entry.ReversesIDIsNil(), entry.RefundIDIsNil()).Exist(ctx)
	if err != nil || done {
		return err
	}
	settings, err := bookingSettings(ctx, tx)
	if err != nil {
		return err
	}
	return s.writeEntry(ctx, tx, c, line{kind: enum.EntryReceipt, amountCents: amountCents, historico: settings.Edges.ReceiptHistorico, bookedOn: on})
}

// reverse takes back every entry of the charge that stands, or, when standing is
// false, every one that has been taken back.
func (s *Service) reverse(ctx context.Context, tx *db.Tx, c *db.Charge, standing bool) error {
	booked, err := tx.Entry.Query().Where(entry.ChargeID(c.ID)).WithHistorico().Order(db.Asc(entry.FieldCreatedAt), db.Asc(entry.FieldID)).All(ctx)
	if err != nil {
		return err
	}
	refunded := map[enum.EntryKind]int64{} // at or below 0
	for _, one := range booked {
		if one.RefundID != nil {
			refunded[one.Kind] += one.AmountCents
		}
	}
	for _, chain := range chains(booked) {
		last, stands := chain[len(chain)-1], len(chain)%2 == 1
		if stands != standing {
			continue
		}
		amount := -last.AmountCents
		if len(chain) == 1 {
			amount -= refunded[last.Kind]
		} else if stands {
			amount = -(chain[0].AmountCents + refunded[last.Kind])
		}
		back := line{kind: last.Kind, amountCents: amount, accountID: last.AccountID, historico: last.Edges.Historico,
			bookedOn: s.today(), reverses: &last.ID, text: chain[0].Text}
		if stands {
			back.text = "Estorno: " + chain[0].Text
		}
		if err := s.writeEntry(ctx, tx, c, back); err != nil {
			return err
		}
	}
	return nil
}

// writeRefund takes a part of a payment off the receipt and off the account. The
// fee is not given back.
func (s *Service) writeRefund(ctx context.Context, tx *db.Tx, c *db.Charge, done *db.Refund) error {
	settings, err := bookingSettings(ctx, tx)
	if err != nil {
		return err
	}
	back := line{kind: enum.EntryReceipt, amountCents: -done.AmountCents, historico: settings.Edges.ReceiptHistorico, bookedOn: s.today(), refundID: &done.ID}
	back.text = "Devolução: " + back.historico.Text
	if err := s.writeEntry(ctx, tx, c, back); err != nil {
		return err
	}
	back.kind, back.historico, back.accountID = enum.EntryEntry, settings.Edges.EntryHistorico, &settings.Edges.Convenio.AccountID
	back.text = "Devolução: " + back.historico.Text
	return s.writeEntry(ctx, tx, c, back)
}

// chains orders entries into chains: an entry, its reversal, the reversal of that.
func chains(entries []*db.Entry) [][]*db.Entry {
	next := map[string]*db.Entry{}
	for _, one := range entries {
		if one.ReversesID != nil {
			next[*one.ReversesID] = one
		}
	}
	var found [][]*db.Entry
	for _, one := range entries {
		if one.ReversesID != nil || one.RefundID != nil {
			continue
		}
		chain := []*db.Entry{one}
		for last := next[one.ID]; last != nil; last = next[last.ID] {
			chain = append(chain, last)
		}
		found = append(found, chain)
	}
	return found
}

// writeEntry appends a line; an amount of 0 writes nothing.
func (s *Service) writeEntry(ctx context.Context, tx *db.Tx, c *db.Charge, l line) error {
	if l.amountCents == 0 {
		return nil
	}
	if l.text == "" {
		l.text = l.historico.Text
	}
	create := tx.Entry.Create().SetKind(l.kind).SetAmountCents(l.amountCents).SetHistoricoID(l.historico.ID).SetText(l.text).
		SetBookedOn(l.bookedOn).SetChargeID(c.ID).SetNillableReversesID(l.reverses).SetNillableRefundID(l.refundID).SetCreatedAt(s.Now())
	if l.accountID != nil {
		position, balance, err := moveAccount(ctx, tx, *l.accountID, l.amountCents)
		if err != nil {
			return err
		}
		create.SetAccountID(*l.accountID).SetPosition(position).SetBalanceCents(balance)
	}
	if err := create.Exec(ctx); err != nil {
		return fmt.Errorf("book %s of %s: %w", l.kind, c.ID, err)
	}
	return nil
}

// moveAccount changes an account's balance under its lock and answers the position and
// the balance after it.
func moveAccount(ctx context.Context, tx *db.Tx, accountID string, amountCents int64) (position, balanceCents int64, err error) {
	rows, err := tx.QueryContext(ctx, `UPDATE accounts SET balance_cents = balance_cents + $2, entry_count = entry_count + 1
		WHERE id = $1 RETURNING entry_count, balance_cents`, accountID, amountCents)
	if err != nil {
		return 0, 0, fmt.Errorf("move account %s: %w", accountID, err)
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		return 0, 0, fmt.Errorf("move account %s: %w", accountID, rows.Err())
	}
	err = rows.Scan(&position, &balanceCents)
	return position, balanceCents, err
}

// bookingSettings reads the convênio and the históricos that entries carry.
func bookingSettings(ctx context.Context, tx *db.Tx) (*db.Integration, error) {
	settings, err := tx.Integration.Query().Where(integration.KindEQ(enum.Gerencianet)).
		WithConvenio().WithReceiptHistorico().WithEntryHistorico().WithFeeHistorico().Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the booking settings: %w", err)
	}
	e := settings.Edges
	if e.Convenio == nil || e.ReceiptHistorico == nil || e.EntryHistorico == nil || e.FeeHistorico == nil {
		return nil, fmt.Errorf("the integration lacks its convênio or históricos")
	}
	return settings, nil
}

// LedgerDifference is something that does not add up.
type LedgerDifference struct {
	Code      string // ACCOUNT_BALANCE, RUNNING_BALANCE, PAID_WITHOUT_ENTRY, ENTRY_AMOUNT, ENTRY_WITHOUT_PAYMENT, REFUND_AMOUNT, REVERSAL_MISSING
	Message   string
	SubjectID string
}

// LedgerCheck is what a check of the whole ledger found.
type LedgerCheck struct {
	Charges, Entries int
	Differences      []LedgerDifference // at most 100
}

// OK tells whether everything adds up.
func (c LedgerCheck) OK() bool { return len(c.Differences) == 0 }

// ledgerRules each select what breaks one rule of the ledger: subject and detail.
var ledgerRules = []struct{ code, query string }{
	{"ACCOUNT_BALANCE", `SELECT a.id, format('balance %s, entries add up to %s', a.balance_cents, COALESCE(sum(e.amount_cents), 0))
		FROM accounts a LEFT JOIN entries e ON e.account_id = a.id GROUP BY a.id
		HAVING a.balance_cents <> COALESCE(sum(e.amount_cents), 0) OR a.entry_count <> count(e.id)`},
	{"RUNNING_BALANCE", `SELECT account_id, format('position %s', min(position)) FROM (
		SELECT account_id, position, balance_cents, sum(amount_cents) OVER (PARTITION BY account_id ORDER BY position) AS running
		FROM entries WHERE account_id IS NOT NULL) e WHERE balance_cents <> running GROUP BY account_id`},
	{"PAID_WITHOUT_ENTRY", `SELECT c.id, 'paid, but not booked' FROM charges c WHERE c.status = 'PAID'
		AND NOT EXISTS (SELECT 1 FROM entries e WHERE e.charge_id = c.id AND e.kind = 'ENTRY')`},
	{"ENTRY_AMOUNT", `SELECT c.id, format('paid %s, booked %s', c.paid_cents, e.amount_cents) FROM charges c
		JOIN entries e ON e.charge_id = c.id AND e.kind = 'ENTRY' AND e.reverses_id IS NULL AND e.refund_id IS NULL WHERE e.amount_cents IS DISTINCT FROM c.paid_cents`},
	{"ENTRY_WITHOUT_PAYMENT", `SELECT c.id, format('booked, but %s', c.status) FROM charges c
		WHERE c.status NOT IN ('PAID', 'SETTLED', 'REFUNDED', 'CONTESTED') AND EXISTS (SELECT 1 FROM entries e WHERE e.charge_id = c.id)`},
	{"REFUND_AMOUNT", `SELECT c.id, format('%s cents given back, booked %s', c.refunded_cents, COALESCE(-sum(e.amount_cents), 0)) FROM charges c
		LEFT JOIN entries e ON e.charge_id = c.id AND e.kind = 'ENTRY' AND e.refund_id IS NOT NULL GROUP BY c.id
		HAVING c.refunded_cents <> COALESCE(-sum(e.amount_cents), 0)`},
	{"REVERSAL_MISSING", `SELECT c.id, format('%s, but %s cents remain booked', c.status, sum(e.amount_cents)) FROM charges c
		JOIN entries e ON e.charge_id = c.id WHERE c.status IN ('REFUNDED', 'CONTESTED') GROUP BY c.id HAVING sum(e.amount_cents) <> 0`},
}

const maxDifferences = 100

// CheckLedger checks the whole ledger in one snapshot.
func (s *Service) CheckLedger(ctx context.Context) (LedgerCheck, error) {
	var check LedgerCheck
	tx, err := s.SQL.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return check, err
	}
	defer func() { _ = tx.Rollback() }()
	err = tx.QueryRowContext(ctx, "SELECT (SELECT count(*) FROM charges), (SELECT count(*) FROM entries)").Scan(&check.Charges, &check.Entries)
	if err != nil {
		return check, err
	}
	for _, rule := range ledgerRules {
		found, err := differences(ctx, tx, rule.code, rule.query+fmt.Sprintf(" LIMIT %d", maxDifferences-len(check.Differences)))
		if err != nil {
			return check, fmt.Errorf("check %s: %w", rule.code, err)
		}
		check.Differences = append(check.Differences, found...)
	}
	return check, nil
}

func differences(ctx context.Context, tx *sql.Tx, code, query string) ([]LedgerDifference, error) {
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var found []LedgerDifference
	for rows.Next() {
		difference := LedgerDifference{Code: code}
		if err := rows.Scan(&difference.SubjectID, &difference.Message); err != nil {
			return nil, err
		}
		found = append(found, difference)
	}
	return found, rows.Err()
}
