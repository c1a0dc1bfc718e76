package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ponte/ent/enum"
)

// Integration is a service that Ponte is joined to; there is one row for each kind.
type Integration struct{ ent.Schema }

// Fields of Integration.
func (Integration) Fields() []ent.Field {
	return []ent.Field{
		id("int"),
		field.Enum("kind").GoType(enum.IntegrationKind("")),
		field.Bool("active").Default(false),
		field.Enum("environment").GoType(enum.Environment("")).Default(string(enum.EnvironmentSandbox)),
		field.String("convenio_id").Optional().Nillable(),
		field.Int64("fee_cents").Default(0),
		field.String("receipt_historico_id").Optional().Nillable(),
		field.String("entry_historico_id").Optional().Nillable(),
		field.String("fee_historico_id").Optional().Nillable(),
		field.Bool("with_interest").Default(false),
		field.Bool("send_installments").Default(true),
		field.Enum("refund_rule").GoType(enum.RefundRule("")).Default(string(enum.RefundNotify)),
		field.Enum("foreign_rule").GoType(enum.ForeignRule("")).Default(string(enum.ForeignSkip)),
		optionalDate("mirror_from"),
		field.String("company_state").Default("").Comment("the UF of the company, for CFOP and the deadline of a cancellation"),
		field.Bool("nfe_test").Default(true).Comment("NF-e in homologação"),
		field.Bool("nfse_test").Default(true),
		field.Bool("nfce_test").Default(true),
		field.String("nfe_series").Default("1"),
		field.String("nfse_series").Default("1"),
		field.String("nfce_series").Default("1"),
		field.Time("reconciled_at").Optional().Nillable().Comment("until when the ERP was compared with us"),
		field.String("callback_secret").Sensitive().Comment("the unguessable part of the notification address"),
		field.Time("tested_at").Optional().Nillable(),
		field.Time("sandbox_proven_at").Optional().Nillable(),
		field.Time("pix_registered_at").Optional().Nillable().Comment("when our address was last registered for the payments of the Pix key"),
		field.Time("activated_at").Optional().Nillable().Comment("when it was last switched on"),
		field.Time("webhooks_registered_at").Optional().Nillable().Comment("when our address was last registered for the webhooks of the ERP"),
		field.Time("last_notice_at").Optional().Nillable(),
		field.Time("last_sweep_at").Optional().Nillable(),
		createdAt(),
		updatedAt(),
	}
}

// Edges of Integration.
func (Integration) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("convenio", Convenio.Type).Field("convenio_id").Unique(),
		edge.To("receipt_historico", Historico.Type).Field("receipt_historico_id").Unique(),
		edge.To("entry_historico", Historico.Type).Field("entry_historico_id").Unique(),
		edge.To("fee_historico", Historico.Type).Field("fee_historico_id").Unique(),
		edge.To("notified_users", User.Type),
		edge.From("credentials", Credential.Type).Ref("integration"),
	}
}

// Indexes of Integration.
func (Integration) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("kind").Unique(),
	}
}

// Credential is one sealed secret of an integration.
type Credential struct{ ent.Schema }

// Fields of Credential.
func (Credential) Fields() []ent.Field {
	return []ent.Field{
		id("crd"),
		field.String("integration_id"),
		field.Enum("environment").GoType(enum.Environment("")).Comment("SANDBOX for a service without environments"),
		field.String("name"),
		field.Bytes("sealed").Sensitive(),
		field.String("hint").Default(""),
		field.Time("expires_at").Optional().Nillable().Comment("of a certificate"),
		field.Time("set_at"),
		field.String("set_by_id").Optional().Nillable(),
	}
}

// Edges of Credential.
func (Credential) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("integration", Integration.Type).Field("integration_id").Unique().Required(),
		edge.To("set_by", User.Type).Field("set_by_id").Unique(),
	}
}

// Indexes of Credential.
func (Credential) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("integration_id", "environment", "name").Unique(),
	}
}
