package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ponte/ent/enum"
)

// Approval is something that one person has asked for and another one decides.
type Approval struct{ ent.Schema }

// Fields of Approval.
func (Approval) Fields() []ent.Field {
	return []ent.Field{
		id("apr"),
		field.Enum("kind").GoType(enum.ApprovalKind("")).Immutable(),
		field.Enum("state").GoType(enum.ApprovalState("")).Default(string(enum.ApprovalAsked)),
		field.String("subject_id").Default("").Immutable().Comment("the charge or the integration; empty when it is about many"),
		field.Int64("amount_cents").Optional().Nillable().Immutable().Comment("the money that is at stake"),
		field.Int("count").Default(1).Immutable().Comment("how many charges are at stake"),
		field.JSON("input", json.RawMessage{}).Immutable().Comment("what was asked for"),
		field.Bytes("digest").Immutable().Comment("of who asked and of the input: the same is asked for once"),
		field.String("asked_by_id").Immutable(),
		field.String("decided_by_id").Optional().Nillable(),
		field.String("reason").Default("").Comment("why it was denied"),
		field.String("started_id").Optional().Nillable().Comment("the refund or the batch that was begun"),
		createdAt(),
		field.Time("expires_at").Immutable(),
		field.Time("decided_at").Optional().Nillable(),
	}
}

// Edges of Approval.
func (Approval) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("asked_by", User.Type).Field("asked_by_id").Unique().Required().Immutable(),
		edge.To("decided_by", User.Type).Field("decided_by_id").Unique(),
	}
}

// Indexes of Approval.
func (Approval) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("digest"),
		index.Fields("state", "id"),
	}
}
