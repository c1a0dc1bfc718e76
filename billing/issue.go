package billing

import (
	"context"
	"errors"
	"fmt"

	"entgo.io/ent/dialect/sql"

	"ponte/billing/brazil"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/charge"
	"ponte/ent/enum"
)

// issueCharge brings a charge from QUEUED to WAITING. It may be cut off at any
// point and run again: what it sent is known by sent_at and provider_id, which
// are committed before and after each request that is not safe to repeat.
func (s *Service) issueCharge(ctx context.Context, op *db.Operation) (finish, error) {
	c, err := s.chargeForProvider(ctx, op.SubjectID)
	if err != nil {
		return nil, err
	}
	if !isUnissued(c.Status) && (c.ProviderID == nil || isComplete(c)) {
		return nil, nil
	}
	issuer, err := s.issuer(ctx, c.Environment)
	if err != nil {
		return nil, err
	}
	if !isUnissued(c.Status) { // a notice told the status before our own answer came
		return s.reread(ctx, issuer, c)
	}
	wanted, err := s.providerRequest(ctx, c)
	if err != nil {
		return nil, err
	}
	if wanted.Card != nil && wanted.Card.Token == "" {
		return s.readRefusedCard(ctx, issuer, c)
	}
	providerID, err := s.reserve(ctx, op, c, issuer, wanted)
	if err != nil {
		return nil, err
	}
	c.ProviderID = &providerID
	issued, err := issuer.Issue(ctx, handle(c), wanted)
	switch {
	case err != nil:
		return s.notIssued(ctx, op, c, issuer, err)
	case issued.Status == provider.Draft:
		return nil, errLater // it is read as it was before our request
	}
	return func(ctx context.Context, tx *db.Tx) error { return s.applyIssued(ctx, tx, c.ID, issued) }, nil
}

// enqueueIssue has a charge brought to where it can be paid.
func (s *Service) enqueueIssue(ctx context.Context, tx *db.Tx, chargeID string) error {
	_, _, err := s.enqueue(ctx, tx, request{kind: enum.KindIssueCharge, integration: enum.Gerencianet, subjectID: chargeID})
	return err
}

// notIssued follows a refusal of the issue. A charge that is in another state at
// the provider, because somebody ended it there, is read.
func (s *Service) notIssued(ctx context.Context, op *db.Operation, c *db.Charge, issuer provider.Issuer, cause error) (finish, error) {
	switch provider.ClassOf(cause) {
	case provider.NotFound:
		return nil, s.lostDraft(ctx, op, c, cause)
	case provider.State:
		read, err := issuer.Get(ctx, handle(c))
		if err != nil {
			return nil, err
		}
		if read.Status == provider.Draft {
			return nil, cause
		}
		return func(ctx context.Context, tx *db.Tx) error { return s.applyIssued(ctx, tx, c.ID, read) }, nil
	}
	return nil, cause
}

// reread brings what the provider now says of a charge.
func (s *Service) reread(ctx context.Context, issuer provider.Issuer, c *db.Charge) (finish, error) {
	read, err := issuer.Get(ctx, handle(c))
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error { return s.applyIssued(ctx, tx, c.ID, read) }, nil
}

func isUnissued(status enum.ChargeStatus) bool {
	switch status {
	case enum.ChargeQueued, enum.ChargeIssuing, enum.ChargeUnknown, enum.ChargeFailed:
		return true
	}
	return false
}

// lostTries is how often a draft that the provider does not know is made anew.
const lostTries = 8

// lostDraft lets a draft go that the provider no longer knows, so that the next
// try makes a new one.
func (s *Service) lostDraft(ctx context.Context, op *db.Operation, c *db.Charge, cause error) error {
	err := s.step(ctx, op, func(ctx context.Context, tx *db.Tx) error {
		locked, err := lockCharge(ctx, tx, c.ID)
		if err != nil || !isUnissued(locked.Status) || value(locked.ProviderID) != *c.ProviderID {
			return err
		}
		return tx.Charge.UpdateOne(locked).ClearProviderID().ClearSentAt().Exec(ctx)
	})
	switch {
	case err != nil:
		return err
	case op.Tries > lostTries:
		return cause
	}
	return errLater
}

// reserve answers the provider's id of the charge's draft, making the draft when
// there is none.
func (s *Service) reserve(ctx context.Context, op *db.Operation, c *db.Charge, issuer provider.Issuer, wanted provider.ChargeRequest) (string, error) {
	if c.ProviderID != nil {
		return *c.ProviderID, nil
	}
	if c.SentAt != nil && c.Method != enum.MethodPix { // a Pix has its id from us, and nothing is sent for it yet
		id, err := s.recover(ctx, op, c, issuer)
		if err != nil || id != "" {
			return id, err
		}
	}
	if violations := s.Providers.CheckCharge(wanted, s.today()); len(violations) > 0 {
		return "", provider.Violated("gerencianet", violations)
	}
	if err := s.step(ctx, op, func(ctx context.Context, tx *db.Tx) error { return s.markSending(ctx, tx, c.ID) }); err != nil {
		return "", err
	}
	id, err := issuer.Reserve(ctx, wanted)
	if err != nil {
		return "", s.notReserved(ctx, op, c, err)
	}
	return s.adopt(ctx, op, c.ID, id)
}

// notReserved forgets the sending when it certainly made nothing; otherwise the
// next try asks first.
func (s *Service) notReserved(ctx context.Context, op *db.Operation, c *db.Charge, cause error) error {
	if provider.ClassOf(cause) == provider.Ambiguous {
		return cause
	}
	return errors.Join(cause, s.step(ctx, op, func(ctx context.Context, tx *db.Tx) error {
		return tx.Charge.UpdateOneID(c.ID).ClearSentAt().Exec(ctx)
	}))
}

// recover finds out whether a request that was sent before has arrived. It
// answers "" when it certainly has not, errSettling while it still may. The days
// searched have a margin on both sides, because the two clocks differ.
func (s *Service) recover(ctx context.Context, op *db.Operation, c *db.Charge, issuer provider.Issuer) (string, error) {
	settled, err := s.isSettled(ctx, "charges", charge.FieldSentAt, c.ID)
	if err != nil {
		return "", err
	}
	found, err := issuer.Find(ctx, provider.Method(c.Method), c.Reference, brazil.DateOf(c.CreatedAt).AddDays(-1), s.today().AddDays(1))
	if err != nil {
		return "", err
	}
	for _, one := range found {
		if one.Status != provider.Canceled {
			return s.adopt(ctx, op, c.ID, one.ProviderID)
		}
	}
	if !settled {
		return "", errSettling
	}
	return "", nil
}

// isSettled tells whether the last request, whose moment is in a column of a row,
// can no longer arrive, by the database's clock, which all processes share. It has
// to be asked before the provider is.
func (s *Service) isSettled(ctx context.Context, table, column, id string) (settled bool, err error) {
	query := fmt.Sprintf( //nolint:gosec // both names are constants of ours
		`SELECT %[2]s IS NULL OR %[2]s + $2 * interval '1 microsecond' <= clock_timestamp() FROM %[1]s WHERE id = $1`, table, column)
	err = s.SQL.QueryRowContext(ctx, query, id, s.Timing.SettleWindow.Microseconds()).Scan(&settled)
	return settled, err
}

// sentNow sets a column to the database's time.
func sentNow(column string) func(*sql.UpdateBuilder) {
	return func(u *sql.UpdateBuilder) { u.Set(column, sql.Expr("clock_timestamp()")) }
}

// adopt writes the provider's id down. When a notice has told another id
// meanwhile, that one stays and this one is cancelled.
func (s *Service) adopt(ctx context.Context, op *db.Operation, chargeID, providerID string) (adopted string, err error) {
	err = s.step(ctx, op, func(ctx context.Context, tx *db.Tx) error {
		adopted, err = s.adoptLocked(ctx, tx, chargeID, providerID)
		return err
	})
	return adopted, err
}

func (s *Service) adoptLocked(ctx context.Context, tx *db.Tx, chargeID, providerID string) (string, error) {
	c, err := lockCharge(ctx, tx, chargeID)
	if err != nil {
		return "", err
	}
	if c.ProviderID != nil && *c.ProviderID != providerID {
		return *c.ProviderID, s.cancelExtra(ctx, tx, c, providerID)
	}
	return providerID, tx.Charge.UpdateOne(c).SetProviderID(providerID).ClearSentAt().Exec(ctx)
}

// cancelExtra asks for the cancellation of a charge that the provider made
// although another one carries our reference.
func (s *Service) cancelExtra(ctx context.Context, tx *db.Tx, c *db.Charge, providerID string) error {
	_, _, err := s.enqueue(ctx, tx, request{
		kind: enum.KindCancelExtra, integration: enum.Gerencianet, subjectID: c.ID,
		key:   fmt.Sprintf("%s:%s:%s", enum.KindCancelExtra, c.Environment, providerID),
		input: map[string]string{"providerId": providerID},
	})
	return err
}

// runCancelExtra cancels it and tells the chosen people.
func (s *Service) runCancelExtra(ctx context.Context, op *db.Operation) (finish, error) {
	if op.Input["carnetId"] != "" {
		return s.runCancelExtraCarnet(ctx, op)
	}
	c, err := s.DB.Charge.Get(ctx, op.SubjectID)
	if err != nil {
		return nil, err
	}
	issuer, err := s.issuer(ctx, c.Environment)
	if err != nil {
		return nil, err
	}
	extra := op.Input["providerId"]
	if err := issuer.Cancel(ctx, provider.Handle{Method: provider.Method(c.Method), ID: extra}); err != nil && provider.ClassOf(err) != provider.NotFound {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		report := chargeFailure(c, "charge.extra_cancelled", extra)
		report.causeKey += ":" + extra
		return s.recordFailure(ctx, tx, report)
	}, nil
}

// chargeForProvider reads a charge with all that a request needs.
func (s *Service) chargeForProvider(ctx context.Context, id string) (*db.Charge, error) {
	return s.DB.Charge.Query().Where(charge.ID(id)).WithCustomer().WithCarnet().
		WithSale(func(q *db.SaleQuery) { q.WithItems() }).Only(ctx)
}

func (s *Service) providerRequest(ctx context.Context, c *db.Charge) (provider.ChargeRequest, error) {
	settings, err := s.settings(ctx, enum.Gerencianet)
	if err != nil {
		return provider.ChargeRequest{}, err
	}
	wanted := chargeRequest(c, chargeTitle(c), s.callbackURL(settings, c.Environment))
	if wanted.Card != nil && hasCard(c) {
		if wanted.Card.Token, err = s.Seal.Open(*c.CardToken, cardPlace(c.ID)); err != nil {
			return provider.ChargeRequest{}, fmt.Errorf("open a card's token: %w", err)
		}
	}
	return wanted, nil
}

// isComplete tells whether everything that the payer needs of an issued charge is
// here.
func isComplete(c *db.Charge) bool {
	switch c.Method {
	case enum.MethodPix:
		return c.PixCode != nil
	case enum.MethodLink:
		return c.Link != nil
	case enum.MethodCard:
		return true
	}
	return c.TypeableLine != nil
}

const maxTitle = 255

// saleTitle is the line that the payer reads on a charge of the sale.
func saleTitle(sale *db.Sale) string {
	title := fmt.Sprintf("Venda %d", sale.Number)
	if len(sale.Edges.Items) == 1 {
		title = sale.Edges.Items[0].Description
	}
	return title
}

// chargeTitle is the line that the payer reads on one charge.
func chargeTitle(c *db.Charge) string {
	title := saleTitle(c.Edges.Sale)
	if c.Edges.Sale.Installments > 1 && c.Method != enum.MethodCard {
		title = fmt.Sprintf("%s, parcela %d de %d", title, c.Installment, c.Edges.Sale.Installments)
	}
	if letters := []rune(title); len(letters) > maxTitle {
		title = string(letters[:maxTitle])
	}
	return title
}

func payer(customer *db.Customer) provider.Payer {
	wanted := provider.Payer{Name: customer.Name, TaxID: customer.TaxID, Email: customer.Email, Phone: customer.Phone}
	if customer.PostalCode != "" {
		wanted.Address = &provider.Address{
			Street: customer.Street, Number: customer.StreetNumber, Complement: customer.Complement,
			District: customer.District, City: customer.City, State: customer.State, PostalCode: customer.PostalCode,
		}
	}
	return wanted
}

// The statuses that an issue goes through, each written with the operation.

func (s *Service) markSending(ctx context.Context, tx *db.Tx, id string) error {
	c, err := lockCharge(ctx, tx, id)
	if err != nil {
		return err
	}
	if c.ProviderID != nil {
		return errLater // a notice told the id meanwhile
	}
	if err := tx.Charge.UpdateOne(c).Modify(sentNow(charge.FieldSentAt)).Exec(ctx); err != nil {
		return err
	}
	return s.setUnissued(ctx, tx, c, enum.ChargeIssuing, "SENDING")
}

func (s *Service) markUnknown(ctx context.Context, tx *db.Tx, id string) error {
	return s.markUnissued(ctx, tx, id, enum.ChargeUnknown, "UNANSWERED")
}

// markUnsent is the end of a try that sent nothing that stayed. Whatever an
// earlier try sent is still to be found out.
func (s *Service) markUnsent(ctx context.Context, tx *db.Tx, id string) error {
	c, err := lockCharge(ctx, tx, id)
	if err != nil || !isUnissued(c.Status) || c.SentAt != nil {
		return err
	}
	return s.setUnissued(ctx, tx, c, enum.ChargeQueued, "DELAYED")
}

func (s *Service) markUnissued(ctx context.Context, tx *db.Tx, id string, status enum.ChargeStatus, code string) error {
	c, err := lockCharge(ctx, tx, id)
	if err != nil || !isUnissued(c.Status) {
		return err
	}
	return s.setUnissued(ctx, tx, c, status, code)
}

func (s *Service) setUnissued(ctx context.Context, tx *db.Tx, c *db.Charge, status enum.ChargeStatus, code string) error {
	if c.Status == status {
		return nil
	}
	return s.setStatus(ctx, tx, c, status, event{source: enum.SourceOperation, code: code})
}

// applyIssued writes what the provider answered. A notice may have been faster:
// then the status stays and only the data is written.
func (s *Service) applyIssued(ctx context.Context, tx *db.Tx, id string, issued provider.Charge) error {
	c, err := lockCharge(ctx, tx, id)
	if err != nil {
		return err
	}
	return s.applyRead(ctx, tx, c, issued, enum.SourceOperation)
}

// applyRead brings a locked charge to what the provider answered just now.
func (s *Service) applyRead(ctx context.Context, tx *db.Tx, c *db.Charge, read provider.Charge, source enum.EventSource) error {
	if regularised := c.Status == enum.ChargeOverdue && read.Status == provider.Waiting; !isUnissued(c.Status) && !regularised {
		read.DueDate = nil // the reading may have begun before a change of the due date that is written down by now
	}
	if read.Status == provider.Refused && isOldRefusal(c, source) {
		return nil
	}
	if err := writeProviderData(ctx, tx, c, read); err != nil {
		return err
	}
	if read.Status == provider.Refused {
		return s.refuseCard(ctx, tx, c, read, source)
	}
	if isUnissued(c.Status) && isPayable(read.Status) {
		return s.setStatus(ctx, tx, c, enum.ChargeWaiting, event{source: source, code: "ISSUED"})
	}
	return s.apply(ctx, tx, c, update{charge: read, source: source, fresh: true})
}

// isPayable tells whether a charge of the status waits for its payment, which may
// have been seen already but is not confirmed. A word that we do not know can
// only be read of a charge that was issued.
func isPayable(status provider.Status) bool {
	return status == provider.Waiting || status == provider.Identified || status == provider.Approved || status == provider.Unrecognized
}

// writeProviderData keeps what the provider has told; what it left out stays.
func writeProviderData(ctx context.Context, tx *db.Tx, c *db.Charge, told provider.Charge) error {
	change := tx.Charge.UpdateOne(c).ClearSentAt()
	setText(told.ProviderID, change.SetProviderID)
	setText(told.ProviderStatus, change.SetProviderStatus)
	setText(told.BarCode, change.SetBarCode)
	setText(told.TypeableLine, change.SetTypeableLine)
	setText(told.PixCode, change.SetPixCode)
	setText(told.Link, change.SetLink)
	setText(told.PDF, change.SetPdf)
	setText(told.EndToEndID, change.SetEndToEndID)
	setText(told.CardMask, change.SetCardMask)
	if told.DueDate != nil {
		change.SetDueDate(*told.DueDate)
	}
	if told.EndToEndID != "" {
		c.EndToEndID = &told.EndToEndID
	}
	change.SetNillableExpiresAt(told.ExpiresAt)
	if told.Status != provider.Draft && told.Status != "" {
		change.ClearCardToken() // it was used
	}
	return change.Exec(ctx)
}

func setText(value string, set func(string) *db.ChargeUpdateOne) {
	if value != "" {
		set(value)
	}
}
