package outgoing_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"ponte/billing/billingtest"
	"ponte/billing/outgoing"
	"ponte/billing/provider"
)

var secret = outgoing.NewWebhookSecret()

func sender(t *testing.T, change func(*outgoing.Config)) *outgoing.Sender {
	t.Helper()
	config := outgoing.Config{Anywhere: true, UserAgent: "Ponte/test", Timeout: 2 * time.Second}
	if change != nil {
		change(&config)
	}
	made, err := outgoing.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func content(failures int) outgoing.Content {
	c := outgoing.Content{ID: "msg_1", Type: outgoing.TypeOpened, At: time.Date(2026, 11, 20, 15, 4, 0, 0, time.UTC), Locale: "pt-BR", PanelURL: "https://ponte.example/failures"}
	for range failures {
		c.Failures = append(c.Failures, outgoing.Failure{
			Event: "OPENED", ID: "flr_1", Code: "gerencianet.4600210", Integration: "Gerencianet (Efí)", Environment: "Produção", Object: "Cobrança 42",
			Cause: "O telefone <do cliente> não é válido & foi recusado.", Remedy: "Corrija o telefone no cadastro *dele*.", Count: 1, At: c.At, URL: "https://ponte.example/failures/flr_1",
		})
	}
	if failures > 1 {
		c.Type = outgoing.TypeDigest
	}
	return c
}

// told is what a message has to name.
var told = []string{"Gerencianet (Efí)", "Produção", "Cobrança 42", "recusado", "Corrija o telefone", "https://ponte.example/failures/flr_1"}

func assertTells(t *testing.T, text string) {
	t.Helper()
	for _, part := range told {
		if !strings.Contains(text, part) {
			t.Errorf("%q does not tell %q", text, part)
		}
	}
}

func class(err error) provider.Class {
	if err == nil {
		return ""
	}
	return provider.ClassOf(err)
}

func TestWebhook(t *testing.T) {
	t.Parallel()
	receiver := billingtest.NewReceiver(t)
	target := outgoing.Target{Kind: outgoing.Webhook, Address: receiver.URL + "/hook?key=abc", Secret: secret}
	for range 2 {
		if err := sender(t, nil).Send(t.Context(), target, content(1)); err != nil {
			t.Fatal(err)
		}
	}
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	got := receiver.Got()
	for _, one := range got {
		if err := verifier.Verify([]byte(one.Body), one.Header); err != nil {
			t.Errorf("%v: %s", err, one.Body)
		}
		if err := verifier.Verify([]byte(one.Body+" "), one.Header); err == nil {
			t.Error("a changed body is verified")
		}
		if one.Header.Get("webhook-id") != "msg_1" || one.Path != "/hook?key=abc" || one.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%+v", one)
		}
	}
	var payload struct {
		Type      string
		Timestamp time.Time
		Data      struct{ Failures []outgoing.Failure }
	}
	if err := json.Unmarshal([]byte(got[0].Body), &payload); err != nil || payload.Type != "failure.opened" || len(payload.Data.Failures) != 1 || payload.Data.Failures[0].Object != "Cobrança 42" {
		t.Errorf("%v: %+v", err, payload)
	}
}

func TestChats(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		kind, field string
		limit       int
	}{
		"Slack": {outgoing.Slack, "text", 4_000}, "Discord": {outgoing.Discord, "content", 2_000}, "Telegram": {outgoing.Telegram, "text", 4_096},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			receiver := billingtest.NewReceiver(t)
			telegram := sender(t, func(c *outgoing.Config) { c.TelegramURL = receiver.URL; c.Anywhere = one.kind != outgoing.Telegram })
			target := outgoing.Target{Kind: one.kind, Address: receiver.URL + "/services/T0/B0/segredo"}
			if one.kind == outgoing.Telegram {
				target = outgoing.Target{Kind: one.kind, Address: "-100200", Secret: "123456789:segredo-do-robo-de-teste-000000000"}
			}
			for _, count := range []int{1, 60} {
				if err := telegram.Send(t.Context(), target, content(count)); err != nil {
					t.Fatal(err)
				}
			}
			for i, got := range receiver.Got() {
				var body map[string]any
				if err := json.Unmarshal([]byte(got.Body), &body); err != nil {
					t.Fatal(err)
				}
				text, _ := body[one.field].(string)
				plain := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", `\`, "").Replace(text)
				assertTells(t, plain)
				if length := utf8.RuneCountInString(text); length > one.limit {
					t.Errorf("%d characters", length)
				}
				if more := strings.Contains(text, "E mais "); more != (i == 1) {
					t.Errorf("more is told: %v, in %s", more, text)
				}
				if one.kind == outgoing.Slack && strings.Contains(text, "<do") || one.kind == outgoing.Discord && strings.Contains(text, " *dele*") {
					t.Errorf("not escaped: %s", text)
				}
			}
		})
	}
	t.Run("Telegram's own words and pauses", func(t *testing.T) {
		t.Parallel()
		receiver := billingtest.NewReceiver(t)
		receiver.Respond(func(rw http.ResponseWriter, nth int) {
			rw.WriteHeader(map[int]int{1: 429, 2: 401, 3: 400, 4: 403}[nth])
			_, _ = io.WriteString(rw, `{"ok":false,"description":"Too Many Requests","parameters":{"retry_after":17}}`)
		})
		telegram := sender(t, func(c *outgoing.Config) { c.TelegramURL = receiver.URL })
		var problem *provider.Error
		for _, want := range []provider.Class{provider.Limit, provider.Auth, provider.Invalid, provider.Auth} {
			err := telegram.Send(t.Context(), outgoing.Target{Kind: outgoing.Telegram, Address: "1", Secret: "123456789:segredo-do-robo-de-teste-000000000"}, content(1))
			if !errors.As(err, &problem) || problem.Class != want || problem.RetryAfter != 17*time.Second {
				t.Errorf("%+v", err)
			}
		}
	})
}

func TestLetter(t *testing.T) {
	t.Parallel()
	if err := sender(t, func(*outgoing.Config) {}).Letter(t.Context(), "ana@empresa.example", "x", "x"); err == nil {
		t.Error("a letter was sent without a mail server")
	}
	box := billingtest.NewMailbox(t)
	mails := sender(t, func(c *outgoing.Config) { c.SMTPURL, c.MailFrom = box.URL(), "avisos@empresa.example" })
	if err := mails.Letter(t.Context(), "ana@empresa.example", "Ponte: escolha sua senha", "https://ponte.example/password#x"); err != nil {
		t.Fatal(err)
	}
	if got := box.Mails()[0]; got.To != "ana@empresa.example" || !strings.Contains(got.Data, "https://ponte.example/password#x") {
		t.Errorf("%+v", got)
	}
}

func TestMail(t *testing.T) {
	t.Parallel()
	box := billingtest.NewMailbox(t)
	mails := sender(t, func(c *outgoing.Config) { c.SMTPURL, c.MailFrom = box.URL(), "Avisos <avisos@empresa.example>" })
	target := outgoing.Target{Kind: outgoing.Email, Address: "ana@empresa.example"}
	ctx, recorder := provider.WithRecorder(t.Context())
	if err := mails.Send(ctx, target, content(1)); err != nil {
		t.Fatal(err)
	}
	got := box.Mails()[0]
	message, err := mail.ReadMessage(strings.NewReader(got.Data))
	if err != nil {
		t.Fatal(err)
	}
	subject, _ := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
	if got.From != "avisos@empresa.example" || got.To != "ana@empresa.example" || subject != "Ponte: falha: Cobrança 42" || message.Header.Get("Message-Id") != "<msg_1@empresa.example>" || message.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("%+v, %q", message.Header, subject)
	}
	_, parameters, _ := mime.ParseMediaType(message.Header.Get("Content-Type"))
	parts := multipart.NewReader(message.Body, parameters["boundary"])
	for range 2 {
		part, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(quotedprintable.NewReader(part))
		assertTells(t, strings.ReplaceAll(string(body), "&amp;", "&"))
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") && strings.Contains(string(body), "<do cliente>") {
			t.Errorf("not escaped: %s", body)
		}
	}
	for _, one := range []struct {
		code int
		want provider.Class
	}{{550, provider.Invalid}, {451, provider.Unavailable}, {0, ""}} {
		box.Refuse(one.code, "no such box")
		if err := mails.Send(ctx, target, content(1)); class(err) != one.want {
			t.Errorf("%d: %v", one.code, err)
		}
	}
	wrong := sender(t, func(c *outgoing.Config) {
		c.SMTPURL, c.MailFrom = strings.Replace(box.URL(), billingtest.MailPassword, "outra-senha", 1), "avisos@empresa.example"
	})
	if err := wrong.Send(ctx, target, content(1)); class(err) != provider.Auth {
		t.Errorf("a wrong password: %v", err)
	}
	for _, attempt := range recorder.Attempts() {
		if strings.Contains(attempt.Request+attempt.Error+attempt.Path, billingtest.MailPassword) || strings.Contains(attempt.Error, "outra-senha") {
			t.Errorf("%+v", attempt)
		}
	}
	if err := sender(t, nil).Send(ctx, target, content(1)); class(err) != provider.Invalid {
		t.Errorf("without a server: %v", err)
	}
	for _, config := range []outgoing.Config{{SMTPURL: "http://x", MailFrom: "a@b.example"}, {SMTPURL: "smtp://mail.example"}, {SMTPURL: "smtp://mail.example", MailFrom: "nobody"}} {
		if _, err := outgoing.New(config); err == nil {
			t.Errorf("%+v is taken", config)
		}
	}
}

// TestTargets keeps channels out of the networks that this machine is in.
func TestTargets(t *testing.T) {
	t.Parallel()
	receiver := billingtest.NewReceiver(t)
	_, port, _ := strings.Cut(strings.TrimPrefix(receiver.URL, "http://"), ":")
	strict := sender(t, func(c *outgoing.Config) { c.Anywhere = false; c.Timeout = 3 * time.Second })
	for _, host := range []string{
		"127.0.0.1", "127.8.8.8", "[::1]", "0.0.0.0", "[::]", "10.0.0.1", "172.16.3.4", "192.168.1.1", "100.64.0.1", "169.254.169.254", "[fe80::1]", "[fc00::1]", "[fd12:3456::1]",
		"[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.0.1",
	} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			for _, address := range []string{"https://" + host + ":" + port + "/x", "https://" + host + "/x"} {
				if outgoing.CheckAddress(address, false) != outgoing.RefusedPrivate {
					t.Errorf("%s may be saved", address)
				}
				for _, kind := range []string{outgoing.Webhook, outgoing.Slack, outgoing.Discord} {
					err := strict.Send(t.Context(), outgoing.Target{Kind: kind, Address: address, Secret: secret}, content(1))
					if !isForbidden(err) {
						t.Errorf("%s: %v", address, err)
					}
				}
			}
		})
	}
	t.Run("names that lead there", func(t *testing.T) {
		t.Parallel()
		for _, host := range []string{"localhost", "127.1", "2130706433", "0x7f000001"} { // the last three only where the resolver takes them
			address := "https://" + host + ":" + port + "/x"
			err := strict.Send(t.Context(), outgoing.Target{Kind: outgoing.Slack, Address: address}, content(1))
			if host == "localhost" && !isForbidden(err) || err == nil {
				t.Errorf("%s: %v", host, err)
			}
		}
	})
	t.Run("a redirect is not followed", func(t *testing.T) {
		t.Parallel()
		inside, outside := billingtest.NewReceiver(t), billingtest.NewReceiver(t)
		outside.Respond(func(rw http.ResponseWriter, _ int) {
			rw.Header().Set("Location", inside.URL)
			rw.WriteHeader(http.StatusTemporaryRedirect)
		})
		err := sender(t, nil).Send(t.Context(), outgoing.Target{Kind: outgoing.Slack, Address: outside.URL}, content(1))
		if class(err) != provider.Invalid || len(inside.Got()) != 0 || len(outside.Got()) != 1 {
			t.Errorf("%v, inside %d", err, len(inside.Got()))
		}
	})
	t.Run("what may be saved", func(t *testing.T) {
		t.Parallel()
		for address, want := range map[string]outgoing.Refused{
			"https://hooks.slack.com/services/T/B/x": "", "https://8.8.8.8/x": "", "https://[2606:4700::1111]/": "", "http://hooks.example.com/x": outgoing.RefusedForm,
			"https://ana:senha@example.com/x": outgoing.RefusedForm, "ftp://example.com": outgoing.RefusedForm, "example.com": outgoing.RefusedForm, "https:///x": outgoing.RefusedForm,
		} {
			if got := outgoing.CheckAddress(address, false); got != want {
				t.Errorf("%s: %q", address, got)
			}
		}
	})
	if got := receiver.Got(); len(got) != 0 {
		t.Errorf("%d requests came through", len(got))
	}
}

func isForbidden(err error) bool {
	var problem *provider.Error
	return errors.As(err, &problem) && problem.Class == provider.Invalid && strings.Contains(problem.Cause.EN, "internal network")
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	receiver := billingtest.NewReceiver(t)
	target := outgoing.Target{Kind: outgoing.Discord, Address: receiver.URL + "/api/webhooks/1/segredo-do-discord"}
	ctx, recorder := provider.WithRecorder(context.Background())
	for status, want := range map[int]provider.Class{200: "", 204: "", 302: provider.Invalid, 400: provider.Invalid, 401: provider.Auth, 404: provider.NotFound, 410: provider.NotFound, 429: provider.Limit, 500: provider.Unavailable} {
		receiver.Respond(func(rw http.ResponseWriter, _ int) {
			rw.WriteHeader(status)
			if status != 204 && status != 302 {
				_, _ = io.WriteString(rw, "you sent /api/webhooks/1/segredo-do-discord "+strings.Repeat("x", 40_000))
			}
		})
		if err := sender(t, nil).Send(ctx, target, content(1)); class(err) != want {
			t.Errorf("%d: %v", status, err)
		}
	}
	receiver.Close()
	if err := sender(t, nil).Send(ctx, target, content(1)); class(err) != provider.Unavailable {
		t.Errorf("nobody there: %v", err)
	}
	for _, attempt := range recorder.Attempts() {
		if whole := attempt.Path + attempt.Request + attempt.Response + attempt.Error; strings.Contains(whole, "segredo-do-discord") {
			t.Errorf("the address is shown: %.300s", whole)
		}
	}
}
