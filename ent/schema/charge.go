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
		field.String("carnet_id").Optional().Nillable(),
		field.Int("installment").Comment("of a carnê: the parcel"),
		field.Enum("method").GoType(enum.PaymentMethod("")),
		field.Enum("status").GoType(enum.ChargeStatus("")),
		field.Int64("amount_cents"),
		date("due_date"),
		field.Int64("fine_hundredths").Default(0),
		field.Int64("monthly_interest_hundredths").Default(0),
		field.Int64("daily_interest_thousandths").Default(0).Comment("instead of the monthly one"),
		field.Int64("discount_cents").Default(0).Comment("already taken off the amount; shown to the payer"),
		field.Int64("early_discount_cents").Default(0),
		field.Int64("early_discount_hundredths").Default(0).Comment("of a percent, instead of cents"),
		field.Int("early_discount_days").Default(0),
		field.Int("days_to_write_off").Optional().Nillable(),
		field.String("message").Default(""),
		field.Bool("send_email").Default(false),
		field.Bool("recorded").Default(false).Comment("paid elsewhere and recorded by hand: the provider knows nothing of it"),
		field.Enum("link_methods").GoType(enum.LinkMethods("")).Default(string(enum.LinkAll)),
		field.Int("pix_seconds").Optional().Nillable().Comment("how long an immediate Pix can be paid; none for one with a due date"),
		field.Time("expires_at").Optional().Nillable(),
		field.Int("card_installments").Default(1),
		field.Bytes("card_token").Optional().Nillable().Sensitive().Comment("sealed, good for one use, empty again once it was used"),
		field.String("card_mask").Default(""),
		field.String("refusal").SchemaType(textType).Default("").Comment("why a card was refused, in the provider's words"),
		field.Bool("card_retryable").Default(false),
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
		field.Enum("paid_with").GoType(enum.PaymentMethod("")).Optional().Nillable().Comment("how a link was paid"),
		field.String("end_to_end_id").Optional().Nillable().Comment("of a Pix payment"),
		field.Int64("provider_fee_cents").Optional().Nillable().Comment("the true fee, when the provider tells it"),
		field.Int64("refunded_cents").Default(0),
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
		edge.To("carnet", Carnet.Type).Field("carnet_id").Unique(),
		edge.From("refunds", Refund.Type).Ref("charge"),
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
		index.Fields("carnet_id", "installment"),
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
