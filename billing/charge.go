package billing

import (
	"context"
	"regexp"
	"slices"

	"ponte/billing/brazil"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/charge"
	"ponte/ent/db/operation"
	"ponte/ent/enum"
)

// Started is what a mutation on a charge answers.
type Started struct {
	Charge    *db.Charge
	Operation *db.Operation // nil when nothing had to be asked of the provider
	Replayed  bool
}

// Actions answers what may be done with a charge now, whoever asks.
func Actions(c *db.Charge) []enum.ChargeAction {
	switch c.Status {
	case enum.ChargeWaiting, enum.ChargeOverdue:
		return []enum.ChargeAction{enum.ActionCancel, enum.ActionChangeDueDate, enum.ActionResend, enum.ActionSettle}
	case enum.ChargeQueued:
		return []enum.ChargeAction{enum.ActionRetry}
	case enum.ChargeUnknown:
		return []enum.ChargeAction{enum.ActionRetry}
	case enum.ChargeFailed:
		return []enum.ChargeAction{enum.ActionRetry, enum.ActionCancel, enum.ActionChangeDueDate}
	case enum.ChargeCanceled, enum.ChargeExpired:
		if c.ReplacedAt == nil {
			return []enum.ChargeAction{enum.ActionReplace}
		}
	}
	return []enum.ChargeAction{}
}

// start locks a charge, checks that the action is open to it, and does the work
// that asks for it.
func (s *Service) start(ctx context.Context, id string, action enum.ChargeAction, work func(ctx context.Context, tx *db.Tx, c *db.Charge) (*db.Operation, bool, error)) (*Started, error) {
	started := &Started{}
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := tx.Charge.Query().Where(charge.ID(id)).ForUpdate().Only(ctx)
		if db.IsNotFound(err) {
			return notFound("id", "A cobrança", "The charge")
		}
		if err != nil {
			return err
		}
		if !slices.Contains(Actions(c), action) {
			return wrongStatus(c)
		}
		if err := s.mustBeActive(ctx, tx, enum.Gerencianet); err != nil {
			return err
		}
		op, isNew, err := work(ctx, tx, c)
		started.Operation, started.Replayed = op, op != nil && !isNew
		return err
	})
	if err != nil {
		return nil, err
	}
	if started.Operation != nil {
		started.Operation = started.Operation.Unwrap() // free of the transaction, so that its edges can be followed
	}
	started.Charge, err = s.DB.Charge.Get(ctx, id)
	return started, err
}

func wrongStatus(c *db.Charge) error {
	return refuse("CHARGE_STATUS", "id",
		"A situação da cobrança não permite isto agora ("+statusNames[c.Status].PT+"). Atualize a página e veja as ações disponíveis.",
		"The charge's status does not allow this now ("+statusNames[c.Status].EN+"). Reload and look at the actions offered.")
}

var statusNames = map[enum.ChargeStatus]provider.Text{
	enum.ChargeQueued: {PT: "na fila", EN: "queued"}, enum.ChargeIssuing: {PT: "emitindo", EN: "being issued"},
	enum.ChargeUnknown: {PT: "verificando", EN: "being found out"}, enum.ChargeWaiting: {PT: "aguardando pagamento", EN: "waiting"},
	enum.ChargeOverdue: {PT: "vencida", EN: "overdue"}, enum.ChargePaid: {PT: "paga", EN: "paid"},
	enum.ChargeSettled: {PT: "baixada", EN: "settled"}, enum.ChargeCanceled: {PT: "cancelada", EN: "cancelled"},
	enum.ChargeExpired: {PT: "expirada", EN: "expired"}, enum.ChargeFailed: {PT: "recusada", EN: "refused"},
	enum.ChargeRefunded: {PT: "devolvida", EN: "refunded"}, enum.ChargeContested: {PT: "contestada", EN: "contested"},
}

// ask enqueues an operation on a charge and notes it in the charge's story.
func (s *Service) ask(ctx context.Context, tx *db.Tx, c *db.Charge, kind enum.OperationKind, code string, input map[string]string) (*db.Operation, bool, error) {
	op, isNew, err := s.enqueue(ctx, tx, request{kind: kind, integration: enum.Gerencianet, subjectID: c.ID, input: input})
	if err != nil {
		return op, false, err
	}
	if !isNew {
		return op, false, sameInput(op, input)
	}
	if err := touch(ctx, tx, c.ID); err != nil {
		return nil, false, err
	}
	return op, true, s.tell(ctx, tx, c, event{source: enum.SourceUser, code: code, params: input})
}

// sameInput refuses to take an operation under way for one with another input.
func sameInput(live *db.Operation, input map[string]string) error {
	for name, wanted := range input {
		if live.Input[name] != wanted {
			return refuse("OPERATION_UNDER_WAY", "",
				"Um pedido igual, com outros dados, ainda está em andamento nesta cobrança: espere ele terminar.",
				"The same with other data is still under way for this charge: wait until it has ended.")
		}
	}
	return nil
}

// CancelCharge cancels an open charge at the provider. A refused one that left
// nothing there is cancelled at once.
func (s *Service) CancelCharge(ctx context.Context, id string) (*Started, error) {
	return s.start(ctx, id, enum.ActionCancel, s.cancel)
}

func (s *Service) cancel(ctx context.Context, tx *db.Tx, c *db.Charge) (*db.Operation, bool, error) {
	if c.ProviderID != nil || c.SentAt != nil {
		return s.ask(ctx, tx, c, enum.KindCancelCharge, "CANCEL_ASKED", nil)
	}
	if err := s.setStatus(ctx, tx, c, enum.ChargeCanceled, event{source: enum.SourceUser, code: "CANCELED"}); err != nil {
		return nil, false, err
	}
	return nil, false, s.deriveSale(ctx, tx, c.SaleID)
}

// ChangeDueDate moves the due date of an open charge, or of a refused one before
// it is tried again.
func (s *Service) ChangeDueDate(ctx context.Context, id string, dueDate brazil.Date) (*Started, error) {
	if dueDate <= s.today() {
		return nil, refuse("DUE_DATE_PAST", "dueDate", "O novo vencimento precisa ser a partir de amanhã.", "The new due date must be tomorrow or later.")
	}
	return s.start(ctx, id, enum.ActionChangeDueDate, func(ctx context.Context, tx *db.Tx, c *db.Charge) (*db.Operation, bool, error) {
		if c.Status != enum.ChargeFailed {
			return s.ask(ctx, tx, c, enum.KindChangeDueDate, "DUE_DATE_ASKED", map[string]string{"date": string(dueDate)})
		}
		if err := tx.Charge.UpdateOne(c).SetDueDate(dueDate).Exec(ctx); err != nil {
			return nil, false, err
		}
		return nil, false, s.tell(ctx, tx, c, event{source: enum.SourceUser, code: "DUE_DATE_CHANGED", params: map[string]string{"date": string(dueDate)}})
	})
}

var emailPattern = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)

// ResendCharge has the provider mail a second copy, to the customer's address
// when none is given.
func (s *Service) ResendCharge(ctx context.Context, id string, email *string) (*Started, error) {
	return s.start(ctx, id, enum.ActionResend, func(ctx context.Context, tx *db.Tx, c *db.Charge) (*db.Operation, bool, error) {
		to := ""
		if email != nil {
			to = *email
		}
		if to == "" {
			customer, err := tx.Customer.Get(ctx, c.CustomerID)
			if err != nil {
				return nil, false, err
			}
			to = customer.Email
		}
		if !emailPattern.MatchString(to) {
			return nil, false, refuse("EMAIL_INVALID", "email", "Informe um e-mail válido, como nome@empresa.com.br.", "Give a valid address, like name@company.com.")
		}
		return s.ask(ctx, tx, c, enum.KindResendCharge, "RESEND_ASKED", map[string]string{"email": to})
	})
}

// SettleCharge marks an open charge as paid outside.
func (s *Service) SettleCharge(ctx context.Context, id string) (*Started, error) {
	return s.start(ctx, id, enum.ActionSettle, func(ctx context.Context, tx *db.Tx, c *db.Charge) (*db.Operation, bool, error) {
		return s.ask(ctx, tx, c, enum.KindSettleCharge, "SETTLE_ASKED", nil)
	})
}

// onProvider reads the charge of an operation and the client of its environment.
func (s *Service) onProvider(ctx context.Context, op *db.Operation) (*db.Charge, provider.Issuer, error) {
	c, err := s.DB.Charge.Get(ctx, op.SubjectID)
	if err != nil {
		return nil, nil, err
	}
	issuer, err := s.issuer(ctx, c.Environment)
	return c, issuer, err
}

// runCancel cancels the charge at the provider. A refused charge whose request
// was never answered is first found out.
func (s *Service) runCancel(ctx context.Context, op *db.Operation) (finish, error) {
	c, issuer, err := s.onProvider(ctx, op)
	if err != nil {
		return nil, err
	}
	if c.Status == enum.ChargeCanceled {
		return nil, nil
	}
	if c.ProviderID == nil {
		id, err := s.recover(ctx, op, c, issuer)
		if err != nil {
			return nil, err
		}
		if id == "" {
			return s.canceled(c, ""), nil
		}
		c.ProviderID = &id
	}
	if err := issuer.Cancel(ctx, *c.ProviderID); err != nil {
		return nil, s.catchUp(ctx, op, issuer, c, err)
	}
	return s.canceled(c, *c.ProviderID), nil
}

func (s *Service) canceled(c *db.Charge, providerID string) finish {
	return func(ctx context.Context, tx *db.Tx) error {
		locked, err := lockCharge(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		return s.apply(ctx, tx, locked, update{source: enum.SourceOperation, fresh: true, charge: provider.Charge{ProviderID: providerID, Status: provider.Canceled}})
	}
}

// catchUp follows a refusal because of the charge's state at the provider: what
// the charge really is there is read and applied, and the refusal stays.
func (s *Service) catchUp(ctx context.Context, op *db.Operation, issuer provider.Issuer, c *db.Charge, refused error) error {
	if provider.ClassOf(refused) != provider.State {
		return refused
	}
	read, err := issuer.Get(ctx, *c.ProviderID)
	if err != nil {
		return err
	}
	err = s.step(ctx, op, func(ctx context.Context, tx *db.Tx) error {
		locked, err := lockCharge(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		return s.apply(ctx, tx, locked, update{charge: read, source: enum.SourceOperation, fresh: true})
	})
	if err != nil {
		return err
	}
	return refused
}

// runChangeDueDate moves the due date at the provider. After an unanswered try
// the charge is read first.
func (s *Service) runChangeDueDate(ctx context.Context, op *db.Operation) (finish, error) {
	c, issuer, err := s.onProvider(ctx, op)
	if err != nil {
		return nil, err
	}
	wanted := brazil.Date(op.Input["date"])
	changed, err := issuer.Get(ctx, *c.ProviderID)
	if err != nil {
		return nil, err
	}
	if changed.DueDate == nil || *changed.DueDate != wanted {
		if changed, err = issuer.ChangeDueDate(ctx, *c.ProviderID, wanted); err != nil {
			return nil, s.catchUp(ctx, op, issuer, c, err)
		}
	}
	return func(ctx context.Context, tx *db.Tx) error { return s.applyDueDate(ctx, tx, c.ID, wanted, changed) }, nil
}

func (s *Service) applyDueDate(ctx context.Context, tx *db.Tx, id string, wanted brazil.Date, changed provider.Charge) error {
	c, err := lockCharge(ctx, tx, id)
	if err != nil {
		return err
	}
	if changed.DueDate == nil {
		changed.DueDate = &wanted
	}
	if err := writeProviderData(ctx, tx, c, changed); err != nil {
		return err
	}
	if err := s.apply(ctx, tx, c, update{charge: changed, source: enum.SourceOperation, fresh: true}); err != nil {
		return err
	}
	if err := s.tell(ctx, tx, c, event{source: enum.SourceOperation, code: "DUE_DATE_CHANGED", params: map[string]string{"date": string(*changed.DueDate)}}); err != nil {
		return err
	}
	return s.enqueueMirror(ctx, tx, c.SaleID)
}

// runResend mails the second copy once: when the provider does not answer, a
// person decides whether to send it again.
func (s *Service) runResend(ctx context.Context, op *db.Operation) (finish, error) {
	c, issuer, err := s.onProvider(ctx, op)
	if err != nil {
		return nil, err
	}
	uncertain := ownProblem(provider.Invalid, "operation.resend_uncertain", "email", "")
	if op.Input["sent"] != "" {
		return nil, uncertain
	}
	err = s.step(ctx, op, func(ctx context.Context, tx *db.Tx) error {
		return tx.Operation.UpdateOneID(op.ID).SetInput(map[string]string{"email": op.Input["email"], "sent": "yes"}).Exec(ctx)
	})
	if err != nil {
		return nil, err
	}
	if err := issuer.Resend(ctx, *c.ProviderID, op.Input["email"]); err != nil {
		return nil, s.notResent(ctx, op, err, uncertain)
	}
	return func(ctx context.Context, tx *db.Tx) error {
		return s.tell(ctx, tx, c, event{source: enum.SourceOperation, code: "RESENT", params: map[string]string{"email": op.Input["email"]}})
	}, nil
}

// notResent forgets the sending when it certainly was not done.
func (s *Service) notResent(ctx context.Context, op *db.Operation, cause error, uncertain error) error {
	if provider.ClassOf(cause) == provider.Ambiguous {
		return uncertain
	}
	err := s.step(ctx, op, func(ctx context.Context, tx *db.Tx) error {
		return tx.Operation.UpdateOneID(op.ID).SetInput(map[string]string{"email": op.Input["email"]}).Exec(ctx)
	})
	if err != nil {
		return err
	}
	return cause
}

func (s *Service) runSettle(ctx context.Context, op *db.Operation) (finish, error) {
	c, issuer, err := s.onProvider(ctx, op)
	if err != nil {
		return nil, err
	}
	if err := issuer.Settle(ctx, *c.ProviderID); err != nil {
		return nil, s.catchUp(ctx, op, issuer, c, err)
	}
	return func(ctx context.Context, tx *db.Tx) error {
		locked, err := lockCharge(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		return s.apply(ctx, tx, locked, update{source: enum.SourceOperation, fresh: true, charge: provider.Charge{ProviderID: *c.ProviderID, Status: provider.Settled}})
	}, nil
}

// LastOperation answers the newest operation that issued a charge; nil when none.
func (s *Service) LastOperation(ctx context.Context, chargeID string) (*db.Operation, error) {
	op, err := s.DB.Operation.Query().Where(operation.SubjectID(chargeID), operation.KindEQ(enum.KindIssueCharge)).Order(db.Desc(operation.FieldID)).First(ctx)
	if db.IsNotFound(err) {
		return nil, nil
	}
	return op, err
}
