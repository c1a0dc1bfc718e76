package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ponte/ent/enum"
)

// Charge is what is collected: one instalment of a sale.
type Charge struct{ ent.Schema }

// Fields of Charge.
func (Charge) Fields() []ent.Field {
	return []ent.Field{
		id("chg"),
		number(),
		field.String("sale_id"),
		field.String("customer_id"),
		field.Int("installment"),
		field.Enum("method").GoType(enum.PaymentMethod("")),
		field.Enum("status").GoType(enum.ChargeStatus("")),
		field.Int64("amount_cents"),
		date("due_date"),
		field.Int64("fine_hundredths").Default(0),
		field.Int64("monthly_interest_hundredths").Default(0),
		field.Int64("early_discount_cents").Default(0),
		field.Int("early_discount_days").Default(0),
		field.Int("days_to_write_off").Optional().Nillable(),
		field.String("message").Default(""),
		field.Bool("send_email").Default(false),
		field.Enum("environment").GoType(enum.Environment("")),
		field.String("reference").Unique().Comment("the provider's custom_id"),
		field.String("provider_id").Optional().Nillable(),
		field.String("provider_status").Optional().Nillable(),
		field.Time("sent_at").Optional().Nillable().Comment("when a request that may have made it was last sent; empty again once we know"),
		field.String("bar_code").Optional().Nillable(),
		field.String("typeable_line").Optional().Nillable(),
		field.String("pix_code").SchemaType(textType).Optional().Nillable(),
		field.String("link").Optional().Nillable(),
		field.String("pdf").Optional().Nillable(),
		field.Int64("paid_cents").Optional().Nillable(),
		optionalDate("paid_on"),
		field.Time("replaced_at").Optional().Nillable(),
		createdAt(),
		updatedAt(),
	}
}

// Edges of Charge.
func (Charge) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("sale", Sale.Type).Field("sale_id").Unique().Required(),
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required(),
		edge.From("events", ChargeEvent.Type).Ref("charge"),
		edge.From("entries", Entry.Type).Ref("charge"),
	}
}

// Indexes of Charge.
func (Charge) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("status", "id"),
		index.Fields("customer_id", "id"),
		index.Fields("due_date", "id"),
		index.Fields("amount_cents", "id"),
		index.Fields("environment", "provider_id").Unique(),
		index.Fields("sale_id", "installment"),
		index.Fields("number").Unique(),
	}
}

// ChargeEvent is one step in the story of a charge.
type ChargeEvent struct{ ent.Schema }

// Fields of ChargeEvent.
func (ChargeEvent) Fields() []ent.Field {
	return []ent.Field{
		id("evt"),
		field.String("charge_id"),
		field.Time("at"),
		field.Enum("source").GoType(enum.EventSource("")),
		field.Enum("status").GoType(enum.ChargeStatus("")),
		field.String("code"),
		field.JSON("params", map[string]string{}).Optional(),
		field.String("user_id").Optional().Nillable(),
	}
}

// Edges of ChargeEvent.
func (ChargeEvent) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("charge", Charge.Type).Field("charge_id").Unique().Required(),
		edge.To("user", User.Type).Field("user_id").Unique(),
	}
}

// Indexes of ChargeEvent.
func (ChargeEvent) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("charge_id", "id"),
	}
}
