package sandbox

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// bundle is one fresh world behind three local servers, and a receiver of
// callbacks.
type bundle struct {
	t           *testing.T
	sandbox     *Sandbox
	gerencianet *httptest.Server
	vhsys       *httptest.Server
	control     *httptest.Server
	hook        *receiver
	bearer      string
}

// noon is the base clock of the tests: a Friday in São Paulo.
var noon = time.Date(2026, 8, 14, 15, 0, 0, 0, time.UTC)

// setup starts a world whose calendar stands at noon of 2026-08-14.
func setup(t *testing.T, adjust ...func(*Options)) *bundle {
	t.Helper()
	started := time.Now()
	options := Options{
		RetryBase: 20 * time.Millisecond,
		Now:       func() time.Time { return noon.Add(time.Since(started)) },
	}
	for _, change := range adjust {
		change(&options)
	}
	s, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	b := &bundle{
		t: t, sandbox: s,
		gerencianet: httptest.NewServer(s.Gerencianet()),
		vhsys:       httptest.NewServer(s.Vhsys()),
		control:     httptest.NewServer(http.StripPrefix("/sandbox", s.Control())),
		hook:        newReceiver(),
	}
	t.Cleanup(b.close)
	b.bearer = b.authorize()
	return b
}

func (b *bundle) close() {
	if err := b.sandbox.Close(); err != nil {
		b.t.Error(err)
	}
	b.hook.server.Close()
	b.gerencianet.Close()
	b.vhsys.Close()
	b.control.Close()
}

// receiver is our side of the callbacks.
type receiver struct {
	server *httptest.Server
	mu     sync.Mutex
	tokens []string
	status int
}

func newReceiver() *receiver {
	r := &receiver{status: http.StatusOK}
	r.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.tokens = append(r.tokens, request.FormValue("notification"))
		if r.status == http.StatusFound {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(r.status)
	}))
	return r
}

func (r *receiver) answer(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

func (r *receiver) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.tokens)
}

// reply is a decoded response.
type reply struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

// data is the data object of the answer.
func (r reply) data() map[string]any {
	data, _ := r.body["data"].(map[string]any)
	return data
}

// rows is the data array of the answer.
func (r reply) rows() []map[string]any {
	list, _ := r.body["data"].([]any)
	rows := make([]map[string]any, 0, len(list))
	for _, each := range list {
		rows = append(rows, each.(map[string]any))
	}
	return rows
}

// id reads a whole number out of the data object.
func (r reply) id(name string) int64 {
	number, _ := r.data()[name].(float64)
	return int64(number)
}

// code is the error code of the answer.
func (r reply) code() int {
	number, _ := r.body["code"].(float64)
	return int(number)
}

// property is the refused property of the answer.
func (r reply) property() string {
	description, _ := r.body["error_description"].(map[string]any)
	property, _ := description["property"].(string)
	return property
}

// send makes one call and fails the test when there is no answer.
func (b *bundle) send(method, url string, header map[string]string, body any) reply {
	b.t.Helper()
	answered, err := b.try(method, url, header, body)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, url, err)
	}
	return answered
}

// try makes one call that may fail. Bodies are texts or values to encode.
func (b *bundle) try(method, url string, header map[string]string, body any) (reply, error) {
	content, isText := body.(string)
	if !isText && body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return reply{}, err
		}
		content = string(encoded)
	}
	request, err := http.NewRequest(method, url, bytes.NewBufferString(content))
	if err != nil {
		return reply{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	for name, value := range header {
		request.Header.Set(name, value)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	response, err := client.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body)
	answered := reply{status: response.StatusCode, header: response.Header, text: string(read)}
	_ = json.Unmarshal(read, &answered.body)
	return answered, err
}

// authorize gets a token for the demo account.
func (b *bundle) authorize() string {
	b.t.Helper()
	got := b.send("POST", b.gerencianet.URL+"/v1/authorize", basic(DemoClientID, DemoClientSecret), `{"grant_type":"client_credentials"}`)
	if got.status != http.StatusOK {
		b.t.Fatalf("authorize: %d %s", got.status, got.text)
	}
	return got.body["access_token"].(string)
}

func basic(id, secret string) map[string]string {
	return map[string]string{"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))}
}

// gn calls the charges API with the bundle's token.
func (b *bundle) gn(method, path string, body any) reply {
	b.t.Helper()
	return b.send(method, b.gerencianet.URL+path, map[string]string{"Authorization": "Bearer " + b.bearer}, body)
}

// erp calls the Vhsys API with the demo tokens.
func (b *bundle) erp(method, path string, body any) reply {
	b.t.Helper()
	return b.send(method, b.vhsys.URL+"/v2"+path, erpHeader(), body)
}

func erpHeader() map[string]string {
	return map[string]string{
		"access-token": DemoAccessToken, "secret-access-token": DemoSecretToken, "User-Agent": "PonteTest/1.0",
	}
}

// ctl calls the control API, which the tests mount under a prefix.
func (b *bundle) ctl(method, path string, body any) reply {
	b.t.Helper()
	got := b.send(method, b.control.URL+"/sandbox"+path, nil, body)
	if got.status != http.StatusOK {
		b.t.Fatalf("%s %s: %d %s", method, path, got.status, got.text)
	}
	return got
}

// dict is a JSON object in a test.
type dict = map[string]any

// createBody is a valid POST /v1/charge.
func createBody(customID, hook string) dict {
	metadata := dict{"custom_id": customID}
	if hook != "" {
		metadata["notification_url"] = hook
	}
	return dict{"items": []any{dict{"name": "Plano 100 Mb", "value": 8990, "amount": 1}}, "metadata": metadata}
}

// billetBody is a valid POST /v1/charge/:id/pay.
func billetBody(expireAt string) dict {
	return dict{"payment": dict{"banking_billet": dict{
		"customer":  dict{"name": "Ana Maria Souza", "cpf": "52998224725", "phone_number": "31999999999"},
		"expire_at": expireAt,
	}}}
}

// issue makes a waiting boleto and returns its id.
func (b *bundle) issue(customID, expireAt string) int64 {
	b.t.Helper()
	created := b.gn("POST", "/v1/charge", createBody(customID, b.hook.server.URL))
	id := created.id("charge_id")
	paid := b.gn("POST", fmt.Sprintf("/v1/charge/%d/pay", id), billetBody(expireAt))
	if paid.status != http.StatusOK {
		b.t.Fatalf("pay: %d %s", paid.status, paid.text)
	}
	return id
}

// charge reads a charge from the control API.
func (b *bundle) charge(id int64) dict {
	b.t.Helper()
	return b.ctl("GET", fmt.Sprintf("/gerencianet/charges/%d", id), nil).body
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("never happened: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// equal compares what JSON makes of two values.
func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	left, _ := json.Marshal(got)
	right, _ := json.Marshal(want)
	if !bytes.Equal(left, right) {
		t.Errorf("%s: got %s, want %s", what, left, right)
	}
}
