package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ponte/ent/enum"
)

// Sale is what was sold to whom. Its status follows from its charges.
type Sale struct{ ent.Schema }

// Fields of Sale.
func (Sale) Fields() []ent.Field {
	return []ent.Field{
		id("sal"),
		number(),
		field.String("customer_id"),
		field.Int64("items_cents"),
		field.Int64("discount_cents"),
		field.Int64("interest_cents"),
		field.Int64("total_cents"),
		field.Enum("payment_method").GoType(enum.PaymentMethod("")),
		field.Int("installments"),
		field.Enum("status").GoType(enum.SaleStatus("")).Default(string(enum.SalePending)),
		field.String("note").Default(""),
		field.String("channel").Default("").Comment("where it was paid, when it was recorded by hand; empty otherwise"),
		field.Time("approved_at").Optional().Nillable(),
		field.String("created_by_id").Optional().Nillable(),
		createdAt(),
	}
}

// Edges of Sale.
func (Sale) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required(),
		edge.To("created_by", User.Type).Field("created_by_id").Unique(),
		edge.From("items", SaleItem.Type).Ref("sale"),
		edge.From("charges", Charge.Type).Ref("sale"),
		edge.To("order", Order.Type).Unique(),
		edge.From("invoices", Invoice.Type).Ref("sale"),
	}
}

// Indexes of Sale.
func (Sale) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("status", "id"),
		index.Fields("customer_id", "id"),
		index.Fields("total_cents", "id"),
		index.Fields("number").Unique(),
	}
}

// SaleItem is one item of a sale.
type SaleItem struct{ ent.Schema }

// Fields of SaleItem.
func (SaleItem) Fields() []ent.Field {
	return []ent.Field{
		id("itm"),
		field.String("sale_id"),
		field.Int("position"),
		field.String("product_id").Optional().Nillable(),
		field.String("description"),
		field.Int("quantity"),
		field.Int64("unit_cents"),
	}
}

// Edges of SaleItem.
func (SaleItem) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("sale", Sale.Type).Field("sale_id").Unique().Required(),
		edge.To("product", Product.Type).Field("product_id").Unique(),
	}
}

// Indexes of SaleItem.
func (SaleItem) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("sale_id", "position").Unique(),
	}
}
