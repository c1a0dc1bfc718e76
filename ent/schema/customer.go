package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Customer is a person or company that buys.
type Customer struct{ ent.Schema }

// Fields of Customer.
func (Customer) Fields() []ent.Field {
	return []ent.Field{
		id("cus"),
		field.String("name"),
		field.String("tax_id").Default("").Sensitive().Comment("CPF or CNPJ without mask; empty for a buyer abroad, unique otherwise"),
		field.Bool("foreign_buyer").Default(false).Comment("lives abroad and has no tax id"),
		field.String("email").Default(""),
		field.String("phone").Default(""),
		field.String("street").Default(""),
		field.String("street_number").Default(""),
		field.String("complement").Default(""),
		field.String("district").Default(""),
		field.String("city").Default(""),
		field.String("state").Default(""),
		field.String("postal_code").Default(""),
		field.String("remote_id").Optional().Nillable().Comment("the customer's id at Vhsys"),
		field.Time("remote_sent_at").Optional().Nillable().Comment("when a creation at Vhsys that may have been done was last sent; empty again once we know"),
		field.Time("anonymized_at").Optional().Nillable().Comment("when everything personal was erased for good"),
		field.String("anonymized_reason").Default(""),
		createdAt(),
		updatedAt(),
	}
}

// Edges of Customer.
func (Customer) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("sales", Sale.Type).Ref("customer"),
	}
}

// Indexes of Customer.
func (Customer) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("name", "id"),
	}
}
