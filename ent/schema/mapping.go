package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ponte/ent/enum"
)

// PaymentMethodMapping is what one of our payment methods is called at Vhsys.
type PaymentMethodMapping struct{ ent.Schema }

// Fields of PaymentMethodMapping.
func (PaymentMethodMapping) Fields() []ent.Field {
	return []ent.Field{
		id("mpm"),
		field.Enum("method").GoType(enum.PaymentMethod("")),
		field.String("remote_method"),
	}
}

// Indexes of PaymentMethodMapping.
func (PaymentMethodMapping) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("method").Unique(),
	}
}

// SaleStatusMapping is what one of our statuses of a sale becomes at Vhsys.
type SaleStatusMapping struct{ ent.Schema }

// Fields of SaleStatusMapping.
func (SaleStatusMapping) Fields() []ent.Field {
	return []ent.Field{
		id("mss"),
		field.Enum("status").GoType(enum.MappedSaleStatus("")),
		field.String("base"),
		field.String("custom_id").Optional().Nillable(),
		field.String("name"),
	}
}

// Indexes of SaleStatusMapping.
func (SaleStatusMapping) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("status").Unique(),
	}
}
