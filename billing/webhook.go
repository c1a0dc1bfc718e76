package billing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"entgo.io/ent/dialect/sql"

	"ponte/billing/outgoing"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/webhookdelivery"
	"ponte/ent/db/webhookendpoint"
	"ponte/ent/schema"
)

// NewWebhookEndpoint is the input of Service.CreateWebhookEndpoint.
type NewWebhookEndpoint struct {
	Name   string
	URL    string
	Types  []string // empty for all
	Active bool
}

// WebhookEndpointChange is the input of Service.UpdateWebhookEndpoint; what is nil
// stays.
type WebhookEndpointChange struct {
	ID     string
	Name   *string
	URL    *string
	Types  []string
	Active *bool
}

// WebhookSaved is an endpoint, with the signing secret when one was made for it.
type WebhookSaved struct {
	Endpoint *db.WebhookEndpoint
	Secret   string
}

const (
	maxEndpoints     = 20
	maxEndpointTests = 6 // in a minute, of one endpoint
	maxSecretOverlap = 7 * 24 * time.Hour
)

var newEndpointID = schema.NewID("whe")

// webhookSecrets is what is kept unreadable of an endpoint.
type webhookSecrets struct {
	Current  string `json:"current"`
	Previous string `json:"previous,omitempty"`
}

func (s *Service) sealWebhook(id string, secrets webhookSecrets) ([]byte, error) {
	plain, err := json.Marshal(secrets) //nolint:gosec // it is sealed in the next step
	if err != nil {
		return nil, err
	}
	return s.Seal.Seal(string(plain), "webhook/"+id), nil
}

func (s *Service) openWebhook(of *db.WebhookEndpoint) (secrets webhookSecrets, err error) {
	plain, err := s.Seal.Open(of.Sealed, "webhook/"+of.ID)
	if err != nil {
		return secrets, fmt.Errorf("open %s: %w", of.ID, err)
	}
	return secrets, json.Unmarshal([]byte(plain), &secrets)
}

// signingSecrets are those that sign now, the newest first.
func (s *Service) signingSecrets(of *db.WebhookEndpoint) ([]string, error) {
	secrets, err := s.openWebhook(of)
	if err != nil {
		return nil, err
	}
	if secrets.Previous != "" && of.PreviousUntil != nil && s.Now().Before(*of.PreviousUntil) {
		return []string{secrets.Current, secrets.Previous}, nil
	}
	return []string{secrets.Current}, nil
}

// CreateWebhookEndpoint makes an endpoint and its signing secret.
func (s *Service) CreateWebhookEndpoint(ctx context.Context, input NewWebhookEndpoint) (saved *WebhookSaved, err error) {
	if err := s.checkWebhook(input).orNil(); err != nil {
		return nil, err
	}
	id, secret := newEndpointID(), outgoing.NewWebhookSecret()
	sealed, err := s.sealWebhook(id, webhookSecrets{Current: secret})
	if err != nil {
		return nil, err
	}
	err = s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		count, err := tx.WebhookEndpoint.Query().Count(ctx)
		if err != nil {
			return err
		}
		if count >= maxEndpoints {
			return refuse("TOO_MANY", "", "São no máximo 20 webhooks: exclua um que não usa mais.", "There are at most 20 webhooks: delete one that is no longer used.")
		}
		made, err := tx.WebhookEndpoint.Create().SetID(id).SetName(given(&input.Name)).SetURL(given(&input.URL)).SetTypes(kept(input.Types)).
			SetActive(input.Active).SetSealed(sealed).SetSecretAt(s.Now()).SetCreatedAt(s.Now()).Save(ctx)
		saved = &WebhookSaved{Endpoint: made, Secret: secret}
		return err
	})
	if err != nil {
		return nil, err
	}
	return saved, nil
}

// checkWebhook finds what is wrong with an endpoint's settings.
func (s *Service) checkWebhook(input NewWebhookEndpoint) Refusal {
	var found Refusal
	switch name := given(&input.Name); {
	case name == "":
		found.add("REQUIRED", "name", "Dê um nome ao webhook, por exemplo o do aplicativo.", "Give the webhook a name, for example the app's.")
	case utf8.RuneCountInString(name) > maxChannelName:
		found.add("TOO_LONG", "name", "O nome tem no máximo 60 letras.", "The name has at most 60 letters.")
	}
	if given(&input.URL) == "" {
		found.add("REQUIRED", "url", "Informe o endereço do aplicativo.", "Give the app's address.")
	} else {
		s.checkURL(&found, "url", given(&input.URL))
	}
	for i, name := range input.Types {
		if !slices.ContainsFunc(WebhookEventTypes, func(one *WebhookEventType) bool { return one.Name == name }) {
			found.add("EVENT_UNKNOWN", "types."+strconv.Itoa(i), "Este tipo de evento não existe: escolha um da lista.", "There is no such type of event: choose one of the list.")
		}
	}
	return found
}

// lockEndpoint locks an endpoint against other changes, and not against new events:
// what they belong to may not wait for anything here.
func lockEndpoint(ctx context.Context, tx *db.Tx, id string) (*db.WebhookEndpoint, error) {
	found, err := tx.WebhookEndpoint.Query().Where(webhookendpoint.ID(id)).ForUpdate(sql.WithLockClause("FOR NO KEY UPDATE")).Only(ctx)
	if db.IsNotFound(err) {
		return nil, notFound("id", "O webhook", "The webhook")
	}
	return found, err
}

// UpdateWebhookEndpoint changes an endpoint.
func (s *Service) UpdateWebhookEndpoint(ctx context.Context, input WebhookEndpointChange) (saved *WebhookSaved, err error) {
	err = s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := lockEndpoint(ctx, tx, input.ID)
		if err != nil {
			return err
		}
		wanted := input.over(before)
		if err := s.checkWebhook(wanted).orNil(); err != nil {
			return err
		}
		change := tx.WebhookEndpoint.UpdateOne(before).SetName(given(&wanted.Name)).SetURL(given(&wanted.URL)).SetTypes(kept(wanted.Types)).SetActive(wanted.Active)
		if wanted.Active && !before.Active {
			change.ClearDisabledReason().ClearDisabledAt().ClearFailingSince()
		}
		after, err := change.Save(ctx)
		if err != nil {
			return err
		}
		saved = &WebhookSaved{Endpoint: after}
		return s.followEndpoint(ctx, tx, before, after)
	})
	return saved, err
}

// over answers the endpoint as it is to be.
func (c WebhookEndpointChange) over(before *db.WebhookEndpoint) NewWebhookEndpoint {
	wanted := NewWebhookEndpoint{Name: before.Name, URL: before.URL, Types: before.Types, Active: before.Active}
	if c.Name != nil {
		wanted.Name = *c.Name
	}
	if c.URL != nil {
		wanted.URL = *c.URL
	}
	if c.Types != nil {
		wanted.Types = c.Types
	}
	if c.Active != nil {
		wanted.Active = *c.Active
	}
	return wanted
}

// followEndpoint has what waits, and what was told of the endpoint, keep to its new
// settings.
func (s *Service) followEndpoint(ctx context.Context, tx *db.Tx, before, after *db.WebhookEndpoint) error {
	switch {
	case !after.Active && before.Active:
		if err := s.dropDeliveries(ctx, tx, after.ID); err != nil {
			return err
		}
		return s.resolveEndpoint(ctx, tx, after.ID)
	case after.Active && !before.Active:
		return s.resolveEndpoint(ctx, tx, after.ID)
	case after.URL != before.URL:
		return hurryDeliveries(ctx, tx, after.ID)
	}
	return nil
}

// DeleteWebhookEndpoint forgets an endpoint, its secret and what was sent to it.
func (s *Service) DeleteWebhookEndpoint(ctx context.Context, id string) error {
	return s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := lockEndpoint(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.resolveEndpoint(ctx, tx, id); err != nil {
			return err
		}
		return tx.WebhookEndpoint.DeleteOne(found).Exec(ctx)
	})
}

// RotateWebhookSecret gives an endpoint another secret. The present one signs beside
// it during the overlap, so that the app can change over without losing anything.
func (s *Service) RotateWebhookSecret(ctx context.Context, id string, overlap time.Duration) (saved *WebhookSaved, err error) {
	if overlap < 0 || overlap > maxSecretOverlap {
		return nil, refuse("OUT_OF_RANGE", "overlapSeconds", "O segredo de agora pode valer por mais 7 dias, no máximo.", "The present secret can sign for 7 more days at most.")
	}
	err = s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		of, err := lockEndpoint(ctx, tx, id)
		if err != nil {
			return err
		}
		present, err := s.openWebhook(of)
		if err != nil {
			return err
		}
		next := webhookSecrets{Current: outgoing.NewWebhookSecret()}
		change := tx.WebhookEndpoint.UpdateOne(of).SetSecretAt(s.Now())
		if overlap > 0 {
			next.Previous = present.Current
			change.SetPreviousUntil(s.Now().Add(overlap))
		} else {
			change.ClearPreviousUntil()
		}
		sealed, err := s.sealWebhook(id, next)
		if err != nil {
			return err
		}
		after, err := change.SetSealed(sealed).Save(ctx)
		saved = &WebhookSaved{Endpoint: after, Secret: next.Current}
		return err
	})
	if err != nil {
		return nil, err
	}
	return saved, nil
}

// WebhookTest is what a test found.
type WebhookTest struct {
	Delivery *db.WebhookDelivery
	Problem  *provider.Error // nil when the app took the event
	Took     time.Duration
}

// TestWebhookEndpoint sends an event of the type endpoint.test now and answers what
// happened. It works for an endpoint that is off, too.
func (s *Service) TestWebhookEndpoint(ctx context.Context, id string) (*WebhookTest, error) {
	claimed, err := s.claimWebhookTest(ctx, id)
	if err != nil {
		return nil, err
	}
	hook, err := s.prepareDelivery(ctx, claimed)
	if err != nil {
		return nil, err
	}
	test, started := &WebhookTest{}, time.Now()
	if test.Problem, err = s.postDelivery(ctx, claimed, *hook); err != nil {
		return nil, err
	}
	test.Took = time.Since(started)
	test.Delivery, err = s.DB.WebhookDelivery.Get(ctx, claimed.id)
	return test, err
}

// claimWebhookTest writes a test event that this caller may send.
func (s *Service) claimWebhookTest(ctx context.Context, id string) (claimed claimedDelivery, err error) {
	err = s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := lockEndpoint(ctx, tx, id); err != nil {
			return err
		}
		lately, err := tx.WebhookDelivery.Query().Where(webhookdelivery.EndpointID(id), webhookdelivery.Type(EventTest), webhookdelivery.CreatedAtGT(s.Now().Add(-time.Minute))).Count(ctx)
		if err != nil {
			return err
		}
		if lately >= maxEndpointTests {
			return refuse("TOO_MANY", "id", "São no máximo 6 testes por minuto: espere um pouco.", "At most 6 tests a minute: wait a little.")
		}
		eventID, err := s.writeEvent(ctx, tx, EventTest, id, map[string]string{"endpointId": id})
		if err != nil {
			return err
		}
		claimed = claimedDelivery{id: deliveryID(eventID, id), endpointID: id, tries: 1}
		_, err = tx.ExecContext(ctx, `INSERT INTO webhook_deliveries (id, endpoint_id, event_id, type, state, tries, next_try_at, created_at)
			VALUES ($1, $2, $3, $4, 'SENDING', 1, now() + $5 * interval '1 microsecond', $6)`, claimed.id, id, eventID, EventTest, s.sendingTime().Microseconds(), s.Now())
		return err
	})
	return claimed, err
}

// ResendWebhookDelivery sends a delivery once more, also one that was taken. Its
// tries begin anew.
func (s *Service) ResendWebhookDelivery(ctx context.Context, id string) (*db.WebhookDelivery, error) {
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := tx.WebhookDelivery.Get(ctx, id)
		if db.IsNotFound(err) {
			return notFound("id", "A entrega", "The delivery")
		}
		if err != nil {
			return err
		}
		of, err := lockEndpoint(ctx, tx, found.EndpointID)
		if err != nil {
			return err
		}
		if !of.Active && found.Type != EventTest {
			return endpointOff("id")
		}
		if _, err := tx.ExecContext(ctx, resend, id); err != nil {
			return err
		}
		return ring(ctx, tx, topicWebhooks)
	})
	if err != nil {
		return nil, err
	}
	return s.DB.WebhookDelivery.Get(ctx, id)
}

func endpointOff(field string) error {
	return refuse("ENDPOINT_OFF", field, "O webhook está desligado: ligue-o antes.", "The webhook is off: switch it on first.")
}

// resend makes a delivery due as if it had not been tried, whether it waits or has ended. One
// that is being sent just now is left alone.
const resend = `UPDATE webhook_deliveries SET state = 'WAITING', tries_before = tries, next_try_at = now(), finished_at = NULL
	WHERE state <> 'SENDING' AND id = $1`

// ReplayWebhookEvents sends every event of an endpoint's types since a moment once
// more, and answers how many.
func (s *Service) ReplayWebhookEvents(ctx context.Context, id string, since time.Time) (of *db.WebhookEndpoint, count int, err error) {
	if since.After(s.Now()) || since.Before(s.Now().Add(-KeptFor)) {
		return nil, 0, refuse("OUT_OF_RANGE", "since", "Escolha um momento dos últimos 30 dias: o que é mais antigo já foi esquecido.", "Choose a moment of the last 30 days: what is older is forgotten.")
	}
	err = s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if of, err = lockEndpoint(ctx, tx, id); err != nil {
			return err
		}
		if !of.Active {
			return endpointOff("id")
		}
		result, err := tx.ExecContext(ctx, replay, id, since, EventTest)
		if err != nil {
			return fmt.Errorf("replay to %s: %w", id, err)
		}
		affected, err := result.RowsAffected()
		count = int(affected)
		return errors.Join(err, ring(ctx, tx, topicWebhooks))
	})
	return of, count, err
}

// replay writes the deliveries that are not there yet, and has those that are there
// sent once more.
const replay = newDeliveries + `e.id = $1 AND v.created_at >= $2 AND v.type <> $3 ORDER BY v.id
	ON CONFLICT (id) DO UPDATE SET state = 'WAITING', tries_before = webhook_deliveries.tries, next_try_at = now(), finished_at = NULL
	WHERE webhook_deliveries.state <> 'SENDING'`

// isGone tells that an app no longer wants to be told.
func isGone(problem *provider.Error) bool { return problem.HTTPStatus == http.StatusGone }
