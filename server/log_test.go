package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestLogHidesSecrets(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := newLog(&out, config{SecretKey: "chave-mestra-secreta", DatabaseURL: "postgres://ana:senha-do-banco@db/ponte"})
	log.With("who", "529.982.247-25").WithGroup("g").ErrorContext(context.WithValue(t.Context(), requestIDKey{}, "pedido-1"), "cliente 52998224725",
		"error", fmt.Errorf("open: %w", errors.New(`{"client_secret":"muito-secreto"} senha-do-banco`)), "cause", []string{"chave-mestra-secreta"}, "header", "Authorization: Bearer abcdefghijklmnop",
		"address", `{"notification_url":"https://ponte.example/callbacks/gerencianet/0123456789abcdef"}`, "count", 3)
	line := out.String()
	for _, secret := range []string{"52998224725", "529.982", "muito-secreto", "senha-do-banco", "chave-mestra", "abcdefghijklmnop", "0123456789abcdef"} {
		if strings.Contains(line, secret) {
			t.Errorf("%s is in %s", secret, line)
		}
	}
	for _, kept := range []string{`"level":"ERROR"`, `"requestId":"pedido-1"`, `"count":3`, `"time":"`} {
		if !strings.Contains(line, kept) {
			t.Errorf("%s is not in %s", kept, line)
		}
	}
}
