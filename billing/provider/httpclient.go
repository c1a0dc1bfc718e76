package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

const (
	maxAnswer      = 16 << 20 // bytes of an answer that are read: a full page of a list carries a picture in each row
	maxRecorded    = 4 << 10  // bytes of a body that an Attempt keeps
	maxWords       = 500      // bytes of the provider's words that an Error keeps
	defaultTimeout = 30 * time.Second
)

// HTTPConfig says how to reach a provider.
type HTTPConfig struct {
	Provider  string // for Error.Provider
	Title     string // the provider's name for people
	BaseURL   string
	UserAgent string
	Timeout   time.Duration   // of each exchange, 30 s when 0
	Transport *http.Transport // http.DefaultTransport when nil
	Secrets   []string        // removed from everything that people may see
	Guard     *Guard          // stands before every call; nil for none
	MaxAnswer int64           // bytes of an answer that are read, 16 MiB when 0
	AnyHost   bool            // plain http is allowed to every host: development only
	Now       func() time.Time
}

// HTTPClient makes single HTTP exchanges with a provider. It never follows a
// redirect, reads at most MaxAnswer of an answer, sends credentials in clear only
// to this machine, and records every exchange.
type HTTPClient struct {
	config HTTPConfig
	http   *http.Client
	host   string
	err    error // why the configuration cannot be used
}

// HTTPCall is one request.
type HTTPCall struct {
	Method string
	Path   string // with its query, below the base URL
	Header http.Header
	JSON   any  // the body, nil for none
	Write  bool // whether it may change something at the provider
}

// HTTPAnswer is what came back, whatever its status.
type HTTPAnswer struct {
	Status     int
	Body       []byte
	IsHTML     bool
	RetryAfter time.Duration

	secrets []string // the credentials that the request carried
}

// NewHTTPClient never fails: an address that cannot be used is told by each call.
func NewHTTPClient(config HTTPConfig) *HTTPClient {
	if config.Timeout <= 0 {
		config.Timeout = defaultTimeout
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.MaxAnswer <= 0 {
		config.MaxAnswer = maxAnswer
	}
	client := &HTTPClient{config: config, http: &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if config.Transport != nil {
		client.http.Transport = config.Transport
	}
	host, err := checkAddress(config.BaseURL, config.AnyHost)
	if client.host = host; err != nil {
		client.err = client.unusable(err)
	}
	return client
}

// checkAddress answers the host, and refuses what would carry credentials in clear
// over a network.
func checkAddress(address string, anyHost bool) (host string, err error) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" {
		return "", errors.New("the base URL is not an absolute address")
	}
	if parsed.User != nil || parsed.RawQuery != "" || parsed.Fragment != "" {
		return "", errors.New("the base URL must hold a host and a path only")
	}
	if parsed.Scheme == "https" || parsed.Scheme == "http" && (anyHost || isLoopback(parsed.Hostname())) {
		return parsed.Host, nil
	}
	return "", fmt.Errorf("the base URL must begin with https://: plain http is allowed to this machine only, not to %s", parsed.Hostname())
}

func isLoopback(host string) bool {
	address := net.ParseIP(host)
	return host == "localhost" || address != nil && address.IsLoopback()
}

// Do makes one exchange when the guard lets it. It answers an *Error when no whole
// answer came; every status is an answer.
func (c *HTTPClient) Do(ctx context.Context, call HTTPCall) (*HTTPAnswer, error) {
	if c.err != nil {
		return nil, c.err
	}
	body, err := encode(call.JSON)
	if err != nil {
		return nil, fmt.Errorf("encode %s %s: %w", call.Method, call.Path, err)
	}
	send := func() (*HTTPAnswer, error) { return c.recorded(ctx, call, body) }
	if c.config.Guard == nil {
		return send()
	}
	answer, err := c.config.Guard.do(ctx, c.host, Endpoint(call.Method, call.Path), c.config.Timeout, send)
	var refused refusal
	if errors.As(err, &refused) {
		return nil, c.unsent(refused)
	}
	return answer, err
}

// recorded makes one exchange and keeps what was said.
func (c *HTTPClient) recorded(ctx context.Context, call HTTPCall, body []byte) (*HTTPAnswer, error) {
	secrets := append(headerSecrets(call.Header), c.config.Secrets...)
	attempt := Attempt{
		Method: call.Method, Path: recordedPath(call.Path, secrets),
		StartedAt: c.config.Now(), Request: recordedText(string(body), secrets),
	}
	started := time.Now()
	answer, err := c.exchange(ctx, call, body, secrets)
	attempt.Duration = time.Since(started)
	if answer != nil {
		attempt.Status, attempt.Response = answer.Status, recordedText(string(answer.Body), secrets)
	}
	if err != nil {
		attempt.Error = err.Error()
		answer = nil
	}
	Record(ctx, attempt)
	return answer, err
}

// exchange answers both an answer and an error when the head of an answer came
// but its body could not be read whole.
func (c *HTTPClient) exchange(ctx context.Context, call HTTPCall, body []byte, secrets []string) (*HTTPAnswer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	var connected atomic.Bool
	request, err := http.NewRequestWithContext(traced(ctx, &connected), call.Method, c.config.BaseURL+call.Path, bytes.NewReader(body))
	if err != nil {
		return nil, c.unusable(errors.New(Redact(err.Error(), secrets...)))
	}
	c.setHeader(request, call.Header, body)
	response, err := c.http.Do(request)
	if err != nil {
		return nil, c.unanswered(err, call.Write && connected.Load(), 0, secrets)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := readBounded(response.Body, c.config.MaxAnswer)
	answer := &HTTPAnswer{
		Status: response.StatusCode, Body: content,
		IsHTML:     looksLikeHTML(response.Header.Get("Content-Type"), content),
		RetryAfter: retryAfter(response.Header.Get("Retry-After"), c.config.Now()),
		secrets:    secrets,
	}
	if err != nil {
		return answer, c.unanswered(err, call.Write, response.StatusCode, secrets)
	}
	return answer, nil
}

// traced notes whether a connection was there to write to. The transport asks
// anew only after a connection on which nothing was written.
func traced(ctx context.Context, connected *atomic.Bool) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { connected.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
}

func (c *HTTPClient) setHeader(request *http.Request, header http.Header, body []byte) {
	for name, values := range header {
		request.Header[http.CanonicalHeaderKey(name)] = values
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", c.config.UserAgent)
	if len(body) > 0 {
		request.Header.Set("Content-Type", "application/json")
	}
}

// encode writes JSON as the providers want it: UTF-8, nothing escaped that
// need not be.
func encode(value any) ([]byte, error) {
	if value == nil {
		return nil, nil
	}
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), err
}

func readBounded(body io.Reader, limit int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err == nil && int64(len(content)) > limit {
		return content[:limit], fmt.Errorf("the answer is longer than %d bytes", limit)
	}
	return content, err
}

func looksLikeHTML(contentType string, content []byte) bool {
	start := bytes.TrimSpace(content)
	return bytes.HasPrefix(start, []byte("<")) ||
		strings.HasPrefix(strings.ToLower(contentType), "text/html") && !bytes.HasPrefix(start, []byte("{"))
}

// maxRetryAfter is the longest wait that a provider's word is taken for.
const maxRetryAfter = time.Hour

// retryAfter reads seconds or a date (RFC 9110, 10.2.3); 0 when there is none.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseInt(value, 10, 32); err == nil {
		return min(time.Duration(max(seconds, 0))*time.Second, maxRetryAfter)
	}
	if moment, err := http.ParseTime(value); err == nil {
		return min(max(moment.Sub(now), 0), maxRetryAfter)
	}
	return 0
}

// headerSecrets are the credentials that a request carries.
func headerSecrets(header http.Header) []string {
	var secrets []string
	for name, values := range header {
		name = strings.ToLower(name)
		if name != "authorization" && !strings.Contains(name, "token") {
			continue
		}
		for _, value := range values {
			_, credential, found := strings.Cut(value, " ")
			if !found {
				credential = value
			}
			secrets = append(secrets, credential)
		}
	}
	return secrets
}

var (
	hiddenMarkup = regexp.MustCompile(`(?is)<(?:script|style)\b.*?(?:</(?:script|style)\s*>|$)`)
	markup       = regexp.MustCompile(`(?s)<[^>]*(?:>|$)`)
)

// PlainText is what a person would read of an answer that is not JSON.
func (a *HTTPAnswer) PlainText() string {
	text := strings.ToValidUTF8(string(a.Body), "\uFFFD")
	if a.IsHTML {
		text = markup.ReplaceAllString(hiddenMarkup.ReplaceAllString(text, " "), " ")
	}
	if text = strings.Join(strings.Fields(text), " "); text == "" {
		return "an empty answer"
	}
	return text
}

// Words is a text of the answer as an Error may carry it: without secrets, on
// one line and short.
func (a *HTTPAnswer) Words(text string) string {
	return cut(strings.Join(strings.Fields(Redact(cut(text, maxRecorded), a.secrets...)), " "), maxWords)
}

func (c *HTTPClient) unusable(err error) *Error {
	return &Error{
		Provider: c.config.Provider, Class: Auth, Err: err,
		Cause: Text{
			PT: "O endereço configurado para " + c.config.Title + " não pode ser usado; nenhuma credencial foi enviada.",
			EN: "The address configured for " + c.config.Title + " cannot be used; no credential was sent.",
		},
		Remedy: Text{
			PT: "Corrija o endereço da API na integração: ele começa com https://; http:// só é aceito para esta própria máquina.",
			EN: "Correct the API address in the integration: it begins with https://; http:// is accepted for this machine only.",
		},
	}
}

// unanswered is the error of an exchange without a whole answer; ambiguous says
// whether the provider may have executed it.
func (c *HTTPClient) unanswered(err error, ambiguous bool, status int, secrets []string) *Error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err // without the address, whose query may hold a tax id
	}
	failure := &Error{Provider: c.config.Provider, Class: Unavailable, HTTPStatus: status, Err: hidden{Redact(err.Error(), secrets...), err}}
	failure.Cause, failure.Remedy = c.unreachable()
	if ambiguous {
		failure.Class = Ambiguous
		failure.Cause, failure.Remedy = c.uncertain()
	}
	return failure
}

// unsent is the error of a call that the guard did not let through: certainly not
// executed, whatever it was.
func (c *HTTPClient) unsent(refused refusal) *Error {
	failure := &Error{Provider: c.config.Provider, Class: Unavailable, RetryAfter: refused.wait, Err: fmt.Errorf("not sent: %w", refused.err)}
	failure.Remedy = Text{
		PT: "Será tentado de novo automaticamente. Se continuar, verifique a internet, o DNS e o firewall deste servidor.",
		EN: "It will be tried again automatically. If it goes on, check this server's internet access, DNS and firewall.",
	}
	if refused.reason != isDown {
		failure.Remedy = Text{PT: "Nada a fazer: será enviado automaticamente.", EN: "Nothing to do: it will be sent automatically."}
	}
	failure.Cause = map[reason]Text{
		isDown: {
			PT: c.config.Title + " não está respondendo; este pedido ainda não foi enviado.",
			EN: c.config.Title + " is not answering; this request was not sent yet.",
		},
		isHeld: {
			PT: c.config.Title + " pediu uma pausa; este pedido ainda não foi enviado.",
			EN: c.config.Title + " asked for a pause; this request was not sent yet.",
		},
		isCrowded: {
			PT: "Há pedidos demais à espera de " + c.config.Title + "; este ainda não foi enviado.",
			EN: "Too many requests wait for " + c.config.Title + "; this one was not sent yet.",
		},
		isUncounted: {
			PT: "A espera pelo envio foi interrompida; este pedido ainda não foi enviado.",
			EN: "The wait before sending was cut short; this request was not sent yet.",
		},
	}[refused.reason]
	return failure
}

func (c *HTTPClient) unreachable() (cause, remedy Text) {
	return Text{
			PT: "Não foi possível obter uma resposta de " + c.config.Title + "; nada foi alterado lá.",
			EN: "No answer could be had from " + c.config.Title + "; nothing was changed there.",
		}, Text{
			PT: "Será tentado de novo automaticamente. Se continuar, verifique a internet, o DNS e o firewall deste servidor.",
			EN: "It will be tried again automatically. If it goes on, check this server's internet access, DNS and firewall.",
		}
}

func (c *HTTPClient) uncertain() (cause, remedy Text) {
	return Text{
			PT: "O pedido foi enviado a " + c.config.Title + ", mas a resposta não chegou inteira: ele pode ou não ter sido executado.",
			EN: "The request was sent to " + c.config.Title + ", but its answer did not arrive whole: it may or may not have been executed.",
		}, Text{
			PT: "Não repita à mão. A situação será consultada no provedor antes de qualquer novo envio.",
			EN: "Do not repeat it by hand. The provider will be asked what happened before anything is sent again.",
		}
}

// Unexpected is the error of an answer that says nothing that can be relied
// on: a server's failure, a page instead of JSON, a cut text. A write may have
// been executed, a read may be repeated.
func (c *HTTPClient) Unexpected(answer *HTTPAnswer, write bool, code, text string) *Error {
	failure := &Error{
		Provider: c.config.Provider, Class: Unavailable, Code: answer.Words(code), Text: answer.Words(text),
		HTTPStatus: answer.Status, RetryAfter: answer.RetryAfter,
	}
	failure.Cause, failure.Remedy = c.unreadable(answer.Status)
	if write {
		failure.Class = Ambiguous
		failure.Remedy = Text{
			PT: "Não repita à mão. A situação será consultada no provedor antes de qualquer novo envio.",
			EN: "Do not repeat it by hand. The provider will be asked what happened before anything is sent again.",
		}
	}
	return failure
}

func (c *HTTPClient) unreadable(status int) (cause, remedy Text) {
	remedy = Text{
		PT: "Será tentado de novo automaticamente. Se continuar por mais de um dia, fale com o suporte de " + c.config.Title + ".",
		EN: "It will be tried again automatically. If it goes on for more than a day, contact the support of " + c.config.Title + ".",
	}
	switch {
	case status == http.StatusTooManyRequests:
		return Text{
			PT: c.config.Title + " recebeu pedidos demais em pouco tempo e recusou atender este agora.",
			EN: c.config.Title + " received too many requests in a short time and would not serve this one now.",
		}, remedy
	case status >= 500:
		return Text{
			PT: c.config.Title + " está com uma falha nos servidores dela.",
			EN: c.config.Title + " has a failure in its own servers.",
		}, remedy
	case status >= 300 && status < 400:
		return Text{
				PT: c.config.Title + " respondeu com um redirecionamento, que não é seguido para não levar credenciais a outro endereço.",
				EN: c.config.Title + " answered with a redirect, which is not followed so that credentials go nowhere else.",
			}, Text{
				PT: "Confira o endereço da API na integração.",
				EN: "Check the API address in the integration.",
			}
	}
	return Text{
		PT: "A resposta de " + c.config.Title + " não é a que se esperava da API dela.",
		EN: "The answer of " + c.config.Title + " is not what its API is expected to say.",
	}, remedy
}

// hidden is an error whose words were redacted and whose kind is kept.
type hidden struct {
	text string
	err  error
}

func (h hidden) Error() string { return h.text }
func (h hidden) Unwrap() error { return h.err }
