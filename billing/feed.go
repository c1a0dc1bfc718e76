package billing

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/lib/pq"

	"ponte/ent/db"
	"ponte/ent/db/delivery"
	"ponte/ent/db/failure"
	"ponte/ent/db/predicate"
	"ponte/ent/enum"
)

const (
	// FeedPage is how many deliveries of one person are read at once.
	FeedPage = 100
	// feedLife is how long a delivery is kept.
	feedLife = 365 * 24 * time.Hour
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

func cursorExpired() error {
	return refuse("CURSOR_EXPIRED", "after",
		"O que veio depois desta posição não está mais guardado: leia a lista de falhas e continue da posição mais nova.",
		"What came after this position is no longer kept: read the list of failures and go on from its newest position.")
}

// FeedStart answers from where a stream of a person's feed begins: the cursor, or
// the newest position without one. newest is the position that was there just now.
// A cursor after which rows are missing, because they were pruned or because the
// database was put back to an older state, is refused: the stream would have a gap.
func (s *Service) FeedStart(ctx context.Context, userID string, cursor *string) (after, newest int64, err error) {
	if cursor != nil {
		if after, err = ParseFeedCursor(userID, *cursor); err != nil {
			return 0, 0, err
		}
	}
	var oldest int64
	err = s.SQL.QueryRowContext(ctx, `SELECT u.feed_sequence, COALESCE((SELECT min(d.sequence) FROM deliveries d WHERE d.user_id = u.id), u.feed_sequence + 1) FROM users u WHERE u.id = $1`, userID).Scan(&newest, &oldest)
	switch {
	case err != nil:
		return 0, 0, fmt.Errorf("read the ends of a feed: %w", err)
	case cursor == nil:
		return newest, newest, nil
	case after > newest || after+1 < oldest:
		return 0, 0, cursorExpired()
	}
	return after, newest, nil
}

// MayHear selects what the person may hear of now: the failures of the
// integrations that the person is chosen for, those that concern this person alone
// and, for an owner, Ponte's own.
func MayHear(userID string) predicate.Delivery {
	return mayHear(func(_ *sql.Selector, b *sql.Builder) { b.Arg(userID) })
}

// mayBeHeard selects what its own person may hear of now.
func mayBeHeard() predicate.Delivery {
	return mayHear(func(selector *sql.Selector, b *sql.Builder) { b.WriteString(selector.C(delivery.FieldUserID)) })
}

func mayHear(person func(*sql.Selector, *sql.Builder)) predicate.Delivery {
	return predicate.Delivery(func(selector *sql.Selector) {
		selector.Where(sql.P(func(b *sql.Builder) {
			b.WriteString("EXISTS (SELECT 1 FROM failures f JOIN users u ON u.id = ")
			person(selector, b)
			b.WriteString(" WHERE f.id = " + selector.C(delivery.FieldFailureID) + " AND u.active AND CASE WHEN f.user_id IS NOT NULL THEN f.user_id = u.id WHEN f.integration IS NULL THEN u.role = 'OWNER' ELSE EXISTS (SELECT 1 FROM integrations i JOIN integration_notified_users n ON n.integration_id = i.id WHERE i.kind = f.integration AND n.user_id = u.id) END)")
		}))
	})
}

// FeedNews is what came after a position of one person's feed.
type FeedNews struct {
	Deliveries []*db.Delivery // in order, at most FeedPage, with their failures
	UpTo       int64          // the new position: what is missing below it the person may not hear of
}

// ReadFeeds reads what came after the positions of many people at once. Who has
// nothing new is not in the answer. Rows are seen in the order of their commits:
// who has read up to a position has missed nothing below it.
func (s *Service) ReadFeeds(ctx context.Context, after map[string]int64) (map[string]*FeedNews, error) {
	people, positions := make([]string, 0, len(after)), make([]int64, 0, len(after))
	for person, position := range after {
		people, positions = append(people, person), append(positions, position)
	}
	news, err := s.feedEnds(ctx, people, positions)
	if err != nil || len(news) == 0 {
		return news, err
	}
	return news, s.readNews(ctx, after, news)
}

// feedEnds answers how far the news of each person shall be read: a page at most.
func (s *Service) feedEnds(ctx context.Context, people []string, positions []int64) (map[string]*FeedNews, error) {
	rows, err := s.SQL.QueryContext(ctx, `SELECT u.id, LEAST(u.feed_sequence, p.after + $3) FROM unnest($1::text[], $2::bigint[]) p(id, after) JOIN users u ON u.id = p.id WHERE u.feed_sequence > p.after`,
		pq.Array(people), pq.Array(positions), FeedPage)
	if err != nil {
		return nil, fmt.Errorf("read the ends of the feeds: %w", err)
	}
	defer func() { _ = rows.Close() }()
	news := map[string]*FeedNews{}
	for rows.Next() {
		var person string
		var upTo int64
		if err := rows.Scan(&person, &upTo); err != nil {
			return nil, fmt.Errorf("read the end of a feed: %w", err)
		}
		news[person] = &FeedNews{UpTo: upTo}
	}
	return news, rows.Err()
}

// feedBatch is how many people's news are read by one statement.
const feedBatch = 200

func (s *Service) readNews(ctx context.Context, after map[string]int64, news map[string]*FeedNews) error {
	var people []string
	var from, to []int64
	read := func() error {
		found, err := s.DB.Delivery.Query().Where(between(people, from, to), mayBeHeard()).Order(db.Asc(delivery.FieldUserID, delivery.FieldSequence)).
			WithFailure(func(q *db.FailureQuery) { q.WithHandledBy() }).All(ctx)
		if err != nil {
			return fmt.Errorf("read the feeds: %w", err)
		}
		for _, one := range found {
			news[one.UserID].Deliveries = append(news[one.UserID].Deliveries, one)
		}
		people, from, to = nil, nil, nil
		return nil
	}
	for person, one := range news {
		people, from, to = append(people, person), append(from, after[person]), append(to, one.UpTo)
		if len(people) == feedBatch {
			if err := read(); err != nil {
				return err
			}
		}
	}
	if len(people) == 0 {
		return nil
	}
	return read()
}

// between selects the deliveries of people, each from after a position up to another.
// The ids are found by the index on person and sequence before anything else is looked
// at; as a condition on each row PostgreSQL would try it on all of them.
func between(people []string, from, to []int64) predicate.Delivery {
	return predicate.Delivery(func(selector *sql.Selector) {
		selector.Where(sql.P(func(b *sql.Builder) {
			b.WriteString(selector.C(delivery.FieldID) + " IN (SELECT d.id FROM unnest(").Arg(pq.Array(people)).WriteString("::text[], ").Arg(pq.Array(from)).WriteString("::bigint[], ").Arg(pq.Array(to)).
				WriteString("::bigint[]) p(person, after, until) JOIN deliveries d ON d.user_id = p.person AND d.sequence > p.after AND d.sequence <= p.until)")
		}))
	})
}

// pruneFeeds forgets deliveries that are older than a year, of each person the oldest
// ones without a gap.
func (s *Service) pruneFeeds(ctx context.Context, tx *db.Tx) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM deliveries d USING (SELECT user_id, max(sequence) AS last FROM deliveries WHERE created_at < $1 GROUP BY user_id) old WHERE d.user_id = old.user_id AND d.sequence <= old.last`, s.Now().Add(-feedLife))
	if err != nil {
		return fmt.Errorf("prune the feeds: %w", err)
	}
	return nil
}

// UnreadFailures counts the failures that need attention and of which the person has
// not read everything. What is over or ignored calls nobody.
func (s *Service) UnreadFailures(ctx context.Context, userID string) (int, error) {
	return s.DB.Delivery.Query().
		Where(delivery.UserID(userID), delivery.ReadAtIsNil(), delivery.HasFailureWith(failure.StateIn(enum.FailureOpen, enum.FailureRetrying)), MayHear(userID)).
		Unique(true).Select(delivery.FieldFailureID).Count(ctx)
}

// MarkRead marks the person's feed as read up to a position.
func (s *Service) MarkRead(ctx context.Context, userID, upTo string) error {
	sequence, err := ParseFeedCursor(userID, upTo)
	if err != nil {
		return err
	}
	return s.DB.Delivery.Update().Where(delivery.UserID(userID), delivery.SequenceLTE(sequence), delivery.ReadAtIsNil()).SetReadAt(s.Now()).Exec(ctx)
}

// MarkFailuresRead marks all that the person's feed tells of some failures as read.
func (s *Service) MarkFailuresRead(ctx context.Context, userID string, ids []string) error {
	if len(ids) == 0 || len(ids) > MaxAcknowledged {
		return tooManyFailures
	}
	return s.DB.Delivery.Update().Where(delivery.UserID(userID), delivery.FailureIDIn(ids...), delivery.ReadAtIsNil()).SetReadAt(s.Now()).Exec(ctx)
}
