package gerencianet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ponte/billing/provider"
)

const (
	clientSecret = "s3cr3t-of-the-client"
	accessToken  = "t0ken-of-the-hour"
)

var now = time.Date(2026, 8, 1, 15, 0, 0, 0, time.UTC)

// call is one request as the stub saw it, without the authorizations.
type call struct {
	Method, URI, Body, Authorization, UserAgent string
}

// stub is a local provider that answers each call by a function.
type stub struct {
	server     *httptest.Server
	mu         sync.Mutex
	calls      []call
	authorized int
}

func (s *stub) seen() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]call(nil), s.calls...)
}

func setup(t *testing.T, answer http.HandlerFunc) (*Client, *stub) {
	t.Helper()
	s := &stub{}
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		if r.URL.Path == "/v1/authorize" {
			s.authorized++
			s.mu.Unlock()
			fmt.Fprintf(w, `{"access_token":%q,"token_type":"Bearer","expires_in":600}`, accessToken)
			return
		}
		s.calls = append(s.calls, call{r.Method, r.URL.RequestURI(), string(body), r.Header.Get("Authorization"), r.Header.Get("User-Agent")})
		s.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(s.server.Close)
	return newClient(s.server.URL), s
}

func newClient(baseURL string) *Client {
	return New(Config{
		BaseURL: baseURL, Environment: provider.Sandbox, ClientID: "client", ClientSecret: clientSecret,
		Timeout: 5 * time.Second, UserAgent: "Ponte/test", Now: func() time.Time { return now },
	})
}

func reply(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func failureOf(t testing.TB, err error) *provider.Error {
	t.Helper()
	var failure *provider.Error
	if !errors.As(err, &failure) {
		t.Fatalf("error %v is not a *provider.Error", err)
	}
	return failure
}

func TestAuthorizeSendsBasicAndJSON(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		id, secret, ok := r.BasicAuth()
		if r.Method != http.MethodPost || r.URL.Path != "/v1/authorize" || !ok || id != "client" || secret != clientSecret ||
			string(body) != `{"grant_type":"client_credentials"}` || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("unexpected authorization: %s %s %q %s", r.Method, r.URL, r.Header, body)
		}
		_, _ = io.WriteString(w, `{"access_token":"abc","expires_in":"600"}`)
	}))
	defer server.Close()
	if err := newClient(server.URL + "/v1/").Ping(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func TestTokenIsAskedForOnceByFiftyCallers(t *testing.T) {
	t.Parallel()
	client, stub := setup(t, reply(200, `{"code":200,"data":{"charge_id":7,"status":"new"}}`))
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if _, err := client.Get(context.Background(), boleto("7")); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if stub.authorized != 1 {
		t.Errorf("authorized %d times", stub.authorized)
	}
	for _, call := range stub.seen() {
		if call.Authorization != "Bearer "+accessToken || call.UserAgent != "Ponte/test" {
			t.Fatalf("call %+v", call)
		}
	}
}

func TestTokenEndsThirtySecondsEarly(t *testing.T) {
	t.Parallel()
	cache, moment, asked := tokens{}, now, 0
	clock := func() time.Time { return moment }
	authorize := func(context.Context) (string, time.Duration, error) {
		asked++
		return fmt.Sprint("token", asked), 600 * time.Second, nil
	}
	for _, step := range []struct {
		after time.Duration
		token string
	}{{0, "token1"}, {569 * time.Second, "token1"}, {time.Second, "token2"}} {
		moment = moment.Add(step.after)
		if token, err := cache.get(context.Background(), clock, authorize); err != nil || token != step.token {
			t.Errorf("after %v: %q, %v", step.after, token, err)
		}
	}
}

func TestWaitingForATokenEndsWithTheContext(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer server.Close()
	defer close(release)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err := newClient(server.URL).Reserve(ctx, request())
	if failure := failureOf(t, err); failure.Class != provider.Unavailable || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", failure)
	}
}

func TestUnauthorizedIsAuthorizedOnceMore(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		refusals   int32
		class      provider.Class
		authorized int
		calls      int
	}{
		"one refusal is healed":    {1, "", 2, 2},
		"two refusals are the end": {2, provider.Auth, 2, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var refused atomic.Int32
			client, stub := setup(t, func(w http.ResponseWriter, r *http.Request) {
				if refused.Add(1) <= test.refusals {
					reply(401, "Unauthorized")(w, r)
					return
				}
				reply(200, `{"code":200,"data":{"charge_id":9}}`)(w, r)
			})
			id, err := client.Reserve(context.Background(), request())
			if test.class == "" && (err != nil || id != "9") {
				t.Errorf("Reserve = %q, %v", id, err)
			}
			if test.class != "" && provider.ClassOf(err) != test.class {
				t.Errorf("error %v", err)
			}
			if calls := stub.seen(); len(calls) != test.calls || stub.authorized != test.authorized || calls[0].Body != calls[1].Body {
				t.Errorf("%d calls, %d authorizations", len(calls), stub.authorized)
			}
		})
	}
}

func TestRefusedAuthorization(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		body   string
		class  provider.Class
	}{
		"bare text":             {401, "Unauthorized", provider.Auth},
		"description":           {401, `{"error":"invalid_client","error_description":"Invalid or inactive credentials"}`, provider.Auth},
		"bad request":           {400, `{"error":"invalid_request"}`, provider.Auth},
		"barred account":        {403, `{"code":4600033,"error":"x"}`, provider.Account},
		"server":                {500, `{"code":3500000}`, provider.Unavailable},
		"gateway":               {502, "<html>Bad gateway</html>", provider.Unavailable},
		"throttled":             {429, "", provider.Unavailable},
		"success without token": {200, `{}`, provider.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(reply(test.status, test.body))
			defer server.Close()
			client := newClient(server.URL)
			if err := client.Ping(context.Background()); provider.ClassOf(err) != test.class {
				t.Errorf("Ping: %v", err)
			}
			if _, err := client.Reserve(context.Background(), request()); provider.ClassOf(err) != test.class {
				t.Errorf("Reserve: %v", err)
			}
		})
	}
}

func TestAnswersThatSayNothing(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"gateway page":    reply(502, "<html><style>b{}</style><body>Bad <b>gateway</b></body></html>"),
		"page as success": reply(200, "<!doctype html><title>Manutenção</title>"),
		"empty success":   reply(200, ""),
		"cut JSON":        reply(200, `{"code":200,"data":{"charge`),
		"internal":        reply(500, `{"code":3500000,"error":"server_error","error_description":"x"}`),
		"throttled":       reply(429, `{"code":"429","error":"too_many"}`),
		"unknown code":    reply(400, `{"code":4612345,"error":"new","error_description":"algo novo"}`),
		"huge":            reply(200, `{"code":200,"data":{"charge_id":1,"x":"`+strings.Repeat("x", 16<<20)+`"}}`),
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		},
		"reset": func(w http.ResponseWriter, _ *http.Request) {
			connection, _, _ := w.(http.Hijacker).Hijack()
			_ = connection.Close()
		},
		"reset in the body": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "500")
			_, _ = io.WriteString(w, `{"code":200`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, stub := setup(t, answer)
			ctx := context.Background()
			_, issue := client.Issue(ctx, boleto("7"), request())
			_, reserve := client.Reserve(ctx, request())
			_, read := client.Get(ctx, boleto("7"))
			for what, err := range map[string]error{"issue": issue, "reserve": reserve, "cancel": client.Cancel(ctx, boleto("7")), "resend": client.Resend(ctx, boleto("7"), "a@b.co")} {
				if failure := failureOf(t, err); failure.Class != provider.Ambiguous || failure.Cause.PT == "" || failure.Remedy.EN == "" {
					t.Errorf("%s: %v", what, err)
				}
			}
			if failure := failureOf(t, read); failure.Class != provider.Unavailable {
				t.Errorf("get: %v", read)
			}
			for _, call := range stub.seen() {
				if call.URI == "/elsewhere" {
					t.Error("the redirect was followed")
				}
			}
		})
	}
}

func TestUnknownCodeIsShownAsItCame(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, reply(400, `{"code":4612345,"error":"new","error_description":"algo novo"}`))
	_, err := client.Reserve(context.Background(), request())
	if failure := failureOf(t, err); failure.Code != "4612345" || failure.Text != "algo novo" || failure.HTTPStatus != 400 {
		t.Errorf("failure %+v", failure)
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	client, _ := setup(t, func(http.ResponseWriter, *http.Request) { <-release })
	t.Cleanup(func() { close(release) })
	if err := client.Ping(context.Background()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if _, err := client.Reserve(ctx, request()); provider.ClassOf(err) != provider.Ambiguous {
		t.Errorf("write: %v", err)
	}
	ctx, cancel = context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if _, err := client.Get(ctx, boleto("7")); provider.ClassOf(err) != provider.Unavailable {
		t.Errorf("read: %v", err)
	}
}

func TestRefusedConnectionIsUnavailable(t *testing.T) {
	t.Parallel()
	client, stub := setup(t, reply(200, ""))
	if err := client.Ping(context.Background()); err != nil {
		t.Fatal(err)
	}
	stub.server.Close()
	if _, err := client.Reserve(context.Background(), request()); provider.ClassOf(err) != provider.Unavailable {
		t.Errorf("error %v", err)
	}
}

func TestAddressesThatAreRefused(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	for name, config := range map[string]Config{
		"plain http":              {BaseURL: "http://api.example.com"},
		"no scheme":               {BaseURL: "api.example.com"},
		"with a user":             {BaseURL: "https://user:pass@api.example.com"},
		"production of a sandbox": {BaseURL: "https://cobrancas.api.efipay.com.br", Environment: provider.Sandbox},
		"sandbox of production":   {BaseURL: "https://cobrancas-h.api.efipay.com.br/v1", Environment: provider.Production},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := New(config)
			failure := failureOf(t, client.Ping(context.Background()))
			if failure.Class != provider.Auth || failure.Remedy.PT == "" || strings.Contains(failure.Error(), "pass@") {
				t.Errorf("error %v", failure)
			}
		})
	}
}

func TestDefaultHosts(t *testing.T) {
	t.Parallel()
	for environment, host := range map[provider.Environment]string{
		provider.Sandbox:    "https://cobrancas-h.api.efipay.com.br",
		provider.Production: "https://cobrancas.api.efipay.com.br",
	} {
		client := New(Config{Environment: environment})
		if client.config.BaseURL != host || client.err != nil {
			t.Errorf("%s: %s, %v", environment, client.config.BaseURL, client.err)
		}
	}
}

func TestAttemptsShowNoSecrets(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, reply(400, `{"code":3500034,"error":"validation_error","error_description":{"property":"/payment/banking_billet/customer/cpf",
		"message":"52998224725 / 529.982.247-25 `+accessToken+` `+clientSecret+` `+strings.Repeat("ã", 3000)+`"}}`))
	ctx, recorder := provider.WithRecorder(context.Background())
	_, err := client.Issue(ctx, boleto("7"), request())
	attempts := recorder.Attempts()
	if len(attempts) != 2 || attempts[0].Path != "/v1/authorize" || attempts[1].Path != "/v1/charge/7/pay" || attempts[1].Status != 400 {
		t.Fatalf("attempts %+v", attempts)
	}
	if !strings.Contains(attempts[0].Response, `"access_token":"[removed]"`) || !strings.Contains(attempts[1].Request, `"cpf":"***.982.247-**"`) {
		t.Errorf("attempts %+v", attempts)
	}
	shown, _ := json.Marshal(attempts)
	for _, hidden := range []string{clientSecret, accessToken, "52998224725", "529.982.247-25", "Y2xpZW50"} {
		if strings.Contains(string(shown), hidden) || strings.Contains(err.Error(), hidden) {
			t.Errorf("%q is shown: %s, %v", hidden, shown, err)
		}
	}
	if length := len(attempts[1].Response); length > 4<<10 || length < 4<<10-4 {
		t.Errorf("response of %d bytes", length)
	}
}

func TestCallbackAddressIsNotRecorded(t *testing.T) {
	t.Parallel()
	client, stub := setup(t, reply(200, `{"code":200,"data":{"charge_id":9,"notification_url":"https:\/\/erp.example\/efi\/9f86d081"}}`))
	ctx, recorder := provider.WithRecorder(context.Background())
	if _, err := client.Reserve(ctx, request()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(stub.seen()[0].Body, "9f86d081") {
		t.Error("the address was not sent")
	}
	last := recorder.Attempts()[1]
	if strings.Contains(last.Request+last.Response, "9f86d081") || !strings.Contains(last.Request, "https://erp.example/[removed]") {
		t.Errorf("attempt %+v", last)
	}
}
