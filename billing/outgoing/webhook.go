package outgoing

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"ponte/billing/provider"
)

const (
	secretPrefix = "whsec_"
	// The specification asks for 24 to 64 bytes.
	shortestKey, longestKey, newKey = 24, 64, 32
)

// NewWebhookSecret makes a signing secret as Standard Webhooks write it.
func NewWebhookSecret() string {
	key := make([]byte, newKey)
	_, _ = rand.Read(key) // never fails (crypto/rand)
	return secretPrefix + base64.StdEncoding.EncodeToString(key)
}

// ValidWebhookSecret tells whether a text is a signing secret.
func ValidWebhookSecret(secret string) bool {
	encoded, marked := strings.CutPrefix(secret, secretPrefix)
	key, err := base64.StdEncoding.DecodeString(encoded)
	return marked && err == nil && len(key) >= shortestKey && len(key) <= longestKey
}

// payload is what a webhook of ours carries (Standard Webhooks, "Payload structure").
type payload struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      any       `json:"data"`
}

func webhookPayload(c Content) payload {
	data := map[string]any{"title": c.Title(), "failures": c.Failures, "more": c.More, "url": c.PanelURL}
	if c.Failures == nil {
		data["failures"] = []Failure{}
	}
	return payload{Type: c.Type, Timestamp: c.At.UTC(), Data: data}
}

// sendWebhook posts a message. Its webhook-id is that of the message, so that a
// receiver knows a repetition.
func (s *Sender) sendWebhook(ctx context.Context, target Target, c Content) error {
	body, err := encode(webhookPayload(c))
	if err != nil {
		return err
	}
	return s.postSigned(ctx, request{url: target.Address, body: body, secrets: []string{target.Secret}}, c.ID)
}

// Hook is one delivery to an app's address.
type Hook struct {
	URL     string
	Secrets []string // the newest first; each signs, so that a receiver may know either
	ID      string   // webhook-id, the same in each try
	Body    string   // JSON, the same in each try
}

// NewHookBody writes the payload of a Hook.
func NewHookBody(eventType string, at time.Time, data any) (string, error) {
	body, err := encode(payload{Type: eventType, Timestamp: at.UTC(), Data: data})
	return string(body), err
}

// Post makes one try of a delivery. It answers as Send does.
func (s *Sender) Post(ctx context.Context, hook Hook) error {
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	return s.postSigned(ctx, request{url: hook.URL, body: json.RawMessage(hook.Body), secrets: hook.Secrets, shown: true}, hook.ID)
}

// postSigned posts JSON with the headers of Standard Webhooks: a signature for each
// of the request's secrets, and the moment of this try.
func (s *Sender) postSigned(ctx context.Context, r request, id string) error {
	body, now := r.body.(json.RawMessage), time.Now()
	signatures := make([]string, len(r.secrets))
	for i, secret := range r.secrets {
		signer, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			return refusal(provider.Invalid, 0, "o segredo não pode ser usado", "the secret cannot be used", "Substitua o segredo.", "Replace the secret.")
		}
		if signatures[i], err = signer.Sign(id, now, body); err != nil {
			return err
		}
	}
	r.header = http.Header{}
	r.header.Set(standardwebhooks.HeaderWebhookID, id)
	r.header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	r.header.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	return s.post(ctx, r)
}
