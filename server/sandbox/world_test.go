package sandbox

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestClock(t *testing.T) {
	t.Parallel()
	t.Run("a boleto is overdue one day after its due date", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		id := b.issue("chg-1", "2026-08-15")
		b.ctl("POST", "/clock", dict{"advance": "24h"})
		equal(t, "on the due date", b.charge(id)["status"], "waiting")
		b.ctl("POST", "/clock", dict{"advanceDays": 1})
		equal(t, "on the next day", b.charge(id)["status"], "unpaid")
	})
	t.Run("it only moves forward", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		for _, body := range []dict{{}, {"advance": "-1h"}, {"advance": "soon"}, {"advanceDays": -1}} {
			equal(t, "status", b.send("POST", b.control.URL+"/sandbox/clock", nil, body).status, http.StatusBadRequest)
		}
		if now := b.ctl("GET", "/clock", nil).body["now"].(string); !strings.HasPrefix(now, "2026-08-14T12:00") {
			t.Error(now)
		}
	})
}

func TestRequestLog(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.issue("chg-1", "2026-08-20")
	b.erp("GET", "/produtos", nil)
	log := b.sandbox.requests.list("gerencianet", 1)
	equal(t, "route", log[0].Route, "POST /v1/charge/:id/pay")
	equal(t, "account", log[0].Account, "demo")
	equal(t, "status", log[0].Status, 200)
	equal(t, "both", len(b.sandbox.requests.list("", 0)), 4)
	equal(t, "served", b.send("GET", b.control.URL+"/sandbox/requests?provider=vhsys&limit=5", nil, nil).status, 200)
}

func TestReset(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.issue("chg-1", "2026-08-20")
	b.order(nil)
	b.ctl("POST", "/clock", dict{"advanceDays": 3})
	b.ctl("POST", "/reset", nil)
	equal(t, "charges", b.send("GET", b.control.URL+"/sandbox/gerencianet/charges", nil, nil).text, "[]")
	equal(t, "orders", b.send("GET", b.control.URL+"/sandbox/vhsys/orders", nil, nil).text, "[]")
	equal(t, "products", len(b.erp("GET", "/produtos", nil).rows()), len(seedProducts))
	if now := b.ctl("GET", "/clock", nil).body["now"].(string); !strings.HasPrefix(now, "2026-08-14") {
		t.Error(now)
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	page := fetch(t, b.control.URL+"/sandbox/")
	if strings.Contains(page, "<style") || strings.Contains(page, `="/`) || strings.Contains(page, "onclick") {
		t.Error("the page must obey a strict policy and use relative addresses")
	}
	fetch(t, b.control.URL+"/sandbox/panel.css")
	fetch(t, b.control.URL+"/sandbox/panel.js")
}

func TestRestart(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	keep := func(o *Options) { o.DataDir = folder }
	first := setup(t, keep)
	first.hook.answer(http.StatusInternalServerError)
	id := first.issue("chg-1", "2026-08-20")
	order := first.order(dict{"contas_pedido": 0})
	first.erp("POST", fmt.Sprintf("/pedidos/%d/produtos", order), []dict{
		{"id_produto": first.product(), "desc_produto": "Curso", "qtde_produto": "1", "valor_unit_produto": "10.00"},
	})
	first.ctl("PUT", "/gerencianet/settings", dict{"bolix": false})
	first.ctl("POST", "/clock", dict{"advanceDays": 2})
	before := first.charge(id)
	if err := first.sandbox.Close(); err != nil {
		t.Fatal(err)
	}

	second := setup(t, keep)
	after := second.charge(id)
	for _, name := range []string{"token", "status", "total", "customId", "createdAt", "billet", "notificationUrl"} {
		equal(t, name, after[name], before[name])
	}
	equal(t, "next id", second.issue("chg-2", "2026-08-20"), id+1)
	equal(t, "next order", second.order(nil), order+1)
	item := second.erp("GET", fmt.Sprintf("/pedidos/%d/produtos", order), nil).rows()[0]
	path := fmt.Sprintf("/pedidos/%d/produtos/%.0f", order, item["id_ped_produto"])
	equal(t, "the item is found by its id", second.erp("DELETE", path, nil).status, http.StatusOK)
	equal(t, "settings", second.ctl("GET", "/gerencianet/settings", nil).body["bolix"], false)
	if now := second.ctl("GET", "/clock", nil).body["now"].(string); !strings.HasPrefix(now, "2026-08-16") {
		t.Error(now)
	}
	equal(t, "products are not seeded twice", len(second.erp("GET", "/produtos", nil).rows()), len(seedProducts))
}

func TestPendingCallbacksSurviveARestart(t *testing.T) {
	t.Parallel()
	keepIn := t.TempDir()
	keep := func(o *Options) { o.DataDir = keepIn }
	first := setup(t, keep)
	first.ctl("PUT", "/gerencianet/callbacks/settings", dict{"mode": "hold"})
	id := first.issue("chg-1", "2026-08-20")
	second := newReceiver()
	defer second.server.Close()
	first.gn("PUT", fmt.Sprintf("/v1/charge/%d/metadata", id), dict{"notification_url": second.server.URL})
	if err := first.sandbox.Close(); err != nil {
		t.Fatal(err)
	}
	setup(t, keep)
	eventually(t, "they are sent", func() bool { return second.count() >= 2 })
}

func TestUnfinishedLastLine(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, journalName)
	content := `{"kind":"clock","id":"offset","value":1}` + "\n" + `{"kind":"clock","id":"offset","value":3600000000000}` + "\n" + `{"kind":"clo`
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{DataDir: folder})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "offset", s.clock.offset, time.Hour)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestBrokenJournal(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, journalName), []byte("nonsense\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Options{DataDir: folder}); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Error(err)
	}
}

// Everything at once, for the race detector.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *Options) { o.DataDir = t.TempDir() })
	b.ctl("PUT", "/gerencianet/settings", dict{"identicalGuard": false})
	product := b.product()
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for round := range 5 {
				id := b.issue(fmt.Sprintf("chg-%d-%d", worker, round), "2026-08-20")
				b.ctl("POST", fmt.Sprintf("/gerencianet/charges/%d/pay", id), nil)
				b.entries(id)
				order := b.order(nil)
				b.erp("POST", fmt.Sprintf("/pedidos/%d/produtos", order), []dict{
					{"id_produto": product, "desc_produto": "Curso", "qtde_produto": "1", "valor_unit_produto": "10.00"},
				})
				b.send("GET", b.control.URL+"/sandbox/gerencianet/charges", nil, nil)
				b.send("GET", b.control.URL+"/sandbox/vhsys/orders", nil, nil)
				b.send("GET", b.control.URL+"/sandbox/gerencianet/callbacks", nil, nil)
				b.ctl("POST", "/clock", dict{"advance": "1m"})
			}
		})
	}
	group.Wait()
	equal(t, "charges", len(b.sandbox.gerencianet.charges), 40)
}

// Not parallel: it counts the goroutines of this package.
func TestCloseLeavesNoGoroutine(t *testing.T) {
	s, err := New(Options{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	eventually(t, "all of them end", func() bool {
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		return !strings.Contains(string(stacks), "sandbox.(*Sandbox).runCalendar") &&
			!strings.Contains(string(stacks), "sandbox.(*callbacks)") &&
			!strings.Contains(string(stacks), "sandbox.(*pixCallbacks)") &&
			!strings.Contains(string(stacks), "sandbox.(*erpCallbacks)")
	})
}

// A receiver that never answers must not keep Close waiting.
func TestCloseCutsCallbacksShort(t *testing.T) {
	t.Parallel()
	b := setup(t)
	release, arrived := make(chan struct{}), make(chan struct{}, 10)
	stuck := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-release
	}))
	defer stuck.Close()
	defer close(release)
	b.gn("POST", "/v1/charge", createBody("chg-1", stuck.URL))
	<-arrived
	started := time.Now()
	if err := b.sandbox.Close(); err != nil || time.Since(started) > 3*time.Second {
		t.Error(err, time.Since(started))
	}
}
