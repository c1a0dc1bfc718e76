package provider

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestRedact(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"access_token":"a.b\"c","x":1}`:                        `{"access_token":"[removed]","x":1}`,
		`{"refresh_token" : "abc`:                                `{"refresh_token" : "[removed]`,
		`Authorization: Bearer abcdefgh.ijk`:                     `Authorization: Bearer [removed]`,
		`{"cpf":"52998224725","cnpj":"11.222.333\/0001-81"}`:     `{"cpf":"***.982.247-**","cnpj":"**.222.333/****-**"}`,
		`{"cpf":11111111111}`:                                    `{"cpf":"***.111.111-**"}`,
		`{"cnpj_cliente":"12.abc.345/01de-35"}`:                  `{"cnpj_cliente":"**.ABC.345/****-**"}`,
		`CPF 529.982.247-25, 52998224725; CNPJ 12ABC34501DE35`:   `CPF ***.982.247-**, ***.982.247-**; CNPJ **.ABC.345/****-**`,
		`phone 31999999999, id 12345678901`:                      `phone 31999999999, id 12345678901`,
		`00190.50095 40144.816069 06809.350314 3 37370000000100`: `00190.50095 40144.816069 06809.350314 3 37370000000100`,
		`{"notification_url":"https://erp.example/efi/9f"}`:      `{"notification_url":"https://erp.example/[removed]"}`,
		`{"notification_url":"https:\/\/erp.example\/efi\/9f`:    `{"notification_url":"https:\/\/erp.example/[removed]`,
		`a hush-hush b`: `a [removed] b`,
		`{"customer":{"address":{"street":"Rua Á","number":"10"},"email":"a@b.test","name":"Ana \"B\"","phone_number":"31999999999"},"name":"Livro"}`: `{"customer":{"address":{"street":"R•••","number":"1•••"},"email":"a•••","name":"A•••","phone_number":"3•••"},"name":"Livro"}`,
		`{"devedor":{"cpf":"52998224725","nome":"Ana`:                      `{"devedor":{"cpf":"***.982.247-**","nome":"A•••`,
		`{"razao_cliente":"Ana","fone_cliente":"","nome_produto":"Livro"}`: `{"razao_cliente":"A•••","fone_cliente":"","nome_produto":"Livro"}`,
		`GET /pedidos?nome_cliente=Ana Souza&limit=2`:                      `GET /pedidos?nome_cliente=•••&limit=2`,
	} {
		if got := Redact(text, "hush-hush", "a", ""); got != want {
			t.Errorf("%s\nbecomes %s\nnot     %s", text, got, want)
		}
	}
}

func FuzzRedact(f *testing.F) {
	const secret = "hush-hush"
	f.Add(`{"cpf":"529.982.247-25"}`, " x")
	f.Add(`"access_token":"x`, "\xff\xfe\xfd\xfc")
	f.Fuzz(func(t *testing.T, before, after string) {
		got := recordedText(before+secret+after, []string{secret})
		if len(got) > maxRecorded || !utf8.ValidString(got) || strings.Contains(got, secret) {
			t.Errorf("%q becomes %q", before+secret+after, got)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "120": 2 * time.Minute, "-5": 0, "soon": 0, "99999999999": 0,
		"Sat, 01 Aug 2026 12:00:30 GMT": 30 * time.Second, "Sat, 01 Aug 2026 11:00:00 GMT": 0,
	} {
		if got := retryAfter(value, now); got != want {
			t.Errorf("%q is %v", value, got)
		}
	}
}

func TestUntrustedCertificateIsUnavailable(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Retry-After", "7") }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains of the client that hangs up
	server.StartTLS()
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	for name, test := range map[string]struct {
		roots *x509.CertPool
		works bool
	}{"trusted": {roots, true}, "untrusted": {x509.NewCertPool(), false}} {
		client := NewHTTPClient(HTTPConfig{
			Provider: "test", Title: "Test", BaseURL: server.URL,
			Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: test.roots}},
		})
		answer, err := client.Do(context.Background(), HTTPCall{Method: http.MethodPost, Path: "/x?id=52998224725", Write: true})
		if test.works && (err != nil || answer.RetryAfter != 7*time.Second) {
			t.Errorf("%s: %v", name, err)
		}
		if !test.works && (ClassOf(err) != Unavailable || strings.Contains(err.Error(), "52998224725")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestViolated(t *testing.T) {
	t.Parallel()
	if err := Violated("x", nil); err != nil {
		t.Errorf("no violations: %v", err)
	}
	err := Violated("x", []Violation{{"a", Text{"Um.", "One."}}, {"b", Text{"Dois.", "Two."}}})
	var failure *Error
	if !errors.As(err, &failure) || failure.Class != Invalid || failure.Field != "a" || failure.Remedy != (Text{"Um. Dois.", "One. Two."}) {
		t.Errorf("failure %+v", failure)
	}
}
