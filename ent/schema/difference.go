package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ponte/ent/enum"
)

// Difference is something in which a sale and its mirror at Vhsys are not the same.
type Difference struct{ ent.Schema }

// Fields of Difference.
func (Difference) Fields() []ent.Field {
	return []ent.Field{
		id("dif"),
		field.String("sale_id"),
		field.Enum("kind").GoType(enum.DifferenceKind("")),
		field.Enum("state").GoType(enum.DifferenceState("")).Default(string(enum.DifferenceOpen)),
		field.String("ours").Default(""),
		field.String("theirs").Default(""),
		field.Time("first_at").Default(time.Now),
		field.Time("last_at").Default(time.Now),
		field.String("handled_by_id").Optional().Nillable(),
	}
}

// Edges of Difference.
func (Difference) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("sale", Sale.Type).Field("sale_id").Unique().Required(),
		edge.To("handled_by", User.Type).Field("handled_by_id").Unique(),
	}
}

// Indexes of Difference.
func (Difference) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("sale_id", "kind").Unique(),
		index.Fields("state", "id"),
	}
}
