package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// readEnvFile sets the variables of a file of lines NAME=value, which is for
// development. Variables that are set already win; a file that is not there is no
// error.
func readEnvFile(path string) error {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	number := 0
	for line := range strings.Lines(string(content)) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, found := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		if !found || strings.TrimSpace(name) == "" {
			return fmt.Errorf("%s, linha %d: escreva NOME=valor / line %d: write NAME=value", path, number, number)
		}
		if _, set := os.LookupEnv(strings.TrimSpace(name)); set {
			continue
		}
		if err := os.Setenv(strings.TrimSpace(name), unquoted(strings.TrimSpace(value))); err != nil {
			return fmt.Errorf("%s, line %d: %w", path, number, err)
		}
	}
	return nil
}

// unquoted takes off one pair of quotes around a value.
func unquoted(value string) string {
	for _, quote := range []string{`"`, `'`} {
		if len(value) >= 2 && strings.HasPrefix(value, quote) && strings.HasSuffix(value, quote) {
			return value[1 : len(value)-1]
		}
	}
	return value
}
