package billing

import (
	"context"
	"fmt"

	"ponte/billing/brazil"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/charge"
	"ponte/ent/db/failure"
	"ponte/ent/db/sale"
	"ponte/ent/enum"
)

// update is a state of a charge that somebody outside has told.
type update struct {
	charge provider.Charge
	source enum.EventSource
	// fresh is true for what the provider answered just now, false for an entry
	// of a notification, which may be old.
	fresh bool
}

// event is what a change of a charge leaves in its story.
type event struct {
	source enum.EventSource
	code   string
	params map[string]string
}

func lockCharge(ctx context.Context, tx *db.Tx, id string) (*db.Charge, error) {
	c, err := tx.Charge.Query().Where(charge.ID(id)).ForUpdate().Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("lock charge %s: %w", id, err)
	}
	return c, nil
}

// providerStatuses translates what a provider tells. A status that is missing
// here changes nothing.
var providerStatuses = map[provider.Status]enum.ChargeStatus{
	provider.Waiting:   enum.ChargeWaiting,
	provider.Overdue:   enum.ChargeOverdue,
	provider.Paid:      enum.ChargePaid,
	provider.Settled:   enum.ChargeSettled,
	provider.Canceled:  enum.ChargeCanceled,
	provider.Expired:   enum.ChargeExpired,
	provider.Refunded:  enum.ChargeRefunded,
	provider.Contested: enum.ChargeContested,
}

// forward lists, for each status, those that may follow it. What is not listed
// is old news and changes nothing (providers/gerencianet.md, 6.1).
var forward = map[enum.ChargeStatus][]enum.ChargeStatus{
	enum.ChargeQueued:    {enum.ChargeWaiting, enum.ChargeOverdue, enum.ChargePaid, enum.ChargeSettled, enum.ChargeCanceled, enum.ChargeExpired, enum.ChargeRefunded, enum.ChargeContested},
	enum.ChargeWaiting:   {enum.ChargeOverdue, enum.ChargePaid, enum.ChargeSettled, enum.ChargeCanceled, enum.ChargeExpired, enum.ChargeRefunded, enum.ChargeContested},
	enum.ChargeOverdue:   {enum.ChargePaid, enum.ChargeSettled, enum.ChargeCanceled, enum.ChargeExpired, enum.ChargeRefunded, enum.ChargeContested},
	enum.ChargeSettled:   {enum.ChargePaid, enum.ChargeRefunded, enum.ChargeContested},
	enum.ChargeCanceled:  {enum.ChargePaid, enum.ChargeRefunded, enum.ChargeContested},
	enum.ChargeExpired:   {enum.ChargePaid, enum.ChargeRefunded, enum.ChargeContested},
	enum.ChargePaid:      {enum.ChargeRefunded, enum.ChargeContested},
	enum.ChargeContested: {enum.ChargeRefunded},
}

func mayFollow(from, to enum.ChargeStatus, fresh bool) bool {
	if isUnissued(from) {
		from = enum.ChargeQueued
	}
	switch {
	case from == enum.ChargeOverdue && to == enum.ChargeWaiting, // after a new due date
		from == enum.ChargeContested && to == enum.ChargePaid: // when the payer's contest has failed
		return fresh // only a reading of now knows that it is not the past
	}
	for _, allowed := range forward[from] {
		if allowed == to {
			return true
		}
	}
	return false
}

// apply brings a locked charge to the state that the provider tells, with all
// that follows from it, in the caller's transaction. It may be told the same
// many times and in any order: what is not news changes nothing.
func (s *Service) apply(ctx context.Context, tx *db.Tx, c *db.Charge, u update) error {
	to, known := providerStatuses[u.charge.Status]
	if !known {
		return s.tellOnTheWay(ctx, tx, c, u)
	}
	if to == enum.ChargeWaiting && !u.fresh && isUnissued(c.Status) && wasRefused(c) {
		return nil // the card before, or this one, whose own operation finds out
	}
	if !mayFollow(c.Status, to, u.fresh) {
		return s.syncRefunds(ctx, tx, c, u.charge.Refunds)
	}
	if wasPaid(to) && !wasPaid(c.Status) && to != enum.ChargePaid {
		// Nobody told of the payment that is taken back here.
		payment := u
		payment.charge.Status = provider.Paid
		if err := s.apply(ctx, tx, c, payment); err != nil {
			return err
		}
	}
	if err := s.syncRefunds(ctx, tx, c, u.charge.Refunds); err != nil {
		return err
	}
	if to == enum.ChargeRefunded && c.Status == enum.ChargePaid && c.Method != enum.MethodPix {
		if err := s.endOpenRefunds(ctx, tx, c); err != nil {
			return err
		}
	}
	if !mayFollow(c.Status, to, u.fresh) { // the refunds have brought it there
		return nil
	}
	if err := s.move(ctx, tx, c, to, u); err != nil {
		return err
	}
	return s.syncRefunds(ctx, tx, c, u.charge.Refunds)
}

// tellOnTheWay keeps that a payment was seen but is not confirmed yet: the status
// stays, the story tells it.
func (s *Service) tellOnTheWay(ctx context.Context, tx *db.Tx, c *db.Charge, u update) error {
	code, known := map[provider.Status]string{provider.Identified: "IDENTIFIED", provider.Approved: "APPROVED"}[u.charge.Status]
	if !known || !isOpen(c.Status) || value(c.ProviderStatus) == u.charge.ProviderStatus {
		return nil
	}
	if err := tx.Charge.UpdateOneID(c.ID).SetProviderStatus(u.charge.ProviderStatus).Exec(ctx); err != nil {
		return err
	}
	return s.tell(ctx, tx, c, event{source: u.source, code: code})
}

// wasPaid tells whether a payment has been booked for a charge of the status.
func wasPaid(status enum.ChargeStatus) bool {
	return status == enum.ChargePaid || status == enum.ChargeRefunded || status == enum.ChargeContested
}

// move changes the status to one that may follow, with all that belongs to it.
func (s *Service) move(ctx context.Context, tx *db.Tx, c *db.Charge, to enum.ChargeStatus, u update) error {
	from := c.Status
	if to == enum.ChargePaid && from != enum.ChargeContested {
		if err := s.writePayment(ctx, tx, c, u); err != nil {
			return err
		}
	}
	if err := s.setStatus(ctx, tx, c, to, event{source: u.source, code: string(to), params: eventParams(u.charge)}); err != nil {
		return err
	}
	if err := s.book(ctx, tx, c, from, to); err != nil {
		return err
	}
	if err := s.deriveSale(ctx, tx, c.SaleID); err != nil {
		return err
	}
	if isUnissued(from) && !isComplete(c) && c.CarnetID == nil { // told by others than our own request: its data is missing
		if err := s.enqueueIssue(ctx, tx, c.ID); err != nil {
			return err
		}
	}
	return s.tellStrangeEnd(ctx, tx, c, from, to)
}

func eventParams(told provider.Charge) map[string]string {
	params := map[string]string{}
	if told.PaidCents != nil {
		params["amount"] = brazil.FormatCents(*told.PaidCents)
	}
	if told.Reason != "" {
		params["reason"] = told.Reason
	}
	return params
}

// writePayment keeps what was paid and when. A provider that does not say how
// much is taken at the face value, and the caller has asked it before.
func (s *Service) writePayment(ctx context.Context, tx *db.Tx, c *db.Charge, u update) error {
	paid, on := c.AmountCents, s.today()
	if u.charge.PaidCents != nil {
		paid = *u.charge.PaidCents
	}
	if u.charge.ConfirmedAt != nil {
		on = brazil.DateOf(*u.charge.ConfirmedAt)
	}
	if u.charge.PaidOn != nil {
		on = *u.charge.PaidOn
	}
	c.PaidCents, c.PaidOn, c.ProviderFeeCents = &paid, &on, u.charge.FeeCents
	change := tx.Charge.UpdateOne(c).SetPaidCents(paid).SetPaidOn(on).SetNillableProviderFeeCents(u.charge.FeeCents)
	if c.Method == enum.MethodLink && u.charge.PaidWith != "" {
		with := enum.PaymentMethod(u.charge.PaidWith)
		c.PaidWith = &with
		change.SetPaidWith(with)
	}
	setText(u.charge.CardMask, change.SetCardMask)
	return change.Exec(ctx)
}

// setStatus changes the status, writes the story and rings the bell.
func (s *Service) setStatus(ctx context.Context, tx *db.Tx, c *db.Charge, status enum.ChargeStatus, e event) error {
	if err := tx.Charge.UpdateOneID(c.ID).SetStatus(status).Exec(ctx); err != nil {
		return fmt.Errorf("set the status of %s to %s: %w", c.ID, status, err)
	}
	before := c.Status
	c.Status = status
	if err := s.tell(ctx, tx, c, e); err != nil {
		return err
	}
	if err := s.announceCharge(ctx, tx, statusEvent(before, status), c.ID); err != nil {
		return err
	}
	if isUnissued(before) && before != enum.ChargeIssuing && !isUnissued(status) { // whatever kept it from being issued is over
		return s.resolveWhere(ctx, tx, failure.Or(
			failure.CauseKeyHasPrefix(causeOf(enum.KindIssueCharge, c.ID)),
			failure.CauseKeyHasPrefix(causeOf(enum.KindRetryCard, c.ID)),
			failure.CauseKeyHasPrefix(causeOf(enum.KindIssueCarnet, value(c.CarnetID))),
			failure.CauseKey(chargeFailure(c, "charge.card_refused", "").causeKey)))
	}
	return nil
}

// causeOf begins the cause of every failure of one kind of operation on a subject.
func causeOf(kind enum.OperationKind, subjectID string) string {
	return "operation:" + string(kind) + ":" + subjectID + ":"
}

// tell adds to the story of a charge.
func (s *Service) tell(ctx context.Context, tx *db.Tx, c *db.Charge, e event) error {
	err := tx.ChargeEvent.Create().SetChargeID(c.ID).SetAt(s.Now()).SetSource(e.source).SetStatus(c.Status).
		SetCode(e.code).SetParams(e.params).SetNillableUserID(actorID(ctx)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("write the story of %s: %w", c.ID, err)
	}
	if err := s.announceCharge(ctx, tx, chargeStories[e.code], c.ID); err != nil {
		return err
	}
	if err := ring(ctx, tx, ChargeTopic("")); err != nil {
		return err
	}
	return ring(ctx, tx, ChargeTopic(c.ID))
}

// tellStrangeEnd raises a failure where a person must act.
func (s *Service) tellStrangeEnd(ctx context.Context, tx *db.Tx, c *db.Charge, from, to enum.ChargeStatus) error {
	switch {
	case to == enum.ChargePaid && from == enum.ChargeContested:
		return s.resolveCause(ctx, tx, chargeFailure(c, "charge.contested", "").causeKey)
	case to == enum.ChargePaid && (from == enum.ChargeCanceled || from == enum.ChargeExpired || c.ReplacedAt != nil):
		return s.recordFailure(ctx, tx, chargeFailure(c, "charge.late_payment", brazil.FormatCents(*c.PaidCents)))
	case to == enum.ChargePaid && from == enum.ChargeSettled:
		return s.recordFailure(ctx, tx, chargeFailure(c, "charge.paid_after_settlement", brazil.FormatCents(*c.PaidCents)))
	case to == enum.ChargeRefunded && c.RefundedCents == value(c.PaidCents):
		return nil // we were asked to
	case to == enum.ChargeRefunded:
		return s.recordFailure(ctx, tx, chargeFailure(c, "charge.refunded", ""))
	case to == enum.ChargeContested:
		return s.recordFailure(ctx, tx, chargeFailure(c, "charge.contested", ""))
	}
	return nil
}

// deriveSale sets the sale's status from its live charges and has the mirror
// brought in step.
func (s *Service) deriveSale(ctx context.Context, tx *db.Tx, saleID string) error {
	sold, err := tx.Sale.Query().Where(sale.ID(saleID)).ForUpdate().Only(ctx)
	if err != nil {
		return err
	}
	statuses, err := tx.Charge.Query().Where(charge.SaleID(saleID), charge.ReplacedAtIsNil()).Select(charge.FieldStatus).Strings(ctx)
	if err != nil {
		return err
	}
	status := saleStatus(statuses)
	if status == sold.Status {
		return nil
	}
	change := tx.Sale.UpdateOne(sold).SetStatus(status)
	if status == enum.SaleApproved && sold.ApprovedAt == nil {
		change.SetApprovedAt(s.Now())
	}
	if err := change.Exec(ctx); err != nil {
		return err
	}
	if err := s.announceSale(ctx, tx, saleStatuses[status], saleID); err != nil {
		return err
	}
	if err := s.enqueueMirror(ctx, tx, saleID); err != nil {
		return err
	}
	return s.followInvoices(ctx, tx, saleID, status)
}

// saleStatus derives a sale's status: PENDING while something is open; APPROVED
// when everything that was not cancelled is paid or settled; REFUNDED when all
// that was paid is given back; else EXPIRED or CANCELED.
func saleStatus(charges []string) enum.SaleStatus {
	count := map[enum.ChargeStatus]int{}
	for _, status := range charges {
		count[enum.ChargeStatus(status)]++
	}
	paid := count[enum.ChargePaid] + count[enum.ChargeSettled] + count[enum.ChargeContested]
	ended := paid + count[enum.ChargeRefunded] + count[enum.ChargeCanceled] + count[enum.ChargeExpired]
	switch {
	case ended < len(charges):
		return enum.SalePending
	case paid > 0:
		return enum.SaleApproved
	case count[enum.ChargeRefunded] > 0:
		return enum.SaleRefunded
	case count[enum.ChargeExpired] > 0:
		return enum.SaleExpired
	}
	return enum.SaleCanceled
}
