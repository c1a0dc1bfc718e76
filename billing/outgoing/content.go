// Package outgoing sends what people are told outside the panel: mail, signed
// webhooks, and messages to Telegram, Slack and Discord. It knows nothing of rows;
// billing/outbox.go decides what goes out, when and how often.
package outgoing

import (
	"fmt"
	"strings"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

// Content is a message before it has the form of its channel. It holds no secret,
// and it is the same in every try.
type Content struct {
	ID       string    `json:"id"` // of the message: webhook-id and Message-ID
	Type     string    `json:"type"`
	At       time.Time `json:"at"`
	Locale   string    `json:"locale"` // pt-BR or en
	Failures []Failure `json:"failures"`
	More     int       `json:"more"` // failures beside those that are listed
	PanelURL string    `json:"panelUrl"`
}

// The types of a message, as a webhook's payload names them.
const (
	TypeOpened   = "failure.opened"
	TypeResolved = "failure.resolved"
	TypeDigest   = "failure.digest"
	TypeTest     = "channel.test"
)

// Failure is what a message tells of one failure, in the language of the person.
type Failure struct {
	Event       string    `json:"event"` // OPENED or RESOLVED
	ID          string    `json:"id"`
	Code        string    `json:"code"`
	Urgent      bool      `json:"urgent"`
	Integration string    `json:"integration"` // the service's name, Ponte for its own
	Environment string    `json:"environment"` // the environment's name, "" when there is none
	Object      string    `json:"object"`
	Cause       string    `json:"cause"`
	Remedy      string    `json:"remedy"`
	Count       int       `json:"count"`
	At          time.Time `json:"at"`
	URL         string    `json:"url"`
}

func (c Content) say(pt, en string) string { return provider.Text{PT: pt, EN: en}.In(c.Locale) }

// Title is one line: the subject of a mail, the first line of a chat.
func (c Content) Title() string {
	switch {
	case c.Type == TypeTest:
		return c.say("Ponte: mensagem de teste", "Ponte: test message")
	case len(c.Failures) == 1 && c.More == 0:
		return "Ponte: " + c.heading(c.Failures[0])
	}
	opened := c.More
	for _, one := range c.Failures {
		if one.Event == eventOpened {
			opened++
		}
	}
	over := len(c.Failures) + c.More - opened
	return fmt.Sprintf(c.say("Ponte: resumo, %d falha(s) e %d resolvida(s)", "Ponte: digest, %d failure(s) and %d over"), opened, over)
}

const eventOpened = "OPENED"

// heading names a failure by its object, or by its service when it is about the whole.
func (c Content) heading(one Failure) string {
	about := one.Object
	if about == "" {
		about = one.Integration
	}
	switch {
	case one.Event != eventOpened:
		return c.say("resolvido: ", "over: ") + about
	case one.Urgent:
		return c.say("falha urgente: ", "urgent failure: ") + about
	}
	return c.say("falha: ", "failure: ") + about
}

// paragraph is a part of a message: a line that stands out, and lines below it.
type paragraph struct {
	heading string
	lines   []string
	url     string
}

// paragraphs are the whole message below its title.
func (c Content) paragraphs() []paragraph {
	if c.Type == TypeTest {
		return []paragraph{{lines: []string{c.say("Funciona: os avisos das falhas chegam aqui.", "It works: you will be told of failures here.")}, url: c.PanelURL}}
	}
	var all []paragraph
	for _, one := range c.Failures {
		all = append(all, c.paragraph(one, len(c.Failures) > 1))
	}
	if c.More > 0 {
		all = append(all, paragraph{lines: []string{fmt.Sprintf(c.say("E mais %d. Veja todas no painel.", "And %d more. See all of them in the panel."), c.More)}, url: c.PanelURL})
	}
	return all
}

func (c Content) paragraph(one Failure, headed bool) paragraph {
	told := paragraph{url: one.URL, lines: []string{strings.Join(present(one.Integration, one.Environment, one.Object, one.At.In(brazil.SaoPaulo).Format("02/01/2006 15:04")), " · ")}}
	if headed {
		heading := c.heading(one)
		told.heading = strings.ToUpper(heading[:1]) + heading[1:]
	}
	if one.Event != eventOpened {
		told.lines = append(told.lines, c.say("Já passou: ", "It is over: ")+one.Cause)
		return told
	}
	told.lines = append(told.lines, one.Cause, c.say("O que fazer: ", "What to do: ")+one.Remedy)
	return told
}

func present(parts ...string) []string {
	var kept []string
	for _, part := range parts {
		if part != "" {
			kept = append(kept, part)
		}
	}
	return kept
}

// text is the message as plain text of at most so many characters; what does not
// fit is told by its number, so that no failure is cut in the middle.
func (c Content) text(limit int, write func(paragraph) string) string {
	paragraphs := c.paragraphs()
	note := func(left int) string {
		return fmt.Sprintf(c.say("\n\nE mais %d. Veja todas no painel: %s", "\n\nAnd %d more. See all of them in the panel: %s"), left, c.PanelURL)
	}
	room := limit - len([]rune(note(len(paragraphs)+c.More)))
	whole := ""
	for i, one := range paragraphs {
		next := "\n\n" + write(one)
		if i == 0 {
			next = cut(strings.TrimPrefix(next, "\n\n"), room)
		}
		if last := i == len(paragraphs)-1; len([]rune(whole+next)) > room && (!last || len([]rune(whole+next)) > limit) {
			left := len(c.Failures) - i + c.More
			return whole + note(left)
		}
		whole += next
	}
	return whole
}

// cut shortens a text to a number of characters.
func cut(text string, characters int) string {
	if runes := []rune(text); len(runes) > characters {
		return string(runes[:max(characters-1, 0)]) + "…"
	}
	return text
}

func plain(one paragraph) string {
	return strings.Join(present(append(append([]string{one.heading}, one.lines...), one.url)...), "\n")
}
