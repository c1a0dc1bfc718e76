package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
)

// CallCount is how often an endpoint of a provider was called on a day, by all
// processes together: the provider limits it (providers/gerencianet.md, 8.2).
type CallCount struct{ ent.Schema }

// Fields of CallCount.
func (CallCount) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().Comment("environment, day and endpoint"),
		date("day"),
		field.Int64("calls").Default(0),
	}
}
