package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ponte/ent/enum"
)

// ended writes that a failure is over into a person's feed.
func (b *bundle) ended(userID string, n int) {
	b.Helper()
	_, err := b.Pool.Exec(`UPDATE failures SET state = 'RESOLVED', resolved_at = now() WHERE id = $1`, row("flr", n))
	b.Must(err)
	_, err = b.Pool.Exec(`WITH p AS (UPDATE users SET feed_sequence = feed_sequence + 1 WHERE id = $2 RETURNING feed_sequence)
		INSERT INTO deliveries (id, sequence, kind, created_at, user_id, failure_id) SELECT $2 || '.end.' || $1, feed_sequence, 'RESOLVED', now(), $2, $1 FROM p`, row("flr", n), userID)
	b.Must(err)
}

type feedPage struct {
	Failures struct {
		TotalCount int
		End        string
		Nodes      []struct {
			Kind    string
			Read    bool
			Cursor  string
			Failure struct{ ID, Code string }
		}
	}
}

func (c *caller) feed(filter string) feedPage {
	c.Helper()
	var page feedPage
	c.ask(`{ failures(filter: `+filter+`) { totalCount end nodes { kind read cursor failure { id code } } } }`, nil, &page)
	return page
}

func (p feedPage) ids() []string {
	ids := []string{}
	for _, node := range p.Failures.Nodes {
		ids = append(ids, node.Failure.ID)
	}
	return ids
}

func TestFeedList(t *testing.T) {
	t.Parallel()
	b := setup(t)
	hears := b.as(enum.RoleOperator)
	b.fill(4, hears.person)
	b.ended(hears.person.ID, 2)
	for _, change := range []string{
		`UPDATE failures SET code = 'gerencianet.3500034', provider_code = 'ABC_1', environment = 'PRODUCTION' WHERE id = $1`,
		`UPDATE failures SET subject_label = '{"pt":"Cobrança 77%","en":"Charge 77%"}' WHERE id = $1`,
	} {
		_, err := b.Pool.Exec(change, row("flr", 3))
		b.Must(err)
	}

	t.Run("each failure once, with its newest event", func(t *testing.T) {
		page := hears.feed("{latest: true}")
		if want := []string{row("flr", 2), row("flr", 4), row("flr", 3), row("flr", 1)}; !slices.Equal(page.ids(), want) || page.Failures.TotalCount != 4 {
			t.Errorf("%d of %v", page.Failures.TotalCount, page.ids())
		}
		if first := page.Failures.Nodes[0]; first.Kind != "RESOLVED" || first.Cursor != page.Failures.End {
			t.Errorf("%+v, the end is %s", first, page.Failures.End)
		}
		if all := hears.feed("{}"); all.Failures.TotalCount != 5 {
			t.Errorf("%d events", all.Failures.TotalCount)
		}
	})

	for filter, want := range map[string]int{
		`{latest: true, environment: PRODUCTION}`:       1,
		`{latest: true, environment: SANDBOX}`:          3,
		`{latest: true, code: ["gerencianet.3500034"]}`: 1,
		`{latest: true, code: ["gerencianet.35"]}`:      0,
		`{latest: true, code: []}`:                      4,
		`{latest: true, search: "3500034"}`:             1,
		`{latest: true, search: "abc_"}`:                1,
		`{latest: true, search: "cobrança 77%"}`:        1,
		`{latest: true, search: "%"}`:                   1,
		`{latest: true, search: "nothing"}`:             0,
		`{latest: true, state: [OPEN, RETRYING]}`:       3,
		`{latest: true, state: [RESOLVED]}`:             1,
		`{latest: true, integration: VHSYS}`:            0,
	} {
		t.Run(filter, func(t *testing.T) {
			if got := hears.feed(filter); got.Failures.TotalCount != want || len(got.Failures.Nodes) != want {
				t.Errorf("%d, %v", got.Failures.TotalCount, got.ids())
			}
		})
	}

	t.Run("an empty feed has an end too", func(t *testing.T) {
		other := b.as(enum.RoleReader)
		page := other.feed("{latest: true}")
		if page.Failures.End == "" || len(page.Failures.Nodes) != 0 {
			t.Errorf("%+v", page)
		}
	})

	t.Run("read one by one, or up to a position", func(t *testing.T) {
		unread := func(input string) (left int) {
			var payload struct {
				MarkFailuresRead struct {
					UnreadFailures int
					UserErrors     []struct{ Code string }
				}
			}
			hears.ask(`mutation { markFailuresRead(input: `+input+`) { unreadFailures userErrors { code } } }`, nil, &payload)
			if len(payload.MarkFailuresRead.UserErrors) > 0 {
				t.Errorf("%s: %+v", input, payload)
			}
			return payload.MarkFailuresRead.UnreadFailures
		}
		var viewer struct{ Viewer struct{ UnreadFailures int } }
		hears.ask(`{ viewer { unreadFailures } }`, nil, &viewer)
		if viewer.Viewer.UnreadFailures != 3 { // five events of four failures, one of which is over
			t.Errorf("%d unread", viewer.Viewer.UnreadFailures)
		}
		if left := unread(fmt.Sprintf(`{ids: [%q]}`, row("flr", 2))); left != 3 { // the one that is over
			t.Errorf("%d left", left)
		}
		if left := unread(fmt.Sprintf(`{ids: [%q]}`, row("flr", 3))); left != 2 {
			t.Errorf("%d left", left)
		}
		if page := hears.feed("{unread: true, latest: true}"); slices.Contains(page.ids(), row("flr", 2)) || len(page.ids()) != 2 {
			t.Errorf("%v", page.ids())
		}
		if left := unread(fmt.Sprintf(`{upTo: %q}`, hears.feed("{}").Failures.End)); left != 0 {
			t.Errorf("%d left", left)
		}
		for _, input := range []string{`{}`, `{upTo: "x", ids: ["x"]}`} {
			got := hears.try(`mutation { markFailuresRead(input: `+input+`) { userErrors { code } } }`, nil)
			if !strings.Contains(string(got.Data), "INVALID_ARGUMENT") {
				t.Errorf("%s: %s", input, got.body)
			}
		}
	})
}

func TestFailureGroups(t *testing.T) {
	t.Parallel()
	b := setup(t)
	hears, other := b.as(enum.RoleReader), b.as(enum.RoleOwner)
	b.fill(5, hears.person)
	b.ended(hears.person.ID, 1)
	_, err := b.Pool.Exec(`UPDATE failures SET code = 'gerencianet.2', count = 7, first_at = first_at - interval '2 days', last_at = last_at + interval '1 hour' WHERE id = ANY($1)`,
		fmt.Sprintf("{%s,%s}", row("flr", 4), row("flr", 5)))
	b.Must(err)
	type group struct {
		Code, Integration, State *string
		Newest                   struct{ ID string }
		Failures, Count          int
		FirstAt, LastAt          string
	}
	ask := func(c *caller, arguments string) []group {
		var answered struct{ FailureGroups []group }
		c.ask(`{ failureGroups(`+arguments+`) { code integration state newest { id } failures count firstAt lastAt } }`, nil, &answered)
		return answered.FailureGroups
	}
	t.Run("by code, those that happened last first", func(t *testing.T) {
		groups := ask(hears, "by: CODE")
		if len(groups) != 2 || *groups[0].Code != "gerencianet.2" || groups[0].Failures != 2 || groups[0].Count != 14 || groups[0].Newest.ID != row("flr", 5) || groups[1].Failures != 3 {
			t.Errorf("%+v", groups)
		}
		if groups[0].FirstAt >= groups[1].FirstAt || groups[0].LastAt <= groups[1].LastAt || groups[0].State != nil {
			t.Errorf("%+v", groups)
		}
	})
	t.Run("by state and by integration, of those that the filter leaves", func(t *testing.T) {
		counts := map[string]int{}
		for _, one := range ask(hears, "by: STATE") {
			counts[*one.State] = one.Failures
		}
		if counts["OPEN"] != 4 || counts["RESOLVED"] != 1 || len(counts) != 2 {
			t.Errorf("%v", counts)
		}
		groups := ask(hears, "by: INTEGRATION, filter: {state: [RESOLVED]}")
		if len(groups) != 1 || *groups[0].Integration != "GERENCIANET" || groups[0].Failures != 1 {
			t.Errorf("%+v", groups)
		}
	})
	t.Run("only of those that the viewer hears of", func(t *testing.T) {
		if groups := ask(other, "by: CODE"); len(groups) != 0 {
			t.Errorf("%+v", groups)
		}
		_, err := b.Pool.Exec(`DELETE FROM integration_notified_users`)
		b.Must(err)
		if groups := ask(hears, "by: CODE"); len(groups) != 0 {
			t.Errorf("taken off the list: %+v", groups)
		}
	})
}

func TestFailureHistory(t *testing.T) {
	t.Parallel()
	b := setup(t)
	operator := b.as(enum.RoleOperator)
	b.fill(2, operator.person)
	id := map[string]any{"ids": []string{row("flr", 1)}}
	for _, mutation := range []string{
		`mutation($ids: [ID!]!) { acknowledgeFailures(input: {ids: $ids}) { userErrors { code } } }`,
		`mutation($ids: [ID!]!) { acknowledgeFailures(input: {ids: $ids, ignoreReason: "já combinado"}) { userErrors { code } } }`,
		`mutation($ids: [ID!]!) { retryFailures(input: {ids: $ids}) { userErrors { code } } }`,
	} {
		operator.ask(mutation, id, nil)
	}
	b.ended(operator.person.ID, 1)
	var answered struct {
		Node struct {
			History []struct {
				Kind   string
				By     *struct{ ID string }
				Reason *string
			}
		}
	}
	operator.ask(`query($id: ID!) { node(id: $id) { ... on Failure { history { kind at by { id } reason } } } }`, map[string]any{"id": row("flr", 1)}, &answered)
	var kinds []string
	for i, step := range answered.Node.History {
		kinds = append(kinds, step.Kind)
		person := i > 0 && i < 4
		if (step.By != nil) != person || person && step.By.ID != operator.person.ID || (step.Reason != nil) != (step.Kind == "IGNORED") {
			t.Errorf("%s: %+v", step.Kind, step)
		}
	}
	if want := []string{"OPENED", "SEEN", "IGNORED", "RETRIED", "RESOLVED"}; !slices.Equal(kinds, want) {
		t.Errorf("%v", kinds)
	}
}
