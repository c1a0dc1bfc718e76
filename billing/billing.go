// Package billing is what Ponte does: it makes sales, collects their charges
// through an issuing provider, settles them in a ledger, mirrors the sales into
// the ERP, and tells the chosen people what went wrong.
//
// The journey of a charge:
//
//  1. CreateSale checks the input against the provider's own rules and writes
//     sale, charges and one operation for each charge in one transaction.
//  2. A worker claims the operation (operation.go) and issues the charge
//     (issue.go). The intent is committed before the network is used, and after
//     any doubt the provider is asked by our reference before it is sent again.
//  3. A notification is stored as it came (notice.go); an operation reads what
//     it means. The sweep (sweep.go) finds what no notification told.
//  4. Whatever tells a new state of a charge ends in apply (settle.go), which in
//     one transaction sets the status, writes the entries (ledger.go), derives
//     the sale's status and enqueues the mirror (mirror.go).
//  5. Whatever gives up writes a failure and its deliveries (failure.go), which
//     every open feed of a chosen person hears (feed.go), and which go out on the
//     person's channels (telling.go, outbox.go). What does not happen is told by
//     alarms (alarm.go).
//
// What happens to charges, sales, invoices and failures is also told to apps: the
// transaction that makes it true writes the event (webhookevent.go), and its
// deliveries go out as messages do (webhookdelivery.go).
//
// Reads go from the API straight to ent; every write goes through this package,
// so that there is one place where money moves.
package billing

import (
	"context"
	"database/sql"
	"log/slog"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"ponte/billing/brazil"
	"ponte/billing/outgoing"
	"ponte/billing/provider"
	"ponte/ent/audit"
	"ponte/ent/db"
)

// Service is the domain. All fields are set before its first use and not changed
// afterwards; it is safe for concurrent use by many goroutines and processes.
type Service struct {
	DB        *db.Client
	SQL       *sql.DB // the same database, for the few statements that ent cannot say
	Providers Providers
	Seal      *Sealer
	Bell      *Bell
	Outgoing  *outgoing.Sender // of what people are told outside the panel
	PublicURL string           // where providers reach us, without a slash at the end
	// ChecksCertificate is true when what stands before us refuses Pix callbacks
	// without the provider's certificate.
	ChecksCertificate bool
	// TokenizerURL is the simulator's card tokenizer; "" at the real provider.
	TokenizerURL string
	Now          func() time.Time // business time: due dates, days of payment
	Timing       Timing
	Log          *slog.Logger
}

// Providers makes the clients of the outside services.
type Providers struct {
	// Issuer answers a client for one environment.
	Issuer func(environment provider.Environment, credentials provider.Credentials) provider.Issuer
	// CheckCharge finds what the issuer would refuse, before anything is sent.
	CheckCharge func(request provider.ChargeRequest, today brazil.Date) []provider.Violation
	// ParseCertificate reads a certificate file with its key; what is wrong with it
	// is a *provider.Error whose remedy says what to do.
	ParseCertificate func(file []byte, password string) (Certificate, error)
	// Rejection explains why an authority rejected an invoice.
	Rejection func(code, text string) *provider.Error
	// Mirror answers a client of the ERP.
	Mirror func(accessToken, secretAccessToken string) provider.Mirror
}

// Certificate is a certificate that opens the Pix API.
type Certificate struct {
	PEM         string // the certificate and its key
	Subject     string
	ExpiresAt   time.Time
	Environment provider.Environment // "" when it does not tell
}

// Timing holds every duration of the domain, so that tests own them.
type Timing struct {
	SettleWindow    time.Duration   // how long an unanswered request may still arrive
	SweepInterval   time.Duration   // how often everything open is asked for
	Reconcile       time.Duration   // how often the ERP is compared with us
	RetryBase       time.Duration   // the wait before the second try
	RetryMax        time.Duration   // the longest wait between tries
	RetryEnd        time.Duration   // how long an operation is tried before it is given up
	ProviderTimeout time.Duration   // one call to a provider
	NoticeInterval  time.Duration   // the least time between two readings of one token
	WebhookWaits    []time.Duration // the waits between the tries of a webhook; one more try than waits
	WebhookDead     time.Duration   // how long an app may take nothing before its webhook is switched off
	AlarmInterval   time.Duration   // how often the alarms are looked at
	AlarmSilence    time.Duration   // how long the issuer may tell nothing while charges are open
	AlarmSweep      time.Duration   // how old the last sweep may be
	AlarmJobs       time.Duration   // how long what is due may wait
	StopGrace       time.Duration   // how long a try may go on after the workers were told to stop
	Workers         int             // operations at once in this process
	DailyCalls      int             // of one endpoint of the issuer in a day, all processes together; 0 for any number
}

// DefaultTiming is right for production.
func DefaultTiming() Timing {
	return Timing{
		SettleWindow:    3 * time.Minute,
		SweepInterval:   time.Hour,
		Reconcile:       time.Hour,
		RetryBase:       2 * time.Second,
		RetryMax:        10 * time.Minute,
		RetryEnd:        72 * time.Hour,
		ProviderTimeout: 30 * time.Second,
		NoticeInterval:  2 * time.Second,
		WebhookWaits:    []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 8 * time.Hour, 8 * time.Hour},
		WebhookDead:     72 * time.Hour,
		AlarmInterval:   time.Minute,
		AlarmSilence:    72 * time.Hour, // from Friday's last payment to Monday's first one is no alarm
		AlarmSweep:      3 * time.Hour,
		AlarmJobs:       15 * time.Minute,
		StopGrace:       6 * time.Second,
		Workers:         16,
		DailyCalls:      15_000, // providers/gerencianet.md, 8.2
	}
}

// Guard gives the guard of a provider's account the waits of the operations behind
// it, as far as they are not longer than the usual ones.
func (t Timing) Guard(config provider.GuardConfig) *provider.Guard {
	config.Pause, config.MaxPause = min(t.RetryBase, 5*time.Second), min(t.RetryMax, 2*time.Minute)
	config.Hold = min(t.RetryMax, 30*time.Second)
	return provider.NewGuard(config)
}

// NewClient answers an ent client over a pool, which has the changes of the
// context's actor written down.
func NewClient(pool *sql.DB) *db.Client {
	return db.NewClient(db.Driver(audit.Driver(entsql.OpenDB(dialect.Postgres, pool))))
}

// Actor is who does something.
type Actor = audit.Actor

// WithActor answers a context in which the actor does what is done.
func WithActor(ctx context.Context, actor Actor) context.Context { return audit.WithActor(ctx, actor) }

func actorID(ctx context.Context) *string {
	if actor := audit.ActorFrom(ctx); actor.UserID != "" {
		return &actor.UserID
	}
	return nil
}

func (s *Service) today() brazil.Date { return brazil.DateOf(s.Now()) }
