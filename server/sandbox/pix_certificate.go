package sandbox

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"time"

	"software.sslmate.com/src/go-pkcs12"
)

// Environments of the provider, as its certificates name them. Every customer
// has one certificate for each.
const (
	EnvironmentSandbox    = "homologacao"
	EnvironmentProduction = "producao"
)

// notifierName is the certificate with which the provider itself calls
// webhooks.
const notifierName = "notificador"

// Certificates are what the Pix API needs to know both sides of a connection:
// an authority of its own, a server certificate, and a client certificate for
// each environment. The real authority signs such certificates from the
// provider's panel.
type Certificates struct {
	authority *x509.Certificate
	server    tls.Certificate
	clients   map[string]tls.Certificate
}

// NewCertificates makes an authority and everything that it signs, in memory.
// The server's certificate is good for this machine and for the provider's own
// names of its test environment, so that clients with fixed hosts can be sent
// here.
func NewCertificates() (*Certificates, error) {
	key, err := newKey()
	if err != nil {
		return nil, fmt.Errorf("make the sandbox authority: %w", err)
	}
	template := certificateOf("Simulador Pix")
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	authority, err := sign(template, template, key, key)
	if err != nil {
		return nil, fmt.Errorf("make the sandbox authority: %w", err)
	}
	c := &Certificates{authority: authority.Leaf, clients: map[string]tls.Certificate{}}
	if c.server, err = issue(serverTemplate(), authority); err != nil {
		return nil, fmt.Errorf("make the sandbox server certificate: %w", err)
	}
	for _, name := range []string{EnvironmentSandbox, EnvironmentProduction, notifierName} {
		if c.clients[name], err = issue(clientTemplate(name), authority); err != nil {
			return nil, fmt.Errorf("make the certificate of %s: %w", name, err)
		}
	}
	return c, nil
}

// serverTemplate names every host that the simulator stands in for.
func serverTemplate() *x509.Certificate {
	template := certificateOf("localhost")
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	template.DNSNames = []string{"localhost", "pix-h.api.efipay.com.br", "cobrancas-h.api.efipay.com.br"}
	template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	return template
}

// clientTemplate puts the environment into the subject, which is where
// [environmentOf] reads it.
func clientTemplate(environment string) *x509.Certificate {
	template := certificateOf(environment)
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	return template
}

// certificateOf is what all of them have in common. They outlive any clock
// that a test may set.
func certificateOf(name string) *x509.Certificate {
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<62)) // never fails since Go 1.24
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name, Organization: []string{name}, Country: []string{"BR"}},
		NotBefore:    time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(2049, 12, 31, 0, 0, 0, 0, time.UTC),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
}

func newKey() (*ecdsa.PrivateKey, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) }

// issue makes a key and has the authority sign its certificate.
func issue(template *x509.Certificate, authority tls.Certificate) (tls.Certificate, error) {
	key, err := newKey()
	if err != nil {
		return tls.Certificate{}, err
	}
	return sign(template, authority.Leaf, key, authority.PrivateKey)
}

// sign makes the certificate of a key.
func sign(template, parent *x509.Certificate, key *ecdsa.PrivateKey, signer crypto.PrivateKey) (tls.Certificate, error) {
	content, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf, err := x509.ParseCertificate(content)
	return tls.Certificate{Certificate: [][]byte{content}, PrivateKey: key, Leaf: leaf}, err
}

// environmentOf reads the environment that a client certificate is for.
func environmentOf(certificate *x509.Certificate) string { return certificate.Subject.CommonName }

// AuthorityPEM is the certificate that both sides trust.
func (c *Certificates) AuthorityPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.authority.Raw})
}

// Pool trusts the authority and nothing else.
func (c *Certificates) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(c.authority)
	return pool
}

// TLSConfig is for a server: it shows the server's certificate and lets in
// only who has a client certificate of the authority. The Pix API needs it;
// so does a receiver of its webhooks.
func (c *Certificates) TLSConfig() *tls.Config {
	return &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{c.server},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    c.Pool(),
	}
}

// ClientTLSConfig is for a client of the given environment. An empty one has
// no certificate to show.
func (c *Certificates) ClientTLSConfig(environment string) *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.Pool()}
	if certificate, found := c.clients[environment]; found {
		config.Certificates = []tls.Certificate{certificate}
	}
	return config
}

// ClientPEM is the client certificate of an environment and its key.
func (c *Certificates) ClientPEM(environment string) ([]byte, error) {
	certificate, found := c.clients[environment]
	if !found {
		return nil, fmt.Errorf("no certificate of the environment %q", environment)
	}
	return encodePair(certificate)
}

// ClientP12 is the same as a .p12 file with an empty passphrase, which is how
// the provider's panel hands it out.
func (c *Certificates) ClientP12(environment string) ([]byte, error) {
	certificate, found := c.clients[environment]
	if !found {
		return nil, fmt.Errorf("no certificate of the environment %q", environment)
	}
	return pkcs12.Modern.Encode(certificate.PrivateKey, certificate.Leaf, nil, "")
}

// ClientLegacyP12 is the same in the encryption of former years, RC2 and
// triple DES, which old programs write and some new ones cannot read.
func (c *Certificates) ClientLegacyP12(environment string) ([]byte, error) {
	certificate, found := c.clients[environment]
	if !found {
		return nil, fmt.Errorf("no certificate of the environment %q", environment)
	}
	return pkcs12.LegacyRC2.Encode(certificate.PrivateKey, certificate.Leaf, nil, "")
}

// ServerPEM is the server's certificate and its key, for a receiver of webhooks
// on this machine.
func (c *Certificates) ServerPEM() ([]byte, error) { return encodePair(c.server) }

// encodePair writes a certificate and its key into one text.
func encodePair(pair tls.Certificate) ([]byte, error) {
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		return nil, err
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]})
	return append(certificate, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})...), nil
}

// storedCertificates is how the journal keeps them: a client that was given a
// certificate must be let in after a restart, too.
type storedCertificates struct {
	Authority string            `json:"authority"`
	Server    string            `json:"server"`
	Clients   map[string]string `json:"clients"`
}

// MarshalJSON writes certificates and keys as PEM.
func (c *Certificates) MarshalJSON() ([]byte, error) {
	stored := storedCertificates{Authority: string(c.AuthorityPEM()), Clients: map[string]string{}}
	server, err := encodePair(c.server)
	if err != nil {
		return nil, err
	}
	stored.Server = string(server)
	for name, pair := range c.clients {
		text, err := encodePair(pair)
		if err != nil {
			return nil, err
		}
		stored.Clients[name] = string(text)
	}
	return json.Marshal(stored)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Certificates) UnmarshalJSON(content []byte) error {
	var stored storedCertificates
	if err := json.Unmarshal(content, &stored); err != nil {
		return err
	}
	block, _ := pem.Decode([]byte(stored.Authority))
	if block == nil {
		return errors.New("the authority's certificate is not PEM")
	}
	authority, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return err
	}
	read := Certificates{authority: authority, clients: map[string]tls.Certificate{}}
	if read.server, err = decodePair(stored.Server); err != nil {
		return err
	}
	for name, text := range stored.Clients {
		if read.clients[name], err = decodePair(text); err != nil {
			return err
		}
	}
	*c = read
	return nil
}

// decodePair reads a certificate and its key out of one text.
func decodePair(text string) (tls.Certificate, error) {
	return tls.X509KeyPair([]byte(text), []byte(text))
}
