package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"ponte/ent/enum"
)

// User is a person who signs in.
type User struct{ ent.Schema }

// Fields of User.
func (User) Fields() []ent.Field {
	return []ent.Field{
		id("usr"),
		field.String("name"),
		field.String("email").Unique().Comment("lower case"),
		field.String("password_hash").Sensitive(),
		field.Enum("role").GoType(enum.Role("")),
		field.Bool("active").Default(true),
		field.String("locale").Default("pt-BR"),
		field.Int64("feed_sequence").Default(0).Comment("the sequence of the newest delivery"),
		createdAt(),
		field.Time("last_login_at").Optional().Nillable(),
		field.Bytes("totp_secret").Optional().Sensitive().Comment("sealed"),
		field.Int64("totp_step").Default(0).Comment("the step of the last code that was taken: none is taken twice"),
		field.Time("totp_since").Optional().Nillable().Comment("when the second factor was proven; none is asked for before"),
	}
}

// Edges of User.
func (User) Edges() []ent.Edge {
	return []ent.Edge{edge.From("integrations", Integration.Type).Ref("notified_users")}
}
