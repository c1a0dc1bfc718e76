package billing_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/db"
	"ponte/ent/enum"
)

// secretOf is the unguessable part of a charge's callback address.
func secretOf(w *billingtest.World, c *db.Charge) string {
	w.Helper()
	address := w.ProviderCharge(c).NotificationURL
	return address[strings.LastIndex(address, "/")+1:]
}

func TestNotices(t *testing.T) {
	t.Parallel()
	t.Run("forged ones do nothing", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		c := w.Charge(5_000)
		quiet(w)
		before := w.Requests("gerencianet")["GET /v1/notification/:token"]
		secret := secretOf(w, c)
		for _, test := range []struct {
			secret, token string
			want          error
		}{
			{"wrong", "09027955-5e06-4ff0-a9c7-46b47b8f1b27", billing.ErrUnknownCallback},
			{"", "09027955-5e06-4ff0-a9c7-46b47b8f1b27", billing.ErrUnknownCallback},
			{secret, "", billing.ErrMalformedNotice},
			{secret, "../../charges", billing.ErrMalformedNotice},
			{secret, "09027955-5e06-4ff0-a9c7-46b47b8f1b27", nil}, // well formed, of nobody
		} {
			if err := w.ReceiveNotice(w.Context(), test.secret, test.token, "body", "203.0.113.7"); !errors.Is(err, test.want) {
				t.Errorf("%q %q: %v", test.secret, test.token, err)
			}
		}
		quiet(w)
		if asked := w.Requests("gerencianet")["GET /v1/notification/:token"] - before; asked != 1 {
			t.Errorf("the provider was asked %d times", asked)
		}
		if now := w.ChargeNow(c.ID); now.Status != enum.ChargeWaiting || len(w.Failures()) != 0 {
			t.Errorf("%+v, failures %+v", now, w.Failures())
		}
	})
	t.Run("a thousand copies are read a few times", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.WithTiming(func(timing *billing.Timing) { timing.NoticeInterval = 500 * ms })).Ready()
		c := w.Charge(5_000)
		quiet(w)
		w.Pay(c, billingtest.Silent())
		token, address := w.ProviderCharge(c).Token, w.ProviderCharge(c).NotificationURL
		before := w.Requests("gerencianet")["GET /v1/notification/:token"]
		var senders sync.WaitGroup
		for range 10 {
			senders.Go(func() {
				for range 100 {
					response, err := http.PostForm(address, url.Values{"notification": {token}})
					if err != nil || response.StatusCode != http.StatusOK {
						t.Errorf("%v %v", response, err)
						return
					}
					_ = response.Body.Close()
				}
			})
		}
		senders.Wait()
		http.DefaultClient.CloseIdleConnections()
		assertBooked(w, w.UntilStatus(c.ID, enum.ChargePaid), 5_000, 5_000, -billingtest.FeeCents)
		quiet(w)
		if asked := w.Requests("gerencianet")["GET /v1/notification/:token"] - before; asked > 30 {
			t.Errorf("the provider was asked %d times", asked)
		}
	})
	t.Run("a charge that is not ours is told once", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		c := w.Charge(5_000)
		quiet(w)
		w.Must(second(w.Pool.Exec("UPDATE charges SET reference = 'other', provider_id = '1' WHERE id = $1", c.ID)))
		w.Act(c, "overdue")
		w.UntilFailure("ponte.notice.unmatched")
	})
	t.Run("of an inactive integration they are read all the same", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		c := w.Charge(5_000)
		quiet(w)
		w.Must(second(w.ActivateIntegration(w.Context(), enum.Gerencianet, false)))
		refused(t, second(w.CreateSale(w.Context(), w.NewSale(5_000, 1))), "INTEGRATION_INACTIVE")
		w.Pay(c, billingtest.Payment{})
		w.UntilStatus(c.ID, enum.ChargePaid)
	})
	t.Run("the first sandbox charge opens the way to production", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		to := enum.EnvironmentProduction
		refused(t, second(w.SaveGerencianet(w.Context(), billing.GerencianetSettings{Environment: &to})), "SANDBOX_NOT_PROVEN")
		c := w.Charge(5_000)
		w.Until("the sandbox is proven", func() bool {
			settings, err := w.Integration(w.Context(), enum.Gerencianet)
			return err == nil && settings.SandboxProvenAt != nil
		})
		refused(t, second(w.SaveGerencianet(w.Context(), billing.GerencianetSettings{Environment: &to})), "CHARGES_OPEN")
		w.Must(second(w.CancelCharge(w.Context(), c.ID)))
		w.UntilStatus(c.ID, enum.ChargeCanceled)
		quiet(w)
		w.Must(second(w.SaveGerencianet(w.Context(), billing.GerencianetSettings{Environment: &to})))
	})
}

// TestStatusNeverGoesBack does at random what the payer, the bank and people can
// do to some charges, tells of it late, twice, in any order or not at all, and
// compares.
func TestStatusNeverGoesBack(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t).Ready()
	w.Control("PUT", "/gerencianet/settings", map[string]any{"bolix": false}, nil)
	w.Control("PUT", "/gerencianet/callbacks/settings", map[string]any{"duplicate": 1, "shuffle": true, "delayMs": 5}, nil)
	charges := make([]*db.Charge, 8)
	rapid.Check(t, func(r *rapid.T) {
		for i := range charges {
			started, err := w.CreateCharge(w.Context(), w.NewCharge(int64(rapid.IntRange(500, 1_000_000).Draw(r, "amount"))))
			w.Must(err)
			charges[i] = started.Charge
		}
		for i, c := range charges {
			charges[i] = w.UntilStatus(c.ID, enum.ChargeWaiting)
		}
		for range rapid.IntRange(8, 50).Draw(r, "steps") {
			live(w, r, rapid.SampledFrom(charges).Draw(r, "charge"))
		}
		w.Must(w.Sweep(w.Context()))
		w.UntilIdle()
		for _, c := range charges {
			resend(w, c)
		}
		quiet(w)
	})
}

// live lets something happen to a charge. The simulator refuses what its
// provider does not know.
func live(w *billingtest.World, r *rapid.T, c *db.Charge) {
	switch step := rapid.SampledFrom([]string{"pay", "overdue", "refund", "contest", "settle", "cancel", "sweep", "resend"}).Draw(r, "step"); step {
	case "sweep":
		w.Must(w.Sweep(w.Context()))
	case "resend":
		resend(w, c)
	default:
		notify := rapid.Bool().Draw(r, "notify")
		_ = w.TryControl("POST", fmt.Sprintf("/gerencianet/charges/%s/%s", *c.ProviderID, step), map[string]any{"notify": notify}, nil)
	}
}

func resend(w *billingtest.World, c *db.Charge) {
	if c.Method == enum.MethodPix {
		if received := w.ProviderPix(c).Received; len(received) > 0 {
			_ = w.TryControl("POST", "/pix/callbacks/resend", map[string]any{"e2eId": received[0].E2EID}, nil)
		}
		return
	}
	_ = w.TryControl("POST", "/gerencianet/callbacks/resend", map[string]any{"token": w.ProviderCharge(c).Token}, nil)
}

// TestEveryMethodAddsUp does the same to one charge of each method, with what
// people ask of us in between: refunds, cancels, settlements, other cards.
func TestEveryMethodAddsUp(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t).Ready().RegisteredPix()
	w.Control("PUT", "/gerencianet/settings", map[string]any{"bolix": false}, nil)
	w.Control("PUT", "/gerencianet/callbacks/settings", map[string]any{"duplicate": 1, "shuffle": true, "delayMs": 5}, nil)
	w.Control("PUT", "/pix/settings", map[string]any{"refundMs": 20}, nil)
	rapid.Check(t, func(r *rapid.T) {
		amount := int64(rapid.IntRange(2_000, 1_000_000).Draw(r, "amount"))
		_, _, charges := w.IssuedCarnet(3*amount, 3)
		charges = append(charges, w.ChargeOf(enum.MethodBoleto, amount), w.ChargeOf(enum.MethodLink, amount), w.ChargeOf(enum.MethodPix, amount))
		for _, input := range []billing.NewCharge{w.NewPix(amount, 3_600), w.NewCard(amount, rapid.SampledFrom([]string{
			billingtest.CardApproved, billingtest.CardRefused, billingtest.CardForbidden, billingtest.CardInAnalysis,
		}).Draw(r, "card"))} {
			charges = append(charges, w.Create(input))
		}
		w.UntilIdle()
		for i, c := range charges {
			charges[i] = w.ChargeNow(c.ID)
		}
		for range rapid.IntRange(10, 40).Draw(r, "steps") {
			happen(w, r, rapid.SampledFrom(charges).Draw(r, "charge"))
		}
		w.UntilIdle()
		w.Must(w.Sweep(w.Context()))
		w.UntilIdle()
		for _, c := range charges {
			resend(w, c)
		}
		quiet(w)
	})
}

// happen lets something happen to a charge of any method; what its status does not
// allow is refused, by us or by the simulator.
func happen(w *billingtest.World, r *rapid.T, c *db.Charge) {
	step := rapid.SampledFrom([]string{"outside", "outside", "pix", "refund", "part", "cancel", "settle", "card", "move", "carnet"}).Draw(r, "ours")
	var err error
	switch step {
	case "outside":
		if c.Method != enum.MethodPix {
			live(w, r, c)
		}
	case "pix":
		if c.Method == enum.MethodPix {
			_ = w.TryControl("POST", "/pix/charges/"+*c.ProviderID+"/"+rapid.SampledFrom([]string{"pay", "remove"}).Draw(r, "pix"), map[string]any{"notify": rapid.Bool().Draw(r, "notify")}, nil)
		}
	case "refund":
		err = second(w.RefundCharge(w.Context(), billing.NewRefund{ID: c.ID}))
	case "part":
		cents := int64(rapid.IntRange(1, 1_500).Draw(r, "cents"))
		err = second(w.RefundCharge(w.Context(), billing.NewRefund{ID: c.ID, AmountCents: &cents}))
	case "cancel":
		err = second(w.CancelCharge(w.Context(), c.ID))
	case "settle":
		err = second(w.SettleCharge(w.Context(), c.ID))
	case "card":
		err = second(w.RetryCardCharge(w.Context(), c.ID, w.CardToken(rapid.SampledFrom([]string{billingtest.CardApproved, billingtest.CardRefused}).Draw(r, "end")), nil))
	case "move":
		err = second(w.ChangeDueDate(w.Context(), c.ID, w.DueIn(rapid.IntRange(1, 60).Draw(r, "days"))))
	case "carnet":
		if c.CarnetID != nil {
			err = second(w.CancelCarnet(w.Context(), *c.CarnetID))
		}
	}
	if _, isRefusal := billing.AsRefusal(err); err != nil && !isRefusal {
		w.Fatal(err)
	}
}
