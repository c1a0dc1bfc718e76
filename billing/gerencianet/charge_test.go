package gerencianet

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

func boleto(id string) provider.Handle { return provider.Handle{Method: provider.Boleto, ID: id} }

func pointer[T any](value T) *T { return &value }

// request is a charge that passes every check.
func request() provider.ChargeRequest {
	return provider.ChargeRequest{
		Reference: "chg-01J", Method: provider.Boleto,
		Lines:       []provider.Line{{Name: "Plano 100 Mb & Cia", UnitCents: 8990, Quantity: 1}, {Name: "Frete", UnitCents: 750, Quantity: 2}},
		AmountCents: 10490, DueDate: "2026-08-20",
		Payer: provider.Payer{
			Name: "Ana Maria Souza", TaxID: "52998224725", Email: "ana@example.com", Phone: "31999999999",
			Address: &provider.Address{Street: "Rua A", Number: "10", District: "Centro", PostalCode: "35400000", City: "Ouro Preto", State: "MG"},
		},
		FineHundredths: 200, InterestThousandths: 33,
		NotificationURL: "https://erp.example/efi/9f86d081",
	}
}

const payAnswer = `{"code":200,"data":{"charge_id":1234567,"total":10490,"status":"waiting","payment":"banking_billet",
	"barcode":"00190.50095 40144.816069 06809.350314 3 37370000000100",
	"pix":{"qrcode":"00020101","qrcode_image":"data:image/svg+xml;base64,x"},
	"link":"https://pay.example/1","billet_link":"https://pay.example/1b","pdf":{"charge":"https://pay.example/1.pdf"},
	"expire_at":"2026-08-20","configurations":{"days_to_write_off":60,"interest_type":"monthly","interest":100,"fine":200}}}`

func TestRequests(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	company := request()
	company.Payer = provider.Payer{Name: "Empresa Ltda", TaxID: "11222333000181", Email: "a@b.co"}
	company.SendEmail, company.InterestMonthly, company.InterestThousandths = true, true, 100
	company.DaysToWriteOff = pointer(int64(0))
	company.Discount, company.AmountCents = &provider.Discount{Value: 500}, 9990
	company.ConditionalDiscount = &provider.Discount{Percent: true, Value: 500, Until: pointer(brazil.Date("2026-08-15"))}
	company.Message = "linha 1\r\nlinha 2"
	for name, test := range map[string]struct {
		do   func(*Client) error
		want []string // method, URI, body of each call
	}{
		"reserve": {
			func(c *Client) error { _, err := c.Reserve(ctx, request()); return err },
			[]string{`POST /v1/charge {"items":[{"name":"Plano 100 Mb & Cia","value":8990,"amount":1},{"name":"Frete","value":750,"amount":2}],` +
				`"metadata":{"custom_id":"chg-01J","notification_url":"https://erp.example/efi/9f86d081"}}`},
		},
		"issue to a person": {
			func(c *Client) error { _, err := c.Issue(ctx, boleto("1234567"), request()); return err },
			[]string{`POST /v1/charge/1234567/pay {"payment":{"banking_billet":{"customer":{"name":"Ana Maria Souza","cpf":"52998224725","phone_number":"31999999999",` +
				`"address":{"street":"Rua A","number":"10","neighborhood":"Centro","zipcode":"35400000","city":"Ouro Preto","state":"MG"}},` +
				`"expire_at":"2026-08-20","configurations":{"fine":200,"interest":33}}}}`},
		},
		"issue to a company": {
			func(c *Client) error { _, err := c.Issue(ctx, boleto("1234567"), company); return err },
			[]string{`POST /v1/charge/1234567/pay {"payment":{"banking_billet":{"customer":{"email":"a@b.co","juridical_person":{"corporate_name":"Empresa Ltda","cnpj":"11222333000181"}},` +
				`"expire_at":"2026-08-20","discount":{"type":"currency","value":500},"conditional_discount":{"type":"percentage","value":500,"until_date":"2026-08-15"},` +
				`"configurations":{"days_to_write_off":0,"fine":200,"interest":{"value":100,"type":"monthly"}},"message":"linha 1\nlinha 2"}}}`},
		},
		"get": {
			func(c *Client) error { _, err := c.Get(ctx, boleto("1234567")); return err },
			[]string{`GET /v1/charge/1234567 `},
		},
		"cancel": {
			func(c *Client) error { return c.Cancel(ctx, boleto("1234567")) },
			[]string{`PUT /v1/charge/1234567/cancel `},
		},
		"settle": {
			func(c *Client) error { return c.Settle(ctx, boleto("1234567")) },
			[]string{`PUT /v1/charge/1234567/settle `},
		},
		"change the due date": {
			func(c *Client) error { _, err := c.ChangeDueDate(ctx, boleto("1234567"), "2026-09-01"); return err },
			[]string{`PUT /v1/charge/1234567/billet {"expire_at":"2026-09-01"}`, `GET /v1/charge/1234567 `},
		},
		"resend": {
			func(c *Client) error { return c.Resend(ctx, boleto("1234567"), "ana@example.com") },
			[]string{`POST /v1/charge/1234567/billet/resend {"email":"ana@example.com"}`},
		},
		"events": {
			func(c *Client) error { _, err := c.Events(ctx, "0902/7955"); return err },
			[]string{`GET /v1/notification/0902%2F7955 `},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, stub := setup(t, reply(200, payAnswer))
			if err := test.do(client); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, call := range stub.seen() {
				got = append(got, call.Method+" "+call.URI+" "+call.Body)
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

func TestIssueAnswer(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, reply(200, payAnswer))
	charge, err := client.Issue(context.Background(), boleto("1234567"), request())
	want := provider.Charge{
		ProviderID: "1234567", Method: provider.Boleto, Reference: "chg-01J", Status: provider.Waiting, ProviderStatus: "waiting", AmountCents: 10490,
		DueDate: pointer(brazil.Date("2026-08-20")), TypeableLine: "00190500954014481606906809350314337370000000100",
		BarCode: "00193373700000001000500940144816060680935031", PixCode: "00020101",
		Link: "https://pay.example/1", PDF: "https://pay.example/1.pdf",
	}
	if err != nil || !reflect.DeepEqual(charge, want) {
		t.Errorf("charge %+v, %v", charge, err)
	}
}

func TestGetReadsBothShapes(t *testing.T) {
	t.Parallel()
	zeros := "00000.00000 00000.000000 00000.000000 0 00000000000000"
	confirmed := time.Date(2026, 8, 5, 10, 33, 30, 0, time.UTC)
	for name, test := range map[string]struct {
		body string
		want provider.Charge
	}{
		"a draft": {
			`{"charge_id":7,"total":500,"status":"new","custom_id":"r","payment":null}`,
			provider.Charge{ProviderID: "7", Reference: "r", Status: provider.Draft, ProviderStatus: "new", AmountCents: 500},
		},
		"paid, with fields of production": {
			`{"charge_id":7,"total":10490,"status":"paid","reason":"x","custom_id":"r","paid_value":10500,"customer":{"address":{"number":10}},
			"payment":{"method":"banking_billet","paid_at":"2026-08-05T10:33:30.000Z","received_by_bank_at":"2026-08-04",
			"banking_billet":{"barcode":"` + zeros + `","link":"https://l","pdf":{"charge":"https://p"},"expire_at":"2026-08-20"}}}`,
			provider.Charge{ProviderID: "7", Method: provider.Boleto, PaidWith: provider.Boleto, Reference: "r", Status: provider.Paid, ProviderStatus: "paid", AmountCents: 10490,
				DueDate: pointer(brazil.Date("2026-08-20")), PaidCents: pointer(int64(10500)), PaidOn: pointer(brazil.Date("2026-08-04")), ConfirmedAt: &confirmed,
				BarCode: strings.Repeat("0", 44), TypeableLine: strings.Repeat("0", 47), Link: "https://l", PDF: "https://p", Reason: "x"},
		},
		"a row of a list": {
			`{"id":"7","total":"10490","status":"paid","custom_id":"r","customer":{"phone_number":null},
			"payment":{"payment_method":"banking_billet","paid_at":"2026-08-05 07:33:30","paid_value":10490.0,"banking_billet":{"barcode":"` + strings.Repeat("1", 44) + `"}}}`,
			provider.Charge{ProviderID: "7", Method: provider.Boleto, PaidWith: provider.Boleto, Reference: "r", Status: provider.Paid, ProviderStatus: "paid", AmountCents: 10490,
				PaidCents: pointer(int64(10490)), ConfirmedAt: pointer(confirmed.In(brazil.SaoPaulo)), BarCode: strings.Repeat("1", 44)},
		},
		"a parcel of a carnê": {
			`{"charge_id":7,"status":"unpaid","payment":{"method":"carnet","carnet":{"parcel":1,"url":"https://u","expire_at":"2026-08-20","barcode":null}}}`,
			provider.Charge{ProviderID: "7", Method: provider.Carnet, Parcel: 1, Status: provider.Overdue, ProviderStatus: "unpaid", DueDate: pointer(brazil.Date("2026-08-20")), Link: "https://u"},
		},
		"a link": {
			`{"charge_id":7,"status":"link","link":{"payment_url":"https://u","expire_at":"2026-08-20"}}`,
			provider.Charge{ProviderID: "7", Method: provider.Link, Status: provider.Waiting, ProviderStatus: "link", DueDate: pointer(brazil.Date("2026-08-20")), Link: "https://u"},
		},
		"a link paid by card": {
			`{"charge_id":7,"total":5900,"status":"paid","link":{"payment_url":"https://u","expire_at":"2026-08-20","payment_method":"all"},"payment":{"method":"credit_card","credit_card":{"mask":"XXXXXXXXXXXX1111","installments":2}}}`,
			provider.Charge{ProviderID: "7", Method: provider.Link, PaidWith: provider.Card, Status: provider.Paid, ProviderStatus: "paid", AmountCents: 5900, CardMask: "XXXXXXXXXXXX1111", Link: "https://u"},
		},
		"a refused card": {
			`{"charge_id":7,"total":5900,"status":"unpaid","reason":"saldo","payment":{"method":"credit_card","credit_card":{"mask":"m"}}}`,
			provider.Charge{ProviderID: "7", Method: provider.Card, Status: provider.Refused, ProviderStatus: "unpaid", AmountCents: 5900, CardMask: "m", Reason: "saldo", CanRetry: true},
		},
		"a card in analysis": {
			`{"charge_id":7,"status":"waiting","payment":{"payment_method":"credit_card","credit_card":{}}}`,
			provider.Charge{ProviderID: "7", Method: provider.Card, Status: provider.Waiting, ProviderStatus: "waiting"},
		},
		"a word of tomorrow and strange types": {
			`{"charge_id":7,"status":"teleported","total":{},"custom_id":[],"payment":{"banking_billet":{"pdf":"x","pix":[],"expire_at":20260820}}}`,
			provider.Charge{ProviderID: "7", Status: provider.Unrecognized, ProviderStatus: "teleported"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, reply(200, `{"code":200,"data":`+strings.Replace(test.body, `"id":"7"`, `"charge_id":"7"`, 1)+`}`))
			got, err := client.Get(context.Background(), provider.Handle{ID: "7"})
			if err != nil || got.ConfirmedAt != nil && !got.ConfirmedAt.Equal(*test.want.ConfirmedAt) {
				t.Fatalf("%+v, %v", got, err)
			}
			got.ConfirmedAt = test.want.ConfirmedAt
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestGetRefusesAnotherCharge(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, reply(200, `{"code":200,"data":{"charge_id":8,"status":"paid"}}`))
	if _, err := client.Get(context.Background(), boleto("7")); provider.ClassOf(err) != provider.Unavailable {
		t.Errorf("error %v", err)
	}
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]provider.Status{
		"new": provider.Draft, "waiting": provider.Waiting, "link": provider.Waiting, "identified": provider.Identified,
		"approved": provider.Approved, "paid": provider.Paid, "unpaid": provider.Overdue, "settled": provider.Settled,
		"canceled": provider.Canceled, "expired": provider.Expired, "refunded": provider.Refunded, "contested": provider.Contested,
		"": provider.Unrecognized, "PAID": provider.Unrecognized,
	} {
		if got := statusOf(word); got != want {
			t.Errorf("%q is %s", word, got)
		}
	}
}

// route answers by method and the end of the path.
func route(answers map[string]http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for end, answer := range answers {
			method, suffix, _ := strings.Cut(end, " ")
			if r.Method == method && strings.HasSuffix(r.URL.Path, suffix) {
				answer(w, r)
				return
			}
		}
		reply(404, `{"code":3500010,"error":"invalid_id"}`)(w, r)
	}
}

func refusal400(code string) http.HandlerFunc {
	return reply(400, `{"code":`+code+`,"error":"invalid_operation","error_description":"texto"}`)
}

func chargeIn(status string) http.HandlerFunc {
	return reply(200, `{"code":200,"data":{"charge_id":7,"status":"`+status+`","custom_id":"chg-01J"}}`)
}

func TestIssueIsRepeatSafe(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, route(map[string]http.HandlerFunc{"POST /pay": refusal400("3500030"), "GET /7": chargeIn("waiting")}))
	charge, err := client.Issue(context.Background(), boleto("7"), request())
	if err != nil || charge.Status != provider.Waiting || charge.Reference != "chg-01J" {
		t.Errorf("charge %+v, %v", charge, err)
	}
}

func TestIssueAfterTheDueDate(t *testing.T) {
	t.Parallel()
	late := request()
	late.DueDate = "2026-07-31"
	for status, wantClass := range map[string]provider.Class{"waiting": "", "new": provider.Invalid} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			client, stub := setup(t, route(map[string]http.HandlerFunc{"GET /7": chargeIn(status)}))
			_, err := client.Issue(context.Background(), boleto("7"), late)
			if (err == nil) != (wantClass == "") || err != nil && provider.ClassOf(err) != wantClass {
				t.Errorf("error %v", err)
			}
			if calls := stub.seen(); len(calls) != 1 || calls[0].Method != http.MethodGet {
				t.Errorf("calls %v", calls)
			}
		})
	}
}

func TestCancelAndSettleAreRepeatSafe(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		put, get       http.HandlerFunc
		cancel, settle provider.Class
	}{
		"done":                {reply(200, `{"code":200}`), refusal400("1"), "", ""},
		"cancelled already":   {refusal400("3500043"), chargeIn("canceled"), "", provider.State},
		"settled already":     {refusal400("3500081"), chargeIn("settled"), provider.State, ""},
		"paid":                {refusal400("3500043"), chargeIn("paid"), provider.State, provider.State},
		"not there":           {reply(404, `{"code":3500010}`), chargeIn("canceled"), provider.NotFound, provider.NotFound},
		"read that fails":     {refusal400("3500043"), reply(502, "<html>"), provider.Unavailable, provider.Unavailable},
		"write that hangs up": {reply(502, "<html>"), chargeIn("canceled"), provider.Ambiguous, provider.Ambiguous},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, route(map[string]http.HandlerFunc{"PUT ": test.put, "GET /7": test.get}))
			for what, result := range map[string]struct {
				err   error
				class provider.Class
			}{
				"cancel": {client.Cancel(context.Background(), boleto("7")), test.cancel},
				"settle": {client.Settle(context.Background(), boleto("7")), test.settle},
			} {
				if (result.err == nil) != (result.class == "") || result.err != nil && provider.ClassOf(result.err) != result.class {
					t.Errorf("%s: %v", what, result.err)
				}
			}
		})
	}
}

func TestChangeDueDate(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		put, get http.HandlerFunc
		date     brazil.Date
		class    provider.Class
	}{
		"read fails after the write": {reply(200, `{"code":200}`), reply(500, ""), "2026-09-01", provider.Ambiguous},
		"refused":                    {refusal400("3500038"), chargeIn("paid"), "2026-09-01", provider.State},
		"yesterday":                  {reply(200, `{"code":200}`), chargeIn("waiting"), "2026-07-31", provider.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, route(map[string]http.HandlerFunc{"PUT /billet": test.put, "GET /7": test.get}))
			if _, err := client.ChangeDueDate(context.Background(), boleto("7"), test.date); provider.ClassOf(err) != test.class {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestNothingIsSentForAStrangeID(t *testing.T) {
	t.Parallel()
	client, stub := setup(t, reply(200, `{"code":200,"data":{"charge_id":1}}`))
	ctx := context.Background()
	for _, id := range []string{"", "../authorize", "1/../2", "x"} {
		_, get := client.Get(ctx, boleto(id))
		_, issue := client.Issue(ctx, boleto(id), request())
		for _, err := range []error{get, issue, client.Cancel(ctx, boleto(id)), client.Settle(ctx, boleto(id)), client.Resend(ctx, boleto(id), "a@b.co")} {
			if provider.ClassOf(err) != provider.NotFound {
				t.Errorf("%q: %v", id, err)
			}
		}
	}
	if calls := stub.seen(); len(calls) != 0 || stub.authorized != 0 {
		t.Errorf("calls %v", calls)
	}
}

func TestWriteWithoutAnID(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, reply(200, `{"code":200,"data":{}}`))
	_, reserve := client.Reserve(context.Background(), request())
	_, issue := client.Issue(context.Background(), boleto("7"), request())
	if provider.ClassOf(reserve) != provider.Ambiguous || provider.ClassOf(issue) != provider.Ambiguous {
		t.Errorf("reserve %v, issue %v", reserve, issue)
	}
}

// rows answers a list that holds count charges in all, by page.
func rows(count int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		page, size := 0, 0
		_, _ = fmt.Sscan(r.URL.Query().Get("page"), &page)
		_, _ = fmt.Sscan(r.URL.Query().Get("limit"), &size)
		var list []string
		for i := (page - 1) * size; i < min(page*size, count); i++ {
			list = append(list, fmt.Sprintf(`{"id":%d,"status":"paid","custom_id":"r%d"}`, i+1, i%2))
		}
		if len(list) == 0 {
			reply(404, `{"code":3500010,"error":"not_found"}`)(w, r)
			return
		}
		_, _ = io.WriteString(w, `{"code":200,"data":[`+strings.Join(list, ",")+`],"params":{}}`)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	client, stub := setup(t, rows(3))
	found, err := client.Find(context.Background(), provider.Boleto, "r0", "2026-07-01", "2026-08-31")
	if err != nil || len(found) != 2 || found[0].ProviderID != "1" || found[1].ProviderID != "3" {
		t.Fatalf("found %+v, %v", found, err)
	}
	var windows []string
	for _, call := range stub.seen() {
		address, _ := url.Parse(call.URI)
		query := address.Query()
		windows = append(windows, query.Get("begin_date")+" "+query.Get("end_date"))
		query.Del("begin_date")
		query.Del("end_date")
		if got := query.Encode(); got != "charge_type=billet&custom_id=r0&date_of=creation&limit=100&page=1" {
			t.Errorf("query %s", got)
		}
	}
	if got := strings.Join(windows, ", "); got != "2026-07-01 2026-07-31, 2026-08-01 2026-08-31" {
		t.Errorf("windows %s", got)
	}
}

func TestFindNothing(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"404":        reply(404, `{"code":3500010,"error":"not_found","error_description":"x"}`),
		"bare 404":   reply(404, ""),
		"empty list": reply(200, `{"code":200,"data":[],"params":{}}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, answer)
			found, err := client.Find(context.Background(), provider.Boleto, "r", "2026-08-01", "2026-08-02")
			if err != nil || found == nil || len(found) != 0 {
				t.Errorf("found %v, %v", found, err)
			}
		})
	}
}

func TestFindRefusesDaysThatDoNotExist(t *testing.T) {
	t.Parallel()
	client, stub := setup(t, rows(0))
	_, err := client.Find(context.Background(), provider.Boleto, "r", "", "2026-08-02")
	if provider.ClassOf(err) != provider.Invalid || len(stub.seen()) != 0 {
		t.Errorf("error %v", err)
	}
}

func TestChanged(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rows, stopAfter, wantRows, wantCalls int
		from, to                             brazil.Date
		byPayment                            bool
	}{
		"a full last page asks once more":    {200, 0, 600, 9, "2026-08-01", "2026-08-10", true},
		"two pages":                          {150, 0, 450, 6, "2026-08-01", "2026-08-31", false},
		"many windows":                       {1, 0, 36, 36, "2025-08-01", "2026-07-31", true},
		"it stops when told":                 {150, 101, 101, 2, "2025-08-01", "2026-07-31", true},
		"a range that ends before it begins": {1, 0, 0, 0, "2026-08-02", "2026-08-01", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, stub := setup(t, rows(test.rows))
			seen := 0
			err := client.Changed(context.Background(), test.from, test.to, test.byPayment, func(provider.Charge) bool {
				seen++
				return seen != test.stopAfter
			})
			calls := stub.seen()
			if err != nil || seen != test.wantRows || len(calls) != test.wantCalls {
				t.Fatalf("%d rows in %d calls, %v", seen, len(calls), err)
			}
			if len(calls) > 0 && strings.Contains(calls[0].URI, "date_of=payment") != test.byPayment {
				t.Errorf("call %s", calls[0].URI)
			}
		})
	}
}

func TestChangedNoticesAListWithoutPages(t *testing.T) {
	t.Parallel()
	first := rows(100)
	client, stub := setup(t, func(w http.ResponseWriter, r *http.Request) {
		r.URL.RawQuery = "page=1&limit=100"
		first(w, r)
	})
	err := client.Changed(context.Background(), "2026-08-01", "2026-08-01", false, func(provider.Charge) bool { return true })
	if provider.ClassOf(err) != provider.Unavailable || len(stub.seen()) != 2 {
		t.Errorf("error %v", err)
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, reply(200, `{"code":200,"data":[
		{"id":3,"type":"charge","custom_id":"r","status":{"current":"paid","previous":"waiting"},"identifiers":{"charge_id":24342333},"value":6990,"received_by_bank_at":"2026-08-04","created_at":"2026-08-05 07:33:30"},
		{"id":1,"type":"charge","custom_id":null,"status":{"current":"new","previous":null},"identifiers":{"charge_id":24342333},"created_at":"2026-08-01 09:12:23"},
		{"id":"2","type":"carnet","status":{"current":"active"},"identifiers":{"carnet_id":5},"created_at":"2026-08-01 09:12:23"},
		{"id":4,"type":"carnet_charge","custom_id":"c","status":{"current":"waiting"},"identifiers":{"carnet_id":5,"charge_id":9},"created_at":"2026-08-01 09:12:23"},
		{"type":"charge"}, 7]}`))
	events, err := client.Events(context.Background(), "09027955-5e06-4ff0-a9c7-46b47b8f1b27")
	at := time.Date(2026, 8, 1, 12, 12, 23, 0, time.UTC)
	want := []provider.Event{
		{ID: 1, ProviderID: "24342333", Status: provider.Draft, ProviderStatus: "new", At: at},
		{ID: 2, CarnetID: "5", Status: provider.Unrecognized, ProviderStatus: "up_to_date", At: at},
		{ID: 3, Reference: "r", ProviderID: "24342333", Status: provider.Paid, ProviderStatus: "paid", PaidCents: pointer(int64(6990)),
			PaidOn: pointer(brazil.Date("2026-08-04")), At: time.Date(2026, 8, 5, 10, 33, 30, 0, time.UTC)},
		{ID: 4, Reference: "c", ProviderID: "9", CarnetID: "5", Status: provider.Waiting, ProviderStatus: "waiting", At: at},
	}
	if err != nil || !reflect.DeepEqual(events, want) {
		t.Errorf("events %+v, %v", events, err)
	}
}

// TestChangedReadsFullPages reads a page of a hundred boletos, each with the
// picture of its Pix code: more than a megabyte.
func TestChangedReadsFullPages(t *testing.T) {
	t.Parallel()
	picture := "data:image/svg+xml;base64," + strings.Repeat("A", 16<<10)
	page := make([]string, 100)
	for i := range page {
		page[i] = fmt.Sprintf(`{"id":%d,"total":1000,"status":"waiting","custom_id":"chg-%d","payment":{"payment_method":"banking_billet","banking_billet":{"pix":{"qrcode":"0002","qrcode_image":%q}}}}`, i+1, i, picture)
	}
	client, _ := setup(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page") == "1" {
			_, _ = io.WriteString(w, `{"code":200,"data":[`+strings.Join(page, ",")+`]}`)
			return
		}
		_, _ = io.WriteString(w, `{"code":200,"data":[]}`)
	})
	read := 0
	err := client.Changed(context.Background(), "2026-08-01", "2026-08-01", false, func(provider.Charge) bool {
		read++
		return true
	})
	if err != nil || read != 3*len(page) {
		t.Errorf("read %d of %d: %v", read, len(page), err)
	}
}
