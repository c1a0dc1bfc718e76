package vhsys

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"ponte/billing/provider"
)

func TestSettlesByItself(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   bool
	}{
		"no account":      {reply(403, `{"code":403,"data":"Nenhuma conta bancária encontrada!"}`), false},
		"without the app": {reply(200, `{"code":200,"data":[{"id_banco_cad":1,"gerencianet":0,"status_banco":"Ativo"},{"id_banco_cad":2,"gerencianet":null}]}`), false},
		"with the app":    {reply(200, `{"code":200,"data":[{"id_banco_cad":1,"gerencianet":0},{"id_banco_cad":2,"gerencianet":"1","status_banco":"Ativo"}]}`), true},
		"its flag says":   {reply(200, `{"code":200,"data":{"id_banco_cad":2,"gerencianet":"Sim"}}`), true},
		"inactive":        {reply(200, `{"code":200,"data":[{"id_banco_cad":2,"gerencianet":1,"status_banco":"Inativo"}]}`), false},
		"in the trash":    {reply(200, `{"code":200,"data":[{"id_banco_cad":2,"gerencianet":1,"lixeira":"Sim"}]}`), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, stub := setup(t, test.answer)
			got, err := client.SettlesByItself(context.Background())
			if err != nil || got != test.want || !strings.HasPrefix(stub.lines()[0], "GET /v2/contas-bancarias?") {
				t.Errorf("settles %v, %v, asked %v", got, err, stub.lines())
			}
		})
	}
	client, _ := setup(t, reply(500, ""))
	if _, err := client.SettlesByItself(context.Background()); provider.ClassOf(err) != provider.Unavailable {
		t.Errorf("error %v", err)
	}
}

const hook = "https://ponte.example.test/vhsys/4f1c9b7e2a5d"

func TestRegisterWebhook(t *testing.T) {
	t.Parallel()
	body := func(entity string) string {
		return ` {"url":"` + hook + `","user":"ponte-user","password":"ponte-password","entidade":"` + entity + `"}`
	}
	for name, test := range map[string]struct {
		there string
		want  []string
	}{
		"none":         {`{"code":403,"data":"Nenhum webhook encontrado!"}`, []string{"POST /v2/webhook" + body("clientes"), "POST /v2/webhook" + body("contas_receber")}},
		"one is there": {`{"code":200,"data":[{"id_webhook":7,"url":"` + hook + `","entidade":"contas_receber"}]}`, []string{"POST /v2/webhook" + body("clientes"), "PUT /v2/webhook/7" + body("contas_receber")}},
		"of others":    {`{"code":200,"data":[{"id_webhook":7,"url":"https://other.example.test","entidade":"clientes"}]}`, []string{"POST /v2/webhook" + body("clientes"), "POST /v2/webhook" + body("contas_receber")}},
		"both":         {`{"code":200,"data":[{"id_webhook":7,"url":"` + hook + `","entidade":"contas_receber"},{"id_webhook":"8","url":"` + hook + `","entidade":"clientes"}]}`, []string{"PUT /v2/webhook/8" + body("clientes"), "PUT /v2/webhook/7" + body("contas_receber")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, stub := setup(t, answers(test.there, "", `{"code":201,"data":{"id_webhook":9}}`))
			if err := client.RegisterWebhook(context.Background(), hook, "ponte-user", "ponte-password"); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(stub.lines()[1:], "\n"); got != strings.Join(test.want, "\n") {
				t.Errorf("sent\n%s", got)
			}
		})
	}
}

func TestRefusedWebhook(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, answers(`{"code":403,"data":"Nenhum webhook encontrado!"}`, "", `{"code":400,"status":"error","data":"Para cadastrar um webhook para todas as entidades é necessário excluir os demais"}`))
	failure := failureOf(t, client.RegisterWebhook(context.Background(), hook, "ponte-user", "ponte-password"))
	if failure.Class != provider.Invalid || failure.Field != "webhook.url" || !strings.Contains(failure.Remedy.PT, "todas as entidades") {
		t.Errorf("failure %+v", failure)
	}
	for name, arguments := range map[string][3]string{
		"webhook.url":      {"http://ponte.example.test", "ponte-user", "ponte-password"},
		"webhook.user":     {hook, "short", "ponte-password"},
		"webhook.password": {hook, "ponte-user", "short"},
	} {
		client, stub := setup(t, reply(200, created))
		failure := failureOf(t, client.RegisterWebhook(context.Background(), arguments[0], arguments[1], arguments[2]))
		if failure.Field != name || len(stub.seen()) != 0 {
			t.Errorf("%s: %+v", name, failure)
		}
	}
}

// TestWebhookSecrets keeps the address that proves who calls, and the password,
// out of what people see.
func TestWebhookSecrets(t *testing.T) {
	t.Parallel()
	there := `{"code":200,"data":[{"id_webhook":7,"url":"` + strings.ReplaceAll(hook, "/", `\/`) + `","password":"ponte-password","entidade":"clientes"}]}`
	client, _ := setup(t, answers(there, "", `{"code":201,"data":{"id_webhook":9,"url":"`+hook+`"}}`))
	ctx, recorder := provider.WithRecorder(context.Background())
	if err := client.RegisterWebhook(ctx, hook, "ponte-user", "ponte-password"); err != nil {
		t.Fatal(err)
	}
	shown, _ := json.Marshal(recorder.Attempts())
	for _, hidden := range []string{"4f1c9b7e2a5d", "ponte-password"} {
		if strings.Contains(string(shown), hidden) {
			t.Errorf("%q is shown: %s", hidden, shown)
		}
	}
}
