package outgoing

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"

	"ponte/billing/provider"
)

// Config says how messages go out.
type Config struct {
	SMTPURL     string // smtp:// or smtps://; "" for no mail
	MailFrom    string // an address, with or without a name
	TelegramURL string // of the bot API; the real one when ""
	Anywhere    bool   // addresses inside a network are allowed, and plain http: development only
	UserAgent   string
	Timeout     time.Duration
}

// Sender sends messages. It is safe for concurrent use.
type Sender struct {
	config    Config
	mail      *mailServer // nil for no mail
	untrusted *http.Transport
	trusted   *http.Transport // towards addresses that the operator has set
}

// The Brazilian and English title of where a message goes, in sentences.
const channelProvider = "channel"

const telegramURL = "https://api.telegram.org"

// New makes a sender. It answers an error for a configuration that can't be used.
func New(config Config) (*Sender, error) {
	if config.TelegramURL == "" {
		config.TelegramURL = telegramURL
	}
	if config.Timeout <= 0 {
		config.Timeout = 30 * time.Second
	}
	mail, err := parseMail(config)
	if err != nil {
		return nil, err
	}
	return &Sender{config: config, mail: mail, untrusted: newTransport(config.Anywhere), trusted: newTransport(true)}, nil
}

// Mails tells whether mail can be sent.
func (s *Sender) Mails() bool { return s.mail != nil }

// Anywhere tells whether addresses inside a network are allowed.
func (s *Sender) Anywhere() bool { return s.config.Anywhere }

// The kinds of targets.
const (
	Email    = "EMAIL"
	Webhook  = "WEBHOOK"
	Telegram = "TELEGRAM"
	Slack    = "SLACK"
	Discord  = "DISCORD"
)

// Target is where a message goes. Address and Secret are as secret as a password.
type Target struct {
	Kind    string
	Address string // an e-mail address, a URL, a chat's id
	Secret  string // a webhook's signing secret, a bot's token
}

// Send makes one try. It answers nil, or a *provider.Error whose cause and remedy
// are for the person; what was said is recorded (provider.WithRecorder).
func (s *Sender) Send(ctx context.Context, target Target, content Content) error {
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	switch target.Kind {
	case Email:
		return s.sendMail(ctx, target, content)
	case Webhook:
		return s.sendWebhook(ctx, target, content)
	case Telegram:
		return s.sendTelegram(ctx, target, content)
	case Slack:
		return s.post(ctx, request{url: target.Address, body: map[string]any{"text": slackText(content)}})
	case Discord:
		return s.post(ctx, request{url: target.Address, body: discordBody(content)})
	}
	return refusal(provider.Invalid, 0, "o tipo do canal não é conhecido", "the channel's kind is not known", "Crie o canal de novo.", "Make the channel anew.")
}

// maxAnswer is how much of an answer is read: it is only shown.
const maxAnswer = 16 << 10

// request is a JSON message to one address.
type request struct {
	url     string
	body    any
	header  http.Header
	secrets []string // removed from what is recorded, beside the address itself
	shown   bool     // the address is no secret
	trusted bool
}

// post sends JSON; every answer of 200 to 299 is a success. A redirect is not
// followed: it could lead anywhere.
func (s *Sender) post(ctx context.Context, r request) error {
	parsed, err := url.Parse(r.url)
	if err != nil || parsed.Host == "" {
		return unusable()
	}
	transport := s.untrusted
	if r.trusted {
		transport = s.trusted
	}
	path, secrets := parsed.RequestURI(), r.secrets
	if !r.shown {
		secrets = append(addressSecrets(parsed), secrets...)
	}
	client := provider.NewHTTPClient(provider.HTTPConfig{
		Provider: channelProvider, Title: parsed.Host, BaseURL: parsed.Scheme + "://" + parsed.Host, UserAgent: s.config.UserAgent,
		Timeout: s.config.Timeout, Transport: transport, MaxAnswer: maxAnswer, AnyHost: s.config.Anywhere,
		Secrets: secrets,
	})
	answer, err := client.Do(ctx, provider.HTTPCall{Method: http.MethodPost, Path: path, Header: r.header, JSON: r.body, Write: true})
	if err != nil {
		return explain(err)
	}
	return judge(answer)
}

// tookIt tells a success whose answer was too long to be read whole: it is not sent
// again.
func tookIt(told *provider.Error) bool { return told.HTTPStatus >= 200 && told.HTTPStatus < 300 }

// addressSecrets are the parts of an address that let anybody post there.
func addressSecrets(parsed *url.URL) []string {
	return present(trimSlash(parsed.RequestURI()), trimSlash(parsed.Path), parsed.RawQuery)
}

func trimSlash(path string) string {
	if path == "/" {
		return ""
	}
	return path
}

// encode writes JSON as it is signed and sent.
func encode(value any) (json.RawMessage, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSpace(buffer.Bytes()), err
}

// explain says in a person's words why no answer came.
func explain(err error) error {
	if errors.Is(err, ErrForbidden) {
		return forbidden()
	}
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return refusal(provider.NotFound, 0, "o endereço não existe na internet", "the address does not exist on the internet",
			"Confira o endereço, letra por letra.", "Check the address, letter by letter.")
	}
	var told *provider.Error
	if errors.As(err, &told) {
		if tookIt(told) {
			return nil
		}
		if told.HTTPStatus > 0 {
			return judge(&provider.HTTPAnswer{Status: told.HTTPStatus})
		}
		told.Cause = provider.Text{PT: "O destino não respondeu.", EN: "The destination did not answer."}
		told.Remedy = provider.Text{PT: "Será tentado de novo. Se continuar, confira o endereço e se o serviço está no ar.", EN: "It will be tried again. If it goes on, check the address and whether the service is up."}
	}
	return err
}

func forbidden() error {
	return refusal(provider.Invalid, 0, "o endereço leva a uma rede interna, e por segurança nada foi enviado", "the address leads into an internal network, and for safety nothing was sent",
		"Use um endereço público da internet.", "Use a public address of the internet.")
}

func unusable() error {
	return refusal(provider.Invalid, 0, "o endereço não pode ser usado", "the address cannot be used", "Informe o endereço completo, que começa com https://.", "Give the whole address, which begins with https://.")
}

// judge reads the status of an answer.
func judge(answer *provider.HTTPAnswer) error {
	status := answer.Status
	var problem *provider.Error
	switch {
	case status >= 200 && status < 300:
		return nil
	case status >= 300 && status < 400:
		problem = refusal(provider.Invalid, status, "o destino respondeu com um redirecionamento, que não é seguido", "the destination answered with a redirect, which is not followed", "Informe o endereço final.", "Give the final address.")
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		problem = refusal(provider.Auth, status, "o destino recusou o acesso", "the destination refused access", "Substitua o endereço ou o segredo por um que valha.", "Replace the address or the secret by one that is valid.")
	case status == http.StatusNotFound, status == http.StatusGone:
		problem = refusal(provider.NotFound, status, "o endereço não existe mais no destino", "the address no longer exists at the destination", "Crie outro endereço no serviço e substitua o que está aqui.", "Make another address at the service and replace the one here.")
	case status == http.StatusTooManyRequests:
		problem = refusal(provider.Limit, status, "o destino pediu uma pausa", "the destination asked for a pause", "Nada a fazer: será tentado de novo.", "Nothing to do: it will be tried again.")
	case status == http.StatusRequestTimeout, status >= 500:
		problem = refusal(provider.Unavailable, status, "o destino está com problemas", "the destination has problems", "Será tentado de novo. Se continuar, confira se o serviço está no ar.", "It will be tried again. If it goes on, check whether the service is up.")
	default:
		problem = refusal(provider.Invalid, status, "o destino recusou a mensagem", "the destination refused the message", "Confira o endereço; a resposta do destino está nas tentativas.", "Check the address; the destination's answer is in the attempts.")
	}
	problem.Text, problem.RetryAfter = answer.Words(answer.PlainText()), answer.RetryAfter
	return problem
}

// refusal makes an error whose cause begins with a capital and names the status.
func refusal(class provider.Class, status int, causePT, causeEN, remedyPT, remedyEN string) *provider.Error {
	return &provider.Error{
		Provider: channelProvider, Class: class, HTTPStatus: status,
		Cause:  provider.Text{PT: sentence(causePT, status), EN: sentence(causeEN, status)},
		Remedy: provider.Text{PT: remedyPT, EN: remedyEN},
	}
}
