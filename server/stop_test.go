package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"ponte/access"
	"ponte/billing/billingtest"
	"ponte/ent/enum"
)

// signalled sends a signal and answers how long the process took to end.
func (p *process) signalled(signal syscall.Signal) time.Duration {
	p.t.Helper()
	started := time.Now()
	if err := p.command.Process.Signal(signal); err != nil {
		p.t.Fatal(err)
	}
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.t.Fatalf("it does not end:\n%s", p.log)
	}
	return time.Since(started)
}

// operator makes an owner and signs in.
func operator(t *testing.T, w *billingtest.World, address string) *client {
	t.Helper()
	owner := w.User(enum.RoleOwner)
	who := &access.Service{DB: w.DB, Key: w.Seal.Derive("access"), Now: time.Now, Log: w.Service.Log}
	w.Must(who.ResetPassword(t.Context(), owner.Email, "uma senha boa"))
	return signIn(t, address, "/auth/login", map[string]string{"email": owner.Email, "password": "uma senha boa"})
}

func TestStop(t *testing.T) {
	t.Parallel()

	t.Run("a request in flight is answered, streams end, and the log is JSON throughout", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.Still)
		w.Ready()
		address := freeAddress(t)
		p := serverProcess(t, w, address).ready()
		caller := operator(t, w, address)
		stream := caller.follow(t.Context(), `subscription { chargeChanged { id } }`, nil)
		w.FailVhsys(billingtest.Fault{Kind: "delay", DelayMs: 700, Count: 1})
		answered := make(chan error, 1)
		go func() {
			answered <- caller.tryAsk(`{ providerProducts { items { id } userErrors { code } } }`, nil, nil)
		}()
		time.Sleep(250 * time.Millisecond)
		took := p.signalled(syscall.SIGTERM)
		if err := <-answered; err != nil {
			t.Errorf("the request in flight: %v", err)
		}
		if _, open := <-stream; open {
			t.Error("the stream told something")
		}
		if code := p.command.ProcessState.ExitCode(); code != 0 || took > 3*time.Second {
			t.Errorf("exit code %d after %v", code, took)
		}
		log := p.log.String()
		for line := range strings.Lines(log) {
			if !json.Valid([]byte(line)) {
				t.Errorf("no JSON: %s", line)
			}
		}
		for _, said := range []string{`"msg":"listening"`, `"msg":"stopping"`, `"msg":"stopped"`, `"path":"/graphql","status":200`, `"status":101`} {
			if !strings.Contains(log, said) {
				t.Errorf("%s is not in the log:\n%s", said, log)
			}
		}
		if strings.Contains(log, caller.token) {
			t.Error("the log has the access token")
		}
	})

	t.Run("what cannot end is put back, within ten seconds", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.Still)
		w.Ready()
		w.FailGerencianet(billingtest.Fault{Route: "POST /v1/charge", Kind: "delay", DelayMs: 20_000, Count: 1})
		address := freeAddress(t)
		p := serverProcess(t, w, address, "PONTE_PROVIDER_TIMEOUT=25s", "PONTE_SETTLE_WINDOW=1s").ready()
		caller := operator(t, w, address)
		sold := w.NewSale(50_00, 1)
		saleID := caller.id(createSale, "sale", input{"i": input{"customerId": sold.CustomerID, "items": []input{{"productId": *sold.Items[0].ProductID}}, "firstDueDate": string(*sold.FirstDueDate)}})
		until(t, "the request is in flight", func() bool { return w.Requests("gerencianet")["POST /v1/charge"] > 0 })
		if took := p.signalled(syscall.SIGTERM); took > 10*time.Second {
			t.Errorf("it took %v", took)
		}
		var state string
		w.Must(w.Pool.QueryRow(`SELECT o.state FROM operations o JOIN charges c ON c.id = o.subject_id WHERE c.sale_id = $1`, saleID).Scan(&state))
		if state != "RUNNING" && state != "QUEUED" && state != "UNKNOWN" {
			t.Errorf("the operation is %s", state)
		}
	})
}

func TestCommands(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t, billingtest.Still)
	w.Ready()
	address := freeAddress(t)
	serverProcess(t, w, address, "PONTE_SWEEP_INTERVAL=1h").ready()
	environment := []string{"DATABASE_URL=" + w.DatabaseURL, "PONTE_SECRET_KEY=" + billingtest.MasterKey, "PONTE_GERENCIANET_URL=" + w.Gerencianet.URL, "PONTE_GERENCIANET_PIX_URL=" + w.Pix.URL, "PONTE_PROVIDER_CA_FILE=" + w.AuthorityFile(), "PONTE_VHSYS_URL=" + w.Vhsys.URL, "PONTE_PROVIDER_TIMEOUT=1s"}

	t.Run("user create and reset", func(t *testing.T) {
		create := func(email, password string) outcome {
			return runPonte(t, append(environment, "PASSWORD="+password), "user", "create", "--name", "Ana Moreira", "--email", email, "--role", "FINANCE")
		}
		made := create("ana@empresa.example", "uma senha boa")
		if made.code != 0 || !strings.HasPrefix(made.output, "usr_") {
			t.Fatalf("%+v", made)
		}
		signIn(t, address, "/auth/login", map[string]string{"email": "ana@empresa.example", "password": "uma senha boa"})
		if again := create("ana@empresa.example", "uma senha boa"); again.code != exitFailed || strings.Contains(again.errors, "pq:") {
			t.Errorf("twice: %+v", again)
		}
		if short := create("eva@empresa.example", "curta"); short.code != exitFailed || short.errors == "" {
			t.Errorf("a short password: %+v", short)
		}
		if reset := runPonte(t, append(environment, "PASSWORD=outra senha boa"), "user", "reset", "--email", "ana@empresa.example"); reset.code != 0 {
			t.Errorf("%+v", reset)
		}
		signIn(t, address, "/auth/login", map[string]string{"email": "ana@empresa.example", "password": "outra senha boa"})
		if nobody := runPonte(t, append(environment, "PASSWORD=outra senha boa"), "user", "reset", "--email", "ninguem@empresa.example"); nobody.code != exitFailed {
			t.Errorf("%+v", nobody)
		}
	})

	t.Run("user create without a password, token create, audit verify", func(t *testing.T) {
		invited := runPonte(t, environment, "user", "create", "--name", "Bia Alves", "--email", "bia@empresa.example", "--role", "OPERATOR")
		_, secret, found := strings.Cut(strings.TrimSpace(invited.output), "/password#")
		if invited.code != 0 || !found {
			t.Fatalf("%+v", invited)
		}
		if status, content := post(t, "http://"+address+"/auth/password", "", map[string]string{"secret": secret, "password": "a senha da Bia"}); status != http.StatusNoContent {
			t.Fatalf("%d %s", status, content)
		}
		signIn(t, address, "/auth/login", map[string]string{"email": "bia@empresa.example", "password": "a senha da Bia"})

		made := runPonte(t, environment, "token", "create", "--user", "bia@empresa.example", "--name", "Loja", "--scope", "charges:read,SALES_WRITE", "--expires-in", "24h")
		if made.code != 0 || !strings.HasPrefix(made.output, "ponte_") {
			t.Fatalf("%+v", made)
		}
		(&client{t: t, address: address, token: strings.TrimSpace(made.output)}).ask(`{ charges { nodes { id } } viewer { scopes } }`, nil, nil)
		for _, wrong := range [][]string{{"--user", "ninguem@empresa.example", "--scope", "sales:read"}, {"--user", "bia@empresa.example", "--scope", "everything"}} {
			if got := runPonte(t, environment, append([]string{"token", "create", "--name", "x"}, wrong...)...); got.code != exitFailed || got.errors == "" {
				t.Errorf("%v: %+v", wrong, got)
			}
		}

		until(t, "the record is sealed", func() bool {
			var waiting int
			w.Must(w.Pool.QueryRow("SELECT count(*) FROM audit_entries WHERE hash IS NULL").Scan(&waiting))
			return waiting == 0
		})
		whole := runPonte(t, environment, "audit", "verify")
		_, head, _ := strings.Cut(strings.TrimSpace(whole.output), "cabeça ")
		if whole.code != 0 || len(head) != 64 {
			t.Fatalf("%+v", whole)
		}
		if noted := runPonte(t, environment, "audit", "verify", "--noted", head); noted.code != 0 {
			t.Errorf("%+v", noted)
		}
		if never := runPonte(t, environment, "audit", "verify", "--noted", strings.Repeat("ab", 32)); never.code != exitFailed {
			t.Errorf("%+v", never)
		}
	})

	t.Run("migrate beside a running server, twice", func(t *testing.T) {
		for range 2 {
			if got := runPonte(t, environment, "migrate"); got.code != 0 {
				t.Errorf("%+v", got)
			}
		}
	})

	t.Run("sweep has the server ask", func(t *testing.T) {
		c := operator(t, w, address)
		if got := runPonte(t, environment, "sweep"); got.code != 0 {
			t.Fatalf("%+v", got)
		}
		until(t, "the sweep has run", func() bool {
			var seen struct {
				Operations struct {
					Nodes []struct{ Kind, State string }
				}
			}
			c.ask(`{ operations(filter: {kind: [SWEEP]}) { nodes { kind state } } }`, nil, &seen)
			return len(seen.Operations.Nodes) > 0 && seen.Operations.Nodes[0].State == "SUCCEEDED"
		})
	})

	t.Run("check tells what does not add up", func(t *testing.T) {
		var found struct {
			OK          bool `json:"ok"`
			Differences []struct{ Code string }
		}
		good := runPonte(t, environment, "check", "--json")
		if err := json.Unmarshal([]byte(good.output), &found); err != nil || good.code != 0 || !found.OK {
			t.Errorf("%+v %v", good, err)
		}
		_, err := w.Pool.Exec(`UPDATE accounts SET balance_cents = 5`)
		w.Must(err)
		bad := runPonte(t, environment, "check", "--json")
		if err := json.Unmarshal([]byte(bad.output), &found); err != nil || bad.code != exitFailed || found.OK || len(found.Differences) == 0 {
			t.Errorf("%+v %v", bad, err)
		}
		if plain := runPonte(t, environment, "check"); plain.code != exitFailed || !strings.Contains(plain.output, "diferenças") {
			t.Errorf("%+v", plain)
		}
		_, err = w.Pool.Exec(`UPDATE accounts SET balance_cents = 0`)
		w.Must(err)
	})

	t.Run("doctor", func(t *testing.T) {
		if well := runPonte(t, environment, "doctor"); well.code != 0 || strings.Contains(well.output, "✗") || strings.Count(well.output, "✓") < 6 {
			t.Errorf("all is well: %+v", well)
		}
		w.FailGerencianet(billingtest.Fault{Kind: "status", Status: 401, Body: `{"error":"unauthorized","error_description":"Unauthorized"}`, Count: billingtest.Forever})
		refused := runPonte(t, environment, "doctor")
		w.Mend()
		if refused.code != exitFailed || !strings.Contains(refused.output, "✗ GERENCIANET") || !strings.Contains(refused.output, "✓ VHSYS") {
			t.Errorf("refused credentials: %+v", refused)
		}
		key := runPonte(t, append(environment, "PONTE_SECRET_KEY=b3V0cmEtY2hhdmUtb3V0cmEtY2hhdmUtb3V0cmEtY2g"), "doctor")
		if key.code != exitFailed || !strings.Contains(key.output, "PONTE_SECRET_KEY") {
			t.Errorf("another key: %+v", key)
		}
		if away := runPonte(t, []string{"DATABASE_URL=postgres://127.0.0.1:1/x"}, "doctor"); away.code != exitFailed || !strings.Contains(away.output, "✗ banco de dados") {
			t.Errorf("no database: %+v", away)
		}
		_, empty := billingtest.EmptyDatabase(t)
		if behind := runPonte(t, []string{"DATABASE_URL=" + empty, "PONTE_SECRET_KEY=" + billingtest.MasterKey}, "doctor"); behind.code != exitFailed || !strings.Contains(behind.output, "ponte migrate") {
			t.Errorf("no migrations: %+v", behind)
		}
		_, fresh := billingtest.Database(t)
		real := runPonte(t, []string{"DATABASE_URL=" + fresh, "PONTE_SECRET_KEY=" + billingtest.MasterKey}, "doctor")
		if real.code != exitFailed || !strings.Contains(real.output, "PONTE_PUBLIC_URL") || !strings.Contains(real.output, "– VHSYS") {
			t.Errorf("no callback address: %+v", real)
		}
		if public := runPonte(t, []string{"DATABASE_URL=" + fresh, "PONTE_SECRET_KEY=" + billingtest.MasterKey, "PONTE_PUBLIC_URL=https://ponte.example"}, "doctor"); public.code != 0 {
			t.Errorf("a public address: %+v", public)
		}
	})

	t.Run("a database of a newer program is refused", func(t *testing.T) {
		pool, newer := billingtest.Database(t)
		_, err := pool.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)`)
		w.Must(err)
		for _, command := range []string{"serve", "migrate", "check", "doctor"} {
			got := runPonte(t, []string{"DATABASE_URL=" + newer, "PONTE_SECRET_KEY=" + billingtest.MasterKey, "PONTE_ADDR=127.0.0.1:0"}, command)
			if got.code != exitFailed || !strings.Contains(got.errors+got.output, "atualize o programa") {
				t.Errorf("%s: %+v", command, got)
			}
		}
	})
}

func TestSandboxCommand(t *testing.T) {
	t.Parallel()
	addresses := []string{freeAddress(t), freeAddress(t), freeAddress(t)}
	p := startProgram(t, nil, "sandbox", "--memory", "--gerencianet-addr", addresses[0], "--vhsys-addr", addresses[1], "--control-addr", addresses[2])
	until(t, "the simulators answer", func() bool {
		response, err := http.Get(fmt.Sprintf("http://%s/gerencianet/charges", addresses[2]))
		if err != nil {
			return false
		}
		_ = response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
	response, err := http.Post("http://"+addresses[0]+"/v1/authorize", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("without credentials: %d", response.StatusCode)
	}
	if took := p.signalled(syscall.SIGINT); took > 2*time.Second || p.command.ProcessState.ExitCode() != 0 {
		t.Errorf("it ended after %v with %d", took, p.command.ProcessState.ExitCode())
	}
}
