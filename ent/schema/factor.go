package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// RecoveryCode signs in once in the place of the second factor.
type RecoveryCode struct{ ent.Schema }

// Fields of RecoveryCode.
func (RecoveryCode) Fields() []ent.Field {
	return []ent.Field{
		id("rec"),
		field.String("user_id"),
		field.Bytes("code_hash").Sensitive(),
		field.Time("used_at").Optional().Nillable(),
	}
}

// Edges of RecoveryCode.
func (RecoveryCode) Edges() []ent.Edge {
	return []ent.Edge{edge.To("user", User.Type).Field("user_id").Unique().Required()}
}

// Indexes of RecoveryCode.
func (RecoveryCode) Indexes() []ent.Index {
	return []ent.Index{index.Fields("user_id", "code_hash").Unique()}
}

// PasswordLink lets one person choose a password, once.
type PasswordLink struct{ ent.Schema }

// Fields of PasswordLink.
func (PasswordLink) Fields() []ent.Field {
	return []ent.Field{
		id("pwl"),
		field.String("user_id").Unique(),
		field.Bytes("secret_hash").Unique().Sensitive(),
		createdAt(),
		field.Time("expires_at"),
	}
}

// Edges of PasswordLink.
func (PasswordLink) Edges() []ent.Edge {
	return []ent.Edge{edge.To("user", User.Type).Field("user_id").Unique().Required()}
}

// AccessRules is what the owner demands of everybody; it has one row.
type AccessRules struct{ ent.Schema }

// Fields of AccessRules.
func (AccessRules) Fields() []ent.Field {
	return []ent.Field{
		id("acr"),
		field.Bool("require_totp").Default(false),
		field.Bool("require_approval").Default(false),
	}
}
