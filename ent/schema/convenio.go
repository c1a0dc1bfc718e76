package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Convenio is an agreement with a bank whose charges credit an account.
type Convenio struct{ ent.Schema }

// Fields of Convenio.
func (Convenio) Fields() []ent.Field {
	return []ent.Field{
		id("cnv"),
		field.String("code"),
		field.String("name"),
		field.String("bank_code"),
		field.String("account_id"),
		createdAt(),
	}
}

// Edges of Convenio.
func (Convenio) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("account", Account.Type).Field("account_id").Unique().Required(),
	}
}

// Indexes of Convenio.
func (Convenio) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("bank_code", "code").Unique(),
	}
}
