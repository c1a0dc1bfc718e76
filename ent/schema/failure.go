package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ponte/billing/provider"
	"ponte/ent/enum"
)

// Failure is what went wrong, once for each cause and subject.
type Failure struct{ ent.Schema }

// Fields of Failure.
func (Failure) Fields() []ent.Field {
	return []ent.Field{
		id("flr"),
		field.String("cause_key"),
		field.String("code"),
		field.Enum("state").GoType(enum.FailureState("")).Default(string(enum.FailureOpen)),
		field.Enum("integration").GoType(enum.IntegrationKind("")).Optional().Nillable(),
		field.Enum("environment").GoType(enum.Environment("")).Optional().Nillable(),
		field.JSON("cause", provider.Text{}),
		field.JSON("remedy", provider.Text{}),
		field.String("form_field").Optional().Nillable(),
		field.String("mend_path").Optional().Nillable().Comment("the panel's page on which it is mended"),
		field.String("provider_code").Optional().Nillable(),
		field.String("provider_text").SchemaType(textType).Optional().Nillable(),
		field.String("subject_id").Default(""),
		field.JSON("subject_label", provider.Text{}),
		field.String("operation_id").Optional().Nillable(),
		field.Int("count").Default(1),
		field.Time("first_at"),
		field.Time("last_at"),
		field.Time("resolved_at").Optional().Nillable(),
		field.String("handled_by_id").Optional().Nillable(),
		field.String("reason").Optional().Nillable(),
		field.String("user_id").Optional().Nillable().Comment("the only person who hears of it"),
	}
}

// Edges of Failure.
func (Failure) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("handled_by", User.Type).Field("handled_by_id").Unique(),
		edge.To("user", User.Type).Field("user_id").Unique(),
		edge.From("deliveries", Delivery.Type).Ref("failure"),
	}
}

// Indexes of Failure.
func (Failure) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("subject_id"),
		index.Fields("state", "id"),
	}
}

// Delivery is one event of one person's failure feed.
type Delivery struct{ ent.Schema }

// Fields of Delivery.
func (Delivery) Fields() []ent.Field {
	return []ent.Field{
		id("dlv"),
		field.String("user_id"),
		field.Int64("sequence").Comment("counts the deliveries of the person; given under a lock, so that it grows in the order of the commits"),
		field.String("failure_id"),
		field.Enum("kind").GoType(enum.FailureEventKind("")),
		createdAt(),
		field.Time("read_at").Optional().Nillable(),
	}
}

// Edges of Delivery.
func (Delivery) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("user", User.Type).Field("user_id").Unique().Required(),
		edge.To("failure", Failure.Type).Field("failure_id").Unique().Required(),
	}
}

// Indexes of Delivery.
func (Delivery) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("user_id", "sequence").Unique(),
		index.Fields("user_id", "failure_id", "kind").Unique(),
	}
}
