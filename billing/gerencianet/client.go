// Package gerencianet collects boletos through the Cobranças API of Gerencianet
// (Efí). Its rules and their evidence are in providers/gerencianet.md.
package gerencianet

import (
	"context"
	"encoding/base64"
	"errors"
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
	// BaseURL has no version; "" is the provider's own host of the environment.
	BaseURL                string
	Environment            provider.Environment
	ClientID, ClientSecret string
	Timeout                time.Duration   // of each HTTP exchange, 30 s when 0
	HTTP                   *http.Transport // http.DefaultTransport when nil
	UserAgent              string
	Now                    func() time.Time
}

// Client speaks with one account in one environment. It is safe for concurrent
// use; keep one for each account, because it holds the access token.
type Client struct {
	http   *provider.HTTPClient
	config Config
	tokens tokens
	err    error // why the configuration cannot be used
}

var _ provider.Issuer = (*Client)(nil)

// hosts are the provider's own ones, with the environment that each serves
// (providers/gerencianet.md, 1.1).
var hosts = map[string]provider.Environment{
	"cobrancas.api.efipay.com.br":   provider.Production,
	"cobrancas-h.api.efipay.com.br": provider.Sandbox,
	"api.gerencianet.com.br":        provider.Production,
	"sandbox.gerencianet.com.br":    provider.Sandbox,
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
	client := &Client{config: config, err: checkEnvironment(config)}
	client.http = provider.NewHTTPClient(provider.HTTPConfig{
		Provider: name, Title: title, BaseURL: config.BaseURL, UserAgent: config.UserAgent,
		Timeout: config.Timeout, Transport: config.HTTP, Now: config.Now,
		Secrets: []string{config.ClientSecret},
	})
	return client
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

// checkEnvironment keeps the credentials of one environment from the host of
// the other.
func checkEnvironment(config Config) error {
	address, err := url.Parse(config.BaseURL)
	if err != nil {
		return nil //nolint:nilerr // the HTTP client refuses it in better words
	}
	environment, known := hosts[strings.ToLower(address.Hostname())]
	if !known || config.Environment == environment {
		return nil
	}
	return &provider.Error{
		Provider: name, Class: provider.Auth,
		Err: fmt.Errorf("%s serves %s, the credentials are of %s", address.Hostname(), environment, config.Environment),
		Cause: provider.Text{
			PT: "O endereço da API é de um ambiente e as credenciais são de outro; nada foi enviado.",
			EN: "The API address is of one environment and the credentials are of the other; nothing was sent.",
		},
		Remedy: provider.Text{
			PT: "Escolha na integração o ambiente (produção ou homologação) a que pertencem as credenciais e deixe o endereço em branco.",
			EN: "Choose in the integration the environment (production or sandbox) of the credentials and leave the address empty.",
		},
	}
}

// Ping proves that the credentials work, by asking for a new token.
func (c *Client) Ping(ctx context.Context) error {
	c.tokens.drop("")
	_, err := c.token(ctx)
	return err
}

// do sends one request and answers the data of its answer. A 401 means that
// nothing was executed, so the request is sent once more with a new token,
// whatever its method (providers/gerencianet.md, 1.4).
func (c *Client) do(ctx context.Context, method, path string, body any) (object, error) {
	call := provider.HTTPCall{Method: method, Path: path, JSON: body, Write: method != http.MethodGet}
	answer, err := c.authorized(ctx, call)
	if err != nil {
		return nil, err
	}
	return c.read(answer, call.Write)
}

func (c *Client) authorized(ctx context.Context, call provider.HTTPCall) (*provider.HTTPAnswer, error) {
	for attempt := 1; ; attempt++ {
		token, err := c.token(ctx)
		if err != nil {
			return nil, err
		}
		call.Header = http.Header{"Authorization": {"Bearer " + token}}
		answer, err := c.http.Do(ctx, call)
		if err != nil || answer.Status != http.StatusUnauthorized || attempt == 2 {
			return answer, err
		}
		c.tokens.drop(token)
	}
}

// token answers the cached access token or a new one.
func (c *Client) token(ctx context.Context) (string, error) {
	if c.err != nil {
		return "", c.err
	}
	token, err := c.tokens.get(ctx, c.config.Now, c.authorize)
	if errors.Is(err, errWaiting) {
		return "", &provider.Error{
			Provider: name, Class: provider.Unavailable, Err: err,
			Cause: provider.Text{
				PT: "O tempo acabou enquanto se esperava a autorização da Gerencianet; nada foi enviado.",
				EN: "The time ran out while waiting for Gerencianet's authorization; nothing was sent.",
			},
			Remedy: provider.Text{PT: "Será tentado de novo automaticamente.", EN: "It will be tried again automatically."},
		}
	}
	return token, err
}

// authorize asks for a token. It changes nothing at the provider, so that a
// lost answer leaves nothing in doubt.
func (c *Client) authorize(ctx context.Context) (token string, lifetime time.Duration, err error) {
	basic := base64.StdEncoding.EncodeToString([]byte(c.config.ClientID + ":" + c.config.ClientSecret))
	answer, err := c.http.Do(ctx, provider.HTTPCall{
		Method: http.MethodPost, Path: "/v1/authorize",
		Header: http.Header{"Authorization": {"Basic " + basic}},
		JSON: struct {
			GrantType string `json:"grant_type"`
		}{"client_credentials"},
	})
	if err != nil {
		return "", 0, err
	}
	if answer.Status < 200 || answer.Status > 299 {
		return "", 0, c.unauthorized(answer)
	}
	granted, _ := decode(answer.Body)
	seconds := granted.integer("expires_in")
	if token = granted.text("access_token"); token == "" {
		return "", 0, c.http.Unexpected(answer, false, "", "an authorization without access_token")
	}
	if seconds == nil {
		return token, 0, nil // good for this call only
	}
	return token, time.Duration(*seconds) * time.Second, nil
}

// unauthorized is the error of a refused authorization: whatever the words, a
// refusal here is one of the credentials unless the account itself is barred.
func (c *Client) unauthorized(answer *provider.HTTPAnswer) error {
	failure := c.failure(answer, false)
	refused := answer.Status >= 400 && answer.Status < 500 && answer.Status != http.StatusTooManyRequests
	if refused && !answer.IsHTML && failure.Class != provider.Account {
		failure.Class = provider.Auth
		failure.Cause, failure.Remedy = credentialsRefused.cause, credentialsRefused.remedy
	}
	return failure
}

func (c *Client) today() brazil.Date { return brazil.DateOf(c.config.Now()) }
