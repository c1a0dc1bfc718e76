package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
)

// Account is a current account of the company. Its balance is the sum of its entries, kept in their transactions.
type Account struct{ ent.Schema }

// Fields of Account.
func (Account) Fields() []ent.Field {
	return []ent.Field{
		id("acc"),
		field.String("name"),
		field.String("bank_code"),
		field.String("branch").Default(""),
		field.String("account_number").Default(""),
		field.Int64("balance_cents").Default(0),
		field.Int64("entry_count").Default(0).Comment("the position of the newest entry"),
		createdAt(),
	}
}
