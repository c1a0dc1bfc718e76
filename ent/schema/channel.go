package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ponte/billing/provider"
	"ponte/ent/enum"
)

// Channel is one way on which a person hears of failures outside the panel.
type Channel struct{ ent.Schema }

// Fields of Channel.
func (Channel) Fields() []ent.Field {
	return []ent.Field{
		id("chn"),
		field.String("user_id").Immutable(),
		field.Enum("kind").GoType(enum.ChannelKind("")).Immutable(),
		field.String("name"),
		field.Bool("active").Default(true),
		field.String("target").Comment("where it leads, as people may see it: no secret"),
		field.Bytes("sealed").Sensitive().Comment("address and secrets"),
		field.Time("sealed_at").Comment("when they were last given"),
		field.JSON("sources", []enum.FailureSource{}).Comment("empty for all"),
		field.JSON("topics", []enum.FailureTopic{}).Comment("empty for all"),
		field.Enum("pace").GoType(enum.ChannelPace("")).Default(string(enum.PaceNow)),
		field.Int("digest_hour").Default(8).Comment("of a daily digest, in São Paulo"),
		field.String("quiet_from").Optional().Nillable().Comment("HH:MM in São Paulo"),
		field.String("quiet_to").Optional().Nillable(),
		field.Bool("urgent_at_once").Default(true).Comment("urgent failures wait for no digest and no quiet hours"),
		field.Int64("fed_sequence").Default(0).Comment("the position of the person's feed up to which messages were made"),
		field.Int("failed_tries").Default(0).Comment("in a row"),
		createdAt(),
		updatedAt(),
	}
}

// Edges of Channel.
func (Channel) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("user", User.Type).Field("user_id").Unique().Required().Immutable(),
		edge.From("messages", Message.Type).Ref("channel").Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

// Indexes of Channel.
func (Channel) Indexes() []ent.Index {
	return []ent.Index{index.Fields("user_id")}
}

// Message is something that goes out. It is its own job, as an operation is: a worker claims the row whose next try is due.
type Message struct{ ent.Schema }

// Fields of Message.
func (Message) Fields() []ent.Field {
	return []ent.Field{
		id("msg"),
		field.String("channel_id").Optional().Nillable().Immutable(),
		field.String("lane").Immutable().Comment("messages of one lane go out one after another"),
		field.Enum("kind").GoType(enum.MessageKind("")).Immutable(),
		field.Enum("state").GoType(enum.MessageState("")).Default(string(enum.MessageWaiting)),
		field.Bool("held").Default(false).Immutable().Comment("for a digest or through quiet hours"),
		field.JSON("content", json.RawMessage{}).Optional().Comment("written before the first try, the same in each"),
		field.Int("tries").Default(0).Comment("grows with each claim; the fence that keeps a lost worker from writing"),
		field.Time("next_try_at").Optional().Nillable().Comment("while SENDING: when the claim lapses"),
		field.JSON("outcome", &provider.Text{}).Optional().Comment("what the last try found"),
		field.Time("asked_at").Immutable(),
		field.Time("finished_at").Optional().Nillable(),
	}
}

// Edges of Message.
func (Message) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("channel", Channel.Type).Field("channel_id").Unique().Immutable(),
		edge.From("items", MessageItem.Type).Ref("message").Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.From("attempts", MessageAttempt.Type).Ref("message").Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

// Indexes of Message.
func (Message) Indexes() []ent.Index {
	return []ent.Index{index.Fields("channel_id", "id"), index.Fields("lane")}
}

// MessageItem is one event of a person's feed in a message.
type MessageItem struct{ ent.Schema }

// Fields of MessageItem.
func (MessageItem) Fields() []ent.Field {
	return []ent.Field{
		id("mit"),
		field.String("message_id"),
		field.String("channel_id"),
		field.String("delivery_id"),
	}
}

// Edges of MessageItem.
func (MessageItem) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("message", Message.Type).Field("message_id").Unique().Required().Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("delivery", Delivery.Type).Field("delivery_id").Unique().Required().Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

// Indexes of MessageItem.
func (MessageItem) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("channel_id", "delivery_id").Unique(),
		index.Fields("message_id"),
		index.Fields("delivery_id"),
	}
}

// MessageAttempt is one exchange in which a message was to go out, masked.
type MessageAttempt struct{ ent.Schema }

// Fields of MessageAttempt.
func (MessageAttempt) Fields() []ent.Field {
	return []ent.Field{
		id("mat"),
		field.String("message_id"),
		field.Time("started_at"),
		field.Int("duration_milliseconds"),
		field.String("request"),
		field.String("request_body").SchemaType(textType),
		field.Int("status").Optional().Nillable(),
		field.String("response_body").SchemaType(textType),
		field.String("error").SchemaType(textType).Default(""),
	}
}

// Edges of MessageAttempt.
func (MessageAttempt) Edges() []ent.Edge {
	return []ent.Edge{edge.To("message", Message.Type).Field("message_id").Unique().Required().Annotations(entsql.OnDelete(entsql.Cascade))}
}

// Indexes of MessageAttempt.
func (MessageAttempt) Indexes() []ent.Index {
	return []ent.Index{index.Fields("message_id", "id")}
}
