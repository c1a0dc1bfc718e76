package billing

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ponte/billing/brazil"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/charge"
	"ponte/ent/db/operation"
	"ponte/ent/db/refund"
	"ponte/ent/enum"
	"ponte/ent/schema"
)

// NewRefund is the input of RefundCharge.
type NewRefund struct {
	ID             string
	AmountCents    *int64 // everything that was not given back yet when nil
	Reason         *string
	IdempotencyKey *string
}

// RefundStarted is what RefundCharge answers.
type RefundStarted struct {
	Refund    *db.Refund // nil when another person is asked first
	Charge    *db.Charge
	Operation *db.Operation
	Replayed  bool
	Approval  *db.Approval // what another person is asked for
}

const maxReason = 140

// checkReason refuses a reason that is too long.
func checkReason(reason string) error {
	if len([]rune(reason)) <= maxReason {
		return nil
	}
	return refuse("TOO_LONG", "reason", "O motivo pode ter até 140 caracteres: encurte-o.", "The reason may have up to 140 characters: shorten it.")
}

// canRefund tells whether the provider gives a payment of the method back.
func canRefund(c *db.Charge) bool {
	byCard := c.Method == enum.MethodCard || value(c.PaidWith) == enum.MethodCard
	return (byCard || c.Method == enum.MethodPix) && c.RefundedCents < value(c.PaidCents)
}

// RefundCharge gives the payment of a card or Pix charge back, whole or in part.
func (s *Service) RefundCharge(ctx context.Context, input NewRefund) (*RefundStarted, error) {
	if err := checkReason(value(input.Reason)); err != nil {
		return nil, err
	}
	started := &RefundStarted{}
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		what := atStake{
			kind: enum.ApproveRefund, subjectID: input.ID, key: input.IdempotencyKey, input: input, count: 1,
			rehearsed: func() (int64, bool, error) { return started.Refund.AmountCents, started.Replayed, nil },
		}
		asked, err := s.guarded(ctx, tx, what, func() (err error) {
			started, err = s.refundIn(ctx, tx, input)
			return err
		})
		if err != nil || asked == nil {
			return err
		}
		started = &RefundStarted{Approval: asked.Unwrap()}
		started.Charge, err = tx.Charge.Get(ctx, input.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	started.Charge = started.Charge.Unwrap()
	if started.Approval == nil {
		started.Refund, started.Operation = started.Refund.Unwrap(), started.Operation.Unwrap()
	}
	return started, nil
}

func (s *Service) refundIn(ctx context.Context, tx *db.Tx, input NewRefund) (*RefundStarted, error) {
	id := schema.NewID("rfd")()
	replayed, err := s.remember(ctx, tx, input.IdempotencyKey, input, id)
	if err != nil {
		return nil, err
	}
	if replayed != "" {
		id = replayed
	} else if err := s.requestRefund(ctx, tx, id, input); err != nil {
		return nil, err
	}
	started := &RefundStarted{Replayed: replayed != ""}
	return started, started.read(ctx, tx, id)
}

func (r *RefundStarted) read(ctx context.Context, tx *db.Tx, id string) (err error) {
	if r.Refund, err = tx.Refund.Get(ctx, id); err != nil {
		return err
	}
	if r.Charge, err = tx.Charge.Get(ctx, r.Refund.ChargeID); err != nil {
		return err
	}
	r.Operation, err = operationOfRefund(ctx, tx, id)
	return err
}

func (s *Service) requestRefund(ctx context.Context, tx *db.Tx, id string, input NewRefund) error {
	_, err := s.startIn(ctx, tx, input.ID, enum.ActionRefund, func(ctx context.Context, tx *db.Tx, c *db.Charge) (*db.Operation, bool, error) {
		left, err := refundable(ctx, tx, c)
		if err != nil {
			return nil, false, err
		}
		amount := left
		if input.AmountCents != nil {
			amount = *input.AmountCents
		}
		if amount <= 0 || amount > left {
			return nil, false, tooMuch(left)
		}
		err = tx.Refund.Create().SetID(id).SetChargeID(c.ID).SetAmountCents(amount).SetReference(refundReference(id)).SetReason(value(input.Reason)).
			SetNillableRequestedByID(actorID(ctx)).SetCreatedAt(s.Now()).Exec(ctx)
		if err != nil {
			return nil, false, fmt.Errorf("write a refund: %w", err)
		}
		if err := s.tell(ctx, tx, c, event{source: enum.SourceUser, code: "REFUND_ASKED", params: map[string]string{"amount": brazil.FormatCents(amount)}}); err != nil {
			return nil, false, err
		}
		return s.enqueue(ctx, tx, request{
			kind: enum.KindRefundCharge, integration: enum.Gerencianet, subjectID: c.ID, key: refundKey(id), input: map[string]string{"refundId": id},
		})
	})
	return err
}

func refundKey(id string) string { return string(enum.KindRefundCharge) + ":" + id }

// refundReference is a refund's id as the Pix API takes it, letters and digits only.
func refundReference(id string) string { return strings.ReplaceAll(id, "_", "") }

// refundable is what was paid less what was, or may yet be, given back.
func refundable(ctx context.Context, tx *db.Tx, c *db.Charge) (int64, error) {
	open, err := tx.Refund.Query().Where(refund.ChargeID(c.ID), refund.StateNotIn(enum.RefundDone, enum.RefundFailed)).All(ctx)
	left := value(c.PaidCents) - c.RefundedCents
	for _, one := range open {
		left -= one.AmountCents
	}
	return left, err
}

// runRefund asks the provider to give the money back and follows it until it is
// done. A Pix is safe to ask again by our reference; a card is asked once.
func (s *Service) runRefund(ctx context.Context, op *db.Operation) (finish, error) {
	c, issuer, err := s.onProvider(ctx, op)
	if err != nil {
		return nil, err
	}
	wanted, err := s.DB.Refund.Get(ctx, op.Input["refundId"])
	if err != nil {
		return nil, err
	}
	if wanted.State == enum.RefundDone || wanted.State == enum.RefundFailed {
		return nil, nil
	}
	asked := provider.RefundRequest{
		Reference: wanted.Reference, AmountCents: wanted.AmountCents, EndToEndID: value(c.EndToEndID),
		Whole: c.RefundedCents == 0 && wanted.AmountCents == value(c.PaidCents),
	}
	if c.Method == enum.MethodPix {
		return s.refundPix(ctx, op, c, issuer, wanted, asked)
	}
	return s.refundCard(ctx, op, c, issuer, wanted, asked)
}

func (s *Service) refundPix(ctx context.Context, op *db.Operation, c *db.Charge, issuer provider.Issuer, wanted *db.Refund, asked provider.RefundRequest) (finish, error) {
	told, err := issuer.Refund(ctx, handle(c), asked)
	if err != nil {
		return nil, err
	}
	if told.Status == provider.RefundProcessing {
		return nil, lookAgain{wait: s.backOff(op.Tries), done: func(ctx context.Context, tx *db.Tx) error {
			return tx.Refund.UpdateOneID(wanted.ID).SetState(enum.RefundProcessing).Exec(ctx)
		}}
	}
	return func(ctx context.Context, tx *db.Tx) error { return s.endRefund(ctx, tx, c.ID, wanted.ID, told) }, nil
}

// refundCard asks once. The whole payment given back shows on the charge; a part
// does not, so that after an unanswered try a person has to look.
func (s *Service) refundCard(ctx context.Context, op *db.Operation, c *db.Charge, issuer provider.Issuer, wanted *db.Refund, asked provider.RefundRequest) (finish, error) {
	done := func(ctx context.Context, tx *db.Tx) error {
		return s.endRefund(ctx, tx, c.ID, wanted.ID, provider.Refund{Reference: wanted.Reference, AmountCents: wanted.AmountCents, Status: provider.RefundDone})
	}
	if op.Input[sent] != "" {
		return done, s.refundArrived(ctx, c, issuer, wanted)
	}
	if err := s.markSent(ctx, op, true); err != nil {
		return nil, err
	}
	err := s.step(ctx, op, func(ctx context.Context, tx *db.Tx) error {
		return tx.Refund.UpdateOneID(wanted.ID).SetState(enum.RefundUnknown).Modify(sentNow(refund.FieldSentAt)).Exec(ctx)
	})
	if err != nil {
		return nil, err
	}
	_, err = issuer.Refund(ctx, handle(c), asked)
	if err != nil && provider.ClassOf(err) != provider.Ambiguous {
		err = errors.Join(err, s.markSent(ctx, op, false))
	}
	return done, err
}

// refundArrived finds out whether an unanswered refund of a card was done.
func (s *Service) refundArrived(ctx context.Context, c *db.Charge, issuer provider.Issuer, wanted *db.Refund) error {
	settled, err := s.isSettled(ctx, "refunds", refund.FieldSentAt, wanted.ID)
	if err != nil {
		return err
	}
	read, err := issuer.Get(ctx, handle(c))
	switch {
	case err != nil:
		return err
	case read.Status == provider.Refunded:
		return nil
	case !settled:
		return errSettling
	}
	return ownProblem(provider.Invalid, "refund.uncertain", "", brazil.FormatCents(wanted.AmountCents))
}

// operationOfRefund answers what asks the provider for a refund.
func operationOfRefund(ctx context.Context, tx *db.Tx, id string) (*db.Operation, error) {
	return tx.Operation.Query().Where(operation.DedupeKey(refundKey(id))).Order(db.Desc(operation.FieldID)).First(ctx)
}

// endRefund writes down how a refund ended, and books it.
func (s *Service) endRefund(ctx context.Context, tx *db.Tx, chargeID, refundID string, told provider.Refund) error {
	c, err := lockCharge(ctx, tx, chargeID)
	if err != nil {
		return err
	}
	wanted, err := tx.Refund.Query().Where(refund.ID(refundID)).ForUpdate().Only(ctx)
	isFailure := told.Status == provider.RefundFailed
	if err != nil || wanted.State == enum.RefundDone || wanted.State == enum.RefundFailed && isFailure {
		return err
	}
	if isFailure {
		return s.failRefund(ctx, tx, c, wanted, told.Reason)
	}
	if told.AmountCents > 0 { // somebody else may have given a part back meanwhile
		wanted.AmountCents = told.AmountCents
	}
	err = tx.Refund.UpdateOne(wanted).SetState(enum.RefundDone).SetAmountCents(wanted.AmountCents).SetFinishedAt(s.Now()).Exec(ctx)
	if err != nil {
		return err
	}
	return s.bookRefund(ctx, tx, c, wanted)
}

// refuseRefund ends a refund whose operation is given up, so that another can be
// asked for. One that may have been done stays in doubt.
func (s *Service) refuseRefund(ctx context.Context, tx *db.Tx, op *db.Operation, problem *provider.Error) error {
	if op.Kind != enum.KindRefundCharge || op.Input[sent] != "" {
		return nil
	}
	return tx.Refund.Update().Where(refund.ID(op.Input["refundId"]), refund.StateNEQ(enum.RefundDone)).
		SetState(enum.RefundFailed).SetProviderText(problem.Text).SetFinishedAt(s.Now()).Exec(ctx)
}

// reopenRefund lets a refund that was refused be tried again, when there is still
// as much to give back.
func (s *Service) reopenRefund(ctx context.Context, tx *db.Tx, op *db.Operation) error {
	if op.Kind != enum.KindRefundCharge {
		return nil
	}
	c, err := lockCharge(ctx, tx, op.SubjectID)
	if err != nil {
		return err
	}
	wanted, err := tx.Refund.Query().Where(refund.ID(op.Input["refundId"])).ForUpdate().Only(ctx)
	if err != nil || wanted.State != enum.RefundFailed {
		return err
	}
	left, err := refundable(ctx, tx, c)
	if err != nil {
		return err
	}
	if wanted.AmountCents > left {
		return tooMuch(left)
	}
	return tx.Refund.UpdateOne(wanted).SetState(enum.RefundQueued).SetProviderText("").ClearFinishedAt().Exec(ctx)
}

func tooMuch(left int64) error {
	return refuse("REFUND_AMOUNT", "amountCents",
		"Ainda podem ser devolvidos até "+brazil.FormatCents(left)+": corrija o valor.",
		"Up to "+brazil.FormatCents(left)+" can still be given back: correct the amount.")
}

func (s *Service) failRefund(ctx context.Context, tx *db.Tx, c *db.Charge, wanted *db.Refund, reason string) error {
	if err := tx.Refund.UpdateOne(wanted).SetState(enum.RefundFailed).SetProviderText(reason).SetFinishedAt(s.Now()).Exec(ctx); err != nil {
		return err
	}
	if err := s.tell(ctx, tx, c, event{source: enum.SourceOperation, code: "REFUND_FAILED", params: map[string]string{"reason": reason}}); err != nil {
		return err
	}
	report := chargeFailure(c, "refund.failed", firstText(reason, "-"))
	report.causeKey += ":" + wanted.ID
	return s.recordFailure(ctx, tx, report)
}

// bookRefund takes the money off the ledger. When nothing is left of the payment,
// the charge is REFUNDED.
func (s *Service) bookRefund(ctx context.Context, tx *db.Tx, c *db.Charge, done *db.Refund) error {
	if c.Status != enum.ChargePaid { // its entries are reversed as a whole already
		return nil
	}
	c.RefundedCents += done.AmountCents
	whole := c.RefundedCents >= value(c.PaidCents)
	if err := tx.Charge.UpdateOneID(c.ID).SetRefundedCents(c.RefundedCents).Exec(ctx); err != nil {
		return err
	}
	if err := s.writeRefund(ctx, tx, c, done); err != nil {
		return err
	}
	e := event{source: enum.SourceOperation, code: "PARTLY_REFUNDED", params: map[string]string{"amount": brazil.FormatCents(done.AmountCents)}}
	if err := s.tell(ctx, tx, c, e); err != nil {
		return err
	}
	if !whole {
		return s.tellPartRefund(ctx, tx, c)
	}
	return s.move(ctx, tx, c, enum.ChargeRefunded, update{source: enum.SourceOperation})
}

// syncRefunds books what the provider tells of refunds: those that we asked for,
// and those that somebody made elsewhere.
func (s *Service) syncRefunds(ctx context.Context, tx *db.Tx, c *db.Charge, told []provider.Refund) error {
	for _, one := range told {
		if one.Status == provider.RefundProcessing || !wasPaid(c.Status) { // of a payment that is not booked yet
			continue
		}
		foreign := value(c.EndToEndID) + "/" + one.Reference // made by others, whose references are unique for the payment only
		known, err := tx.Refund.Query().Where(refund.ChargeID(c.ID), refund.ReferenceIn(one.Reference, foreign)).Only(ctx)
		if db.IsNotFound(err) && one.Status == provider.RefundDone {
			known, err = tx.Refund.Create().SetChargeID(c.ID).SetAmountCents(one.AmountCents).SetReference(foreign).
				SetState(enum.RefundProcessing).SetCreatedAt(s.Now()).Save(ctx)
		}
		if db.IsNotFound(err) {
			continue
		}
		if err != nil {
			return err
		}
		if err := s.endRefund(ctx, tx, c.ID, known.ID, one); err != nil {
			return err
		}
		if c.Status, c.RefundedCents, err = statusAndRefunded(ctx, tx, c.ID); err != nil {
			return err
		}
	}
	return nil
}

// endOpenRefunds takes the refunds that we asked for as done when the provider
// tells that nothing is left of a payment by card: which they were, it does not say.
func (s *Service) endOpenRefunds(ctx context.Context, tx *db.Tx, c *db.Charge) error {
	open, err := tx.Refund.Query().Where(refund.ChargeID(c.ID), refund.StateIn(enum.RefundUnknown, enum.RefundProcessing)).All(ctx)
	if err != nil {
		return err
	}
	left := value(c.PaidCents) - c.RefundedCents
	for _, one := range open {
		left -= one.AmountCents
	}
	if len(open) == 0 || left != 0 { // somebody else gave it back, too
		return nil
	}
	for _, one := range open {
		if err := s.endRefund(ctx, tx, c.ID, one.ID, provider.Refund{Reference: one.Reference, Status: provider.RefundDone}); err != nil {
			return err
		}
	}
	c.Status, c.RefundedCents, err = statusAndRefunded(ctx, tx, c.ID)
	return err
}

func statusAndRefunded(ctx context.Context, tx *db.Tx, chargeID string) (enum.ChargeStatus, int64, error) {
	c, err := tx.Charge.Query().Where(charge.ID(chargeID)).Only(ctx)
	if err != nil {
		return "", 0, err
	}
	return c.Status, c.RefundedCents, nil
}
