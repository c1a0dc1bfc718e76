package vhsys

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"ponte/billing/provider"
)

const (
	accessToken = "access-t0ken"
	secretToken = "secret-t0ken"
	created     = `{"code":200,"status":"success","data":{"id_cliente":1000000001,"id_ped":15579150}}`
)

// call is one request as the stub saw it.
type call struct {
	Method, URI, Body string
	Header            http.Header
}

// query answers the call's query in a readable form.
func (c call) query() string {
	address, _ := url.Parse(c.URI)
	plain, _ := url.QueryUnescape(address.RawQuery)
	return plain
}

type stub struct {
	server *httptest.Server
	mu     sync.Mutex
	calls  []call
}

func (s *stub) seen() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]call(nil), s.calls...)
}

func (s *stub) lines() []string {
	var lines []string
	for _, call := range s.seen() {
		lines = append(lines, strings.TrimSpace(call.Method+" "+call.URI+" "+call.Body))
	}
	return lines
}

func setup(t *testing.T, answer http.HandlerFunc) (*Client, *stub) {
	t.Helper()
	s := &stub{}
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.calls = append(s.calls, call{r.Method, r.URL.RequestURI(), string(body), r.Header})
		s.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(s.server.Close)
	return newClient(s.server.URL), s
}

func newClient(baseURL string) *Client {
	return New(Config{BaseURL: baseURL, AccessToken: accessToken, SecretAccessToken: secretToken, Timeout: 5 * time.Second, UserAgent: "Ponte/test"})
}

func reply(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func failureOf(t *testing.T, err error) *provider.Error {
	t.Helper()
	var failure *provider.Error
	if !errors.As(err, &failure) {
		t.Fatalf("error %v is not a *provider.Error", err)
	}
	return failure
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	client, stub := setup(t, reply(200, created))
	if _, err := client.CreateCustomer(context.Background(), payer(), "cus_1"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"access-token": accessToken, "secret-access-token": secretToken, "User-Agent": "Ponte/test",
		"Content-Type": "application/json", "Cache-Control": "no-cache",
	} {
		if got := stub.seen()[0].Header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	anonymous := New(Config{BaseURL: stub.server.URL + "/v2/"})
	_ = anonymous.Ping(context.Background())
	if last := stub.seen()[1]; last.Header.Get("User-Agent") == "" || last.URI != "/v2/clientes?limit=1&lixeira=Nao" {
		t.Errorf("call %+v", last)
	}
}

func TestPing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		class  provider.Class
	}{
		"works":       {reply(200, `{"code":200,"status":"success","data":[{"id_cliente":1}]}`), ""},
		"no customer": {reply(403, `{"code":403,"status":"error","data":"Nenhum cliente encontrado!"}`), ""},
		"bad tokens":  {reply(401, `Unauthorized`), provider.Auth},
		"outage":      {reply(503, `<html>x</html>`), provider.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, test.answer)
			err := client.Ping(context.Background())
			if (err == nil) != (test.class == "") || err != nil && provider.ClassOf(err) != test.class {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestErrorShapes(t *testing.T) {
	t.Parallel()
	client := newClient("http://127.0.0.1:1")
	for name, test := range map[string]struct {
		status            int
		body              string
		class             provider.Class // of a write
		code, text, field string
	}{
		"nothing found":    {403, `{"code":403,"status":"error","data":"Nenhum pedido encontrado!"}`, provider.NotFound, "403", "Nenhum pedido encontrado!", ""},
		"refused order":    {403, `{"code":403,"status":"error","data":"Erro ao cadastrar o pedido!"}`, provider.Invalid, "403", "Erro ao cadastrar o pedido!", "order"},
		"refused item":     {403, `{"code":"403","status":"error","data":"Erro ao cadastrar o produto para o pedido!"}`, provider.Invalid, "403", "Erro ao cadastrar o produto para o pedido!", "items"},
		"refused parcel":   {403, `{"code":403,"data":"Erro ao cadastrar a parcela para o pedido!"}`, provider.Invalid, "403", "Erro ao cadastrar a parcela para o pedido!", "installments"},
		"refused status":   {403, `{"code":403,"data":"Erro ao cadastrar o status para o pedido!"}`, provider.Invalid, "403", "Erro ao cadastrar o status para o pedido!", "status"},
		"refused customer": {403, `{"code":403,"data":"Erro ao cadastrar o cliente!"}`, provider.Invalid, "403", "Erro ao cadastrar o cliente!", "payer"},
		"other refusal":    {403, `{"code":403,"data":"CPF 529.982.247-25 bloqueado"}`, provider.Invalid, "403", "CPF ***.982.247-** bloqueado", ""},
		"no access":        {403, `{"code":403,"data":"Token sem permissão"}`, provider.Auth, "403", "Token sem permissão", ""},
		"403 inside a 200": {200, `{"code":403,"status":"error","data":"Nenhum cliente encontrado"}`, provider.NotFound, "403", "Nenhum cliente encontrado", ""},
		"unknown route":    {200, `{"code":404,"message":"Rota inválida"}`, provider.Invalid, "404", "Rota inválida", ""},
		"bad tokens":       {401, ``, provider.Auth, "401", "an empty answer", ""},
		"bad tokens, JSON": {401, `{"code":401,"data":"x"}`, provider.Auth, "401", "x", ""},
		"conflict":         {400, `{"code":400,"status":"error","data":"Para cadastrar"}`, provider.Invalid, "400", "Para cadastrar", ""},
		"validation":       {422, `{"code":422,"status":"error","mensagem":"Dados","erros":["a","b"]}`, provider.Invalid, "422", "Dados a b", ""},
		"throttled":        {429, `{"code":429,"data":"x"}`, provider.Ambiguous, "429", "x", ""},
		"server":           {500, `{"code":500,"data":"x"}`, provider.Ambiguous, "500", "x", ""},
		"gateway":          {502, `<html><b>Bad</b> gateway</html>`, provider.Ambiguous, "", "Bad gateway", ""},
		"page as success":  {200, `<html>login</html>`, provider.Ambiguous, "", "login", ""},
		"403 of the edge":  {403, `<html>blocked</html>`, provider.Ambiguous, "", "blocked", ""},
		"empty":            {200, ``, provider.Ambiguous, "", "an empty answer", ""},
		"cut":              {200, `{"code":200,"da`, provider.Ambiguous, "", `{"code":200,"da`, ""},
		"unheard-of":       {418, `{"code":418,"data":"x"}`, provider.Ambiguous, "418", "x", ""},
		"error in a 200":   {200, `{"code":200,"status":"error","data":"x"}`, provider.Ambiguous, "200", "x", ""},
		"a list":           {200, `[1]`, provider.Ambiguous, "", "[1]", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := &provider.HTTPAnswer{Status: test.status, Body: []byte(test.body), IsHTML: strings.HasPrefix(test.body, "<")}
			_, err := client.read(answer, true)
			failure := failureOf(t, err)
			if failure.Class != test.class || failure.Code != test.code || failure.Text != test.text || failure.Field != test.field {
				t.Errorf("failure %+v", failure)
			}
			if failure.Cause.PT == "" || failure.Cause.EN == "" || failure.Remedy.PT == "" || failure.Remedy.EN == "" {
				t.Errorf("failure %+v explains nothing", failure)
			}
			want := test.class
			if want == provider.Ambiguous {
				want = provider.Unavailable
			}
			if _, err := client.read(answer, false); provider.ClassOf(err) != want {
				t.Errorf("a read is %v", err)
			}
		})
	}
}

func FuzzErrors(f *testing.F) {
	for _, body := range []string{`{"code":403,"data":"Nenhum"}`, `{"code":"200","data":[{"id_ped":1}]}`, `{"code":404,"message":"inválida"}`, "<html", "", `{"erros":[1,"x"]}`, "\xff"} {
		f.Add(403, body)
		f.Add(200, body)
		f.Add(502, body)
	}
	classes := []provider.Class{provider.Invalid, provider.Auth, provider.NotFound, provider.Ambiguous, provider.Unavailable}
	client := newClient("http://127.0.0.1:1")
	f.Fuzz(func(t *testing.T, status int, body string) {
		for _, write := range []bool{true, false} {
			data, err := client.read(&provider.HTTPAnswer{Status: status, Body: []byte(body)}, write)
			if err == nil {
				for _, row := range records(data) {
					_, _, _, _ = row.cents("v"), row.quantity("v"), row.trashed(), mend(row.text("v"))
				}
				continue
			}
			failure := failureOf(t, err)
			if !slices.Contains(classes, failure.Class) || failure.Cause.PT == "" || failure.Remedy.EN == "" || !utf8.ValidString(failure.Text) {
				t.Fatalf("failure %+v", failure)
			}
			if write && status >= 500 && failure.Class != provider.Ambiguous || !write && failure.Class == provider.Ambiguous {
				t.Fatalf("a %d is %s", status, failure.Class)
			}
		}
	})
}

func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"reset": func(w http.ResponseWriter, _ *http.Request) {
			connection, _, _ := w.(http.Hijacker).Hijack()
			_ = connection.Close()
		},
		"slow": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"huge": reply(200, `{"code":200,"data":"`+strings.Repeat("x", 16<<20)+`"}`),
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/v2/x", http.StatusMovedPermanently)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, stub := setup(t, answer)
			ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
			defer cancel()
			done := make(chan error, 3)
			go func() { _, err := client.CreateCustomer(ctx, payer(), "cus_1"); done <- err }()
			go func() {
				done <- client.SetInstallments(ctx, "1", []provider.OrderInstallment{{DueDate: "2026-01-01", AmountCents: 1}})
			}()
			go func() { done <- client.RemoveItem(ctx, "1", "2") }()
			for range 3 {
				if err := <-done; provider.ClassOf(err) != provider.Ambiguous {
					t.Errorf("write: %v", err)
				}
			}
			ctx, cancel = context.WithTimeout(context.Background(), 300*time.Millisecond)
			defer cancel()
			if _, err := client.Items(ctx, "1"); provider.ClassOf(err) != provider.Unavailable {
				t.Errorf("read: %v", err)
			}
			for _, line := range stub.lines() {
				if strings.HasSuffix(line, "/v2/x") {
					t.Error("the redirect was followed")
				}
			}
		})
	}
}

func TestRefusedConnectionIsUnavailable(t *testing.T) {
	t.Parallel()
	client, stub := setup(t, reply(200, created))
	stub.server.Close()
	if _, err := client.CreateCustomer(context.Background(), payer(), "cus_1"); provider.ClassOf(err) != provider.Unavailable {
		t.Errorf("error %v", err)
	}
}

func TestPlainHTTPIsRefused(t *testing.T) {
	t.Parallel()
	client := newClient("http://api.example.com/v2")
	if failure := failureOf(t, client.Ping(context.Background())); failure.Class != provider.Auth || failure.Remedy.PT == "" {
		t.Errorf("error %v", failure)
	}
}

func TestAttemptsShowNoSecrets(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, reply(403, `{"code":403,"data":"`+accessToken+` `+secretToken+` 11.222.333\/0001-81 11222333000181"}`))
	ctx, recorder := provider.WithRecorder(context.Background())
	customer := payer()
	customer.TaxID = "11222333000181"
	_, found := client.FindCustomer(ctx, customer, "cus_1")
	_, err := client.CreateCustomer(ctx, customer, "cus_1")
	shown, _ := json.Marshal(recorder.Attempts())
	text := string(shown) + fmt.Sprint(found, err)
	for _, hidden := range []string{accessToken, secretToken, "11.222.333", "11222333", "0001-81"} {
		if strings.Contains(text, hidden) {
			t.Errorf("%q is shown: %s", hidden, text)
		}
	}
	if attempts := recorder.Attempts(); len(attempts) != 2 || !strings.Contains(attempts[0].Path, "/clientes?cnpj_cliente=**.222.333/****-**") {
		t.Errorf("attempts %s", shown)
	}
}

func TestMend(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Em separaÃ§Ã£o": "Em separação", "Em separação": "Em separação", "": "", "Atendido": "Atendido",
		"Ã‰pico": "Épico", "Ã\u0089pico": "Épico", "ÃƒÂ£": "Ã£", "preço € 5": "preço € 5", "日本": "日本",
	} {
		if got := mend(text); got != want {
			t.Errorf("%q becomes %q, not %q", text, got, want)
		}
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]int64{ // cents, quantity
		`"10.00"`: {1000, 10}, `"3.0000"`: {300, 3}, `"15.000000"`: {1500, 15}, `100`: {10000, 100}, `100.5`: {10050, 0},
		`"0.005"`: {1, 0}, `"0.004"`: {0, 0}, `"-1.50"`: {-150, 0}, `"-0.005"`: {-1, 0}, `""`: {0, 0}, `null`: {0, 0}, `{}`: {0, 0},
		`"1e99"`: {0, 0}, `"1/3"`: {0, 0}, `"abc"`: {0, 0}, `"1234567.89"`: {123456789, 0}, `"99999999999999999999999"`: {0, 0},
	} {
		rows := records(json.RawMessage(`[{"v":` + text + `}]`))
		if got := [2]int64{rows[0].cents("v"), rows[0].quantity("v")}; got != want {
			t.Errorf("%s is %v, not %v", text, got, want)
		}
	}
	for cents, want := range map[int64]string{0: "0.00", 5: "0.05", 123456: "1234.56", -150: "-1.50"} {
		if got := reais(cents); got != want {
			t.Errorf("%d is %s", cents, got)
		}
	}
}

func TestRecords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{`{"a":1}`: 1, `[{"a":1}]`: 1, `[{"a":1},null,5,{"a":2}]`: 2, `[]`: 0, `null`: 0, `"x"`: 0, ``: 0} {
		if got := records(json.RawMessage(text)); len(got) != want {
			t.Errorf("%s holds %v", text, got)
		}
	}
	for text, want := range map[string]bool{`"Sim"`: true, `"sim"`: true, `1`: true, `"1"`: true, `true`: true, `"Nao"`: false, `0`: false, `null`: false, `""`: false} {
		if got := records(json.RawMessage(`{"lixeira":` + text + `}`))[0].trashed(); got != want {
			t.Errorf("%s is %v", text, got)
		}
	}
}

func TestPaymentMethods(t *testing.T) {
	t.Parallel()
	client := newClient("")
	methods := client.PaymentMethods()
	methods[0] = "x"
	if len(methods) != 27 || reflect.DeepEqual(methods, client.PaymentMethods()) {
		t.Errorf("methods %v", methods)
	}
}
