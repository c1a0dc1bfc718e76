package gerencianet

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"regexp"
	"strings"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"ponte/billing/provider"
)

// maxCertificate is more bytes than a certificate with its chain has.
const maxCertificate = 1 << 20

// Certificate is what proves an account to the Pix API
// (providers/gerencianet.md, 7.1).
type Certificate struct {
	PEM         string // the certificate, its chain, and the key; a secret
	Subject     string
	ExpiresAt   time.Time
	Environment provider.Environment // "" when the certificate does not tell
}

// ParseCertificate reads the file that the provider's panel gives: PKCS #12
// (.p12 or .pfx, by the provider with an empty password) or PEM with both
// certificate and key. It answers a Violation of pixCertificate for anything
// else.
func ParseCertificate(file []byte, password string) (Certificate, error) {
	if len(file) > maxCertificate {
		return Certificate{}, notACertificate()
	}
	read := readPKCS12
	if bytes.Contains(file, []byte("-----BEGIN")) {
		read = readPEM
	}
	key, chain, err := read(file, password)
	if err != nil {
		return Certificate{}, err
	}
	chain, found := ownFirst(chain, key)
	if !found {
		return Certificate{}, certificateViolation(
			"A chave que está no arquivo não é a deste certificado: crie outro certificado no painel da Gerencianet e envie o arquivo inteiro.",
			"The key in the file is not that of this certificate: make another certificate in Gerencianet's panel and upload the whole file.")
	}
	if time.Now().After(chain[0].NotAfter) {
		return Certificate{}, certificateViolation(
			"Este certificado venceu em "+chain[0].NotAfter.Format("02/01/2006")+": crie outro no painel da Gerencianet.",
			"This certificate expired on "+chain[0].NotAfter.Format("2006-01-02")+": make another in Gerencianet's panel.")
	}
	return normalised(key, chain)
}

func normalised(key crypto.Signer, chain []*x509.Certificate) (Certificate, error) {
	content, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return Certificate{}, notACertificate()
	}
	var text bytes.Buffer
	for _, certificate := range chain {
		_ = pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
	}
	_ = pem.Encode(&text, &pem.Block{Type: "PRIVATE KEY", Bytes: content})
	own := chain[0]
	return Certificate{
		PEM: text.String(), Subject: own.Subject.String(), ExpiresAt: own.NotAfter,
		Environment: environmentOf(own),
	}, nil
}

// decodeTime is far more than an honest file takes. One that asks for billions
// of rounds of its password's hash would hold up the person who uploads it.
const decodeTime = 10 * time.Second

var errTooSlow = errors.New("the certificate takes too long to decode")

// pkcs12File is what DecodeChain answers.
type pkcs12File struct {
	key    any
	own    *x509.Certificate
	others []*x509.Certificate
	err    error
}

func decodePKCS12(file []byte, password string) pkcs12File {
	done := make(chan pkcs12File, 1)
	go func() {
		var read pkcs12File
		read.key, read.own, read.others, read.err = pkcs12.DecodeChain(file, password)
		done <- read
	}()
	select {
	case read := <-done:
		return read
	case <-time.After(decodeTime):
		return pkcs12File{err: errTooSlow}
	}
}

func readPKCS12(file []byte, password string) (crypto.Signer, []*x509.Certificate, error) {
	read := decodePKCS12(file, password)
	err := read.err
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword), errors.Is(err, pkcs12.ErrDecryption):
		return nil, nil, certificateViolation(
			"A senha não é a deste arquivo. Os da Gerencianet não têm senha: tente deixá-la em branco.",
			"The password is not that of this file. Those of Gerencianet have none: try leaving it empty.")
	case err != nil && strings.Contains(err.Error(), "private key missing"):
		return nil, nil, keyMissing()
	case err != nil:
		return nil, nil, notACertificate()
	}
	signer, ok := read.key.(crypto.Signer)
	if !ok {
		return nil, nil, notACertificate()
	}
	return signer, append([]*x509.Certificate{read.own}, read.others...), nil
}

func readPEM(file []byte, _ string) (key crypto.Signer, chain []*x509.Certificate, err error) {
	for {
		var block *pem.Block
		if block, file = pem.Decode(file); block == nil {
			break
		}
		if block.Type == "CERTIFICATE" {
			certificate, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, nil, notACertificate()
			}
			chain = append(chain, certificate)
		} else if parsed := parseKey(block.Bytes); parsed != nil {
			key = parsed
		}
	}
	switch {
	case len(chain) == 0:
		return nil, nil, notACertificate()
	case key == nil:
		return nil, nil, keyMissing()
	}
	return key, chain, nil
}

// parseKey reads a key in any of the forms that are in use; nil when it is none
// or is itself encrypted.
func parseKey(content []byte) crypto.Signer {
	if key, err := x509.ParsePKCS8PrivateKey(content); err == nil {
		signer, _ := key.(crypto.Signer)
		return signer
	}
	if key, err := x509.ParsePKCS1PrivateKey(content); err == nil {
		return key
	}
	if key, err := x509.ParseECPrivateKey(content); err == nil {
		return key
	}
	return nil
}

// ownFirst puts the certificate of the key before those that vouch for it.
func ownFirst(chain []*x509.Certificate, key crypto.Signer) (sorted []*x509.Certificate, found bool) {
	public, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok {
		return nil, false
	}
	var others []*x509.Certificate
	for _, certificate := range chain {
		if !found && public.Equal(certificate.PublicKey) {
			sorted, found = append(sorted, certificate), true
			continue
		}
		others = append(others, certificate)
	}
	return append(sorted, others...), found
}

var (
	sandboxWord    = regexp.MustCompile(`(?i)\b(homolog|homologa[cç][aã]o|sandbox)\b`)
	productionWord = regexp.MustCompile(`(?i)\b(prod|produ[cç][aã]o|production)\b`)
)

// environmentOf guesses the environment of a certificate from the words in its
// names. Whether the provider's own certificates have such words is unverified;
// without them, or with both, it answers "".
func environmentOf(certificate *x509.Certificate) provider.Environment {
	names := strings.NewReplacer("-", " ", "_", " ").Replace(certificate.Subject.String() + " " + certificate.Issuer.String())
	sandbox, production := sandboxWord.MatchString(names), productionWord.MatchString(names)
	switch {
	case sandbox && !production:
		return provider.Sandbox
	case production && !sandbox:
		return provider.Production
	}
	return ""
}

func certificateViolation(pt, en string) error { return violation("pixCertificate", pt, en) }

func notACertificate() error {
	return certificateViolation(
		"O arquivo não é um certificado da Gerencianet: envie o arquivo .p12 que o painel dela gera, em API > Meus Certificados.",
		"The file is not a certificate of Gerencianet: upload the .p12 file that its panel makes, under API > Meus Certificados.")
}

func keyMissing() error {
	return certificateViolation(
		"O arquivo tem o certificado mas não a chave dele, ou a chave está protegida por senha: envie o arquivo .p12 original do painel da Gerencianet.",
		"The file has the certificate but not its key, or the key has a password of its own: upload the original .p12 file of Gerencianet's panel.")
}
