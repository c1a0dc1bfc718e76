package enum

import "io"

// ChannelKind is where a channel leads.
type ChannelKind string

// The values of ChannelKind.
const (
	ChannelEmail    ChannelKind = "EMAIL"
	ChannelWebhook  ChannelKind = "WEBHOOK"
	ChannelTelegram ChannelKind = "TELEGRAM"
	ChannelSlack    ChannelKind = "SLACK"
	ChannelDiscord  ChannelKind = "DISCORD"
)

// Values answers all values of ChannelKind.
func (ChannelKind) Values() []string {
	return []string{"EMAIL", "WEBHOOK", "TELEGRAM", "SLACK", "DISCORD"}
}

// MarshalGQL writes the value for GraphQL.
func (v ChannelKind) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *ChannelKind) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// ChannelPace is when a channel tells of a failure.
type ChannelPace string

// The values of ChannelPace.
const (
	PaceNow    ChannelPace = "NOW"
	PaceHourly ChannelPace = "HOURLY"
	PaceDaily  ChannelPace = "DAILY"
)

// Values answers all values of ChannelPace.
func (ChannelPace) Values() []string {
	return []string{"NOW", "HOURLY", "DAILY"}
}

// MarshalGQL writes the value for GraphQL.
func (v ChannelPace) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *ChannelPace) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// FailureSource is whose failure it is: a service's, or Ponte's own.
type FailureSource string

// The values of FailureSource.
const (
	SourceGerencianet FailureSource = "GERENCIANET"
	SourceVhsys       FailureSource = "VHSYS"
	SourcePonte       FailureSource = "PONTE"
)

// Values answers all values of FailureSource.
func (FailureSource) Values() []string {
	return []string{"GERENCIANET", "VHSYS", "PONTE"}
}

// MarshalGQL writes the value for GraphQL.
func (v FailureSource) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *FailureSource) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// FailureTopic is what kind of failure it is.
type FailureTopic string

// The values of FailureTopic.
const (
	TopicCharge     FailureTopic = "CHARGE"
	TopicSale       FailureTopic = "SALE"
	TopicInvoice    FailureTopic = "INVOICE"
	TopicConnection FailureTopic = "CONNECTION"
	TopicAlarm      FailureTopic = "ALARM"
)

// Values answers all values of FailureTopic.
func (FailureTopic) Values() []string {
	return []string{"CHARGE", "SALE", "INVOICE", "CONNECTION", "ALARM"}
}

// MarshalGQL writes the value for GraphQL.
func (v FailureTopic) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *FailureTopic) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// MessageKind is what a message tells.
type MessageKind string

// The values of MessageKind.
const (
	MessageFailures MessageKind = "FAILURES"
	MessageTest     MessageKind = "TEST"
)

// Values answers all values of MessageKind.
func (MessageKind) Values() []string {
	return []string{"FAILURES", "TEST"}
}

// MarshalGQL writes the value for GraphQL.
func (v MessageKind) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *MessageKind) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }

// MessageState is where a message stands.
type MessageState string

// The values of MessageState.
const (
	MessageWaiting MessageState = "WAITING"
	MessageSending MessageState = "SENDING"
	MessageSent    MessageState = "SENT"
	MessageFailed  MessageState = "FAILED"
	MessageDropped MessageState = "DROPPED"
)

// Values answers all values of MessageState.
func (MessageState) Values() []string {
	return []string{"WAITING", "SENDING", "SENT", "FAILED", "DROPPED"}
}

// MarshalGQL writes the value for GraphQL.
func (v MessageState) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL reads the value from GraphQL.
func (v *MessageState) UnmarshalGQL(value any) error { return unmarshal(v, v.Values(), value) }
