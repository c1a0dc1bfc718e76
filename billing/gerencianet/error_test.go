package gerencianet

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"ponte/billing/provider"
)

// listed are all the codes of providers/gerencianet.md, 8.4.
var listed = map[provider.Class]string{
	provider.Ambiguous: "3500000 4600009 4600012 4600100 4699999",
	provider.Auth:      "3500001 3500008 4600224",
	provider.Account:   "3500007 3500050 3500072 4600033 4600035 4600005",
	provider.NotFound:  "3500010 4600001",
	provider.Invalid: "3500002 3500023 3500025 3500037 3500101 3500034 3500042 3500016 4600026 4600204 4600202 4600060 4600073 4600219 4600142 4600222 " +
		"4600111 4600523 4600007 4600414 4600521 4600059 4600212 4600218 3500021 3500041 3500073 4600254 4600257 4600329",
	provider.State:     "3500030 3500036 3500038 3500043 3500044 3500066 3500068 3500070 3500080 3500081 4600439 3500032 3500040",
	provider.Duplicate: "4600029 4600148 4600210",
	provider.Limit:     "4600034 4600037 4600209 4600211",
}

func TestEveryCodeHasItsMeaning(t *testing.T) {
	t.Parallel()
	count := 0
	for class, codes := range listed {
		for _, code := range strings.Fields(codes) {
			count++
			known := meanings[code]
			if known.class != class {
				t.Errorf("%s is %q, not %s", code, known.class, class)
			}
			for _, text := range []string{known.cause.PT, known.cause.EN, known.remedy.PT, known.remedy.EN} {
				if !strings.HasSuffix(text, ".") || utf8.RuneCountInString(text) < 20 {
					t.Errorf("%s says %q", code, text)
				}
			}
		}
	}
	if count != len(meanings) {
		t.Errorf("%d codes are listed, %d have a meaning", count, len(meanings))
	}
}

func answerOf(status int, body string) *provider.HTTPAnswer {
	return &provider.HTTPAnswer{Status: status, Body: []byte(body), IsHTML: strings.HasPrefix(strings.TrimSpace(body), "<")}
}

func TestErrorShapes(t *testing.T) {
	t.Parallel()
	client := newClient("http://127.0.0.1:1")
	for name, test := range map[string]struct {
		status            int
		body              string
		class             provider.Class // of a write
		code, text, field string
	}{
		"description object": {400, `{"code":3500034,"error":"validation_error","error_description":{"property":"/payment/banking_billet/customer/phone_number","message":"A string não corresponde."}}`,
			provider.Invalid, "3500034", "A string não corresponde.", "payer.phone"},
		"description text": {400, `{"code":3500043,"error":"invalid_operation","error_description":"texto livre"}`,
			provider.State, "3500043", "texto livre", ""},
		"code as text":           {400, `{"code":"4600026","error":"x","error_description":"CPF 529.982.247-25 inválido"}`, provider.Invalid, "4600026", "CPF ***.982.247-** inválido", "payer.taxID"},
		"only a name":            {400, `{"code":4600033,"error":"blocked"}`, provider.Account, "4600033", "blocked", ""},
		"a refusal inside a 200": {200, `{"code":4600210,"error":"x","error_description":"iguais"}`, provider.Duplicate, "4600210", "iguais", ""},
		"bare text":              {401, "Unauthorized", provider.Auth, "", "Unauthorized", ""},
		"401 with a code text":   {401, `{"code":"401","error":"unauthorized"}`, provider.Auth, "401", "unauthorized", ""},
		"403":                    {403, "Forbidden", provider.Auth, "", "Forbidden", ""},
		"403 of the edge":        {403, "<html>blocked</html>", provider.Ambiguous, "", "blocked", ""},
		"404":                    {404, `{"code":404,"error":"not_found"}`, provider.NotFound, "404", "not_found", ""},
		"404 of the edge":        {404, "<html>nginx</html>", provider.Ambiguous, "", "nginx", ""},
		"HTML":                   {502, "<html><head><script>x()</script></head><h1>Bad\n gateway</h1>", provider.Ambiguous, "", "Bad gateway", ""},
		"empty":                  {400, "", provider.Ambiguous, "", "an empty answer", ""},
		"truncated":              {400, `{"code":3500034,"error`, provider.Ambiguous, "", `{"code":3500034,"error`, ""},
		"not an object":          {400, `[1,2]`, provider.Ambiguous, "", "[1,2]", ""},
		"null":                   {400, `null`, provider.Ambiguous, "", "null", ""},
		"unknown code":           {400, `{"code":4611111,"error":"x","error_description":"novo"}`, provider.Ambiguous, "4611111", "novo", ""},
		"unknown code in a 404":  {404, `{"code":4611111,"error":"x"}`, provider.Ambiguous, "4611111", "x", ""},
		"limit":                  {400, `{"code":4600034,"error":"x"}`, provider.Limit, "4600034", "x", ""},
		"limit by throttling":    {429, `{"code":4600034,"error":"x"}`, provider.Ambiguous, "4600034", "x", ""},
		"input in a 500":         {500, `{"code":3500034,"error":"x"}`, provider.Ambiguous, "3500034", "x", ""},
		"strange types":          {400, `{"code":{},"error":[1],"error_description":{"property":5,"message":null}}`, provider.Ambiguous, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := client.read(answerOf(test.status, test.body), true)
			failure := failureOf(t, err)
			if failure.Class != test.class || failure.Code != test.code || failure.Text != test.text || failure.Field != test.field || failure.HTTPStatus != test.status {
				t.Errorf("failure %+v", failure)
			}
			_, err = client.read(answerOf(test.status, test.body), false)
			want := test.class
			if want == provider.Ambiguous {
				want = provider.Unavailable
			}
			if provider.ClassOf(err) != want {
				t.Errorf("a read is %v", err)
			}
		})
	}
}

func TestFieldOf(t *testing.T) {
	t.Parallel()
	for property, want := range map[string]string{
		"/payment/banking_billet/customer/name":                            "payer.name",
		"/payment/banking_billet/customer/juridical_person/corporate_name": "payer.name",
		"/payment/banking_billet/customer/juridical_person/cnpj":           "payer.taxID",
		"/payment/banking_billet/customer/cpf":                             "payer.taxID",
		"/payment/banking_billet/customer/email":                           "payer.email",
		"/payment/credit_card/customer/phone_number":                       "payer.phone",
		"customer/phone_number":                                            "payer.phone",
		"/payment/banking_billet/customer/address/zipcode":                 "payer.address.postalCode",
		"/payment/banking_billet/customer/address/neighborhood":            "payer.address.district",
		"/payment/banking_billet/expire_at":                                "dueDate",
		"/expire_at":                                                       "dueDate",
		"/payment/banking_billet/configurations/fine":                      "fine",
		"/payment/banking_billet/configurations/interest":                  "interest",
		"/payment/banking_billet/configurations/interest/value":            "interest",
		"/payment/banking_billet/conditional_discount/until_date":          "conditionalDiscount.until",
		"/payment/banking_billet/discount/value":                           "discount",
		"/payment/banking_billet/message":                                  "message",
		"/items/0/name":                                                    "lines[0].name",
		"/items/12/value":                                                  "lines[12].unitCents",
		"/items/1":                                                         "lines[1]",
		"/items":                                                           "lines",
		"/metadata/custom_id":                                              "reference",
		"/metadata/notification_url":                                       "notificationURL",
		"/email":                                                           "payer.email",
		"/something/new":                                                   "",
		"":                                                                 "",
		"///":                                                              "",
	} {
		if got := fieldOf(property); got != want {
			t.Errorf("%s is %q, not %q", property, got, want)
		}
	}
}

func FuzzErrors(f *testing.F) {
	for _, body := range []string{
		`{"code":3500034,"error":"validation_error","error_description":{"property":"/items/0/name","message":"x"}}`,
		`{"code":"401","error":"x","error_description":"52998224725"}`, "Unauthorized", "<html><script>", "", `{"code":1e999}`, "\xff{",
	} {
		f.Add(400, body)
		f.Add(200, body)
		f.Add(500, body)
	}
	classes := []provider.Class{provider.Invalid, provider.State, provider.Auth, provider.Account, provider.Limit, provider.Duplicate, provider.NotFound, provider.Ambiguous, provider.Unavailable}
	client := newClient("http://127.0.0.1:1")
	f.Fuzz(func(t *testing.T, status int, body string) {
		for _, write := range []bool{true, false} {
			_, err := client.read(answerOf(status, body), write)
			if err == nil {
				if status < 200 || status > 299 {
					t.Fatalf("a %d is a success", status)
				}
				continue
			}
			failure := failureOf(t, err)
			if !slices.Contains(classes, failure.Class) || failure.Cause.PT == "" || failure.Remedy.EN == "" || !utf8.ValidString(failure.Text) || len(failure.Text) > 500 {
				t.Fatalf("failure %+v", failure)
			}
			if write && status >= http.StatusInternalServerError && failure.Class != provider.Ambiguous {
				t.Fatalf("a %d on a write is %s", status, failure.Class)
			}
			if !write && failure.Class == provider.Ambiguous {
				t.Fatal("a read is ambiguous")
			}
		}
	})
}
