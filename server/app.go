package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"ponte/access"
	"ponte/billing"
	"ponte/billing/gerencianet"
	"ponte/billing/provider"
	"ponte/billing/vhsys"
	"ponte/ent/migrations"
	"ponte/ent/postgres"
	"ponte/graph"
)

// app is the wired program: the database, the domain, who may, and how to stop.
type app struct {
	config   config
	log      *slog.Logger
	url      string // of the database
	pool     *sql.DB
	billing  *billing.Service
	access   *access.Service
	embedded *postgres.Embedded // nil when DATABASE_URL is set
	api      *graph.Handler     // made by handler
}

// openDatabase starts the embedded PostgreSQL unless DATABASE_URL is set, and
// opens the pool. With join, the server of a running Ponte is used.
func openDatabase(ctx context.Context, c config, join bool) (*app, error) {
	a := &app{config: c, log: slog.Default(), url: c.DatabaseURL}
	if a.url == "" {
		embedded, err := postgres.Start(ctx, postgres.Options{DataDir: filepath.Join(c.Data, "postgres"), Join: join})
		if err != nil {
			return nil, err
		}
		a.embedded = embedded
		if err := embedded.CreateDatabase(ctx, "ponte"); err != nil {
			return nil, errors.Join(err, a.close())
		}
		a.url = embedded.URL("ponte")
	}
	complete, err := postgres.Complete(a.url)
	if err != nil {
		return nil, errors.Join(err, a.close())
	}
	a.url = complete
	if a.pool, err = postgres.Open(ctx, a.url, postgres.MaxOpen(c.timing().Workers+16)); err != nil {
		return nil, errors.Join(err, a.close())
	}
	return a, nil
}

// newApp opens the database, migrates it and wires the domain.
func newApp(ctx context.Context, c config, join bool) (*app, error) {
	a, err := openDatabase(ctx, c, join)
	if err != nil {
		return nil, err
	}
	if err := migrations.Up(ctx, a.pool); err != nil {
		return nil, errors.Join(err, a.close())
	}
	if err := a.wire(); err != nil {
		return nil, errors.Join(err, a.close())
	}
	return a, nil
}

func (a *app) wire() error {
	sealer, err := a.config.sealer()
	if err != nil {
		return err
	}
	transport, err := providerTransport(a.config.ProviderCAFile)
	if err != nil {
		return err
	}
	sender, err := a.config.sender()
	if err != nil {
		return err
	}
	client, vhsysGuard := billing.NewClient(a.pool), a.config.guard(provider.GuardConfig{})
	a.billing = &billing.Service{
		DB: client, SQL: a.pool, Seal: sealer, Bell: billing.NewBell(a.log), Outgoing: sender, PublicURL: a.config.PublicURL, Now: time.Now, Timing: a.config.timing(), Log: a.log,
		ChecksCertificate: a.config.PixCertificateHeader != "",
		Providers: billing.Providers{
			CheckCharge: gerencianet.Validate,
			ParseCertificate: func(file []byte, password string) (billing.Certificate, error) {
				parsed, err := gerencianet.ParseCertificate(file, password)
				return billing.Certificate(parsed), err
			},
			Rejection: vhsys.Rejection,
			Mirror: func(token, secret string) provider.Mirror {
				return vhsys.New(vhsys.Config{BaseURL: a.config.VhsysURL, AccessToken: token, SecretAccessToken: secret, Timeout: a.config.timing().ProviderTimeout, HTTP: transport, UserAgent: userAgent(), Guard: vhsysGuard})
			},
		},
	}
	a.billing.Providers.Issuer = issuers(a.config, transport, billing.NewBudget(a.billing))
	a.access = &access.Service{
		DB: client, Key: sealer.Derive("access"), Seal: sealer, Now: time.Now, Log: a.log, PublicURL: a.config.PublicURL,
		TrustProxy: a.config.TrustProxy, Secure: strings.HasPrefix(a.config.PublicURL, "https://"),
	}
	if sender.Mails() {
		a.access.Mail = func(ctx context.Context, message access.Message) error {
			return sender.Letter(ctx, message.To, message.Subject, message.Text)
		}
	}
	return nil
}

func userAgent() string { return "Ponte/" + version }

// issuers answers one client for each account, because a client holds its access
// tokens and what its guard has learnt.
func issuers(c config, transport *http.Transport, budget provider.Budget) func(provider.Environment, provider.Credentials) provider.Issuer {
	type account struct {
		environment provider.Environment
		credentials provider.Credentials
	}
	var mu sync.Mutex
	clients := map[account]*gerencianet.Client{}
	return func(environment provider.Environment, credentials provider.Credentials) provider.Issuer {
		mu.Lock()
		defer mu.Unlock()
		key := account{environment, credentials}
		if clients[key] == nil {
			clients[key] = gerencianet.New(gerencianet.Config{
				BaseURL: c.GerencianetURL, PixBaseURL: c.GerencianetPixURL, Environment: environment,
				ClientID: credentials.ClientID, ClientSecret: credentials.ClientSecret,
				PixCertificate: credentials.PixCertificate, PixKey: credentials.PixKey,
				Timeout: c.timing().ProviderTimeout, HTTP: transport, UserAgent: userAgent(),
				Guard: c.guard(gerencianet.GuardConfig(environment, budget)),
			})
		}
		return clients[key]
	}
}

// guard stands before the calls of one account.
func (c config) guard(config provider.GuardConfig) *provider.Guard {
	config.Rate = float64(c.ProviderRate)
	return c.timing().Guard(config)
}

// providerTransport trusts the system's certificate authorities and one more.
func providerTransport(caFile string) (*http.Transport, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 32
	if caFile == "" {
		return transport, nil
	}
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, fmt.Errorf("PONTE_PROVIDER_CA_FILE: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, errors.New("PONTE_PROVIDER_CA_FILE não contém certificado PEM / holds no PEM certificate")
	}
	transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	return transport, nil
}

// What is in flight gets drainTime to end, and the database closeTime: ten seconds
// in all.
const (
	drainTime = 7 * time.Second
	closeTime = 3 * time.Second
)

// close ends the pool and the embedded database.
func (a *app) close() error {
	var errs []error
	if a.pool != nil {
		errs = append(errs, a.pool.Close())
	}
	if a.embedded != nil {
		ctx, cancel := context.WithTimeout(context.Background(), closeTime)
		defer cancel()
		errs = append(errs, a.embedded.Stop(ctx))
	}
	return errors.Join(errs...)
}
