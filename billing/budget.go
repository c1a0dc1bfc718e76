package billing

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"ponte/billing/brazil"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/failure"
	"ponte/ent/enum"
)

// Budget keeps all processes together below the calls that the issuer allows in a
// day for each endpoint (providers/gerencianet.md, 8.2). A process reserves a block
// of calls at a time, so that most calls cost no statement; what it has reserved and
// not used when it ends is lost for the day. It is safe for concurrent use.
type Budget struct {
	service *Service
	mu      sync.Mutex
	shares  map[string]*share // by environment and endpoint
}

var _ provider.Budget = (*Budget)(nil)

// share is what this process may still call of one endpoint.
type share struct {
	mu    sync.Mutex
	day   brazil.Date
	left  int64 // reserved, and not called yet
	calls int64 // what all processes had reserved when we last asked
	spent bool
}

const (
	// notificationEndpoint may be called twice as often as the others.
	notificationEndpoint = "GET /v1/notification/:id"

	maxBlock    = 50 // calls reserved at a time
	blockShare  = 20 // the part of what is left that one block takes at most
	nearPercent = 80 // the provider itself writes a mail at that point
	countedDays = 7  // how long the counts are kept
)

// NewBudget makes the budget of a process; Service.Timing says how large it is.
func NewBudget(service *Service) *Budget {
	return &Budget{service: service, shares: map[string]*share{}}
}

// Take counts a call that is about to be made. It answers an error of class Limit
// when nothing is left of the day. It must not be called inside a transaction.
func (b *Budget) Take(ctx context.Context, environment provider.Environment, endpoint string) error {
	counted := count{environment: enum.Environment(environment), endpoint: endpoint, limit: b.limit(endpoint)}
	if counted.limit <= 0 {
		return nil
	}
	mine := b.share(counted.name())
	mine.mu.Lock()
	defer mine.mu.Unlock()
	if today := b.service.today(); mine.day != today {
		mine.day, mine.left, mine.calls, mine.spent = today, 0, 0, false
	}
	counted.day = mine.day
	if mine.left == 0 && !mine.spent {
		if err := b.reserve(ctx, counted, mine); err != nil {
			return err
		}
	}
	if mine.spent {
		return counted.problem(b.service)
	}
	mine.left--
	return nil
}

func (b *Budget) limit(endpoint string) int64 {
	if endpoint == notificationEndpoint {
		return 2 * int64(b.service.Timing.DailyCalls)
	}
	return int64(b.service.Timing.DailyCalls)
}

func (b *Budget) share(name string) *share {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.shares[name] == nil {
		b.shares[name] = &share{}
	}
	return b.shares[name]
}

// reserve takes a block, or the last calls one by one.
func (b *Budget) reserve(ctx context.Context, counted count, mine *share) error {
	for _, block := range []int64{min(max((counted.limit-mine.calls)/blockShare, 1), maxBlock), 1} {
		calls, err := b.service.countCalls(ctx, counted, block)
		if err != nil {
			return err
		}
		if calls > 0 {
			mine.left, mine.calls = block, calls
			return nil
		}
	}
	err := b.service.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return b.service.recordFailure(ctx, tx, counted.report("calls_spent", counted.limit))
	})
	mine.spent = err == nil
	return err
}

// count is the row of one endpoint and day.
type count struct {
	environment enum.Environment
	endpoint    string
	day         brazil.Date
	limit       int64
}

func (c count) name() string { return string(c.environment) + " " + c.endpoint }

// countCalls reserves a block and answers what is reserved with it; 0 when the block
// is more than is left. What was told of the day before is over.
func (s *Service) countCalls(ctx context.Context, counted count, block int64) (calls int64, err error) {
	err = s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		calls, err = addCalls(ctx, tx, counted, block)
		near := counted.limit * nearPercent / 100
		switch {
		case err != nil || calls == 0:
			return err
		case calls == block: // the first of the day
			return s.resolveWhere(ctx, tx, failure.CauseKeyIn(counted.cause("calls_near_limit"), counted.cause("calls_spent")))
		case calls >= near && calls-block < near:
			return s.recordFailure(ctx, tx, counted.report("calls_near_limit", calls))
		}
		return nil
	})
	return calls, err
}

func addCalls(ctx context.Context, tx *db.Tx, counted count, block int64) (calls int64, err error) {
	rows, err := tx.QueryContext(ctx, `
		INSERT INTO call_counts AS counted (id, day, calls) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET calls = counted.calls + $3 WHERE counted.calls + $3 <= $4 RETURNING calls`,
		string(counted.day)+" "+counted.name(), counted.day, block, counted.limit)
	if err != nil {
		return 0, fmt.Errorf("count the calls of %s: %w", counted.name(), err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if rows.Next() {
		err = rows.Scan(&calls)
	}
	return calls, errors.Join(err, rows.Err())
}

func (c count) cause(code string) string { return code + ":" + c.name() }

// report tells once for each endpoint, however many operations wait for it.
func (c count) report(code string, calls int64) problemReport {
	kind, environment := enum.Gerencianet, c.environment
	cause, remedy := explain(code, fmt.Sprintf("%s (%d/%d)", c.endpoint, calls, c.limit))
	return problemReport{
		causeKey: c.cause(code), code: ownCode + "." + code, integration: &kind, environment: &environment,
		cause: cause, remedy: remedy, label: integrationLabel(kind),
	}
}

// problem is the error of a call for which nothing is left.
func (c count) problem(s *Service) error {
	spent := ownProblem(provider.Limit, "calls_spent", "", fmt.Sprintf("%s (%d/%d)", c.endpoint, c.limit, c.limit))
	spent.RetryAfter = c.day.AddDays(1).Start().Sub(s.Now())
	return spent
}

// isToldOnce tells the problem of a spent budget, which has been told for all
// operations together.
func isToldOnce(problem *provider.Error) bool {
	return problem.Provider == ownCode && strings.HasPrefix(problem.Code, "calls_")
}

// forgetCalls deletes old counts, and ends what was told of a day that is over.
func (s *Service) forgetCalls(ctx context.Context, tx *db.Tx) error {
	today := s.today()
	if _, err := tx.ExecContext(ctx, "DELETE FROM call_counts WHERE day < $1", today.AddDays(-countedDays)); err != nil {
		return fmt.Errorf("forget the calls of old days: %w", err)
	}
	return s.resolveWhere(ctx, tx, failure.And(failure.CauseKeyHasPrefix("calls_"), failure.LastAtLT(today.Start())))
}
