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
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/billing/brazil"
	"ponte/billing/outgoing"
	"ponte/ent/db"
	"ponte/ent/db/failure"
	"ponte/ent/db/message"
	"ponte/ent/db/messageitem"
	"ponte/ent/enum"
)

// tellingWorld is a ready world that sends messages, and the person who hears.
func tellingWorld(t *testing.T, options ...billingtest.Option) (*billingtest.World, *db.User) {
	t.Helper()
	w := billingtest.New(t, options...)
	person := w.User(enum.RoleFinance)
	w.Ready(person)
	w.Tell(w.Service)
	return w, person
}

// webhook is a channel that tells everything at once, as tests change it.
func webhook(w *billingtest.World, person *db.User, to string, change func(*billing.SaveChannel)) (*db.Channel, string) {
	w.Helper()
	input := billing.SaveChannel{Kind: enum.ChannelWebhook, Active: true, Address: &to, Pace: enum.PaceNow, DigestHour: 8, UrgentAtOnce: true}
	if change != nil {
		change(&input)
	}
	saved, err := w.SaveChannel(w.Context(), person.ID, input)
	w.Must(err)
	secret := ""
	if saved.NewSecret != nil {
		secret = *saved.NewSecret
	}
	return saved.Channel, secret
}

// change saves a channel anew.
func change(w *billingtest.World, c *db.Channel, change func(*billing.SaveChannel)) *db.Channel {
	w.Helper()
	input := billing.SaveChannel{ID: &c.ID, Name: &c.Name, Active: c.Active, Sources: c.Sources, Topics: c.Topics, Pace: c.Pace, DigestHour: c.DigestHour, QuietFrom: c.QuietFrom, QuietTo: c.QuietTo, UrgentAtOnce: c.UrgentAtOnce}
	change(&input)
	saved, err := w.SaveChannel(w.Context(), c.UserID, input)
	w.Must(err)
	return saved.Channel
}

// failCharge has the provider refuse a charge, and answers what was told of it.
func failCharge(w *billingtest.World) *db.Failure {
	w.Helper()
	fault := refusal(issueRoute, 4600210)
	fault.Count = billingtest.Forever // an answer may come too late, and be asked for again
	w.FailGerencianet(fault)
	c := sell(w, 1)[0]
	w.UntilStatus(c.ID, enum.ChargeFailed)
	w.Mend()
	told, err := w.DB.Failure.Query().Where(failure.SubjectID(c.ID)).Only(w.Context())
	w.Must(err)
	return told
}

// mend has it tried again, with success.
func mend(w *billingtest.World, told *db.Failure) {
	w.Helper()
	w.Must(second(w.RetryFailure(w.Context(), told.ID)))
	w.Until("it is over", func() bool { return w.FailureNow(told.ID).State == enum.FailureResolved })
}

// event is what a webhook tells of one failure.
type event struct {
	outgoing.Failure
	message string
}

// events answers what a receiver was told, each message once however often it came.
func events(w *billingtest.World, receiver *billingtest.Receiver) (told []event) {
	w.Helper()
	seen := map[string]bool{}
	for _, one := range receiver.Got() {
		id := one.Header.Get("webhook-id")
		if seen[id] {
			continue
		}
		seen[id] = true
		var payload struct {
			Data struct{ Failures []outgoing.Failure }
		}
		w.Must(json.Unmarshal([]byte(one.Body), &payload))
		for _, failed := range payload.Data.Failures {
			told = append(told, event{failed, id})
		}
	}
	return told
}

func names(told []event) []string {
	list := make([]string, len(told))
	for i, one := range told {
		list[i] = one.Event + " " + one.ID
	}
	return list
}

func untilTold(w *billingtest.World, receiver *billingtest.Receiver, want ...string) {
	w.Helper()
	w.Until(fmt.Sprintf("it is told %v", want), func() bool { return len(events(w, receiver)) >= len(want) })
	if got := names(events(w, receiver)); !slices.Equal(got, want) {
		w.Errorf("told %v, not %v", got, want)
	}
}

func opened(f *db.Failure) string   { return "OPENED " + f.ID }
func resolved(f *db.Failure) string { return "RESOLVED " + f.ID }

// assertSilent gives what must not happen a moment.
func assertSilent(w *billingtest.World, receiver *billingtest.Receiver, count int) {
	w.Helper()
	time.Sleep(300 * ms)
	if got := receiver.Got(); len(got) != count {
		w.Errorf("%d requests instead of %d: %+v", len(got), count, got)
	}
}

func TestChannels(t *testing.T) {
	t.Parallel()
	t.Run("opened and resolved, signed, once, with all that a person needs", func(t *testing.T) {
		t.Parallel()
		w, person := tellingWorld(t)
		mine, others := billingtest.NewReceiver(t), billingtest.NewReceiver(t)
		_, secret := webhook(w, person, mine.URL, nil)
		webhook(w, w.User(enum.RoleOwner), others.URL, nil) // who was not chosen
		told := failCharge(w)
		untilTold(w, mine, opened(told))
		mend(w, told)
		untilTold(w, mine, opened(told), resolved(told))
		first := events(w, mine)[0]
		if first.Environment != "Ambiente de testes" || first.Integration != "Gerencianet (Efí)" || !strings.HasPrefix(first.Object, "Cobrança ") || first.Cause == "" || first.Remedy == "" ||
			first.URL != w.PublicURL+"/failures/"+told.ID || first.Code != "gerencianet.4600210" {
			t.Errorf("told %+v", first)
		}
		verifier, err := standardwebhooks.NewWebhook(secret)
		w.Must(err)
		for _, one := range mine.Got() {
			w.Must(verifier.Verify([]byte(one.Body), one.Header))
		}
		assertSilent(w, mine, 2)
		assertSilent(w, others, 0)
	})
	t.Run("only the services and kinds that were chosen", func(t *testing.T) {
		t.Parallel()
		w, person := tellingWorld(t)
		all, vhsys, alarms := billingtest.NewReceiver(t), billingtest.NewReceiver(t), billingtest.NewReceiver(t)
		webhook(w, person, all.URL, func(c *billing.SaveChannel) {
			c.Sources, c.Topics = []enum.FailureSource{enum.SourceGerencianet}, []enum.FailureTopic{enum.TopicCharge}
		})
		webhook(w, person, vhsys.URL, func(c *billing.SaveChannel) { c.Sources = []enum.FailureSource{enum.SourceVhsys, enum.SourcePonte} })
		narrowed, _ := webhook(w, person, alarms.URL, func(c *billing.SaveChannel) {
			c.Topics = []enum.FailureTopic{enum.TopicAlarm, enum.TopicConnection, enum.TopicSale, enum.TopicInvoice}
		})
		told := failCharge(w)
		untilTold(w, all, opened(told))
		change(w, narrowed, func(c *billing.SaveChannel) { c.Topics = nil })
		mend(w, told)
		untilTold(w, all, opened(told), resolved(told))
		assertSilent(w, vhsys, 0)
		assertSilent(w, alarms, 0) // the end of what was not told there
	})
	t.Run("who is taken off the list hears nothing of what waits", func(t *testing.T) {
		t.Parallel()
		w, person := tellingWorld(t)
		receiver := billingtest.NewReceiver(t)
		c, _ := webhook(w, person, receiver.URL, func(c *billing.SaveChannel) { c.Pace = enum.PaceHourly })
		failCharge(w)
		w.Until("it waits", func() bool { return waiting(w, c) == 1 })
		w.Must(second(w.SaveGerencianet(w.Context(), billing.GerencianetSettings{NotifiedUserIds: []string{w.User(enum.RoleFinance).ID}})))
		change(w, c, func(c *billing.SaveChannel) { c.Pace = enum.PaceNow }) // it is due now
		w.Until("it is dropped", func() bool { return waiting(w, c) == 0 })
		assertSilent(w, receiver, 0)
	})
	t.Run("a channel that is off sends nothing, nor what came meanwhile", func(t *testing.T) {
		t.Parallel()
		w, person := tellingWorld(t)
		receiver := billingtest.NewReceiver(t)
		c, _ := webhook(w, person, receiver.URL, nil)
		c = change(w, c, func(c *billing.SaveChannel) { c.Active = false })
		first := failCharge(w)
		time.Sleep(200 * ms)
		change(w, c, func(c *billing.SaveChannel) { c.Active = true })
		last := failCharge(w)
		untilTold(w, receiver, opened(last))
		mend(w, first)
		assertSilent(w, receiver, 1)
	})
	t.Run("a digest is one message", func(t *testing.T) {
		t.Parallel()
		w, person := tellingWorld(t)
		receiver := billingtest.NewReceiver(t)
		c, _ := webhook(w, person, receiver.URL, func(c *billing.SaveChannel) { c.Pace = enum.PaceDaily })
		one, two := failCharge(w), failCharge(w)
		mend(w, one)
		w.Until("all of it waits", func() bool {
			return w.DB.MessageItem.Query().Where(messageitem.ChannelID(c.ID)).CountX(w.Context()) == 3
		})
		assertSilent(w, receiver, 0)
		change(w, c, func(c *billing.SaveChannel) { c.Pace = enum.PaceNow })
		untilTold(w, receiver, opened(one), opened(two), resolved(one))
		if got := receiver.Got(); len(got) != 1 || !strings.Contains(got[0].Body, `"type":"failure.digest"`) {
			t.Errorf("%+v", got)
		}
	})
	t.Run("settings that make no sense are refused, with the field", func(t *testing.T) {
		t.Parallel()
		w, person := tellingWorld(t, billingtest.Still, billingtest.WithOutgoing(func(c *outgoing.Config) { c.Anywhere = false }))
		ref := billingtest.Ref[string]
		for _, one := range []struct {
			code, field string
			change      func(*billing.SaveChannel)
		}{
			{"REQUIRED", "address", func(c *billing.SaveChannel) { c.Address = ref(" ") }},
			{"ADDRESS_INVALID", "address", func(c *billing.SaveChannel) { c.Address = ref("http://example.com") }},
			{"ADDRESS_PRIVATE", "address", func(c *billing.SaveChannel) { c.Address = ref("https://192.168.0.1/x") }},
			{"SECRET_INVALID", "secret", func(c *billing.SaveChannel) { c.Secret = ref("whsec_curto") }},
			{"MAIL_NOT_CONFIGURED", "kind", func(c *billing.SaveChannel) { c.Kind, c.Address = enum.ChannelEmail, ref("ana@empresa.example") }},
			{"CHAT_INVALID", "address", func(c *billing.SaveChannel) {
				c.Kind, c.Address, c.Secret = enum.ChannelTelegram, ref("ana"), ref("123456789:segredo-do-robo-de-teste-000000000")
			}},
			{"SECRET_INVALID", "secret", func(c *billing.SaveChannel) { c.Kind, c.Address = enum.ChannelTelegram, ref("123") }},
			{"OUT_OF_RANGE", "digestHour", func(c *billing.SaveChannel) { c.DigestHour = 24 }},
			{"REQUIRED", "quietTo", func(c *billing.SaveChannel) { c.QuietFrom = ref("22:00") }},
			{"TIME_INVALID", "quietFrom", func(c *billing.SaveChannel) { c.QuietFrom, c.QuietTo = ref("24:00"), ref("07:00") }},
			{"TIME_INVALID", "quietTo", func(c *billing.SaveChannel) { c.QuietFrom, c.QuietTo = ref("07:00"), ref("07:00") }},
			{"TOO_LONG", "name", func(c *billing.SaveChannel) { c.Name = ref(strings.Repeat("á", 61)) }},
			{"NOT_FOUND", "id", func(c *billing.SaveChannel) { c.ID = ref("chn_1") }},
		} {
			input := billing.SaveChannel{Kind: enum.ChannelWebhook, Active: true, Address: ref("https://example.com/x"), Pace: enum.PaceNow}
			one.change(&input)
			if problem := refused(t, second(w.SaveChannel(w.Context(), person.ID, input)), one.code); strings.Join(problem.Field, ".") != one.field {
				t.Errorf("%s names %v", one.code, problem.Field)
			}
		}
		mine, _ := webhook(w, person, "https://example.com/x", nil)
		mine = change(w, mine, func(c *billing.SaveChannel) { c.QuietFrom, c.QuietTo = ref("22:00"), ref("07:00") })
		if again := change(w, mine, func(c *billing.SaveChannel) { c.Active = false }); *again.QuietFrom != "22:00" || *again.QuietTo != "07:00" || again.Target != "example.com" {
			t.Errorf("switched off: %+v", again)
		}
		if again := change(w, mine, func(c *billing.SaveChannel) { c.QuietFrom, c.QuietTo = nil, nil }); again.QuietFrom != nil || again.QuietTo != nil {
			t.Errorf("without quiet hours: %+v", again)
		}
		other := w.User(enum.RoleOwner)
		refused(t, second(w.SaveChannel(w.Context(), other.ID, billing.SaveChannel{ID: &mine.ID})), "NOT_FOUND")
		refused(t, w.DeleteChannel(w.Context(), other.ID, mine.ID), "NOT_FOUND")
		refused(t, second(w.TestChannel(w.Context(), other.ID, mine.ID)), "NOT_FOUND")
		for range 9 {
			webhook(w, person, "https://example.com/x", nil)
		}
		refused(t, second(w.SaveChannel(w.Context(), person.ID, billing.SaveChannel{Kind: enum.ChannelWebhook, Address: ref("https://example.com/x")})), "TOO_MANY")
		w.Must(w.DeleteChannel(w.Context(), person.ID, mine.ID))
	})
}

func waiting(w *billingtest.World, c *db.Channel) int {
	return w.DB.Message.Query().Where(message.ChannelID(c.ID), message.StateIn(enum.MessageWaiting, enum.MessageSending)).CountX(w.Context())
}

// TestDueAt is the calendar of a channel, in São Paulo.
func TestDueAt(t *testing.T) {
	t.Parallel()
	ref := billingtest.Ref[string]
	night := func(c *db.Channel) { c.QuietFrom, c.QuietTo = ref("22:00"), ref("07:30") }
	noon := func(c *db.Channel) { c.QuietFrom, c.QuietTo = ref("12:00"), ref("13:00") }
	for _, one := range []struct {
		pace      enum.ChannelPace
		quiet     func(*db.Channel)
		now, want string
		urgent    bool
	}{
		{enum.PaceNow, nil, "20 23:10", "20 23:10", false},
		{enum.PaceNow, night, "20 21:59", "20 21:59", false},
		{enum.PaceNow, night, "20 22:00", "21 07:30", false},
		{enum.PaceNow, night, "20 23:59", "21 07:30", false},
		{enum.PaceNow, night, "21 00:00", "21 07:30", false},
		{enum.PaceNow, night, "21 07:29", "21 07:30", false},
		{enum.PaceNow, night, "21 07:30", "21 07:30", false},
		{enum.PaceNow, night, "30 23:00", "31 07:30", false}, // 31 November is 1 December
		{enum.PaceNow, night, "20 23:10", "20 23:10", true},
		{enum.PaceNow, noon, "20 12:30", "20 13:00", false},
		{enum.PaceNow, noon, "20 13:00", "20 13:00", false},
		{enum.PaceHourly, nil, "20 10:05", "20 11:00", false},
		{enum.PaceHourly, nil, "20 11:00", "20 12:00", false},
		{enum.PaceHourly, nil, "20 23:40", "21 00:00", false},
		{enum.PaceHourly, night, "20 21:40", "21 07:30", false},
		{enum.PaceHourly, noon, "20 11:40", "20 13:00", false},
		{enum.PaceHourly, night, "20 21:40", "20 21:40", true},
		{enum.PaceDaily, nil, "20 07:00", "20 08:00", false},
		{enum.PaceDaily, nil, "20 08:00", "21 08:00", false},
		{enum.PaceDaily, nil, "20 20:00", "21 08:00", false},
		{enum.PaceDaily, func(c *db.Channel) { c.QuietFrom, c.QuietTo = ref("06:00"), ref("09:15") }, "20 05:00", "20 09:15", false},
	} {
		c := &db.Channel{Pace: one.pace, DigestHour: 8, UrgentAtOnce: true}
		if one.quiet != nil {
			one.quiet(c)
		}
		if got := billing.DueAt(c, clock(t, one.now), one.urgent); !got.Equal(clock(t, one.want)) {
			t.Errorf("%s at %s (urgent: %v): %s, not %s", one.pace, one.now, one.urgent, got.In(brazil.SaoPaulo), one.want)
		}
	}
	patient := &db.Channel{Pace: enum.PaceHourly}
	if got := billing.DueAt(patient, clock(t, "20 10:05"), true); !got.Equal(clock(t, "20 11:00")) {
		t.Errorf("urgent ones that may wait: %s", got)
	}
}

func clock(t *testing.T, text string) time.Time {
	t.Helper()
	var day, hour, minute int
	if _, err := fmt.Sscanf(text, "%d %d:%d", &day, &hour, &minute); err != nil {
		t.Fatal(err)
	}
	return time.Date(2026, 11, day, hour, minute, 0, 0, brazil.SaoPaulo)
}

// TestQuietHours has messages wait from eleven at night until midnight.
func TestQuietHours(t *testing.T) {
	t.Parallel()
	w, person := tellingWorld(t, billingtest.Still)
	eleven := w.Today().AddDays(1).Start().Sub(w.Clock()) - time.Hour
	late := w.NewService(w.Pool, w.Timing)
	late.Now = func() time.Time { return w.Clock().Add(eleven) }
	w.Run(late)
	w.Tell(late)
	receiver := billingtest.NewReceiver(t)
	webhook(w, person, receiver.URL, func(c *billing.SaveChannel) {
		c.QuietFrom, c.QuietTo = billingtest.Ref("22:00"), billingtest.Ref("00:00")
	})
	one, two := failCharge(w), failCharge(w)
	w.Until("both wait", func() bool { return w.DB.MessageItem.Query().CountX(w.Context()) == 2 })
	time.Sleep(300 * time.Millisecond)
	if len(receiver.Got()) > 0 {
		t.Error("it was told in the quiet hours")
	}
	var waits float64
	w.Must(w.Pool.QueryRowContext(w.Context(), `SELECT EXTRACT(EPOCH FROM min(next_try_at) - now()) FROM messages`).Scan(&waits))
	if waits < 3_400 || waits > 3_600 {
		t.Errorf("they wait for %.0f s", waits)
	}
	w.Must(second(w.Pool.ExecContext(w.Context(), `UPDATE messages SET next_try_at = next_try_at - interval '1 hour'`)))
	untilTold(w, receiver, opened(one), opened(two))
	if got := receiver.Got(); len(got) != 1 {
		t.Errorf("%d messages", len(got))
	}
}

func TestDeadChannel(t *testing.T) {
	t.Parallel()
	t.Run("is told on the other channels and in the panel, and that it works again", func(t *testing.T) {
		t.Parallel()
		w, person := tellingWorld(t)
		bystander := w.User(enum.RoleOwner)
		dead, alive := billingtest.NewReceiver(t), billingtest.NewReceiver(t)
		dead.Status(http.StatusInternalServerError)
		broken, _ := webhook(w, person, dead.URL, func(c *billing.SaveChannel) { c.Name = billingtest.Ref("Plantão") })
		webhook(w, person, alive.URL, nil)
		one := failCharge(w)
		told := w.UntilFailure("ponte.channel.dead")
		untilTold(w, alive, opened(one), opened(told))
		two := failCharge(w)
		untilTold(w, alive, opened(one), opened(told), opened(two))
		if len(dead.Got()) < 3 || told.SubjectID != broken.ID || !strings.Contains(told.Cause.PT, "Plantão") || *told.UserID != person.ID {
			t.Errorf("after %d tries: %+v", len(dead.Got()), told)
		}
		dead.Status(http.StatusNoContent)
		w.Until("it is over", func() bool { return w.FailureNow(told.ID).State == enum.FailureResolved })
		untilTold(w, dead, opened(one), opened(two)) // each once, in order
		untilTold(w, alive, opened(one), opened(told), opened(two), resolved(told))
		assertHeard(w, person, "OPENED "+one.Code, "OPENED "+told.Code, "OPENED "+two.Code, "RESOLVED "+told.Code)
		assertHeard(w, bystander)
	})
	t.Run("at once when only a person can mend it; a new address does", func(t *testing.T) {
		t.Parallel()
		w, person := tellingWorld(t, billingtest.WithTiming(func(timing *billing.Timing) { timing.RetryBase, timing.RetryMax = time.Hour, time.Hour }))
		gone, fresh := billingtest.NewReceiver(t), billingtest.NewReceiver(t)
		gone.Status(http.StatusGone)
		c, _ := webhook(w, person, gone.URL, nil)
		one := failCharge(w)
		told := w.UntilFailure("ponte.channel.dead")
		if len(gone.Got()) != 1 {
			t.Errorf("%d tries", len(gone.Got()))
		}
		change(w, c, func(c *billing.SaveChannel) { c.Address = &fresh.URL })
		untilTold(w, fresh, opened(one))
		w.Until("it is over", func() bool { return w.FailureNow(told.ID).State == enum.FailureResolved })
	})
	t.Run("is no failure any more when it is switched off or deleted", func(t *testing.T) {
		t.Parallel()
		w, person := tellingWorld(t)
		gone := billingtest.NewReceiver(t)
		gone.Status(http.StatusNotFound)
		for name, end := range map[string]func(*db.Channel){
			"off":     func(c *db.Channel) { change(w, c, func(c *billing.SaveChannel) { c.Active = false }) },
			"deleted": func(c *db.Channel) { w.Must(w.DeleteChannel(w.Context(), person.ID, c.ID)) },
		} {
			c, _ := webhook(w, person, gone.URL, nil)
			failCharge(w)
			of := w.DB.Failure.Query().Where(failure.SubjectID(c.ID))
			w.Until("it is told", func() bool { return of.Clone().ExistX(w.Context()) })
			end(c)
			if told := of.OnlyX(w.Context()); told.State != enum.FailureResolved {
				t.Errorf("%s: %s", name, told.State)
			}
		}
	})
}

func TestChannelTest(t *testing.T) {
	t.Parallel()
	w, person := tellingWorld(t, billingtest.Still)
	receiver := billingtest.NewReceiver(t)
	c, _ := webhook(w, person, receiver.URL, func(c *billing.SaveChannel) { c.Active = false })
	test, err := w.TestChannel(w.Context(), person.ID, c.ID)
	w.Must(err)
	if test.Problem != nil || len(receiver.Got()) != 1 || !strings.Contains(receiver.Got()[0].Body, `"type":"channel.test"`) {
		t.Errorf("%+v, %+v", test, receiver.Got())
	}
	receiver.Status(http.StatusForbidden)
	test, err = w.TestChannel(w.Context(), person.ID, c.ID)
	w.Must(err)
	if test.Problem == nil || test.Problem.HTTPStatus != http.StatusForbidden || test.Problem.Cause.PT == "" {
		t.Errorf("%+v", test.Problem)
	}
	for range 4 {
		w.Must(second(w.TestChannel(w.Context(), person.ID, c.ID)))
	}
	refused(t, second(w.TestChannel(w.Context(), person.ID, c.ID)), "TOO_MANY")
	assertHeard(w, person) // a test is no failure
	last := w.DB.Message.Query().Where(message.ChannelID(c.ID)).WithAttempts().Order(db.Desc(message.FieldID)).FirstX(w.Context())
	if last.State != enum.MessageFailed || len(last.Edges.Attempts) != 1 || *last.Edges.Attempts[0].Status != http.StatusForbidden {
		t.Errorf("%+v", last)
	}
}

// TestMessagesOnce has several processes tell a burst of failures on one channel, the
// destination fail now and then, and a worker die in each of its steps.
func TestMessagesOnce(t *testing.T) {
	t.Parallel()
	t.Run("three processes race", func(t *testing.T) {
		t.Parallel()
		w, person := tellingWorld(t)
		for range 2 {
			other := w.NewService(billingtest.Open(t, w.DatabaseURL), w.Timing)
			w.Listen(other)
			w.Tell(other)
		}
		steady, shaky := billingtest.NewReceiver(t), billingtest.NewReceiver(t)
		shaky.Respond(func(rw http.ResponseWriter, nth int) {
			if nth%2 == 1 {
				rw.WriteHeader(http.StatusServiceUnavailable)
			}
		})
		webhook(w, person, steady.URL, nil)
		webhook(w, person, shaky.URL, nil)
		var want []string
		for range 8 {
			want = append(want, opened(failCharge(w)))
		}
		untilTold(w, steady, want...)
		untilTold(w, shaky, want...)
		ids := map[string]int{}
		for _, one := range steady.Got() {
			if ids[one.Header.Get("webhook-id")]++; ids[one.Header.Get("webhook-id")] > 1 {
				t.Errorf("%s came twice", one.Header.Get("webhook-id"))
			}
		}
	})
	for name, cut := range map[string]struct {
		sent int // requests of the lost worker
		when func(w *billingtest.World, receiver *billingtest.Receiver, c *db.Channel, die func())
	}{
		"after the claim": {0, func(w *billingtest.World, _ *billingtest.Receiver, _ *db.Channel, die func()) {
			untilBlocked(w)
			die()
		}},
		"while it sends": {1, func(w *billingtest.World, receiver *billingtest.Receiver, _ *db.Channel, die func()) {
			w.Until("it is sent", func() bool { return len(receiver.Got()) == 1 })
			die()
		}},
		"after it has sent": {1, func(w *billingtest.World, receiver *billingtest.Receiver, c *db.Channel, die func()) {
			w.Until("it is sent", func() bool { return len(receiver.Got()) == 1 })
			release := lockChannel(w, c)
			untilBlocked(w) // the answer is there, and can't be written
			die()
			release()
		}},
	} {
		t.Run("a worker dies "+name, func(t *testing.T) {
			t.Parallel()
			w := billingtest.New(t)
			person := w.User(enum.RoleFinance)
			w.Ready(person)
			receiver := billingtest.NewReceiver(t)
			receiver.Respond(func(http.ResponseWriter, int) { time.Sleep(100 * ms) })
			c, secret := webhook(w, person, receiver.URL, func(c *billing.SaveChannel) {
				if cut.sent == 0 {
					c.Pace = enum.PaceDaily
				}
			})
			told := failCharge(w)
			release := func() {}
			if cut.sent == 0 { // the message is there, and its channel locked: the claim is all that can be done
				release = heldMessage(w, c)
			}
			pool := billingtest.Open(t, w.DatabaseURL)
			lost := w.NewService(pool, w.Timing)
			lost.Log = slog.New(slog.DiscardHandler)
			ctx, stop := context.WithCancel(w.Context())
			var ended sync.WaitGroup
			ended.Go(func() { lost.Dispatch(ctx) })
			cut.when(w, receiver, c, func() {
				_ = pool.Close()
				w.Must(second(w.Pool.Exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")))
			})
			release()
			stop()
			ended.Wait()
			w.Tell(w.Service)
			w.Until("it is written down", func() bool {
				return w.DB.Message.Query().Where(message.StateEQ(enum.MessageSent)).CountX(w.Context()) == 1
			})
			untilTold(w, receiver, opened(told))
			got := receiver.Got()
			if len(got) != cut.sent+1 {
				t.Errorf("%d requests", len(got))
			}
			verifier, err := standardwebhooks.NewWebhook(secret)
			w.Must(err)
			for _, one := range got {
				w.Must(verifier.Verify([]byte(one.Body), one.Header))
				if one.Body != got[0].Body || one.Header.Get("webhook-id") != got[0].Header.Get("webhook-id") {
					t.Errorf("the second try differs: %+v", one)
				}
			}
		})
	}
}

// lockChannel keeps others from the channel's row until it is released.
func lockChannel(w *billingtest.World, c *db.Channel) (release func()) {
	w.Helper()
	tx, err := w.Pool.Begin()
	w.Must(err)
	_, err = tx.Exec("SELECT 1 FROM channels WHERE id = $1 FOR UPDATE", c.ID)
	w.Must(err)
	return func() { w.Must(tx.Rollback()) }
}

// heldMessage has a message made and due, and locks its channel.
func heldMessage(w *billingtest.World, c *db.Channel) (release func()) {
	w.Helper()
	ctx, stop := context.WithCancel(w.Context())
	var feeding sync.WaitGroup
	feeding.Go(func() { w.Dispatch(ctx) })
	w.Until("the message is made", func() bool { return waiting(w, c) == 1 })
	stop()
	feeding.Wait()
	w.Must(second(w.Pool.Exec("UPDATE messages SET next_try_at = now()")))
	return lockChannel(w, c)
}

// untilBlocked waits until a statement waits for a lock.
func untilBlocked(w *billingtest.World) {
	w.Helper()
	w.Until("it waits for the lock", func() bool {
		var blocked int
		w.Must(w.Pool.QueryRow("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&blocked))
		return blocked > 0
	})
}

// TestChannelSecrets plants secrets in every kind of channel, has all of them fail and
// succeed, and looks for the secrets in every row.
func TestChannelSecrets(t *testing.T) {
	t.Parallel()
	box := billingtest.NewMailbox(t)
	bots := billingtest.NewReceiver(t)
	w, person := tellingWorld(t, billingtest.WithOutgoing(func(c *outgoing.Config) {
		c.SMTPURL, c.MailFrom, c.TelegramURL = box.URL(), "Ponte <avisos@empresa.example>", bots.URL
	}))
	receiver, signed := billingtest.NewReceiver(t), billingtest.NewReceiver(t)
	const path, bot = "/services/segredo-no-caminho-71c2", "987654321:segredo-do-robo-8d1f00000000000000000"
	signing := outgoing.NewWebhookSecret()
	for kind, input := range map[enum.ChannelKind]billing.SaveChannel{
		enum.ChannelSlack: {Address: billingtest.Ref(receiver.URL + path)}, enum.ChannelDiscord: {Address: billingtest.Ref(receiver.URL + path)},
		enum.ChannelWebhook:  {Address: billingtest.Ref(signed.URL + path + "?chave=segredo-na-busca-55aa"), Secret: &signing},
		enum.ChannelTelegram: {Address: billingtest.Ref("-1001"), Secret: billingtest.Ref(bot)}, enum.ChannelEmail: {Address: billingtest.Ref("ana@empresa.example")},
	} {
		input.Kind, input.Active, input.Pace = kind, true, enum.PaceNow
		w.Must(second(w.SaveChannel(w.Context(), person.ID, input)))
	}
	for _, one := range []*billingtest.Receiver{receiver, signed, bots} { // each gives away what it knows
		one.Respond(func(rw http.ResponseWriter, nth int) {
			if nth <= 2 {
				rw.WriteHeader(http.StatusBadRequest)
			}
			known := ""
			if one == signed {
				known = signing
			}
			_, _ = fmt.Fprintf(rw, "you sent %s %s", one.Got()[nth-1].Path, known)
		})
	}
	box.Refuse(451, "later")
	failCharge(w)
	w.Until("all have tried", func() bool { return w.DB.MessageAttempt.Query().CountX(w.Context()) >= 5 })
	box.Refuse(0, "")
	w.Until("all were sent", func() bool {
		return w.DB.Message.Query().Where(message.StateIn(enum.MessageWaiting, enum.MessageSending)).CountX(w.Context()) == 0 && len(box.Mails()) > 0
	})
	dump := dumpAll(w)
	for _, planted := range []string{"segredo-no-caminho-71c2", "segredo-na-busca-55aa", bot, "segredo-do-robo", signing, strings.TrimPrefix(signing, "whsec_"), billingtest.MailPassword} {
		if at := strings.Index(dump, planted); at >= 0 {
			t.Errorf("found %q in …%s…", planted, dump[max(at-200, 0):min(at+100, len(dump))])
		}
	}
}
