package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"ponte/frontend"
)

type demoCommand struct {
	Fresh bool `help:"Begin anew: the demonstration's data is deleted first."`
}

// The people of the demonstration all have this password.
const demoPassword = "ponte-demo-2026"

// demoMark is written into a data folder that the demonstration may delete.
const demoMark = "demo"

// Run runs the server with both providers simulated.
func (d demoCommand) Run(ctx context.Context, c config) error {
	if d.Fresh {
		if err := removeDemo(c.Data); err != nil {
			return err
		}
	}
	if err := markDemo(c.Data); err != nil {
		return err
	}
	world, err := startSandbox(filepath.Join(c.Data, "sandbox"), newLog(), "127.0.0.1:0", "127.0.0.1:0")
	if err != nil {
		return err
	}
	c.GerencianetURL, c.VhsysURL = world.gerencianetURL, world.vhsysURL
	return errors.Join(runDemo(ctx, c, world), world.close())
}

func runDemo(ctx context.Context, c config, world *simulated) error {
	a, err := newApp(ctx, demoTiming(c), false)
	if err != nil {
		return err
	}
	if err := a.seed(ctx); err != nil {
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

// removeDemo deletes a data folder that the demonstration made, and no other.
func removeDemo(folder string) error {
	if _, err := os.Stat(folder); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if _, err := os.Stat(filepath.Join(folder, demoMark)); err != nil {
		return fmt.Errorf("%s não é da demonstração: apague a pasta à mão ou use outra em PONTE_DATA / is not the demonstration's: delete it by hand or set PONTE_DATA", folder)
	}
	for _, name := range []string{"postgres", "sandbox", secretKeyFile} {
		if err := os.RemoveAll(filepath.Join(folder, name)); err != nil {
			return fmt.Errorf("begin anew: %w", err)
		}
	}
	return nil
}

// markDemo marks a new data folder; a folder with a company's own data is refused.
func markDemo(folder string) error {
	mark := filepath.Join(folder, demoMark)
	if _, err := os.Stat(mark); err == nil {
		return nil
	}
	if _, err := os.Stat(filepath.Join(folder, "postgres")); err == nil {
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
