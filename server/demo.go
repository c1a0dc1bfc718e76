package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"ponte/ent/db/user"
	"ponte/ent/postgres"
	"ponte/frontend"
	"ponte/server/sandbox"
)

type demoCommand struct {
	Fresh bool `help:"Begin anew: the demonstration's data is deleted first."`
}

// The people of the demonstration all have this password.
const demoPassword = "ponte-demo-2026"

// demoMark is written into a data folder that the demonstration may delete, and
// demoSeeded when everything is in it.
const (
	demoMark   = "demo"
	demoSeeded = "demo.seeded"
)

// Run runs the server with both providers simulated.
func (d demoCommand) Run(ctx context.Context, c config) error {
	if err := prepareDemo(ctx, c, d.Fresh); err != nil {
		return err
	}
	world, err := startSandbox(filepath.Join(c.Data, "sandbox"), slog.Default(), "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0")
	if err != nil {
		return err
	}
	c.GerencianetURL, c.VhsysURL, c.GerencianetPixURL = world.gerencianetURL, world.vhsysURL, world.pixURL
	c.PrivateTargets = true // so that channels can be tried with a receiver on this machine
	c.ProviderCAFile = filepath.Join(c.Data, "sandbox", "ca.pem")
	if err := os.WriteFile(c.ProviderCAFile, world.sandbox.Certificates().AuthorityPEM(), private); err != nil {
		return errors.Join(err, world.close())
	}
	return errors.Join(runDemo(ctx, c, world), world.close())
}

func runDemo(ctx context.Context, c config, world *simulated) error {
	a, err := newApp(ctx, demoTiming(c), false)
	if err != nil {
		return err
	}
	a.billing.TokenizerURL = "/sandbox/gerencianet/tokenizer"
	if err := a.seedOnce(ctx, world.sandbox.Certificates()); err != nil {
		return errors.Join(fmt.Errorf("seed the demonstration: %w", err), a.close())
	}
	a.access.Demo, a.access.DemoEmail, a.access.DemoPassword = true, demoOwner, demoPassword
	return errors.Join(a.serve(ctx, world.sandbox.Control(), func() { go a.welcome(ctx) }), a.close())
}

// demoTiming makes things happen while one looks: the real providers need longer.
func demoTiming(c config) config {
	for target, wanted := range map[*time.Duration]time.Duration{&c.SettleWindow: 10 * time.Second, &c.SweepInterval: 5 * time.Minute, &c.RetryMax: time.Minute} {
		if *target == 0 {
			*target = wanted
		}
	}
	return c
}

// prepareDemo has the data folder be the demonstration's: as it was, or empty with
// fresh or when the last start ended before everything was seeded.
func prepareDemo(ctx context.Context, c config, fresh bool) error {
	half := c.DatabaseURL == "" && exists(filepath.Join(c.Data, demoMark)) && !exists(filepath.Join(c.Data, demoSeeded))
	if fresh || half {
		if err := removeDemo(ctx, c.Data); err != nil {
			return err
		}
	}
	return markDemo(c.Data)
}

// seedOnce seeds an empty database. One that DATABASE_URL names and that belongs to
// somebody else is refused: the demonstration would ask simulators about its charges.
func (a *app) seedOnce(ctx context.Context, certificates *sandbox.Certificates) error {
	empty, err := a.access.NeedsSetup(ctx)
	if err != nil {
		return err
	}
	if !empty {
		ours, err := a.billing.DB.User.Query().Where(user.Email(demoOwner)).Exist(ctx)
		if err == nil && !ours {
			err = errors.New("o banco de DATABASE_URL não é da demonstração: use outro / the database of DATABASE_URL is not the demonstration's: use another")
		}
		return err
	}
	if err := a.seed(ctx, certificates); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(a.config.Data, demoSeeded), nil, private)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// removeDemo deletes a data folder that the demonstration made, and no other, and
// not while it runs.
func removeDemo(ctx context.Context, folder string) error {
	if !exists(folder) {
		return nil
	}
	if !exists(filepath.Join(folder, demoMark)) {
		return fmt.Errorf("%s não é da demonstração: apague a pasta à mão ou use outra em PONTE_DATA / is not the demonstration's: delete it by hand or set PONTE_DATA", folder)
	}
	if err := notRunning(ctx, filepath.Join(folder, "postgres")); err != nil {
		return err
	}
	for _, name := range []string{"postgres", "sandbox", secretKeyFile, demoSeeded} {
		if err := os.RemoveAll(filepath.Join(folder, name)); err != nil {
			return fmt.Errorf("begin anew: %w", err)
		}
	}
	return nil
}

// notRunning refuses a data folder whose database another process runs. One that
// cannot be started is nobody's.
func notRunning(ctx context.Context, folder string) error {
	if !exists(folder) {
		return nil
	}
	database, err := postgres.Start(ctx, postgres.Options{DataDir: folder, Join: true})
	if err != nil {
		return ctx.Err()
	}
	if database.Done() == nil {
		return fmt.Errorf("a demonstração está em uso em %s: encerre-a antes / the demonstration is running in %s: stop it first", folder, folder)
	}
	stop, cancel := context.WithTimeout(ctx, closeTime)
	defer cancel()
	return database.Stop(stop)
}

// markDemo marks a new data folder; a folder with a company's own data is refused.
func markDemo(folder string) error {
	mark := filepath.Join(folder, demoMark)
	if exists(mark) {
		return nil
	}
	if exists(filepath.Join(folder, "postgres")) || exists(filepath.Join(folder, secretKeyFile)) {
		return fmt.Errorf("%s já tem dados de produção: use outra pasta em PONTE_DATA / already has production data: set PONTE_DATA", folder)
	}
	if err := os.MkdirAll(folder, privateFolder); err != nil {
		return fmt.Errorf("make PONTE_DATA: %w", err)
	}
	return os.WriteFile(mark, []byte("Esta pasta é da demonstração da Ponte.\n"), private)
}

// welcome prints the address, a login and what to try, when the server answers.
func (a *app) welcome(ctx context.Context) {
	for ctx.Err() == nil && !answers(a.config.Addr) {
		time.Sleep(20 * time.Millisecond)
	}
	note := ""
	if !frontend.Built() {
		note = "\n  O painel não foi construído: rode npm run build.\n"
	}
	fmt.Printf(`
  Ponte está no ar:  http://%s
  Entre com:         %s   senha: %s
%s
  Experimente:
   1. Abra uma cobrança em aberto e clique em "Simular pagamento".
   2. Crie uma venda em 3 parcelas e veja os boletos saírem.
   3. Derrube o provedor em http://%s/sandbox/ e acompanhe as falhas.

  Ctrl-C encerra tudo. "npm start -- --fresh" começa do zero.

`, a.config.Addr, demoOwner, demoPassword, note, a.config.Addr)
}

func answers(addr string) bool {
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{DialContext: (&net.Dialer{Timeout: time.Second}).DialContext}}
	defer client.CloseIdleConnections()
	response, err := client.Get("http://" + addr + "/readyz")
	if err != nil {
		return false
	}
	_ = response.Body.Close()
	return response.StatusCode == http.StatusOK
}
