package gerencianet

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"

	"ponte/billing/provider"
)

// uploadCertificate is what to do about a certificate that is missing or refused.
var uploadCertificate = say(
	"No painel da Gerencianet, em API > Meus Certificados, crie um certificado do mesmo ambiente (produção ou homologação) e envie o arquivo .p12 na integração.",
	"In Gerencianet's panel, under API > Meus Certificados, make a certificate of the same environment (production or sandbox) and upload the .p12 file in the integration.")

// pixTransport carries the account's certificate, without which no call is
// answered (providers/gerencianet.md, 7.1). What else the given transport
// knows, such as whom to trust, is kept.
func pixTransport(config Config) (*http.Transport, error) {
	base := config.HTTP
	if base == nil {
		base, _ = http.DefaultTransport.(*http.Transport)
	}
	transport := base.Clone()
	if config.PixCertificate == "" {
		return transport, missingCertificate()
	}
	certificate, err := tls.X509KeyPair([]byte(config.PixCertificate), []byte(config.PixCertificate))
	if err != nil {
		return transport, unusableCertificate(err)
	}
	if transport.TLSClientConfig == nil {
		transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	transport.TLSClientConfig.Certificates = []tls.Certificate{certificate}
	if config.PixKey == "" {
		return transport, missingKey()
	}
	return transport, nil
}

// isAlert tells whether the other side ended a TLS handshake by an alert.
func isAlert(err error) bool {
	var operation *net.OpError
	return errors.As(err, &operation) && operation.Op == "remote error"
}

func missingCertificate() error {
	return &provider.Error{
		Provider: name, Class: provider.Auth, Field: "pixCertificate",
		Cause:  say("Falta o certificado Pix desta conta; nada foi enviado.", "The Pix certificate of this account is missing; nothing was sent."),
		Remedy: uploadCertificate,
	}
}

func unusableCertificate(err error) error {
	return &provider.Error{
		Provider: name, Class: provider.Auth, Field: "pixCertificate", Err: err,
		Cause:  say("O certificado Pix guardado não pode ser usado; nada foi enviado.", "The Pix certificate that is kept cannot be used; nothing was sent."),
		Remedy: uploadCertificate,
	}
}

func missingKey() error {
	return &provider.Error{
		Provider: name, Class: provider.Auth, Field: "pixKey",
		Cause: say("Falta a chave Pix que recebe os pagamentos; nada foi enviado.", "The Pix key that receives the payments is missing; nothing was sent."),
		Remedy: say(
			"Informe na integração uma chave Pix desta conta da Gerencianet.",
			"Give in the integration a Pix key of this Gerencianet account."),
	}
}
