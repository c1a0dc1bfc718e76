package sandbox

import (
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image/png"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// pixBundle is a world whose Pix API listens behind mutual TLS.
type pixBundle struct {
	*bundle
	api    *httptest.Server
	client *http.Client
	token  string
}

// quiet drops what a server says of handshakes that are meant to fail.
var quiet = log.New(io.Discard, "", 0)

// pixSetup starts one and gets a token for the demo account.
func pixSetup(t *testing.T, adjust ...func(*Options)) *pixBundle {
	t.Helper()
	b := &pixBundle{bundle: setup(t, adjust...)}
	b.api = httptest.NewUnstartedServer(b.sandbox.Pix())
	b.api.TLS = b.sandbox.Certificates().TLSConfig()
	b.api.Config.ErrorLog = quiet
	b.api.StartTLS()
	t.Cleanup(b.api.Close)
	b.client = clientWith(b.sandbox.Certificates().ClientTLSConfig(EnvironmentSandbox))
	got := b.oauth(DemoClientID, DemoClientSecret)
	if got.status != http.StatusOK {
		t.Fatalf("oauth: %d %s", got.status, got.text)
	}
	b.token = got.body["access_token"].(string)
	return b
}

// clientWith is a client that keeps no connection.
func clientWith(config *tls.Config) *http.Client {
	return &http.Client{Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}}
}

// pixTry makes one call, which may fail.
func (b *pixBundle) pixTry(method, path string, header map[string]string, body any) (reply, error) {
	content := []byte{}
	if text, isText := body.(string); isText {
		content = []byte(text)
	} else if body != nil {
		content, _ = json.Marshal(body)
	}
	request, err := http.NewRequest(method, b.api.URL+path, bytes.NewReader(content))
	if err != nil {
		return reply{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := b.client.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body)
	answered := reply{status: response.StatusCode, header: response.Header, text: string(read)}
	_ = json.Unmarshal(read, &answered.body)
	return answered, err
}

// oauth asks for a token.
func (b *pixBundle) oauth(id, secret string) reply {
	b.t.Helper()
	got, err := b.pixTry("POST", "/oauth/token", basic(id, secret), dict{"grant_type": "client_credentials"})
	if err != nil {
		b.t.Fatal(err)
	}
	return got
}

// px calls the Pix API with the bundle's token.
func (b *pixBundle) px(method, path string, body any) reply {
	b.t.Helper()
	got, err := b.pixTry(method, path, b.bearerHeader(), body)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	return got
}

func (b *pixBundle) bearerHeader() map[string]string {
	return map[string]string{"Authorization": "Bearer " + b.token}
}

const (
	testKey  = "40a0932d-1918-4eee-845d-35a2da1690dc"
	testTxID = "01J5Z8K4M2N6P8Q0R3S5T7V9W1"
	period   = "inicio=2026-08-01T00:00:00Z&fim=2026-12-31T23:59:59Z"
)

// cobBody is a valid PUT /v2/cob/:txid.
func cobBody() dict {
	return dict{
		"calendario": dict{"expiracao": 3600}, "devedor": dict{"cpf": "52998224725", "nome": "Ana Maria Souza"},
		"valor": dict{"original": "123.45"}, "chave": testKey, "solicitacaoPagador": "Mensalidade",
		"infoAdicionais": []any{dict{"nome": "Pedido", "valor": "42"}},
	}
}

// cobvBody is a valid PUT /v2/cobv/:txid.
func cobvBody() dict {
	return dict{
		"calendario": dict{"dataDeVencimento": "2026-08-20", "validadeAposVencimento": 10},
		"devedor":    dict{"cnpj": "11222333000181", "nome": "Empresa Ltda", "cidade": "Ouro Preto", "uf": "MG"},
		"valor": dict{"original": "100.00", "multa": dict{"modalidade": 2, "valorPerc": "2.00"},
			"juros": dict{"modalidade": 3, "valorPerc": "1.00"}},
		"chave": testKey,
	}
}

// paidCob makes a charge, pays it and returns the end-to-end id.
func (b *pixBundle) paidCob(txid string, body dict) string {
	b.t.Helper()
	if got := b.px("PUT", "/v2/cob/"+txid, cobBody()); got.status != http.StatusCreated {
		b.t.Fatalf("cob: %d %s", got.status, got.text)
	}
	paid := b.ctl("POST", "/pix/charges/"+txid+"/pay", body)
	return paid.body["received"].([]any)[0].(dict)["e2eId"].(string)
}

func TestPixToken(t *testing.T) {
	t.Parallel()
	b := pixSetup(t)
	got := b.oauth(DemoClientID, DemoClientSecret)
	equal(t, "lifetime", got.body["expires_in"], 3600)
	equal(t, "type", got.body["token_type"], "Bearer")
	if scope := got.body["scope"].(string); !strings.Contains(scope, "cob.write cob.read") {
		t.Error(scope)
	}
	equal(t, "wrong secret", b.oauth(DemoClientID, "wrong").status, http.StatusUnauthorized)
	equal(t, "no grant", func() int {
		got, _ := b.pixTry("POST", "/oauth/token", basic(DemoClientID, DemoClientSecret), "null\n")
		return got.status
	}(), http.StatusBadRequest)
	b.token = "nobody"
	equal(t, "unknown token", b.px("GET", "/v2/cob/"+testTxID, nil).status, http.StatusUnauthorized)
}

func TestPixScopesAndLimits(t *testing.T) {
	t.Parallel()
	b := pixSetup(t)
	b.ctl("PUT", "/pix/settings", dict{"scopes": []string{"cob.write"}, "rateLimit": 2})
	equal(t, "no cob.read", b.px("GET", "/v2/cob/"+testTxID, nil).status, http.StatusForbidden)
	eventually(t, "the third in one second is refused", func() bool {
		statuses := ""
		for range 3 {
			statuses += fmt.Sprint(b.px("POST", "/v2/cob", cobBody()).status, " ")
		}
		return strings.Contains(statuses, "429")
	})
	b.ctl("PUT", "/pix/settings", dict{"dailyLimit": 1, "rateLimit": 0})
	equal(t, "daily limit", b.px("POST", "/v2/cob", cobBody()).status, http.StatusTooManyRequests)
	equal(t, "unknown route", b.px("GET", "/v2/nada", nil).status, http.StatusNotFound)
}

func TestPixCob(t *testing.T) {
	t.Parallel()
	b := pixSetup(t)
	created := b.px("PUT", "/v2/cob/"+testTxID, cobBody())
	equal(t, "status", created.status, http.StatusCreated)
	equal(t, "ATIVA", created.body["status"], "ATIVA")
	equal(t, "revision", created.body["revisao"], 0)
	equal(t, "created", strings.HasPrefix(created.body["calendario"].(dict)["criacao"].(string), "2026-08-14T15:"), true)
	place := created.body["loc"].(dict)
	equal(t, "kind", place["tipoCob"], "cob")
	equal(t, "location", created.body["location"], place["location"])
	code := created.body["pixCopiaECola"].(string)
	if sum := fmt.Sprintf("%04X", crc16(code[:len(code)-4])); !strings.HasSuffix(code, sum) || !strings.Contains(code, place["location"].(string)) {
		t.Error(code)
	}
	equal(t, "read", b.px("GET", "/v2/cob/"+testTxID, "null\n").body, created.body)

	again := b.px("PUT", "/v2/cob/"+testTxID, cobBody())
	equal(t, "duplicate", again.status, http.StatusConflict)
	equal(t, "name", again.body["nome"], "txid_duplicado")

	changed := b.px("PATCH", "/v2/cob/"+testTxID, dict{"valor": dict{"original": "99.90"}, "devedor": dict{"cnpj": "11222333000181", "nome": "Empresa"}})
	equal(t, "revised", changed.body["revisao"], 1)
	equal(t, "debtor", changed.body["devedor"], dict{"cnpj": "11222333000181", "nome": "Empresa"})
	equal(t, "kept", changed.body["solicitacaoPagador"], "Mensalidade")
	equal(t, "old revision", b.px("GET", "/v2/cob/"+testTxID+"?revisao=0", nil).body["valor"], dict{"original": "123.45"})
	equal(t, "no such revision", b.px("GET", "/v2/cob/"+testTxID+"?revisao=2", nil).status, http.StatusBadRequest)

	b.ctl("POST", "/clock", dict{"advanceDays": 2})
	equal(t, "still ATIVA after its life", b.px("GET", "/v2/cob/"+testTxID, nil).body["status"], "ATIVA")
	equal(t, "but not payable", b.send("POST", b.control.URL+"/sandbox/pix/charges/"+testTxID+"/pay", nil, nil).status, http.StatusConflict)
	removed := b.px("PATCH", "/v2/cob/"+testTxID, dict{"status": "REMOVIDA_PELO_USUARIO_RECEBEDOR"})
	equal(t, "removed", removed.body["status"], "REMOVIDA_PELO_USUARIO_RECEBEDOR")
	refused := b.px("PATCH", "/v2/cob/"+testTxID, dict{"valor": dict{"original": "1.00"}})
	equal(t, "not any more", refused.body["nome"], "status_cobranca_invalido")
	equal(t, "other account", b.sandbox.pix.charges["production/"+testTxID] == nil, true)
}

func TestPixCobRefusals(t *testing.T) {
	t.Parallel()
	b := pixSetup(t)
	cases := []struct {
		name   string
		txid   string
		body   any
		status int
		error  string
		path   string
	}{
		{"not JSON", testTxID, "{", 400, "json_invalido", ""},
		{"no value", testTxID, dict{"chave": testKey}, 400, "json_invalido", ".body.valor"},
		{"number for a text", testTxID, with(cobBody(), "valor/original", 10), 400, "json_invalido", ".body.valor.original"},
		{"one decimal", testTxID, with(cobBody(), "valor/original", "10.0"), 400, "json_invalido", ".body.valor.original"},
		{"unknown property", testTxID, with(cobBody(), "nada", 1), 400, "json_invalido", ".body.nada"},
		{"both tax ids", testTxID, with(cobBody(), "devedor/cnpj", "11222333000181"), 400, "json_invalido", ".body.devedor"},
		{"zero", testTxID, with(cobBody(), "valor/original", "0.00"), 400, "valor_invalido", ""},
		{"wrong CPF", testTxID, with(cobBody(), "devedor/cpf", "52998224724"), 400, "valor_invalido", ""},
		{"no key", testTxID, with(cobBody(), "chave", "x"), 400, "chave_invalida", ""},
		{"short txid", "abc", cobBody(), 400, "valor_invalido", ""},
		{"unknown location", testTxID, with(cobBody(), "loc", dict{"id": 7}), 404, "location_nao_encontrada", ""},
	}
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			got := b.px("PUT", "/v2/cob/"+each.txid, each.body)
			equal(t, "status", got.status, each.status)
			equal(t, "name", got.body["nome"], each.error)
			if each.path != "" {
				equal(t, "path", got.body["erros"].([]any)[0].(dict)["caminho"], each.path)
			}
		})
	}
	equal(t, "not found", b.px("GET", "/v2/cob/"+testTxID, nil).status, http.StatusNotFound)
	b.ctl("PUT", "/pix/settings", dict{"keys": []string{"other@example.com"}})
	equal(t, "not our key", b.px("PUT", "/v2/cob/"+testTxID, cobBody()).body["nome"], "chave_invalida")
}

func TestPixCobv(t *testing.T) {
	t.Parallel()
	b := pixSetup(t)
	created := b.px("PUT", "/v2/cobv/"+testTxID, cobvBody())
	equal(t, "status", created.status, http.StatusCreated)
	equal(t, "trade name", created.body["recebedor"].(dict)["nomeFantasia"], "Empresa de Teste")
	equal(t, "no location beside loc", created.body["location"], nil)
	changed := b.px("PATCH", "/v2/cobv/"+testTxID, dict{"valor": dict{"original": "200.00"}})
	equal(t, "fine is kept", changed.body["valor"].(dict)["multa"], dict{"modalidade": 2, "valorPerc": "2.00"})
	equal(t, "wrong kind", b.px("GET", "/v2/cob/"+testTxID, nil).status, http.StatusNotFound)

	past := b.px("PUT", "/v2/cobv/"+testTxID+"2", with(cobvBody(), "calendario/dataDeVencimento", "2026-08-13"))
	equal(t, "central bank's form", past.body["type"], "https://pix.bcb.gov.br/api/v2/error/CobVOperacaoInvalida")
	equal(t, "property", past.body["violacoes"].([]any)[0].(dict)["propriedade"], "cobv.calendario.dataDeVencimento")
	equal(t, "missing", b.px("GET", "/v2/cobv/"+testTxID+"2", nil).body["title"], "Não Encontrado")
	dates := with(cobvBody(), "valor/desconto", dict{"modalidade": 1, "valorPerc": "5.00"})
	equal(t, "discount without dates", b.px("PUT", "/v2/cobv/"+testTxID+"2", dates).status, http.StatusBadRequest)

	b.ctl("POST", "/clock", dict{"advanceDays": 12}) // six days late
	paid := b.ctl("POST", "/pix/charges/"+testTxID+"/pay", nil)
	equal(t, "2 % and six days of 1 % a month", paid.body["received"].([]any)[0].(dict)["value"], 20000+400+40)
	shown := b.px("GET", "/v2/cobv/"+testTxID, nil)
	equal(t, "CONCLUIDA", shown.body["status"], "CONCLUIDA")
	equal(t, "value", shown.body["pix"].([]any)[0].(dict)["valor"], "204.40")
	equal(t, "no trade name in GET", shown.body["recebedor"].(dict)["nomeFantasia"], nil)
	refused := b.px("PATCH", "/v2/cobv/"+testTxID, dict{"chave": testKey})
	equal(t, "not ATIVA", refused.body["title"], "Operação inválida.")
}

func TestPixOwed(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		value dict
		want  int64
	}{
		{"fixed discount", dict{"desconto": dict{"modalidade": 1, "descontoDataFixa": []any{
			dict{"data": "2026-08-18", "valorPerc": "5.00"}, dict{"data": "2026-08-15", "valorPerc": "9.00"}}}}, 9100},
		{"percent until a date", dict{"desconto": dict{"modalidade": 2, "descontoDataFixa": []any{dict{"data": "2026-08-18", "valorPerc": "5.00"}}}}, 9500},
		{"by day", dict{"desconto": dict{"modalidade": 3, "valorPerc": "1.00"}}, 9400},
		{"rebate", dict{"abatimento": dict{"modalidade": 1, "valorPerc": "10.00"}}, 9000},
	}
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			b := pixSetup(t)
			body := cobvBody()
			for name, value := range each.value {
				body = with(body, "valor/"+name, value)
			}
			if got := b.px("PUT", "/v2/cobv/"+testTxID, body); got.status != http.StatusCreated {
				t.Fatal(got.text)
			}
			equal(t, "owed", b.ctl("GET", "/pix/charges/"+testTxID, nil).body["owed"], each.want)
		})
	}
}

func TestPixList(t *testing.T) {
	t.Parallel()
	b := pixSetup(t)
	for i := range 3 {
		b.px("PUT", fmt.Sprintf("/v2/cob/%s%d", testTxID, i), cobBody())
	}
	b.ctl("POST", "/pix/charges/"+testTxID+"1/pay", nil)
	all := b.px("GET", "/v2/cob?"+period+"&paginacao.itensPorPagina=2&paginacao.paginaAtual=1", nil)
	equal(t, "page", len(all.body["cobs"].([]any)), 1)
	equal(t, "paging", all.body["parametros"].(dict)["paginacao"],
		dict{"paginaAtual": 1, "itensPorPagina": 2, "quantidadeDePaginas": 2, "quantidadeTotalDeItens": 3})
	paid := b.px("GET", "/v2/cob?"+period+"&status=CONCLUIDA&cpf=52998224725", nil)
	equal(t, "found", len(paid.body["cobs"].([]any)), 1)
	equal(t, "echo", paid.body["parametros"].(dict)["cpf"], "52998224725")
	equal(t, "none", b.px("GET", "/v2/cobv/?"+period, nil).body["cobs"], []any{})
	for _, query := range []string{"", "inicio=2026-08-01&fim=2026-08-31", "inicio=2026-08-02T00:00:00Z&fim=2026-08-01T00:00:00Z", period + "&paginacao.paginaAtual=-1"} {
		equal(t, query, b.px("GET", "/v2/cob?"+query, nil).body["nome"], "valor_invalido")
	}
	received := b.px("GET", "/v2/pix?"+period+"&txid="+testTxID+"1", nil)
	equal(t, "received", len(received.body["pix"].([]any)), 1)
	equal(t, "not refunded", len(b.px("GET", "/v2/pix?"+period+"&devolucaoPresente=true", nil).body["pix"].([]any)), 0)
}

func TestPixLocations(t *testing.T) {
	t.Parallel()
	b := pixSetup(t)
	made := b.px("POST", "/v2/loc", dict{"tipoCob": "cob"})
	equal(t, "created", made.status, http.StatusCreated)
	id := made.body["id"]
	charged := b.px("PUT", "/v2/cob/"+testTxID, with(cobBody(), "loc", dict{"id": id}))
	equal(t, "used", charged.body["loc"].(dict)["id"], id)
	equal(t, "taken", b.px("POST", "/v2/cob", with(cobBody(), "loc", dict{"id": id})).status, http.StatusBadRequest)
	equal(t, "other kind", b.px("PUT", "/v2/cobv/"+testTxID+"2", with(cobvBody(), "loc", dict{"id": id})).status, http.StatusBadRequest)
	path := fmt.Sprintf("/v2/loc/%.0f", id)
	equal(t, "txid", b.px("GET", path, nil).body["txid"], testTxID)
	code := b.px("GET", path+"/qrcode", nil)
	equal(t, "code", code.body["qrcode"], charged.body["pixCopiaECola"])
	encoded, found := strings.CutPrefix(code.body["imagemQrcode"].(string), "data:image/png;base64,")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || !found {
		t.Fatal(err)
	}
	if _, err := png.Decode(bytes.NewReader(raw)); err != nil {
		t.Error(err)
	}
	equal(t, "unlinked", b.px("DELETE", path+"/txid", nil).status, http.StatusOK)
	equal(t, "no code any more", b.px("GET", "/v2/cob/"+testTxID, nil).body["pixCopiaECola"], nil)
	listed := b.px("GET", "/v2/loc?"+period+"&tipoCob=cob&txIdPresente=false", nil)
	equal(t, "listed", len(listed.body["locs"].([]any)), 1)
	equal(t, "echo", listed.body["parametros"].(dict)["txIdPresente"], false)
	equal(t, "unknown", b.px("GET", "/v2/loc/1", nil).body["nome"], "location_nao_encontrada")
}

func TestPixReceived(t *testing.T) {
	t.Parallel()
	b := pixSetup(t)
	e2eID := b.paidCob(testTxID, nil)
	equal(t, "length of an end-to-end id", len(e2eID), 32)
	charge := b.px("GET", "/v2/cob/"+testTxID, nil)
	equal(t, "CONCLUIDA", charge.body["status"], "CONCLUIDA")
	row := charge.body["pix"].([]any)[0].(dict)
	equal(t, "value", row["valor"], "123.45")
	equal(t, "no fee in a charge", row["gnExtras"], nil)
	received := b.px("GET", "/v2/pix/"+e2eID, nil)
	equal(t, "fee", received.body["gnExtras"], dict{"tarifa": "1.19"})
	equal(t, "key", received.body["chave"], testKey)
	b.ctl("PUT", "/pix/settings", dict{"showFee": false, "feeInCharges": true})
	equal(t, "fee left out", b.px("GET", "/v2/pix/"+e2eID, nil).body["gnExtras"], nil)
	equal(t, "fee in a charge", b.px("GET", "/v2/cob/"+testTxID, nil).body["pix"].([]any)[0].(dict)["gnExtras"], dict{"tarifa": "1.19"})
	equal(t, "unknown", b.px("GET", "/v2/pix/E1", nil).body["nome"], "pix_nao_encontrado")
	equal(t, "paid twice", b.send("POST", b.control.URL+"/sandbox/pix/charges/"+testTxID+"/pay", nil, nil).status, http.StatusConflict)
	other := testTxID + "2"
	b.px("PUT", "/v2/cob/"+other, cobBody())
	equal(t, "id taken", b.send("POST", b.control.URL+"/sandbox/pix/charges/"+other+"/pay", nil, dict{"e2eId": e2eID}).status, http.StatusConflict)
	equal(t, "removed", b.ctl("POST", "/pix/charges/"+other+"/remove", nil).body["status"], "REMOVIDA_PELO_PSP")
}

func TestPixRefunds(t *testing.T) {
	t.Parallel()
	b := pixSetup(t)
	b.ctl("PUT", "/pix/settings", dict{"refundMs": 60000})
	path := "/v2/pix/" + b.paidCob(testTxID, dict{"value": 1000}) + "/devolucao/"
	first := b.px("PUT", path+"R1", dict{"valor": "7.89"})
	equal(t, "status", first.status, http.StatusCreated)
	equal(t, "EM_PROCESSAMENTO", first.body["status"], "EM_PROCESSAMENTO")
	equal(t, "duplicate", b.px("PUT", path+"R1", dict{"valor": "7.89"}).body["nome"], "devolucao_id_duplicado")
	equal(t, "too much", b.px("PUT", path+"R2", dict{"valor": "2.12"}).body["nome"], "valor_invalido")
	equal(t, "the rest", b.px("PUT", path+"R2", dict{"valor": "2.11"}).status, http.StatusCreated)
	control := strings.Replace(strings.TrimPrefix(path, "/v2"), "/devolucao", "", 1)
	control = strings.Replace(control, "/pix/", "/pix/refunds/", 1)
	b.ctl("POST", control+"R1/settle", nil)
	b.ctl("POST", control+"R2/fail", nil)
	done := b.px("GET", path+"R1", nil)
	equal(t, "DEVOLVIDO", done.body["status"], "DEVOLVIDO")
	equal(t, "settled", done.body["horario"].(dict)["liquidacao"] != nil, true)
	equal(t, "reason", b.px("GET", path+"R2", nil).body["motivo"], "Saldo insuficiente para realizar a devolução.")
	equal(t, "what failed is free again", b.px("PUT", path+"R3", dict{"valor": "2.11"}).status, http.StatusCreated)
	equal(t, "in the charge", len(b.px("GET", "/v2/cob/"+testTxID, nil).body["pix"].([]any)[0].(dict)["devolucoes"].([]any)), 3)
	equal(t, "unknown", b.px("GET", path+"R9", nil).body["nome"], "devolucao_nao_encontrada")

	b.ctl("PUT", "/pix/settings", dict{"refundMs": 10, "refundFails": true})
	path = "/v2/pix/" + b.paidCob(testTxID+"2", nil) + "/devolucao/"
	b.px("PUT", path+"R1", dict{"valor": "1.00"})
	eventually(t, "it fails by itself", func() bool { return b.px("GET", path+"R1", nil).body["status"] == "NAO_REALIZADO" })
}

func TestPixAutoPay(t *testing.T) {
	t.Parallel()
	b := pixSetup(t, func(o *Options) { o.PixAutoPay = true })
	b.ctl("PUT", "/pix/settings", dict{"autoPayMs": 10})
	b.px("PUT", "/v2/cob/"+testTxID, with(cobBody(), "valor/original", "10.00"))
	b.px("PUT", "/v2/cob/"+testTxID+"2", with(cobBody(), "valor/original", "10.01"))
	eventually(t, "the small one is paid", func() bool {
		return b.px("GET", "/v2/cob/"+testTxID, nil).body["status"] == "CONCLUIDA"
	})
	equal(t, "the other is not", b.px("GET", "/v2/cob/"+testTxID+"2", nil).body["status"], "ATIVA")
	b.ctl("PUT", "/pix/settings", dict{"refundMs": 10})
	path := "/v2/pix/" + b.paidCob(testTxID+"3", nil) + "/devolucao/"
	b.px("PUT", path+"R1", dict{"valor": "0.01"})
	b.px("PUT", path+"R2", dict{"valor": "0.02"})
	eventually(t, "a refund of one cent fails", func() bool { return b.px("GET", path+"R1", nil).body["status"] == "NAO_REALIZADO" })
	eventually(t, "another does not", func() bool { return b.px("GET", path+"R2", nil).body["status"] == "DEVOLVIDO" })
}

// Everything at once, for the race detector.
func TestPixConcurrentUse(t *testing.T) {
	t.Parallel()
	b := pixSetup(t, func(o *Options) { o.DataDir = t.TempDir() })
	hook, _, _ := hookServer(t, nil, always(200))
	b.register(hook.URL, true)
	b.ctl("PUT", "/pix/settings", dict{"refundMs": 1})
	b.ctl("PUT", "/pix/callbacks/settings", dict{"batch": true, "shuffle": true})
	var group sync.WaitGroup
	for worker := range 6 {
		group.Go(func() {
			for round := range 4 {
				txid := fmt.Sprintf("%s%d%d", testTxID, worker, round)
				b.px("PUT", "/v2/cob/"+txid, cobBody())
				paid := b.ctl("POST", "/pix/charges/"+txid+"/pay", nil)
				e2eID := paid.body["received"].([]any)[0].(dict)["e2eId"].(string)
				b.px("PUT", "/v2/pix/"+e2eID+"/devolucao/R1", dict{"valor": "1.00"})
				b.px("GET", "/v2/cob?"+period, nil)
				b.ctlList("/pix/charges")
				b.ctlList("/pix/callbacks")
				b.ctl("POST", "/clock", dict{"advance": "1s"})
			}
		})
	}
	group.Wait()
	equal(t, "charges", len(b.ctlList("/pix/charges")), 24)
}

// Neither a slow receiver nor a slow refund may keep Close waiting.
func TestPixClose(t *testing.T) {
	t.Parallel()
	b := pixSetup(t)
	release, arrived := make(chan struct{}), make(chan struct{}, 10)
	stuck := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hook" {
			return
		}
		arrived <- struct{}{}
		<-release
	}))
	defer stuck.Close()
	defer close(release)
	b.register(stuck.URL+"/hook", true)
	b.ctl("PUT", "/pix/settings", dict{"refundMs": 60000})
	e2eID := b.paidCob(testTxID, nil)
	b.px("PUT", "/v2/pix/"+e2eID+"/devolucao/R1", dict{"valor": "1.00"})
	<-arrived
	started := time.Now()
	if err := b.sandbox.Close(); err != nil || time.Since(started) > 3*time.Second {
		t.Error(err, time.Since(started))
	}
}

func TestPixFaults(t *testing.T) {
	t.Parallel()
	b := pixSetup(t)
	b.ctl("POST", "/pix/faults", dict{"route": "PUT /v2/cob/:txid", "kind": "drop_after"})
	if got, err := b.pixTry("PUT", "/v2/cob/"+testTxID, b.bearerHeader(), cobBody()); err == nil {
		t.Error("answered", got.status)
	}
	equal(t, "committed", b.px("PUT", "/v2/cob/"+testTxID, cobBody()).status, http.StatusConflict)
	record := b.ctl("GET", "/pix/faults", nil).body["fired"].([]any)[0].(dict)
	equal(t, "reference", record["customId"], testTxID)
	log := b.sandbox.requests.list("pix", 1)
	equal(t, "log", log[0].Route, "PUT /v2/cob/:txid")
	equal(t, "account", log[0].Account, "demo")
}

func TestPixRestart(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	keep := func(o *Options) { o.DataDir = folder }
	first := pixSetup(t, keep)
	first.ctl("PUT", "/pix/settings", dict{"feeCents": 99, "refundMs": 60000})
	e2eID := first.paidCob(testTxID, nil)
	first.px("PUT", "/v2/pix/"+e2eID+"/devolucao/R1", dict{"valor": "1.00"})
	first.px("PATCH", "/v2/cob/"+testTxID, nil)
	before := first.px("GET", "/v2/cob/"+testTxID, nil)
	first.ctl("PUT", "/pix/settings", dict{"refundMs": 10})
	authority := first.sandbox.Certificates().AuthorityPEM()
	if err := first.sandbox.Close(); err != nil {
		t.Fatal(err)
	}
	second := pixSetup(t, keep)
	equal(t, "certificates", second.sandbox.Certificates().AuthorityPEM(), authority)
	equal(t, "location", second.px("GET", "/v2/cob/"+testTxID, nil).body["loc"], before.body["loc"])
	equal(t, "fee", second.px("GET", "/v2/pix/"+e2eID, nil).body["gnExtras"], dict{"tarifa": "0.99"})
	equal(t, "settings", second.ctl("GET", "/pix/settings", nil).body["feeCents"], 99)
	eventually(t, "the refund goes on", func() bool {
		return second.px("GET", "/v2/pix/"+e2eID+"/devolucao/R1", nil).body["status"] == "DEVOLVIDO"
	})
	second.ctl("POST", "/reset", nil)
	equal(t, "empty", second.ctl("GET", "/pix/charges", nil).text, "[]")
}

// hookServer is our side of the webhooks.
func hookServer(t *testing.T, config *tls.Config, status func() int) (*httptest.Server, func() []*http.Request, func() []dict) {
	t.Helper()
	calls := make(chan *http.Request, 100)
	bodies := make(chan dict, 100)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body dict
		_ = json.NewDecoder(r.Body).Decode(&body)
		calls <- r
		bodies <- body
		w.WriteHeader(status())
	}))
	server.Config.ErrorLog = quiet
	if config != nil {
		server.TLS = config
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	return server, func() []*http.Request { return drain(calls) }, func() []dict { return drain(bodies) }
}

// drain takes everything out of a channel.
func drain[T any](from chan T) []T {
	var all []T
	for {
		select {
		case one := <-from:
			all = append(all, one)
		default:
			return all
		}
	}
}

func always(status int) func() int { return func() int { return status } }

// register sets the webhook of the test key.
func (b *pixBundle) register(address string, skip bool) reply {
	b.t.Helper()
	header := b.bearerHeader()
	if skip {
		header["x-skip-mtls-checking"] = "true"
	}
	got, err := b.pixTry("PUT", "/v2/webhook/"+testKey, header, dict{"webhookUrl": address})
	if err != nil {
		b.t.Fatal(err)
	}
	return got
}

func TestPixWebhookRegistration(t *testing.T) {
	t.Parallel()
	b := pixSetup(t)
	strict, calls, bodies := hookServer(t, b.sandbox.Certificates().TLSConfig(), always(200))
	got := b.register(strict.URL+"/hook", false)
	equal(t, "status", got.status, http.StatusCreated)
	seen := calls()
	equal(t, "only the call with a certificate came in", len(seen), 1)
	equal(t, "path", seen[0].URL.Path, "/hook")
	equal(t, "certificate", seen[0].TLS.PeerCertificates[0].Subject.CommonName, notifierName)
	equal(t, "body", bodies()[0]["evento"], "teste_webhook")

	open := b.sandbox.Certificates().TLSConfig()
	open.ClientAuth = tls.NoClientCert
	lax, _, _ := hookServer(t, open, always(200))
	equal(t, "no mutual TLS", b.register(lax.URL, false).body["nome"], "webhook_invalido")
	equal(t, "unless skipped", b.register(lax.URL, true).status, http.StatusCreated)
	broken, _, _ := hookServer(t, nil, always(403))
	equal(t, "refusing", b.register(broken.URL, true).body["mensagem"], "A URL informada respondeu com o código HTTP 403")
	equal(t, "plain http", b.register(broken.URL, false).body["nome"], "valor_invalido")
	equal(t, "no URL", b.register("nada", true).body["nome"], "valor_invalido")
	equal(t, "nobody there", b.register("http://127.0.0.1:1/", true).body["mensagem"], "A URL informada está inacessível")
}

func TestPixWebhookRoutes(t *testing.T) {
	t.Parallel()
	b := pixSetup(t)
	hook, _, _ := hookServer(t, nil, always(200))
	header := b.bearerHeader()
	header["x-skip-mtls-checking"] = "true"
	path := "/v2/webhook/" + url.PathEscape("a@b.co")
	got, err := b.pixTry("PUT", strings.ReplaceAll(path, "@", "%40"), header, dict{"webhookUrl": hook.URL})
	if err != nil || got.status != http.StatusCreated {
		t.Fatal(err, got.text)
	}
	equal(t, "read", b.px("GET", "/v2/webhook/a%40b.co", nil).body["chave"], "a@b.co")
	equal(t, "listed", len(b.px("GET", "/v2/webhook?"+period, nil).body["webhooks"].([]any)), 1)
	equal(t, "control", len(b.ctlList("/pix/webhooks")), 1)
	equal(t, "deleted", b.px("DELETE", path, nil).status, http.StatusNoContent)
	equal(t, "gone", b.px("GET", path, nil).status, http.StatusNotFound)
}

// ctlList reads an array from the control API.
func (b *pixBundle) ctlList(path string) []dict {
	b.t.Helper()
	var rows []dict
	if err := json.Unmarshal([]byte(b.ctl("GET", path, nil).text), &rows); err != nil {
		b.t.Fatal(err)
	}
	return rows
}

func TestPixCallback(t *testing.T) {
	t.Parallel()
	b := pixSetup(t)
	hook, calls, bodies := hookServer(t, b.sandbox.Certificates().TLSConfig(), always(200))
	b.register(hook.URL+"/hook?hmac=xyz&ignorar=", false)
	calls()
	bodies()
	e2eID := b.paidCob(testTxID, dict{"e2eId": "E00000000202608141200abcdefghijk"})
	equal(t, "given id", e2eID, "E00000000202608141200abcdefghijk")
	var seen []dict
	eventually(t, "it is told", func() bool { seen = append(seen, bodies()...); return len(seen) == 1 })
	request := calls()[0]
	equal(t, "path", request.URL.Path, "/hook")
	equal(t, "the suffix goes to the dummy parameter", request.URL.Query().Get("ignorar"), "/pix")
	told := seen[0]["pix"].([]any)[0].(dict)
	equal(t, "id", told["endToEndId"], e2eID)
	equal(t, "txid", told["txid"], testTxID)
	equal(t, "key", told["chave"], testKey)
	equal(t, "fee", told["gnExtras"], dict{"tarifa": "1.19"})

	b.ctl("PUT", "/pix/settings", dict{"refundMs": 10})
	b.px("PUT", "/v2/pix/"+e2eID+"/devolucao/R1", dict{"valor": "1.00"})
	eventually(t, "the refund is told", func() bool { seen = append(seen, bodies()...); return len(seen) == 2 })
	refunds := seen[1]["pix"].([]any)[0].(dict)["devolucoes"].([]any)
	equal(t, "status", refunds[0].(dict)["status"], "DEVOLVIDO")

	resent := b.px("POST", "/v2/gn/webhook/reenviar", dict{"tipo": "PIX_RECEBIDO", "e2eids": []string{e2eID, "E1"}})
	equal(t, "resent", resent.status, http.StatusAccepted)
	eventually(t, "it is told again", func() bool { seen = append(seen, bodies()...); return len(seen) == 3 })
	b.ctl("POST", "/pix/callbacks/resend", dict{"e2eId": e2eID})
	eventually(t, "and by hand", func() bool { seen = append(seen, bodies()...); return len(seen) == 4 })
}

func TestPixCallbackRetries(t *testing.T) {
	t.Parallel()
	b := pixSetup(t, func(o *Options) { o.RetryBase = time.Microsecond })
	status := make(chan int, 1)
	status <- 200
	answer := func() int {
		current := <-status
		status <- current
		return current
	}
	hook, _, _ := hookServer(t, nil, answer)
	b.register(hook.URL, true)
	<-status
	status <- 503
	b.paidCob(testTxID, nil)
	eventually(t, "it gives up after ten retries", func() bool { return len(b.ctlList("/pix/callbacks")) == 11 })
	time.Sleep(30 * time.Millisecond)
	equal(t, "for good", len(b.ctlList("/pix/callbacks")), 11)
}

func TestPixCallbackSettings(t *testing.T) {
	t.Parallel()
	t.Run("held, doubled and in one call", func(t *testing.T) {
		t.Parallel()
		b := pixSetup(t)
		hook, _, bodies := hookServer(t, nil, always(200))
		b.register(hook.URL, true)
		bodies()
		b.ctl("PUT", "/pix/callbacks/settings", dict{"mode": "hold", "batch": true, "duplicate": 1, "shuffle": true})
		b.paidCob(testTxID, nil)
		b.paidCob(testTxID+"2", nil)
		time.Sleep(30 * time.Millisecond)
		equal(t, "held", len(bodies()), 0)
		b.ctl("PUT", "/pix/callbacks/settings", dict{"mode": "deliver"})
		var seen []dict
		eventually(t, "twice", func() bool { seen = append(seen, bodies()...); return len(seen) == 2 })
		equal(t, "both payments", len(seen[0]["pix"].([]any)), 2)
	})
	t.Run("lost", func(t *testing.T) {
		t.Parallel()
		b := pixSetup(t)
		hook, _, bodies := hookServer(t, nil, always(200))
		b.register(hook.URL, true)
		bodies()
		b.ctl("PUT", "/pix/callbacks/settings", dict{"mode": "lose"})
		b.paidCob(testTxID, nil)
		eventually(t, "it is lost", func() bool {
			sends := b.ctlList("/pix/callbacks")
			return len(sends) == 1 && sends[0]["lost"] == true
		})
		equal(t, "nothing came", len(bodies()), 0)
	})
	t.Run("not at all", func(t *testing.T) {
		t.Parallel()
		b := pixSetup(t)
		hook, _, _ := hookServer(t, nil, always(200))
		b.register(hook.URL, true)
		b.paidCob(testTxID, dict{"notify": false})
		time.Sleep(30 * time.Millisecond)
		equal(t, "nothing is sent", len(b.ctlList("/pix/callbacks")), 0)
	})
	t.Run("after a restart", func(t *testing.T) {
		t.Parallel()
		folder := t.TempDir()
		keep := func(o *Options) { o.DataDir = folder }
		first := pixSetup(t, keep)
		hook, _, bodies := hookServer(t, nil, always(200))
		first.register(hook.URL, true)
		bodies()
		first.ctl("PUT", "/pix/callbacks/settings", dict{"mode": "hold"})
		first.paidCob(testTxID, nil)
		if err := first.sandbox.Close(); err != nil {
			t.Fatal(err)
		}
		pixSetup(t, keep)
		eventually(t, "it is sent", func() bool { return len(bodies()) == 1 })
	})
}
