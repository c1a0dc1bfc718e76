package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ponte/ent/enum"
)

// Invoice is a nota fiscal of a sale at Vhsys, step by step. A sale has at most one
// of each kind.
type Invoice struct{ ent.Schema }

// Fields of Invoice.
func (Invoice) Fields() []ent.Field {
	return []ent.Field{
		id("inv"),
		field.String("sale_id"),
		field.Enum("kind").GoType(enum.InvoiceKind("")),
		field.Enum("state").GoType(enum.InvoiceState("")),
		field.Enum("step").GoType(enum.InvoiceStep("")).Default(string(enum.InvoiceHeader)),
		field.Int("edition").Default(1).Comment("grows when a rejected one is made anew"),
		field.Bool("test").Comment("in homologação"),
		field.Int64("total_cents"),
		field.Time("due_at").Optional().Nillable().Comment("when it is issued by itself; none for one that a person issues"),
		field.String("remote_id").Optional().Nillable(),
		field.Time("sent_at").Optional().Nillable().Comment("when a request that may have done something was last sent; empty again once we know"),
		field.String("number").Default(""),
		field.String("access_key").Default("").Comment("chave de acesso, 44 digits"),
		field.String("protocol").Default(""),
		field.String("pdf").Default(""),
		field.String("xml").Default(""),
		field.String("rejection_code").Default(""),
		field.String("rejection_text").SchemaType(textType).Default(""),
		field.Time("issued_at").Optional().Nillable(),
		field.Time("cancel_until").Optional().Nillable().Comment("the last moment at which the company's state lets it be cancelled"),
		field.Time("canceled_at").Optional().Nillable(),
		field.String("requested_by_id").Optional().Nillable(),
		createdAt(),
		updatedAt(),
	}
}

// Edges of Invoice.
func (Invoice) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("sale", Sale.Type).Field("sale_id").Unique().Required(),
		edge.To("requested_by", User.Type).Field("requested_by_id").Unique(),
	}
}

// Indexes of Invoice.
func (Invoice) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("sale_id", "kind").Unique(),
		index.Fields("state", "id"),
	}
}
