package outgoing

import (
	"context"
	"crypto/rand"
	"encoding/base64"
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

// sendWebhook posts a signed payload. Its webhook-id is that of the message, so that
// a receiver knows a repetition; its timestamp is that of the try.
func (s *Sender) sendWebhook(ctx context.Context, target Target, c Content) error {
	body, err := encode(webhookPayload(c))
	if err != nil {
		return err
	}
	signer, err := standardwebhooks.NewWebhook(target.Secret)
	if err != nil {
		return refusal(provider.Invalid, 0, "o segredo do canal não pode ser usado", "the channel's secret cannot be used", "Substitua o segredo.", "Replace the secret.")
	}
	now := time.Now()
	signature, err := signer.Sign(c.ID, now, body)
	if err != nil {
		return err
	}
	header := http.Header{}
	header.Set(standardwebhooks.HeaderWebhookID, c.ID)
	header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return s.post(ctx, request{url: target.Address, body: body, header: header, secrets: []string{target.Secret}})
}
