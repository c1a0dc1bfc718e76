package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ponte/billing/provider"
	"ponte/ent/enum"
)

// WebhookEndpoint is an address of an app that is told of events.
type WebhookEndpoint struct{ ent.Schema }

// Fields of WebhookEndpoint.
func (WebhookEndpoint) Fields() []ent.Field {
	return []ent.Field{
		id("whe"),
		field.String("name"),
		field.String("url").SchemaType(textType),
		field.JSON("types", []string{}).Comment("empty for all"),
		field.Bool("active").Default(true),
		field.Enum("disabled_reason").GoType(enum.WebhookDisabledReason("")).Optional().Nillable().Comment("why Ponte has switched it off"),
		field.Time("disabled_at").Optional().Nillable(),
		field.Time("failing_since").Optional().Nillable().Comment("the first try since which nothing was taken"),
		field.Bytes("sealed").Sensitive().Comment("the signing secret, and the one before it"),
		field.Time("secret_at").Comment("when the secret was made"),
		field.Time("previous_until").Optional().Nillable().Comment("how long the secret before it signs, too"),
		createdAt(),
		updatedAt(),
	}
}

// Edges of WebhookEndpoint.
func (WebhookEndpoint) Edges() []ent.Edge {
	return []ent.Edge{edge.From("deliveries", WebhookDelivery.Type).Ref("endpoint").Annotations(entsql.OnDelete(entsql.Cascade))}
}

// WebhookEvent is something that apps are told, word for word.
type WebhookEvent struct{ ent.Schema }

// Fields of WebhookEvent.
func (WebhookEvent) Fields() []ent.Field {
	return []ent.Field{
		id("whv"),
		field.String("type").Immutable(),
		field.String("subject_id").Immutable(),
		field.String("body").SchemaType(textType).Immutable().Comment("what is signed and sent"),
		field.Time("created_at").Immutable(),
	}
}

// Edges of WebhookEvent.
func (WebhookEvent) Edges() []ent.Edge {
	return []ent.Edge{edge.From("deliveries", WebhookDelivery.Type).Ref("event").Annotations(entsql.OnDelete(entsql.Cascade))}
}

// Indexes of WebhookEvent.
func (WebhookEvent) Indexes() []ent.Index {
	return []ent.Index{index.Fields("created_at")}
}

// WebhookDelivery is one event on its way to one endpoint. Its id follows from theirs,
// and it is its own job, as a message is.
type WebhookDelivery struct{ ent.Schema }

// Fields of WebhookDelivery.
func (WebhookDelivery) Fields() []ent.Field {
	return []ent.Field{
		id("whd"),
		field.String("endpoint_id").Immutable(),
		field.String("event_id").Immutable(),
		field.String("type").Immutable(),
		field.Enum("state").GoType(enum.WebhookDeliveryState("")).Default(string(enum.WebhookWaiting)),
		field.Int("tries").Default(0).Comment("grows with each claim; the fence that keeps a lost worker from writing"),
		field.Int("tries_before").Default(0).Comment("those of before it was last asked for: the waits begin anew"),
		field.Time("next_try_at").Optional().Nillable().Comment("while SENDING: when the claim lapses"),
		field.Int("status").Optional().Nillable().Comment("the HTTP status of the last try"),
		field.JSON("outcome", &provider.Text{}).Optional().Comment("what the last try found"),
		field.Time("created_at").Immutable(),
		field.Time("finished_at").Optional().Nillable(),
	}
}

// Edges of WebhookDelivery.
func (WebhookDelivery) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("endpoint", WebhookEndpoint.Type).Field("endpoint_id").Unique().Required().Immutable().Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("event", WebhookEvent.Type).Field("event_id").Unique().Required().Immutable().Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.From("attempts", WebhookAttempt.Type).Ref("delivery").Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

// Indexes of WebhookDelivery.
func (WebhookDelivery) Indexes() []ent.Index {
	return []ent.Index{index.Fields("endpoint_id", "id"), index.Fields("event_id")}
}

// WebhookAttempt is one exchange of a delivery, masked.
type WebhookAttempt struct{ ent.Schema }

// Fields of WebhookAttempt.
func (WebhookAttempt) Fields() []ent.Field {
	return []ent.Field{
		id("wha"),
		field.String("delivery_id"),
		field.Time("started_at"),
		field.Int("duration_milliseconds"),
		field.String("request").SchemaType(textType),
		field.String("request_body").SchemaType(textType),
		field.Int("status").Optional().Nillable(),
		field.String("response_body").SchemaType(textType),
		field.String("error").SchemaType(textType).Default(""),
	}
}

// Edges of WebhookAttempt.
func (WebhookAttempt) Edges() []ent.Edge {
	return []ent.Edge{edge.To("delivery", WebhookDelivery.Type).Field("delivery_id").Unique().Required().Annotations(entsql.OnDelete(entsql.Cascade))}
}

// Indexes of WebhookAttempt.
func (WebhookAttempt) Indexes() []ent.Index {
	return []ent.Index{index.Fields("delivery_id", "id")}
}
