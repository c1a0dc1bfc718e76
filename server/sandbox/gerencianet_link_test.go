package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// linkBody is a valid POST /v1/charge/:id/link.
func linkBody() dict {
	return dict{"expire_at": "2026-08-20", "request_delivery_address": false, "payment_method": "all"}
}

// oneStepLinkBody is a valid POST /v1/charge/one-step/link.
func oneStepLinkBody(customID string) dict {
	return with(createBody(customID, ""), "settings", linkBody())
}

// issueLink makes a link with some settings changed.
func (b *bundle) issueLink(customID string, settings dict) reply {
	b.t.Helper()
	body := with(createBody(customID, b.hook.server.URL), "settings", linkBody())
	for name, value := range settings {
		with(body, "settings/"+name, value)
	}
	got := b.gn("POST", "/v1/charge/one-step/link", body)
	if got.status != http.StatusOK {
		b.t.Fatalf("create a link: %d %s", got.status, got.text)
	}
	return got
}

// click presses a button on the page of a link.
func (b *bundle) click(link reply, how string) reply {
	b.t.Helper()
	form := url.Values{"como": {how}, "nome": {"Bruno Lima"}, "cpf": {"111.444.777-35"}}
	header := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	return b.send("POST", link.data()["payment_url"].(string), header, form.Encode())
}

func TestLinkInTwoSteps(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.gn("POST", "/v1/charge", createBody("lnk-1", "")).id("charge_id")
	path := fmt.Sprintf("/v1/charge/%d/link", id)
	body := with(linkBody(), "message", "Obrigado")
	body["conditional_discount"] = dict{"type": "percentage", "value": 500, "until_date": "2026-08-18"}
	got := b.gn("POST", path, body).data()
	want := dict{
		"charge_id": id, "status": "link", "total": 8990, "custom_id": "lnk-1", "payment_method": "all",
		"billet_discount": nil, "card_discount": nil, "conditional_discount_value": 500, "conditional_discount_type": "percentage",
		"conditional_discount_date": "2026-08-18", "request_delivery_address": false, "message": "Obrigado",
		"expire_at": "2026-08-20", "created_at": got["created_at"], "payment_url": got["payment_url"],
	}
	equal(t, "defined", got, want)
	equal(t, "flow", b.flow(id), "new link")
	equal(t, "again", b.gn("POST", path, linkBody()).code(), 3500080)
	equal(t, "pay", b.gn("POST", fmt.Sprintf("/v1/charge/%d/pay", id), billetBody("2026-08-20")).code(), 3500044)

	want["message"], want["billet_discount"], want["expire_at"] = nil, 490, "2026-08-25"
	equal(t, "updated", b.gn("PUT", path, dict{"message": nil, "billet_discount": 490, "expire_at": "2026-08-25"}).data(), want)
	equal(t, "refused", b.gn("PUT", path, dict{"billet_discount": 8900}).property(), "/billet_discount")
	equal(t, "nothing", b.gn("PUT", path, dict{}).code(), 3500034)
	equal(t, "expire_at stays", b.gn("PUT", path, dict{"expire_at": nil}).property(), "/expire_at")
	want["conditional_discount_value"], want["conditional_discount_type"], want["conditional_discount_date"] = nil, nil, nil
	equal(t, "cleared", b.gn("PUT", path, dict{"conditional_discount": nil}).data(), want)

	shown := b.gn("GET", fmt.Sprintf("/v1/charge/%d", id), nil).data()
	equal(t, "no method yet", shown["payment"], nil)
	equal(t, "link", shown["link"].(dict)["payment_url"], want["payment_url"])
	equal(t, "resend", b.gn("POST", path+"/resend", dict{"email": "ana@example.com"}).body, dict{"code": 200})
	equal(t, "settle", b.gn("PUT", fmt.Sprintf("/v1/charge/%d/settle", id), nil).code(), 3500036)
	equal(t, "cancel", b.gn("PUT", fmt.Sprintf("/v1/charge/%d/cancel", id), nil).status, http.StatusOK)
	equal(t, "update after", b.gn("PUT", path, dict{"message": nil}).code(), 3500081)
	equal(t, "resend after", b.gn("POST", path+"/resend", dict{"email": "ana@example.com"}).code(), 3500081)
}

func TestLinkRefusals(t *testing.T) {
	t.Parallel()
	cases := []struct {
		path     string
		value    any
		property string
		code     int
	}{
		{"settings", nil, "/settings", 3500034},
		{"settings/expire_at", nil, "/settings/expire_at", 3500034},
		{"settings/request_delivery_address", nil, "/settings/request_delivery_address", 3500034},
		{"settings/payment_method", nil, "/settings/payment_method", 3500034},
		{"settings/payment_method", "pix", "/settings/payment_method", 3500034},
		{"settings/expire_at", "2026-08-13", "/settings/expire_at", 4600007},
		{"settings/billet_discount", 0, "/settings/billet_discount", 3500034},
		{"settings/card_discount", 8500, "/settings/card_discount", 4600523},
		{"settings/conditional_discount", dict{"type": "currency", "value": 1, "until_date": "2026-08-21"}, "/settings/conditional_discount/until_date", 4600521},
		{"items/value", 499, "/items", 4600111},
	}
	for _, each := range cases {
		t.Run(fmt.Sprintf("%s %.20v", each.path, each.value), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			got := b.gn("POST", "/v1/charge/one-step/link", with(oneStepLinkBody("lnk-1"), each.path, each.value))
			equal(t, "code", got.code(), each.code)
			equal(t, "property", got.property(), each.property)
			equal(t, "nothing created", b.committed("lnk-1"), 0)
		})
	}
	t.Run("states", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		for action, code := range map[string]int{"issue": 3500030, "": 200} {
			id := b.chargeAt(action)
			equal(t, action, b.gn("POST", fmt.Sprintf("/v1/charge/%d/link", id), linkBody()).code(), code)
		}
		id := b.chargeAt("")
		b.gn("PUT", fmt.Sprintf("/v1/charge/%d/cancel", id), nil)
		equal(t, "canceled", b.gn("POST", fmt.Sprintf("/v1/charge/%d/link", id), linkBody()).code(), 3500081)
		equal(t, "no link", b.gn("PUT", fmt.Sprintf("/v1/charge/%d/link", b.issue("chg-2", "2026-08-21")), dict{"message": nil}).code(), 3500081)
	})
}

func TestLinkPage(t *testing.T) {
	t.Parallel()
	discounts := dict{"billet_discount": 990, "card_discount": 490}
	t.Run("paid as a boleto", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		link := b.issueLink("lnk-1", discounts)
		if page := fetch(t, link.data()["payment_url"].(string)); !strings.Contains(page, "R$ 80,00") || !strings.Contains(page, "R$ 85,00") {
			t.Error(page)
		}
		fetch(t, b.gerencianet.URL+"/pagamento/style.css")
		equal(t, "page", b.click(link, "boleto").status, http.StatusOK)
		charge := b.charge(link.id("charge_id"))
		equal(t, "value", charge["paidValue"], 8000)
		equal(t, "method", charge["method"], "banking_billet")
		equal(t, "payer", charge["customer"].(dict)["name"], "Bruno Lima")
		equal(t, "flow", b.flow(link.id("charge_id")), "new link paid")
		equal(t, "twice", b.click(link, "cartao").status, http.StatusBadRequest)
	})
	t.Run("paid by card", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		link := b.issueLink("lnk-1", discounts)
		b.click(link, "cartao")
		shown := b.gn("GET", fmt.Sprintf("/v1/charge/%d", link.id("charge_id")), nil).data()
		equal(t, "value", shown["paid_value"], 8500)
		equal(t, "method", shown["payment"].(dict)["method"], "credit_card")
		equal(t, "address", shown["payment"].(dict)["credit_card"].(dict)["address"].(dict)["state"], "MG")
		equal(t, "refundable", b.refund(link.id("charge_id"), nil).code(), 200)
	})
	t.Run("a boleto for later", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		link := b.issueLink("lnk-1", discounts)
		page := b.click(link, "gerar").text
		if !strings.Contains(page, "../boleto/") {
			t.Error(page)
		}
		id := link.id("charge_id")
		equal(t, "settle", b.gn("PUT", fmt.Sprintf("/v1/charge/%d/settle", id), nil).code(), 3500036)
		b.ctl("POST", "/clock", dict{"advanceDays": 7})
		b.ctl("POST", fmt.Sprintf("/gerencianet/charges/%d/pay", id), nil)
		equal(t, "flow", b.flow(id), "new link waiting unpaid paid")
		equal(t, "value", b.charge(id)["paidValue"], 8000)
	})
	t.Run("only the method of the link, and a true payer", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		link := b.issueLink("lnk-1", dict{"payment_method": "credit_card"})
		equal(t, "boleto", b.click(link, "boleto").status, http.StatusBadRequest)
		equal(t, "nothing", b.click(link, "").status, http.StatusBadRequest)
		address := link.data()["payment_url"].(string)
		equal(t, "name", b.send("POST", address, nil, "como=cartao&nome=Bruno&cpf=11144477735").status, http.StatusBadRequest)
		equal(t, "CPF", b.send("POST", address, nil, "como=cartao&nome=Bruno+Lima&cpf=11144477734").status, http.StatusBadRequest)
		equal(t, "unknown", b.send("POST", address+"0", nil, "").status, http.StatusNotFound)
		equal(t, "unknown page", b.send("GET", address+"0", nil, nil).status, http.StatusNotFound)
		equal(t, "still open", b.charge(link.id("charge_id"))["status"], "link")
	})
}

func TestLinksExpire(t *testing.T) {
	t.Parallel()
	b := setup(t)
	link := b.issueLink("lnk-1", nil)
	id := link.id("charge_id")
	b.ctl("POST", "/clock", dict{"advanceDays": 6})
	equal(t, "on the last day", b.charge(id)["status"], "link")
	b.ctl("POST", "/clock", dict{"advanceDays": 1})
	equal(t, "flow", b.flow(id), "new link expired")
	equal(t, "page", b.click(link, "boleto").status, http.StatusBadRequest)
	equal(t, "cancel", b.gn("PUT", fmt.Sprintf("/v1/charge/%d/cancel", id), nil).code(), 3500043)
}

func TestControlOfLinks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.ctl("PUT", "/gerencianet/settings", dict{"listLagMs": 200, "emptyListIs404": false})
	first, second := b.issueLink("lnk-1", nil).id("charge_id"), b.issueLink("lnk-2", dict{"payment_method": "credit_card", "card_discount": 990}).id("charge_id")
	list := func(query string) int {
		return len(b.gn("GET", "/v1/charges?begin_date=2026-08-01&end_date=2026-08-31&"+query, nil).rows())
	}
	equal(t, "the lag", list("charge_type=card"), 0)
	eventually(t, "listed", func() bool { return list("charge_type=card&status=link") == 2 })
	equal(t, "one of them as a boleto", list("charge_type=billet"), 1)
	equal(t, "page", fetch(t, b.charge(first)["pageUrl"].(string)) != "", true)

	action := func(id int64, name string) string { return fmt.Sprintf("/gerencianet/charges/%d/%s", id, name) }
	b.ctl("POST", action(first, "pay"), dict{"via": "pix"})
	equal(t, "by Pix", b.charge(first)["paidVia"], "pix")
	equal(t, "no boleto", b.send("POST", b.control.URL+"/sandbox"+action(second, "pay"), nil, dict{"via": "boleto"}).status, http.StatusConflict)
	b.ctl("POST", action(second, "pay"), nil)
	equal(t, "by card", b.charge(second)["paidValue"], 8000)
	third := b.issueLink("lnk-3", nil).id("charge_id")
	b.ctl("POST", action(third, "expire"), nil)
	equal(t, "expired", b.charge(third)["status"], "expired")
	b.ctl("POST", action(third, "pay"), nil)
	equal(t, "paid nevertheless", b.flow(third), "new link expired paid")
}

func TestLinksSurviveARestart(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	keep := func(o *Options) { o.DataDir = folder }
	first := setup(t, keep)
	link := first.issueLink("lnk-1", dict{"message": "Obrigado"})
	path := strings.TrimPrefix(link.data()["payment_url"].(string), first.gerencianet.URL)
	if err := first.sandbox.Close(); err != nil {
		t.Fatal(err)
	}
	second := setup(t, keep)
	if page := fetch(t, second.gerencianet.URL+path); !strings.Contains(page, "Obrigado") {
		t.Error(page)
	}
}
