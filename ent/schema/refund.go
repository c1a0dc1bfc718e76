package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ponte/ent/enum"
)

// Refund is money given back of a paid charge, whole or in part.
type Refund struct{ ent.Schema }

// Fields of Refund.
func (Refund) Fields() []ent.Field {
	return []ent.Field{
		id("rfd"),
		field.String("charge_id"),
		field.Int64("amount_cents"),
		field.Enum("state").GoType(enum.RefundState("")).Default(string(enum.RefundQueued)),
		field.String("reference").Unique().Comment("ours, which the provider keeps for a Pix"),
		field.String("reason").Default("").Comment("in the words of who asked for it"),
		field.String("provider_text").SchemaType(textType).Default(""),
		field.Time("sent_at").Optional().Nillable().Comment("when it was sent to the provider"),
		field.String("requested_by_id").Optional().Nillable(),
		createdAt(),
		field.Time("finished_at").Optional().Nillable(),
	}
}

// Edges of Refund.
func (Refund) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("charge", Charge.Type).Field("charge_id").Unique().Required(),
		edge.To("requested_by", User.Type).Field("requested_by_id").Unique(),
	}
}

// Indexes of Refund.
func (Refund) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("charge_id", "id"),
	}
}
