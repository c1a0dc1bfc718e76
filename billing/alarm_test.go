package billing_test

import (
	"testing"
	"time"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/db"
	"ponte/ent/db/failure"
	"ponte/ent/enum"
)

// alarmWorld has an owner who hears of everything.
func alarmWorld(t *testing.T, change func(*billing.Timing), options ...billingtest.Option) (*billingtest.World, *db.User) {
	t.Helper()
	w := billingtest.New(t, append(options, billingtest.WithTiming(change))...)
	owner := w.User(enum.RoleOwner)
	return w.Ready(owner), owner
}

func open(w *billingtest.World, code string) int {
	return w.DB.Failure.Query().Where(failure.Code(code), failure.StateNEQ(enum.FailureResolved)).CountX(w.Context())
}

// watch looks several times, as several processes do.
func watch(w *billingtest.World) {
	w.Helper()
	for range 3 {
		w.Must(w.Watch(w.Context()))
	}
}

// anHourLater moves what the alarms count from an hour back, so that no test waits.
func anHourLater(w *billingtest.World) {
	w.Helper()
	for _, statement := range []string{
		`UPDATE integrations SET created_at = created_at - interval '1 hour', activated_at = activated_at - interval '1 hour',
			last_sweep_at = last_sweep_at - interval '1 hour', last_notice_at = last_notice_at - interval '1 hour'`,
		`UPDATE charges SET created_at = created_at - interval '1 hour'`,
		`UPDATE operations SET next_try_at = next_try_at - interval '1 hour' WHERE state = 'QUEUED'`,
	} {
		w.Must(second(w.Pool.Exec(statement)))
	}
}

func TestSilentProvider(t *testing.T) {
	t.Parallel()
	w, owner := alarmWorld(t, func(timing *billing.Timing) { timing.AlarmSilence = 10 * time.Minute })
	anHourLater(w)
	watch(w)
	assertHeard(w, owner) // nothing is open
	charge := w.Charge(5_000)
	w.UntilIdle()
	watch(w)
	assertHeard(w, owner) // it was told lately
	anHourLater(w)
	watch(w)
	if told := w.UntilFailure("ponte.alarm.no_notice"); told.Count != 1 || *told.Integration != enum.Gerencianet || *told.Environment != enum.EnvironmentSandbox {
		t.Errorf("%+v", told)
	}
	w.Pay(charge, billingtest.Payment{})
	w.UntilStatus(charge.ID, enum.ChargePaid)
	watch(w)
	assertHeard(w, owner, "OPENED ponte.alarm.no_notice", "RESOLVED ponte.alarm.no_notice")
	w.Charge(5_000)
	w.UntilIdle()
	w.Must(second(w.ActivateIntegration(w.Context(), enum.Gerencianet, false)))
	anHourLater(w)
	watch(w)
	if open(w, "ponte.alarm.no_notice") != 0 {
		t.Error("an integration that is off is an alarm")
	}
}

func TestSweepAlarm(t *testing.T) {
	t.Parallel()
	w, owner := alarmWorld(t, func(timing *billing.Timing) { timing.AlarmSweep = 10 * time.Minute })
	watch(w)
	assertHeard(w, owner)
	anHourLater(w)
	watch(w)
	assertHeard(w, owner, "OPENED ponte.alarm.sweep_late")
	w.Must(w.Sweep(w.Context()))
	w.UntilIdle()
	watch(w)
	assertHeard(w, owner, "OPENED ponte.alarm.sweep_late", "RESOLVED ponte.alarm.sweep_late")
}

func TestJobsAlarm(t *testing.T) {
	t.Parallel()
	w, owner := alarmWorld(t, func(timing *billing.Timing) { timing.AlarmJobs = 10 * time.Minute }, billingtest.Still)
	sell(w, 2)
	watch(w)
	assertHeard(w, owner)
	anHourLater(w)
	watch(w)
	assertHeard(w, owner, "OPENED ponte.alarm.jobs_late")
	w.Run(w.Service)
	w.UntilIdle()
	watch(w)
	assertHeard(w, owner, "OPENED ponte.alarm.jobs_late", "RESOLVED ponte.alarm.jobs_late")
}

func TestEndingAlarms(t *testing.T) {
	t.Parallel()
	w, owner := alarmWorld(t, func(*billing.Timing) {})
	app := w.User(enum.RoleOperator)
	setCertificate := func(days float64) {
		w.Must(second(w.Pool.Exec("UPDATE credentials SET expires_at = $1 WHERE name = 'pixCertificate'", w.Clock().Add(time.Duration(days*24)*time.Hour))))
	}
	const code = "ponte.alarm.certificate_ends"
	for i, days := range []float64{40, 29, 8, 6.5, 2, 0.5, -1} {
		setCertificate(days)
		watch(w)
		if want := []int{0, 1, 1, 2, 2, 3, 3}[i]; open(w, code) != want {
			t.Errorf("%v days before: %d instead of %d", days, open(w, code), want)
		}
	}
	setCertificate(300) // a new one
	watch(w)
	assertHeard(w, owner, "OPENED "+code, "OPENED "+code, "OPENED "+code, "RESOLVED "+code, "RESOLVED "+code, "RESOLVED "+code)

	token := w.DB.APIToken.Create().SetUserID(app.ID).SetName("Loja").SetHint("abcd").SetScopes([]enum.Scope{"SALES_READ"}).SetSecretHash([]byte{1}).
		SetOrigin("PANEL").SetExpiresAt(w.Clock().Add(5 * 24 * time.Hour)).SaveX(w.Context())
	watch(w)
	w.DB.APIToken.UpdateOne(token).SetRevokedAt(w.Clock()).ExecX(w.Context())
	watch(w)
	ends := "ponte.alarm.token_ends"
	assertHeard(w, app, "OPENED "+ends, "OPENED "+ends, "RESOLVED "+ends, "RESOLVED "+ends)
}
