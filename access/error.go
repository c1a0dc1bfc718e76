package access

import (
	"errors"
	"strings"
	"time"

	"ponte/billing"
)

// The codes of Denied.
const (
	CodeUnauthenticated = "UNAUTHENTICATED"
	CodeInvalidLogin    = "INVALID_LOGIN"
	CodeUserInactive    = "USER_INACTIVE"
	CodeTooManyAttempts = "TOO_MANY_ATTEMPTS"
	CodeSessionEnded    = "SESSION_ENDED"
	CodeTokenRotated    = "TOKEN_ROTATED"
	CodeAlreadySetUp    = "ALREADY_SET_UP"
	CodeTOTPRequired    = "TOTP_REQUIRED"
	CodeTOTPInvalid     = "TOTP_INVALID"
)

// Denied is the error of one who may not; inputs that a person can correct are a
// billing.Refusal instead.
type Denied struct {
	billing.Problem
	RetryAfter time.Duration // how long to wait, with TOO_MANY_ATTEMPTS
}

// Error implements the error interface, for logs.
func (d *Denied) Error() string { return d.Code + ": " + d.Text.EN }

// AsDenied answers the denial in an error.
func AsDenied(err error) (*Denied, bool) {
	var denied *Denied
	ok := errors.As(err, &denied)
	return denied, ok
}

// ErrUnauthenticated is answered for every access token that is not good,
// whatever is wrong with it.
var ErrUnauthenticated error = denied(CodeUnauthenticated, "Entre de novo para continuar.", "Sign in again to go on.")

func denied(code, pt, en string) *Denied { return &Denied{Problem: problem(code, "", pt, en)} }

func invalidLogin() *Denied {
	return denied(CodeInvalidLogin, "E-mail ou senha incorretos: confira os dois e tente de novo.", "Wrong e-mail or password: check both and try again.")
}

func userInactive() *Denied {
	return denied(CodeUserInactive, "Seu acesso está desativado: peça a um proprietário para reativá-lo.", "Your access is deactivated: ask an owner to activate it again.")
}

func tooManyAttempts(wait time.Duration) *Denied {
	found := denied(CodeTooManyAttempts, "Tentativas demais: espere um pouco e tente de novo.", "Too many attempts: wait a while and try again.")
	found.RetryAfter = wait
	return found
}

func sessionEnded() *Denied {
	return denied(CodeSessionEnded, "A sessão terminou: entre de novo.", "The session has ended: sign in again.")
}

func tokenRotated() *Denied {
	return denied(CodeTokenRotated, "A sessão acabou de ser renovada em outra aba: tente de novo.", "The session was just renewed by another tab: try again.")
}

func alreadySetUp() *Denied {
	return denied(CodeAlreadySetUp, "O Ponte já tem um proprietário: entre com o e-mail e a senha dele.", "Ponte has an owner already: sign in with the owner's e-mail and password.")
}

// problem makes a Problem; field is a path like "input.name".
func problem(code, field, pt, en string) billing.Problem {
	made := billing.Problem{Code: code, Field: []string{}}
	if field != "" {
		made.Field = strings.Split(field, ".")
	}
	made.Text.PT, made.Text.EN = pt, en
	return made
}

func refuse(code, field, pt, en string) error {
	return billing.Refusal{problem(code, field, pt, en)}
}

// refusal answers the problems as an error, nil when there is none.
func refusal(found []billing.Problem) error {
	if len(found) == 0 {
		return nil
	}
	return billing.Refusal(found)
}

func totpRequired() *Denied {
	return denied(CodeTOTPRequired, "Informe o código do seu aplicativo autenticador.", "Enter the code of your authenticator.")
}

func totpInvalid() *Denied {
	return denied(CodeTOTPInvalid, "O código não confere ou já foi usado: espere o próximo e tente de novo.", "The code does not fit or was used already: wait for the next one and try again.")
}
