package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"ponte/ent/enum"
)

// Order is the mirror of a sale at Vhsys, step by step.
type Order struct{ ent.Schema }

// Fields of Order.
func (Order) Fields() []ent.Field {
	return []ent.Field{
		id("ord"),
		field.String("sale_id"),
		field.Enum("step").GoType(enum.OrderStep("")).Default(string(enum.StepCustomer)),
		field.Bool("with_interest").Default(false).Comment("as the integration said when the order was begun: it stays so"),
		field.String("remote_order_id").Optional().Nillable(),
		field.String("remote_status_base").Optional().Nillable(),
		field.String("remote_status_custom_id").Optional().Nillable(),
		field.String("remote_status").Optional().Nillable(),
		field.Time("sent_at").Optional().Nillable().Comment("when a request that may have made something was last sent; empty again once we know"),
		field.String("installments_sent").Default("").Comment("a digest of the instalments that were sent last"),
		field.Int64("discount_sent_cents").Optional().Nillable().Comment("the discount that the ERP has"),
		field.String("items_sent").Default("").Comment("a digest of the items that were sent last"),
		field.Time("synced_at").Optional().Nillable(),
		createdAt(),
		updatedAt(),
	}
}

// Edges of Order.
func (Order) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("sale", Sale.Type).Ref("order").Field("sale_id").Unique().Required(),
	}
}
