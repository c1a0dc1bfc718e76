package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"ponte/billing"
	"ponte/ent/db"
	"ponte/ent/db/delivery"
	"ponte/ent/db/failure"
	"ponte/ent/db/predicate"
	"ponte/ent/enum"
	"ponte/graph/gen"
)

// feed reads the viewer's feed, newest first. Its cursors are those of the
// subscription.
func (r *Resolver) feed(ctx context.Context, first *int, after *string, filter *gen.FailureFilter) (*gen.FailureEventConnection, error) {
	size, _, err := pageSize(pageArgs{first: first})
	if err != nil {
		return nil, err
	}
	me := viewerID(ctx)
	q := r.DB.Delivery.Query().Where(delivery.UserID(me), billing.MayHear(me)).Where(feedFilter(filter)...)
	made := &gen.FailureEventConnection{PageInfo: &gen.PageInfo{HasPreviousPage: after != nil}}
	if err := r.feedTotals(ctx, q, made); err != nil {
		return nil, err
	}
	if after != nil {
		sequence, err := billing.ParseFeedCursor(me, *after)
		if err != nil {
			return nil, err
		}
		q.Where(delivery.SequenceLT(sequence))
	}
	found, err := q.Order(delivery.BySequence(sql.OrderDesc())).Limit(size + 1).WithFailure().All(ctx)
	if err != nil {
		return nil, err
	}
	if made.PageInfo.HasNextPage = len(found) > size; made.PageInfo.HasNextPage {
		found = found[:size]
	}
	fillFeed(ctx, made, found)
	return made, nil
}

// feedTotals answers what is asked of the feed as a whole.
func (r *Resolver) feedTotals(ctx context.Context, q *db.DeliveryQuery, made *gen.FailureEventConnection) (err error) {
	if asked(ctx, "totalCount") {
		if made.TotalCount, err = q.Clone().Count(ctx); err != nil {
			return err
		}
	}
	if asked(ctx, "end") {
		_, end, err := r.Billing.FeedStart(ctx, viewerID(ctx), nil)
		made.End = billing.FeedCursor(viewerID(ctx), end)
		return err
	}
	return nil
}

func fillFeed(ctx context.Context, made *gen.FailureEventConnection, found []*db.Delivery) {
	made.Edges, made.Nodes = make([]*gen.FailureEventEdge, len(found)), make([]*gen.FailureEvent, len(found))
	failures := make([]*db.Failure, len(found))
	for i, one := range found {
		failures[i] = one.Edges.Failure
		made.Nodes[i] = failureEvent(one)
		made.Edges[i] = &gen.FailureEventEdge{Cursor: made.Nodes[i].Cursor, Node: made.Nodes[i]}
	}
	load(ctx).sawFailures(failures)
	if n := len(found); n > 0 {
		made.PageInfo.StartCursor, made.PageInfo.EndCursor = &made.Nodes[0].Cursor, &made.Nodes[n-1].Cursor
	}
}

func failureEvent(told *db.Delivery) *gen.FailureEvent {
	return &gen.FailureEvent{Cursor: billing.FeedCursor(told.UserID, told.Sequence), Kind: told.Kind, Failure: told.Edges.Failure, Read: told.ReadAt != nil, At: told.CreatedAt}
}

func feedFilter(filter *gen.FailureFilter) []predicate.Delivery {
	var where []predicate.Delivery
	if about := failureFilter(filter); len(about) > 0 {
		where = append(where, delivery.HasFailureWith(about...))
	}
	if filter == nil {
		return where
	}
	if filter.Unread != nil {
		where = append(where, unread(*filter.Unread))
	}
	if filter.Latest != nil && *filter.Latest {
		where = append(where, latestOfFailure)
	}
	return where
}

func unread(wanted bool) predicate.Delivery {
	if wanted {
		return delivery.ReadAtIsNil()
	}
	return delivery.ReadAtNotNil()
}

// latestOfFailure selects the newest event of each failure: after the one that it
// began comes at most the one that it is over.
func latestOfFailure(s *sql.Selector) {
	s.Where(sql.P(func(b *sql.Builder) {
		b.WriteString("NOT EXISTS (SELECT 1 FROM deliveries newer WHERE newer.user_id = " + s.C(delivery.FieldUserID) +
			" AND newer.failure_id = " + s.C(delivery.FieldFailureID) + " AND newer.sequence > " + s.C(delivery.FieldSequence) + ")")
	}))
}

func failureFilter(filter *gen.FailureFilter) []predicate.Failure {
	if filter == nil {
		return nil
	}
	var where []predicate.Failure
	if len(filter.State) > 0 {
		where = append(where, failure.StateIn(filter.State...))
	}
	if filter.Integration != nil {
		where = append(where, failure.IntegrationEQ(*filter.Integration))
	}
	if filter.Environment != nil {
		where = append(where, failure.EnvironmentEQ(*filter.Environment))
	}
	if len(filter.Code) > 0 {
		where = append(where, failure.CodeIn(filter.Code...))
	}
	if wanted := trimmed(filter.Search); wanted != "" {
		where = append(where, failure.Or(failure.CodeContainsFold(wanted), failure.ProviderCodeContainsFold(wanted), labelContains(wanted)))
	}
	return where
}

// labelContains looks for a text in the subject's name, in either language.
func labelContains(wanted string) predicate.Failure {
	return func(s *sql.Selector) {
		s.Where(sql.P(func(b *sql.Builder) {
			b.WriteString("strpos(lower(" + s.C(failure.FieldSubjectLabel) + "::text), lower(").Arg(wanted).WriteString(")) > 0")
		}))
	}
}

// maxGroups is how many groups of failures are answered at most.
const maxGroups = 100

// groupedBy is the column of each grouping.
var groupedBy = map[gen.FailureGrouping]string{
	gen.FailureGroupingCode:        failure.FieldCode,
	gen.FailureGroupingIntegration: failure.FieldIntegration,
	gen.FailureGroupingState:       failure.FieldState,
}

// failureGroup is one row of a grouping.
type failureGroup struct {
	Code        *string
	Integration *enum.IntegrationKind
	State       *enum.FailureState
	Newest      string
	Failures    int
	Count       int
	FirstAt     time.Time `sql:"first_at"`
	LastAt      time.Time `sql:"last_at"`
}

// failureGroups puts the failures that the viewer may hear of together.
func (r *Resolver) failureGroups(ctx context.Context, by gen.FailureGrouping, filter *gen.FailureFilter) ([]*gen.FailureGroup, error) {
	me := viewerID(ctx)
	told := []predicate.Delivery{delivery.UserID(me), billing.MayHear(me)}
	if filter != nil && filter.Unread != nil {
		told = append(told, unread(*filter.Unread))
	}
	var rows []failureGroup
	err := r.DB.Failure.Query().Where(failure.HasDeliveriesWith(told...)).Where(failureFilter(filter)...).
		Modify(func(s *sql.Selector) {
			s.Select(s.C(groupedBy[by]), newestOf(s)+" AS newest", "count(*) AS failures", "sum("+s.C(failure.FieldCount)+") AS count",
				"min("+s.C(failure.FieldFirstAt)+") AS first_at", "max("+s.C(failure.FieldLastAt)+") AS last_at")
			s.GroupBy(s.C(groupedBy[by])).OrderBy(sql.Desc("last_at")).Limit(maxGroups)
		}).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("group failures: %w", err)
	}
	return r.fillGroups(ctx, rows)
}

func newestOf(s *sql.Selector) string {
	return "(array_agg(" + s.C(failure.FieldID) + " ORDER BY " + s.C(failure.FieldLastAt) + " DESC, " + s.C(failure.FieldID) + " DESC))[1]"
}

func (r *Resolver) fillGroups(ctx context.Context, rows []failureGroup) ([]*gen.FailureGroup, error) {
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.Newest
	}
	found, err := r.DB.Failure.Query().Where(failure.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, err
	}
	load(ctx).sawFailures(found)
	newest := map[string]*db.Failure{}
	for _, one := range found {
		newest[one.ID] = one
	}
	groups := make([]*gen.FailureGroup, len(rows))
	for i, row := range rows {
		groups[i] = &gen.FailureGroup{
			Code: row.Code, Integration: row.Integration, State: row.State, Newest: newest[row.Newest],
			Failures: row.Failures, Count: row.Count, FirstAt: row.FirstAt, LastAt: row.LastAt,
		}
	}
	return groups, nil
}

// failureHistory tells when a failure began and ended, and what people did in
// between, which the record of changes knows.
func failureHistory(ctx context.Context, of *db.Failure) ([]*gen.FailureStep, error) {
	steps := []*gen.FailureStep{{Kind: gen.FailureStepKindOpened, At: of.FirstAt}}
	changes, err := load(ctx).failureChanges.Load(ctx, of.ID)
	if err != nil {
		return nil, err
	}
	for _, change := range changes {
		step, err := stepOf(change)
		if err != nil {
			return nil, err
		}
		if step == nil {
			continue
		}
		if step.By, err = optional(ctx, load(ctx).user, change.UserID); err != nil {
			return nil, err
		}
		steps = append(steps, step)
	}
	if of.ResolvedAt != nil {
		steps = append(steps, &gen.FailureStep{Kind: gen.FailureStepKindResolved, At: *of.ResolvedAt})
	}
	return steps, nil
}

// stepOf answers what a person did; nil when it is no step of its own, as the end
// that follows when the last thing to do was to see it.
func stepOf(change *db.AuditEntry) (*gen.FailureStep, error) {
	var became struct {
		State       enum.FailureState
		HandledByID string `json:"handled_by_id"`
		Reason      *string
	}
	if err := json.Unmarshal(change.After, &became); err != nil {
		return nil, fmt.Errorf("read audit entry %s: %w", change.ID, err)
	}
	step := &gen.FailureStep{At: change.At, Reason: became.Reason}
	switch {
	case became.State == enum.FailureIgnored:
		step.Kind = gen.FailureStepKindIgnored
	case became.State == enum.FailureRetrying:
		step.Kind = gen.FailureStepKindRetried
	case became.State == "" && became.HandledByID != "":
		step.Kind = gen.FailureStepKindSeen
	default:
		return nil, nil
	}
	return step, nil
}
