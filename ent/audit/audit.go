// Package audit keeps the record of who changed what.
//
// The record is written by triggers (ent/migrations/00008_access.sql), so that no
// change can be forgotten. What the database cannot know is who makes it: that
// travels in the context (WithActor), and Driver tells it to each transaction that
// writes. Changes without an actor, those of the workers, are not in the record.
//
// Entries are written by many transactions at once and chained afterwards
// (chain.go; docs/decisions/0008-audit-by-trigger.md).
package audit

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/lib/pq"

	"ponte/ent/db"
)

// Actor is who does something.
type Actor struct {
	UserID  string `json:"user,omitempty"`    // "" for Ponte itself
	TokenID string `json:"token,omitempty"`   // the app's token, "" for a person
	Address string `json:"address,omitempty"` // the network address
	Action  string `json:"action,omitempty"`  // what was asked for, for example cancelCharge
}

type actorKey struct{}

// WithActor answers a context in which the actor does what is done.
func WithActor(ctx context.Context, actor Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, actor)
}

// ActorFrom answers who does what is done in a context; the zero Actor is Ponte
// itself.
func ActorFrom(ctx context.Context) Actor {
	actor, _ := ctx.Value(actorKey{}).(Actor)
	return actor
}

// WithAction names what the actor of the context was asked to do.
func WithAction(ctx context.Context, action string) context.Context {
	actor := ActorFrom(ctx)
	actor.Action = action
	return WithActor(ctx, actor)
}

// setting is the statement that tells a transaction who acts; "" when nobody does.
func (a Actor) setting() string {
	if a == (Actor{}) {
		return ""
	}
	text, err := json.Marshal(a)
	if err != nil {
		panic("audit: " + err.Error()) // strings always encode
	}
	return "SELECT set_config('ponte.actor', " + pq.QuoteLiteral(string(text)) + ", true)"
}

// Tell tells a transaction who acts, when that was learnt only inside of it.
func Tell(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.ExecContext(ctx, ActorFrom(ctx).setting()); err != nil {
		return fmt.Errorf("tell who acts: %w", err)
	}
	return nil
}

// Revealed writes down that somebody was shown what is masked otherwise: of an
// object of a table, these fields.
func Revealed(ctx context.Context, tx *db.Tx, table, objectID string, fields ...string) error {
	actor := ActorFrom(ctx)
	shown := map[string]string{}
	for _, field := range fields {
		shown[field] = "•••"
	}
	after, err := json.Marshal(shown)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO audit_entries (user_id, token_id, address, action, change, kind, object_id, after)
		VALUES (NULLIF($1, ''), NULLIF($2, ''), $3, $4, 'REVEALED', $5, $6, $7)`,
		actor.UserID, actor.TokenID, actor.Address, actor.Action, table, objectID, string(after))
	if err != nil {
		return fmt.Errorf("write down what was revealed: %w", err)
	}
	return nil
}
