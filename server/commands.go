package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"ponte/access"
	"ponte/billing"
	"ponte/ent/audit"
	"ponte/ent/db/user"
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

// asCommand has what is changed written down under the command's name.
func asCommand(ctx context.Context, name string) context.Context {
	return audit.WithAction(ctx, "ponte "+name)
}

type userCommand struct {
	Create userCreateCommand `cmd:"" help:"Add a person; without a password, print the address to choose one."`
	Reset  userResetCommand  `cmd:"" help:"Print the address at which a person chooses a new password; with one, set it and end all sessions."`
}

type userCreateCommand struct {
	Name     string `required:"" help:"The full name."`
	Email    string `required:"" help:"The address that signs in."`
	Role     string `default:"OWNER" enum:"READER,OPERATOR,FINANCE,OWNER" help:"What the person may do."`
	Password string `env:"PASSWORD" help:"The password; better given in the variable PASSWORD. Without it the person chooses one."`
}

// Run adds a person.
func (u userCreateCommand) Run(ctx context.Context, c config) error {
	ctx = asCommand(ctx, "user create")
	input := access.NewUser{Name: u.Name, Email: u.Email, Role: enum.Role(u.Role), Password: u.Password, Locale: "pt-BR"}
	return withApp(ctx, c, func(a *app) error {
		if u.Password == "" {
			return printLink(a.access.Invite(ctx, input))
		}
		made, err := a.access.CreateUser(ctx, input)
		if err != nil {
			return plain(err)
		}
		fmt.Println(made.ID)
		return nil
	})
}

// printLink prints the address at which a person chooses a password.
func printLink(link *access.Link, err error) error {
	if err != nil {
		return plain(err)
	}
	fmt.Println(link.URL)
	return nil
}

type userResetCommand struct {
	Email    string `required:"" help:"The address that signs in."`
	Password string `env:"PASSWORD" help:"The new password; better given in the variable PASSWORD. Without it the person chooses one."`
	TOTP     bool   `name:"totp" help:"Take the second factor away instead, from a person who has lost it."`
}

// Run sets a new password, or takes the second factor away.
func (u userResetCommand) Run(ctx context.Context, c config) error {
	ctx = asCommand(ctx, "user reset")
	return withApp(ctx, c, func(a *app) error {
		switch {
		case u.TOTP:
			return a.resetTOTP(ctx, u.Email)
		case u.Password == "":
			return printLink(a.access.ResetByLink(ctx, user.Email(strings.ToLower(u.Email))))
		}
		return plain(a.access.ResetPassword(ctx, u.Email, u.Password))
	})
}

func (a *app) resetTOTP(ctx context.Context, email string) error {
	who, err := a.access.DB.User.Query().Where(user.Email(strings.ToLower(email))).Only(ctx)
	if err != nil {
		return err
	}
	_, err = a.access.ResetTOTP(ctx, who.ID)
	return plain(err)
}

type tokenCommand struct {
	Create tokenCreateCommand `cmd:"" help:"Make a token for an app, and print it once."`
}

type tokenCreateCommand struct {
	User      string        `required:"" help:"The e-mail of the person in whose name the app works."`
	Name      string        `required:"" help:"The token's name, for example the app that uses it."`
	Scope     []string      `required:"" help:"What it may do, for example sales:write; several with commas between."`
	ExpiresIn time.Duration `help:"How long it is good, for example 8760h; without an end when absent."`
}

// Run makes a token.
func (t tokenCreateCommand) Run(ctx context.Context, c config) error {
	ctx = asCommand(ctx, "token create")
	return withApp(ctx, c, func(a *app) error {
		who, err := a.access.DB.User.Query().Where(user.Email(strings.ToLower(t.User))).Only(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", t.User, err)
		}
		input := access.NewAPIToken{UserID: who.ID, Name: t.Name}
		for _, scope := range t.Scope {
			input.Scopes = append(input.Scopes, enum.Scope(strings.ToUpper(strings.ReplaceAll(scope, ":", "_"))))
		}
		if t.ExpiresIn != 0 {
			end := time.Now().Add(t.ExpiresIn)
			input.ExpiresAt = &end
		}
		_, secret, err := a.access.CreateAPIToken(ctx, input)
		if err != nil {
			return plain(err)
		}
		fmt.Println(secret)
		return nil
	})
}

type auditCommand struct {
	Verify auditVerifyCommand `cmd:"" help:"Check that nobody has changed the record of who changed what."`
}

type auditVerifyCommand struct {
	Noted string `help:"A head that was printed earlier, which must still be in the chain."`
}

// Run checks the chain; a break is a failure.
func (v auditVerifyCommand) Run(ctx context.Context, c config) error {
	noted, err := hex.DecodeString(v.Noted)
	if err != nil {
		return fmt.Errorf("--noted: %w", err)
	}
	if v.Noted == "" {
		noted = nil
	}
	return withApp(ctx, c, func(a *app) error {
		found, err := audit.Verify(ctx, a.pool, noted)
		if err != nil {
			return err
		}
		fmt.Printf("%d registros, %d a selar; cabeça %s\n", found.Entries, found.Waiting, hex.EncodeToString(found.Head))
		return brokenRecord(found)
	})
}

func brokenRecord(found audit.Verification) error {
	switch {
	case found.Broken > 0:
		return fmt.Errorf("a cadeia se quebra no registro %d: ele, ou o que vinha antes, foi alterado ou retirado / the chain breaks at entry %d: it, or what came before it, was changed or taken out", found.Broken, found.Broken)
	case !found.Known:
		return errors.New("a cabeça anotada não está na cadeia: ela foi refeita / the head that was noted is not in the chain: it was made anew")
	case found.Overdue:
		return errors.New("há registros que ninguém sela: o servidor está rodando? / there are entries that nobody seals: does the server run?")
	}
	return nil
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
