package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// fault sets one on the charges API.
func (b *bundle) fault(body dict) {
	b.t.Helper()
	b.ctl("POST", "/gerencianet/faults", body)
}

// create tries POST /v1/charge, which may be spoilt.
func (b *bundle) create(customID string) (reply, error) {
	return b.try("POST", b.gerencianet.URL+"/v1/charge", map[string]string{"Authorization": "Bearer " + b.bearer}, createBody(customID, ""))
}

// committed counts the charges that exist under a reference.
func (b *bundle) committed(customID string) int {
	b.sandbox.mu.Lock()
	defer b.sandbox.mu.Unlock()
	count := 0
	for _, c := range b.sandbox.gerencianet.charges {
		if c.CustomID != nil && *c.CustomID == customID {
			count++
		}
	}
	return count
}

const createRoute = "POST /v1/charge"

func TestFaultsThatBreakTheConnection(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]int{"drop_before": 0, "drop_after": 1, "truncate": 1} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.fault(dict{"route": createRoute, "kind": kind})
			if got, err := b.create("chg-1"); err == nil {
				t.Fatalf("answered %d %s", got.status, got.text)
			}
			equal(t, "committed", b.committed("chg-1"), want)
			if _, err := b.create("chg-2"); err != nil {
				t.Error("the fault was to fire once:", err)
			}
		})
	}
	t.Run("late", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.fault(dict{"route": createRoute, "kind": "late", "delayMs": 200})
		if _, err := b.create("chg-1"); err == nil {
			t.Fatal("answered")
		}
		equal(t, "at first", b.committed("chg-1"), 0)
		eventually(t, "it is committed", func() bool { return b.committed("chg-1") == 1 })
	})
	t.Run("late, but the sandbox closes", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.fault(dict{"route": createRoute, "kind": "late", "delayMs": 60000})
		_, _ = b.create("chg-1")
		started := time.Now()
		if err := b.sandbox.Close(); err != nil || time.Since(started) > 5*time.Second {
			t.Error(err, time.Since(started))
		}
		equal(t, "committed", b.committed("chg-1"), 0)
	})
}

func TestFaultsThatAnswer(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name      string
		fault     dict
		status    int
		text      string
		committed int
	}{
		{"status", dict{"kind": "status", "status": 503, "body": `{"code":3500000}`}, 503, `{"code":3500000}`, 0},
		{"status with the usual body", dict{"kind": "status"}, 500, `3500000`, 0},
		{"html", dict{"kind": "html"}, 502, "<h1>502 Bad Gateway</h1>", 0},
		{"garbage", dict{"kind": "garbage"}, 200, `{"code":200,"data":{"charge_id":`, 1},
		{"redirect", dict{"kind": "redirect", "body": "https://example.com/"}, 302, "", 0},
		{"unauthorized", dict{"kind": "unauthorized"}, 401, `"401"`, 0},
		{"unauthorized, bare", dict{"kind": "unauthorized", "body": "Unauthorized"}, 401, "Unauthorized", 0},
		{"delay", dict{"kind": "delay", "delayMs": 50}, 200, "charge_id", 1},
		{"a text", dict{"kind": "status", "status": 400, "body": `{"code":3500043,"error":"invalid_operation","error_description":"texto"}`}, 400, `"texto"`, 0},
		{"a property", dict{"kind": "status", "status": 400, "body": `{"code":3500034,"error":"validation_error","error_description":{"property":"/x","message":"y"}}`}, 400, `"/x"`, 0},
		{"a code that is a text", dict{"kind": "status", "status": 429, "body": `{"code":"429"}`}, 429, `"429"`, 0},
		{"a bare text", dict{"kind": "status", "status": 401, "body": "Unauthorized"}, 401, "Unauthorized", 0},
		{"HTML", dict{"kind": "status", "status": 504, "body": "<html></html>"}, 504, "<html>", 0},
		{"nothing", dict{"kind": "status", "status": 500, "body": ""}, 500, "", 0},
	}
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			each.fault["route"] = createRoute
			b.fault(each.fault)
			got, err := b.create("chg-1")
			if err != nil || got.status != each.status || !strings.Contains(got.text, each.text) {
				t.Errorf("got %d %q %v", got.status, got.text, err)
			}
			equal(t, "committed", b.committed("chg-1"), each.committed)
		})
	}
}

func TestFaultSelection(t *testing.T) {
	t.Parallel()
	t.Run("skip, count and the record", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.fault(dict{"route": createRoute, "kind": "status", "skip": 1, "count": 2, "headers": dict{"Retry-After": "7"}})
		var statuses []int
		for i := range 4 {
			got, _ := b.create(fmt.Sprintf("chg-%d", i))
			statuses = append(statuses, got.status)
		}
		equal(t, "statuses", statuses, []int{200, 500, 500, 200})
		listed := b.ctl("GET", "/gerencianet/faults", nil).body
		equal(t, "fired", listed["faults"].([]any)[0].(dict)["fired"], 2)
		record := listed["fired"].([]any)[0].(dict)
		equal(t, "reference", record["customId"], "chg-1")
		equal(t, "route", record["route"], createRoute)
		b.ctl("DELETE", "/gerencianet/faults", nil)
		equal(t, "cleared", b.ctl("GET", "/gerencianet/faults", nil).body, dict{"faults": []any{}, "fired": []any{}})
	})
	t.Run("another route passes", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.fault(dict{"route": "GET /v1/charge/:id", "kind": "status", "count": -1})
		got, _ := b.create("chg-1")
		equal(t, "create", got.status, http.StatusOK)
		equal(t, "get", b.gn("GET", fmt.Sprintf("/v1/charge/%d", got.id("charge_id")), nil).status, 500)
	})
	t.Run("a star takes all, by chance of a seed", func(t *testing.T) {
		t.Parallel()
		series := func() []int {
			b := setup(t)
			b.fault(dict{"route": "*", "kind": "status", "count": -1, "probability": 0.5, "seed": 42})
			var statuses []int
			for range 12 {
				got, _ := b.create("chg")
				statuses = append(statuses, got.status)
			}
			return statuses
		}
		first := series()
		equal(t, "repeatable", first, series())
		text := fmt.Sprint(first)
		if !strings.Contains(text, "200") || !strings.Contains(text, "500") {
			t.Error("half of them should fail:", text)
		}
	})
	t.Run("a route that does not exist is refused", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		got := b.send("POST", b.control.URL+"/sandbox/gerencianet/faults", nil, dict{"route": "POST /v1/nada", "kind": "html"})
		equal(t, "status", got.status, http.StatusBadRequest)
	})
	t.Run("an unknown kind is refused", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		got := b.send("POST", b.control.URL+"/sandbox/gerencianet/faults", nil, dict{"kind": "earthquake"})
		equal(t, "status", got.status, http.StatusBadRequest)
	})
	t.Run("Vhsys has its own", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.ctl("POST", "/vhsys/faults", dict{"route": "POST /v2/pedidos", "kind": "drop_after"})
		_, err := b.try("POST", b.vhsys.URL+"/v2/pedidos", erpHeader(), dict{"nome_cliente": "Maria", "obs_interno_pedido": "[ref:01J]"})
		if err == nil {
			t.Error("answered")
		}
		equal(t, "committed", len(b.erp("GET", "/pedidos", nil).rows()), 1)
		record := b.ctl("GET", "/vhsys/faults", nil).body["fired"].([]any)[0].(dict)
		equal(t, "reference", record["customId"], "[ref:01J]")
	})
}

func TestHugeAnswers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fault(dict{"route": createRoute, "kind": "huge"})
	got, err := b.create("chg-1")
	if err != nil || len(got.text) <= 17<<20 {
		t.Fatal(len(got.text), err)
	}
	equal(t, "the true answer is at its end", got.data()["custom_id"], "chg-1")
	equal(t, "committed", b.committed("chg-1"), 1)
	equal(t, "an empty object", len(padded([]byte("{}"))), hugeBytes+len(`{"padding":""}`))
	if whole := padded([]byte("text")); len(whole) != hugeBytes+4 {
		t.Error(len(whole))
	}
}

func TestEmptyBody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fault(dict{"route": createRoute, "kind": "status", "body": ""})
	got, _ := b.create("chg-1")
	equal(t, "length", len(got.text), 0)
}

func TestFaultsOfNewRoutes(t *testing.T) {
	t.Parallel()
	t.Run("a carnê that is issued late", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.fault(dict{"route": "POST /v1/carnet", "kind": "late", "delayMs": 200})
		_, err := b.try("POST", b.gerencianet.URL+"/v1/carnet", map[string]string{"Authorization": "Bearer " + b.bearer}, carnetBody("crn-1", ""))
		if err == nil {
			t.Fatal("answered")
		}
		equal(t, "at first", b.committed("crn-1"), 0)
		eventually(t, "all of its parcels", func() bool { return b.committed("crn-1") == 3 })
	})
	t.Run("a prefix, and the reference of a carnê", func(t *testing.T) {
		t.Parallel()
		k := setup(t).issueCarnet("crn-1")
		k.fault(dict{"route": "PUT /v1/Carnet*", "kind": "status", "count": 2})
		equal(t, "another method", k.call("POST", "/resend", dict{"email": "a@b.co"}).status, 200)
		equal(t, "one", k.call("PUT", "/parcel/2", dict{"expire_at": "2026-09-30"}).status, 500)
		equal(t, "two", k.call("PUT", "/cancel", nil).status, 500)
		equal(t, "no more", k.call("PUT", "/cancel", nil).status, 200)
		for _, each := range k.ctl("GET", "/gerencianet/faults", nil).body["fired"].([]any) {
			equal(t, "reference", each.(dict)["customId"], "crn-1")
		}
	})
	t.Run("the reference of a link and of a refund", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.fault(dict{"route": "POST /v1/charge*", "kind": "drop_after", "count": 1})
		header := map[string]string{"Authorization": "Bearer " + b.bearer}
		if _, err := b.try("POST", b.gerencianet.URL+"/v1/charge/one-step/link", header, oneStepLinkBody("lnk-1")); err == nil {
			t.Error("answered")
		}
		equal(t, "committed", b.committed("lnk-1"), 1)
		b.fault(dict{"route": "POST /v1/charge/card/:id/refund", "kind": "status"})
		id := b.payCard("crd-1", "a").id("charge_id")
		equal(t, "refund", b.refund(id, nil).status, 500)
		fired := b.ctl("GET", "/gerencianet/faults", nil).body["fired"].([]any)
		equal(t, "link", fired[0].(dict)["customId"], "lnk-1")
		equal(t, "card", fired[1].(dict)["customId"], "crd-1")
	})
	t.Run("a prefix of nothing is refused", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		got := b.send("POST", b.control.URL+"/sandbox/gerencianet/faults", nil, dict{"route": "POST /v1/nada*", "kind": "html"})
		equal(t, "status", got.status, http.StatusBadRequest)
	})
}
