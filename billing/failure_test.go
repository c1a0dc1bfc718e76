package billing_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/db"
	"ponte/ent/enum"
	"ponte/server/sandbox"
)

// heard answers what a person was told, like "OPENED gerencianet.4600210".
func heard(w *billingtest.World, person *db.User) []string {
	w.Helper()
	told := []string{}
	for _, one := range w.Heard(person.ID) {
		told = append(told, string(one.Kind)+" "+one.Edges.Failure.Code)
	}
	return told
}

func assertHeard(w *billingtest.World, person *db.User, want ...string) {
	w.Helper()
	if got := heard(w, person); fmt.Sprint(got) != fmt.Sprint(want) {
		w.Errorf("%s heard %v, not %v", person.Name, got, want)
	}
}

// refusal makes the simulator refuse with one of the provider's codes.
func refusal(route string, code int) billingtest.Fault {
	return billingtest.Fault{Route: route, Kind: "status", Status: 400,
		Body: fmt.Sprintf(`{"code":%d,"error":"validation_error","error_description":{"property":"/payment/banking_billet/customer/phone_number","message":"recusado"}}`, code)}
}

func TestRefusedByTheProvider(t *testing.T) {
	t.Parallel()
	for code, route := range map[int]string{4600210: issueRoute, 4600222: issueRoute, 3500034: reserveRoute, 4600142: issueRoute} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			w := billingtest.New(t)
			one, two, other := w.User(enum.RoleFinance), w.User(enum.RoleOperator), w.User(enum.RoleOwner)
			w.Ready(one, two)
			w.FailGerencianet(refusal(route, code))
			c := sell(w, 1)[0]
			w.UntilStatus(c.ID, enum.ChargeFailed)
			name := fmt.Sprintf("gerencianet.%d", code)
			told := w.UntilFailure(name)
			if told.Cause.PT == "" || told.Remedy.PT == "" || told.SubjectID != c.ID || told.State != enum.FailureOpen || *told.ProviderCode != fmt.Sprint(code) {
				t.Errorf("told %+v", told)
			}
			if want := "/customers/" + c.CustomerID; *told.MendPath != want {
				t.Errorf("mended on %s, not %s", *told.MendPath, want)
			}
			w.Must(second(w.ChangeDueDate(w.Context(), c.ID, w.DueIn(12))))
			w.Must(second(w.RetryFailure(w.Context(), told.ID)))
			if got := w.UntilStatus(c.ID, enum.ChargeWaiting).DueDate; got != w.DueIn(12) {
				t.Errorf("due on %s", got)
			}
			quiet(w)
			for _, person := range []*db.User{one, two} {
				assertHeard(w, person, "OPENED "+name, "RESOLVED "+name)
			}
			assertHeard(w, other)
		})
	}
	t.Run("cancelled instead of corrected", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		w.FailGerencianet(refusal(issueRoute, 4600210))
		c := sell(w, 1)[0]
		w.UntilStatus(c.ID, enum.ChargeFailed)
		told := w.UntilFailure("gerencianet.4600210")
		w.Must(second(w.CancelCharge(w.Context(), c.ID)))
		w.UntilStatus(c.ID, enum.ChargeCanceled)
		w.Until("the failure is over", func() bool { return w.FailureNow(told.ID).State == enum.FailureResolved })
		quiet(w)
	})
	t.Run("several are tried again at once", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		fault := refusal(issueRoute, 4600210)
		fault.Count = 3
		w.FailGerencianet(fault)
		charges := sell(w, 3)
		w.Until("all are told", func() bool { return len(w.Failures()) == 3 })
		w.UntilIdle()
		var ids []string
		for _, one := range w.Failures() {
			ids = append(ids, one.ID)
		}
		refused(t, second(w.RetryFailures(w.Context(), append(ids, "flr_of_nobody"))), "NOT_FOUND")
		untilWaiting(w, charges)
		quiet(w)
		refused(t, second(w.RetryFailures(w.Context(), ids)), "FAILURE_NOT_RETRYABLE")
		refused(t, second(w.RetryFailures(w.Context(), nil)), "TOO_MANY")
	})
	t.Run("ignored with a reason", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t)
		person := w.User(enum.RoleFinance)
		w.Ready(person)
		w.FailGerencianet(refusal(reserveRoute, 3500034))
		w.UntilStatus(sell(w, 1)[0].ID, enum.ChargeFailed)
		told := w.UntilFailure("gerencianet.3500034")
		refused(t, second(w.AcknowledgeFailures(w.Context(), []string{told.ID}, billingtest.Ref(" "))), "REQUIRED")
		ctx := billing.WithActor(w.Context(), billing.Actor{UserID: person.ID})
		w.Must(second(w.AcknowledgeFailures(ctx, []string{told.ID}, billingtest.Ref("cliente desistiu"))))
		if now := w.FailureNow(told.ID); now.State != enum.FailureIgnored || *now.Reason != "cliente desistiu" || *now.HandledByID != person.ID {
			t.Errorf("%+v", now)
		}
	})
	t.Run("left alone by those who do not hear of it", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t)
		w.Ready(w.User(enum.RoleFinance))
		w.FailGerencianet(refusal(issueRoute, 4600210))
		sold := sell(w, 1)
		told := w.UntilFailure("gerencianet.4600210")
		w.UntilIdle()
		ctx := billing.WithActor(w.Context(), billing.Actor{UserID: w.User(enum.RoleOwner).ID})
		refused(t, second(w.RetryFailure(ctx, told.ID)), "NOT_FOUND")
		refused(t, second(w.RetryFailures(ctx, []string{told.ID})), "NOT_FOUND")
		shown, err := w.AcknowledgeFailures(ctx, []string{told.ID}, billingtest.Ref("não é comigo"))
		w.Must(err)
		if now := w.FailureNow(told.ID); len(shown) > 0 || now.State != enum.FailureOpen || w.DB.Charge.GetX(w.Context(), sold[0].ID).Status != enum.ChargeFailed {
			t.Errorf("%d shown, %+v", len(shown), now)
		}
	})
}

func TestProviderDown(t *testing.T) {
	t.Parallel()
	t.Run("one failure however many charges wait, and one resolution", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t)
		person := w.User(enum.RoleFinance)
		w.Ready(person)
		w.FailGerencianet(billingtest.Fault{Route: "POST /v1/authorize", Kind: "status", Status: 503, Count: billingtest.Forever})
		w.FailGerencianet(billingtest.Fault{Kind: "unauthorized", Count: billingtest.Forever}) // the token that is held ends
		charges := sell(w, 5)
		told := w.UntilFailure("gerencianet.3500000")
		if told.State != enum.FailureRetrying || told.SubjectID != "" || len(w.Failures()) != 1 {
			t.Errorf("told %+v of %d", told, len(w.Failures()))
		}
		w.Mend()
		untilWaiting(w, charges)
		quiet(w)
		assertHeard(w, person, "OPENED "+told.Code, "RESOLVED "+told.Code)
	})
	t.Run("what fails alone while others are answered is told alone", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t)
		person := w.User(enum.RoleFinance)
		w.Ready(person)
		w.FailGerencianet(billingtest.Fault{Route: "GET /v1/notification/:token", Kind: "status", Status: 503, Count: billingtest.Forever})
		untilWaiting(w, sell(w, 1))
		w.UntilFailure("gerencianet.3500000") // nobody else has asked yet: it may be all of it
		w.CallbackMode("lose")
		alone := func(f *db.Failure) bool { return strings.HasPrefix(f.CauseKey, "operation:READ_NOTICE:") }
		w.Until("its notification is told", func() bool {
			untilWaiting(w, sell(w, 1))
			return slices.ContainsFunc(w.Failures(), alone)
		})
		for range 10 {
			untilWaiting(w, sell(w, 1))
		}
		for _, one := range w.Failures() {
			if want := map[bool]enum.FailureState{true: enum.FailureRetrying, false: enum.FailureResolved}[alone(one)]; one.State != want {
				t.Errorf("%s is %s", one.CauseKey, one.State)
			}
		}
		if len(w.Failures()) > 3 { // an answer that was on its way may have ended the first one
			t.Errorf("failures %+v", w.Failures())
		}
		w.Mend()
		quiet(w)
		w.Until("it is over", func() bool {
			return !slices.ContainsFunc(w.Failures(), func(f *db.Failure) bool { return f.State != enum.FailureResolved })
		})
	})
	t.Run("unreachable", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t)
		person := w.User(enum.RoleFinance)
		w.Ready(person)
		w.FailGerencianet(billingtest.Fault{Kind: "drop_before", Count: billingtest.Forever})
		charges := sell(w, 3)
		told := w.UntilFailure("gerencianet.unavailable")
		w.Mend()
		untilWaiting(w, charges)
		quiet(w)
		w.Until("it is told to be over", func() bool { return w.FailureNow(told.ID).State == enum.FailureResolved })
		assertHeard(w, person, "OPENED gerencianet.unavailable", "RESOLVED gerencianet.unavailable")
	})
	t.Run("wrong credentials: one failure, and work goes on when they are mended", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.WithTiming(func(timing *billing.Timing) { timing.RetryMax = 3_600_000 * ms; timing.RetryBase = 3_600_000 * ms }))
		person := w.User(enum.RoleFinance)
		w.Ready(person)
		w.Must(second(w.SaveGerencianet(w.Context(), billing.GerencianetSettings{ClientSecret: billingtest.Ref("Client_Secret_wrong")})))
		charges := sell(w, 4)
		told := w.UntilFailure("gerencianet.auth")
		w.Until("all have tried", func() bool {
			var tried int
			w.Must(w.Pool.QueryRow("SELECT count(*) FROM operations WHERE kind = 'ISSUE_CHARGE' AND tries = 1 AND state = 'QUEUED'").Scan(&tried))
			return tried == 4
		})
		if len(w.Failures()) != 1 || told.State != enum.FailureOpen || w.FailureNow(told.ID).Count != 4 {
			t.Errorf("told %+v", w.Failures())
		}
		w.Must(second(w.SaveGerencianet(w.Context(), billing.GerencianetSettings{ClientSecret: billingtest.Ref(sandbox.DemoClientSecret)})))
		w.Must(second(w.TestIntegration(w.Context(), enum.Gerencianet)))
		untilWaiting(w, charges)
		w.Until("it is told to be over", func() bool { return w.FailureNow(told.ID).State == enum.FailureResolved })
		assertHeard(w, person, "OPENED "+told.Code, "RESOLVED "+told.Code)
	})
	t.Run("an integration-wide failure is retried at once by hand", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.WithTiming(func(timing *billing.Timing) { timing.RetryMax = 3_600_000 * ms; timing.RetryBase = 3_600_000 * ms })).Ready()
		w.FailGerencianet(refusal(reserveRoute, 4600033))
		charges := sell(w, 1)
		told := w.UntilFailure("gerencianet.4600033")
		w.Must(second(w.RetryFailure(w.Context(), told.ID)))
		untilWaiting(w, charges)
		quiet(w)
	})
}
