package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ponte/ent/enum"
)

// Notice is an inbound notification of a provider, stored as it came.
type Notice struct{ ent.Schema }

// Fields of Notice.
func (Notice) Fields() []ent.Field {
	return []ent.Field{
		id("ntc"),
		field.Enum("integration").GoType(enum.IntegrationKind("")),
		field.String("token"),
		field.String("body").SchemaType(textType),
		field.String("address").Default(""),
		createdAt(),
	}
}

// Indexes of Notice.
func (Notice) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("token", "id"),
	}
}

// NoticeToken is how far the story behind a notification token was read.
type NoticeToken struct{ ent.Schema }

// Fields of NoticeToken.
func (NoticeToken) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().Comment("the token"),
		field.Int64("last_event_id").Default(0),
		createdAt(),
		updatedAt(),
	}
}
