package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// cardBody is a valid one-step body whose token ends as given.
func cardBody(customID, tokenEnd string) dict {
	token := randomHex(20)[:40-len(tokenEnd)] + tokenEnd
	return with(createBody(customID, ""), "payment", dict{"credit_card": dict{
		"customer":      dict{"name": "Ana Maria Souza", "cpf": "52998224725", "email": "ana@example.com"},
		"payment_token": token,
	}})
}

// payCard makes a charge that is paid by card in one step.
func (b *bundle) payCard(customID, tokenEnd string) reply {
	b.t.Helper()
	return b.gn("POST", "/v1/charge/one-step", cardBody(customID, tokenEnd))
}

// refund gives back an amount, or everything for nil.
func (b *bundle) refund(id int64, amount any) reply {
	b.t.Helper()
	body := dict{}
	if amount != nil {
		body["amount"] = amount
	}
	return b.gn("POST", fmt.Sprintf("/v1/charge/card/%d/refund", id), body)
}

// retry tries a refused card again with a token that ends as given.
func (b *bundle) retry(id int64, tokenEnd string) reply {
	b.t.Helper()
	body := dict{"payment": cardBody("", tokenEnd)["payment"]}
	return b.gn("POST", fmt.Sprintf("/v1/charge/%d/retry", id), body)
}

// flow is the statuses that a charge went through.
func (b *bundle) flow(id int64) string {
	b.t.Helper()
	var statuses []string
	for _, row := range b.entries(id) {
		statuses = append(statuses, row["status"].(dict)["current"].(string))
	}
	return strings.Join(statuses, " ")
}

func TestCardOutcomes(t *testing.T) {
	t.Parallel()
	for end, want := range map[string]string{
		"f": "new waiting approved paid", "0": "new waiting unpaid", "1": "new waiting unpaid", "2": "new waiting",
	} {
		t.Run("a token ending in "+end, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			got := b.payCard("crd-1", end)
			id := got.id("charge_id")
			equal(t, "flow", b.flow(id), want)
			refused := end == "0" || end == "1"
			equal(t, "refusal", got.data()["refusal"] != nil, refused)
			shown := b.gn("GET", fmt.Sprintf("/v1/charge/%d", id), nil).data()
			equal(t, "reason", shown["reason"] != nil, refused)
			if refused {
				equal(t, "retry", got.data()["refusal"].(dict)["retry"], end == "0")
			}
		})
	}
	t.Run("analysis ends well", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		id := b.payCard("crd-1", "2").id("charge_id")
		b.ctl("POST", fmt.Sprintf("/gerencianet/charges/%d/approve", id), nil)
		equal(t, "flow", b.flow(id), "new waiting approved paid")
	})
	t.Run("analysis ends badly", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		id := b.payCard("crd-1", "2").id("charge_id")
		b.ctl("POST", fmt.Sprintf("/gerencianet/charges/%d/refuse", id), dict{"reason": "Sem limite.", "retry": false})
		equal(t, "flow", b.flow(id), "new waiting unpaid")
		equal(t, "refusal", b.charge(id)["card"].(dict)["refusal"], dict{"reason": "Sem limite.", "retry": false})
		equal(t, "no retry", b.retry(id, "a").code(), 3500081)
	})
	t.Run("refused, but paid nevertheless", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		id := b.payCard("crd-1", "1").id("charge_id")
		b.ctl("POST", fmt.Sprintf("/gerencianet/charges/%d/pay", id), nil)
		equal(t, "no reason", b.gn("GET", fmt.Sprintf("/v1/charge/%d", id), nil).data()["reason"], nil)
	})
	t.Run("only a card can be refused", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		path := fmt.Sprintf("%s/sandbox/gerencianet/charges/%d/refuse", b.control.URL, b.issue("chg-1", "2026-08-20"))
		equal(t, "status", b.send("POST", path, nil, nil).status, http.StatusConflict)
	})
	t.Run("the address of the bill", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		body := with(cardBody("crd-1", "a"), "payment/credit_card/billing_address", dict{
			"street": "Rua A", "number": 10, "neighborhood": "Centro", "zipcode": "35400000", "city": "Ouro Preto", "state": "MG",
		})
		id := b.gn("POST", "/v1/charge/one-step", body).id("charge_id")
		shown := b.gn("GET", fmt.Sprintf("/v1/charge/%d", id), nil).data()["payment"].(dict)["credit_card"].(dict)
		equal(t, "as it was sent, and a complement", shown["address"], dict{
			"street": "Rua A", "number": 10, "neighborhood": "Centro", "zipcode": "35400000", "city": "Ouro Preto", "state": "MG", "complement": nil,
		})
	})
}

func TestTokensWorkOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	body := cardBody("crd-1", "0")
	equal(t, "first", b.gn("POST", "/v1/charge/one-step", body).status, http.StatusOK)
	again := b.gn("POST", "/v1/charge/one-step", body)
	equal(t, "code", again.code(), 3500034)
	equal(t, "property", again.property(), "/payment/credit_card/payment_token")
	equal(t, "nothing created", b.committed("crd-1"), 1)
}

func TestCardRetry(t *testing.T) {
	t.Parallel()
	t.Run("refused, refused, approved", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		body := with(cardBody("crd-1", "0"), "payment/credit_card/discount", dict{"type": "currency", "value": 990})
		id := b.gn("POST", "/v1/charge/one-step", with(body, "payment/credit_card/installments", 2)).id("charge_id")
		equal(t, "still refused", b.retry(id, "0").data()["status"], "unpaid")
		body = dict{"payment": dict{"credit_card": dict{"payment_token": strings.Repeat("b", 40)}}}
		got := b.gn("POST", fmt.Sprintf("/v1/charge/%d/retry", id), body).data()
		equal(t, "answer", got, dict{
			"charge_id": id, "status": "approved", "total": 8000, "payment": "credit_card", "installments": 2, "installment_value": 4000,
		})
		equal(t, "flow", b.flow(id), "new waiting unpaid waiting unpaid waiting approved paid")
		equal(t, "payer", b.charge(id)["customer"].(dict)["cpf"], "52998224725")
	})
	t.Run("not what was paid, nor a boleto, nor a used token", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		equal(t, "paid", b.retry(b.payCard("crd-1", "a").id("charge_id"), "a").code(), 3500081)
		equal(t, "for good", b.retry(b.payCard("crd-2", "1").id("charge_id"), "a").code(), 3500081)
		equal(t, "boleto", b.retry(b.issue("chg-1", "2026-08-20"), "a").code(), 3500081)
		used := cardBody("crd-3", "0")
		id := b.gn("POST", "/v1/charge/one-step", used).id("charge_id")
		got := b.gn("POST", fmt.Sprintf("/v1/charge/%d/retry", id), dict{"payment": used["payment"]})
		equal(t, "used", got.property(), "/payment/credit_card/payment_token")
		equal(t, "no token", b.gn("POST", fmt.Sprintf("/v1/charge/%d/retry", id), dict{"payment": dict{"credit_card": dict{}}}).code(), 3500034)
	})
}

func TestCardRefund(t *testing.T) {
	t.Parallel()
	t.Run("in parts", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		id := b.payCard("crd-1", "a").id("charge_id")
		got := b.refund(id, 3000)
		equal(t, "code", got.code(), 200)
		if got.body["message"] == "" || got.body["data"] != nil {
			t.Error(got.text)
		}
		equal(t, "still paid", b.charge(id)["status"], "paid")
		equal(t, "too much", b.refund(id, 5991).property(), "/amount")
		equal(t, "nothing", b.refund(id, 0).code(), 3500034)
		equal(t, "the rest", b.refund(id, nil).code(), 200)
		equal(t, "refunded", b.flow(id), "new waiting approved paid refunded")
		charge := b.charge(id)
		refunds := charge["refunds"].([]any)
		equal(t, "first", refunds[0].(dict)["amount"], 3000)
		equal(t, "second", refunds[1].(dict)["amount"], 5990)
		equal(t, "no more", b.refund(id, nil).code(), 3500081)
	})
	t.Run("whole, without a body", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		id := b.payCard("crd-1", "a").id("charge_id")
		equal(t, "code", b.gn("POST", fmt.Sprintf("/v1/charge/card/%d/refund", id), nil).code(), 200)
		equal(t, "status", b.charge(id)["status"], "refunded")
	})
	t.Run("only a paid card", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		equal(t, "refused", b.refund(b.payCard("crd-1", "0").id("charge_id"), nil).code(), 3500081)
		equal(t, "boleto", b.refund(b.chargeAt("pay"), nil).code(), 3500081)
	})
	t.Run("by the control API", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		id := b.payCard("crd-1", "a").id("charge_id")
		path := fmt.Sprintf("/gerencianet/charges/%d/refund", id)
		equal(t, "too much", b.send("POST", b.control.URL+"/sandbox"+path, nil, dict{"value": 9000}).status, http.StatusBadRequest)
		equal(t, "a part", b.ctl("POST", path, dict{"value": 90}).body["status"], "paid")
		equal(t, "the rest", b.ctl("POST", path, nil).body["status"], "refunded")
	})
}

func TestInstallmentInterest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.ctl("PUT", "/gerencianet/settings", dict{"installmentInterestFrom": 3})
	plan := b.gn("GET", "/v1/installments?total=8990&brand=elo", nil).data()["installments"].([]any)
	equal(t, "two", plan[1], dict{"installment": 2, "has_interest": false, "value": 4495, "currency": "44,95", "interest_percentage": 0})
	equal(t, "three", plan[2], dict{"installment": 3, "has_interest": true, "value": 3117, "currency": "31,17", "interest_percentage": 199})
	got := b.gn("POST", "/v1/charge/one-step", with(cardBody("crd-1", "a"), "payment/credit_card/installments", 3))
	equal(t, "as announced", got.data()["installment_value"], 3117)
	equal(t, "the seller's part", b.charge(got.id("charge_id"))["paidValue"], 8990)
}

func TestTokenizer(t *testing.T) {
	t.Parallel()
	form := func(number any) dict {
		return dict{
			"number": number, "cvv": "123", "brand": "visa", "expirationMonth": "05", "expirationYear": 2029,
			"holderName": "ANA M SOUZA", "holderDocument": "52998224725", "reuse": false,
		}
	}
	t.Run("the end of the number decides", func(t *testing.T) {
		t.Parallel()
		folder := t.TempDir()
		b := setup(t, func(o *Options) { o.DataDir = folder })
		for number, end := range map[string]string{
			"4111 1111 1111 0000": "0", "4111111111110001": "1", "4111-1111-1111-0002": "2", "4111111111111234": "a",
		} {
			made := b.ctl("POST", "/gerencianet/tokenizer", form(number)).body
			token := made["payment_token"].(string)
			if !cardTokenPattern.MatchString(token) || !strings.HasSuffix(token, end) {
				t.Error(number, token)
			}
			equal(t, "mask", made["card_mask"], "XXXXXXXXXXXX"+number[len(number)-4:])
		}
		token := b.ctl("POST", "/gerencianet/tokenizer", form(json.Number("4012001037141112"))).body["payment_token"]
		got := b.gn("POST", "/v1/charge/one-step", with(cardBody("crd-1", "a"), "payment/credit_card/payment_token", token))
		shown := b.gn("GET", fmt.Sprintf("/v1/charge/%d", got.id("charge_id")), nil).data()["payment"].(dict)["credit_card"].(dict)
		equal(t, "the mask stays", shown["mask"], "XXXXXXXXXXXX1112")
		written, err := os.ReadFile(filepath.Join(folder, journalName))
		if err != nil || strings.Contains(string(written), "401200") || strings.Contains(string(written), "411111") {
			t.Error("a card was written down", err)
		}
	})
	t.Run("refusals", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		for name, value := range map[string]any{
			"number": "4111", "cvv": "1", "brand": "shop", "expirationMonth": 13, "expirationYear": 2020,
		} {
			got := b.send("POST", b.control.URL+"/sandbox/gerencianet/tokenizer", nil, with(form("4111111111111111"), name, value))
			equal(t, name, got.status, http.StatusBadRequest)
		}
	})
	t.Run("pages of this machine may call", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		address := b.control.URL + "/sandbox/gerencianet/tokenizer"
		for origin, allowed := range map[string]string{
			"http://127.0.0.1:5173": "http://127.0.0.1:5173", "http://localhost:1": "http://localhost:1",
			"http://[::1]:8080": "http://[::1]:8080", "https://example.com": "", "http://localhost.example.com": "",
		} {
			for _, method := range []string{"OPTIONS", "POST"} {
				got := b.send(method, address, map[string]string{"Origin": origin}, form("4111111111111111"))
				equal(t, method+" "+origin, got.header.Get("Access-Control-Allow-Origin"), allowed)
			}
		}
	})
	t.Run("a restart remembers what was used", func(t *testing.T) {
		t.Parallel()
		folder := t.TempDir()
		keep := func(o *Options) { o.DataDir = folder }
		first := setup(t, keep)
		body := cardBody("crd-1", "a")
		first.gn("POST", "/v1/charge/one-step", body)
		if err := first.sandbox.Close(); err != nil {
			t.Fatal(err)
		}
		equal(t, "code", setup(t, keep).gn("POST", "/v1/charge/one-step", body).code(), 3500034)
	})
}
