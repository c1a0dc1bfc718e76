package outgoing

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"ponte/billing/provider"
)

// mailServer is where mail is handed over, as the operator has set it.
type mailServer struct {
	host    string
	options []mail.Option
	from    *netmail.Address
	secrets []string
}

const (
	submissionPort  = 587
	submissionsPort = 465
)

// parseMail reads PONTE_SMTP_URL and PONTE_MAIL_FROM. smtps:// speaks TLS from the
// beginning, smtp:// begins it by STARTTLS; without TLS mail goes to this machine
// only.
func parseMail(config Config) (*mailServer, error) {
	if config.SMTPURL == "" {
		return nil, nil
	}
	parsed, err := url.Parse(config.SMTPURL)
	if err != nil || parsed.Hostname() == "" || parsed.Scheme != "smtp" && parsed.Scheme != "smtps" {
		return nil, errors.New("PONTE_SMTP_URL precisa ser como smtp://usuario:senha@servidor:587 / must be like smtp://user:password@server:587")
	}
	from, err := netmail.ParseAddress(config.MailFrom)
	if err != nil {
		return nil, errors.New("PONTE_MAIL_FROM precisa ser o endereço que envia, como Ponte <avisos@suaempresa.com.br> / must be the address that sends, like Ponte <avisos@example.com>")
	}
	server := &mailServer{host: parsed.Hostname(), from: from}
	port := submissionPort
	if parsed.Scheme == "smtps" {
		port = submissionsPort
	}
	if parsed.Port() != "" {
		port, _ = strconv.Atoi(parsed.Port()) // url.Parse has checked the digits
	}
	server.options = []mail.Option{mail.WithPort(port), mail.WithTimeout(config.Timeout), mail.WithHELO("ponte.invalid")}
	switch {
	case parsed.Scheme == "smtps":
		server.options = append(server.options, mail.WithSSL())
	case isLoopback(parsed.Hostname()):
		server.options = append(server.options, mail.WithTLSPolicy(mail.NoTLS))
	default:
		server.options = append(server.options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if password, given := parsed.User.Password(); given {
		server.options = append(server.options, mail.WithSMTPAuth(authOf(parsed)), mail.WithUsername(parsed.User.Username()), mail.WithPassword(password))
		server.secrets = []string{password}
	}
	return server, nil
}

// authOf lets the library choose; without TLS, which is for this machine only, it
// would choose nothing that such servers speak.
func authOf(parsed *url.URL) mail.SMTPAuthType {
	if parsed.Scheme == "smtp" && isLoopback(parsed.Hostname()) {
		return mail.SMTPAuthPlainNoEnc
	}
	return mail.SMTPAuthAutoDiscover
}

func isLoopback(host string) bool {
	address := net.ParseIP(host)
	return host == "localhost" || address != nil && address.IsLoopback()
}

func (s *Sender) sendMail(ctx context.Context, target Target, c Content) error {
	if s.mail == nil {
		return refusal(provider.Invalid, 0, "este servidor não envia e-mail", "this server sends no mail",
			"Peça a quem cuida do servidor para definir PONTE_SMTP_URL e PONTE_MAIL_FROM.", "Ask who runs the server to set PONTE_SMTP_URL and PONTE_MAIL_FROM.")
	}
	message, err := s.mail.message(target.Address, c)
	if err != nil {
		return refusal(provider.Invalid, 0, "o endereço de e-mail não pode ser usado", "the e-mail address cannot be used", "Corrija o endereço do canal.", "Correct the channel's address.")
	}
	started := time.Now()
	err = s.mail.send(ctx, message)
	attempt := provider.Attempt{
		Method: "SMTP", Path: s.mail.host, StartedAt: started, Duration: time.Since(started),
		Request: provider.Redact(c.Title()+"\n\n"+c.text(mailLimit, plain), s.mail.secrets...),
	}
	if err != nil {
		attempt.Error = provider.Redact(err.Error(), s.mail.secrets...)
		attempt.Status = smtpStatus(err)
	} else {
		attempt.Status = 250
	}
	provider.Record(ctx, attempt)
	return s.mail.explain(err)
}

// mailLimit is far more than anybody reads.
const mailLimit = 100_000

func (m *mailServer) message(to string, c Content) (*mail.Msg, error) {
	message := mail.NewMsg()
	if err := errors.Join(message.FromFormat(fromName(m.from), m.from.Address), message.To(to)); err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(m.from.Address, "@")
	message.Subject(c.Title())
	message.SetMessageIDWithValue(c.ID + "@" + domain)
	message.SetDateWithValue(c.At)
	message.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nobody answers it by machine
	message.SetGenHeader("X-Ponte-Message", c.ID)
	message.SetBodyString(mail.TypeTextPlain, c.text(mailLimit, plain)+"\n")
	message.AddAlternativeString(mail.TypeTextHTML, mailHTML(c))
	return message, nil
}

func fromName(from *netmail.Address) string {
	if from.Name == "" {
		return "Ponte"
	}
	return from.Name
}

func (m *mailServer) send(ctx context.Context, message *mail.Msg) error {
	client, err := mail.NewClient(m.host, m.options...)
	if err != nil {
		return err
	}
	return client.DialAndSendWithContext(ctx, message)
}

// mailHTML is plain on purpose: it reads well everywhere, in the dark too.
func mailHTML(c Content) string {
	var page strings.Builder
	fmt.Fprintf(&page, `<!doctype html><html lang="%s"><meta name="color-scheme" content="light dark"><body style="font-family:sans-serif;line-height:1.5;max-width:40em">`, html.EscapeString(c.Locale))
	fmt.Fprintf(&page, "<h1 style=\"font-size:1.2em\">%s</h1>", html.EscapeString(c.Title()))
	for _, one := range c.paragraphs() {
		if one.heading != "" {
			fmt.Fprintf(&page, "<h2 style=\"font-size:1em\">%s</h2>", html.EscapeString(one.heading))
		}
		for _, line := range one.lines {
			fmt.Fprintf(&page, "<p>%s</p>", html.EscapeString(line))
		}
		fmt.Fprintf(&page, "<p><a href=\"%s\">%s</a></p>", html.EscapeString(one.url), html.EscapeString(c.say("Abrir no painel", "Open in the panel")))
	}
	page.WriteString("</body></html>")
	return page.String()
}

func smtpStatus(err error) int {
	var told *mail.SendError
	if errors.As(err, &told) {
		return told.ErrorCode()
	}
	return 0
}

// explain says what the mail server refused.
func (m *mailServer) explain(err error) error {
	if err == nil {
		return nil
	}
	status := smtpStatus(err)
	var told *mail.SendError
	var problem *provider.Error
	switch {
	case isAuth(err):
		problem = refusal(provider.Auth, status, "o servidor de e-mail recusou o usuário e a senha", "the mail server refused user and password",
			"Peça a quem cuida do servidor para corrigir PONTE_SMTP_URL.", "Ask who runs the server to correct PONTE_SMTP_URL.")
	case errors.As(err, &told) && !told.IsTemp() && status >= 500:
		problem = refusal(provider.Invalid, status, "o servidor de e-mail recusou a mensagem", "the mail server refused the message",
			"Confira o endereço do canal; a resposta do servidor está nas tentativas.", "Check the channel's address; the server's answer is in the attempts.")
	default:
		problem = refusal(provider.Unavailable, status, "o servidor de e-mail não aceitou a mensagem agora", "the mail server did not take the message now",
			"Será tentado de novo. Se continuar, fale com quem cuida do servidor.", "It will be tried again. If it goes on, talk to who runs the server.")
	}
	problem.Err = errors.New(provider.Redact(err.Error(), m.secrets...))
	return problem
}

func isAuth(err error) bool {
	text := err.Error()
	return strings.Contains(text, "SMTP AUTH") || strings.Contains(text, " 535 ") || strings.HasPrefix(text, "535 ") || strings.Contains(text, ": 535 ")
}
