package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"

	"ponte/billing"
	"ponte/ent/enum"
	"ponte/ent/migrations"
)

type doctorCommand struct{}

// Run looks at everything that Ponte needs to work and says what to do about what
// is missing; a problem is a failure.
func (doctorCommand) Run(ctx context.Context, c config) error {
	exam := &exam{}
	a, err := openDatabase(ctx, c, true)
	if exam.note("banco de dados / database", err) {
		exam.look(ctx, a)
		exam.note("encerramento / close", a.close())
	}
	if exam.problems > 0 {
		return fmt.Errorf("%d problemas / %d problems", exam.problems, exam.problems)
	}
	return nil
}

// exam prints what was found.
type exam struct{ problems int }

// note prints one finding, and tells whether it is well.
func (e *exam) note(what string, problem error) bool {
	if problem != nil {
		e.problems++
		fmt.Printf("✗ %s: %s\n", what, problem)
		return false
	}
	fmt.Printf("✓ %s\n", what)
	return true
}

func (e *exam) look(ctx context.Context, a *app) {
	pending, err := migrations.Pending(ctx, a.pool)
	if err == nil && pending {
		err = errors.New("faltam migrações: rode ponte migrate / migrations are missing: run ponte migrate")
	}
	if !e.note("migrações / migrations", err) || !e.note("chave / key", a.wire()) {
		return
	}
	for _, kind := range []enum.IntegrationKind{enum.Gerencianet, enum.Vhsys} {
		e.integration(ctx, a, kind)
	}
	e.note("endereço de retorno / callback address "+a.config.PublicURL, a.config.checkCallbackAddress())
}

// integration asks a provider whether the saved credentials work.
func (e *exam) integration(ctx context.Context, a *app, kind enum.IntegrationKind) {
	settings, err := a.billing.Integration(ctx, kind)
	switch {
	case err != nil:
		e.note(string(kind), err)
		return
	case settings == nil || len(settings.Edges.Credentials) == 0:
		fmt.Printf("– %s: ainda sem credenciais, abra Integrações no painel / no credentials yet, open Integrações in the panel\n", kind)
		return
	case a.config.isDemo():
		fmt.Printf("– %s: simulado, sem consulta / simulated, not asked\n", kind)
		return
	}
	test, err := a.billing.TestIntegration(ctx, kind)
	if err == nil && test.Problem != nil {
		err = errors.New(test.Problem.Cause.PT + " " + test.Problem.Remedy.PT + " / " + test.Problem.Cause.EN + " " + test.Problem.Remedy.EN)
	}
	if _, refused := billing.AsRefusal(err); refused {
		err = plain(err)
	}
	e.note(string(kind), err)
}

// isDemo tells whether PONTE_DATA belongs to the demonstration.
func (c config) isDemo() bool { return exists(filepath.Join(c.Data, demoMark)) }

// checkCallbackAddress finds an address at which the real provider cannot reach us.
func (c config) checkCallbackAddress() error {
	if c.GerencianetURL != "" && isLoopback(c.GerencianetURL) || c.isDemo() {
		return nil // a simulator on this machine
	}
	if isLoopback(c.PublicURL) {
		return errors.New("o provedor não alcança este endereço: ponha em PONTE_PUBLIC_URL o endereço público do Ponte / the provider cannot reach this address: set PONTE_PUBLIC_URL to Ponte's public address")
	}
	return nil
}

// isLoopback tells whether an address is this machine's own.
func isLoopback(address string) bool {
	parsed, err := url.Parse(address)
	if err != nil {
		return false
	}
	host := parsed.Hostname()
	ip := net.ParseIP(host)
	return host == "" || host == "localhost" || ip != nil && (ip.IsLoopback() || ip.IsUnspecified())
}
