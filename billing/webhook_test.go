package billing_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/billing/outgoing"
	"ponte/ent/db"
	"ponte/ent/db/webhookattempt"
	"ponte/ent/db/webhookdelivery"
	"ponte/ent/enum"
)

// hooked is a world with one endpoint and the app behind it.
type hooked struct {
	*billingtest.World
	app      *billingtest.Receiver
	endpoint *db.WebhookEndpoint
	secret   string
}

// newHooked makes a ready world whose app is told of some types; all without any.
func newHooked(t *testing.T, types []string, options ...billingtest.Option) *hooked {
	t.Helper()
	w := billingtest.New(t, options...).Ready()
	h := &hooked{World: w, app: billingtest.NewReceiver(t)}
	h.endpoint, h.secret = h.hook(h.app.URL+"/ponte?app=1", types...)
	return h
}

// hook makes one more endpoint.
func (h *hooked) hook(to string, types ...string) (*db.WebhookEndpoint, string) {
	h.Helper()
	saved, err := h.CreateWebhookEndpoint(h.Context(), billing.NewWebhookEndpoint{Name: " Loja ", URL: to, Types: types, Active: true})
	h.Must(err)
	return saved.Endpoint, saved.Secret
}

func (h *hooked) switchTo(active bool) {
	h.Helper()
	h.Must(second(h.UpdateWebhookEndpoint(h.Context(), billing.WebhookEndpointChange{ID: h.endpoint.ID, Active: &active})))
}

func (h *hooked) now() *db.WebhookEndpoint {
	h.Helper()
	found, err := h.DB.WebhookEndpoint.Get(h.Context(), h.endpoint.ID)
	h.Must(err)
	return found
}

// delivery answers the delivery of a type, which must be the only one.
func (h *hooked) delivery(kind string) *db.WebhookDelivery {
	h.Helper()
	found, err := h.DB.WebhookDelivery.Query().Where(webhookdelivery.EndpointID(h.endpoint.ID), webhookdelivery.Type(kind)).Only(h.Context())
	h.Must(err)
	return found
}

func (h *hooked) until(kind string, state enum.WebhookDeliveryState) *db.WebhookDelivery {
	h.Helper()
	h.Until(kind+" is "+string(state), func() bool {
		return h.DB.WebhookDelivery.Query().Where(webhookdelivery.EndpointID(h.endpoint.ID), webhookdelivery.Type(kind), webhookdelivery.StateEQ(state)).ExistX(h.Context())
	})
	return h.delivery(kind)
}

// due makes a delivery due, as if its wait had gone by.
func (h *hooked) due() {
	h.Helper()
	_, err := h.Pool.Exec("UPDATE webhook_deliveries SET next_try_at = now() WHERE state = 'WAITING'")
	h.Must(err)
}

// told is a payload as an app reads it.
type told struct {
	Type      string
	Timestamp time.Time
	Data      map[string]any
}

// tellings answers what an app was told, each webhook-id once.
func tellings(t testing.TB, app *billingtest.Receiver) (list []told) {
	t.Helper()
	seen := map[string]bool{}
	for _, one := range app.Got() {
		if id := one.Header.Get("webhook-id"); !seen[id] {
			seen[id] = true
			var read told
			if err := json.Unmarshal([]byte(one.Body), &read); err != nil {
				t.Fatal(err)
			}
			list = append(list, read)
		}
	}
	return list
}

func kinds(list []told) []string {
	var names []string
	for _, one := range list {
		names = append(names, one.Type)
	}
	slices.Sort(names)
	return names
}

// verify checks every request with a secret.
func verify(t testing.TB, app *billingtest.Receiver, secret string) {
	t.Helper()
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range app.Got() {
		if err := verifier.Verify([]byte(one.Body), one.Header); err != nil {
			t.Errorf("%v: %+v", err, one)
		}
	}
}

func TestWebhookEvents(t *testing.T) {
	t.Parallel()
	t.Run("the life of a charge and its sale, signed, with ids and amounts and nobody's data", func(t *testing.T) {
		t.Parallel()
		h := newHooked(t, nil)
		h.Tell(h.Service)
		sold, charges := h.Issued(10_000, 1)
		h.Pay(charges[0], billingtest.Payment{})
		h.UntilSale(sold.ID, enum.SaleApproved)
		want := []string{"charge.created", "charge.issued", "charge.paid", "sale.approved", "sale.created"}
		h.Until("the app is told", func() bool { return len(tellings(t, h.app)) >= len(want) })
		if got := kinds(tellings(t, h.app)); !slices.Equal(got, want) {
			t.Errorf("told %v", got)
		}
		verify(t, h.app, h.secret)
		buyer, err := h.DB.Customer.Get(h.Context(), sold.CustomerID)
		h.Must(err)
		for _, one := range tellings(t, h.app) {
			written, _ := json.Marshal(one)
			for _, private := range []string{buyer.Name, buyer.TaxID, buyer.Email} {
				if private != "" && strings.Contains(string(written), private) {
					t.Errorf("%s is in %s", private, written)
				}
			}
			if one.Type == "charge.paid" && (one.Data["id"] != charges[0].ID || one.Data["paidCents"] != 10_000.0 || one.Data["status"] != "PAID" || one.Data["saleId"] != sold.ID || one.Data["paidOn"] != string(h.Today())) {
				t.Errorf("%s", written)
			}
		}
	})
	t.Run("only what was chosen; failures without those of one person alone", func(t *testing.T) {
		t.Parallel()
		h := newHooked(t, []string{"failure.opened", "failure.resolved", "charge.failed"})
		h.Tell(h.Service)
		person := h.User(enum.RoleFinance)
		h.Must(second(h.SaveGerencianet(h.Context(), billing.GerencianetSettings{NotifiedUserIds: []string{person.ID}})))
		gone := billingtest.NewReceiver(t)
		gone.Status(http.StatusGone)
		webhook(h.World, person, gone.URL, nil) // its failure is the person's
		found := failCharge(h.World)
		h.UntilFailure("ponte.channel.dead")
		mend(h.World, found)
		want := []string{"charge.failed", "failure.opened", "failure.resolved"}
		h.Until("the app is told", func() bool { return len(tellings(t, h.app)) >= len(want) })
		assertSilent(h.World, h.app, len(want))
		list := tellings(t, h.app)
		if got := kinds(list); !slices.Equal(got, want) {
			t.Errorf("told %v", got)
		}
		for _, one := range list {
			if strings.HasPrefix(one.Type, "failure.") && (one.Data["id"] != found.ID || one.Data["code"] != found.Code || one.Data["subjectId"] != found.SubjectID) {
				t.Errorf("%+v", one)
			}
		}
	})
	t.Run("nothing is written while there is no endpoint", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		w.Charge(1_000)
		if n := w.DB.WebhookEvent.Query().CountX(w.Context()); n != 0 {
			t.Errorf("%d events", n)
		}
	})
	t.Run("what is taken back was never told", func(t *testing.T) {
		t.Parallel()
		h := newHooked(t, nil, billingtest.Still)
		_, err := h.Pool.Exec("ALTER TABLE operations ADD CONSTRAINT refused CHECK (kind <> 'ISSUE_CHARGE')") // the last row of the transaction
		h.Must(err)
		if _, err := h.CreateCharge(h.Context(), h.NewCharge(1_000)); err == nil {
			t.Fatal("it was made")
		}
		if n := h.DB.WebhookEvent.Query().CountX(h.Context()); n != 0 {
			t.Errorf("%d events of what was not", n)
		}
	})
}

// TestWebhookInvoice tells of a nota fiscal.
func TestWebhookInvoice(t *testing.T) {
	t.Parallel()
	h := newHooked(t, []string{"invoice.issued"})
	h.Tell(h.Service)
	sold := soldInvoiced(h.World, h.Invoiced(59_90, enum.DocumentNFe, enum.TimingOnApproval))
	h.UntilInvoice(sold.ID, enum.InvoiceIssued)
	h.Until("the app is told", func() bool { return len(h.app.Got()) == 1 })
	one := tellings(t, h.app)[0]
	if one.Type != "invoice.issued" || one.Data["saleId"] != sold.ID || one.Data["state"] != "ISSUED" || one.Data["number"] == "" {
		t.Errorf("%+v", one)
	}
}

// TestWebhookOnce has processes die between the commit and the answer, and race.
func TestWebhookOnce(t *testing.T) {
	t.Parallel()
	t.Run("a process that dies after the commit loses nothing", func(t *testing.T) {
		t.Parallel()
		h := newHooked(t, []string{"charge.created"}, billingtest.Still)
		h.Must(second(h.CreateCharge(h.Context(), h.NewCharge(1_000)))) // nobody sends
		if got := h.delivery("charge.created"); got.State != enum.WebhookWaiting || got.Tries != 0 {
			t.Fatalf("%+v", got)
		}
		h.Tell(h.NewService(billingtest.Open(t, h.DatabaseURL), h.Timing))
		h.until("charge.created", enum.WebhookSent)
		assertSilent(h.World, h.app, 1)
	})
	t.Run("three processes race", func(t *testing.T) {
		t.Parallel()
		h := newHooked(t, []string{"charge.created"}, billingtest.Still)
		for range 3 {
			other := h.NewService(billingtest.Open(t, h.DatabaseURL), h.Timing)
			h.Listen(other)
			h.Tell(other)
		}
		var making sync.WaitGroup
		for range 3 { // each commit wakes all three
			making.Go(func() {
				for range 10 {
					h.Must(second(h.CreateCharge(h.Context(), h.NewCharge(1_000))))
				}
			})
		}
		making.Wait()
		h.Until("all are sent", func() bool {
			return h.DB.WebhookDelivery.Query().Where(webhookdelivery.StateEQ(enum.WebhookSent)).CountX(h.Context()) == 30
		})
		if got := h.app.Got(); len(got) != 30 || len(tellings(t, h.app)) != 30 {
			t.Errorf("%d requests, %d events", len(got), len(tellings(t, h.app)))
		}
	})
	for name, blocked := range map[string]bool{"while it sends": false, "after it has sent": true} {
		t.Run("a worker dies "+name, func(t *testing.T) {
			t.Parallel()
			h := newHooked(t, []string{"charge.created"}, billingtest.Still, billingtest.WithTiming(func(timing *billing.Timing) { timing.ProviderTimeout = 300 * ms }))
			h.app.Respond(func(http.ResponseWriter, int) { time.Sleep(100 * ms) })
			h.Must(second(h.CreateCharge(h.Context(), h.NewCharge(1_000))))
			pool := billingtest.Open(t, h.DatabaseURL)
			lost := h.NewService(pool, h.Timing)
			lost.Log = slog.New(slog.DiscardHandler)
			ctx, stop := context.WithCancel(h.Context())
			var ended sync.WaitGroup
			ended.Go(func() { lost.Dispatch(ctx) })
			h.Until("it is sent", func() bool { return len(h.app.Got()) == 1 })
			if blocked { // the answer is there, and can't be written
				release := h.lockEndpoint()
				untilBlocked(h.World)
				_ = pool.Close()
				h.Must(second(h.Pool.Exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")))
				release()
			}
			_ = pool.Close()
			stop()
			ended.Wait()
			h.Tell(h.Service)
			h.until("charge.created", enum.WebhookSent)
			got := h.app.Got()
			if len(got) != 2 || got[0].Body != got[1].Body || got[0].Header.Get("webhook-id") != got[1].Header.Get("webhook-id") {
				t.Errorf("%+v", got)
			}
			verify(t, h.app, h.secret)
		})
	}
	t.Run("a worker that comes back after its claim has lapsed writes nothing", func(t *testing.T) {
		t.Parallel()
		h := newHooked(t, []string{"charge.created"}, billingtest.Still, billingtest.WithTiming(func(timing *billing.Timing) { timing.ProviderTimeout = 300 * ms }))
		h.app.Respond(func(http.ResponseWriter, int) { time.Sleep(100 * ms) })
		h.Must(second(h.CreateCharge(h.Context(), h.NewCharge(1_000))))
		h.Tell(h.Service)
		h.Until("it is sent", func() bool { return len(h.app.Got()) == 1 })
		release := h.lockEndpoint()
		h.Tell(h.NewService(billingtest.Open(t, h.DatabaseURL), h.Timing))
		h.Until("it is claimed again", func() bool { return h.delivery("charge.created").Tries == 2 })
		release()
		sent := h.until("charge.created", enum.WebhookSent)
		time.Sleep(300 * ms)
		if attempts := h.DB.WebhookAttempt.Query().CountX(h.Context()); len(h.app.Got()) != 2 || attempts != 1 || sent.Tries != 2 {
			t.Errorf("%d requests, %d attempts, %d tries", len(h.app.Got()), attempts, sent.Tries)
		}
	})
	t.Run("an app that does not answer holds up no other", func(t *testing.T) {
		t.Parallel()
		h := newHooked(t, []string{"charge.created"}, billingtest.Still)
		slow := billingtest.NewReceiver(t)
		var busy, most atomic.Int64
		slow.Respond(func(http.ResponseWriter, int) {
			most.Store(max(most.Load(), busy.Add(1)))
			defer busy.Add(-1)
			time.Sleep(1200 * ms)
		})
		h.hook(slow.URL, "charge.created")
		for range 20 {
			h.Must(second(h.CreateCharge(h.Context(), h.NewCharge(1_000))))
		}
		h.Tell(h.Service)
		h.Until("the quick one has all", func() bool { return len(h.app.Got()) == 20 })
		if len(slow.Got()) == 20 || most.Load() > 4 {
			t.Errorf("%d to the slow one, %d at once", len(slow.Got()), most.Load())
		}
	})
}

// lockEndpoint keeps others from the endpoint's row until it is released.
func (h *hooked) lockEndpoint() (release func()) {
	h.Helper()
	tx, err := h.Pool.Begin()
	h.Must(err)
	h.Must(second(tx.Exec("SELECT 1 FROM webhook_endpoints WHERE id = $1 FOR NO KEY UPDATE", h.endpoint.ID)))
	return func() { h.Must(tx.Rollback()) }
}

// TestWebhookLocks makes a charge while a worker holds the endpoint: what is told waits
// for nothing of those who tell it.
func TestWebhookLocks(t *testing.T) {
	t.Parallel()
	h := newHooked(t, []string{"charge.created"}, billingtest.Still)
	h.app.Respond(func(http.ResponseWriter, int) { time.Sleep(200 * ms) })
	h.Must(second(h.CreateCharge(h.Context(), h.NewCharge(1_000))))
	h.Tell(h.Service)
	h.Until("it is sent", func() bool { return len(h.app.Got()) == 1 })
	tx, err := h.Pool.Begin()
	h.Must(err)
	defer func() { _ = tx.Rollback() }()
	h.Must(second(tx.Exec("SELECT 1 FROM webhook_deliveries FOR UPDATE")))
	untilBlocked(h.World) // it has locked the endpoint, and waits for the delivery
	ctx, stop := context.WithTimeout(h.Context(), 5*time.Second)
	defer stop()
	h.Must(second(h.CreateCharge(ctx, h.NewCharge(1_000))))
}

// TestWebhookTries lets about a day go by, wait by wait.
func TestWebhookTries(t *testing.T) {
	t.Parallel()
	aDay := billingtest.WithTiming(func(timing *billing.Timing) { timing.WebhookWaits = billing.DefaultTiming().WebhookWaits })
	t.Run("at least eight tries over about a day, then a failure", func(t *testing.T) {
		t.Parallel()
		h := newHooked(t, []string{"charge.created"}, billingtest.Still, aDay)
		h.app.Respond(func(rw http.ResponseWriter, _ int) {
			rw.WriteHeader(http.StatusInternalServerError)
			_, _ = fmt.Fprint(rw, strings.Repeat("x", 20_000))
		})
		h.Must(second(h.CreateCharge(h.Context(), h.NewCharge(1_000))))
		h.Tell(h.Service)
		var whole, last time.Duration
		for try := 1; ; try++ {
			h.Until(fmt.Sprintf("try %d", try), func() bool {
				got := h.delivery("charge.created")
				return got.Tries == try && got.State != enum.WebhookSending
			})
			got := h.delivery("charge.created")
			if got.State == enum.WebhookFailed {
				break
			}
			var seconds float64
			h.Must(h.Pool.QueryRow("SELECT EXTRACT(EPOCH FROM next_try_at - now()) FROM webhook_deliveries").Scan(&seconds))
			wait := time.Duration(seconds * float64(time.Second))
			if wait < last*9/10 {
				t.Errorf("wait %d is %s, after %s", try, wait, last)
			}
			whole, last = whole+wait, wait
			h.due()
		}
		got := h.delivery("charge.created")
		if got.Tries < 8 || whole < 20*time.Hour || whole > 30*time.Hour || *got.Status != 500 || got.FinishedAt == nil {
			t.Errorf("%d tries over %s: %+v", got.Tries, whole, got)
		}
		attempts := h.DB.WebhookAttempt.Query().Where(webhookattempt.DeliveryID(got.ID)).AllX(h.Context())
		if len(attempts) != got.Tries || len(attempts[0].ResponseBody) == 0 || len(attempts[0].ResponseBody) > 4<<10 || attempts[0].Request != "POST /ponte?app=1" || !strings.Contains(attempts[0].RequestBody, "charge.created") {
			t.Errorf("%d attempts: %+v", len(attempts), attempts[0])
		}
		told := h.UntilFailure("ponte.webhook.failing")
		if told.MendPath == nil || *told.MendPath != "/webhooks/"+h.endpoint.ID || !strings.Contains(told.Cause.PT, "Loja") {
			t.Errorf("%+v", told)
		}
		h.app.Status(http.StatusAccepted)
		h.Must(second(h.ResendWebhookDelivery(h.Context(), got.ID)))
		h.until("charge.created", enum.WebhookSent)
		if h.now().FailingSince != nil || h.FailureNow(told.ID).State != enum.FailureResolved {
			t.Errorf("it works: %+v, %s", h.now(), h.FailureNow(told.ID).State)
		}
	})
	t.Run("when the app is back, all that waits goes out", func(t *testing.T) {
		t.Parallel()
		h := newHooked(t, []string{"charge.created"}, billingtest.Still, aDay)
		h.app.Status(http.StatusServiceUnavailable)
		h.Tell(h.Service)
		for range 3 {
			h.Must(second(h.CreateCharge(h.Context(), h.NewCharge(1_000))))
		}
		h.Until("all were tried", func() bool { return len(h.app.Got()) == 3 })
		h.app.Status(http.StatusOK)
		h.Must(second(h.CreateCharge(h.Context(), h.NewCharge(1_000))))
		h.Until("all are sent", func() bool {
			return h.DB.WebhookDelivery.Query().Where(webhookdelivery.StateEQ(enum.WebhookSent)).CountX(h.Context()) == 4
		})
	})
	t.Run("a redirect is not followed", func(t *testing.T) {
		t.Parallel()
		h := newHooked(t, []string{"charge.created"}, billingtest.Still, aDay)
		other := billingtest.NewReceiver(t)
		h.app.Respond(func(rw http.ResponseWriter, _ int) {
			rw.Header().Set("Location", other.URL)
			rw.WriteHeader(http.StatusTemporaryRedirect)
		})
		h.Tell(h.Service)
		h.Must(second(h.CreateCharge(h.Context(), h.NewCharge(1_000))))
		h.Until("it was tried", func() bool { got := h.delivery("charge.created"); return got.Status != nil && *got.Status == 307 })
		assertSilent(h.World, other, 0)
	})
}

// TestWebhookDisabled has apps that are gone, or take nothing for days.
func TestWebhookDisabled(t *testing.T) {
	t.Parallel()
	t.Run("after days of nothing but failures; switched on again, and replayed", func(t *testing.T) {
		t.Parallel()
		h := newHooked(t, []string{"charge.created"}, billingtest.Still, billingtest.WithTiming(func(timing *billing.Timing) {
			timing.WebhookWaits = billing.DefaultTiming().WebhookWaits
		}))
		h.app.Status(http.StatusInternalServerError)
		h.Tell(h.Service)
		began := h.Clock()
		h.Must(second(h.CreateCharge(h.Context(), h.NewCharge(1_000))))
		h.Until("it fails", func() bool { return h.now().FailingSince != nil })
		h.Advance(2)
		h.Must(second(h.CreateCharge(h.Context(), h.NewCharge(1_000))))
		h.Until("it was tried again", func() bool { return len(h.app.Got()) == 2 })
		time.Sleep(100 * ms)
		if !h.now().Active {
			t.Fatal("it is off after two days")
		}
		h.Advance(2)
		h.due()
		told := h.UntilFailure("ponte.webhook.disabled")
		if got := h.now(); got.Active || *got.DisabledReason != enum.WebhookFailing || got.DisabledAt == nil {
			t.Errorf("%+v", got)
		}
		if told.SubjectID != h.endpoint.ID || *told.MendPath != "/webhooks/"+h.endpoint.ID || told.Integration != nil {
			t.Errorf("%+v", told)
		}
		h.Must(second(h.CreateCharge(h.Context(), h.NewCharge(1_000)))) // while it is off
		h.Until("nothing waits", func() bool {
			return !h.DB.WebhookDelivery.Query().Where(webhookdelivery.StateIn(enum.WebhookWaiting, enum.WebhookSending)).ExistX(h.Context())
		})
		refused(t, second(h.ResendWebhookDelivery(h.Context(), h.DB.WebhookDelivery.Query().FirstIDX(h.Context()))), "ENDPOINT_OFF")
		_, _, err := h.ReplayWebhookEvents(h.Context(), h.endpoint.ID, began.Add(-time.Second))
		refused(t, err, "ENDPOINT_OFF")
		h.app.Status(http.StatusOK)
		h.switchTo(true)
		if got := h.now(); !got.Active || got.DisabledReason != nil || got.FailingSince != nil || h.FailureNow(told.ID).State != enum.FailureResolved {
			t.Errorf("%+v, %s", got, h.FailureNow(told.ID).State)
		}
		_, count, err := h.ReplayWebhookEvents(h.Context(), h.endpoint.ID, began.Add(-time.Second))
		h.Must(err)
		h.Until("all are sent", func() bool {
			return h.DB.WebhookDelivery.Query().Where(webhookdelivery.StateEQ(enum.WebhookSent)).CountX(h.Context()) == 3
		})
		if count != 3 || len(tellings(t, h.app)) != 3 {
			t.Errorf("%d replayed, %d told", count, len(tellings(t, h.app)))
		}
	})
	t.Run("at once by 410 Gone", func(t *testing.T) {
		t.Parallel()
		h := newHooked(t, []string{"charge.created"}, billingtest.Still)
		h.app.Status(http.StatusGone)
		h.Tell(h.Service)
		h.Must(second(h.CreateCharge(h.Context(), h.NewCharge(1_000))))
		told := h.UntilFailure("ponte.webhook.gone")
		if got := h.now(); got.Active || *got.DisabledReason != enum.WebhookGone || len(h.app.Got()) != 1 || h.delivery("charge.created").State != enum.WebhookFailed {
			t.Errorf("%+v", got)
		}
		h.Must(h.DeleteWebhookEndpoint(h.Context(), h.endpoint.ID))
		if h.FailureNow(told.ID).State != enum.FailureResolved {
			t.Error("it is deleted, and its failure open")
		}
	})
	t.Run("by a person: what waits is dropped, and what comes is kept for a replay", func(t *testing.T) {
		t.Parallel()
		h := newHooked(t, []string{"charge.created"}, billingtest.Still)
		h.Must(second(h.CreateCharge(h.Context(), h.NewCharge(1_000))))
		h.switchTo(false)
		h.Tell(h.Service)
		h.Must(second(h.CreateCharge(h.Context(), h.NewCharge(1_000))))
		assertSilent(h.World, h.app, 0)
		if got := h.delivery("charge.created"); got.State != enum.WebhookDropped {
			t.Errorf("%+v", got)
		}
		h.switchTo(true)
		assertSilent(h.World, h.app, 0)
		_, count, err := h.ReplayWebhookEvents(h.Context(), h.endpoint.ID, h.Clock().Add(-time.Minute))
		h.Must(err)
		h.Until("both are told", func() bool { return len(tellings(t, h.app)) == 2 })
		if count != 2 {
			t.Errorf("%d", count)
		}
	})
}

func TestWebhookResend(t *testing.T) {
	t.Parallel()
	h := newHooked(t, []string{"charge.created"}, billingtest.Still)
	h.Tell(h.Service)
	h.Must(second(h.CreateCharge(h.Context(), h.NewCharge(1_000))))
	first := h.until("charge.created", enum.WebhookSent)
	h.Must(second(h.ResendWebhookDelivery(h.Context(), first.ID)))
	h.Until("it is sent again", func() bool { return h.delivery("charge.created").State == enum.WebhookSent && len(h.app.Got()) == 2 })
	if got := h.app.Got(); got[0].Header.Get("webhook-id") != got[1].Header.Get("webhook-id") || got[0].Body != got[1].Body {
		t.Errorf("%+v", got)
	}
	before := h.Clock()
	h.Must(second(h.CreateCharge(h.Context(), h.NewCharge(1_000))))
	h.Until("both are sent", func() bool {
		return h.DB.WebhookDelivery.Query().Where(webhookdelivery.StateEQ(enum.WebhookSent)).CountX(h.Context()) == 2
	})
	_, count, err := h.ReplayWebhookEvents(h.Context(), h.endpoint.ID, before)
	h.Must(err)
	h.Until("the second is told again", func() bool { return len(h.app.Got()) == 4 })
	if count != 1 {
		t.Errorf("%d replayed", count)
	}
	refused(t, second(h.ResendWebhookDelivery(h.Context(), "whd_none")), "NOT_FOUND")
	for _, since := range []time.Time{h.Clock().Add(time.Hour), h.Clock().AddDate(0, 0, -31)} {
		_, _, err := h.ReplayWebhookEvents(h.Context(), h.endpoint.ID, since)
		refused(t, err, "OUT_OF_RANGE")
	}
}

// TestWebhookSecret rotates the secret: both sign for a while, then the new one alone.
func TestWebhookSecret(t *testing.T) {
	t.Parallel()
	h := newHooked(t, []string{"charge.created"}, billingtest.Still)
	h.Tell(h.Service)
	saved, err := h.RotateWebhookSecret(h.Context(), h.endpoint.ID, 24*time.Hour)
	h.Must(err)
	h.Must(second(h.CreateCharge(h.Context(), h.NewCharge(1_000))))
	h.Until("it is told", func() bool { return len(h.app.Got()) == 1 })
	verify(t, h.app, h.secret)
	verify(t, h.app, saved.Secret)
	h.Advance(2)
	h.Must(second(h.CreateCharge(h.Context(), h.NewCharge(1_000))))
	h.Until("it is told again", func() bool { return len(h.app.Got()) == 2 })
	if signatures := strings.Fields(h.app.Got()[1].Header.Get("webhook-signature")); len(signatures) != 1 {
		t.Errorf("%v", signatures)
	}
	verify(t, h.app, saved.Secret)
	refused(t, second(h.RotateWebhookSecret(h.Context(), h.endpoint.ID, 8*24*time.Hour)), "OUT_OF_RANGE")
	dump := dumpAll(h.World)
	for _, secret := range []string{h.secret, saved.Secret} {
		if strings.Contains(dump, strings.TrimPrefix(secret, "whsec_")) {
			t.Error("a secret can be read in the database")
		}
	}
}

func TestWebhookTest(t *testing.T) {
	t.Parallel()
	h := newHooked(t, nil, billingtest.Still)
	h.switchTo(false)
	test, err := h.TestWebhookEndpoint(h.Context(), h.endpoint.ID)
	h.Must(err)
	if test.Problem != nil || test.Delivery.State != enum.WebhookSent || tellings(t, h.app)[0].Type != billing.EventTest {
		t.Errorf("%+v", test)
	}
	verify(t, h.app, h.secret)
	h.switchTo(true)
	h.app.Status(http.StatusForbidden)
	test, err = h.TestWebhookEndpoint(h.Context(), h.endpoint.ID)
	h.Must(err)
	if test.Problem == nil || test.Problem.Cause.PT == "" || test.Delivery.State != enum.WebhookFailed || *test.Delivery.Status != http.StatusForbidden || h.now().FailingSince != nil {
		t.Errorf("%+v, %+v", test.Problem, test.Delivery)
	}
	for range 4 {
		h.Must(second(h.TestWebhookEndpoint(h.Context(), h.endpoint.ID)))
	}
	refused(t, second(h.TestWebhookEndpoint(h.Context(), h.endpoint.ID)), "TOO_MANY")
	if len(h.Failures()) != 0 {
		t.Errorf("a test is no failure: %+v", h.Failures())
	}
	_, count, err := h.ReplayWebhookEvents(h.Context(), h.endpoint.ID, h.Clock().Add(-time.Hour))
	h.Must(err)
	if count != 0 {
		t.Errorf("%d tests were replayed", count)
	}
}

func TestWebhookRefusals(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t, billingtest.Still, billingtest.WithOutgoing(func(c *outgoing.Config) { c.Anywhere = false }))
	good := billing.NewWebhookEndpoint{Name: "Loja", URL: "https://loja.example/ponte", Types: []string{"charge.paid"}, Active: true}
	for code, change := range map[string]func(*billing.NewWebhookEndpoint){
		"REQUIRED":        func(e *billing.NewWebhookEndpoint) { e.Name = " " },
		"TOO_LONG":        func(e *billing.NewWebhookEndpoint) { e.Name = strings.Repeat("é", 61) },
		"ADDRESS_INVALID": func(e *billing.NewWebhookEndpoint) { e.URL = "http://loja.example" },
		"ADDRESS_PRIVATE": func(e *billing.NewWebhookEndpoint) { e.URL = "https://169.254.169.254/latest" },
		"EVENT_UNKNOWN":   func(e *billing.NewWebhookEndpoint) { e.Types = []string{"charge.paid", "charge.eaten"} },
	} {
		input := good
		change(&input)
		problem := refused(t, second(w.CreateWebhookEndpoint(w.Context(), input)), code)
		if len(problem.Field) == 0 {
			t.Errorf("%s names no field", code)
		}
	}
	// A name that leads inside is refused when it is called.
	input := good
	input.URL = "https://localhost:1/ponte"
	saved, err := w.CreateWebhookEndpoint(w.Context(), input)
	w.Must(err)
	test, err := w.TestWebhookEndpoint(w.Context(), saved.Endpoint.ID)
	w.Must(err)
	if test.Problem == nil || !strings.Contains(test.Problem.Cause.PT, "rede interna") {
		t.Errorf("%+v", test.Problem)
	}
	for range 19 {
		w.Must(second(w.CreateWebhookEndpoint(w.Context(), good)))
	}
	refused(t, second(w.CreateWebhookEndpoint(w.Context(), good)), "TOO_MANY")
	name := ""
	refused(t, second(w.UpdateWebhookEndpoint(w.Context(), billing.WebhookEndpointChange{ID: saved.Endpoint.ID, Name: &name})), "REQUIRED")
	refused(t, second(w.UpdateWebhookEndpoint(w.Context(), billing.WebhookEndpointChange{ID: "whe_none"})), "NOT_FOUND")
}

// TestTidy forgets what was sent a month ago, and nothing that is needed.
func TestTidy(t *testing.T) {
	t.Parallel()
	h := newHooked(t, []string{"charge.created"})
	person := h.User(enum.RoleFinance)
	h.Must(second(h.SaveGerencianet(h.Context(), billing.GerencianetSettings{NotifiedUserIds: []string{person.ID}})))
	heard := billingtest.NewReceiver(t)
	webhook(h.World, person, heard.URL, nil)
	h.Tell(h.Service)
	over, open := failCharge(h.World), failCharge(h.World)
	mend(h.World, over)
	untilTold(h.World, heard, opened(over), opened(open), resolved(over))
	h.Until("all are sent", func() bool { return len(h.app.Got()) == 2 })
	h.Until("all is written down", func() bool {
		return countOf(h.World, "SELECT (SELECT count(*) FROM webhook_deliveries WHERE state <> 'SENT') + (SELECT count(*) FROM messages WHERE state <> 'SENT')") == 0
	})
	h.Advance(29)
	h.Must(h.Tidy(h.Context()))
	if n := h.DB.WebhookDelivery.Query().CountX(h.Context()); n != 2 {
		t.Errorf("%d deliveries after 29 days", n)
	}
	h.Advance(2)
	h.Must(h.Tidy(h.Context()))
	for _, rows := range []string{"webhook_events WHERE type = 'charge.created'", "webhook_deliveries", "webhook_attempts"} {
		if n := countOf(h.World, "SELECT count(*) FROM "+rows); n != 0 {
			t.Errorf("%d rows of %s after a month", n, rows)
		}
	}
	if n := countOf(h.World, "SELECT count(*) FROM message_items i JOIN deliveries d ON d.id = i.delivery_id WHERE d.failure_id = $1", over.ID); n != 0 {
		t.Errorf("%d messages of what is over", n)
	}
	h.Must(second(h.CancelCharge(h.Context(), open.SubjectID)))
	untilTold(h.World, heard, opened(over), opened(open), resolved(over), resolved(open))
}
