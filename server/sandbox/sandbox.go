// Package sandbox simulates the two services that Ponte talks to, over HTTP:
// the charges API of Gerencianet (Efí) and version 2 of the Vhsys API. It
// keeps their rules, their refusals and their oddities, so that the product,
// its tests and the demo meet the same world as in production, without an
// account, a certificate or the network.
//
// Four handlers come out of one [Sandbox]. [Sandbox.Gerencianet],
// [Sandbox.Pix] and [Sandbox.Vhsys] speak the providers' own wire formats.
// [Sandbox.Control] is ours: it pays a boleto, moves the calendar, loses a
// callback or cuts a connection, by JSON or by hand on its page. The table of
// its routes is in README.md.
//
// Every noun has its own file, named after its provider: gerencianet_charge.go,
// vhsys_order.go. A new noun is one more file and its lines in the provider's
// route table.
package sandbox

import (
	"cmp"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// Credentials of the simulated accounts when [Options] names none. They open
// nothing outside of this package.
const (
	DemoClientID           = "Client_Id_demo_5d7c1f0a9b3e48c6a2d41e7f80b95c13"
	DemoClientSecret       = "Client_Secret_demo_e01b6a7d52c94f38b7c05a9d3e6f1284"
	ProductionClientID     = "Client_Id_production_91f3c60b7ad2458e9c17b5e0d64a2f38"
	ProductionClientSecret = "Client_Secret_production_4c8a07d1e95b42f6a3d870be1c62f95a"
	DemoAccessToken        = "demo-access-token-7f21c94be0"
	DemoSecretToken        = "demo-secret-access-token-0c5ad83e17"
)

// GerencianetAccount is a client id and secret that may authorize. Accounts
// do not see one another's charges; the two environments of one customer are
// two accounts, as in the real service.
type GerencianetAccount struct {
	Name         string
	ClientID     string
	ClientSecret string
	// Production says which of its two client certificates the Pix API wants.
	Production bool
}

// VhsysAccount is a pair of static tokens. Accounts do not see one another's
// records.
type VhsysAccount struct {
	Name              string
	AccessToken       string
	SecretAccessToken string
}

// Options says what the simulated world is made of. The zero value is a world
// in memory with the demo accounts.
type Options struct {
	// DataDir keeps the journal. Empty means memory only.
	DataDir string
	// Now is the clock below the virtual one. Nil means time.Now.
	Now func() time.Time
	// Log receives what goes wrong inside the simulator. Nil discards it.
	Log *slog.Logger
	// GerencianetAccounts may authorize. Empty means the demo pair and the
	// production pair of this package's constants.
	GerencianetAccounts []GerencianetAccount
	// VhsysAccounts may call. Empty means the demo pair of the constants.
	VhsysAccounts []VhsysAccount
	// PublicURL is where people's browsers reach the Gerencianet handler, for
	// the links to printed boletos. Empty means the address of each request.
	PublicURL string
	// RetryBase is the spacing before the second attempt of a callback. It
	// doubles up to a minute. Zero means two seconds.
	RetryBase time.Duration
	// PixAutoPay lets the Pix API pay small charges by itself, as the real test
	// environment does. It is the first value of the setting autoPay.
	PixAutoPay bool
	// Certificates are those of the Pix API. Nil means those of the journal, or
	// new ones.
	Certificates *Certificates
}

// Sandbox is one simulated world. All of its methods may be used at once.
type Sandbox struct {
	log         *slog.Logger
	publicURL   string
	clock       *clock
	journal     *journal
	requests    *requestLog
	workers     sync.WaitGroup
	done        chan struct{}
	closing     sync.Once
	closed      bool // guarded by mu
	closeError  error
	gerencianet *gerencianet
	pix         *pix
	vhsys       *vhsys

	// mu guards the state of both providers. A request holds it while it is
	// handled, never while it is delayed, sent or waited for.
	mu sync.Mutex
}

// New builds a world, restores it from the journal when there is one and
// starts its calendar and its callbacks. [Sandbox.Close] stops them.
func New(options Options) (*Sandbox, error) {
	options = options.withDefaults()
	s := &Sandbox{
		log:       options.Log,
		publicURL: strings.TrimSuffix(options.PublicURL, "/"),
		clock:     &clock{base: options.Now},
		requests:  &requestLog{},
		done:      make(chan struct{}),
	}
	s.gerencianet = newGerencianet(s, options)
	s.pix = newPix(s, options)
	s.vhsys = newVhsys(s, options)
	if err := s.open(options.DataDir); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.vhsys.seed()
	s.mu.Unlock()
	s.workers.Add(4)
	go s.runCalendar()
	go s.gerencianet.callbacks.run()
	go s.pix.callbacks.run()
	go s.vhsys.callbacks.run()
	return s, nil
}

// withDefaults fills in everything that was left empty.
func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	o.RetryBase = cmp.Or(o.RetryBase, 2*time.Second)
	if len(o.GerencianetAccounts) == 0 {
		o.GerencianetAccounts = []GerencianetAccount{
			{Name: "demo", ClientID: DemoClientID, ClientSecret: DemoClientSecret},
			{Name: "production", ClientID: ProductionClientID, ClientSecret: ProductionClientSecret, Production: true},
		}
	}
	if len(o.VhsysAccounts) == 0 {
		o.VhsysAccounts = []VhsysAccount{
			{Name: "demo", AccessToken: DemoAccessToken, SecretAccessToken: DemoSecretToken},
		}
	}
	return o
}

// open reads the journal of an earlier run and keeps it for this one.
func (s *Sandbox) open(dataDir string) error {
	journal, entries, err := openJournal(dataDir)
	if err != nil {
		return fmt.Errorf("open the sandbox journal: %w", err)
	}
	s.journal = journal
	for _, entry := range entries {
		if err := s.restore(entry); err != nil {
			_ = journal.close()
			return fmt.Errorf("restore %s %s: %w", entry.Kind, entry.ID, err)
		}
	}
	s.gerencianet.callbacks.resume()
	return s.pix.open()
}

// restore puts one journalled record back to where it came from.
func (s *Sandbox) restore(entry journalEntry) error {
	switch {
	case entry.Kind == "clock":
		return s.clock.restore(entry.Value)
	case s.gerencianet.owns(entry.Kind):
		return s.gerencianet.restore(entry)
	case s.pix.owns(entry.Kind):
		return s.pix.restore(entry)
	default:
		return s.vhsys.restore(entry)
	}
}

// record journals one record. A journal that cannot be written must not stop
// the simulation, so the failure is logged and the world goes on in memory.
func (s *Sandbox) record(kind, id string, value any) {
	if err := s.journal.put(kind, id, value); err != nil {
		s.log.Error("sandbox: the journal was not written", "kind", kind, "id", id, "error", err)
	}
}

// reset empties the world: charges, orders, settings, faults, requests and
// the moved calendar. The seeds of Vhsys come back.
func (s *Sandbox) reset() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gerencianet.reset()
	s.pix.reset()
	s.vhsys.reset()
	s.requests.reset()
	s.clock.reset()
	err := s.journal.truncate()
	s.pix.keepCertificates()
	s.vhsys.seed()
	return err
}

// Close stops the calendar, the callbacks and every delayed request, then
// closes the journal. It may be called more than once.
func (s *Sandbox) Close() error {
	s.closing.Do(func() {
		s.mu.Lock()
		s.closed = true
		s.mu.Unlock()
		close(s.done)
		s.gerencianet.callbacks.stop()
		s.pix.callbacks.stop()
		s.vhsys.callbacks.stop()
		s.workers.Wait()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.closeError = s.journal.close()
	})
	return s.closeError
}

// spawn runs something that Close will wait for. A closed sandbox starts
// nothing more.
func (s *Sandbox) spawn(work func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.workers.Go(work)
	}
}

// pause waits, or returns false at once when the sandbox closes.
func (s *Sandbox) pause(duration time.Duration) bool {
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.done:
		return false
	}
}
