// Command ponte joins a company's sales to Gerencianet (Efí) and Vhsys: a GraphQL
// API with an admin panel. This package is how it runs; nobody imports it.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set by the build.
var version = "0.1.0"

// commands are those of the one binary. Exit codes: 0 done, 1 failed, 2 wrong use.
type commands struct {
	Serve   serveCommand   `cmd:"" default:"1" help:"Run the server (production)."`
	Demo    demoCommand    `cmd:"" help:"Run the server with both providers simulated and a small company in it."`
	Sandbox sandboxCommand `cmd:"" help:"Run the provider simulators alone."`
	Migrate migrateCommand `cmd:"" help:"Bring the database to this program's schema."`
	User    userCommand    `cmd:"" help:"Add a person, or set a new password."`
	Token   tokenCommand   `cmd:"" help:"Make a token for an app."`
	Audit   auditCommand   `cmd:"" help:"Check the record of who changed what."`
	Check   checkCommand   `cmd:"" help:"Check that the ledger adds up."`
	Doctor  doctorCommand  `cmd:"" help:"Look at everything that Ponte needs, and say what to do."`
	Sweep   sweepCommand   `cmd:"" help:"Have the provider asked for everything that no notification told."`
	Config  configCommand  `cmd:"" help:"Show the effective configuration, secrets masked."`
	Version versionCommand `cmd:"" help:"Show the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	code := run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

const (
	exitFailed   = 1
	exitWrongUse = 2
)

func run(ctx context.Context, arguments []string) int {
	if err := readEnvFile(".env"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitWrongUse
	}
	var chosen commands
	parser, err := kong.New(&chosen, kong.Name("ponte"), kong.Description("Ponte: vendas, cobranças e notas em um só lugar."), kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitFailed
	}
	parsed, err := parser.Parse(arguments)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitWrongUse
	}
	c, err := readConfig()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitWrongUse
	}
	slog.SetDefault(newLog(os.Stderr, c))
	if err := parsed.Run(c); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, err)
		return exitFailed
	}
	return 0
}

type configCommand struct{}

// Run prints the configuration.
func (configCommand) Run(c config) error {
	c.print()
	return nil
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run() error {
	fmt.Println(version)
	return nil
}
