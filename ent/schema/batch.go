package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ponte/ent/enum"
)

// Batch does one thing with many charges, one after the other.
type Batch struct{ ent.Schema }

// Fields of Batch.
func (Batch) Fields() []ent.Field {
	return []ent.Field{
		id("bat"),
		field.Enum("action").GoType(enum.BatchAction("")),
		field.Enum("state").GoType(enum.BatchState("")).Default(string(enum.BatchRunning)),
		field.Int("total"),
		optionalDate("due_date"),
		field.String("requested_by_id").Optional().Nillable(),
		createdAt(),
		field.Time("finished_at").Optional().Nillable(),
	}
}

// Edges of Batch.
func (Batch) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("requested_by", User.Type).Field("requested_by_id").Unique(),
		edge.From("items", BatchItem.Type).Ref("batch"),
	}
}

// BatchItem is one charge of a batch.
type BatchItem struct{ ent.Schema }

// Fields of BatchItem.
func (BatchItem) Fields() []ent.Field {
	return []ent.Field{
		id("bit"),
		field.String("batch_id"),
		field.Int("position"),
		field.String("charge_id").Optional().Nillable().Comment("none yet for a charge that is to be made"),
		field.String("sale_id").Optional().Nillable().Comment("for a sale that is to be mirrored"),
		field.Bytes("input").Optional().Nillable().Comment("the charge that is to be made, as JSON"),
		field.Enum("state").GoType(enum.BatchItemState("")).Default(string(enum.ItemPending)),
		field.String("operation_id").Optional().Nillable(),
		field.String("problem_code").Default(""),
		field.String("problem_pt").SchemaType(textType).Default(""),
		field.String("problem_en").SchemaType(textType).Default(""),
	}
}

// Edges of BatchItem.
func (BatchItem) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("batch", Batch.Type).Field("batch_id").Unique().Required(),
		edge.To("charge", Charge.Type).Field("charge_id").Unique(),
		edge.To("sale", Sale.Type).Field("sale_id").Unique(),
		edge.To("operation", Operation.Type).Field("operation_id").Unique(),
	}
}

// Indexes of BatchItem.
func (BatchItem) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("batch_id", "position").Unique(),
		index.Fields("batch_id", "state"),
		index.Fields("charge_id"),
		index.Fields("operation_id"),
	}
}
