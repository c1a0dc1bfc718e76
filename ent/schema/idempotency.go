package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
)

// IdempotencyKey is the memory of a mutation that was done under a caller's own key.
type IdempotencyKey struct{ ent.Schema }

// Fields of IdempotencyKey.
func (IdempotencyKey) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().Comment("the caller and the key"),
		field.Bytes("request_hash"),
		field.String("subject_id"),
		createdAt(),
	}
}
