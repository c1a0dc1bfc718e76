package outgoing

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"ponte/billing/provider"
)

// How long a message may be, in characters; beyond it the service refuses it.
const (
	slackLimit    = 3_900 // of 4,000 that are shown without being cut
	discordLimit  = 2_000
	telegramLimit = 4_096
)

func sentence(text string, status int) string {
	text = strings.ToUpper(text[:1]) + text[1:]
	if status != 0 {
		text += " (" + strconv.Itoa(status) + ")"
	}
	return text + "."
}

var slackEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// slackText is the message in Slack's mrkdwn, in which a name between < and > would
// call people.
func slackText(c Content) string {
	title := "*" + slackEscapes.Replace(c.Title()) + "*\n"
	return title + c.text(slackLimit-len([]rune(title)), func(one paragraph) string {
		if one.heading != "" {
			one.heading = "*" + one.heading + "*"
		}
		return slackEscapes.Replace(plain(one))
	})
}

var discordEscapes = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "~", `\~`, "`", "\\`", "|", `\|`, ">", `\>`)

// discordBody calls nobody, whatever a text contains.
func discordBody(c Content) map[string]any {
	title := "**" + discordEscapes.Replace(c.Title()) + "**\n"
	text := title + c.text(discordLimit-len([]rune(title)), func(one paragraph) string {
		if one.heading != "" {
			one.heading = "**" + discordEscapes.Replace(one.heading) + "**"
		}
		for i := range one.lines {
			one.lines[i] = discordEscapes.Replace(one.lines[i])
		}
		return plain(one)
	})
	return map[string]any{"content": cut(text, discordLimit), "allowed_mentions": map[string]any{"parse": []string{}}}
}

// sendTelegram writes plain text: no parse_mode, so nothing has to be escaped.
func (s *Sender) sendTelegram(ctx context.Context, target Target, c Content) error {
	title := c.Title() + "\n"
	text := title + c.text(telegramLimit-len([]rune(title)), plain)
	err := s.post(ctx, request{
		url: strings.TrimRight(s.config.TelegramURL, "/") + "/bot" + target.Secret + "/sendMessage", trusted: true, secrets: []string{target.Secret},
		body: map[string]any{"chat_id": target.Address, "text": text, "link_preview_options": map[string]any{"is_disabled": true}},
	})
	return telegramError(err)
}

// telegramError reads what the bot API says beside the status: a refusal is 400
// with a description, a pause is told in the body.
func telegramError(err error) error {
	var told *provider.Error
	if !errors.As(err, &told) || told.HTTPStatus == 0 {
		return err
	}
	var body struct {
		Description string `json:"description"`
		Parameters  struct {
			RetryAfter int `json:"retry_after"`
		} `json:"parameters"`
	}
	_ = json.Unmarshal([]byte(told.Text), &body)
	if body.Parameters.RetryAfter > 0 {
		told.RetryAfter = min(time.Duration(body.Parameters.RetryAfter)*time.Second, time.Hour)
	}
	switch told.HTTPStatus {
	case 400:
		told.Cause = provider.Text{PT: "O Telegram não encontrou a conversa ou recusou a mensagem.", EN: "Telegram did not find the chat, or refused the message."}
		told.Remedy = provider.Text{PT: "Confira o identificador da conversa e mande antes uma mensagem para o robô (ou ponha-o no grupo).", EN: "Check the chat's id, and first write to the bot (or add it to the group)."}
	case 401, 404:
		told.Class = provider.Auth
		told.Cause = provider.Text{PT: "O Telegram não reconhece o token do robô.", EN: "Telegram does not know the bot's token."}
		told.Remedy = provider.Text{PT: "Peça o token ao @BotFather e substitua o do canal.", EN: "Ask @BotFather for the token and replace the channel's."}
	case 403:
		told.Cause = provider.Text{PT: "O robô não pode escrever nesta conversa.", EN: "The bot may not write to this chat."}
		told.Remedy = provider.Text{PT: "Desbloqueie o robô ou ponha-o de volta no grupo.", EN: "Unblock the bot, or add it to the group again."}
	}
	return told
}
