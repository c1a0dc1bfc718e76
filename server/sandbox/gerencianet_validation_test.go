package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// with sets one value inside a nested body; nil removes it.
func with(body dict, path string, value any) dict {
	names := strings.Split(path, "/")
	target := body
	for _, name := range names[:len(names)-1] {
		if list, isList := target[name].([]any); isList {
			target = list[0].(dict)
			continue
		}
		if target[name] == nil {
			target[name] = dict{}
		}
		target = target[name].(dict)
	}
	last := names[len(names)-1]
	if value == nil {
		delete(target, last)
	} else {
		target[last] = value
	}
	return body
}

func TestCreateRefusals(t *testing.T) {
	t.Parallel()
	cases := []struct {
		path     string
		value    any
		property string
		code     int
	}{
		{"items", nil, "/items", 3500034},
		{"items", []any{}, "/items", 3500034},
		{"items", "Plano", "/items", 3500034},
		{"items/name", "", "/items/0/name", 3500034},
		{"items/name", "a<b", "/items/0/name", 3500034},
		{"items/name", strings.Repeat("a", 256), "/items/0/name", 3500034},
		{"items/value", "8990", "/items/0/value", 3500034},
		{"items/value", 89.9, "/items/0/value", 3500034},
		{"items/value", 499, "/items", 4600111},
		{"items/amount", 0, "/items/0/amount", 3500034},
		{"items/colour", "red", "/items/0/colour", 3500034},
		{"shippings", []any{dict{"name": "Frete", "value": -1}}, "/shippings/0/value", 3500034},
		{"metadata/custom_id", strings.Repeat("a", 256), "/metadata/custom_id", 3500034},
		{"metadata/notification_url", "ftp://example.com", "/metadata/notification_url", 3500034},
		{"metadata/notification_url", "https://example.com/" + strings.Repeat("a", 240), "/metadata/notification_url", 3500034},
		{"payment", dict{}, "/payment", 3500034},
		{"items/marketplace", dict{"repasses": []any{dict{"payee_code": strings.Repeat("a", 32)}}}, "/items/0/marketplace/repasses/0", 3500034},
	}
	for _, each := range cases {
		t.Run(fmt.Sprintf("%s %.20v", each.path, each.value), func(t *testing.T) {
			t.Parallel()
			got := setup(t).gn("POST", "/v1/charge", with(createBody("chg-1", ""), each.path, each.value))
			equal(t, "status", got.status, http.StatusBadRequest)
			equal(t, "code", got.code(), each.code)
			equal(t, "property", got.property(), each.property)
		})
	}
}

func TestPayRefusals(t *testing.T) {
	t.Parallel()
	const billet = "payment/banking_billet/"
	company := func(cnpj string) dict { return dict{"corporate_name": "Empresa Ltda", "cnpj": cnpj} }
	address := func(name string, value any) dict {
		return with(dict{
			"street": "Rua A", "number": 10, "neighborhood": "Centro", "zipcode": "35400000", "city": "Ouro Preto", "state": "MG",
		}, name, value)
	}
	cases := []struct {
		path     string
		value    any
		property string
		code     int
	}{
		{"payment", nil, "/payment", 3500034},
		{"payment/credit_card", dict{}, "/payment", 3500034},
		{billet + "customer", nil, "", 3500034},
		{billet + "customer/name", nil, "", 3500034},
		{billet + "customer/name", "Ana", "", 3500034},
		{billet + "customer/cpf", nil, "", 3500034},
		{billet + "customer/cpf", "529.982.247-25", "", 3500034},
		{billet + "customer/cpf", "52998224724", "", 4600026},
		{billet + "customer/cpf", "11111111111", "", 4600026},
		{billet + "customer/email", "ana+loja@example.com", "", 3500034},
		{billet + "customer/phone_number", "+5531999999999", "", 3500034},
		{billet + "customer/phone_number", "", "", 3500034},
		{billet + "customer/birth", "1990-02-30", "", 3500034},
		{billet + "customer/birth", "15/01/1990", "", 3500034},
		{billet + "customer/address", address("zipcode", "35400-000"), "/address/zipcode", 3500034},
		{billet + "customer/address", address("state", "XX"), "/address/state", 3500034},
		{billet + "customer/address", address("number", true), "/address/number", 3500034},
		{billet + "customer/address", address("city", nil), "/address/city", 3500034},
		{billet + "customer/juridical_person", company("11222333000182"), "/juridical_person/cnpj", 4600026},
		{billet + "customer/juridical_person", company("12ABC34501DE35"), "/juridical_person/cnpj", 4600026},
		{billet + "customer/juridical_person", company("11222333"), "/juridical_person/cnpj", 3500034},
		{billet + "expire_at", nil, "", 3500034},
		{billet + "expire_at", "20/08/2026", "", 3500034},
		{billet + "expire_at", "2026-08-13", "", 4600007},
		{billet + "discount", dict{"type": "half", "value": 1}, "/discount/type", 3500034},
		{billet + "discount", dict{"type": "currency", "value": 8500}, "/discount", 4600523},
		{billet + "conditional_discount", dict{"type": "currency", "value": 100, "until_date": "2026-08-21"}, "/conditional_discount/until_date", 4600521},
		{billet + "configurations/fine", 1001, "", 3500034},
		{billet + "configurations/interest", 331, "", 3500034},
		{billet + "configurations/interest", dict{"value": 100, "type": "weekly"}, "/interest/type", 3500034},
		{billet + "configurations/days_to_write_off", 121, "", 3500034},
		{billet + "message", "a\nb\nc\nd\ne", "", 3500034},
		{billet + "colour", "red", "", 3500034},
	}
	for _, each := range cases {
		t.Run(fmt.Sprintf("%s %.30v", each.path, each.value), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			id := b.gn("POST", "/v1/charge", createBody("chg-1", "")).id("charge_id")
			got := b.gn("POST", fmt.Sprintf("/v1/charge/%d/pay", id), with(billetBody("2026-08-20"), each.path, each.value))
			equal(t, "status", got.status, http.StatusBadRequest)
			equal(t, "code", got.code(), each.code)
			want := each.property
			if want == "" {
				want = "/" + each.path
			}
			if !strings.HasSuffix(got.property(), want) {
				t.Errorf("property %q, want %q", got.property(), want)
			}
			equal(t, "still new", b.charge(id)["status"], "new")
		})
	}
}

func TestOtherRefusals(t *testing.T) {
	t.Parallel()
	t.Run("a body that is no JSON", func(t *testing.T) {
		t.Parallel()
		equal(t, "code", setup(t).gn("POST", "/v1/charge", "{").code(), 3500042)
	})
	t.Run("a company needs no CPF", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		id := b.gn("POST", "/v1/charge", createBody("chg-1", "")).id("charge_id")
		body := with(billetBody("2026-08-20"), "payment/banking_billet/customer",
			dict{"juridical_person": dict{"corporate_name": "Empresa Ltda", "cnpj": "11222333000181"}})
		equal(t, "pay", b.gn("POST", fmt.Sprintf("/v1/charge/%d/pay", id), body).status, http.StatusOK)
		customer := b.gn("GET", fmt.Sprintf("/v1/charge/%d", id), nil).data()["customer"].(dict)
		equal(t, "flat", customer["corporate_name"], "Empresa Ltda")
	})
	t.Run("the phone when it is required", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.ctl("PUT", "/gerencianet/settings", dict{"requirePhone": true})
		id := b.gn("POST", "/v1/charge", createBody("chg-1", "")).id("charge_id")
		body := with(billetBody("2026-08-20"), "payment/banking_billet/customer/phone_number", nil)
		got := b.gn("POST", fmt.Sprintf("/v1/charge/%d/pay", id), body)
		equal(t, "property", got.property(), "/payment/banking_billet/customer/phone_number")
	})
	t.Run("the fourth identical charge", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		for i := range 3 {
			b.issue(fmt.Sprintf("chg-%d", i), "2026-08-20")
		}
		body := createBody("chg-4", "")
		body["payment"] = billetBody("2026-08-20")["payment"]
		equal(t, "guarded", b.gn("POST", "/v1/charge/one-step", body).code(), 4600210)
		equal(t, "nothing created", b.committed("chg-4"), 0)
		b.ctl("PUT", "/gerencianet/settings", dict{"identicalGuard": false})
		equal(t, "unguarded", b.gn("POST", "/v1/charge/one-step", body).status, http.StatusOK)
	})
	t.Run("the daily limit", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.ctl("PUT", "/gerencianet/settings", dict{"dailyLimit": 1})
		equal(t, "first", b.gn("POST", "/v1/charge", createBody("a", "")).status, http.StatusOK)
		equal(t, "second", b.gn("POST", "/v1/charge", createBody("b", "")).status, http.StatusTooManyRequests)
		b.ctl("POST", "/clock", dict{"advanceDays": 1})
		equal(t, "next day", b.gn("POST", "/v1/charge", createBody("c", "")).status, http.StatusOK)
	})
}
