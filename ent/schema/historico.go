package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"ponte/ent/enum"
)

// Historico is the text that an entry carries.
type Historico struct{ ent.Schema }

// Fields of Historico.
func (Historico) Fields() []ent.Field {
	return []ent.Field{
		id("his"),
		field.String("code").Unique(),
		field.String("text"),
		field.Enum("kind").GoType(enum.HistoricoKind("")),
	}
}
