package outgoing

import (
	"context"
	"errors"
	"fmt"

	"github.com/wneessen/go-mail"
)

// Letter mails a plain text that is for one person only. It is neither recorded
// nor tried again: it may hold a secret.
func (s *Sender) Letter(ctx context.Context, to, subject, text string) error {
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	if s.mail == nil {
		return errors.New("there is no mail server")
	}
	letter := mail.NewMsg()
	if err := errors.Join(letter.FromFormat(fromName(s.mail.from), s.mail.from.Address), letter.To(to)); err != nil {
		return fmt.Errorf("address a letter: %w", err)
	}
	letter.Subject(subject)
	letter.SetDate()
	letter.SetMessageID()
	letter.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nobody answers it by machine
	letter.SetBodyString(mail.TypeTextPlain, text+"\n")
	return s.mail.explain(s.mail.send(ctx, letter))
}
