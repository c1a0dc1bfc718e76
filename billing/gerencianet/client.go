// Package gerencianet collects boletos, carnês, cards and payment links through
// the Cobranças API of Gerencianet (Efí), and Pix through its Pix API. Its rules
// and their evidence are in providers/gerencianet.md.
package gerencianet

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

const (
	name  = "gerencianet"
	title = "Gerencianet"
)

// Config is what a Client needs. The credentials belong to the environment.
type Config struct {
	// BaseURL and PixBaseURL have no version; "" is the provider's own host of the
	// environment.
	BaseURL, PixBaseURL    string
	Environment            provider.Environment
	ClientID, ClientSecret string
	PixCertificate         string          // certificate and key as PEM, see ParseCertificate; "" when Pix is not set up
	PixKey                 string          // the receiver's key
	Timeout                time.Duration   // of each HTTP exchange, 30 s when 0
	HTTP                   *http.Transport // http.DefaultTransport when nil
	UserAgent              string
	Guard                  *provider.Guard // of this account and environment, see GuardConfig; nil for none
	Now                    func() time.Time
}

// GuardConfig is what the provider allows one account in one environment. It takes
// 500 Pix a second (providers/gerencianet.md, 7.1); of its other endpoints only the
// calls of a day are known.
func GuardConfig(environment provider.Environment, budget provider.Budget) provider.GuardConfig {
	return provider.GuardConfig{Environment: environment, Budget: budget, Rates: map[string]float64{"PUT /v2/cob/:id": 200}}
}

// Client speaks with one account in one environment. It is safe for concurrent
// use; keep one for each account, because it holds the access tokens.
type Client struct {
	session
	pix *pixClient
}

var _ provider.Issuer = (*Client)(nil)

// hosts are the provider's own ones, with the environment that each serves
// (providers/gerencianet.md, 1.1).
var hosts = map[string]provider.Environment{
	"cobrancas.api.efipay.com.br":   provider.Production,
	"cobrancas-h.api.efipay.com.br": provider.Sandbox,
	"api.gerencianet.com.br":        provider.Production,
	"sandbox.gerencianet.com.br":    provider.Sandbox,
	"pix.api.efipay.com.br":         provider.Production,
	"pix-h.api.efipay.com.br":       provider.Sandbox,
	"api-pix.gerencianet.com.br":    provider.Production,
	"api-pix-h.gerencianet.com.br":  provider.Sandbox,
}

// New never fails: what is wrong with the configuration is told by each call.
func New(config Config) *Client {
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.UserAgent == "" {
		config.UserAgent = "Ponte"
	}
	config.BaseURL = baseURL(config)
	config.PixBaseURL = pixBaseURL(config)
	client := &Client{pix: newPixClient(config)}
	client.config, client.tokenPath, client.refused = config, "/v1/authorize", client.unauthorized
	client.err = checkEnvironment(config.BaseURL, config.Environment)
	client.http = provider.NewHTTPClient(httpConfig(config, config.BaseURL, config.HTTP))
	return client
}

func httpConfig(config Config, baseURL string, transport *http.Transport) provider.HTTPConfig {
	return provider.HTTPConfig{
		Provider: name, Title: title, BaseURL: baseURL, UserAgent: config.UserAgent,
		Timeout: config.Timeout, Transport: transport, Guard: config.Guard, Now: config.Now,
		Secrets: []string{config.ClientSecret},
	}
}

func baseURL(config Config) string {
	if config.BaseURL != "" {
		return strings.TrimSuffix(strings.TrimRight(config.BaseURL, "/"), "/v1")
	}
	if config.Environment == provider.Production {
		return "https://cobrancas.api.efipay.com.br"
	}
	return "https://cobrancas-h.api.efipay.com.br"
}

func pixBaseURL(config Config) string {
	if config.PixBaseURL != "" {
		return strings.TrimRight(config.PixBaseURL, "/")
	}
	if config.Environment == provider.Production {
		return "https://pix.api.efipay.com.br"
	}
	return "https://pix-h.api.efipay.com.br"
}

// checkEnvironment keeps the credentials of one environment from the host of
// the other.
func checkEnvironment(baseURL string, credentials provider.Environment) error {
	address, err := url.Parse(baseURL)
	if err != nil {
		return nil //nolint:nilerr // the HTTP client refuses it in better words
	}
	environment, known := hosts[strings.ToLower(address.Hostname())]
	if !known || credentials == environment {
		return nil
	}
	return &provider.Error{
		Provider: name, Class: provider.Auth,
		Err: fmt.Errorf("%s serves %s, the credentials are of %s", address.Hostname(), environment, credentials),
		Cause: say(
			"O endereço da API é de um ambiente e as credenciais são de outro; nada foi enviado.",
			"The API address is of one environment and the credentials are of the other; nothing was sent."),
		Remedy: say(
			"Escolha na integração o ambiente (produção ou homologação) a que pertencem as credenciais e deixe o endereço em branco.",
			"Choose in the integration the environment (production or sandbox) of the credentials and leave the address empty."),
	}
}

// Ping proves that the credentials work, those of Pix too when there are any.
func (c *Client) Ping(ctx context.Context) error {
	if err := c.ping(ctx); err != nil || !c.pix.isSetUp() {
		return err
	}
	return c.pix.ping(ctx)
}

// do sends one request and answers the data of its answer.
func (c *Client) do(ctx context.Context, method, path string, body any) (object, error) {
	call := provider.HTTPCall{Method: method, Path: path, JSON: body, Write: method != http.MethodGet}
	answer, err := c.authorized(ctx, call)
	if err != nil {
		return nil, err
	}
	return c.read(answer, call.Write)
}

// unauthorized is the error of a refused authorization: whatever the words, a
// refusal here is one of the credentials unless the account itself is barred.
func (c *Client) unauthorized(answer *provider.HTTPAnswer) error {
	return asCredentials(c.failure(answer, false), answer)
}

// asCredentials has an error tell that the credentials were refused, unless it
// is the server that fails or the account that is barred.
func asCredentials(failure *provider.Error, answer *provider.HTTPAnswer) *provider.Error {
	refused := answer.Status >= 400 && answer.Status < 500 && answer.Status != http.StatusTooManyRequests
	if refused && !answer.IsHTML && failure.Class != provider.Account {
		failure.Class = provider.Auth
		failure.Cause, failure.Remedy = credentialsRefused.cause, credentialsRefused.remedy
	}
	return failure
}

func (s *session) today() brazil.Date { return brazil.DateOf(s.config.Now()) }
