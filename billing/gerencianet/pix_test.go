package gerencianet

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

const (
	pixKey    = "financeiro@example.com"
	pixID     = "chg01J5A6B7C8D9E0F1G2H3J4K5M6"
	endToEnd  = "E12345678202608011200abcdef12345"
	pixCode   = "00020101021226"
	reference = "chg-01J5A6B7C8D9E0F1G2H3J4K5M6"
)

// pixConfig is what a client with Pix has; certificates are for TLS only, which
// this machine needs not.
func pixConfig(t testing.TB, address string) Config {
	t.Helper()
	key := newKey(t)
	file := append(encodeCertificate(selfSigned(t, key, "conta", time.Now().Add(time.Hour))), encodeKey(t, key)...)
	return Config{
		BaseURL: address, PixBaseURL: address, Environment: provider.Sandbox, ClientID: "client", ClientSecret: clientSecret,
		PixCertificate: string(file), PixKey: pixKey, Timeout: 5 * time.Second, Now: func() time.Time { return now },
	}
}

func setupPix(t *testing.T, answer http.HandlerFunc) (*Client, *stub) {
	t.Helper()
	s := &stub{}
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		defer s.mu.Unlock()
		if r.URL.Path == "/oauth/token" || r.URL.Path == "/v1/authorize" {
			s.authorized++
			fmt.Fprintf(w, `{"access_token":%q,"token_type":"Bearer","expires_in":3600,"scope":"cob.write"}`, accessToken)
			return
		}
		skip := ""
		if r.Header.Get("X-Skip-Mtls-Checking") == "true" {
			skip = " skip"
		}
		s.calls = append(s.calls, call{r.Method, r.URL.RequestURI(), string(body) + skip, r.Header.Get("Authorization"), ""})
		answer(w, r)
	}))
	t.Cleanup(s.server.Close)
	return New(pixConfig(t, s.server.URL)), s
}

func pixRequest() provider.ChargeRequest {
	pix := request()
	pix.Reference, pix.Method, pix.Pix.ExpiresIn, pix.Message = reference, provider.Pix, time.Hour, "linha 1\r\nlinha 2"
	return pix
}

func dueRequest() provider.ChargeRequest {
	due := pixRequest()
	due.Pix = provider.PixTerms{DaysAfterDue: 30}
	due.Discount, due.AmountCents = &provider.Discount{Value: 490}, 10000
	due.ConditionalDiscount = &provider.Discount{Percent: true, Value: 150, Until: pointer(brazil.Date("2026-08-15"))}
	due.Payer.Name, due.Payer.TaxID = "Empresa Ltda", "11222333000181"
	return due
}

var (
	immediate = provider.Handle{Method: provider.Pix, ID: pixID}
	dueDated  = provider.Handle{Method: provider.Pix, ID: pixID, DueDated: true}
)

func cobAnswer(status, more string) string {
	return `{"calendario":{"criacao":"2026-08-01T14:30:00.000Z","expiracao":3600},"txid":"` + pixID + `","revisao":0,"loc":{"id":789,"tipoCob":"cob"},
		"status":"` + status + `","valor":{"original":"104.90"},"chave":"x","pixCopiaECola":"` + pixCode + `"` + more + `}`
}

func cobvAnswer(status string, due brazil.Date, more string) string {
	return `{"calendario":{"criacao":"2026-08-01T14:30:00.000Z","dataDeVencimento":"` + string(due) + `","validadeAposVencimento":2},"txid":"` + pixID + `",
		"status":"` + status + `","valor":{"original":"104.90","abatimento":{"modalidade":1,"valorPerc":"4.90"}},"pixCopiaECola":"` + pixCode + `"` + more + `}`
}

func TestPixRequests(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	const taken = `{"status":"REMOVIDA_PELO_USUARIO_RECEBEDOR"}`
	for name, test := range map[string]struct {
		answer string
		do     func(*Client) error
		want   string
	}{
		"immediate": {cobAnswer("ATIVA", ""), func(c *Client) error { _, err := c.Issue(ctx, immediate, pixRequest()); return err },
			`PUT /v2/cob/` + pixID + ` {"calendario":{"expiracao":3600},"devedor":{"cpf":"52998224725","nome":"Ana Maria Souza"},"valor":{"original":"104.90"},` +
				`"chave":"financeiro@example.com","solicitacaoPagador":"linha 1 linha 2"}`},
		"with a due date": {cobvAnswer("ATIVA", "2026-08-20", ""), func(c *Client) error { _, err := c.Issue(ctx, dueDated, dueRequest()); return err },
			`PUT /v2/cobv/` + pixID + ` {"calendario":{"dataDeVencimento":"2026-08-20","validadeAposVencimento":30},` +
				`"devedor":{"cnpj":"11222333000181","nome":"Empresa Ltda","logradouro":"Rua A, 10","cidade":"Ouro Preto","uf":"MG","cep":"35400000"},` +
				`"valor":{"original":"104.90","multa":{"modalidade":2,"valorPerc":"2.00"},"juros":{"modalidade":3,"valorPerc":"0.99"},"abatimento":{"modalidade":1,"valorPerc":"4.90"},` +
				`"desconto":{"modalidade":2,"descontoDataFixa":[{"data":"2026-08-15","valorPerc":"1.50"}]}},"chave":"financeiro@example.com","solicitacaoPagador":"linha 1 linha 2"}`},
		"get":      {cobAnswer("ATIVA", ""), func(c *Client) error { _, err := c.Get(ctx, immediate); return err }, `GET /v2/cob/` + pixID + ` `},
		"get due":  {cobvAnswer("ATIVA", "2026-08-20", ""), func(c *Client) error { _, err := c.Get(ctx, dueDated); return err }, `GET /v2/cobv/` + pixID + ` `},
		"cancel":   {cobAnswer("x", ""), func(c *Client) error { return c.Cancel(ctx, immediate) }, `PATCH /v2/cob/` + pixID + ` ` + taken},
		"settle":   {cobAnswer("x", ""), func(c *Client) error { return c.Settle(ctx, dueDated) }, `PATCH /v2/cobv/` + pixID + ` ` + taken},
		"due date": {cobvAnswer("ATIVA", "2026-09-01", ""), func(c *Client) error { _, err := c.ChangeDueDate(ctx, dueDated, "2026-09-01"); return err }, `PATCH /v2/cobv/` + pixID + ` {"calendario":{"dataDeVencimento":"2026-09-01"}}` + "\n" + `GET /v2/cobv/` + pixID + ` `},
		"webhook": {`{"webhookUrl":"x"}`, func(c *Client) error { return c.RegisterWebhook(ctx, "https://erp.example/pix?hmac=x", false) },
			`PUT /v2/webhook/financeiro%40example.com {"webhookUrl":"https://erp.example/pix?hmac=x"} skip`},
		"webhook with certificate": {`{"webhookUrl":"x"}`, func(c *Client) error { return c.RegisterWebhook(ctx, "https://erp.example/pix", true) },
			`PUT /v2/webhook/financeiro%40example.com {"webhookUrl":"https://erp.example/pix"}`},
		"refund": {`{"id":"r1","valor":"7.89","status":"EM_PROCESSAMENTO"}`, func(c *Client) error {
			_, err := c.Refund(ctx, immediate, provider.RefundRequest{Reference: "r1", AmountCents: 789, EndToEndID: endToEnd})
			return err
		}, `PUT /v2/pix/` + endToEnd + `/devolucao/r1 {"valor":"7.89"}`},
		"read a refund": {`{"id":"r1","valor":"7.89","status":"NAO_REALIZADO","motivo":"conta encerrada"}`, func(c *Client) error {
			refund, err := c.GetRefund(ctx, provider.RefundRequest{Reference: "r1", EndToEndID: endToEnd})
			if refund.Status != provider.RefundFailed || refund.Reason != "conta encerrada" || refund.AmountCents != 789 {
				return fmt.Errorf("refund %+v, %w", refund, err)
			}
			return err
		}, `GET /v2/pix/` + endToEnd + `/devolucao/r1 `},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, stub := setupPix(t, reply(200, test.answer))
			if err := test.do(client); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, call := range stub.seen() {
				if call.Authorization != "Bearer "+accessToken {
					t.Errorf("call %+v", call)
				}
				got = append(got, call.Method+" "+call.URI+" "+call.Body)
			}
			if strings.Join(got, "\n") != test.want {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), test.want)
			}
		})
	}
}

func TestPixStatuses(t *testing.T) {
	t.Parallel()
	paid := `,"pix":[{"endToEndId":"` + endToEnd + `","valor":"104.90","horario":"2026-08-02T02:30:00.000Z","gnExtras":{"tarifa":"1.19"},"devolucoes":[%s]}]`
	returned := func(value, status string) string {
		return fmt.Sprintf(paid, `{"id":"r1","valor":"`+value+`","status":"`+status+`"}`)
	}
	for name, test := range map[string]struct {
		body     string
		dueDated bool
		now      time.Time
		want     provider.Status
	}{
		"waiting":                     {cobAnswer("ATIVA", ""), false, now, provider.Waiting},
		"gone by":                     {cobAnswer("ATIVA", ""), false, now.Add(30 * time.Minute), provider.Expired},
		"withdrawn":                   {cobAnswer("REMOVIDA_PELO_USUARIO_RECEBEDOR", ""), false, now, provider.Canceled},
		"withdrawn by the provider":   {cobAnswer("REMOVIDA_PELO_PSP", ""), false, now, provider.Canceled},
		"a word of tomorrow":          {cobAnswer("LEVITANDO", ""), false, now, provider.Unrecognized},
		"paid":                        {cobAnswer("CONCLUIDA", fmt.Sprintf(paid, "")), false, now.Add(9000 * time.Hour), provider.Paid},
		"paid, nothing told of it":    {cobAnswer("CONCLUIDA", ""), false, now, provider.Paid},
		"given back in part":          {cobAnswer("CONCLUIDA", returned("104.89", "DEVOLVIDO")), false, now, provider.Paid},
		"being given back":            {cobAnswer("CONCLUIDA", returned("104.90", "EM_PROCESSAMENTO")), false, now, provider.Paid},
		"not given back":              {cobAnswer("CONCLUIDA", returned("104.90", "NAO_REALIZADO")), false, now, provider.Paid},
		"given back":                  {cobAnswer("CONCLUIDA", returned("104.90", "DEVOLVIDO")), false, now, provider.Refunded},
		"due today":                   {cobvAnswer("ATIVA", "2026-08-01", ""), true, now, provider.Waiting},
		"due yesterday":               {cobvAnswer("ATIVA", "2026-07-31", ""), true, now, provider.Overdue},
		"the last moment of its life": {cobvAnswer("ATIVA", "2026-07-31", ""), true, time.Date(2026, 8, 3, 2, 59, 59, 0, time.UTC), provider.Overdue},
		"the moment after":            {cobvAnswer("ATIVA", "2026-07-31", ""), true, time.Date(2026, 8, 3, 3, 0, 0, 0, time.UTC), provider.Expired},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := decode([]byte(test.body))
			if err != nil {
				t.Fatal(err)
			}
			if got := readPix(data, test.dueDated, test.now); got.Status != test.want {
				t.Errorf("%+v is not %s", got, test.want)
			}
		})
	}
}

func TestPixAnswer(t *testing.T) {
	t.Parallel()
	client, _ := setupPix(t, reply(200, cobAnswer("CONCLUIDA", `,"pix":[{"endToEndId":"`+endToEnd+`","valor":"104.9","horario":"2026-08-02T02:30:00.000Z","gnExtras":{"tarifa":"1.19"},
		"devolucoes":[{"id":"r1","valor":"4.90","status":"DEVOLVIDO"}]}]`)))
	got, err := client.Get(context.Background(), immediate)
	at := time.Date(2026, 8, 2, 2, 30, 0, 0, time.UTC)
	want := provider.Charge{
		ProviderID: pixID, Method: provider.Pix, PaidWith: provider.Pix, Status: provider.Paid, ProviderStatus: "CONCLUIDA", AmountCents: 10490,
		ExpiresAt: pointer(time.Date(2026, 8, 1, 15, 30, 0, 0, time.UTC)), PaidCents: pointer(int64(10490)), PaidOn: pointer(brazil.Date("2026-08-01")),
		ConfirmedAt: &at, FeeCents: pointer(int64(119)), EndToEndID: endToEnd, PixCode: pixCode,
		Refunds: []provider.Refund{{Reference: "r1", AmountCents: 490, Status: provider.RefundDone}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
	}
}

func TestPixAsksForWhatIsMissing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answers map[string]http.HandlerFunc
		code    string
		fee     *int64
		class   provider.Class
	}{
		"the code": {map[string]http.HandlerFunc{"GET /qrcode": reply(200, `{"qrcode":"0002X"}`), "GET " + pixID: reply(200, strings.ReplaceAll(cobAnswer("ATIVA", ""), pixCode, ""))}, "0002X", nil, ""},
		"the code that does not come": {map[string]http.HandlerFunc{"GET /qrcode": reply(500, `{"nome":"erro_aplicacao"}`), "GET " + pixID: reply(200, strings.ReplaceAll(cobAnswer("ATIVA", ""), pixCode, ""))},
			"", nil, provider.Unavailable},
		"the fee": {map[string]http.HandlerFunc{"GET " + endToEnd: reply(200, `{"endToEndId":"x","gnExtras":{"tarifa":"0.50"}}`), "GET " + pixID: reply(200, cobAnswer("CONCLUIDA", `,"pix":[{"endToEndId":"`+endToEnd+`","valor":"104.90"}]`))},
			pixCode, pointer(int64(50)), ""},
		"the fee that is not told": {map[string]http.HandlerFunc{"GET " + endToEnd: reply(403, `{"nome":"x"}`), "GET " + pixID: reply(200, cobAnswer("CONCLUIDA", `,"pix":[{"endToEndId":"`+endToEnd+`","valor":"104.90"}]`))},
			pixCode, nil, ""},
		"the fee that may come later": {map[string]http.HandlerFunc{"GET " + endToEnd: reply(502, `<html>`), "GET " + pixID: reply(200, cobAnswer("CONCLUIDA", `,"pix":[{"endToEndId":"`+endToEnd+`","valor":"104.90"}]`))},
			pixCode, nil, provider.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setupPix(t, route(test.answers))
			got, err := client.Get(context.Background(), immediate)
			if test.class != "" {
				if provider.ClassOf(err) != test.class {
					t.Errorf("error %v", err)
				}
				return
			}
			if err != nil || got.PixCode != test.code || !reflect.DeepEqual(got.FeeCents, test.fee) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestPixIssueIsRepeatSafe(t *testing.T) {
	t.Parallel()
	taken := reply(409, `{"nome":"txid_duplicado","mensagem":"Campo txid informado já foi utilizado em outra cobrança"}`)
	standard := reply(400, `{"type":"https://pix.bcb.gov.br/api/v2/error/CobVOperacaoInvalida","title":"x","status":400,"detail":"txid","violacoes":[{"razao":"já usado","propriedade":"txid"}]}`)
	missing := reply(400, `{"nome":"cobranca_nao_encontrada","mensagem":"x"}`)
	for name, test := range map[string]struct {
		put, get http.HandlerFunc
		class    provider.Class
	}{
		"issued before":                         {taken, reply(200, cobvAnswer("ATIVA", "2026-08-20", "")), ""},
		"issued before, said in the BCB's form": {standard, reply(200, cobvAnswer("ATIVA", "2026-08-20", "")), ""},
		"another amount":                        {taken, reply(200, strings.Replace(cobvAnswer("ATIVA", "2026-08-20", ""), "104.90", "104.91", 1)), provider.Duplicate},
		"another day":                           {taken, reply(200, cobvAnswer("ATIVA", "2026-08-21", "")), provider.Duplicate},
		"refused, and not there":                {standard, missing, provider.Invalid},
		"refused, and who knows":                {taken, reply(502, "<html>"), provider.Unavailable},
		"no answer":                             {reply(502, "<html>"), missing, provider.Ambiguous},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setupPix(t, route(map[string]http.HandlerFunc{"PUT ": test.put, "GET ": test.get}))
			got, err := client.Issue(context.Background(), dueDated, dueRequest())
			if test.class == "" && (err != nil || got.ProviderID != pixID || got.Reference != reference || got.AmountCents != 10000) {
				t.Errorf("got %+v, %v", got, err)
			}
			if test.class != "" && (err == nil || provider.ClassOf(err) != test.class) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestPixAfterItsDay(t *testing.T) {
	t.Parallel()
	late := dueRequest()
	late.DueDate, late.ConditionalDiscount = "2026-07-31", nil
	for name, test := range map[string]struct {
		get   http.HandlerFunc
		class provider.Class
	}{
		"issued before": {reply(200, cobvAnswer("ATIVA", "2026-07-31", "")), ""},
		"never issued":  {reply(404, `{"type":"https://x/CobVNaoEncontrada","title":"x","status":404}`), provider.Invalid},
		"who knows":     {reply(503, ""), provider.Unavailable},
	} {
		client, _ := setupPix(t, test.get)
		_, err := client.Issue(context.Background(), dueDated, late)
		if (err == nil) != (test.class == "") || err != nil && provider.ClassOf(err) != test.class {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPixCancelIsRepeatSafe(t *testing.T) {
	t.Parallel()
	closed := reply(400, `{"nome":"status_cobranca_invalido","mensagem":"A cobrança não está mais com o status ATIVA"}`)
	for name, test := range map[string]struct {
		patch, get http.HandlerFunc
		class      provider.Class
	}{
		"withdrawn before": {closed, reply(200, cobAnswer(withdrawn, "")), ""},
		"never issued":     {reply(400, `{"nome":"cobranca_nao_encontrada"}`), closed, ""},
		"paid":             {closed, reply(200, cobAnswer("CONCLUIDA", "")), provider.State},
		"who knows":        {closed, reply(500, ""), provider.Unavailable},
		"no answer":        {reply(500, ""), closed, provider.Ambiguous},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setupPix(t, route(map[string]http.HandlerFunc{"PATCH ": test.patch, "GET ": test.get}))
			for _, err := range []error{client.Cancel(context.Background(), immediate), client.Settle(context.Background(), immediate)} {
				if (err == nil) != (test.class == "") || err != nil && provider.ClassOf(err) != test.class {
					t.Errorf("error %v", err)
				}
			}
		})
	}
}

func TestTxidOf(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, given := range []string{reference, "chg-1", "chg-2", strings.Repeat("x", 255), "a-b", "a_b", ""} {
		txid := txidOf(given)
		if !txidPattern.MatchString(txid) || seen[txid] || txid != txidOf(given) {
			t.Errorf("%q is %q", given, txid)
		}
		seen[txid] = true
	}
	if txidOf(reference) != pixID {
		t.Errorf("txid %q", txidOf(reference))
	}
}

func TestDecimals(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{`"0.01"`: 1, `"123.45"`: 12345, `"7"`: 700, `"7.5"`: 750, `10.00`: 1000, `"9999999999.99"`: 999999999999, `"0.10"`: 10} {
		data, _ := decode([]byte(`{"v":` + text + `}`))
		if got := data.cents("v"); got == nil || *got != want {
			t.Errorf("%s is %v", text, got)
		}
		if written := decimal(want); data.text("v") == written {
			continue
		} else if again, _ := decode([]byte(`{"v":"` + written + `"}`)); *again.cents("v") != want {
			t.Errorf("%d is written %s", want, written)
		}
	}
	for _, text := range []string{`"1.234"`, `"-1"`, `"1,00"`, `""`, `null`, `"99999999999999999999"`, `1e3`} {
		data, _ := decode([]byte(`{"v":` + text + `}`))
		if got := data.cents("v"); got != nil {
			t.Errorf("%s is %d", text, *got)
		}
	}
}

func TestPixWithoutCredentials(t *testing.T) {
	t.Parallel()
	full := pixConfig(t, "http://127.0.0.1:1")
	for name, test := range map[string]struct {
		change func(*Config)
		field  string
	}{
		"no certificate":    {func(c *Config) { c.PixCertificate = "" }, "pixCertificate"},
		"a broken one":      {func(c *Config) { c.PixCertificate = "x" }, "pixCertificate"},
		"no key":            {func(c *Config) { c.PixKey = "" }, "pixKey"},
		"nothing":           {func(c *Config) { c.PixCertificate, c.PixKey = "", "" }, "pixCertificate"},
		"plain http":        {func(c *Config) { c.PixBaseURL = "http://pix.example.com" }, ""},
		"other environment": {func(c *Config) { c.PixBaseURL = "https://pix.api.efipay.com.br" }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := full
			test.change(&config)
			client, ctx := New(config), context.Background()
			_, get := client.Get(ctx, immediate)
			_, issue := client.Issue(ctx, immediate, pixRequest())
			_, find := client.Find(ctx, provider.Pix, reference, "2026-08-01", "2026-08-02")
			for what, err := range map[string]error{"get": get, "issue": issue, "find": find, "cancel": client.Cancel(ctx, immediate), "webhook": client.RegisterWebhook(ctx, "https://x.example", true)} {
				if failure := failureOf(t, err); failure.Class != provider.Auth || failure.Field != test.field || failure.Remedy.PT == "" {
					t.Errorf("%s: %+v", what, failure)
				}
			}
		})
	}
}

func TestReserveOfAPixSendsNothing(t *testing.T) {
	t.Parallel()
	client, stub := setupPix(t, reply(500, ""))
	id, err := client.Reserve(context.Background(), pixRequest())
	if err != nil || id != pixID || len(stub.seen()) != 0 || stub.authorized != 0 {
		t.Errorf("id %q, %v", id, err)
	}
}

func TestPixHosts(t *testing.T) {
	t.Parallel()
	for environment, host := range map[provider.Environment]string{
		provider.Sandbox: "https://pix-h.api.efipay.com.br", provider.Production: "https://pix.api.efipay.com.br",
	} {
		if client := New(Config{Environment: environment}); client.pix.config.PixBaseURL != host {
			t.Errorf("%s: %s", environment, client.pix.config.PixBaseURL)
		}
	}
}

// received answers count payments by page, every third of them without txid.
func received(count int, withTotal bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		page, size := 0, 0
		_, _ = fmt.Sscan(r.URL.Query().Get("paginacao.paginaAtual"), &page)
		_, _ = fmt.Sscan(r.URL.Query().Get("paginacao.itensPorPagina"), &size)
		var rows []string
		for i := page * size; i < min((page+1)*size, count); i++ {
			txid := fmt.Sprintf(`"txid":"x%d",`, i)
			if i%3 == 0 {
				txid = ""
			}
			rows = append(rows, fmt.Sprintf(`{%s"endToEndId":"E%d","valor":"1.00","horario":"2026-08-01T12:00:00Z"}`, txid, i))
		}
		total := ""
		if withTotal {
			total = fmt.Sprintf(`"parametros":{"paginacao":{"quantidadeDePaginas":%d}},`, (count+size-1)/size)
		}
		_, _ = io.WriteString(w, `{`+total+`"pix":[`+strings.Join(rows, ",")+`]}`)
	}
}

func TestPixChanged(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		count, stopAfter, want, calls int
		withTotal                     bool
	}{
		"nothing":                       {0, 0, 0, 1, false},
		"two pages":                     {150, 0, 100, 2, false},
		"a full last page":              {200, 0, 133, 3, false},
		"a full last page, total known": {200, 0, 133, 2, true},
		"it stops when told":            {250, 3, 3, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list := received(test.count, test.withTotal)
			client, stub := setupPix(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(r.URL.Path, "/v1/") {
					reply(404, "")(w, r)
					return
				}
				list(w, r)
			})
			seen := 0
			err := client.Changed(context.Background(), "2026-08-01", "2026-08-10", true, func(charge provider.Charge) bool {
				seen++
				if charge.Status != provider.Paid || charge.Method != provider.Pix || *charge.PaidCents != 100 {
					t.Errorf("charge %+v", charge)
				}
				return seen != test.stopAfter
			})
			calls := stub.seen()[3:]
			if err != nil || seen != test.want || len(calls) != test.calls {
				t.Fatalf("%d rows in %d calls, %v", seen, len(calls), err)
			}
			address, _ := url.Parse(calls[0].URI)
			query := address.Query()
			if address.Path != "/v2/pix" || query.Get("inicio") != "2026-08-01T03:00:00Z" || query.Get("fim") != "2026-08-11T02:59:59Z" {
				t.Errorf("call %s", calls[0].URI)
			}
		})
	}
}

func TestPixListWithoutPages(t *testing.T) {
	t.Parallel()
	first := received(100, false)
	client, _ := setupPix(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v1/") {
			reply(404, "")(w, r)
			return
		}
		r.URL.RawQuery = "paginacao.paginaAtual=0&paginacao.itensPorPagina=100"
		first(w, r)
	})
	err := client.Changed(context.Background(), "2026-08-01", "2026-08-01", true, func(provider.Charge) bool { return true })
	if provider.ClassOf(err) != provider.Unavailable {
		t.Errorf("error %v", err)
	}
}

func TestWholeRefund(t *testing.T) {
	t.Parallel()
	payment := func(returns string) http.HandlerFunc {
		return reply(200, `{"endToEndId":"`+endToEnd+`","valor":"104.90","devolucoes":[`+returns+`]}`)
	}
	made := reply(201, `{"id":"r2","valor":"100.00","status":"EM_PROCESSAMENTO"}`)
	for name, test := range map[string]struct {
		get, put http.HandlerFunc
		cents    int64
		class    provider.Class
	}{
		"what is left":      {payment(`{"id":"r1","valor":"4.90","status":"DEVOLVIDO"},{"id":"r0","valor":"1.00","status":"NAO_REALIZADO"}`), made, 10000, ""},
		"made before":       {payment(`{"id":"r2","valor":"104.90","status":"DEVOLVIDO"}`), reply(500, ""), 10490, ""},
		"nothing left":      {payment(`{"id":"r1","valor":"104.90","status":"EM_PROCESSAMENTO"}`), made, 0, provider.Invalid},
		"unknown payment":   {reply(400, `{"nome":"pix_nao_encontrado"}`), made, 0, provider.NotFound},
		"answer that fails": {payment(``), reply(500, `{"nome":"erro_aplicacao"}`), 0, provider.Ambiguous},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setupPix(t, route(map[string]http.HandlerFunc{"PUT ": test.put, "GET ": test.get}))
			got, err := client.Refund(context.Background(), immediate, provider.RefundRequest{Reference: "r2", Whole: true, EndToEndID: endToEnd})
			if (err == nil) != (test.class == "") || err != nil && provider.ClassOf(err) != test.class || err == nil && (got.AmountCents != test.cents || got.Reference != "r2") {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestRepeatedRefund(t *testing.T) {
	t.Parallel()
	taken := reply(409, `{"nome":"devolucao_id_duplicado","mensagem":"O id informado já foi utilizado em outra devolução"}`)
	for value, class := range map[string]provider.Class{"7.89": "", "7.88": provider.Duplicate} {
		client, _ := setupPix(t, route(map[string]http.HandlerFunc{"PUT ": taken, "GET ": reply(200, `{"id":"r1","valor":"`+value+`","status":"DEVOLVIDO"}`)}))
		got, err := client.Refund(context.Background(), immediate, provider.RefundRequest{Reference: "r1", AmountCents: 789, EndToEndID: endToEnd})
		if (err == nil) != (class == "") || err != nil && provider.ClassOf(err) != class || err == nil && got.Status != provider.RefundDone {
			t.Errorf("%s: %+v, %v", value, got, err)
		}
	}
	client, stub := setupPix(t, reply(200, "{}"))
	for _, wrong := range []provider.RefundRequest{{Reference: "r-1", EndToEndID: endToEnd, AmountCents: 1}, {Reference: "r1", EndToEndID: "../x", AmountCents: 1}, {Reference: "r1", EndToEndID: endToEnd}} {
		if _, err := client.Refund(context.Background(), immediate, wrong); provider.ClassOf(err) != provider.Invalid || len(stub.seen()) != 0 {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
}

// TestPixShowsItsCertificate tells a certificate that the other side refuses
// from a network that fails.
func TestPixShowsItsCertificate(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(reply(200, "{}"))
	config := pixConfig(t, "")
	server.TLS = requiring(t)
	server.Config.ErrorLog = discard
	server.StartTLS()
	t.Cleanup(server.Close)
	transport, _ := server.Client().Transport.(*http.Transport)
	config.BaseURL, config.PixBaseURL, config.HTTP = "http://127.0.0.1:1", server.URL, transport
	_, err := New(config).Get(context.Background(), immediate)
	if failure := failureOf(t, err); failure.Class != provider.Auth || failure.Field != "pixCertificate" {
		t.Errorf("error %v", err)
	}
}

func TestPixAttemptsShowNoSecrets(t *testing.T) {
	t.Parallel()
	client, _ := setupPix(t, reply(200, `{"webhookUrl":"https://erp.example/pix/9f86d081?ignorar="}`))
	ctx, recorder := provider.WithRecorder(context.Background())
	if err := client.RegisterWebhook(ctx, "https://erp.example/pix/9f86d081?ignorar=", false); err != nil {
		t.Fatal(err)
	}
	_, _ = client.Issue(ctx, immediate, pixRequest())
	shown := fmt.Sprintf("%+v", recorder.Attempts())
	for _, hidden := range []string{"9f86d081", clientSecret, accessToken, "52998224725", "PRIVATE KEY"} {
		if strings.Contains(shown, hidden) {
			t.Errorf("%q is shown: %s", hidden, shown)
		}
	}
}
