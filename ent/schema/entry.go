package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ponte/ent/enum"
)

// Entry is one line of the ledger. The database refuses to change or delete it.
type Entry struct{ ent.Schema }

// Fields of Entry.
func (Entry) Fields() []ent.Field {
	return []ent.Field{
		id("ent"),
		field.Enum("kind").GoType(enum.EntryKind("")),
		field.Int64("amount_cents"),
		field.String("account_id").Optional().Nillable(),
		field.Int64("position").Optional().Nillable().Comment("counts the entries of the account"),
		field.Int64("balance_cents").Optional().Nillable(),
		field.String("historico_id"),
		field.String("text"),
		date("booked_on"),
		field.String("charge_id"),
		field.String("reverses_id").Optional().Nillable(),
		field.String("refund_id").Optional().Nillable().Comment("the refund that it books"),
		createdAt(),
	}
}

// Edges of Entry.
func (Entry) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("account", Account.Type).Field("account_id").Unique(),
		edge.To("charge", Charge.Type).Field("charge_id").Unique().Required(),
		edge.To("refund", Refund.Type).Field("refund_id").Unique(),
		edge.To("historico", Historico.Type).Field("historico_id").Unique().Required(),
		// An edge without its inverse would be symmetric: ent would change the reversed row too.
		edge.To("reversal", Entry.Type).Unique().From("reverses").Field("reverses_id").Unique(),
	}
}

// Indexes of Entry.
func (Entry) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("account_id", "position").Unique(),
		index.Fields("charge_id"),
		index.Fields("account_id", "booked_on"),
	}
}
