package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// listener is our side of the webhooks.
type listener struct {
	server *httptest.Server
	mu     sync.Mutex
	status int
	bodies []dict
	users  []string
}

func listen(t *testing.T) *listener {
	t.Helper()
	l := &listener{status: http.StatusOK}
	l.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, _ := io.ReadAll(r.Body)
		body := dict{}
		_ = json.Unmarshal(content, &body)
		user, password, _ := r.BasicAuth()
		l.mu.Lock()
		defer l.mu.Unlock()
		l.bodies, l.users = append(l.bodies, body), append(l.users, user+":"+password)
		w.WriteHeader(l.status)
	}))
	t.Cleanup(l.server.Close)
	return l
}

// heard are the bodies so far.
func (l *listener) heard() []dict {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]dict{}, l.bodies...)
}

func (l *listener) answer(status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.status = status
}

func (l *listener) body(entity string) dict {
	return dict{"url": l.server.URL + "/vhsys", "user": "ponte-user", "password": "ponte-secret", "entidade": entity}
}

func receivableBody() dict {
	return dict{
		"nome_conta": "Venda 42", "id_banco": 301, "vencimento_rec": "2026-09-10", "valor_rec": "50.00",
		"data_emissao": "2026-08-14", "n_documento_rec": "01J",
	}
}

func TestVhsysWebhooks(t *testing.T) {
	t.Parallel()
	t.Run("created, read, changed, deleted", func(t *testing.T) {
		t.Parallel()
		b, l := setup(t), listen(t)
		refusedWith(t, b.erp("GET", "/webhook", nil), "Nenhum webhook encontrado!")
		created := b.erp("POST", "/webhook", l.body("contas_receber"))
		equal(t, "status", created.status, http.StatusCreated)
		equal(t, "code", created.code(), http.StatusCreated)
		if _, leaked := created.data()["password"]; leaked {
			t.Error("the password is never answered")
		}
		path := fmt.Sprintf("/webhook/%d", created.id("id_webhook"))
		equal(t, "changed", b.erp("PUT", path, dict{"entidade": "clientes"}).data()["entidade"], "clientes")
		equal(t, "read", b.erp("GET", path, nil).data()["user"], "ponte-user")
		equal(t, "listed", len(b.erp("GET", "/webhook", nil).rows()), 1)
		b.erp("DELETE", path, nil)
		equal(t, "gone", b.erp("GET", path, nil).status, http.StatusForbidden)
	})
	t.Run("everything does not go with something", func(t *testing.T) {
		t.Parallel()
		b, l := setup(t), listen(t)
		b.erp("POST", "/webhook", l.body("clientes"))
		got := b.erp("POST", "/webhook", l.body("todos"))
		equal(t, "status", got.status, http.StatusBadRequest)
		equal(t, "code", got.code(), http.StatusBadRequest)
	})
	for name, change := range map[string]dict{
		"no https":       {"url": "http://example.test/vhsys"},
		"short user":     {"user": "me"},
		"short password": {"password": "secret"},
		"no such entity": {"entidade": "pedidos"},
	} {
		t.Run("refused with reasons: "+name, func(t *testing.T) {
			t.Parallel()
			body := listen(t).body("clientes")
			for field, value := range change {
				body[field] = value
			}
			got := setup(t).erp("POST", "/webhook", body)
			equal(t, "status", got.status, http.StatusUnprocessableEntity)
			equal(t, "reasons", len(got.body["erros"].([]any)), 1)
		})
	}
	t.Run("tell of receivables and customers only", func(t *testing.T) {
		t.Parallel()
		b, l := setup(t), listen(t)
		b.erp("POST", "/webhook", l.body("todos"))
		b.order(nil)
		id := b.erp("POST", "/contas-receber", receivableBody()).id("id_conta_rec")
		eventually(t, "created", func() bool { return len(l.heard()) == 1 })
		b.ctl("POST", fmt.Sprintf("/vhsys/receivables/%d/settle", id), dict{"value": "49.00"})
		eventually(t, "settled", func() bool { return len(l.heard()) == 2 })
		b.buyer(nil)
		eventually(t, "customer", func() bool { return len(l.heard()) == 3 })
		heard := l.heard()
		equal(t, "created", heard[0]["operacao"], "create")
		equal(t, "names", heard[0]["dados"].(dict)["id_conta_receber"], id)
		equal(t, "updated", heard[1]["operacao"], "update")
		equal(t, "paid", heard[1]["dados"].(dict)["valor_pago"], 49)
		equal(t, "entity", heard[2]["entidade"], "clientes")
		l.mu.Lock()
		defer l.mu.Unlock()
		equal(t, "basic", l.users[0], "ponte-user:ponte-secret")
	})
	t.Run("tried again, doubled, lost, sent once more", func(t *testing.T) {
		t.Parallel()
		b, l := setup(t), listen(t)
		b.erp("POST", "/webhook", l.body("contas_receber"))
		l.answer(http.StatusInternalServerError)
		b.erp("POST", "/contas-receber", receivableBody())
		eventually(t, "tried again", func() bool { return len(l.heard()) >= 2 })
		l.answer(http.StatusOK)
		b.ctl("PUT", "/vhsys/callbacks/settings", dict{"duplicate": 1, "mode": "hold"})
		b.erp("POST", "/contas-receber", receivableBody())
		before := len(l.heard())
		b.ctl("PUT", "/vhsys/callbacks/settings", dict{"mode": "deliver"})
		eventually(t, "doubled", func() bool { return len(l.heard()) >= before+2 })
		b.ctl("PUT", "/vhsys/callbacks/settings", dict{"duplicate": 0, "mode": "lose"})
		b.erp("POST", "/contas-receber", receivableBody())
		var sent []sentERP
		eventually(t, "lost", func() bool {
			list := b.send("GET", b.control.URL+"/sandbox/vhsys/callbacks", nil, nil)
			return json.Unmarshal([]byte(list.text), &sent) == nil && sent[len(sent)-1].Lost
		})
		b.ctl("PUT", "/vhsys/callbacks/settings", dict{"mode": "deliver"})
		before = len(l.heard())
		b.ctl("POST", "/vhsys/callbacks/resend", dict{"id": sent[len(sent)-1].CallbackID})
		eventually(t, "sent", func() bool { return len(l.heard()) > before })
	})
	t.Run("wait for the login when it is switched on", func(t *testing.T) {
		t.Parallel()
		b, l := setup(t), listen(t)
		b.ctl("PUT", "/vhsys/settings", dict{"webhooksNeedLogin": true})
		b.erp("POST", "/webhook", l.body("contas_receber"))
		b.erp("POST", "/contas-receber", receivableBody())
		b.ctl("POST", "/vhsys/webhooks/login", nil)
		second := receivableBody()
		second["nome_conta"] = "Depois"
		b.erp("POST", "/contas-receber", second)
		eventually(t, "only the second", func() bool { return len(l.heard()) == 1 })
		equal(t, "which", l.heard()[0]["dados"].(dict)["nome_conta"], "Depois")
	})
	t.Run("undelivered ones survive a restart", func(t *testing.T) {
		t.Parallel()
		folder, l := t.TempDir(), listen(t)
		keep := func(o *Options) { o.DataDir = folder }
		first := setup(t, keep)
		first.ctl("PUT", "/vhsys/callbacks/settings", dict{"mode": "hold"})
		first.erp("POST", "/webhook", l.body("contas_receber"))
		first.erp("POST", "/contas-receber", receivableBody())
		if err := first.sandbox.Close(); err != nil {
			t.Fatal(err)
		}
		setup(t, keep)
		eventually(t, "sent", func() bool { return len(l.heard()) == 1 })
	})
}
