package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ponte/ent/enum"
)

// Carnet is a booklet of charges that is issued as one: its parcels are charges.
type Carnet struct{ ent.Schema }

// Fields of Carnet.
func (Carnet) Fields() []ent.Field {
	return []ent.Field{
		id("crn"),
		field.String("sale_id"),
		field.Enum("environment").GoType(enum.Environment("")),
		field.String("reference").Unique().Comment("the provider's custom_id, shared by all parcels"),
		field.Int("parcels"),
		field.String("provider_id").Optional().Nillable(),
		field.String("provider_status").Optional().Nillable(),
		field.Time("sent_at").Optional().Nillable().Comment("when a request that may have made it was last sent; empty again once we know"),
		field.String("cover").Optional().Nillable(),
		field.String("link").Optional().Nillable(),
		field.String("pdf").Optional().Nillable(),
		field.String("cover_pdf").Optional().Nillable(),
		createdAt(),
		updatedAt(),
	}
}

// Edges of Carnet.
func (Carnet) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("sale", Sale.Type).Field("sale_id").Unique().Required(),
		edge.From("charges", Charge.Type).Ref("carnet"),
	}
}

// Indexes of Carnet.
func (Carnet) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("sale_id"),
		index.Fields("environment", "provider_id").Unique(),
	}
}
