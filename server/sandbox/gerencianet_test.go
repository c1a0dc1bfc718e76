package sandbox

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAuthorize(t *testing.T) {
	t.Parallel()
	t.Run("bad credentials get a bare text", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		got := b.send("POST", b.gerencianet.URL+"/v1/authorize", basic(DemoClientID, "wrong"), `{"grant_type":"client_credentials"}`)
		equal(t, "status", got.status, http.StatusUnauthorized)
		equal(t, "body", got.text, "Unauthorized")
	})
	t.Run("a token expires", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.ctl("PUT", "/gerencianet/settings", dict{"tokenSeconds": 1})
		b.bearer = b.authorize()
		equal(t, "fresh", b.gn("POST", "/v1/charge", createBody("a", "")).status, http.StatusOK)
		eventually(t, "it expires", func() bool {
			return b.gn("POST", "/v1/charge", createBody("a", "")).status == http.StatusUnauthorized
		})
	})
	t.Run("an unknown token gets JSON", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.bearer = "nobody"
		got := b.gn("GET", "/v1/charge/1", "null\n")
		equal(t, "status", got.status, http.StatusUnauthorized)
		equal(t, "code", got.body["code"], "401")
	})
	t.Run("accounts do not see one another", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		id := b.issue("chg-1", "2026-08-20")
		got := b.send("POST", b.gerencianet.URL+"/v1/authorize", basic(ProductionClientID, ProductionClientSecret), `{"grant_type":"client_credentials"}`)
		b.bearer = got.body["access_token"].(string)
		other := b.gn("GET", fmt.Sprintf("/v1/charge/%d", id), nil)
		equal(t, "status", other.status, http.StatusNotFound)
		equal(t, "code", other.code(), 3500010)
	})
}

func TestBoletoLifeCycle(t *testing.T) {
	t.Parallel()
	b := setup(t)
	created := b.gn("POST", "/v1/charge", createBody("chg-1", b.hook.server.URL))
	id := created.id("charge_id")
	equal(t, "created", created.data(), dict{
		"charge_id": id, "status": "new", "total": 8990, "custom_id": "chg-1", "created_at": created.data()["created_at"],
	})
	body := with(billetBody("2026-08-20"), "payment/banking_billet/configurations",
		dict{"fine": 200, "interest": dict{"value": 100, "type": "monthly"}, "days_to_write_off": 60})
	paid := b.gn("POST", fmt.Sprintf("/v1/charge/%d/pay", id), body)
	equal(t, "status", paid.data()["status"], "waiting")
	equal(t, "payment", paid.data()["payment"], "banking_billet")
	equal(t, "terms", paid.data()["configurations"],
		dict{"fine": 200, "interest": 100, "interest_type": "monthly", "days_to_write_off": 60})
	equal(t, "second pay", b.gn("POST", fmt.Sprintf("/v1/charge/%d/pay", id), body).code(), 3500030)

	b.ctl("POST", "/clock", dict{"advanceDays": 16})
	equal(t, "overdue", b.charge(id)["status"], "unpaid")
	b.ctl("POST", fmt.Sprintf("/gerencianet/charges/%d/pay", id), dict{"via": "boleto"})
	rows := b.entries(id)
	equal(t, "entries", len(rows), 4)
	equal(t, "fine of 2 % and ten days of 1 % a month", rows[3]["value"], 8990+180+30)
	equal(t, "received", rows[3]["received_by_bank_at"], "2026-08-30")
	got := b.gn("GET", fmt.Sprintf("/v1/charge/%d", id), "null\n").data()
	equal(t, "status", got["status"], "paid")
	equal(t, "paid_value", got["paid_value"], 9200)
	equal(t, "method", got["payment"].(dict)["method"], "banking_billet")
	equal(t, "history", len(got["history"].([]any)), 4)
}

func TestBoletoDocuments(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.issue("chg-1", "2026-08-20")
	got := b.gn("GET", fmt.Sprintf("/v1/charge/%d", id), nil).data()["payment"].(dict)["banking_billet"].(dict)
	page := fetch(t, got["link"].(string))
	if !strings.Contains(page, got["barcode"].(string)) || !strings.Contains(page, "Ana Maria Souza") {
		t.Error(page)
	}
	if file := fetch(t, got["pdf"].(dict)["charge"].(string)); !strings.HasPrefix(file, "%PDF-1.4") || !strings.HasSuffix(file, "%%EOF\n") {
		t.Errorf("%.40q", file)
	}
	code := got["pix"].(dict)["qrcode"].(string)
	if sum := fmt.Sprintf("%04X", crc16(code[:len(code)-4])); !strings.HasSuffix(code, sum) || !strings.Contains(code, "540589.90") {
		t.Error(code)
	}
	b.ctl("PUT", "/gerencianet/settings", dict{"zeroLines": true, "bolix": false})
	second := b.issue("chg-2", "2026-08-20")
	got = b.gn("GET", fmt.Sprintf("/v1/charge/%d", second), nil).data()["payment"].(dict)["banking_billet"].(dict)
	equal(t, "zero line", got["barcode"], "00000.00000 00000.000000 00000.000000 0 00000000000000")
	equal(t, "no Pix", got["pix"], nil)
}

func fetch(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v", url, response.StatusCode, err)
	}
	return string(content)
}

// The known line is the example that public descriptions of FEBRABAN's layout
// use.
func TestTypeableLine(t *testing.T) {
	t.Parallel()
	code := barcode(1000001, 8990, "2026-08-20")
	equal(t, "length", len(code), 44)
	equal(t, "bank, currency", code[:4], "3649")
	equal(t, "factor", code[5:9], "1544")
	equal(t, "value", code[9:19], "0000008990")
	equal(t, "line", len(digitsOf(typeableLine(code))), 47)
	equal(t, "known bar code digit", string(barcodeDigit("0019373700000001000500940144816060680935031")), "3")
	equal(t, "known line", typeableLine("00193373700000001000500940144816060680935031"),
		"00190.50095 40144.816069 06809.350314 3 37370000000100")
	equal(t, "first day again", dueDateFactor("2025-02-22"), 1000)
	equal(t, "last day before", dueDateFactor("2025-02-21"), 9999)
}

func TestBRCodeChecksum(t *testing.T) {
	t.Parallel()
	equal(t, "check value of CRC-16/CCITT-FALSE", crc16("123456789"), 0x29B1)
}

func TestStates(t *testing.T) {
	t.Parallel()
	due := func(day string) dict { return dict{"expire_at": day} }
	cases := []struct {
		name, method, action string
		body                 any
		from                 string
		code                 int
	}{
		{"cancel new", "PUT", "cancel", nil, "", 200},
		{"cancel waiting", "PUT", "cancel", nil, "issue", 200},
		{"cancel unpaid", "PUT", "cancel", nil, "overdue", 200},
		{"cancel paid", "PUT", "cancel", nil, "pay", 3500043},
		{"cancel twice", "PUT", "cancel", nil, "cancel", 3500043},
		{"settle new", "PUT", "settle", nil, "", 3500036},
		{"settle waiting", "PUT", "settle", nil, "issue", 200},
		{"settle canceled", "PUT", "settle", nil, "cancel", 3500044},
		{"due date of new", "PUT", "billet", due("2026-08-30"), "", 3500036},
		{"due date of waiting", "PUT", "billet", due("2026-08-30"), "issue", 200},
		{"due date of paid", "PUT", "billet", due("2026-08-30"), "pay", 3500038},
		{"due date in the past", "PUT", "billet", due("2026-08-13"), "issue", 4600007},
		{"resend waiting", "POST", "billet/resend", dict{"email": "ana@example.com"}, "issue", 200},
		{"resend paid", "POST", "billet/resend", dict{"email": "ana@example.com"}, "pay", 3500070},
		{"resend to nobody", "POST", "billet/resend", dict{}, "issue", 3500034},
		{"history", "POST", "history", dict{"description": "Ligamos"}, "pay", 200},
		{"empty history", "POST", "history", dict{"description": ""}, "pay", 3500034},
	}
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			id := b.chargeAt(each.from)
			got := b.gn(each.method, fmt.Sprintf("/v1/charge/%d/%s", id, each.action), each.body)
			equal(t, "code", got.code(), each.code)
		})
	}
}

// chargeAt makes a charge and brings it to where a control action leads.
func (b *bundle) chargeAt(action string) int64 {
	b.t.Helper()
	if action == "" {
		return b.gn("POST", "/v1/charge", createBody("chg-1", "")).id("charge_id")
	}
	id := b.issue("chg-1", "2026-08-20")
	if action != "issue" {
		b.ctl("POST", fmt.Sprintf("/gerencianet/charges/%d/%s", id, action), nil)
	}
	return id
}

func TestNewDueDate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.issue("chg-1", "2026-08-20")
	before := b.charge(id)["billet"].(dict)["barcode"]
	b.ctl("POST", "/clock", dict{"advanceDays": 7})
	equal(t, "overdue", b.charge(id)["status"], "unpaid")
	b.gn("PUT", fmt.Sprintf("/v1/charge/%d/billet", id), dict{"expire_at": "2026-08-31"})
	after := b.charge(id)
	equal(t, "waits again", after["status"], "waiting")
	equal(t, "due", after["expireAt"], "2026-08-31")
	if after["billet"].(dict)["barcode"] == before {
		t.Error("the bar code must change")
	}
	equal(t, "entry", b.entries(id)[3]["status"], dict{"current": "waiting", "previous": "unpaid"})
}

func TestControlMoves(t *testing.T) {
	t.Parallel()
	t.Run("canceled, then paid nevertheless", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		id := b.chargeAt("cancel")
		b.ctl("POST", fmt.Sprintf("/gerencianet/charges/%d/pay", id), dict{"value": 5000, "date": "2026-08-13"})
		last := b.entries(id)[3]
		equal(t, "status", last["status"], dict{"current": "paid", "previous": "canceled"})
		equal(t, "value", last["value"], 5000)
		equal(t, "date", last["received_by_bank_at"], "2026-08-13")
	})
	t.Run("refund, contest, identify, approve, settle, expire", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.ctl("PUT", "/gerencianet/settings", dict{"identicalGuard": false})
		for _, steps := range [][]string{
			{"identify", "pay", "contest", "refund"}, {"approve", "pay", "refund"}, {"settle", "pay"}, {"expire"}, {"overdue", "cancel"},
		} {
			id := b.gn("POST", "/v1/charge/one-step", with(createBody("chg", ""), "payment", billetBody("2026-08-20")["payment"])).id("charge_id")
			for _, step := range steps {
				b.ctl("POST", fmt.Sprintf("/gerencianet/charges/%d/%s", id, step), nil)
			}
			equal(t, fmt.Sprint(steps), b.charge(id)["status"], controlMoves[steps[len(steps)-1]].to)
		}
	})
	t.Run("what the provider does not know is refused", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		id := b.chargeAt("pay")
		for action, want := range map[string]int{"pay": 409, "expire": 409, "explode": 404} {
			got := b.send("POST", fmt.Sprintf("%s/sandbox/gerencianet/charges/%d/%s", b.control.URL, id, action), nil, nil)
			equal(t, action, got.status, want)
		}
	})
	t.Run("a boleto dropped from the registry", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		body := with(createBody("chg", ""), "payment", billetBody("2026-08-20")["payment"])
		body = with(body, "payment/banking_billet/configurations", dict{"days_to_write_off": 3})
		id := b.gn("POST", "/v1/charge/one-step", body).id("charge_id")
		b.ctl("POST", "/clock", dict{"advanceDays": 10})
		path := fmt.Sprintf("%s/sandbox/gerencianet/charges/%d/pay", b.control.URL, id)
		equal(t, "dropped", b.send("POST", path, nil, nil).status, http.StatusConflict)
		equal(t, "forced", b.send("POST", path, nil, dict{"force": true}).status, http.StatusOK)
	})
}

func TestConditionalDiscount(t *testing.T) {
	t.Parallel()
	b := setup(t)
	body := with(createBody("chg", ""), "payment", billetBody("2026-08-20")["payment"])
	body = with(body, "payment/banking_billet/conditional_discount", dict{"type": "percentage", "value": 500, "until_date": "2026-08-15"})
	body = with(body, "payment/banking_billet/discount", dict{"type": "currency", "value": 990})
	created := b.gn("POST", "/v1/charge/one-step", body)
	equal(t, "deducted at once", created.data()["total"], 8000)
	equal(t, "only pay answers them", created.data()["configurations"], nil)
	b.ctl("POST", fmt.Sprintf("/gerencianet/charges/%d/pay", created.id("charge_id")), nil)
	equal(t, "less 5 %", b.charge(created.id("charge_id"))["paidValue"], 7600)
}

func TestCards(t *testing.T) {
	t.Parallel()
	card := func(token string) dict {
		return with(createBody("chg", ""), "payment", dict{"credit_card": dict{
			"customer":     dict{"name": "Ana Maria Souza", "cpf": "52998224725"},
			"installments": 3, "payment_token": token,
		}})
	}
	t.Run("approved and then paid", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		got := b.gn("POST", "/v1/charge/one-step", card(strings.Repeat("a", 40)))
		equal(t, "status", got.data()["status"], "approved")
		equal(t, "installment", got.data()["installment_value"], 2996)
		equal(t, "paid", b.charge(got.id("charge_id"))["status"], "paid")
	})
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		got := b.gn("POST", "/v1/charge/one-step", card(strings.Repeat("a", 39)+"0"))
		equal(t, "status", got.data()["status"], "unpaid")
		equal(t, "retry", got.data()["refusal"].(dict)["retry"], true)
	})
	t.Run("installments", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		plan := b.gn("GET", "/v1/installments?total=1500&brand=visa", nil).data()["installments"].([]any)
		equal(t, "three of R$ 5,00", len(plan), 3)
		equal(t, "currency", plan[0].(dict)["currency"], "15,00")
		equal(t, "brand", b.gn("GET", "/v1/installments?total=1500&brand=x", nil).code(), 3500034)
	})
}

func TestListRules(t *testing.T) {
	t.Parallel()
	const window = "begin_date=2026-08-01&end_date=2026-08-31"
	t.Run("refusals", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		for query, property := range map[string]string{
			window:                                                         "/charge_type",
			"charge_type=banking_billet&" + window:                         "/charge_type",
			"charge_type=billet&end_date=2026-08-31":                       "/begin_date",
			"charge_type=billet&begin_date=2026-08-01":                     "/end_date",
			"charge_type=billet&begin_date=2026-08-01&end_date=2026-09-02": "/end_date",
			"charge_type=billet&begin_date=2026-08-02&end_date=2026-08-01": "/end_date",
			"charge_type=billet&date_of=birth&" + window:                   "/date_of",
			"charge_type=billet&status=lost&" + window:                     "/status",
			"charge_type=billet&page=0&" + window:                          "/page",
			"charge_type=billet&value=x&" + window:                         "/value",
			"charge_type=billet&colour=red&" + window:                      "/colour",
		} {
			got := b.gn("GET", "/v1/charges?"+query, nil)
			equal(t, query, got.property(), property)
			equal(t, query, got.code(), 3500034)
		}
	})
	t.Run("an empty list", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		path := "/v1/charges?charge_type=billet&" + window
		b.gn("POST", "/v1/charge", createBody("chg-new", ""))
		equal(t, "404, since a new charge is in no list", b.gn("GET", path, nil).status, http.StatusNotFound)
		b.ctl("PUT", "/gerencianet/settings", dict{"emptyListIs404": false})
		for _, other := range []string{"card", "carnet", "subscription"} {
			equal(t, other, b.gn("GET", "/v1/charges?charge_type="+other+"&"+window, nil).body["data"], []any{})
		}
		equal(t, "or empty", b.gn("GET", path, nil).body["data"], []any{})
	})
	t.Run("filters", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		first, second := b.issue("chg-1", "2026-08-20"), b.issue("chg-10", "2026-09-20")
		b.ctl("POST", fmt.Sprintf("/gerencianet/charges/%d/pay", second), nil)
		for query, want := range map[string][]int64{
			"custom_id=chg-1":               {first},
			"status=paid":                   {second},
			"date_of=payment":               {second},
			"date_of=expired":               {first},
			"customer_document=52998224725": {first, second},
			"customer_document=11144477735": nil,
			"value=8990":                    {first, second},
			"limit=1&page=2":                {second},
			"limit=1&offset=1":              {first},
		} {
			var ids []int64
			for _, row := range b.gn("GET", "/v1/charges?charge_type=billet&"+window+"&"+query, nil).rows() {
				ids = append(ids, int64(row["id"].(float64)))
			}
			equal(t, query, ids, want)
		}
	})
	t.Run("a row", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		id := b.issue("chg-1", "2026-08-20")
		b.ctl("POST", fmt.Sprintf("/gerencianet/charges/%d/pay", id), nil)
		got := b.gn("GET", "/v1/charges?charge_type=billet&"+window, nil)
		payment := got.rows()[0]["payment"].(dict)
		equal(t, "method", payment["payment_method"], "banking_billet")
		equal(t, "value", payment["paid_value"], 8990)
		equal(t, "received", payment["received_by_bank_at"], "2026-08-14")
		equal(t, "params", got.body["params"].(dict)["pagination"], dict{"limit": 100, "offset": 0, "page": 1})
	})
	t.Run("the lag", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.ctl("PUT", "/gerencianet/settings", dict{"listLagMs": 300})
		id := b.issue("chg-1", "2026-08-20")
		path := "/v1/charges?charge_type=billet&custom_id=chg-1&" + window
		equal(t, "not yet", b.gn("GET", path, nil).status, http.StatusNotFound)
		equal(t, "but by id", b.gn("GET", fmt.Sprintf("/v1/charge/%d", id), nil).status, http.StatusOK)
		eventually(t, "it is listed", func() bool { return b.gn("GET", path, nil).status == http.StatusOK })
	})
}

// The vendor's older clients send GET with a body and PUT as an empty form.
func TestOddClients(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.issue("chg-1", "2026-08-20")
	header := map[string]string{"Authorization": "Bearer " + b.bearer, "Content-Type": "application/x-www-form-urlencoded", "api-sdk": "efi-node-1.4.0"}
	equal(t, "PUT", b.send("PUT", fmt.Sprintf("%s/v1/charge/%d/cancel", b.gerencianet.URL, id), header, nil).status, http.StatusOK)
	equal(t, "GET", b.send("GET", fmt.Sprintf("%s/v1/charge/%d", b.gerencianet.URL, id), header, "null\n").status, http.StatusOK)
	equal(t, "unknown route", b.gn("GET", "/v1/v1/charge/1", nil).status, http.StatusNotFound)
}

func TestLinksFollowThePrefix(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mounted := httptest.NewServer(http.StripPrefix("/a/b", b.sandbox.Gerencianet()))
	defer mounted.Close()
	id := b.issue("chg-1", "2026-08-20")
	got := b.send("GET", fmt.Sprintf("%s/a/b/v1/charge/%d", mounted.URL, id), map[string]string{"Authorization": "Bearer " + b.bearer}, nil)
	link := got.data()["payment"].(dict)["banking_billet"].(dict)["link"].(string)
	if !strings.HasPrefix(link, mounted.URL+"/a/b/boleto/") {
		t.Error(link)
	}
	fetch(t, link)
}

func TestPublicURL(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *Options) { o.PublicURL = "https://demo.example.com/gn/" })
	id := b.issue("chg-1", "2026-08-20")
	link := b.gn("GET", fmt.Sprintf("/v1/charge/%d", id), nil).data()["payment"].(dict)["banking_billet"].(dict)["link"].(string)
	if !strings.HasPrefix(link, "https://demo.example.com/gn/boleto/") {
		t.Error(link)
	}
}

// The error correction is the worked example of ISO/IEC 18004.
func TestQRSymbols(t *testing.T) {
	t.Parallel()
	for content, version := range map[string]int{"A": 1, strings.Repeat("y", 60): 4, strings.Repeat("x", 171): 9, strings.Repeat("x", 400): 15} {
		symbol := encodeQR(content)
		equal(t, "version", symbol.version, version)
		equal(t, "size", len(symbol.dark), 17+4*version)
	}
	if encodeQR(strings.Repeat("x", 413)) != nil {
		t.Error("413 bytes are too many")
	}
	if !strings.HasPrefix(qrImage("A"), "data:image/svg+xml;base64,") {
		t.Error(qrImage("A"))
	}
	equal(t, "error correction of the standard's example",
		qrRemainder([]byte{0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11}, qrDivisor(10)),
		[]byte{0xA5, 0x24, 0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55})
}

// The newest schemas of the vendor want both of these in every answer.
func TestWhatSchemasWant(t *testing.T) {
	t.Parallel()
	b := setup(t)
	body := with(createBody("chg-1", ""), "shippings", []any{dict{"name": "Frete", "value": 1000}})
	body = with(with(body, "payment", billetBody("2026-08-20")["payment"]), "payment/banking_billet/configurations", dict{"fine": 200})
	id := b.gn("POST", "/v1/charge/one-step", body).id("charge_id")
	shown := b.gn("GET", fmt.Sprintf("/v1/charge/%d", id), nil).data()
	if payee, _ := shown["shippings"].([]any)[0].(dict)["payee_code"].(string); !payeePattern.MatchString(payee) {
		t.Error(shown["shippings"])
	}
	terms := shown["payment"].(dict)["banking_billet"].(dict)["configurations"]
	equal(t, "the account's days", terms, dict{"fine": 200, "days_to_write_off": 120})
	row := b.gn("GET", "/v1/charges?charge_type=billet&begin_date=2026-08-01&end_date=2026-08-31", nil).rows()[0]
	paidAt, present := row["payment"].(dict)["paid_at"]
	equal(t, "null until it is paid", []any{paidAt, present}, []any{nil, true})
	equal(t, "no more of the payer", row["customer"], dict{"name": "Ana Maria Souza", "cpf": "52998224725", "phone_number": "31999999999"})
}
