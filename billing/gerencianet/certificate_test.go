package gerencianet

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"ponte/billing/provider"
)

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// selfSigned makes a certificate for a key.
func selfSigned(t testing.TB, key crypto.Signer, name string, until time.Time) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: until.Add(-1000 * time.Hour), NotAfter: until}
	content, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(content)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func encodeKey(t testing.TB, key crypto.Signer) []byte {
	t.Helper()
	content, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: content})
}

func encodeCertificate(certificate *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
}

func pkcs12Of(t testing.TB, encoder *pkcs12.Encoder, key crypto.Signer, own *x509.Certificate, chain []*x509.Certificate, password string) []byte {
	t.Helper()
	file, err := encoder.Encode(key, own, chain, password)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestParseCertificate(t *testing.T) {
	t.Parallel()
	future := time.Now().Add(24 * time.Hour)
	key, stranger := newKey(t), newKey(t)
	old, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	own, authority, oldOwn := selfSigned(t, key, "conta-homologacao", future), selfSigned(t, stranger, "Autoridade", future), selfSigned(t, old, "Conta", future)
	sec1, _ := x509.MarshalECPrivateKey(key)
	for name, test := range map[string]struct {
		file        []byte
		password    string
		environment provider.Environment
	}{
		"p12 of the provider":      {pkcs12Of(t, pkcs12.Modern, key, own, nil, ""), "", provider.Sandbox},
		"old p12 with a password":  {pkcs12Of(t, pkcs12.LegacyRC2, old, oldOwn, nil, "segredo"), "segredo", ""},
		"p12, authority first":     {pkcs12Of(t, pkcs12.Modern, key, authority, []*x509.Certificate{own}, ""), "", provider.Sandbox},
		"PEM":                      {append(encodeCertificate(own), encodeKey(t, key)...), "", provider.Sandbox},
		"PEM, everything reversed": {bytes.Join([][]byte{[]byte("Bag Attributes\n"), encodeKey(t, key), encodeCertificate(authority), encodeCertificate(own)}, nil), "", provider.Sandbox},
		"PEM with an EC key":       {append(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: sec1}), encodeCertificate(own)...), "", provider.Sandbox},
		"PEM with an RSA key":      {append(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(old)}), encodeCertificate(oldOwn)...), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseCertificate(test.file, test.password)
			if err != nil {
				t.Fatal(err)
			}
			if got.Environment != test.environment || !got.ExpiresAt.Equal(own.NotAfter) || !strings.Contains(strings.ToLower(got.Subject), "conta") {
				t.Errorf("certificate %+v", got)
			}
			if _, err := tls.X509KeyPair([]byte(got.PEM), []byte(got.PEM)); err != nil {
				t.Error(err)
			}
			again, err := ParseCertificate([]byte(got.PEM), "")
			if err != nil || again != got {
				t.Errorf("again %+v, %v", again, err)
			}
		})
	}
}

func TestParseCertificateRefuses(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	own := selfSigned(t, key, "Conta", time.Now().Add(time.Hour))
	expired := selfSigned(t, key, "Conta", time.Now().Add(-time.Hour))
	trust, err := pkcs12.Modern.EncodeTrustStore([]*x509.Certificate{own}, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		file  []byte
		words string
	}{
		"nothing":          {nil, "não é um certificado"},
		"a picture":        {[]byte("\x89PNG\r\n"), "não é um certificado"},
		"huge":             {make([]byte, maxCertificate+1), "não é um certificado"},
		"wrong password":   {pkcs12Of(t, pkcs12.Modern, key, own, nil, "segredo"), "senha"},
		"cut":              {pkcs12Of(t, pkcs12.Modern, key, own, nil, "")[:200], "não é um certificado"},
		"p12 without key":  {trust, "não a chave"},
		"PEM without key":  {encodeCertificate(own), "não a chave"},
		"PEM only a key":   {encodeKey(t, key), "não é um certificado"},
		"key of another":   {append(encodeCertificate(own), encodeKey(t, newKey(t))...), "não é a deste certificado"},
		"encrypted key":    {append(encodeCertificate(own), pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("x")})...), "protegida"},
		"broken PEM block": {pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")}), "não é um certificado"},
		"expired":          {append(encodeCertificate(expired), encodeKey(t, key)...), "venceu em"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseCertificate(test.file, "")
			failure := failureOf(t, err)
			if failure.Class != provider.Invalid || failure.Field != "pixCertificate" || !strings.Contains(failure.Remedy.PT, test.words) || failure.Remedy.EN == "" {
				t.Errorf("failure %+v", failure)
			}
		})
	}
}

func TestEnvironmentOf(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	for name, want := range map[string]provider.Environment{
		"homologacao": provider.Sandbox, "conta_homolog": provider.Sandbox, "Homologação": provider.Sandbox,
		"producao": provider.Production, "conta-prod-123": provider.Production, "PRODUÇÃO": provider.Production,
		"Produtos Homologados Ltda": "", "prod e homolog": "", "123456": "",
	} {
		if got := environmentOf(selfSigned(t, key, name, time.Now().Add(time.Hour))); got != want {
			t.Errorf("%s is of %q", name, got)
		}
	}
}
