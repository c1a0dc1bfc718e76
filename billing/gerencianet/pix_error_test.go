package gerencianet

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"software.sslmate.com/src/go-pkcs12"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

var discard = log.New(io.Discard, "", 0)

// requiring lets in only who has a certificate of an authority that nobody has.
func requiring(t *testing.T) *tls.Config {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AddCert(selfSigned(t, newKey(t), "autoridade", time.Now().Add(time.Hour)))
	return &tls.Config{MinVersion: tls.VersionTLS12, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}
}

// listedPix are all the names of providers/gerencianet.md, 7.8.
var listedPix = map[provider.Class]string{
	provider.Account:   "documento_bloqueado",
	provider.Auth:      "chave_invalida",
	provider.Invalid:   "valor_invalido json_invalido webhook_invalido",
	provider.Duplicate: "txid_duplicado devolucao_id_duplicado",
	provider.NotFound:  "cobranca_nao_encontrada location_nao_encontrada pix_nao_encontrado devolucao_nao_encontrada",
	provider.State:     "status_cobranca_invalido",
	provider.Ambiguous: "erro_aplicacao",
}

func TestEveryPixNameHasItsMeaning(t *testing.T) {
	t.Parallel()
	count := 0
	for class, names := range listedPix {
		for _, name := range strings.Fields(names) {
			count++
			known := pixMeanings[name]
			if known.class != class {
				t.Errorf("%s is %q, not %s", name, known.class, class)
			}
			for _, text := range []string{known.cause.PT, known.cause.EN, known.remedy.PT, known.remedy.EN} {
				if !strings.HasSuffix(text, ".") || utf8.RuneCountInString(text) < 20 {
					t.Errorf("%s says %q", name, text)
				}
			}
		}
	}
	if count != len(pixMeanings) {
		t.Errorf("%d names are listed, %d have a meaning", count, len(pixMeanings))
	}
}

func TestPixErrorShapes(t *testing.T) {
	t.Parallel()
	client := New(pixConfig(t, "http://127.0.0.1:1"))
	standard := func(kind, more string) string {
		return `{"type":"https://pix.bcb.gov.br/api/v2/error/` + kind + `","title":"t","status":400,"detail":"d"` + more + `}`
	}
	for name, test := range map[string]struct {
		status            int
		body              string
		class             provider.Class // of a write
		code, text, field string
	}{
		"name and words":       {400, `{"nome":"valor_invalido","mensagem":"Documento CPF em devedor.cpf é inválido"}`, provider.Invalid, "valor_invalido", "Documento CPF em devedor.cpf é inválido", "payer.taxID"},
		"words with a field":   {400, `{"nome":"valor_invalido","mensagem":"Campo calendario.expiracao deve ser maior ou igual a 1"}`, provider.Invalid, "valor_invalido", "Campo calendario.expiracao deve ser maior ou igual a 1", "pix.expiresIn"},
		"a list of errors":     {400, `{"nome":"json_invalido","mensagem":"m","erros":[{"chave":"pattern","caminho":".valor.original","mensagem":"formato"}]}`, provider.Invalid, "json_invalido", "formato", "amountCents"},
		"key":                  {400, `{"nome":"chave_invalida","mensagem":"x"}`, provider.Auth, "chave_invalida", "x", "pixKey"},
		"blocked":              {400, `{"nome":"documento_bloqueado","mensagem":"x"}`, provider.Account, "documento_bloqueado", "x", "payer.taxID"},
		"duplicate":            {409, `{"nome":"txid_duplicado","mensagem":"x"}`, provider.Duplicate, "txid_duplicado", "x", "reference"},
		"another conflict":     {409, `{"nome":"algo_novo","mensagem":"x"}`, provider.Duplicate, "algo_novo", "x", "reference"},
		"not found as 400":     {400, `{"nome":"cobranca_nao_encontrada","mensagem":"x"}`, provider.NotFound, "cobranca_nao_encontrada", "x", ""},
		"the BCB's form":       {400, standard("CobVOperacaoInvalida", `,"violacoes":[{"razao":"r","propriedade":"cobv.valor.multa.valorPerc"}]`), provider.Invalid, "CobVOperacaoInvalida", "r", "fine"},
		"the BCB's not found":  {404, standard("CobVNaoEncontrada", ""), provider.NotFound, "CobVNaoEncontrada", "d", ""},
		"the same with a 400":  {400, standard("PixNaoEncontrado", ""), provider.NotFound, "PixNaoEncontrado", "d", ""},
		"the BCB's forbidden":  {403, standard("AcessoNegado", ""), provider.Auth, "AcessoNegado", "d", ""},
		"server":               {500, `{"nome":"erro_aplicacao","mensagem":"x"}`, provider.Ambiguous, "erro_aplicacao", "x", ""},
		"duplicate in a 500":   {500, `{"nome":"txid_duplicado"}`, provider.Ambiguous, "txid_duplicado", "", ""},
		"throttled":            {429, `{"nome":"limite","mensagem":"x"}`, provider.Ambiguous, "limite", "x", ""},
		"unauthorized":         {401, `{"error":"invalid_token","error_description":"x"}`, provider.Auth, "", "x", ""},
		"bare text":            {401, "Unauthorized", provider.Auth, "", "Unauthorized", ""},
		"forbidden":            {403, `{"error":"insufficient_scope"}`, provider.Auth, "", "insufficient_scope", ""},
		"forbidden by an edge": {403, "<html>no</html>", provider.Ambiguous, "", "no", ""},
		"not found":            {404, `{}`, provider.NotFound, "", "", ""},
		"not found by an edge": {404, "<html>nginx</html>", provider.Ambiguous, "", "nginx", ""},
		"unknown name":         {400, `{"nome":"algo_novo","mensagem":"x"}`, provider.Ambiguous, "algo_novo", "x", ""},
		"empty":                {400, "", provider.Ambiguous, "", "an empty answer", ""},
		"HTML":                 {502, "<html>Bad gateway</html>", provider.Ambiguous, "", "Bad gateway", ""},
		"strange types":        {400, `{"nome":{},"mensagem":[],"erros":"x","type":5}`, provider.Ambiguous, "5", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := client.pix.read(answerOf(test.status, test.body), true)
			failure := failureOf(t, err)
			if name == "strange types" {
				return // only that it does not panic
			}
			if failure.Class != test.class || failure.Code != test.code || failure.Text != test.text || failure.Field != test.field || failure.HTTPStatus != test.status {
				t.Errorf("failure %+v", failure)
			}
			_, err = client.pix.read(answerOf(test.status, test.body), false)
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

var everyClass = []provider.Class{provider.Invalid, provider.State, provider.Auth, provider.Account, provider.Limit, provider.Duplicate, provider.NotFound, provider.Ambiguous, provider.Unavailable}

func FuzzPixErrors(f *testing.F) {
	for _, body := range []string{
		`{"nome":"valor_invalido","mensagem":"Campo devedor.cpf","erros":[{"caminho":"/a/b"}]}`, `{"type":"https://x/CobVOperacaoInvalida","violacoes":[{"propriedade":"a.b"}]}`,
		`{"type":"/"}`, "Unauthorized", "<html>", "", "\xff",
	} {
		f.Add(400, body)
		f.Add(404, body)
		f.Add(500, body)
	}
	client := New(pixConfig(f, "http://127.0.0.1:1"))
	f.Fuzz(func(t *testing.T, status int, body string) {
		for _, write := range []bool{true, false} {
			_, err := client.pix.read(answerOf(status, body), write)
			if err == nil {
				if status < 200 || status > 299 {
					t.Fatalf("a %d is a success", status)
				}
				continue
			}
			failure := failureOf(t, err)
			if !slices.Contains(everyClass, failure.Class) || failure.Cause.PT == "" || failure.Remedy.EN == "" || !utf8.ValidString(failure.Text) || len(failure.Text) > 500 {
				t.Fatalf("failure %+v", failure)
			}
			if write && status >= 500 && failure.Class != provider.Ambiguous || !write && failure.Class == provider.Ambiguous {
				t.Fatalf("a %d is %s", status, failure.Class)
			}
		}
	})
}

func FuzzAnswers(f *testing.F) {
	for _, body := range []string{
		payAnswer, carnetAnswer, cobAnswer("CONCLUIDA", `,"pix":[{"endToEndId":"E","valor":"1.00","horario":"2026-08-01T00:00:00Z","devolucoes":[{}]}]`), cobvAnswer("ATIVA", "2026-08-01", ""),
		`{"data":[{"id":1,"status":{"current":"paid"},"identifiers":{"carnet_id":5}}]}`, `{"data":{"calendario":{"criacao":"9999-12-31","expiracao":2147483647}}}`,
		`{"calendario":{"dataDeVencimento":"9999-12-31","validadeAposVencimento":32767},"valor":{"original":"9999999999999.99","abatimento":{"modalidade":2,"valorPerc":"999999999999999"}}}`,
	} {
		f.Add(body)
	}
	f.Fuzz(func(_ *testing.T, body string) {
		data, err := decode([]byte(body))
		if err != nil {
			return
		}
		for _, one := range append(data.objects("data"), data, data.object("data")) {
			_, _ = readEvent(one)
			_, _ = readReceived(one)
			_, _ = readCardOption(one)
			readCharge(one)
			readCarnet(one, "r")
			readRefund(one)
			readPix(one, true, now)
			readPix(one, false, now)
		}
	})
}

func FuzzBarCode(f *testing.F) {
	f.Add("00190.50095 40144.816069 06809.350314 3 37370000000100")
	f.Add(strings.Repeat("1", 44))
	f.Fuzz(func(t *testing.T, text string) {
		barCode, line := codes(text)
		if barCode != "" && len(barCode) != 44 || line != "" && len(line) != 47 || line != "" && barCode == "" {
			t.Fatalf("%q: %q, %q", text, barCode, line)
		}
		if brazil.Digits(barCode) != barCode {
			t.Fatalf("%q", barCode)
		}
	})
}

func FuzzCertificates(f *testing.F) {
	key := newKey(f)
	own := selfSigned(f, key, "conta", time.Now().Add(time.Hour))
	f.Add(append(encodeCertificate(own), encodeKey(f, key)...), "")
	f.Add(encodeCertificate(own), "x")
	f.Add([]byte{0x30, 0x82, 0, 0}, "")
	f.Add(pkcs12Of(f, pkcs12.Modern.WithIterations(1), key, own, nil, ""), "")
	f.Fuzz(func(t *testing.T, file []byte, password string) {
		certificate, err := ParseCertificate(file, password)
		if err == nil {
			if _, err := tls.X509KeyPair([]byte(certificate.PEM), []byte(certificate.PEM)); err != nil {
				t.Fatal(err)
			}
			return
		}
		if failure := failureOf(t, err); failure.Field != "pixCertificate" || failure.Remedy.PT == "" {
			t.Fatalf("failure %+v", failure)
		}
	})
}
