package gerencianet_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ponte/billing/billingtest"
	"ponte/billing/brazil"
	"ponte/billing/gerencianet"
	"ponte/billing/provider"
)

// TestConformance runs the suite of every issuing provider.
func TestConformance(t *testing.T) {
	t.Parallel()
	billingtest.Issuer(t, func(t *testing.T) billingtest.IssuerFixture {
		w := &fixture{world: setupWorld(t)}
		w.config.Now = func() time.Time { return w.now().AddDate(0, 0, w.days) }
		w.now = func() time.Time { return noon }
		w.client = gerencianet.New(w.config)
		w.must(w.client.Ping(context.Background()))
		return w
	})
}

// fixture is the simulator as the suite asks for it.
type fixture struct {
	*world
	client *gerencianet.Client
	now    func() time.Time
	days   int
	cards  int
}

func (f *fixture) Client() provider.Issuer { return f.client }

func (f *fixture) Wrong() provider.Issuer {
	config := f.config
	config.ClientSecret = "wrong"
	return gerencianet.New(config)
}

func (f *fixture) WrongEnvironment() provider.Issuer {
	config := f.config
	config.BaseURL, config.Environment = "https://cobrancas-h.api.efipay.com.br", provider.Production
	return gerencianet.New(config)
}

func (f *fixture) Methods() []provider.Method {
	return []provider.Method{provider.Boleto, provider.Carnet, provider.Pix, provider.Card, provider.Link}
}

func (f *fixture) Request(method provider.Method, reference string, refused bool) provider.ChargeRequest {
	request := charge(reference)
	request.Method, request.DueDate, request.Discount = method, f.Today().AddDays(10), nil
	request.AmountCents, request.DaysToWriteOff = 9_090, nil
	switch method {
	case provider.Card:
		f.cards++
		end := map[bool]string{true: billingtest.CardRefused, false: billingtest.CardApproved}[refused]
		request.Payer.Email, request.Card = "ana@example.com", &provider.CardPayment{Token: strings.Repeat("ab", 15) + fmt.Sprintf("%09d", f.cards) + end, Installments: 1}
	case provider.Carnet:
		request.Parcels = 3
	}
	return request
}

func (f *fixture) Today() brazil.Date { return brazil.DateOf(f.config.Now()) }

func (f *fixture) Advance(days int) {
	f.order("POST", "/clock", map[string]any{"advanceDays": days})
	f.days += days
}

func (f *fixture) Pay(charge provider.Handle) {
	if charge.Method == provider.Pix {
		f.order("POST", "/pix/charges/"+charge.ID+"/pay", map[string]any{})
		return
	}
	f.order("POST", "/gerencianet/charges/"+charge.ID+"/pay", map[string]any{})
}

func (f *fixture) Token(charge provider.Handle) string {
	if charge.Method == provider.Pix {
		return ""
	}
	token, _ := f.order("GET", "/gerencianet/charges/"+charge.ID, nil)["token"].(string)
	return token
}

func (f *fixture) Break(method provider.Method, how billingtest.Break) {
	kind := map[billingtest.Break]string{billingtest.BreakBefore: "drop_before", billingtest.BreakAfter: "drop_after", billingtest.BreakLate: "late"}[how]
	where, routes := "/gerencianet/faults", []string{"POST /v1/c*", "PUT /v1/c*"}
	if method == provider.Pix {
		where, routes = "/pix/faults", []string{"PUT /v2/*", "PATCH /v2/*"}
	}
	f.order("DELETE", where, nil)
	for _, route := range routes {
		f.order("POST", where, map[string]any{"route": route, "kind": kind, "count": 1, "delayMs": 100})
	}
}

func (f *fixture) Made(method provider.Method, reference string) int {
	path := map[bool]string{true: "/gerencianet/carnets?customId=", false: "/gerencianet/charges?customId="}[method == provider.Carnet] + reference
	if method == provider.Pix {
		path = "/pix/charges"
	}
	recorded := httptest.NewRecorder()
	f.control.ServeHTTP(recorded, httptest.NewRequest(http.MethodGet, path, nil))
	var made []json.RawMessage
	f.must(json.Unmarshal(recorded.Body.Bytes(), &made))
	return len(made)
}
