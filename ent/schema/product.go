package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ponte/ent/enum"
)

// Product is something that is sold, with what Vhsys is told of it (tab Faturamento).
type Product struct{ ent.Schema }

// Fields of Product.
func (Product) Fields() []ent.Field {
	return []ent.Field{
		id("prd"),
		field.String("code").Unique(),
		field.String("name"),
		field.Int64("price_cents"),
		field.Bool("active").Default(true),
		field.String("remote_product_id").Optional().Nillable(),
		field.String("remote_product_name").Optional().Nillable(),
		field.Enum("document").GoType(enum.InvoiceDocument("")).Default(string(enum.DocumentNone)),
		field.Enum("timing").GoType(enum.InvoiceTiming("")).Default(string(enum.TimingManual)),
		field.Int("days_after_approval").Optional().Nillable(),
		field.String("ncm").Optional().Nillable(),
		field.String("cfop").Optional().Nillable(),
		field.String("unit_or_service_code").Optional().Nillable(),
		field.String("description_template").Optional().Nillable(),
		createdAt(),
		updatedAt(),
	}
}

// Indexes of Product.
func (Product) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("name", "id"),
	}
}
