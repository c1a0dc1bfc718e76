package gerencianet

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

const token40 = "0123456789abcdef0123456789ABCDEF01234567"

func cardRequest() provider.ChargeRequest {
	card := request()
	card.Method, card.Card = provider.Card, &provider.CardPayment{Token: token40, Installments: 2}
	return card
}

func linkRequest(methods ...provider.Method) provider.ChargeRequest {
	link := request()
	link.Method, link.LinkMethods, link.Payer = provider.Link, methods, provider.Payer{}
	link.Discount, link.AmountCents = &provider.Discount{Value: 490}, 10000
	link.ConditionalDiscount = &provider.Discount{Value: 300, Until: pointer(brazil.Date("2026-08-15"))}
	return link
}

func carnetRequest() provider.ChargeRequest {
	carnet := request()
	carnet.Method, carnet.Parcels, carnet.SplitLines, carnet.AmountCents = provider.Carnet, 3, true, 3496
	carnet.DaysToWriteOff = pointer(int64(30))
	return carnet
}

const carnetAnswer = `{"code":200,"data":{"charge_id":8,"carnet_id":5,"status":"active","cover":"https://c","link":"https://l","pdf":{"carnet":"https://p","cover":"https://pc"},
	"charges":[{"charge_id":9,"parcel":"2","status":"waiting","value":3496,"expire_at":"2026-09-20","url":"https://2"},
	{"charge_id":8,"parcel":"1","status":"waiting","value":3496,"expire_at":"2026-08-20","parcel_link":"https://1","barcode":"x"}]}}`

func TestMethodRequests(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	link, card := provider.Handle{Method: provider.Link, ID: "8"}, provider.Handle{Method: provider.Card, ID: "8"}
	whole := provider.Handle{Method: provider.Carnet, CarnetID: "5"}
	parcel := provider.Handle{Method: provider.Carnet, ID: "8", CarnetID: "5", Parcel: 2}
	orphan := provider.Handle{Method: provider.Carnet, ID: "8", Parcel: 2}
	const buyer = `"customer":{"name":"Ana Maria Souza","cpf":"52998224725","email":"ana@example.com","phone_number":"31999999999"}`
	const home = `{"street":"Rua A","number":"10","neighborhood":"Centro","zipcode":"35400000","city":"Ouro Preto","state":"MG"}`
	for name, test := range map[string]struct {
		do   func(*Client) error
		want string // method, URI, body of each call
	}{
		"pay by card": {func(c *Client) error { _, err := c.Issue(ctx, card, cardRequest()); return err },
			`POST /v1/charge/8/pay {"payment":{"credit_card":{` + buyer + `,"installments":2,"billing_address":` + home + `,"payment_token":"` + token40 + `"}}}`},
		"another card": {func(c *Client) error { _, err := c.RetryCard(ctx, card, cardRequest()); return err },
			`POST /v1/charge/8/retry {"payment":{"credit_card":{` + buyer + `,"installments":2,"billing_address":` + home + `,"payment_token":"` + token40 + `"}}}`},
		"ways to divide": {func(c *Client) error { _, err := c.CardOptions(ctx, "visa", 9990); return err },
			`GET /v1/installments?brand=visa&total=9990 `},
		"give a card payment back": {func(c *Client) error {
			_, err := c.Refund(ctx, card, provider.RefundRequest{AmountCents: 500})
			return err
		}, `POST /v1/charge/card/8/refund {"amount":500}`},
		"give all of it back": {func(c *Client) error {
			_, err := c.Refund(ctx, link, provider.RefundRequest{AmountCents: 500, Whole: true})
			return err
		}, `POST /v1/charge/card/8/refund {}`},
		"a link": {func(c *Client) error { _, err := c.Issue(ctx, link, linkRequest()); return err },
			`POST /v1/charge/8/link {"billet_discount":490,"card_discount":490,"conditional_discount":{"type":"currency","value":300,"until_date":"2026-08-15"},` +
				`"expire_at":"2026-08-20","request_delivery_address":false,"payment_method":"all"}`},
		"a link for cards": {func(c *Client) error { _, err := c.Issue(ctx, link, linkRequest(provider.Card)); return err },
			`POST /v1/charge/8/link {"card_discount":490,"expire_at":"2026-08-20","request_delivery_address":false,"payment_method":"credit_card"}`},
		"a link for boletos": {func(c *Client) error { _, err := c.Issue(ctx, link, linkRequest(provider.Boleto)); return err },
			`POST /v1/charge/8/link {"billet_discount":490,"conditional_discount":{"type":"currency","value":300,"until_date":"2026-08-15"},` +
				`"expire_at":"2026-08-20","request_delivery_address":false,"payment_method":"banking_billet"}`},
		"move a link":   {func(c *Client) error { _, err := c.ChangeDueDate(ctx, link, "2026-09-01"); return err }, `PUT /v1/charge/8/link {"expire_at":"2026-09-01"}` + "\n" + `GET /v1/charge/8 `},
		"mail a link":   {func(c *Client) error { return c.Resend(ctx, link, "a@b.co") }, `POST /v1/charge/8/link/resend {"email":"a@b.co"}`},
		"note a charge": {func(c *Client) error { return c.AddNote(ctx, card, "ligou") }, `POST /v1/charge/8/history {"description":"ligou"}`},
		"a carnê": {func(c *Client) error { _, err := c.IssueCarnet(ctx, carnetRequest()); return err },
			`POST /v1/carnet {"items":[{"name":"Plano 100 Mb & Cia","value":8990,"amount":1},{"name":"Frete","value":750,"amount":2}],` +
				`"customer":{"name":"Ana Maria Souza","cpf":"52998224725","phone_number":"31999999999","address":` + home + `},"expire_at":"2026-08-20","repeats":3,"split_items":true,` +
				`"configurations":{"fine":200,"interest":33},"metadata":{"custom_id":"chg-01J","notification_url":"https://erp.example/efi/9f86d081"}}`},
		"read a carnê":    {func(c *Client) error { _, err := c.GetCarnet(ctx, "5"); return err }, `GET /v1/carnet/5 `},
		"cancel a carnê":  {func(c *Client) error { return c.Cancel(ctx, whole) }, `PUT /v1/carnet/5/cancel `},
		"settle a carnê":  {func(c *Client) error { return c.Settle(ctx, whole) }, `PUT /v1/carnet/5/settle `},
		"mail a carnê":    {func(c *Client) error { return c.Resend(ctx, whole, "a@b.co") }, `POST /v1/carnet/5/resend {"email":"a@b.co"}`},
		"note a carnê":    {func(c *Client) error { return c.AddNote(ctx, whole, "x") }, `POST /v1/carnet/5/history {"description":"x"}`},
		"cancel a parcel": {func(c *Client) error { return c.Cancel(ctx, parcel) }, `PUT /v1/carnet/5/parcel/2/cancel `},
		"settle a parcel": {func(c *Client) error { return c.Settle(ctx, parcel) }, `PUT /v1/carnet/5/parcel/2/settle `},
		"mail a parcel":   {func(c *Client) error { return c.Resend(ctx, parcel, "a@b.co") }, `POST /v1/carnet/5/parcel/2/resend {"email":"a@b.co"}`},
		"note a parcel":   {func(c *Client) error { return c.AddNote(ctx, parcel, "x") }, `POST /v1/charge/8/history {"description":"x"}`},
		"move a parcel": {func(c *Client) error { _, err := c.ChangeDueDate(ctx, parcel, "2026-09-01"); return err },
			`PUT /v1/carnet/5/parcel/2 {"expire_at":"2026-09-01"}` + "\n" + `GET /v1/charge/8 `},
		"cancel a parcel of an unknown carnê": {func(c *Client) error { return c.Cancel(ctx, orphan) }, `PUT /v1/charge/8/cancel `},
		"settle a parcel of an unknown carnê": {func(c *Client) error { return c.Settle(ctx, orphan) }, `PUT /v1/charge/8/settle `},
		"note a parcel of an unknown carnê":   {func(c *Client) error { return c.AddNote(ctx, orphan, "x") }, `POST /v1/charge/8/history {"description":"x"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, stub := setup(t, reply(200, carnetAnswer))
			if err := test.do(client); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, call := range stub.seen() {
				got = append(got, call.Method+" "+call.URI+" "+call.Body)
			}
			if strings.Join(got, "\n") != test.want {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), test.want)
			}
		})
	}
}

func TestCarnetAnswer(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, reply(200, carnetAnswer))
	got, err := client.IssueCarnet(context.Background(), carnetRequest())
	parcel := provider.Charge{Method: provider.Carnet, CarnetID: "5", Reference: "chg-01J", Status: provider.Waiting, ProviderStatus: "waiting", AmountCents: 3496}
	first, second := parcel, parcel
	first.ProviderID, first.Parcel, first.DueDate, first.Link = "8", 1, pointer(brazil.Date("2026-08-20")), "https://1"
	second.ProviderID, second.Parcel, second.DueDate, second.Link = "9", 2, pointer(brazil.Date("2026-09-20")), "https://2"
	want := provider.CarnetInfo{
		ProviderID: "5", Reference: "chg-01J", ProviderStatus: "up_to_date", Cover: "https://c", Link: "https://l", PDF: "https://p", CoverPDF: "https://pc",
		Parcels: []provider.Charge{first, second},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
	}
}

func TestCardAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body     string
		status   provider.Status
		reason   string
		canRetry bool
	}{
		"approved":      {`"status":"approved"`, provider.Approved, "", false},
		"waiting":       {`"status":"waiting"`, provider.Waiting, "", false},
		"refused":       {`"status":"unpaid","refusal":{"reason":"sem saldo","retry":true}`, provider.Refused, "sem saldo", true},
		"refused twice": {`"status":"unpaid","refusal":{"reason":"fraude","retry":false}`, provider.Refused, "fraude", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, reply(200, `{"code":200,"data":{"charge_id":8,"total":10490,"payment":"credit_card","installments":1,"installment_value":10490,`+test.body+`}}`))
			for _, do := range []func() (provider.Charge, error){
				func() (provider.Charge, error) {
					return client.Issue(context.Background(), provider.Handle{Method: provider.Card, ID: "8"}, cardRequest())
				},
				func() (provider.Charge, error) {
					return client.RetryCard(context.Background(), provider.Handle{Method: provider.Card, ID: "8"}, cardRequest())
				},
			} {
				got, err := do()
				if err != nil || got.Method != provider.Card || got.Status != test.status || got.Reason != test.reason || got.CanRetry != test.canRetry || got.Reference != "chg-01J" {
					t.Errorf("got %+v, %v", got, err)
				}
			}
		})
	}
}

func TestCardOptions(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, reply(200, `{"code":200,"data":{"rate":0,"name":"visa","installments":[
		{"installment":1,"has_interest":false,"value":9990,"currency":"99,90","interest_percentage":0},
		{"installment":2,"has_interest":true,"value":5100,"currency":"51,00","interest_percentage":1.99},
		{"installment":-1,"value":1},{"installment":3,"value":9223372036854775807},7]}}`))
	got, err := client.CardOptions(context.Background(), "visa", 9990)
	want := []provider.CardOption{
		{Installments: 1, InstallmentCents: 9990, TotalCents: 9990},
		{Installments: 2, InstallmentCents: 5100, TotalCents: 10200, HasInterest: true, InterestHundredths: 199},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, brand := range []string{"", "Visa!", "visa&total=1"} {
		if _, err := client.CardOptions(context.Background(), brand, 9990); provider.ClassOf(err) != provider.Invalid {
			t.Errorf("%q: %v", brand, err)
		}
	}
}

func TestWhatAMethodCannotDo(t *testing.T) {
	t.Parallel()
	client, stub := setup(t, reply(200, payAnswer))
	ctx := context.Background()
	pix, card, link := provider.Handle{Method: provider.Pix, ID: txidOf("x")}, provider.Handle{Method: provider.Card, ID: "8"}, provider.Handle{Method: provider.Link, ID: "8"}
	_, reserve := client.Reserve(ctx, carnetRequest())
	_, issue := client.Issue(ctx, link, carnetRequest())
	_, carnet := client.IssueCarnet(ctx, request())
	_, retry := client.RetryCard(ctx, link, linkRequest())
	_, move := client.ChangeDueDate(ctx, card, "2026-09-01")
	_, movePix := client.ChangeDueDate(ctx, pix, "2026-09-01")
	_, refund := client.Refund(ctx, boleto("8"), provider.RefundRequest{AmountCents: 1})
	_, nothing := client.Refund(ctx, card, provider.RefundRequest{})
	for name, err := range map[string]error{
		"reserve a carnê": reserve, "issue a carnê in two steps": issue, "a carnê of a boleto": carnet, "retry a link": retry, "move a card": move,
		"move an immediate Pix": movePix, "refund a boleto": refund, "refund nothing": nothing,
		"mail a card": client.Resend(ctx, card, "a@b.co"), "mail a Pix": client.Resend(ctx, pix, "a@b.co"), "note a Pix": client.AddNote(ctx, pix, "x"),
		"an empty note": client.AddNote(ctx, card, ""), "a long note": client.AddNote(ctx, card, strings.Repeat("é", 256)),
	} {
		if provider.ClassOf(err) != provider.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, handle := range []provider.Handle{
		{Method: provider.Carnet}, {Method: provider.Carnet, CarnetID: "../5", Parcel: 1}, {Method: provider.Pix, ID: "../x"}, {Method: provider.Card, ID: "8/../9"},
	} {
		if _, err := client.Get(ctx, handle); provider.ClassOf(err) != provider.NotFound && handle.Method != provider.Pix {
			t.Errorf("%+v: %v", handle, err)
		}
	}
	if calls := stub.seen(); len(calls) != 0 {
		t.Errorf("calls %+v", calls)
	}
}

func TestParcelOfAnUnknownCarnetWaits(t *testing.T) {
	t.Parallel()
	client, stub := setup(t, reply(200, payAnswer))
	orphan := provider.Handle{Method: provider.Carnet, ID: "8", Parcel: 2}
	_, move := client.ChangeDueDate(context.Background(), orphan, "2026-09-01")
	for _, err := range []error{move, client.Resend(context.Background(), orphan, "a@b.co")} {
		if failure := failureOf(t, err); failure.Class != provider.Unavailable || !strings.Contains(failure.Cause.PT, "notificação") {
			t.Errorf("error %v", err)
		}
	}
	if len(stub.seen()) != 0 {
		t.Errorf("calls %+v", stub.seen())
	}
}
