package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"ponte/ent/audit"
)

type serveCommand struct{}

// Run is the production server.
func (serveCommand) Run(ctx context.Context, c config) error {
	a, err := newApp(ctx, c, false)
	if err != nil {
		return err
	}
	return errors.Join(a.serve(ctx, nil, func() { a.log.Info("listening", "address", c.Addr, "version", version) }), a.close())
}

const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = time.Minute // streams and exports have it anew with each thing that they write
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 32 << 10
)

// serve runs everything until the context ends: HTTP, workers, sweep and bell.
// Open streams then end, and requests and operations in flight get drainTime; an
// operation that does not end is taken up by another process when its claim lapses.
func (a *app) serve(ctx context.Context, extra http.Handler, ready func()) error {
	requests, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	listener, err := net.Listen("tcp", a.config.Addr)
	if err != nil {
		return fmt.Errorf("PONTE_ADDR: %w", err)
	}
	server := &http.Server{
		Handler: a.handler(extra), ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		BaseContext: func(net.Listener) context.Context { return requests }, ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelWarn),
	}
	var background sync.WaitGroup
	background.Go(func() { a.listen(ctx) })
	background.Go(func() { a.api.Run(ctx) })
	background.Go(func() { a.billing.Work(ctx) })
	background.Go(func() { a.billing.SweepOnTime(ctx) })
	background.Go(func() { a.billing.ReconcileOnTime(ctx) })
	background.Go(func() { a.billing.Dispatch(ctx) })
	background.Go(func() { a.billing.WatchOnTime(ctx) })
	background.Go(func() { a.billing.TidyOnTime(ctx) })
	background.Go(func() { audit.SealOnTime(ctx, a.pool, a.log) })
	background.Go(func() { a.serveAdmin(ctx) })
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	ready()
	select {
	case <-ctx.Done():
	case err = <-failed:
	case <-a.databaseEnded():
		err = errors.New("o PostgreSQL embutido parou / the embedded PostgreSQL has stopped")
	}
	cancel()
	a.log.Info("stopping")
	err = errors.Join(err, stopServer(server, &background))
	a.log.Info("stopped")
	return err
}

// databaseEnded is closed when the embedded database has ended by itself.
func (a *app) databaseEnded() <-chan struct{} {
	if a.embedded == nil {
		return nil
	}
	return a.embedded.Done()
}

// listen hears the database's bell, again after an error.
func (a *app) listen(ctx context.Context) {
	for ctx.Err() == nil {
		if err := a.billing.Bell.Listen(ctx, a.url); err != nil && ctx.Err() == nil {
			a.log.Error("listen to the database", "error", err)
			time.Sleep(time.Second)
		}
	}
}

func stopServer(server *http.Server, background *sync.WaitGroup) error {
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	ended := make(chan struct{})
	go func() {
		background.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
	return err
}

// adminOff as PONTE_ADMIN_ADDR serves no metrics and profiles.
const adminOff = "off"

// serveAdmin serves metrics and profiles on an address of their own.
func (a *app) serveAdmin(ctx context.Context) {
	if a.config.AdminAddr == adminOff {
		return
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.Handler())
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	server := &http.Server{Addr: a.config.AdminAddr, Handler: mux, ReadHeaderTimeout: readHeaderTimeout}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.ListenAndServe(); err != nil && !errors.Is(err, http.ErrServerClosed) {
		a.log.Warn("metrics are not served", "address", a.config.AdminAddr, "error", err)
	}
}
