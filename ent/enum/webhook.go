package enum

import "io"

// WebhookDeliveryState is where a delivery to an app stands.
type WebhookDeliveryState string

// The values of WebhookDeliveryState.
const (
	WebhookWaiting WebhookDeliveryState = "WAITING"
	WebhookSending WebhookDeliveryState = "SENDING"
	WebhookSent    WebhookDeliveryState = "SENT"
	WebhookFailed  WebhookDeliveryState = "FAILED"
	WebhookDropped WebhookDeliveryState = "DROPPED"
)

// Values answers all values of WebhookDeliveryState.
func (WebhookDeliveryState) Values() []string {
	return []string{"WAITING", "SENDING", "SENT", "FAILED", "DROPPED"}
}

// MarshalGQL writes the value for GraphQL.
func (v WebhookDeliveryState) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *WebhookDeliveryState) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// WebhookDisabledReason is why Ponte has switched an endpoint off.
type WebhookDisabledReason string

// The values of WebhookDisabledReason.
const (
	WebhookGone    WebhookDisabledReason = "GONE"
	WebhookFailing WebhookDisabledReason = "FAILING"
)

// Values answers all values of WebhookDisabledReason.
func (WebhookDisabledReason) Values() []string {
	return []string{"GONE", "FAILING"}
}

// MarshalGQL writes the value for GraphQL.
func (v WebhookDisabledReason) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *WebhookDisabledReason) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }
