// Command withpostgres runs another command with an empty PostgreSQL that lives
// as long as the command does:
//
//	go run ./ent/postgres/cmd/withpostgres -- go test ./...
//
// The command finds the server's address in PONTE_TEST_DATABASE_URL. Its exit
// code becomes ours.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"ponte/ent/postgres"
)

func main() {
	arguments := os.Args[1:]
	if len(arguments) > 0 && arguments[0] == "--" {
		arguments = arguments[1:]
	}
	if len(arguments) == 0 {
		fmt.Fprintln(os.Stderr, "usage: withpostgres -- command [arguments]")
		os.Exit(2)
	}
	code, err := run(arguments)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

func run(arguments []string) (code int, err error) {
	// Ctrl-C reaches the command by the terminal; we wait for what it says.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)

	folder, err := os.MkdirTemp("", "ponte-test-")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	server, err := postgres.Start(context.Background(), postgres.Options{DataDir: folder, Fast: true})
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, stop(server)) }()
	return runCommand(arguments, server.URL("postgres"), signals)
}

func stop(server *postgres.Embedded) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return server.Stop(ctx)
}

func runCommand(arguments []string, databaseURL string, signals <-chan os.Signal) (int, error) {
	command := exec.Command(arguments[0], arguments[1:]...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	command.Env = append(os.Environ(), "PONTE_TEST_DATABASE_URL="+databaseURL)
	if err := command.Start(); err != nil {
		return 1, err
	}
	go func() {
		for received := range signals {
			if received == syscall.SIGTERM {
				_ = command.Process.Signal(received)
			}
		}
	}()
	err := command.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), nil
	}
	return 0, err
}
