package billingtest

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Received is one request that a Receiver got.
type Received struct {
	Path   string
	Header http.Header
	Body   string
}

// Receiver is a real HTTP server that keeps what it is sent.
type Receiver struct {
	*httptest.Server
	mu      sync.Mutex
	got     []Received
	respond func(rw http.ResponseWriter, nth int)
}

// NewReceiver answers 200 until Respond says otherwise.
func NewReceiver(t testing.TB) *Receiver {
	r := &Receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(func() {
		r.CloseClientConnections()
		r.Close()
	})
	return r
}

func (r *Receiver) serve(rw http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return // who sent it was killed meanwhile
	}
	r.mu.Lock()
	r.got = append(r.got, Received{Path: request.URL.RequestURI(), Header: request.Header, Body: string(body)})
	nth, respond := len(r.got), r.respond
	r.mu.Unlock()
	if respond != nil {
		respond(rw, nth)
	}
}

// Respond has the receiver answer otherwise; nth counts requests from 1.
func (r *Receiver) Respond(with func(rw http.ResponseWriter, nth int)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.respond = with
}

// Status has the receiver answer with a status.
func (r *Receiver) Status(status int) {
	r.Respond(func(rw http.ResponseWriter, _ int) { rw.WriteHeader(status) })
}

// Got is what came so far.
func (r *Receiver) Got() []Received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Received(nil), r.got...)
}

// Mail is one mail that a Mailbox got.
type Mail struct {
	From, To, Data string
}

// Mailbox is a real SMTP server on this machine that keeps what it is sent. It wants
// the user "ponte" and MailPassword.
type Mailbox struct {
	Addr   string
	mu     sync.Mutex
	mails  []Mail
	refuse *smtp.SMTPError
}

// MailPassword protects nothing outside of tests.
const MailPassword = "correio-so-de-teste"

// NewMailbox listens until the test ends.
func NewMailbox(t testing.TB) *Mailbox {
	box := &Mailbox{}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &mailSession{box: box}, nil }))
	server.AllowInsecureAuth, server.ErrorLog = true, quietLog{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	box.Addr = listener.Addr().String()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(listener)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-ended
	})
	return box
}

type quietLog struct{}

func (quietLog) Printf(string, ...any) {}
func (quietLog) Println(...any)        {}

// URL is what PONTE_SMTP_URL is set to.
func (b *Mailbox) URL() string { return "smtp://ponte:" + MailPassword + "@" + b.Addr }

// Refuse has recipients refused with an SMTP code; 0 takes them again.
func (b *Mailbox) Refuse(code int, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refuse = nil; code != 0 {
		b.refuse = &smtp.SMTPError{Code: code, Message: text}
	}
}

// Mails are those that came so far.
func (b *Mailbox) Mails() []Mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Mail(nil), b.mails...)
}

type mailSession struct {
	box  *Mailbox
	mail Mail
	in   bool
}

// AuthMechanisms is what the server offers.
func (s *mailSession) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth takes the one user that there is.
func (s *mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		if s.in = username == "ponte" && password == MailPassword; !s.in {
			return errors.New("wrong password")
		}
		return nil
	}), nil
}

// Mail begins a mail.
func (s *mailSession) Mail(from string, _ *smtp.MailOptions) error {
	if !s.in {
		return smtp.ErrAuthRequired
	}
	s.mail.From = from
	return nil
}

// Rcpt says for whom it is.
func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	if s.box.refuse != nil {
		return s.box.refuse
	}
	s.mail.To = to
	return nil
}

// Data takes the mail.
func (s *mailSession) Data(content io.Reader) error {
	data, err := io.ReadAll(content)
	if err != nil {
		return err
	}
	s.mail.Data = strings.ReplaceAll(string(data), "\r\n", "\n")
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	s.box.mails = append(s.box.mails, s.mail)
	return nil
}

// Reset forgets a mail that was begun.
func (s *mailSession) Reset() { s.mail = Mail{} }

// Logout ends the connection.
func (s *mailSession) Logout() error { return nil }
