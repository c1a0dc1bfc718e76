package billing

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"ponte/billing/brazil"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/carnet"
	"ponte/ent/db/charge"
	"ponte/ent/enum"
	"ponte/ent/schema"
)

// A carnê is issued in one step that is not safe to repeat. So the intent is
// committed first (carnets.sent_at), and after any doubt the provider is asked
// for parcels that carry our reference, for the whole settle window, before it is
// sent again. Whoever changes a carnê takes its row before those of its parcels.

// writeCarnet writes a carnê with its parcels and the operation that issues it.
func (s *Service) writeCarnet(ctx context.Context, tx *db.Tx, saleID string, parcels []*db.Charge) error {
	id := schema.NewID("crn")()
	err := tx.Carnet.Create().SetID(id).SetSaleID(saleID).SetEnvironment(parcels[0].Environment).SetReference(providerReference(id)).
		SetParcels(len(parcels)).SetCreatedAt(s.Now()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("write a carnê: %w", err)
	}
	for _, parcel := range parcels {
		parcel.CarnetID = &id
		if err := s.writeCharge(ctx, tx, parcel, nil); err != nil {
			return err
		}
	}
	return s.enqueueCarnet(ctx, tx, id)
}

// enqueueCarnet has a carnê issued, or read when it is.
func (s *Service) enqueueCarnet(ctx context.Context, tx *db.Tx, id string) error {
	_, _, err := s.enqueue(ctx, tx, request{kind: enum.KindIssueCarnet, integration: enum.Gerencianet, subjectID: id})
	return err
}

// CarnetActions answers what may be done with a whole carnê now, whoever asks.
func CarnetActions(c *db.Carnet, parcels []*db.Charge) []enum.CarnetAction {
	has := func(statuses ...enum.ChargeStatus) bool {
		return slices.ContainsFunc(parcels, func(p *db.Charge) bool { return slices.Contains(statuses, p.Status) })
	}
	switch {
	case has(enum.ChargeFailed):
		return []enum.CarnetAction{enum.CarnetRetry, enum.CarnetCancel}
	case has(enum.ChargeQueued, enum.ChargeUnknown):
		return []enum.CarnetAction{enum.CarnetRetry}
	case c.ProviderID != nil && has(enum.ChargeWaiting, enum.ChargeOverdue):
		return []enum.CarnetAction{enum.CarnetCancel, enum.CarnetSettle, enum.CarnetResend, enum.CarnetAddNote}
	}
	return []enum.CarnetAction{}
}

func lockCarnet(ctx context.Context, tx *db.Tx, id string) (*db.Carnet, error) {
	c, err := tx.Carnet.Query().Where(carnet.ID(id)).ForUpdate().Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("lock carnê %s: %w", id, err)
	}
	return c, nil
}

// lockParcels takes the parcels of a carnê, in order.
func lockParcels(ctx context.Context, tx *db.Tx, id string) ([]*db.Charge, error) {
	return tx.Charge.Query().Where(charge.CarnetID(id)).Order(db.Asc(charge.FieldInstallment)).ForUpdate().All(ctx)
}

// issueCarnet brings the parcels of a carnê from QUEUED to WAITING, and reads the
// carnê when a notice or the sweep told something of it that we do not know.
func (s *Service) issueCarnet(ctx context.Context, op *db.Operation) (finish, error) {
	booklet, err := s.carnetForProvider(ctx, op.SubjectID)
	if err != nil {
		return nil, err
	}
	issuer, err := s.issuer(ctx, booklet.Environment)
	if err != nil {
		return nil, err
	}
	if booklet.ProviderID != nil {
		return s.readCarnet(ctx, issuer, booklet)
	}
	if !slices.ContainsFunc(booklet.Edges.Charges, func(p *db.Charge) bool { return isUnissued(p.Status) }) {
		return nil, nil // its parcels were found; the carnê's own id comes with its notice
	}
	if booklet.SentAt != nil {
		found, err := s.recoverCarnet(ctx, booklet, issuer)
		if err != nil || found != nil {
			return found, err
		}
	}
	return s.sendCarnet(ctx, op, booklet, issuer)
}

func (s *Service) carnetForProvider(ctx context.Context, id string) (*db.Carnet, error) {
	return s.DB.Carnet.Query().Where(carnet.ID(id)).WithSale(func(q *db.SaleQuery) { q.WithItems().WithCustomer() }).
		WithCharges(func(q *db.ChargeQuery) { q.Order(db.Asc(charge.FieldInstallment)).WithCustomer() }).Only(ctx)
}

func (s *Service) sendCarnet(ctx context.Context, op *db.Operation, booklet *db.Carnet, issuer provider.Issuer) (finish, error) {
	settings, err := s.settings(ctx, enum.Gerencianet)
	if err != nil {
		return nil, err
	}
	wanted := carnetRequest(booklet, s.callbackURL(settings, booklet.Environment))
	if violations := s.Providers.CheckCharge(wanted, s.today()); len(violations) > 0 {
		return nil, provider.Violated("gerencianet", violations)
	}
	if err := s.step(ctx, op, func(ctx context.Context, tx *db.Tx) error { return s.markCarnetSending(ctx, tx, booklet.ID) }); err != nil {
		return nil, err
	}
	issued, err := issuer.IssueCarnet(ctx, wanted)
	if err == nil {
		return func(ctx context.Context, tx *db.Tx) error {
			return s.applyCarnet(ctx, tx, booklet.ID, issued, enum.SourceOperation)
		}, nil
	}
	if provider.ClassOf(err) == provider.Ambiguous {
		return nil, err
	}
	return nil, errors.Join(err, s.step(ctx, op, func(ctx context.Context, tx *db.Tx) error { // it certainly made nothing
		return tx.Carnet.UpdateOneID(booklet.ID).ClearSentAt().Exec(ctx)
	}))
}

// carnetRequest asks for parcels of the same amount, or, when the total does not
// divide evenly, leaves the division to the provider, whose answer says what each
// parcel is.
func carnetRequest(booklet *db.Carnet, notificationURL string) provider.ChargeRequest {
	parcels := booklet.Edges.Charges
	first := *parcels[0]
	first.Reference = booklet.Reference
	wanted := chargeRequest(&first, saleTitle(booklet.Edges.Sale), notificationURL)
	wanted.Parcels = booklet.Parcels
	var total int64
	for _, parcel := range parcels {
		total += parcel.AmountCents
	}
	if total != wanted.AmountCents*int64(booklet.Parcels) {
		wanted.SplitLines = true
		wanted.AmountCents = total / int64(booklet.Parcels) // the smallest
		wanted.Lines[0].UnitCents = total
	}
	return wanted
}

func (s *Service) markCarnetSending(ctx context.Context, tx *db.Tx, id string) error {
	booklet, err := lockCarnet(ctx, tx, id)
	if err != nil {
		return err
	}
	if booklet.ProviderID != nil {
		return errLater // a notice told the id meanwhile
	}
	if err := tx.Carnet.UpdateOne(booklet).Modify(sentNow(carnet.FieldSentAt)).Exec(ctx); err != nil {
		return err
	}
	return s.markParcels(ctx, tx, id, enum.ChargeIssuing, "SENDING")
}

// markParcels sets the status of the parcels that are not issued yet.
func (s *Service) markParcels(ctx context.Context, tx *db.Tx, id string, status enum.ChargeStatus, code string) error {
	parcels, err := lockParcels(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, parcel := range parcels {
		if !isUnissued(parcel.Status) {
			continue
		}
		if err := s.setUnissued(ctx, tx, parcel, status, code); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) markCarnet(ctx context.Context, tx *db.Tx, id string, status enum.ChargeStatus, code string) error {
	if _, err := lockCarnet(ctx, tx, id); err != nil {
		return err
	}
	return s.markParcels(ctx, tx, id, status, code)
}

// markCarnetUnsent is the end of a try that sent nothing that stayed.
func (s *Service) markCarnetUnsent(ctx context.Context, tx *db.Tx, id string) error {
	booklet, err := lockCarnet(ctx, tx, id)
	if err != nil || booklet.SentAt != nil {
		return err
	}
	return s.markParcels(ctx, tx, id, enum.ChargeQueued, "DELAYED")
}

// recoverCarnet finds out whether a request that was sent before has arrived. It
// answers nothing when it certainly has not, errSettling while it still may.
func (s *Service) recoverCarnet(ctx context.Context, booklet *db.Carnet, issuer provider.Issuer) (finish, error) {
	settled, err := s.isSettled(ctx, "carnets", carnet.FieldSentAt, booklet.ID)
	if err != nil {
		return nil, err
	}
	found, err := issuer.Find(ctx, provider.Carnet, booklet.Reference, brazil.DateOf(booklet.CreatedAt).AddDays(-1), s.today().AddDays(1))
	if err != nil {
		return nil, err
	}
	live := slices.DeleteFunc(slices.Clone(found), func(one provider.Charge) bool { return one.Status == provider.Canceled })
	if settled && len(live) > 0 { // the list is complete: what it lacks was cancelled meanwhile
		live = withEnded(live, found)
	}
	if countParcels(live) >= booklet.Parcels {
		return func(ctx context.Context, tx *db.Tx) error {
			info := provider.CarnetInfo{Parcels: live}
			for _, one := range live {
				info.ProviderID = firstText(info.ProviderID, one.CarnetID)
			}
			return s.applyCarnet(ctx, tx, booklet.ID, info, enum.SourceOperation)
		}, nil
	}
	if len(live) > 0 || !settled { // a part of it is in the list: the rest is to come
		return nil, errSettling
	}
	return nil, nil
}

// withEnded adds, for each parcel of which none is live, one that was cancelled.
func withEnded(live, found []provider.Charge) []provider.Charge {
	for _, one := range found {
		if !slices.ContainsFunc(live, func(other provider.Charge) bool { return other.Parcel == one.Parcel }) {
			live = append(live, one)
		}
	}
	return live
}

// countParcels counts the numbers of the parcels: a carnê that was made twice has
// each number twice.
func countParcels(parcels []provider.Charge) int {
	numbers := map[int]bool{}
	for _, one := range parcels {
		numbers[one.Parcel] = true
	}
	return len(numbers)
}

// readCarnet brings what the provider now says of a carnê and of each parcel.
func (s *Service) readCarnet(ctx context.Context, issuer provider.Issuer, booklet *db.Carnet) (finish, error) {
	info, err := issuer.GetCarnet(ctx, *booklet.ProviderID)
	if err != nil {
		return nil, err
	}
	for i, parcel := range info.Parcels {
		if !mustReadParcel(booklet, parcel) {
			continue
		}
		read, err := issuer.Get(ctx, provider.Handle{Method: provider.Carnet, ID: parcel.ProviderID, CarnetID: *booklet.ProviderID, Parcel: parcel.Parcel})
		if err != nil {
			return nil, err
		}
		read.Parcel = parcel.Parcel
		info.Parcels[i] = read
	}
	return func(ctx context.Context, tx *db.Tx) error {
		return s.applyCarnet(ctx, tx, booklet.ID, info, enum.SourceOperation)
	}, nil
}

// mustReadParcel tells whether the carnê leaves out what only the charge itself
// tells: how much was paid and, while we do not know the parcel, how much it is.
func mustReadParcel(booklet *db.Carnet, parcel provider.Charge) bool {
	return parcel.Status == provider.Paid || slices.ContainsFunc(booklet.Edges.Charges, func(c *db.Charge) bool {
		return c.Installment == parcel.Parcel && isUnissued(c.Status)
	})
}

// applyCarnet writes what the provider told of a carnê. A charge that claims to be
// a parcel which we know by another id is an extra one.
func (s *Service) applyCarnet(ctx context.Context, tx *db.Tx, id string, info provider.CarnetInfo, source enum.EventSource) error {
	booklet, err := lockCarnet(ctx, tx, id)
	if err != nil {
		return err
	}
	if booklet.ProviderID != nil && info.ProviderID != "" && *booklet.ProviderID != info.ProviderID {
		return s.cancelExtraCarnet(ctx, tx, booklet, info.ProviderID)
	}
	if err := writeCarnetData(ctx, tx, booklet, info); err != nil {
		return err
	}
	parcels, err := lockParcels(ctx, tx, id)
	if err != nil {
		return err
	}
	slices.SortFunc(info.Parcels, func(a, b provider.Charge) int { return compareIDs(a.ProviderID, b.ProviderID) })
	for _, told := range info.Parcels {
		known := slices.IndexFunc(parcels, func(p *db.Charge) bool { return p.Installment == told.Parcel })
		if known < 0 {
			continue
		}
		if err := s.applyParcel(ctx, tx, parcels[known], told, source); err != nil {
			return err
		}
	}
	return nil
}

// compareIDs orders the provider's ids, which are numbers: the older is smaller.
func compareIDs(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (s *Service) applyParcel(ctx context.Context, tx *db.Tx, c *db.Charge, told provider.Charge, source enum.EventSource) error {
	if c.ProviderID != nil && *c.ProviderID != told.ProviderID {
		return s.cancelExtra(ctx, tx, c, told.ProviderID)
	}
	if told.AmountCents > 0 && told.AmountCents != c.AmountCents && isUnissued(c.Status) { // the provider has divided the total in its own way
		if err := tx.Charge.UpdateOne(c).SetAmountCents(told.AmountCents).Exec(ctx); err != nil {
			return err
		}
		c.AmountCents = told.AmountCents
	}
	c.ProviderID = &told.ProviderID
	return s.applyRead(ctx, tx, c, told, source)
}

func writeCarnetData(ctx context.Context, tx *db.Tx, booklet *db.Carnet, info provider.CarnetInfo) error {
	change := tx.Carnet.UpdateOne(booklet).ClearSentAt()
	set := func(text string, set func(string) *db.CarnetUpdateOne) {
		if text != "" {
			set(text)
		}
	}
	set(info.ProviderID, change.SetProviderID)
	set(info.ProviderStatus, change.SetProviderStatus)
	set(info.Cover, change.SetCover)
	set(info.Link, change.SetLink)
	set(info.PDF, change.SetPdf)
	set(info.CoverPDF, change.SetCoverPdf)
	if err := change.Exec(ctx); err != nil {
		return fmt.Errorf("write carnê %s: %w", booklet.ID, err)
	}
	return nil
}

// claimCarnet handles an entry of a notification that tells of a carnê: its id,
// and what became of it as a whole. It answers false when the carnê is not ours.
// When its parcels are known but its own id is not, only an entry that names one
// of them proves the id: another carnê may carry our reference.
func (s *Service) claimCarnet(ctx context.Context, tx *db.Tx, environment enum.Environment, told provider.Event) (bool, error) {
	booklet, err := tx.Carnet.Query().Where(carnet.EnvironmentEQ(environment), carnet.Or(carnet.Reference(told.Reference), carnet.ProviderID(told.CarnetID))).
		ForUpdate().First(ctx)
	if db.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	known, err := tx.Charge.Query().Where(charge.CarnetID(booklet.ID), charge.ProviderIDNotNil()).Exist(ctx)
	if err != nil {
		return true, err
	}
	isParcel := told.ProviderID != ""
	switch {
	case booklet.ProviderID == nil && known && !isParcel:
		return true, nil // the entries of its parcels tell whether it is this one
	case booklet.ProviderID == nil && known, booklet.ProviderID != nil && told.CarnetID != "" && *booklet.ProviderID != told.CarnetID:
		if told.Status == provider.Canceled || told.CarnetID == "" || told.ProviderStatus == carnetFinished {
			return true, nil
		}
		return true, s.cancelExtraCarnet(ctx, tx, booklet, told.CarnetID)
	}
	news := booklet.ProviderID == nil && told.CarnetID != ""
	if news {
		if err := s.adoptCarnet(ctx, tx, booklet.ID, told.CarnetID); err != nil {
			return true, err
		}
	}
	if !isParcel && told.ProviderStatus != "" {
		if err := tx.Carnet.UpdateOne(booklet).SetProviderStatus(told.ProviderStatus).Exec(ctx); err != nil {
			return true, err
		}
	}
	if !news && !isParcel {
		return true, nil
	}
	return true, s.enqueueCarnet(ctx, tx, booklet.ID)
}

// carnetFinished is the provider's word for a carnê none of whose parcels is open
// (providers/gerencianet.md, 6.2).
const carnetFinished = "finished"

func (s *Service) adoptCarnet(ctx context.Context, tx *db.Tx, id, providerID string) error {
	return tx.Carnet.UpdateOneID(id).SetProviderID(providerID).ClearSentAt().Exec(ctx)
}

// learnCarnet takes the id of a carnê from an entry of a parcel that is known to
// be ours, and has the rest of it read.
func (s *Service) learnCarnet(ctx context.Context, tx *db.Tx, parcel *db.Charge, told provider.Event) error {
	if parcel.CarnetID == nil || told.CarnetID == "" {
		return nil
	}
	unknown, err := tx.Carnet.Query().Where(carnet.ID(*parcel.CarnetID), carnet.ProviderIDIsNil()).Exist(ctx)
	if err != nil || !unknown {
		return err
	}
	if err := s.adoptCarnet(ctx, tx, *parcel.CarnetID, told.CarnetID); err != nil {
		return err
	}
	return s.enqueueCarnet(ctx, tx, *parcel.CarnetID)
}

// cancelExtraCarnet asks for the cancellation of a carnê that the provider made
// although another one carries our reference.
func (s *Service) cancelExtraCarnet(ctx context.Context, tx *db.Tx, booklet *db.Carnet, extraID string) error {
	_, _, err := s.enqueue(ctx, tx, request{
		kind: enum.KindCancelExtra, integration: enum.Gerencianet, subjectID: booklet.ID,
		key:   fmt.Sprintf("%s:%s:carnet:%s", enum.KindCancelExtra, booklet.Environment, extraID),
		input: map[string]string{"carnetId": extraID},
	})
	return err
}

// runCancelExtraCarnet cancels it and tells the chosen people.
func (s *Service) runCancelExtraCarnet(ctx context.Context, op *db.Operation) (finish, error) {
	booklet, err := s.DB.Carnet.Query().Where(carnet.ID(op.SubjectID)).WithSale().Only(ctx)
	if err != nil {
		return nil, err
	}
	issuer, err := s.issuer(ctx, booklet.Environment)
	if err != nil {
		return nil, err
	}
	extra := op.Input["carnetId"]
	if err := issuer.Cancel(ctx, provider.Handle{Method: provider.Carnet, CarnetID: extra}); err != nil && provider.ClassOf(err) != provider.NotFound {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		kind := enum.Gerencianet
		cause, remedy := explain("charge.extra_cancelled", extra)
		return s.recordFailure(ctx, tx, problemReport{
			causeKey: "carnet.extra_cancelled:" + booklet.ID + ":" + extra, code: ownCode + ".charge.extra_cancelled", integration: &kind, environment: &booklet.Environment,
			cause: cause, remedy: remedy, subjectID: booklet.ID, label: carnetLabel(booklet.Edges.Sale),
		})
	}, nil
}

// CarnetStarted is what a mutation on a whole carnê answers.
type CarnetStarted struct {
	Carnet    *db.Carnet
	Operation *db.Operation // nil when nothing had to be asked of the provider
	Replayed  bool
}

// startCarnet locks a carnê, checks that the action is open to it, and does the
// work that asks for it.
func (s *Service) startCarnet(ctx context.Context, id string, action enum.CarnetAction, work func(ctx context.Context, tx *db.Tx, booklet *db.Carnet, parcels []*db.Charge) (*db.Operation, bool, error)) (*CarnetStarted, error) {
	started := &CarnetStarted{}
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		booklet, err := tx.Carnet.Query().Where(carnet.ID(id)).ForUpdate().Only(ctx)
		if db.IsNotFound(err) {
			return notFound("id", "O carnê", "The carnê")
		}
		if err != nil {
			return err
		}
		parcels, err := lockParcels(ctx, tx, id)
		if err != nil {
			return err
		}
		if !slices.Contains(CarnetActions(booklet, parcels), action) {
			return refuse("CARNET_STATUS", "id",
				"A situação do carnê não permite isto agora. Atualize a página e veja as ações disponíveis.",
				"The carnê's state does not allow this now. Reload and look at the actions offered.")
		}
		if err := s.mustBeActive(ctx, tx, enum.Gerencianet); err != nil {
			return err
		}
		op, isNew, err := work(ctx, tx, booklet, parcels)
		started.Operation, started.Replayed = op, op != nil && !isNew
		return err
	})
	if err != nil {
		return nil, err
	}
	if started.Operation != nil {
		started.Operation = started.Operation.Unwrap()
	}
	started.Carnet, err = s.DB.Carnet.Get(ctx, id)
	return started, err
}

// askCarnet enqueues an operation on a whole carnê and notes it in the story of
// each open parcel.
func (s *Service) askCarnet(ctx context.Context, tx *db.Tx, booklet *db.Carnet, parcels []*db.Charge, kind enum.OperationKind, code string, input map[string]string) (*db.Operation, bool, error) {
	op, isNew, err := s.enqueue(ctx, tx, request{kind: kind, integration: enum.Gerencianet, subjectID: booklet.ID, input: input})
	if err != nil {
		return op, false, err
	}
	if !isNew {
		return op, false, sameInput(op, input)
	}
	for _, parcel := range parcels {
		if !isOpen(parcel.Status) {
			continue
		}
		if err := s.tell(ctx, tx, parcel, event{source: enum.SourceUser, code: code, params: input}); err != nil {
			return nil, false, err
		}
	}
	return op, true, nil
}

func isOpen(status enum.ChargeStatus) bool {
	return status == enum.ChargeWaiting || status == enum.ChargeOverdue
}

// CancelCarnet cancels the open parcels of a carnê. One that was refused and left
// nothing at the provider is cancelled at once.
func (s *Service) CancelCarnet(ctx context.Context, id string) (*CarnetStarted, error) {
	return s.startCarnet(ctx, id, enum.CarnetCancel, s.cancelCarnet)
}

func (s *Service) cancelCarnet(ctx context.Context, tx *db.Tx, booklet *db.Carnet, parcels []*db.Charge) (*db.Operation, bool, error) {
	if booklet.ProviderID != nil || booklet.SentAt != nil {
		return s.askCarnet(ctx, tx, booklet, parcels, enum.KindCancelCarnet, "CANCEL_ASKED", nil)
	}
	for _, parcel := range parcels {
		if parcel.ProviderID != nil { // found without the carnê's own id
			if _, _, err := s.ask(ctx, tx, parcel, enum.KindCancelCharge, "CANCEL_ASKED", nil); err != nil {
				return nil, false, err
			}
			continue
		}
		if err := s.setStatus(ctx, tx, parcel, enum.ChargeCanceled, event{source: enum.SourceUser, code: "CANCELED"}); err != nil {
			return nil, false, err
		}
	}
	return nil, false, s.deriveSale(ctx, tx, booklet.SaleID)
}

// SettleCarnet marks the open parcels of a carnê as paid outside.
func (s *Service) SettleCarnet(ctx context.Context, id string) (*CarnetStarted, error) {
	return s.startCarnet(ctx, id, enum.CarnetSettle, func(ctx context.Context, tx *db.Tx, booklet *db.Carnet, parcels []*db.Charge) (*db.Operation, bool, error) {
		return s.askCarnet(ctx, tx, booklet, parcels, enum.KindSettleCarnet, "SETTLE_ASKED", nil)
	})
}

// ResendCarnet has the provider mail the whole carnê, to the customer's address
// when none is given.
func (s *Service) ResendCarnet(ctx context.Context, id string, email *string) (*CarnetStarted, error) {
	return s.startCarnet(ctx, id, enum.CarnetResend, func(ctx context.Context, tx *db.Tx, booklet *db.Carnet, parcels []*db.Charge) (*db.Operation, bool, error) {
		to, err := s.mailTo(ctx, tx, parcels[0].CustomerID, email)
		if err != nil {
			return nil, false, err
		}
		return s.askCarnet(ctx, tx, booklet, parcels, enum.KindResendCarnet, "RESEND_ASKED", map[string]string{"email": to})
	})
}

// AddCarnetNote adds a line to the provider's own history of a carnê.
func (s *Service) AddCarnetNote(ctx context.Context, id, text string) (*CarnetStarted, error) {
	if err := checkNote(text); err != nil {
		return nil, err
	}
	return s.startCarnet(ctx, id, enum.CarnetAddNote, func(ctx context.Context, tx *db.Tx, booklet *db.Carnet, _ []*db.Charge) (*db.Operation, bool, error) {
		return s.enqueue(ctx, tx, noteRequest(booklet.ID, text))
	})
}

// runOnCarnet does one thing with a whole carnê, then reads what became of each
// parcel.
func (s *Service) runOnCarnet(ctx context.Context, op *db.Operation, act func(provider.Issuer, provider.Handle) error) (finish, error) {
	booklet, err := s.carnetForProvider(ctx, op.SubjectID)
	if err != nil {
		return nil, err
	}
	issuer, err := s.issuer(ctx, booklet.Environment)
	if err != nil {
		return nil, err
	}
	if booklet.ProviderID == nil { // its own request is still in doubt
		return s.cancelUnanswered(ctx, booklet, issuer)
	}
	refused := act(issuer, provider.Handle{Method: provider.Carnet, CarnetID: *booklet.ProviderID})
	if refused != nil && provider.ClassOf(refused) != provider.State {
		return nil, refused
	}
	read, err := s.readCarnet(ctx, issuer, booklet)
	if err != nil || refused == nil {
		return read, err
	}
	if err := s.step(ctx, op, read); err != nil {
		return nil, err
	}
	return nil, refused
}

// cancelUnanswered cancels a carnê whose request was never answered: what the
// provider made of it is found out first.
func (s *Service) cancelUnanswered(ctx context.Context, booklet *db.Carnet, issuer provider.Issuer) (finish, error) {
	found, err := s.recoverCarnet(ctx, booklet, issuer)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		if found != nil {
			if err := found(ctx, tx); err != nil {
				return err
			}
		}
		locked, err := lockCarnet(ctx, tx, booklet.ID)
		if err != nil {
			return err
		}
		if err := tx.Carnet.UpdateOne(locked).ClearSentAt().Exec(ctx); err != nil {
			return err
		}
		locked.SentAt = nil
		parcels, err := lockParcels(ctx, tx, booklet.ID)
		if err != nil {
			return err
		}
		_, _, err = s.cancelCarnet(ctx, tx, locked, parcels)
		return err
	}, nil
}

func (s *Service) runCancelCarnet(ctx context.Context, op *db.Operation) (finish, error) {
	return s.runOnCarnet(ctx, op, func(issuer provider.Issuer, whole provider.Handle) error { return issuer.Cancel(ctx, whole) })
}

func (s *Service) runSettleCarnet(ctx context.Context, op *db.Operation) (finish, error) {
	return s.runOnCarnet(ctx, op, func(issuer provider.Issuer, whole provider.Handle) error { return issuer.Settle(ctx, whole) })
}

func (s *Service) runResendCarnet(ctx context.Context, op *db.Operation) (finish, error) {
	return s.sendOnce(ctx, op, "operation.resend_uncertain", func() error {
		booklet, err := s.DB.Carnet.Get(ctx, op.SubjectID)
		if err != nil {
			return err
		}
		issuer, err := s.issuer(ctx, booklet.Environment)
		if err != nil {
			return err
		}
		return issuer.Resend(ctx, provider.Handle{Method: provider.Carnet, CarnetID: value(booklet.ProviderID)}, op.Input["email"])
	}, nil)
}

// withoutParcels leaves out the parcels of carnês, which end with their carnê.
func withoutParcels(charges []*db.Charge) []*db.Charge {
	return slices.DeleteFunc(slices.Clone(charges), func(c *db.Charge) bool { return c.CarnetID != nil })
}

// cancelCarnetsOf cancels the carnês of a sale that are still open, and answers how
// many there were.
func (s *Service) cancelCarnetsOf(ctx context.Context, tx *db.Tx, saleID string) (operations []*db.Operation, count int, err error) {
	booklets, err := tx.Carnet.Query().Where(carnet.SaleID(saleID)).Order(db.Asc(carnet.FieldID)).ForUpdate().All(ctx)
	if err != nil {
		return nil, 0, err
	}
	for _, booklet := range booklets {
		parcels, err := lockParcels(ctx, tx, booklet.ID)
		if err != nil {
			return nil, 0, err
		}
		if !slices.ContainsFunc(parcels, func(p *db.Charge) bool { return isOpen(p.Status) || p.Status == enum.ChargeFailed }) {
			continue
		}
		op, _, err := s.cancelCarnet(ctx, tx, booklet, parcels)
		if err != nil {
			return nil, 0, err
		}
		count++
		if op != nil {
			operations = append(operations, op)
		}
	}
	return operations, count, nil
}

func carnetLabel(sale *db.Sale) provider.Text {
	return provider.Text{PT: fmt.Sprintf("Carnê da venda %d", sale.Number), EN: fmt.Sprintf("Carnê of sale %d", sale.Number)}
}

func firstText(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
