package billingtest

import (
	"context"
	"crypto/tls"
	"database/sql"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ponte/billing"
	"ponte/billing/brazil"
	"ponte/billing/gerencianet"
	"ponte/billing/outgoing"
	"ponte/billing/provider"
	"ponte/billing/vhsys"
	"ponte/server/sandbox"
)

// World is a Ponte of its own: a database, both providers simulated, the domain
// wired to the real clients, callbacks that arrive, and workers that run. All of
// it is gone when the test ends.
type World struct {
	testing.TB
	*billing.Service

	Pool        *sql.DB
	DatabaseURL string
	Sandbox     *sandbox.Sandbox
	Gerencianet *httptest.Server // the simulated API
	Pix         *httptest.Server // the simulated API, over mutual TLS
	Vhsys       *httptest.Server // the simulated API
	Callbacks   *httptest.Server // ours: what the provider notifies

	ctx      context.Context
	cancel   context.CancelFunc
	running  sync.WaitGroup
	control  http.Handler
	outgoing outgoing.Config
	offset   *atomic.Int64 // what our clock is ahead of the machine's
	made     atomic.Int64  // counts what the builders made
	notices  atomic.Int64
}

// Option changes a world before it starts.
type Option func(*settings)

type settings struct {
	timing      billing.Timing
	still       bool
	sweeping    bool
	machineTime bool
	log         io.Writer
	outgoing    outgoing.Config
}

// WithOutgoing changes how messages go out. A world's may go to this machine.
func WithOutgoing(change func(*outgoing.Config)) Option {
	return func(s *settings) { change(&s.outgoing) }
}

// WithTiming changes durations.
func WithTiming(change func(*billing.Timing)) Option {
	return func(s *settings) { change(&s.timing) }
}

// Still leaves the workers out: nothing happens until Run is called.
func Still(s *settings) { s.still = true }

// OnMachineTime has everything run on the machine's own clock, as other processes do;
// otherwise it is noon, so that no test crosses a day.
func OnMachineTime(s *settings) { s.machineTime = true }

// Sweeping runs the sweep whenever the interval has gone by.
func Sweeping(every time.Duration) Option {
	return func(s *settings) { s.timing.SweepInterval, s.sweeping = every, true }
}

// Timing is what a world begins with: milliseconds instead of minutes.
func Timing() billing.Timing {
	return billing.Timing{
		SettleWindow:    400 * time.Millisecond,
		SweepInterval:   time.Hour,
		Reconcile:       time.Hour,
		RetryBase:       10 * time.Millisecond,
		RetryMax:        100 * time.Millisecond,
		RetryEnd:        time.Hour,
		ProviderTimeout: 1500 * time.Millisecond,
		NoticeInterval:  20 * time.Millisecond,
		WebhookWaits:    []time.Duration{10 * time.Millisecond, 20 * time.Millisecond, 30 * time.Millisecond, 40 * time.Millisecond, 50 * time.Millisecond, 60 * time.Millisecond, 70 * time.Millisecond, 80 * time.Millisecond},
		WebhookDead:     72 * time.Hour,
		AlarmInterval:   time.Minute,
		AlarmSilence:    24 * time.Hour,
		AlarmSweep:      24 * time.Hour,
		AlarmJobs:       time.Hour,
		StopGrace:       200 * time.Millisecond,
		Workers:         8,
		DailyCalls:      15_000,
	}
}

// New makes a world whose integrations are not configured yet.
func New(t testing.TB, options ...Option) *World {
	t.Helper()
	chosen := settings{timing: Timing(), log: io.Discard, outgoing: outgoing.Config{Anywhere: true, UserAgent: "Ponte/test", Timeout: Timing().ProviderTimeout}}
	for _, option := range options {
		option(&chosen)
	}
	w := &World{TB: t, offset: &atomic.Int64{}, outgoing: chosen.outgoing}
	if !chosen.machineTime {
		w.offset.Store(int64(untilNoon()))
	}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	w.Pool, w.DatabaseURL = Database(t)
	t.Cleanup(w.stop) // before the database goes
	w.simulate()
	w.Callbacks = httptest.NewServer(w.callbackHandler())
	w.Service = w.NewService(w.Pool, chosen.timing)
	if !chosen.still {
		w.Run(w.Service)
	}
	if chosen.sweeping {
		w.running.Go(func() { w.SweepOnTime(w.ctx) })
	}
	return w
}

// untilNoon moves the clock to noon in São Paulo, so that no test crosses a day.
func untilNoon() time.Duration {
	now := time.Now()
	return brazil.DateOf(now).Start().Add(12 * time.Hour).Sub(now)
}

func (w *World) simulate() {
	simulated, err := sandbox.New(sandbox.Options{Now: w.base(), RetryBase: 50 * time.Millisecond})
	if err != nil {
		w.Fatal(err)
	}
	w.Sandbox, w.control = simulated, simulated.Control()
	w.Gerencianet = httptest.NewServer(simulated.Gerencianet())
	w.Vhsys = httptest.NewServer(simulated.Vhsys())
	w.Pix = httptest.NewUnstartedServer(simulated.Pix())
	w.Pix.TLS = simulated.Certificates().TLSConfig()
	w.Pix.StartTLS()
}

// base is the clock below the simulators' own, which Advance moves apart.
func (w *World) base() func() time.Time {
	fixed := time.Duration(w.offset.Load())
	return func() time.Time { return time.Now().Add(fixed) }
}

// Clock is the world's time, which Advance moves.
func (w *World) Clock() time.Time { return time.Now().Add(time.Duration(w.offset.Load())) }

// Today is the world's day in São Paulo.
func (w *World) Today() brazil.Date { return brazil.DateOf(w.Clock()) }

// Advance moves our clock and the simulators' by days.
func (w *World) Advance(days int) {
	w.Helper()
	w.Control("POST", "/clock", map[string]any{"advanceDays": days}, nil)
	w.offset.Add(int64(days) * int64(24*time.Hour))
}

// NewService wires one more domain, like another process on the same database.
func (w *World) NewService(pool *sql.DB, timing billing.Timing) *billing.Service {
	w.Helper()
	sealer, err := billing.NewSealer(MasterKey)
	if err != nil {
		w.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(testLog{w}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	transport := &http.Transport{MaxIdleConnsPerHost: 16, TLSClientConfig: &tls.Config{RootCAs: w.Sandbox.Certificates().Pool(), MinVersion: tls.VersionTLS12}}
	clients := &clients{world: w, timing: timing, transport: transport, vhsys: timing.Guard(provider.GuardConfig{Rate: rate}), issuers: map[account]provider.Issuer{}}
	w.Cleanup(clients.transport.CloseIdleConnections)
	sender, err := outgoing.New(w.outgoing)
	if err != nil {
		w.Fatal(err)
	}
	service := &billing.Service{
		Outgoing: sender, DB: billing.NewClient(pool), SQL: pool, Seal: sealer, Bell: billing.NewBell(log), PublicURL: w.Callbacks.URL,
		Providers: billing.Providers{Issuer: clients.issuer, CheckCharge: gerencianet.Validate, ParseCertificate: parseCertificate, Rejection: vhsys.Rejection, Mirror: clients.mirror},
		Now:       w.Clock, Timing: timing, Log: log,
	}
	clients.budget = billing.NewBudget(service)
	return service
}

// rate is more than a test calls.
const rate = 10_000

func parseCertificate(file []byte, password string) (billing.Certificate, error) {
	parsed, err := gerencianet.ParseCertificate(file, password)
	return billing.Certificate(parsed), err
}

// PixCertificate is the file that the provider's panel would give for an
// environment of the sandbox package: certificate and key as PEM.
func (w *World) PixCertificate(environment string) string {
	w.Helper()
	file, err := w.Sandbox.Certificates().ClientPEM(environment)
	if err != nil {
		w.Fatal(err)
	}
	return string(file)
}

// AuthorityFile writes the authority that the simulated Pix API's certificates are
// of into a file, for other processes.
func (w *World) AuthorityFile() string {
	w.Helper()
	file := filepath.Join(w.TempDir(), "ca.pem")
	w.Must(os.WriteFile(file, w.Sandbox.Certificates().AuthorityPEM(), 0o600))
	return file
}

// MasterKey is 32 bytes that protect nothing outside of tests.
const MasterKey = "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk"

// Run starts a domain's bell and workers; they end with the world.
func (w *World) Run(service *billing.Service) {
	w.Listen(service)
	w.running.Go(func() { service.Work(w.ctx) })
}

// Tell starts sending a domain's messages; it ends with the world.
func (w *World) Tell(service *billing.Service) {
	w.running.Go(func() { service.Dispatch(w.ctx) })
}

// Listen starts a domain's bell alone.
func (w *World) Listen(service *billing.Service) {
	w.running.Go(func() {
		if err := service.Bell.Listen(w.ctx, w.DatabaseURL); err != nil && w.ctx.Err() == nil {
			w.Errorf("listen: %v", err)
		}
	})
}

// Context ends with the world.
func (w *World) Context() context.Context { return w.ctx }

// Notices counts the callbacks that were received.
func (w *World) Notices() int { return int(w.notices.Load()) }

func (w *World) stop() {
	w.cancel()
	if w.Sandbox != nil {
		_ = w.Sandbox.Close() // lets go of delayed answers, so that the workers end
	}
	w.running.Wait()
	for _, server := range []*httptest.Server{w.Gerencianet, w.Pix, w.Vhsys, w.Callbacks} {
		if server != nil {
			server.CloseClientConnections()
			server.Close()
		}
	}
}

// clients keeps one client for each account, as the program does.
type clients struct {
	world     *World
	timing    billing.Timing
	transport *http.Transport
	budget    *billing.Budget
	vhsys     *provider.Guard
	mu        sync.Mutex
	issuers   map[account]provider.Issuer
}

type account struct {
	environment provider.Environment
	credentials provider.Credentials
}

func (c *clients) issuer(environment provider.Environment, credentials provider.Credentials) provider.Issuer {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := account{environment, credentials}
	if c.issuers[key] == nil {
		c.issuers[key] = gerencianet.New(gerencianet.Config{
			BaseURL: c.world.Gerencianet.URL, PixBaseURL: c.world.Pix.URL, Environment: environment,
			ClientID: credentials.ClientID, ClientSecret: credentials.ClientSecret,
			PixCertificate: credentials.PixCertificate, PixKey: credentials.PixKey,
			Timeout: c.timing.ProviderTimeout, HTTP: c.transport, Guard: c.guard(environment), Now: c.world.Clock,
		})
	}
	return c.issuers[key]
}

func (c *clients) mirror(accessToken, secretAccessToken string) provider.Mirror {
	return vhsys.New(vhsys.Config{
		BaseURL: c.world.Vhsys.URL, AccessToken: accessToken, SecretAccessToken: secretAccessToken,
		Timeout: c.timing.ProviderTimeout, HTTP: c.transport, Guard: c.vhsys, Now: c.world.Clock,
	})
}

func (c *clients) guard(environment provider.Environment) *provider.Guard {
	config := gerencianet.GuardConfig(environment, c.budget)
	config.Rate = rate
	return c.timing.Guard(config)
}

// callbackHandler takes notifications as the program's server does.
func (w *World) callbackHandler() http.Handler {
	mux := http.NewServeMux()
	pix := func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(io.LimitReader(r.Body, billing.MaxPixBytes))
		w.notices.Add(1)
		answerCallback(rw, w.ReceivePix(r.Context(), r.PathValue("secret"), string(body), r.RemoteAddr))
	}
	mux.HandleFunc("POST /callbacks/gerencianet/{secret}/pix", pix)
	mux.HandleFunc("POST /callbacks/gerencianet/{secret}", func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Content-Type") == "application/json" {
			pix(rw, r)
			return
		}
		body, _ := io.ReadAll(io.LimitReader(r.Body, billing.MaxNoticeBytes))
		form, _ := url.ParseQuery(string(body))
		w.notices.Add(1)
		answerCallback(rw, w.ReceiveNotice(r.Context(), r.PathValue("secret"), form.Get("notification"), string(body), r.RemoteAddr))
	})
	return mux
}

func answerCallback(rw http.ResponseWriter, err error) {
	switch {
	case err == nil:
	case errors.Is(err, billing.ErrUnknownCallback):
		rw.WriteHeader(http.StatusNotFound)
	case errors.Is(err, billing.ErrMalformedNotice), errors.Is(err, billing.ErrMalformedPix):
		rw.WriteHeader(http.StatusBadRequest)
	default:
		rw.WriteHeader(http.StatusInternalServerError)
	}
}

// testLog shows the domain's warnings with the test that they belong to.
type testLog struct{ world *World }

func (l testLog) Write(line []byte) (int, error) {
	if l.world.ctx.Err() == nil {
		l.world.TB.Log(strings.TrimSpace(string(line)))
	}
	return len(line), nil
}
