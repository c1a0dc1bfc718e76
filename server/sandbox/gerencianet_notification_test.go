package sandbox

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// entries reads a notification as the integrator does.
func (b *bundle) entries(id int64) []map[string]any {
	b.t.Helper()
	return b.gn("GET", "/v1/notification/"+b.charge(id)["token"].(string), nil).rows()
}

// sends are the recorded callbacks.
func (b *bundle) sends() []sentCallback {
	b.sandbox.mu.Lock()
	defer b.sandbox.mu.Unlock()
	var sends []sentCallback
	for _, sent := range b.sandbox.gerencianet.callbacks.sent {
		sends = append(sends, *sent)
	}
	return sends
}

func TestNotificationOfACharge(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.issue("chg-1", "2026-08-20")
	rows := b.entries(id)
	equal(t, "first", rows[0], dict{
		"id": 1, "type": "charge", "custom_id": "chg-1", "status": dict{"current": "new", "previous": nil},
		"identifiers": dict{"charge_id": id}, "created_at": rows[0]["created_at"],
	})
	equal(t, "second", rows[1]["status"], dict{"current": "waiting", "previous": "new"})
	equal(t, "unknown token", b.gn("GET", "/v1/notification/09027955-5e06-4ff0-a9c7-46b47b8f1b27", nil).code(), 3500010)
}

func TestCallbacksAreRetriedUntilTheTokenIsRead(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.issue("chg-1", "2026-08-20")
	eventually(t, "retries although all were answered 200", func() bool { return b.hook.count() >= 5 })
	b.entries(id)
	time.Sleep(50 * time.Millisecond) // what was under way arrives
	settled := b.hook.count()
	time.Sleep(300 * time.Millisecond)
	equal(t, "no more", b.hook.count(), settled)
	for _, sent := range b.sends() {
		equal(t, "acknowledged", sent.Acknowledged, true)
	}
}

func TestRedirectsAreFailures(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.hook.answer(http.StatusFound)
	b.issue("chg-1", "2026-08-20")
	eventually(t, "a retry", func() bool { return b.hook.count() >= 3 })
	equal(t, "status", b.sends()[0].Status, http.StatusFound)
}

func TestCallbackSettings(t *testing.T) {
	t.Parallel()
	t.Run("held, then delivered", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.ctl("PUT", "/gerencianet/callbacks/settings", dict{"mode": "hold"})
		b.issue("chg-1", "2026-08-20")
		time.Sleep(100 * time.Millisecond)
		equal(t, "held", b.hook.count(), 0)
		b.ctl("PUT", "/gerencianet/callbacks/settings", dict{"mode": "deliver", "shuffle": true})
		eventually(t, "delivered", func() bool { return b.hook.count() >= 2 })
	})
	t.Run("lost", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.ctl("PUT", "/gerencianet/callbacks/settings", dict{"mode": "lose"})
		id := b.issue("chg-1", "2026-08-20")
		eventually(t, "they are recorded", func() bool { return len(b.sends()) == 2 })
		b.ctl("PUT", "/gerencianet/callbacks/settings", dict{"mode": "deliver"})
		time.Sleep(100 * time.Millisecond)
		equal(t, "never sent", b.hook.count(), 0)
		equal(t, "entries", len(b.entries(id)), 2)
		b.ctl("POST", "/gerencianet/callbacks/resend", dict{"token": b.charge(id)["token"]})
		eventually(t, "resent by hand", func() bool { return b.hook.count() > 0 })
	})
	t.Run("duplicated", func(t *testing.T) {
		t.Parallel()
		b := setup(t, func(o *Options) { o.RetryBase = time.Hour })
		b.ctl("PUT", "/gerencianet/callbacks/settings", dict{"duplicate": 2})
		b.issue("chg-1", "2026-08-20")
		eventually(t, "three of each", func() bool { return b.hook.count() == 6 })
	})
}

func TestSilentEntries(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.issue("chg-1", "2026-08-20")
	eventually(t, "both callbacks", func() bool { return b.hook.count() >= 2 })
	b.entries(id)
	time.Sleep(50 * time.Millisecond)
	before := b.hook.count()
	b.ctl("POST", fmt.Sprintf("/gerencianet/charges/%d/pay", id), dict{"notify": false})
	time.Sleep(150 * time.Millisecond)
	equal(t, "no callback", b.hook.count(), before)
	equal(t, "but an entry", b.entries(id)[2]["status"], dict{"current": "paid", "previous": "waiting"})
}

func TestRetriesEndAfterThreeDays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.hook.answer(http.StatusInternalServerError)
	id := b.issue("chg-1", "2026-08-30")
	eventually(t, "attempts", func() bool { return b.hook.count() >= 2 })
	b.ctl("POST", "/clock", dict{"advance": "73h"})
	eventually(t, "it gives up", func() bool {
		last := b.charge(id)["entries"].([]any)[1].(dict)["delivery"].(dict)
		return last["state"] == "expired"
	})
}

func TestMetadataMovesTheURL(t *testing.T) {
	t.Parallel()
	b := setup(t)
	created := b.gn("POST", "/v1/charge", createBody("chg-1", "http://127.0.0.1:1/nobody"))
	path := fmt.Sprintf("/v1/charge/%d/metadata", created.id("charge_id"))
	equal(t, "nothing given", b.gn("PUT", path, dict{}).code(), 3500034)
	equal(t, "alphabet", b.gn("PUT", path, dict{"custom_id": "a/b"}).property(), "/custom_id")
	equal(t, "ok", b.gn("PUT", path, dict{"notification_url": b.hook.server.URL}).body, dict{"code": 200})
	eventually(t, "the pending one goes to the new url", func() bool { return b.hook.count() > 0 })
	b.gn("PUT", path, dict{"notification_url": nil, "custom_id": "chg-2"})
	got := b.gn("GET", fmt.Sprintf("/v1/charge/%d", created.id("charge_id")), nil).data()
	equal(t, "cleared", got["notification_url"], nil)
	equal(t, "renamed", got["custom_id"], "chg-2")
}

func TestForgedCallbacks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	sent := b.ctl("POST", "/gerencianet/callbacks/forge", dict{"url": b.hook.server.URL}).body
	eventually(t, "it arrives", func() bool { return b.hook.count() == 1 })
	equal(t, "nothing is behind it", b.gn("GET", "/v1/notification/"+sent["token"].(string), nil).code(), 3500010)
	b.ctl("POST", "/gerencianet/callbacks/forge", dict{"url": b.hook.server.URL, "token": "../secret"})
	eventually(t, "any text", func() bool { return b.hook.count() == 2 })
	eventually(t, "both are recorded", func() bool { sends := b.sends(); return len(sends) == 2 && sends[1].Status == http.StatusOK })
	got := b.send("POST", b.control.URL+"/sandbox/gerencianet/callbacks/forge", nil, dict{"url": "nowhere"})
	equal(t, "no address", got.status, http.StatusBadRequest)
}
