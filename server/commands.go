package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"ponte/access"
	"ponte/billing"
	"ponte/ent/enum"
	"ponte/ent/migrations"
)

type migrateCommand struct{}

// Run migrates the database and ends.
func (migrateCommand) Run(ctx context.Context, c config) error {
	a, err := openDatabase(ctx, c, true)
	if err != nil {
		return err
	}
	return errors.Join(migrations.Up(ctx, a.pool), a.close())
}

// withApp runs work with the wired program, beside a running server if there is one.
func withApp(ctx context.Context, c config, work func(a *app) error) error {
	a, err := newApp(ctx, c, true)
	if err != nil {
		return err
	}
	return errors.Join(work(a), a.close())
}

type userCommand struct {
	Create userCreateCommand `cmd:"" help:"Add a person."`
	Reset  userResetCommand  `cmd:"" help:"Set a new password and end all sessions of a person."`
}

type userCreateCommand struct {
	Name     string `required:"" help:"The full name."`
	Email    string `required:"" help:"The address that signs in."`
	Role     string `default:"OWNER" enum:"READER,OPERATOR,FINANCE,OWNER" help:"What the person may do."`
	Password string `env:"PASSWORD" required:"" help:"The password; better given in the variable PASSWORD."`
}

// Run adds a person.
func (u userCreateCommand) Run(ctx context.Context, c config) error {
	return withApp(ctx, c, func(a *app) error {
		made, err := a.access.CreateUser(ctx, access.NewUser{Name: u.Name, Email: u.Email, Role: enum.Role(u.Role), Password: u.Password, Locale: "pt-BR"})
		if err != nil {
			return plain(err)
		}
		fmt.Println(made.ID)
		return nil
	})
}

type userResetCommand struct {
	Email    string `required:"" help:"The address that signs in."`
	Password string `env:"PASSWORD" required:"" help:"The new password; better given in the variable PASSWORD."`
}

// Run sets a new password.
func (u userResetCommand) Run(ctx context.Context, c config) error {
	return withApp(ctx, c, func(a *app) error { return plain(a.access.ResetPassword(ctx, u.Email, u.Password)) })
}

// plain turns a refusal into sentences for the terminal.
func plain(err error) error {
	refusal, ok := billing.AsRefusal(err)
	if !ok {
		return err
	}
	var lines []string
	for _, problem := range refusal {
		lines = append(lines, problem.Text.PT+" / "+problem.Text.EN)
	}
	return errors.New(strings.Join(lines, "\n"))
}

type checkCommand struct {
	JSON bool `name:"json" help:"Answer in JSON."`
}

// Run checks the ledger; differences are a failure.
func (k checkCommand) Run(ctx context.Context, c config) error {
	return withApp(ctx, c, func(a *app) error {
		check, err := a.billing.CheckLedger(ctx)
		if err != nil {
			return err
		}
		if k.JSON {
			err = json.NewEncoder(os.Stdout).Encode(map[string]any{"ok": check.OK(), "charges": check.Charges, "entries": check.Entries, "differences": check.Differences})
		} else {
			printCheck(check)
		}
		if err == nil && !check.OK() {
			err = fmt.Errorf("%d diferenças no razão / %d differences in the ledger", len(check.Differences), len(check.Differences))
		}
		return err
	})
}

func printCheck(check billing.LedgerCheck) {
	fmt.Printf("%d cobranças, %d lançamentos, %d diferenças\n", check.Charges, check.Entries, len(check.Differences))
	for _, difference := range check.Differences {
		fmt.Printf("%s %s: %s\n", difference.Code, difference.SubjectID, difference.Message)
	}
}

type sweepCommand struct{}

// Run enqueues a sweep for the running server.
func (sweepCommand) Run(ctx context.Context, c config) error {
	return withApp(ctx, c, func(a *app) error { return a.billing.Sweep(ctx) })
}
