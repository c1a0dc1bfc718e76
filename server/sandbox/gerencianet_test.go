package sandbox

import (
	"fmt"
	"net/http"
	"testing"
)

func TestBoletoLifeCycle(t *testing.T) {
	t.Parallel()
	b := setup(t)
	created := b.gn("POST", "/v1/charge", createBody("chg-1", b.hook.server.URL))
	equal(t, "created", created.data()["status"], "new")
	id := created.id("charge_id")
	paid := b.gn("POST", fmt.Sprintf("/v1/charge/%d/pay", id), billetBody("2026-08-20"))
	equal(t, "status", paid.data()["status"], "waiting")
	equal(t, "payment", paid.data()["payment"], "banking_billet")
	eventually(t, "a callback", func() bool { return b.hook.count() > 0 })

	b.ctl("POST", fmt.Sprintf("/gerencianet/charges/%d/pay", id), dict{"via": "pix"})
	token := b.charge(id)["token"].(string)
	entries := b.gn("GET", "/v1/notification/"+token, "null\n").rows()
	equal(t, "entries", len(entries), 3)
	equal(t, "value", entries[2]["value"], 8990)
	equal(t, "received", entries[2]["received_by_bank_at"], "2026-08-14")
	got := b.gn("GET", fmt.Sprintf("/v1/charge/%d", id), "null\n")
	equal(t, "status", got.data()["status"], "paid")
	equal(t, "again", b.gn("PUT", fmt.Sprintf("/v1/charge/%d/cancel", id), nil).code(), 3500043)
	equal(t, "http", got.status, http.StatusOK)
}
