package billing

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"

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

// Actions answers what may be done with a charge now, whoever asks. What a method
// lacks at the provider is not offered (providers/gerencianet.md, 2.6, 3 and 7).
func Actions(c *db.Charge) []enum.ChargeAction {
	switch c.Status {
	case enum.ChargeWaiting, enum.ChargeOverdue:
		return openActions(c)
	case enum.ChargeQueued, enum.ChargeUnknown:
		if c.CarnetID == nil { // a parcel is issued with its carnê
			return []enum.ChargeAction{enum.ActionRetry}
		}
	case enum.ChargeFailed:
		return failedActions(c)
	case enum.ChargeCanceled, enum.ChargeExpired:
		if c.ReplacedAt == nil {
			return []enum.ChargeAction{enum.ActionReplace}
		}
	case enum.ChargePaid:
		if canRefund(c) {
			return []enum.ChargeAction{enum.ActionRefund}
		}
	}
	return []enum.ChargeAction{}
}

func openActions(c *db.Charge) []enum.ChargeAction {
	actions := []enum.ChargeAction{enum.ActionCancel}
	dated := hasDueDate(c.Method, c.PixSeconds)
	add := func(action enum.ChargeAction, open bool) {
		if open {
			actions = append(actions, action)
		}
	}
	add(enum.ActionChangeDueDate, dated)
	add(enum.ActionResend, c.Method != enum.MethodPix && c.Method != enum.MethodCard)
	add(enum.ActionSettle, c.Method != enum.MethodLink && c.Method != enum.MethodCard)
	add(enum.ActionChangeAmount, dated)
	add(enum.ActionAddNote, c.Method != enum.MethodPix)
	return actions
}

func failedActions(c *db.Charge) []enum.ChargeAction {
	switch {
	case c.CarnetID != nil:
		return []enum.ChargeAction{}
	case c.Method == enum.MethodCard:
		return []enum.ChargeAction{enum.ActionRetryCard, enum.ActionCancel}
	case !hasDueDate(c.Method, c.PixSeconds):
		return []enum.ChargeAction{enum.ActionRetry, enum.ActionCancel}
	}
	return []enum.ChargeAction{enum.ActionRetry, enum.ActionCancel, enum.ActionChangeDueDate}
}

// chargeWork asks for something to be done with a locked charge.
type chargeWork func(ctx context.Context, tx *db.Tx, c *db.Charge) (*db.Operation, bool, error)

// start runs startIn in a transaction of its own.
func (s *Service) start(ctx context.Context, id string, action enum.ChargeAction, work chargeWork) (*Started, error) {
	started := &Started{}
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		started, err = s.startIn(ctx, tx, id, action, work)
		return err
	})
	if err != nil {
		return nil, err
	}
	return started.unwrap(), nil
}

// startIn locks a charge, checks that the action is open to it, does the work that
// asks for it, and reads the charge anew.
func (s *Service) startIn(ctx context.Context, tx *db.Tx, id string, action enum.ChargeAction, work chargeWork) (*Started, error) {
	c, err := tx.Charge.Query().Where(charge.ID(id)).ForUpdate().Only(ctx)
	if db.IsNotFound(err) {
		return nil, notFound("id", "A cobrança", "The charge")
	}
	if err != nil {
		return nil, err
	}
	if !slices.Contains(Actions(c), action) {
		return nil, wrongStatus(c)
	}
	if err := s.mustBeActive(ctx, tx, enum.Gerencianet); err != nil {
		return nil, err
	}
	op, isNew, err := work(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	started := &Started{Operation: op, Replayed: op != nil && !isNew}
	started.Charge, err = tx.Charge.Get(ctx, id)
	return started, err
}

// unwrap frees what was read in a transaction from it, so that its edges can be
// followed afterwards.
func (s *Started) unwrap() *Started {
	s.Charge = s.Charge.Unwrap()
	if s.Operation != nil {
		s.Operation = s.Operation.Unwrap()
	}
	return s
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
// it is tried again; of a link, its last day.
func (s *Service) ChangeDueDate(ctx context.Context, id string, dueDate brazil.Date) (*Started, error) {
	if err := s.checkNewDueDate(dueDate); err != nil {
		return nil, err
	}
	return s.start(ctx, id, enum.ActionChangeDueDate, s.changeDueDate(dueDate))
}

func (s *Service) checkNewDueDate(dueDate brazil.Date) error {
	if dueDate <= s.today() {
		return refuse("DUE_DATE_PAST", "dueDate", "O novo vencimento precisa ser a partir de amanhã.", "The new due date must be tomorrow or later.")
	}
	return nil
}

func (s *Service) changeDueDate(dueDate brazil.Date) chargeWork {
	return func(ctx context.Context, tx *db.Tx, c *db.Charge) (*db.Operation, bool, error) {
		if c.Status != enum.ChargeFailed {
			return s.ask(ctx, tx, c, enum.KindChangeDueDate, "DUE_DATE_ASKED", map[string]string{"date": string(dueDate)})
		}
		if err := tx.Charge.UpdateOne(c).SetDueDate(dueDate).Exec(ctx); err != nil {
			return nil, false, err
		}
		return nil, false, s.tell(ctx, tx, c, event{source: enum.SourceUser, code: "DUE_DATE_CHANGED", params: map[string]string{"date": string(dueDate)}})
	}
}

var emailPattern = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)

// ResendCharge has the provider mail a second copy, to the customer's address
// when none is given.
func (s *Service) ResendCharge(ctx context.Context, id string, email *string) (*Started, error) {
	return s.start(ctx, id, enum.ActionResend, s.resend(email))
}

func (s *Service) resend(email *string) chargeWork {
	return func(ctx context.Context, tx *db.Tx, c *db.Charge) (*db.Operation, bool, error) {
		to, err := s.mailTo(ctx, tx, c.CustomerID, email)
		if err != nil {
			return nil, false, err
		}
		return s.ask(ctx, tx, c, enum.KindResendCharge, "RESEND_ASKED", map[string]string{"email": to})
	}
}

// mailTo answers the given address, or the customer's.
func (s *Service) mailTo(ctx context.Context, tx *db.Tx, customerID string, email *string) (string, error) {
	to := value(email)
	if to == "" {
		customer, err := tx.Customer.Get(ctx, customerID)
		if err != nil {
			return "", err
		}
		to = customer.Email
	}
	if !emailPattern.MatchString(to) {
		return "", refuse("EMAIL_INVALID", "email", "Informe um e-mail válido, como nome@empresa.com.br.", "Give a valid address, like name@company.com.")
	}
	return to, nil
}

// SettleCharge marks an open charge as paid outside.
func (s *Service) SettleCharge(ctx context.Context, id string) (*Started, error) {
	return s.start(ctx, id, enum.ActionSettle, func(ctx context.Context, tx *db.Tx, c *db.Charge) (*db.Operation, bool, error) {
		return s.ask(ctx, tx, c, enum.KindSettleCharge, "SETTLE_ASKED", nil)
	})
}

// onProvider reads the charge of an operation and the client of its environment.
func (s *Service) onProvider(ctx context.Context, op *db.Operation) (*db.Charge, provider.Issuer, error) {
	c, err := s.DB.Charge.Query().Where(charge.ID(op.SubjectID)).WithCarnet().Only(ctx)
	if err != nil {
		return nil, nil, err
	}
	issuer, err := s.issuer(ctx, c.Environment)
	return c, issuer, err
}

// handle names a charge, read with its carnê, at the provider.
func handle(c *db.Charge) provider.Handle {
	at := provider.Handle{Method: provider.Method(c.Method), ID: value(c.ProviderID), DueDated: c.PixSeconds == nil}
	if booklet := c.Edges.Carnet; booklet != nil {
		at.CarnetID, at.Parcel = value(booklet.ProviderID), c.Installment
	}
	return at
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
	if err := issuer.Cancel(ctx, handle(c)); err != nil {
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
	read, err := issuer.Get(ctx, handle(c))
	if err != nil {
		return err
	}
	err = s.step(ctx, op, func(ctx context.Context, tx *db.Tx) error {
		locked, err := lockCharge(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		return s.applyRead(ctx, tx, locked, read, enum.SourceOperation)
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
	changed, err := issuer.Get(ctx, handle(c))
	if err != nil {
		return nil, err
	}
	if changed.DueDate == nil || *changed.DueDate != wanted {
		if changed, err = issuer.ChangeDueDate(ctx, handle(c), wanted); err != nil {
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
	return s.sendOnce(ctx, op, "operation.resend_uncertain", func() error { return issuer.Resend(ctx, handle(c), op.Input["email"]) },
		func(ctx context.Context, tx *db.Tx) error {
			return s.tell(ctx, tx, c, event{source: enum.SourceOperation, code: "RESENT", params: map[string]string{"email": op.Input["email"]}})
		})
}

// sent marks, in an operation's input, that its request has gone out.
const sent = "sent"

// sendOnce sends what must not be repeated and cannot be asked for: the intent is
// committed first, and after an unanswered try it is left to a person, with the
// explanation of the code.
func (s *Service) sendOnce(ctx context.Context, op *db.Operation, code string, send func() error, done finish) (finish, error) {
	uncertain := ownProblem(provider.Invalid, code, "", "")
	if op.Input[sent] != "" {
		return nil, uncertain
	}
	if err := s.markSent(ctx, op, true); err != nil {
		return nil, err
	}
	err := send()
	switch {
	case err == nil:
		return done, nil
	case provider.ClassOf(err) == provider.Ambiguous:
		return nil, uncertain
	}
	return nil, errors.Join(err, s.markSent(ctx, op, false)) // it certainly was not done
}

func (s *Service) markSent(ctx context.Context, op *db.Operation, isSent bool) error {
	return s.step(ctx, op, func(ctx context.Context, tx *db.Tx) error {
		input := unsent(op.Input)
		if isSent {
			input[sent] = "yes"
		}
		return tx.Operation.UpdateOneID(op.ID).SetInput(input).Exec(ctx)
	})
}

// unsent is an operation's input before its request went out.
func unsent(input map[string]string) map[string]string {
	copied := maps.Clone(input)
	if copied == nil {
		copied = map[string]string{}
	}
	delete(copied, sent)
	return copied
}

func (s *Service) runSettle(ctx context.Context, op *db.Operation) (finish, error) {
	c, issuer, err := s.onProvider(ctx, op)
	if err != nil {
		return nil, err
	}
	if err := issuer.Settle(ctx, handle(c)); err != nil {
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

const maxProviderNote = 255

func checkNote(text string) error {
	if length := len([]rune(strings.TrimSpace(text))); length < 1 || length > maxProviderNote {
		return refuse("NOTE_INVALID", "text", "Escreva de 1 a 255 caracteres.", "Write 1 to 255 characters.")
	}
	return nil
}

// noteRequest asks for a line in the provider's history. Each is an operation of
// its own: two notes may say the same.
func noteRequest(subjectID, text string) request {
	return request{kind: enum.KindAddNote, integration: enum.Gerencianet, subjectID: subjectID,
		key: string(enum.KindAddNote) + ":" + subjectID + ":" + newOperationID(), input: map[string]string{"text": strings.TrimSpace(text)}}
}

// AddChargeNote adds a line to the provider's own history of a charge.
func (s *Service) AddChargeNote(ctx context.Context, id, text string) (*Started, error) {
	if err := checkNote(text); err != nil {
		return nil, err
	}
	return s.start(ctx, id, enum.ActionAddNote, func(ctx context.Context, tx *db.Tx, c *db.Charge) (*db.Operation, bool, error) {
		op, isNew, err := s.enqueue(ctx, tx, noteRequest(c.ID, text))
		if err != nil {
			return nil, false, err
		}
		return op, isNew, s.tell(ctx, tx, c, event{source: enum.SourceUser, code: "NOTE", params: map[string]string{"text": strings.TrimSpace(text)}})
	})
}

// runAddNote adds the line once: when the provider does not answer, a person
// decides whether to send it again.
func (s *Service) runAddNote(ctx context.Context, op *db.Operation) (finish, error) {
	at, issuer, err := s.subjectAtProvider(ctx, op)
	if err != nil {
		return nil, err
	}
	return s.sendOnce(ctx, op, "operation.note_uncertain", func() error { return issuer.AddNote(ctx, at, op.Input["text"]) }, nil)
}

// subjectAtProvider names the charge or the carnê of an operation at the provider.
func (s *Service) subjectAtProvider(ctx context.Context, op *db.Operation) (provider.Handle, provider.Issuer, error) {
	if !strings.HasPrefix(op.SubjectID, "crn_") {
		c, issuer, err := s.onProvider(ctx, op)
		if err != nil {
			return provider.Handle{}, nil, err
		}
		return handle(c), issuer, nil
	}
	booklet, err := s.DB.Carnet.Get(ctx, op.SubjectID)
	if err != nil {
		return provider.Handle{}, nil, err
	}
	issuer, err := s.issuer(ctx, booklet.Environment)
	return provider.Handle{Method: provider.Carnet, CarnetID: value(booklet.ProviderID)}, issuer, err
}

// LastOperation answers the newest operation that issued a charge; nil when none.
func (s *Service) LastOperation(ctx context.Context, chargeID string) (*db.Operation, error) {
	op, err := s.DB.Operation.Query().Where(operation.SubjectID(chargeID), operation.KindEQ(enum.KindIssueCharge)).Order(db.Desc(operation.FieldID)).First(ctx)
	if db.IsNotFound(err) {
		return nil, nil
	}
	return op, err
}
