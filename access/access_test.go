package access_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"ponte/access"
	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/db"
	"ponte/ent/enum"
)

func TestMain(m *testing.M) { billingtest.Main(m) }

const (
	ownerEmail    = "dona@exemplo.com.br"
	ownerPassword = "uma senha comprida"
)

var office = access.Client{Address: "192.0.2.1", UserAgent: "test"}

// clock is the time of a test.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// bundle is what a test works with.
type bundle struct {
	*access.Service
	clock *clock
	pool  *sql.DB
	url   string
}

func setup(t *testing.T) *bundle {
	t.Helper()
	t.Parallel()
	pool, url := billingtest.Database(t)
	clock := &clock{now: time.Now().UTC().Truncate(time.Second)}
	sealer, err := billing.NewSealer(billingtest.MasterKey)
	if err != nil {
		t.Fatal(err)
	}
	service := &access.Service{DB: billing.NewClient(pool), Key: testKey("ours"), Seal: sealer, PublicURL: "https://ponte.example", Now: clock.Now, Log: slog.New(slog.DiscardHandler)}
	return &bundle{Service: service, clock: clock, pool: pool, url: url}
}

func testKey(name string) []byte {
	sum := sha256.Sum256([]byte(name))
	return sum[:]
}

// owner sets Ponte up and answers the first owner's tokens.
func (b *bundle) owner(t *testing.T) *access.Tokens {
	t.Helper()
	return must(b.Setup(t.Context(), access.NewUser{Name: "Dona", Email: ownerEmail, Password: ownerPassword}, office))(t)
}

func (b *bundle) person(t *testing.T, email string, role enum.Role) *db.User {
	t.Helper()
	return must(b.CreateUser(t.Context(), access.NewUser{Name: "Pessoa", Email: email, Role: role, Password: ownerPassword}))(t)
}

func (b *bundle) login(t *testing.T, email string) *access.Tokens {
	t.Helper()
	return must(b.Login(t.Context(), email, ownerPassword, office))(t)
}

func must[T any](value T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func wantDenied(t *testing.T, err error, code string) {
	t.Helper()
	_ = denial(t, err, code)
}

// denial answers the Denied in an error, which must have the code.
func denial(t *testing.T, err error, code string) *access.Denied {
	t.Helper()
	denied, ok := access.AsDenied(err)
	if !ok || denied.Code != code {
		t.Fatalf("error = %v, want %s", err, code)
	}
	if denied.Text.PT == "" || denied.Text.EN == "" {
		t.Errorf("%s lacks a text: %+v", code, denied.Text)
	}
	return denied
}

func wantRefused(t *testing.T, err error, code, field string) {
	t.Helper()
	refused, ok := billing.AsRefusal(err)
	if !ok || refused[0].Code != code || len(refused[0].Field) != 1 || refused[0].Field[0] != field {
		t.Fatalf("error = %v, want %s of %s", err, code, field)
	}
	if refused[0].Text.PT == "" || refused[0].Text.EN == "" {
		t.Errorf("%s lacks a text: %+v", code, refused[0].Text)
	}
}

func wantGood(t *testing.T, b *bundle, tokens *access.Tokens) {
	t.Helper()
	if _, err := b.Authenticate(t.Context(), tokens.AccessToken); err != nil {
		t.Fatalf("Authenticate: %v", err)
	}
}

func wantEnded(t *testing.T, b *bundle, tokens *access.Tokens) {
	t.Helper()
	if _, err := b.Authenticate(t.Context(), tokens.AccessToken); !errors.Is(err, access.ErrUnauthenticated) {
		t.Fatalf("Authenticate = %v, want ErrUnauthenticated", err)
	}
}

// atOnce runs the functions at the same time and answers their errors.
func atOnce(functions ...func() error) []error {
	errs := make([]error, len(functions))
	start := make(chan struct{})
	var group sync.WaitGroup
	for i, function := range functions {
		group.Go(func() {
			<-start
			errs[i] = function()
		})
	}
	close(start)
	group.Wait()
	return errs
}

func countErrors(errs []error) (failed int, last error) {
	for _, err := range errs {
		if err != nil {
			failed, last = failed+1, err
		}
	}
	return failed, last
}

// hears answers a channel that gets a value when the topic of a person rings.
func (b *bundle) hears(t *testing.T, userID string) <-chan struct{} {
	t.Helper()
	bell := billing.NewBell(slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := bell.Listen(ctx, b.url); err != nil {
			t.Errorf("listen: %v", err)
		}
	}()
	t.Cleanup(func() { cancel(); <-ended })
	ready, stopReady := bell.Wait("ready")
	defer stopReady()
	rung, stop := bell.Wait(billing.UserTopic(userID))
	t.Cleanup(stop)
	for {
		if _, err := b.pool.Exec("SELECT pg_notify('ponte', 'ready')"); err != nil {
			t.Fatal(err)
		}
		select {
		case <-ready:
			return rung
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func wantRing(t *testing.T, rung <-chan struct{}) {
	t.Helper()
	select {
	case <-rung:
	case <-time.After(5 * time.Second):
		t.Fatal("the bell did not ring")
	}
}
