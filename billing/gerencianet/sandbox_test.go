package gerencianet_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/gerencianet"
	"ponte/billing/provider"
	"ponte/server/sandbox"
)

// noon is the first moment of the simulated worlds: a Friday in São Paulo.
var noon = time.Date(2026, 8, 14, 15, 0, 0, 0, time.UTC)

// world is a client before a simulated provider.
type world struct {
	*testing.T
	*gerencianet.Client
	config    gerencianet.Config
	control   http.Handler
	simulated *sandbox.Sandbox
}

func setupWorld(t *testing.T) *world {
	t.Helper()
	started := time.Now()
	clock := func() time.Time { return noon.Add(time.Since(started)) }
	simulated, err := sandbox.New(sandbox.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	server, pix := httptest.NewServer(simulated.Gerencianet()), httptest.NewUnstartedServer(simulated.Pix())
	pix.TLS = simulated.Certificates().TLSConfig()
	pix.Config.ErrorLog = log.New(io.Discard, "", 0) // refused certificates are what some tests want
	pix.StartTLS()
	t.Cleanup(func() {
		_ = simulated.Close()
		server.Close()
		pix.Close()
	})
	w := &world{T: t, control: simulated.Control(), simulated: simulated}
	file, err := simulated.Certificates().ClientP12(sandbox.EnvironmentSandbox)
	w.must(err)
	certificate, err := gerencianet.ParseCertificate(file, "")
	w.must(err)
	w.config = gerencianet.Config{
		BaseURL: server.URL, PixBaseURL: pix.URL, Environment: provider.Sandbox, Timeout: 5 * time.Second, Now: clock,
		ClientID: sandbox.DemoClientID, ClientSecret: sandbox.DemoClientSecret,
		PixCertificate: certificate.PEM, PixKey: pixKey,
		HTTP: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: simulated.Certificates().Pool(), MinVersion: tls.VersionTLS12}},
	}
	w.Client = gerencianet.New(w.config)
	return w
}

const pixKey = "a1f4102e-a446-4a57-bcce-6fa48899c1d1"

// order tells the simulator what to do and answers what it says.
func (w *world) order(method, path string, body any) map[string]any {
	w.Helper()
	var content bytes.Buffer
	if body != nil {
		_ = json.NewEncoder(&content).Encode(body)
	}
	request := httptest.NewRequest(method, path, &content)
	request.Header.Set("Content-Type", "application/json")
	recorded := httptest.NewRecorder()
	w.control.ServeHTTP(recorded, request)
	text, _ := io.ReadAll(recorded.Result().Body)
	if recorded.Code > 299 {
		w.Fatalf("%s %s: %d %s", method, path, recorded.Code, text)
	}
	var said map[string]any
	_ = json.Unmarshal(text, &said)
	return said
}

func (w *world) fault(route, kind string) {
	w.Helper()
	w.order("POST", "/gerencianet/faults", map[string]any{"route": route, "kind": kind, "count": 1})
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) refused(err error, class provider.Class) {
	w.Helper()
	if err == nil || provider.ClassOf(err) != class {
		w.Fatalf("error %v is not %s", err, class)
	}
}

func charge(reference string) provider.ChargeRequest {
	days := int64(30)
	return provider.ChargeRequest{
		Reference: reference, Method: provider.Boleto, Lines: []provider.Line{{Name: "Plano & Cia", UnitCents: 9090, Quantity: 1}},
		AmountCents: 8990, DueDate: "2026-08-20", Payer: provider.Payer{
			Name: "Ana Maria Souza", TaxID: "52998224725", Phone: "31999999999",
			Address: &provider.Address{Street: "Rua A", Number: "10", District: "Centro", PostalCode: "35400000", City: "Ouro Preto", State: "MG"},
		},
		FineHundredths: 200, InterestThousandths: 100, InterestMonthly: true, DaysToWriteOff: &days,
		Discount: &provider.Discount{Value: 100}, Message: "linha 1\nlinha 2",
	}
}

func boleto(id string) provider.Handle { return provider.Handle{Method: provider.Boleto, ID: id} }

func (w *world) issue(reference string) provider.Charge {
	w.Helper()
	request := charge(reference)
	id, err := w.Reserve(context.Background(), request)
	w.must(err)
	issued, err := w.Issue(context.Background(), boleto(id), request)
	w.must(err)
	return issued
}

func (w *world) status(id string, want provider.Status) provider.Charge {
	w.Helper()
	read, err := w.Get(context.Background(), boleto(id))
	w.must(err)
	if read.Status != want {
		w.Fatalf("charge %+v is not %s", read, want)
	}
	return read
}

func TestSandboxIssueToPayment(t *testing.T) {
	t.Parallel()
	w, ctx := setupWorld(t), context.Background()
	w.must(w.Ping(ctx))
	request := charge("chg-1")
	id, err := w.Reserve(ctx, request)
	w.must(err)
	w.status(id, provider.Draft)
	issued, err := w.Issue(ctx, boleto(id), request)
	w.must(err)
	if issued.Status != provider.Waiting || len(issued.BarCode) != 44 || len(issued.TypeableLine) != 47 || issued.Link == "" || issued.PDF == "" || *issued.DueDate != "2026-08-20" {
		t.Errorf("issued %+v", issued)
	}
	read := w.status(id, provider.Waiting)
	if read.Reference != "chg-1" || read.TypeableLine != issued.TypeableLine || read.Link != issued.Link || read.AmountCents != issued.AmountCents || read.PaidOn != nil {
		t.Errorf("read %+v\nissued %+v", read, issued)
	}
	again, err := w.Issue(ctx, boleto(id), request)
	w.must(err)
	if again.TypeableLine != issued.TypeableLine {
		t.Errorf("a second boleto: %+v", again)
	}
	found, err := w.Find(ctx, provider.Boleto, "chg-1", "2026-07-01", "2026-08-14")
	w.must(err)
	if len(found) != 1 || found[0].ProviderID != id {
		t.Errorf("found %+v", found)
	}
	w.order("POST", "/gerencianet/charges/"+id+"/pay", map[string]any{"value": 9000, "date": "2026-08-13"})
	paid := w.status(id, provider.Paid)
	if paid.PaidCents == nil || *paid.PaidCents != 9000 || paid.ConfirmedAt == nil {
		t.Errorf("paid %+v", paid)
	}
	w.refused(w.Cancel(ctx, boleto(id)), provider.State)
	w.refused(w.Settle(ctx, boleto(id)), provider.State)

	token, _ := w.order("GET", "/gerencianet/charges/"+id, nil)["token"].(string)
	events, err := w.Events(ctx, token)
	w.must(err)
	if len(events) != 3 || events[0].Status != provider.Draft || events[1].Status != provider.Waiting {
		t.Fatalf("events %+v", events)
	}
	last := events[2]
	if last.Status != provider.Paid || last.ProviderID != id || last.Reference != "chg-1" || last.PaidCents == nil || *last.PaidCents != 9000 ||
		last.PaidOn == nil || *last.PaidOn != "2026-08-13" || brazil.DateOf(last.At) != "2026-08-14" {
		t.Errorf("last event %+v", last)
	}
}

func TestSandboxCompanyWithEmail(t *testing.T) {
	t.Parallel()
	w, ctx := setupWorld(t), context.Background()
	request := charge("chg-company")
	request.Payer = provider.Payer{Name: "Empresa", TaxID: "11222333000181", Email: "a@example.com"}
	request.SendEmail = true
	id, err := w.Reserve(ctx, request)
	w.must(err)
	_, err = w.Issue(ctx, boleto(id), request)
	w.must(err)
	w.must(w.Resend(ctx, boleto(id), "b@example.com"))
}

func TestSandboxEnds(t *testing.T) {
	t.Parallel()
	w, ctx := setupWorld(t), context.Background()
	cancelled := w.issue("chg-cancelled").ProviderID
	w.must(w.Cancel(ctx, boleto(cancelled)))
	w.must(w.Cancel(ctx, boleto(cancelled)))
	w.status(cancelled, provider.Canceled)
	w.refused(w.Settle(ctx, boleto(cancelled)), provider.State)

	settled := w.issue("chg-settled").ProviderID
	w.must(w.Settle(ctx, boleto(settled)))
	w.must(w.Settle(ctx, boleto(settled)))
	w.status(settled, provider.Settled)

	draft, err := w.Reserve(ctx, charge("chg-draft"))
	w.must(err)
	w.must(w.Cancel(ctx, boleto(draft)))
	_, err = w.Get(ctx, boleto("999999999"))
	w.refused(err, provider.NotFound)
	_, err = w.Events(ctx, "00000000-0000-0000-0000-000000000000")
	w.refused(err, provider.NotFound)
}

func TestSandboxDueDate(t *testing.T) {
	t.Parallel()
	w, ctx := setupWorld(t), context.Background()
	id := w.issue("chg-moved").ProviderID
	moved, err := w.ChangeDueDate(ctx, boleto(id), "2026-09-10")
	w.must(err)
	if moved.Status != provider.Waiting || *moved.DueDate != "2026-09-10" || moved.Reference != "chg-moved" {
		t.Errorf("moved %+v", moved)
	}
	w.order("POST", "/gerencianet/charges/"+id+"/overdue", map[string]any{})
	w.status(id, provider.Overdue)
	w.must(w.Cancel(ctx, boleto(id)))
	_, err = w.ChangeDueDate(ctx, boleto(id), "2026-09-20")
	w.refused(err, provider.State)
}

func TestSandboxChanged(t *testing.T) {
	t.Parallel()
	w, ctx := setupWorld(t), context.Background()
	first, second := w.issue("chg-a").ProviderID, w.issue("chg-b").ProviderID
	w.order("POST", "/gerencianet/charges/"+second+"/pay", map[string]any{})
	list := func(byPayment bool, from brazil.Date) (ids []string) {
		w.must(w.Changed(ctx, from, "2026-08-15", byPayment, func(charge provider.Charge) bool {
			ids = append(ids, charge.ProviderID)
			return true
		}))
		return ids
	}
	if created := list(false, "2026-05-01"); len(created) != 2 {
		t.Errorf("created %v, not %s and %s", created, first, second)
	}
	if paid := list(true, "2026-08-01"); len(paid) != 1 || paid[0] != second {
		t.Errorf("paid %v, not %s", paid, second)
	}
	none, err := w.Find(ctx, provider.Boleto, "chg-none", "2026-08-01", "2026-08-14")
	w.must(err)
	if len(none) != 0 {
		t.Errorf("found %v", none)
	}
}

func TestSandboxRefusals(t *testing.T) {
	t.Parallel()
	w, ctx := setupWorld(t), context.Background()
	for _, reference := range []string{"chg-1", "chg-2", "chg-3"} {
		w.issue(reference)
	}
	request := charge("chg-4")
	id, err := w.Reserve(ctx, request)
	w.must(err)
	_, err = w.Issue(ctx, boleto(id), request)
	w.refused(err, provider.Duplicate)
}

func TestSandboxFaults(t *testing.T) {
	t.Parallel()
	const pay = "POST /v1/charge/:id/pay"
	for kind, want := range map[string]struct {
		class  provider.Class
		status provider.Status
	}{
		"drop_before":  {provider.Ambiguous, provider.Draft},
		"drop_after":   {provider.Ambiguous, provider.Waiting},
		"html":         {provider.Ambiguous, provider.Draft},
		"garbage":      {provider.Ambiguous, provider.Waiting},
		"truncate":     {provider.Ambiguous, provider.Waiting},
		"redirect":     {provider.Ambiguous, provider.Draft},
		"unauthorized": {"", provider.Waiting},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w, ctx, request := setupWorld(t), context.Background(), charge("chg-"+kind)
			id, err := w.Reserve(ctx, request)
			w.must(err)
			w.fault(pay, kind)
			_, err = w.Issue(ctx, boleto(id), request)
			if want.class == "" {
				w.must(err)
			} else {
				w.refused(err, want.class)
			}
			w.status(id, want.status)
			issued, err := w.Issue(ctx, boleto(id), request)
			w.must(err)
			if issued.Status != provider.Waiting || issued.TypeableLine == "" {
				t.Errorf("issued %+v", issued)
			}
		})
	}
}

func TestSandboxCredentials(t *testing.T) {
	t.Parallel()
	w := setupWorld(t)
	simulated, err := sandbox.New(sandbox.Options{})
	w.must(err)
	server := httptest.NewServer(simulated.Gerencianet())
	t.Cleanup(func() {
		_ = simulated.Close()
		server.Close()
	})
	client := gerencianet.New(gerencianet.Config{BaseURL: server.URL, Environment: provider.Sandbox, ClientID: "x", ClientSecret: "wrong"})
	w.refused(client.Ping(context.Background()), provider.Auth)
	_, err = client.Get(context.Background(), boleto("1"))
	w.refused(err, provider.Auth)
}
