package billing

import (
	"context"
	"errors"
	"time"
)

// KeptFor is how long what was sent is kept: the events, deliveries and exchanges of
// webhooks, and the messages of channels.
const KeptFor = 30 * 24 * time.Hour

const (
	tidyInterval = time.Hour
	tidyPage     = 1_000 // rows that one statement deletes
)

// TidyOnTime forgets what is old enough in intervals, until the context ends. Any
// number of processes may do it.
func (s *Service) TidyOnTime(ctx context.Context) {
	ticker := time.NewTicker(tidyInterval)
	defer ticker.Stop()
	for {
		if err := s.Tidy(ctx); err != nil && ctx.Err() == nil {
			s.Log.Error("forget what is old", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Tidy forgets what is old enough. A message is kept as long as a failure that it
// told is open, because its end is told where its beginning was.
func (s *Service) Tidy(ctx context.Context) error {
	return errors.Join(
		s.forget(ctx, `DELETE FROM webhook_events WHERE id IN (SELECT v.id FROM webhook_events v WHERE v.created_at < $1
			AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.event_id = v.id AND d.state IN ('WAITING', 'SENDING'))
			LIMIT $2 FOR UPDATE SKIP LOCKED)`),
		s.forget(ctx, `DELETE FROM messages WHERE id IN (SELECT m.id FROM messages m WHERE m.finished_at < $1
			AND NOT EXISTS (SELECT 1 FROM message_items i JOIN deliveries d ON d.id = i.delivery_id JOIN failures f ON f.id = d.failure_id
				WHERE i.message_id = m.id AND f.state <> 'RESOLVED')
			LIMIT $2 FOR UPDATE SKIP LOCKED)`),
	)
}

// forget runs a statement until it finds nothing more.
func (s *Service) forget(ctx context.Context, statement string) error {
	for {
		result, err := s.SQL.ExecContext(ctx, statement, s.Now().Add(-KeptFor), tidyPage)
		if err != nil {
			return err
		}
		if gone, err := result.RowsAffected(); err != nil || gone < tidyPage {
			return err
		}
	}
}
