// Package schema describes what Ponte remembers, one file for each noun. Rules
// that a promise rests on (checks, partial indexes, triggers) stand in
// ent/migrations, where the database enforces them.
package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/schema/field"
	"github.com/oklog/ulid/v2"

	"ponte/billing/brazil"
)

// NewID answers a function that makes ids like chg_01J…: the prefix tells the
// noun, the ULID sorts by the moment of its making.
func NewID(prefix string) func() string {
	return func() string { return prefix + "_" + ulid.Make().String() }
}

func id(prefix string) ent.Field {
	return field.String("id").DefaultFunc(NewID(prefix)).Immutable()
}

func createdAt() ent.Field { return field.Time("created_at").Default(time.Now).Immutable() }

func updatedAt() ent.Field {
	return field.Time("updated_at").Default(time.Now).UpdateDefault(time.Now)
}

// number is counted by the database (a sequence of the migration).
func number() ent.Field {
	return field.Int("number").Immutable().Optional().
		SchemaType(map[string]string{dialect.Postgres: "bigint"})
}

func date(name string) ent.Field {
	return field.String(name).GoType(brazil.Date("")).SchemaType(dateType)
}

func optionalDate(name string) ent.Field {
	return field.String(name).GoType(brazil.Date("")).SchemaType(dateType).Optional().Nillable()
}

var (
	dateType = map[string]string{dialect.Postgres: "date"}
	textType = map[string]string{dialect.Postgres: "text"}
)
