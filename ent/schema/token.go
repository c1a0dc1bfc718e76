package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ponte/ent/enum"
)

// APIToken is what an app signs in with, in the name of a person.
type APIToken struct{ ent.Schema }

// Fields of APIToken.
func (APIToken) Fields() []ent.Field {
	return []ent.Field{
		id("tok"),
		field.String("user_id"),
		field.String("name"),
		field.String("hint").Comment("the last characters of the secret"),
		field.JSON("scopes", []enum.Scope{}),
		field.Bytes("secret_hash").Unique().Sensitive().Comment("SHA-256 of the secret"),
		field.Bytes("previous_hash").Optional().Unique().Sensitive().Comment("of the secret before the last rotation"),
		field.Time("previous_until").Optional().Nillable().Comment("how long that one is still good"),
		field.Enum("origin").GoType(enum.TokenOrigin("")),
		field.String("created_by_id").Optional().Nillable(),
		field.String("created_address").Default(""),
		createdAt(),
		field.Time("rotated_at").Optional().Nillable(),
		field.Time("expires_at").Optional().Nillable(),
		field.Time("last_used_at").Optional().Nillable(),
		field.String("last_used_address").Default(""),
		field.Time("previous_used_at").Optional().Nillable(),
		field.Time("revoked_at").Optional().Nillable(),
	}
}

// Edges of APIToken.
func (APIToken) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("user", User.Type).Field("user_id").Unique().Required(),
		edge.To("created_by", User.Type).Field("created_by_id").Unique(),
	}
}

// Indexes of APIToken.
func (APIToken) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("user_id", "id"),
	}
}
