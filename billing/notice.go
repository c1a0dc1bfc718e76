package billing

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/carnet"
	"ponte/ent/db/charge"
	"ponte/ent/db/integration"
	"ponte/ent/db/noticetoken"
	"ponte/ent/enum"
)

// MaxNoticeBytes is the largest body of a notification that is taken.
const MaxNoticeBytes = 1 << 10

// ErrUnknownCallback is answered for a callback address that is not ours.
var ErrUnknownCallback = errors.New("no such callback address")

// ErrMalformedNotice is answered for a notification that no provider sends.
var ErrMalformedNotice = errors.New("a notification is a UUID in the form field notification")

var tokenPattern = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// ReceiveNotice stores a notification as it came and has its token read. Nothing
// in it is believed (providers/gerencianet.md, 5.4).
func (s *Service) ReceiveNotice(ctx context.Context, secret, token, body, address string) error {
	environment, err := s.callbackEnvironment(ctx, secret)
	if err != nil {
		return err
	}
	if !tokenPattern.MatchString(token) {
		return ErrMalformedNotice
	}
	return s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Notice.Create().SetIntegration(enum.Gerencianet).SetToken(token).SetBody(body).SetAddress(address).SetCreatedAt(s.Now()).Exec(ctx); err != nil {
			return fmt.Errorf("store a notice: %w", err)
		}
		delay, err := s.untilReadable(ctx, tx, token)
		if err != nil {
			return err
		}
		_, _, err = s.enqueue(ctx, tx, request{
			kind: enum.KindReadNotice, integration: enum.Gerencianet, key: "READ_NOTICE:" + token, delay: delay,
			input: map[string]string{"token": token, "environment": string(environment)},
		})
		if err != nil {
			return err
		}
		return s.noteNotice(ctx, tx)
	})
}

// noticeSteps is how exactly the moment of the last notification is kept: a crowd
// of them must not queue for one row.
const noticeSteps = time.Second

// noteNotice comes last, because workers take the operation's row before the
// integration's.
func (s *Service) noteNotice(ctx context.Context, tx *db.Tx) error {
	now := s.Now()
	return tx.Integration.Update().Where(integration.KindEQ(enum.Gerencianet),
		integration.Or(integration.LastNoticeAtIsNil(), integration.LastNoticeAtLT(now.Add(-noticeSteps)))).SetLastNoticeAt(now).Exec(ctx)
}

// untilReadable bounds how often one token is asked for.
func (s *Service) untilReadable(ctx context.Context, tx *db.Tx, token string) (time.Duration, error) {
	read, err := tx.NoticeToken.Get(ctx, token)
	if db.IsNotFound(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return min(max(s.Timing.NoticeInterval-time.Since(read.UpdatedAt), 0), s.Timing.NoticeInterval), nil
}

// callbackURL is the address that a charge of the environment is notified at.
func (s *Service) callbackURL(settings *db.Integration, environment enum.Environment) string {
	return s.PublicURL + "/callbacks/gerencianet/" + s.callbackSecrets(settings, environment)[0]
}

const callbackSecretLength = 40

// callbackSecrets are unguessable, differ for each environment, and are others
// after the integration's own part was changed. The first is given out; the
// others were, before the master key changed.
func (s *Service) callbackSecrets(settings *db.Integration, environment enum.Environment) []string {
	secrets := s.Seal.MACs("callback", settings.CallbackSecret+string(environment))
	for i := range secrets {
		secrets[i] = secrets[i][:callbackSecretLength]
	}
	return secrets
}

func (s *Service) callbackEnvironment(ctx context.Context, secret string) (enum.Environment, error) {
	settings, err := s.settings(ctx, enum.Gerencianet)
	if db.IsNotFound(err) {
		return "", ErrUnknownCallback
	}
	if err != nil {
		return "", err
	}
	for _, environment := range []enum.Environment{enum.EnvironmentSandbox, enum.EnvironmentProduction} {
		for _, ours := range s.callbackSecrets(settings, environment) {
			if subtle.ConstantTimeCompare([]byte(secret), []byte(ours)) == 1 {
				return environment, nil
			}
		}
	}
	return "", ErrUnknownCallback
}

// readNotice asks the provider what a token means and applies what is new of it.
func (s *Service) readNotice(ctx context.Context, op *db.Operation) (finish, error) {
	token, environment := op.Input["token"], enum.Environment(op.Input["environment"])
	issuer, err := s.issuer(ctx, environment)
	if err != nil {
		return nil, err
	}
	events, err := issuer.Events(ctx, token)
	if err != nil && provider.ClassOf(err) == provider.NotFound {
		events = nil // forged, or of another account: nothing to do
	} else if err != nil {
		return nil, err
	}
	slices.SortFunc(events, func(a, b provider.Event) int { return int(a.ID - b.ID) })
	fresh, err := s.unapplied(ctx, token, events)
	if err != nil {
		return nil, err
	}
	reads, err := s.detail(ctx, issuer, environment, fresh)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		return s.applyEvents(ctx, tx, environment, token, events, reads)
	}, nil
}

// unapplied answers the entries that are newer than the last one applied: a token
// tells its whole history each time.
func (s *Service) unapplied(ctx context.Context, token string, events []provider.Event) ([]provider.Event, error) {
	known, err := s.DB.NoticeToken.Get(ctx, token)
	if db.IsNotFound(err) {
		return events, nil
	}
	if err != nil {
		return nil, err
	}
	first := slices.IndexFunc(events, func(one provider.Event) bool { return one.ID > known.LastEventID })
	if first < 0 {
		return nil, nil
	}
	return events[first:], nil
}

// detail reads the charges of which an entry does not tell enough: how much was
// paid, how a link was paid, why a card was refused. The answer is by entry.
func (s *Service) detail(ctx context.Context, issuer provider.Issuer, environment enum.Environment, events []provider.Event) (map[int64]provider.Charge, error) {
	reads := map[int64]provider.Charge{}
	for _, one := range events {
		if one.ProviderID == "" || one.Status != provider.Paid && one.Status != provider.Overdue {
			continue
		}
		c, err := s.DB.Charge.Query().Where(charge.EnvironmentEQ(environment), charge.ProviderID(one.ProviderID)).WithCarnet().Only(ctx)
		if db.IsNotFound(err) {
			c, err = &db.Charge{ProviderID: &one.ProviderID, Method: enum.MethodBoleto}, nil
		}
		if err != nil {
			return nil, err
		}
		if !needsDetail(c, one) {
			continue
		}
		if reads[one.ID], err = issuer.Get(ctx, handle(c)); err != nil {
			return nil, err
		}
	}
	return reads, nil
}

func needsDetail(c *db.Charge, told provider.Event) bool {
	if told.Status == provider.Overdue {
		return c.Method == enum.MethodCard && c.Status != enum.ChargeFailed
	}
	return told.PaidCents == nil || c.Method == enum.MethodLink && c.PaidWith == nil || c.Method == enum.MethodCard && c.CardMask == ""
}

// applyEvents applies every entry that is newer than the last one applied, in order.
func (s *Service) applyEvents(ctx context.Context, tx *db.Tx, environment enum.Environment, token string, events []provider.Event, reads map[int64]provider.Charge) error {
	last, err := lockToken(ctx, tx, token)
	if err != nil {
		return err
	}
	if err := lockCarnetsOf(ctx, tx, environment, events); err != nil {
		return err
	}
	newest := last.LastEventID
	for i, one := range events {
		if one.ID <= last.LastEventID {
			continue
		}
		told := update{source: enum.SourceNotice, fresh: i == len(events)-1, charge: eventCharge(one, reads[one.ID])}
		if err := s.applyEvent(ctx, tx, environment, token, one, told); err != nil {
			return err
		}
		newest = one.ID
	}
	return tx.NoticeToken.UpdateOne(last).SetLastEventID(newest).SetUpdatedAt(time.Now()).Exec(ctx)
}

func lockToken(ctx context.Context, tx *db.Tx, token string) (*db.NoticeToken, error) {
	if err := tx.NoticeToken.Create().SetID(token).OnConflictColumns(noticetoken.FieldID).Ignore().Exec(ctx); err != nil {
		return nil, fmt.Errorf("remember a token: %w", err)
	}
	return tx.NoticeToken.Query().Where(noticetoken.ID(token)).ForUpdate().Only(ctx)
}

// lockCarnetsOf takes the carnês that entries tell of, because a carnê's row is
// taken before those of its parcels.
func lockCarnetsOf(ctx context.Context, tx *db.Tx, environment enum.Environment, events []provider.Event) error {
	var ids []string
	for _, one := range events {
		if one.CarnetID != "" && !slices.Contains(ids, one.CarnetID) {
			ids = append(ids, one.CarnetID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.Carnet.Query().Where(carnet.EnvironmentEQ(environment), carnet.Or(carnet.ProviderIDIn(ids...), carnet.Reference(events[0].Reference))).
		Order(db.Asc(carnet.FieldID)).ForUpdate().IDs(ctx)
	return err
}

// eventCharge is what an entry tells of its charge, with what was read where the
// entry does not say it.
func eventCharge(told provider.Event, read provider.Charge) provider.Charge {
	at := told.At
	c := provider.Charge{
		ProviderID: told.ProviderID, Status: told.Status, ProviderStatus: told.ProviderStatus,
		PaidCents: told.PaidCents, PaidOn: told.PaidOn, ConfirmedAt: &at, PaidWith: read.PaidWith, CardMask: read.CardMask,
	}
	if c.PaidCents == nil {
		c.PaidCents = read.PaidCents
	}
	if read.Status == provider.Refused {
		c.Status, c.Reason, c.CanRetry = read.Status, read.Reason, read.CanRetry
	}
	return c
}

// applyEvent applies one entry of a token. The newest one is what the charge is
// now; those before it are its past.
func (s *Service) applyEvent(ctx context.Context, tx *db.Tx, environment enum.Environment, token string, told provider.Event, u update) error {
	if told.ProviderID == "" {
		if ours, err := s.claimCarnet(ctx, tx, environment, told); err != nil || ours {
			return err
		}
	}
	c, err := findCharge(ctx, tx, environment, told.ProviderID, told.Reference)
	if db.IsNotFound(err) && told.ProviderID != "" {
		if ours, err := s.claimCarnet(ctx, tx, environment, told); err != nil || ours {
			return err
		}
	}
	if db.IsNotFound(err) {
		return s.recordFailure(ctx, tx, unmatchedNotice(environment, token, told))
	}
	if err != nil {
		return err
	}
	if err := s.claimTold(ctx, tx, c, told.ProviderID, told.Status); err != nil || value(c.ProviderID) != told.ProviderID {
		return err
	}
	if err := s.learnCarnet(ctx, tx, c, told); err != nil {
		return err
	}
	if u.charge.Status == provider.Refused {
		return s.refuseCard(ctx, tx, c, u.charge, enum.SourceNotice)
	}
	if c.Method == enum.MethodCard && u.charge.Status == provider.Overdue {
		return nil // a refusal of the past; the newest one was read
	}
	if err := s.apply(ctx, tx, c, u); err != nil {
		return err
	}
	return s.proveSandbox(ctx, tx, c)
}

// claimTold takes over a draft that somebody tells of while our own request is
// unanswered; when the charge has another one, this one is extra.
func (s *Service) claimTold(ctx context.Context, tx *db.Tx, c *db.Charge, providerID string, status provider.Status) error {
	switch {
	case value(c.ProviderID) == providerID, status == provider.Canceled:
		return nil
	case c.ProviderID == nil && isUnissued(c.Status):
		c.ProviderID, c.SentAt = &providerID, nil
		return tx.Charge.UpdateOneID(c.ID).SetProviderID(providerID).ClearSentAt().Exec(ctx)
	}
	return s.cancelExtra(ctx, tx, c, providerID)
}

// findCharge locks the charge that a provider's id, or else our reference, names.
func findCharge(ctx context.Context, tx *db.Tx, environment enum.Environment, providerID, reference string) (*db.Charge, error) {
	c, err := tx.Charge.Query().Where(charge.EnvironmentEQ(environment), charge.ProviderID(providerID)).ForUpdate().Only(ctx)
	if !db.IsNotFound(err) {
		return c, err
	}
	return tx.Charge.Query().Where(charge.EnvironmentEQ(environment), charge.Reference(reference)).ForUpdate().Only(ctx)
}

// proveSandbox notes that a sandbox charge was issued and its notification
// arrived, which opens the way to production.
func (s *Service) proveSandbox(ctx context.Context, tx *db.Tx, c *db.Charge) error {
	if c.Environment != enum.EnvironmentSandbox || isUnissued(c.Status) {
		return nil
	}
	return tx.Integration.Update().Where(integration.KindEQ(enum.Gerencianet), integration.SandboxProvenAtIsNil()).SetSandboxProvenAt(s.Now()).Exec(ctx)
}
