package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ponte/ent/enum"
)

// Operation is something that is asked of a provider. It is the job too: a worker claims the row whose next try is due.
type Operation struct{ ent.Schema }

// Fields of Operation.
func (Operation) Fields() []ent.Field {
	return []ent.Field{
		id("opr"),
		field.Enum("kind").GoType(enum.OperationKind("")),
		field.Enum("state").GoType(enum.OperationState("")).Default(string(enum.OperationQueued)),
		field.Enum("integration").GoType(enum.IntegrationKind("")),
		field.String("subject_id").Default("").Comment("the charge, sale or notice that it is about"),
		field.String("dedupe_key").Comment("at most one live operation has it"),
		field.JSON("input", map[string]string{}).Optional(),
		field.Int("tries").Default(0).Comment("grows with each claim; the fence that keeps a lost worker from writing"),
		field.Int("wakes").Default(0).Comment("grows when it is asked for again while it lives"),
		field.Time("next_try_at").Optional().Nillable().Comment("while RUNNING: when the claim lapses"),
		field.String("last_error").SchemaType(textType).Default(""),
		field.String("requested_by_id").Optional().Nillable(),
		field.Time("asked_at").Default(time.Now).Comment("when it was asked for, or asked for again after it had failed"),
		createdAt(),
		field.Time("finished_at").Optional().Nillable(),
	}
}

// Edges of Operation.
func (Operation) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("requested_by", User.Type).Field("requested_by_id").Unique(),
		edge.From("attempts", Attempt.Type).Ref("operation"),
	}
}

// Indexes of Operation.
func (Operation) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("subject_id", "id"),
		index.Fields("state", "id"),
		index.Fields("kind", "id"),
		index.Fields("integration", "id"),
	}
}

// Attempt is one exchange with a provider, masked.
type Attempt struct{ ent.Schema }

// Fields of Attempt.
func (Attempt) Fields() []ent.Field {
	return []ent.Field{
		id("atp"),
		field.String("operation_id"),
		field.Time("started_at"),
		field.Int("duration_milliseconds"),
		field.String("request"),
		field.String("request_body").SchemaType(textType),
		field.Int("status").Optional().Nillable(),
		field.String("response_body").SchemaType(textType),
		field.String("error").SchemaType(textType).Default(""),
	}
}

// Edges of Attempt.
func (Attempt) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("operation", Operation.Type).Field("operation_id").Unique().Required(),
	}
}

// Indexes of Attempt.
func (Attempt) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("operation_id", "id"),
	}
}
