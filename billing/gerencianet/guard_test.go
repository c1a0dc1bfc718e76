package gerencianet

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ponte/billing/provider"
)

func TestPixTokenIsAskedForOnceByFiftyCallers(t *testing.T) {
	t.Parallel()
	client, stub := setupPix(t, reply(200, cobAnswer("ATIVA", "")))
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if _, err := client.Get(context.Background(), immediate); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if stub.authorized != 1 || len(stub.seen()) != 50 {
		t.Errorf("%d authorizations for %d calls", stub.authorized, len(stub.seen()))
	}
}

func TestPixUnauthorizedIsAuthorizedOnceMore(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		refusals int32
		class    provider.Class
	}{"one refusal is healed": {1, ""}, "two refusals are the end": {2, provider.Auth}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var refused atomic.Int32
			client, stub := setupPix(t, func(w http.ResponseWriter, r *http.Request) {
				if refused.Add(1) <= test.refusals {
					reply(401, "Unauthorized")(w, r)
					return
				}
				reply(201, cobAnswer("ATIVA", ""))(w, r)
			})
			_, err := client.Issue(context.Background(), immediate, pixRequest())
			if test.class == "" && err != nil || test.class != "" && provider.ClassOf(err) != test.class {
				t.Errorf("error %v", err)
			}
			if calls := stub.seen(); len(calls) != 2 || stub.authorized != 2 || calls[0].Body != calls[1].Body {
				t.Errorf("%d calls, %d authorizations", len(calls), stub.authorized)
			}
		})
	}
}

// The two APIs have hosts of their own: one that is down does not hold up the other.
func TestGuardOfOneHostLeavesTheOther(t *testing.T) {
	t.Parallel()
	client, stub := setupPix(t, reply(200, `{"code":200,"data":{"charge_id":7,"status":"new"}}`))
	config := client.config
	config.PixBaseURL = "http://127.0.0.1:1"
	config.Guard = provider.NewGuard(provider.GuardConfig{Failures: 2, Pause: time.Minute})
	client = New(config)
	for try := range 4 {
		_, err := client.Get(context.Background(), immediate)
		failure := failureOf(t, err)
		if failure.Class != provider.Unavailable || (failure.RetryAfter > 0) != (try >= 2) {
			t.Errorf("try %d: %+v", try, failure)
		}
	}
	if _, err := client.Get(context.Background(), boleto("7")); err != nil || len(stub.seen()) != 1 {
		t.Errorf("%v", err)
	}
}

// spentBudget lets everything pass but reads.
type spentBudget struct{}

func (spentBudget) Take(_ context.Context, _ provider.Environment, endpoint string) error {
	if !strings.HasPrefix(endpoint, "GET ") {
		return nil
	}
	return &provider.Error{Class: provider.Limit, RetryAfter: time.Hour}
}

// A write that succeeded is not taken for one that was not sent when the day has no
// call left to read what came of it.
func TestReadThatIsRefusedAfterAWriteIsAmbiguous(t *testing.T) {
	t.Parallel()
	client, stub := setupPix(t, reply(200, strings.Replace(cobAnswer("ATIVA", ""), `"pixCopiaECola":"`+pixCode+`"`, `"x":1`, 1)))
	config := client.config
	config.Guard = provider.NewGuard(GuardConfig(provider.Sandbox, spentBudget{}))
	client = New(config)
	_, err := client.Issue(context.Background(), immediate, pixRequest())
	if failure := failureOf(t, err); failure.Class != provider.Ambiguous || failure.RetryAfter != time.Hour {
		t.Errorf("a Pix that was issued: %+v", failure)
	}
	_, err = client.ChangeDueDate(context.Background(), boleto("7"), "2026-08-25")
	if failure := failureOf(t, err); failure.Class != provider.Ambiguous {
		t.Errorf("a due date that was moved: %+v", failure)
	}
	_, err = client.Get(context.Background(), boleto("7"))
	if failure := failureOf(t, err); failure.Class != provider.Limit {
		t.Errorf("a read: %+v", failure)
	}
	if calls := stub.seen(); len(calls) != 2 || calls[0].Method != http.MethodPut || calls[1].Method != http.MethodPut {
		t.Errorf("%+v", calls)
	}
}
