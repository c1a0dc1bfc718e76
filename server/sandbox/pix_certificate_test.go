package sandbox

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"software.sslmate.com/src/go-pkcs12"
)

func TestPixCertificates(t *testing.T) {
	t.Parallel()
	b := pixSetup(t)
	certificates := b.sandbox.Certificates()
	refused := func(name string, config *tls.Config, header map[string]string) {
		t.Helper()
		b.client = clientWith(config)
		if got, err := b.pixTry("POST", "/oauth/token", header, dict{"grant_type": "client_credentials"}); err == nil {
			t.Errorf("%s: answered %d", name, got.status)
		}
	}
	refused("no certificate", certificates.ClientTLSConfig(""), basic(DemoClientID, DemoClientSecret))
	refused("the other environment", certificates.ClientTLSConfig(EnvironmentProduction), basic(DemoClientID, DemoClientSecret))
	refused("a token of the other environment", certificates.ClientTLSConfig(EnvironmentProduction), b.bearerHeader())
	stranger, err := NewCertificates()
	if err != nil {
		t.Fatal(err)
	}
	foreign := stranger.ClientTLSConfig(EnvironmentSandbox)
	foreign.RootCAs = certificates.Pool()
	refused("another authority", foreign, basic(DemoClientID, DemoClientSecret))

	b.client = clientWith(certificates.ClientTLSConfig(EnvironmentProduction))
	equal(t, "production", b.oauth(ProductionClientID, ProductionClientSecret).status, http.StatusOK)
	equal(t, "logged without an answer", b.sandbox.requests.list("pix", 2)[1].Status, 0)
}

func TestPixCertificateFiles(t *testing.T) {
	t.Parallel()
	b := pixSetup(t)
	pair := fetch(t, b.control.URL+"/sandbox/pix/certificates/homologacao.pem")
	loaded, err := tls.X509KeyPair([]byte(pair), []byte(pair))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "environment", environmentOf(loaded.Leaf), EnvironmentSandbox)
	archive := fetch(t, b.control.URL+"/sandbox/pix/certificates/producao.p12")
	_, leaf, err := pkcs12.Decode([]byte(archive), "")
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "archive", environmentOf(leaf), EnvironmentProduction)
	old, err := b.sandbox.Certificates().ClientLegacyP12(EnvironmentProduction)
	if err != nil {
		t.Fatal(err)
	}
	_, again, err := pkcs12.Decode(old, "")
	if err != nil || !again.Equal(leaf) {
		t.Error("old archive:", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(fetch(t, b.control.URL+"/sandbox/pix/certificates/ca.pem"))) {
		t.Error("no authority")
	}
	if !strings.Contains(fetch(t, b.control.URL+"/sandbox/pix/certificates/localhost.pem"), "PRIVATE KEY") {
		t.Error("no server certificate")
	}
	for _, file := range []string{"notificador.pem", "homologacao.txt", "nada"} {
		equal(t, file, b.send("GET", b.control.URL+"/sandbox/pix/certificates/"+file, nil, nil).status, http.StatusNotFound)
	}
}

func TestPixWithoutCertificate(t *testing.T) {
	t.Parallel()
	b := pixSetup(t)
	plain := httptest.NewServer(b.sandbox.Pix())
	defer plain.Close()
	grant := dict{"grant_type": "client_credentials"}
	if got, err := b.try("POST", plain.URL+"/oauth/token", basic(DemoClientID, DemoClientSecret), grant); err == nil {
		t.Error("answered", got.status)
	}
	b.ctl("PUT", "/pix/settings", dict{"requireCertificate": false})
	got := b.send("POST", plain.URL+"/oauth/token", basic(DemoClientID, DemoClientSecret), grant)
	equal(t, "plain http, when asked for", got.status, http.StatusOK)
}

func TestPixCertificatesInJSON(t *testing.T) {
	t.Parallel()
	made, err := NewCertificates()
	if err != nil {
		t.Fatal(err)
	}
	content, err := json.Marshal(made)
	if err != nil {
		t.Fatal(err)
	}
	read := &Certificates{}
	if err := json.Unmarshal(content, read); err != nil {
		t.Fatal(err)
	}
	equal(t, "same", read, made)
	for _, broken := range []string{`{}`, `[]`, `{"authority":"x"}`} {
		if json.Unmarshal([]byte(broken), read) == nil {
			t.Error(broken)
		}
	}
}
