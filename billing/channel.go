package billing

import (
	"context"
	"encoding/json"
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"ponte/billing/outgoing"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/channel"
	"ponte/ent/db/message"
	"ponte/ent/db/user"
	"ponte/ent/enum"
	"ponte/ent/schema"
)

// SaveChannel is the input of Service.SaveChannel: with an id a change, without one a
// new channel. Address and secret that are blank stay as they are.
type SaveChannel struct {
	ID           *string
	Kind         enum.ChannelKind
	Name         *string
	Active       bool
	Address      *string // an e-mail address, a URL, a chat's id
	Secret       *string // a webhook's signing secret, a bot's token
	Sources      []enum.FailureSource
	Topics       []enum.FailureTopic
	Pace         enum.ChannelPace
	DigestHour   int
	QuietFrom    *string
	QuietTo      *string
	UrgentAtOnce bool
}

// ChannelSaved is what was saved, with the signing secret that was made for it.
type ChannelSaved struct {
	Channel   *db.Channel
	NewSecret *string
}

const (
	maxChannels    = 10 // of one person
	maxChannelName = 60
	maxAddress     = 2_000
	maxTests       = 6 // in a minute, of one channel
)

var (
	newChannelID  = schema.NewID("chn")
	clockPattern  = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)
	chatPattern   = regexp.MustCompile(`^(-?[0-9]{1,20}|@[A-Za-z][A-Za-z0-9_]{3,31})$`)
	botPattern    = regexp.MustCompile(`^[0-9]{5,20}:[A-Za-z0-9_-]{30,64}$`)
	channelTitles = map[enum.ChannelKind]string{
		enum.ChannelEmail: "E-mail", enum.ChannelWebhook: "Webhook", enum.ChannelTelegram: "Telegram", enum.ChannelSlack: "Slack", enum.ChannelDiscord: "Discord",
	}
)

// sealedTarget is what is kept unreadable of a channel.
type sealedTarget struct {
	Address string `json:"address"`
	Secret  string `json:"secret,omitempty"`
}

func channelPlace(id string) string { return "channel/" + id }

// Channels answers a person's channels, oldest first.
func (s *Service) Channels(ctx context.Context, userID string) ([]*db.Channel, error) {
	return s.DB.Channel.Query().Where(channel.UserID(userID)).Order(db.Asc(channel.FieldID)).All(ctx)
}

// ChannelKinds answers the kinds that this server can serve.
func (s *Service) ChannelKinds() []enum.ChannelKind {
	kinds := []enum.ChannelKind{enum.ChannelWebhook, enum.ChannelTelegram, enum.ChannelSlack, enum.ChannelDiscord}
	if s.Outgoing.Mails() {
		kinds = append([]enum.ChannelKind{enum.ChannelEmail}, kinds...)
	}
	return kinds
}

// SaveChannel makes or changes a channel of the person.
func (s *Service) SaveChannel(ctx context.Context, userID string, input SaveChannel) (saved *ChannelSaved, err error) {
	err = s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := ownChannel(ctx, tx, userID, input.ID)
		if err != nil {
			return err
		}
		if before == nil {
			saved, err = s.newChannel(ctx, tx, userID, input)
		} else {
			saved, err = s.changeChannel(ctx, tx, before, input)
		}
		if err != nil {
			return err
		}
		return ring(ctx, tx, topicMessages)
	})
	return saved, err
}

// ownChannel locks a channel of the person; nil without an id.
func ownChannel(ctx context.Context, tx *db.Tx, userID string, id *string) (*db.Channel, error) {
	if id == nil {
		return nil, nil
	}
	found, err := tx.Channel.Query().Where(channel.ID(*id), channel.UserID(userID)).WithUser().ForUpdate().Only(ctx)
	if db.IsNotFound(err) {
		return nil, notFound("id", "O canal", "The channel")
	}
	return found, err
}

func (s *Service) newChannel(ctx context.Context, tx *db.Tx, userID string, input SaveChannel) (*ChannelSaved, error) {
	person, err := tx.User.Query().Where(user.ID(userID)).ForUpdate().Only(ctx) // so that two at once are counted
	if err != nil {
		return nil, err
	}
	count, err := tx.Channel.Query().Where(channel.UserID(userID)).Count(ctx)
	if err != nil {
		return nil, err
	}
	if count >= maxChannels {
		return nil, refuse("TOO_MANY", "", "São no máximo 10 canais por pessoa: exclua um que não usa mais.", "A person has at most 10 channels: delete one that is no longer used.")
	}
	target := sealedTarget{Address: given(input.Address), Secret: given(input.Secret)}
	saved := &ChannelSaved{}
	if input.Kind == enum.ChannelWebhook && target.Secret == "" {
		target.Secret = outgoing.NewWebhookSecret()
		saved.NewSecret = &target.Secret
	}
	if err := s.checkChannel(input, target).orNil(); err != nil {
		return nil, err
	}
	id := newChannelID()
	sealed, err := s.sealTarget(id, target)
	if err != nil {
		return nil, err
	}
	saved.Channel, err = tx.Channel.Create().SetID(id).SetUserID(userID).SetKind(input.Kind).SetName(channelName(input)).SetActive(input.Active).
		SetTarget(shownTarget(input.Kind, target)).SetSealed(sealed).SetSealedAt(s.Now()).SetSources(kept(input.Sources)).SetTopics(kept(input.Topics)).
		SetPace(input.Pace).SetDigestHour(input.DigestHour).SetNillableQuietFrom(input.QuietFrom).SetNillableQuietTo(input.QuietTo).
		SetUrgentAtOnce(input.UrgentAtOnce).SetFedSequence(person.FeedSequence).Save(ctx)
	return saved, err
}

func (s *Service) changeChannel(ctx context.Context, tx *db.Tx, before *db.Channel, input SaveChannel) (*ChannelSaved, error) {
	input.Kind = before.Kind // it can't be changed
	target, err := s.openSealed(before)
	if err != nil {
		return nil, err
	}
	replaced := given(input.Address) != "" || given(input.Secret) != ""
	if address := given(input.Address); address != "" {
		target.Address = address
	}
	if secret := given(input.Secret); secret != "" {
		target.Secret = secret
	}
	if err := s.checkChannel(input, target).orNil(); err != nil {
		return nil, err
	}
	change := tx.Channel.UpdateOne(before).SetName(channelName(input)).SetActive(input.Active).SetSources(kept(input.Sources)).SetTopics(kept(input.Topics)).
		SetPace(input.Pace).SetDigestHour(input.DigestHour).SetUrgentAtOnce(input.UrgentAtOnce)
	if input.QuietFrom != nil {
		change.SetQuietFrom(*input.QuietFrom).SetQuietTo(*input.QuietTo)
	} else {
		change.ClearQuietFrom().ClearQuietTo()
	}
	if replaced {
		sealed, err := s.sealTarget(before.ID, target)
		if err != nil {
			return nil, err
		}
		change.SetSealed(sealed).SetSealedAt(s.Now()).SetTarget(shownTarget(before.Kind, target)).SetFailedTries(0)
	}
	if input.Active && !before.Active { // what came while it was off is not sent
		change.SetFedSequence(before.Edges.User.FeedSequence).SetFailedTries(0)
	}
	saved, err := change.Save(ctx)
	if err != nil {
		return nil, err
	}
	return &ChannelSaved{Channel: saved}, s.followSettings(ctx, tx, before, saved, replaced)
}

// followSettings has what waits keep to the channel's new settings.
func (s *Service) followSettings(ctx context.Context, tx *db.Tx, before, saved *db.Channel, replaced bool) error {
	if !saved.Active {
		return s.silence(ctx, tx, before.ID)
	}
	if replaced {
		if _, err := tx.ExecContext(ctx, `UPDATE messages SET next_try_at = now() WHERE channel_id = $1 AND state = 'WAITING' AND tries > 0`, saved.ID); err != nil {
			return err
		}
	}
	now := s.Now()
	wait := DueAt(saved, now, false).Sub(now)
	_, err := tx.ExecContext(ctx, `UPDATE messages SET next_try_at = now() + $2 * interval '1 microsecond' WHERE channel_id = $1 AND state = 'WAITING' AND tries = 0 AND held`,
		saved.ID, wait.Microseconds())
	return err
}

// silence drops what waits for a channel that is switched off, and ends what was told
// of it.
func (s *Service) silence(ctx context.Context, tx *db.Tx, id string) error {
	err := tx.Message.Update().Where(message.ChannelID(id), message.StateEQ(enum.MessageWaiting)).
		SetState(enum.MessageDropped).ClearNextTryAt().SetFinishedAt(s.Now()).Exec(ctx)
	if err != nil {
		return err
	}
	return s.resolveCause(ctx, tx, channelCause(id))
}

// DeleteChannel forgets a channel, its secrets and what was sent on it.
func (s *Service) DeleteChannel(ctx context.Context, userID, id string) error {
	return s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := ownChannel(ctx, tx, userID, &id)
		if err != nil {
			return err
		}
		if err := s.resolveCause(ctx, tx, channelCause(id)); err != nil {
			return err
		}
		return tx.Channel.DeleteOne(found).Exec(ctx)
	})
}

// ChannelTest is what a test found.
type ChannelTest struct {
	Channel *db.Channel
	Problem *provider.Error // nil when the destination took the message
	Took    time.Duration
}

// TestChannel sends a test message now and answers what happened. It works for a
// channel that is switched off, too.
func (s *Service) TestChannel(ctx context.Context, userID, id string) (*ChannelTest, error) {
	claimed, err := s.claimTest(ctx, userID, id)
	if err != nil {
		return nil, err
	}
	target, content, err := s.prepareMessage(ctx, claimed)
	if err != nil {
		return nil, err
	}
	if content == nil {
		return nil, notFound("id", "O canal", "The channel")
	}
	test, started := &ChannelTest{}, time.Now()
	if test.Problem, err = s.sendPrepared(ctx, claimed, target, *content); err != nil {
		return nil, err
	}
	test.Took = time.Since(started)
	test.Channel, err = s.DB.Channel.Get(ctx, id)
	return test, err
}

// claimTest writes a test message that this caller may send. Its lane is its own: it
// waits for nothing.
func (s *Service) claimTest(ctx context.Context, userID, id string) (claimed claimedMessage, err error) {
	err = s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		to, err := ownChannel(ctx, tx, userID, &id)
		if err != nil {
			return err
		}
		lately, err := tx.Message.Query().Where(message.ChannelID(id), message.KindEQ(enum.MessageTest), message.AskedAtGT(s.Now().Add(-time.Minute))).Count(ctx)
		if err != nil {
			return err
		}
		if lately >= maxTests {
			return refuse("TOO_MANY", "id", "São no máximo 6 testes por minuto: espere um pouco.", "At most 6 tests a minute: wait a little.")
		}
		claimed = claimedMessage{id: newMessageID(), channelID: to.ID, tries: 1}
		err = tx.Message.Create().SetID(claimed.id).SetChannelID(to.ID).SetLane(claimed.id).SetKind(enum.MessageTest).SetState(enum.MessageSending).
			SetTries(claimed.tries).SetAskedAt(s.Now()).SetNextTryAt(s.Now()).Exec(ctx)
		if err != nil {
			return err
		}
		return dueIn(ctx, tx, claimed.id, s.sendingTime())
	})
	return claimed, err
}

// given is what was typed; blank is not given.
func given(text *string) string { return strings.TrimSpace(value(text)) }

func kept[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func channelName(input SaveChannel) string {
	if name := given(input.Name); name != "" {
		return name
	}
	return channelTitles[input.Kind]
}

func channelLabel(c *db.Channel) provider.Text {
	return provider.Text{PT: "Canal " + c.Name, EN: "Channel " + c.Name}
}

// shownTarget is where a channel leads without what would let others post there.
func shownTarget(kind enum.ChannelKind, target sealedTarget) string {
	if kind == enum.ChannelEmail || kind == enum.ChannelTelegram {
		return target.Address
	}
	if parsed, err := url.Parse(target.Address); err == nil {
		return parsed.Host
	}
	return ""
}

func (s *Service) sealTarget(id string, target sealedTarget) ([]byte, error) {
	plain, err := json.Marshal(target) //nolint:gosec // it is sealed in the next step
	if err != nil {
		return nil, err
	}
	return s.Seal.Seal(string(plain), channelPlace(id)), nil
}

func (s *Service) openSealed(c *db.Channel) (target sealedTarget, err error) {
	plain, err := s.Seal.Open(c.Sealed, channelPlace(c.ID))
	if err != nil {
		return target, fmt.Errorf("open %s: %w", c.ID, err)
	}
	return target, json.Unmarshal([]byte(plain), &target)
}

func (s *Service) openTarget(c *db.Channel) (outgoing.Target, error) {
	target, err := s.openSealed(c)
	return outgoing.Target{Kind: string(c.Kind), Address: target.Address, Secret: target.Secret}, err
}

// checkChannel finds what is wrong with a channel's settings.
func (s *Service) checkChannel(input SaveChannel, target sealedTarget) Refusal {
	var found Refusal
	if utf8.RuneCountInString(channelName(input)) > maxChannelName {
		found.add("TOO_LONG", "name", "O nome tem no máximo 60 letras.", "The name has at most 60 letters.")
	}
	if input.DigestHour < 0 || input.DigestHour > 23 {
		found.add("OUT_OF_RANGE", "digestHour", "A hora do resumo vai de 0 a 23.", "The digest's hour goes from 0 to 23.")
	}
	found.quiet(input.QuietFrom, input.QuietTo)
	s.checkTarget(&found, input.Kind, target)
	return found
}

// quiet checks the two ends of the quiet hours.
func (r *Refusal) quiet(from, to *string) {
	switch {
	case from == nil && to == nil:
	case from == nil:
		r.add("REQUIRED", "quietFrom", "Diga também quando o silêncio começa.", "Say when the quiet hours begin, too.")
	case to == nil:
		r.add("REQUIRED", "quietTo", "Diga também quando o silêncio termina.", "Say when the quiet hours end, too.")
	case !clockPattern.MatchString(*from):
		r.add("TIME_INVALID", "quietFrom", "Escreva a hora como 22:00.", "Write the time like 22:00.")
	case !clockPattern.MatchString(*to):
		r.add("TIME_INVALID", "quietTo", "Escreva a hora como 07:00.", "Write the time like 07:00.")
	case *from == *to:
		r.add("TIME_INVALID", "quietTo", "O silêncio precisa terminar em outra hora.", "The quiet hours must end at another time.")
	}
}

func (s *Service) checkTarget(found *Refusal, kind enum.ChannelKind, target sealedTarget) {
	if target.Address == "" {
		found.add("REQUIRED", "address", "Informe para onde os avisos vão.", "Say where the messages go.")
		return
	}
	switch kind {
	case enum.ChannelEmail:
		s.checkMail(found, target.Address)
	case enum.ChannelTelegram:
		checkTelegram(found, target)
	case enum.ChannelWebhook:
		if !outgoing.ValidWebhookSecret(target.Secret) {
			found.add("SECRET_INVALID", "secret", "O segredo começa com whsec_ e tem de 24 a 64 bytes em Base64; em branco, a Ponte cria um.", "The secret begins with whsec_ and has 24 to 64 bytes in Base64; left blank, Ponte makes one.")
		}
		s.checkURL(found, "address", target.Address)
	default:
		s.checkURL(found, "address", target.Address)
	}
}

func (s *Service) checkMail(found *Refusal, address string) {
	if !s.Outgoing.Mails() {
		found.add("MAIL_NOT_CONFIGURED", "kind", "Este servidor ainda não envia e-mail: peça a quem cuida dele para definir PONTE_SMTP_URL.", "This server sends no mail yet: ask who runs it to set PONTE_SMTP_URL.")
	}
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Address != address || len(address) > 254 {
		found.add("EMAIL_INVALID", "address", "Informe um endereço como nome@empresa.com.br.", "Give an address like name@example.com.")
	}
}

func checkTelegram(found *Refusal, target sealedTarget) {
	if !chatPattern.MatchString(target.Address) {
		found.add("CHAT_INVALID", "address", "O identificador da conversa é um número (o de um grupo começa com -) ou o @nome de um canal.", "The chat's id is a number (a group's begins with -) or the @name of a channel.")
	}
	if !botPattern.MatchString(target.Secret) {
		found.add("SECRET_INVALID", "secret", "Cole o token que o @BotFather deu, como 123456789:AAE….", "Paste the token that @BotFather gave, like 123456789:AAE….")
	}
}

// checkURL checks an address that is told something; field is where it was given.
func (s *Service) checkURL(found *Refusal, field, address string) {
	switch refused := outgoing.CheckAddress(address, s.Outgoing.Anywhere()); {
	case refused == outgoing.RefusedPrivate:
		found.add("ADDRESS_PRIVATE", field, "Este endereço é de uma rede interna: use um endereço público da internet.", "This address belongs to an internal network: use a public address of the internet.")
	case refused != "" || len(address) > maxAddress:
		found.add("ADDRESS_INVALID", field, "Informe o endereço completo, que começa com https://.", "Give the whole address, which begins with https://.")
	}
}
