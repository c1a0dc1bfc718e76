package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ponte/ent/enum"
)

// AuditEntry is one change that somebody made. The database writes it, and refuses
// to change or delete it; it refers to nothing, because it outlives everything.
type AuditEntry struct{ ent.Schema }

// Fields of AuditEntry.
func (AuditEntry) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable(),
		field.Time("at").Immutable(),
		field.String("user_id").Optional().Nillable().Immutable(),
		field.String("token_id").Optional().Nillable().Immutable(),
		field.String("address").Default("").Immutable(),
		field.String("action").Default("").Immutable(),
		field.Enum("change").GoType(enum.AuditChange("")).Immutable(),
		field.String("kind").Immutable().Comment("the table"),
		field.String("object_id").Immutable(),
		field.String("about_id").Optional().Nillable().Immutable().Comment("what the object belongs to"),
		field.JSON("before", json.RawMessage{}).Immutable(),
		field.JSON("after", json.RawMessage{}).Immutable(),
		field.Int64("position").Optional().Nillable().Unique().Comment("its place in the chain; none until it is sealed"),
		field.Bytes("hash").Optional(),
	}
}

// Indexes of AuditEntry.
func (AuditEntry) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("object_id", "id"),
		index.Fields("about_id", "id"),
		index.Fields("user_id", "id"),
		index.Fields("kind", "id"),
	}
}
