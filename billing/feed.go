package billing

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"ponte/ent/db"
	"ponte/ent/db/delivery"
	"ponte/ent/db/integration"
	"ponte/ent/db/predicate"
	"ponte/ent/db/user"
	"ponte/ent/enum"
)

const (
	feedPage = 100
	// feedLook is how long a lost ring of the bell can delay a delivery.
	feedLook = 500 * time.Millisecond
)

// FeedCursor writes a position of a person's feed, which only that person can use.
func FeedCursor(userID string, sequence int64) string {
	return base64.RawURLEncoding.EncodeToString([]byte(userID + "." + strconv.FormatInt(sequence, 10)))
}

// ParseFeedCursor reads a position of the person's feed.
func ParseFeedCursor(userID, cursor string) (int64, error) {
	decoded, err := base64.RawURLEncoding.DecodeString(cursor)
	owner, number, found := strings.Cut(string(decoded), ".")
	sequence, numberErr := strconv.ParseInt(number, 10, 64)
	if err != nil || !found || numberErr != nil || sequence < 0 || owner != userID {
		return 0, refuse("INVALID_CURSOR", "after",
			"Esta posição não é da sua lista de falhas: comece sem ela.",
			"This position is not of your feed: begin without it.")
	}
	return sequence, nil
}

// FeedEnd answers the newest position of a person's feed.
func (s *Service) FeedEnd(ctx context.Context, userID string) (int64, error) {
	person, err := s.DB.User.Get(ctx, userID)
	if err != nil {
		return 0, err
	}
	return person.FeedSequence, nil
}

// MayHear selects what the person may hear of now: the failures of the
// integrations that the person is chosen for, those that concern this person alone
// and, for an owner, Ponte's own.
func MayHear(userID string) predicate.Delivery {
	return predicate.Delivery(func(selector *sql.Selector) {
		selector.Where(sql.P(func(b *sql.Builder) {
			b.WriteString("EXISTS (SELECT 1 FROM failures f JOIN users u ON u.id = ").Arg(userID).
				WriteString(" WHERE f.id = " + selector.C(delivery.FieldFailureID) + " AND u.active AND CASE WHEN f.user_id IS NOT NULL THEN f.user_id = u.id WHEN f.integration IS NULL THEN u.role = 'OWNER' ELSE EXISTS (SELECT 1 FROM integrations i JOIN integration_notified_users n ON n.integration_id = i.id WHERE i.kind = f.integration AND n.user_id = u.id) END)")
		}))
	})
}

// Feed calls send with every delivery of a person after a position: first what
// was missed, then live, each once and in order, until the context ends, send
// fails or allowed does. Rights are looked at for each page.
func (s *Service) Feed(ctx context.Context, userID string, after int64, allowed func(context.Context) error, send func(*db.Delivery) error) error {
	rung, stop := s.Bell.Wait(UserTopic(userID))
	defer stop()
	look := time.NewTicker(feedLook)
	defer look.Stop()
	for {
		if err := allowed(ctx); err != nil {
			return err
		}
		page, newest, err := s.feedAfter(ctx, userID, after)
		if err != nil {
			return err
		}
		for _, one := range page {
			if err := send(one); err != nil {
				return err
			}
			after = one.Sequence
		}
		if len(page) == feedPage {
			continue
		}
		after = max(after, newest)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-rung:
		case <-look.C:
		}
	}
}

// feedAfter answers the next page, and the newest position that was there when
// it was read: rows up to it that the person may not hear of are passed over.
func (s *Service) feedAfter(ctx context.Context, userID string, after int64) ([]*db.Delivery, int64, error) {
	newest, err := s.DB.User.Query().Where(user.ID(userID)).Select(user.FieldFeedSequence).Int(ctx)
	if err != nil || int64(newest) <= after {
		return nil, after, err
	}
	page, err := s.DB.Delivery.Query().Where(delivery.UserID(userID), delivery.SequenceGT(after), delivery.SequenceLTE(int64(newest)), MayHear(userID)).
		Order(db.Asc(delivery.FieldSequence)).Limit(feedPage).WithFailure(func(q *db.FailureQuery) { q.WithHandledBy() }).All(ctx)
	if err != nil {
		return nil, after, fmt.Errorf("read a feed: %w", err)
	}
	return page, int64(newest), nil
}

// UnreadFailures counts what the person has not read and may hear of.
func (s *Service) UnreadFailures(ctx context.Context, userID string) (int, error) {
	return s.DB.Delivery.Query().Where(delivery.UserID(userID), delivery.ReadAtIsNil(), MayHear(userID)).Count(ctx)
}

// MarkRead marks the person's feed as read up to a position.
func (s *Service) MarkRead(ctx context.Context, userID, upTo string) error {
	sequence, err := ParseFeedCursor(userID, upTo)
	if err != nil {
		return err
	}
	return s.DB.Delivery.Update().Where(delivery.UserID(userID), delivery.SequenceLTE(sequence), delivery.ReadAtIsNil()).SetReadAt(s.Now()).Exec(ctx)
}

// Follow calls send now and after every ring of a topic, until the context ends
// or one of the two fails. A lost ring costs at most half a second.
func (s *Service) Follow(ctx context.Context, topic string, allowed func(context.Context) error, send func(context.Context) error) error {
	rung, stop := s.Bell.Wait(topic)
	defer stop()
	look := time.NewTicker(feedLook)
	defer look.Stop()
	for {
		if err := allowed(ctx); err != nil {
			return err
		}
		if err := send(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-rung:
		case <-look.C:
		}
	}
}

// Hears tells whether the person is chosen to hear of an integration.
func (s *Service) Hears(ctx context.Context, userID string, kind enum.IntegrationKind) (bool, error) {
	return s.DB.Integration.Query().Where(integration.KindEQ(kind), integration.HasNotifiedUsersWith(user.ID(userID))).Exist(ctx)
}
