package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ponte/billing/billingtest"
	"ponte/ent/postgres"
	"ponte/server/sandbox"
)

// TestSecretsAreNowhere plants every kind of secret in a real server with a
// PostgreSQL of its own, has them used and refused, and looks for them, as they are
// and in Base64, base 32 and hexadecimal, in the log, the metrics, a dump of every
// row, and, once all has stopped, in each file of the data folder, WAL included.
func TestSecretsAreNowhere(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t, billingtest.Still, billingtest.OnMachineTime) // for its simulators
	folder, address, admin := dataFolder(t), freeAddress(t), freeAddress(t)
	p := startProgram(t, []string{
		"DATABASE_URL=", "PONTE_DATA=" + folder, "PONTE_ADDR=" + address, "PONTE_ADMIN_ADDR=" + admin, "PONTE_SECRET_KEY=" + billingtest.MasterKey, "PONTE_RETRY_BASE=20ms", "PONTE_RETRY_MAX=200ms",
		"PONTE_GERENCIANET_URL=" + w.Gerencianet.URL, "PONTE_GERENCIANET_PIX_URL=" + w.Pix.URL, "PONTE_PROVIDER_CA_FILE=" + w.AuthorityFile(), "PONTE_VHSYS_URL=" + w.Vhsys.URL,
	}, "serve")
	p.address = address
	p.ready()
	planted := plantSecrets(t, w, address)

	planted.missingIn(t, "the log", []byte(p.log.String()))
	planted.missingIn(t, "the metrics", fetched(t, "http://"+admin+"/metrics"))
	dump := dumpOf(t, filepath.Join(folder, "postgres"))
	planted.missingIn(t, "a dump of every row", dump)
	for _, looked := range []string{"empresa.example", "ISSUE_CHARGE", "Loja plantada"} {
		if !bytes.Contains(dump, []byte(looked)) {
			t.Errorf("the dump lacks %s, which it should have", looked)
		}
	}
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.ended:
	case <-time.After(patience):
		t.Fatal("it does not end")
	}
	planted.missingIn(t, "the log", []byte(p.log.String()))
	var files, logs int
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		files++
		if strings.Contains(path, "pg_wal") {
			logs++
		}
		planted.missingIn(t, strings.TrimPrefix(path, folder), content)
		return err
	})
	if err != nil || files < 100 || logs == 0 {
		t.Errorf("%d files, %d of them WAL: %v", files, logs, err)
	}
}

// secrets are what must be nowhere, by what they are.
type secrets map[string]string

// plantSecrets configures a new server, uses each secret, and has some refused.
func plantSecrets(t *testing.T, w *billingtest.World, address string) secrets {
	t.Helper()
	const password, wrong, token = "senha plantada 9f2c41", "Client_Secret_planted_4f1d8c", "123456789:planted-bot-token-7c1d"
	certificate := w.PixCertificate(sandbox.EnvironmentSandbox)
	j := &journey{World: w, owner: signIn(t, address, "/auth/setup", map[string]string{"name": "Ana Moreira", "email": "ana@empresa.example", "password": password})}
	j.people()
	j.gerencianet()
	j.vhsys()
	j.owner.id(saveGerencianet, "integration", input{"i": input{"pixKey": "financeiro@empresa.example", "pixCertificate": base64.StdEncoding.EncodeToString([]byte(certificate))}})
	j.owner.id(createCharge, "charge", input{"i": input{"customerId": j.owner.id(saveCustomer, "customer", input{"i": input{
		"name": "Rita Alves", "taxId": billingtest.CPF(71), "email": "rita@cliente.example", "phone": "31999990000",
	}}), "description": "Plano", "amountCents": 5_000, "dueDate": "2040-01-02"}})
	until(t, "the charge is issued", func() bool {
		var got struct {
			Charges struct{ Nodes []struct{ Status string } }
		}
		j.owner.ask(`{ charges { nodes { status } } }`, nil, &got)
		return len(got.Charges.Nodes) == 1 && got.Charges.Nodes[0].Status == "WAITING"
	})
	var app struct {
		CreateAPIToken struct{ Secret string } `json:"createApiToken"`
	}
	j.owner.ask(`mutation { createApiToken(input: {name: "Loja plantada", scopes: [SALES_READ]}) { secret } }`, nil, &app)
	var factor struct{ StartTotp struct{ Secret string } }
	j.owner.ask(`mutation { startTotp { secret } }`, nil, &factor)
	var hook struct{ SaveChannel struct{ NewSecret string } }
	j.owner.ask(`mutation { saveChannel(input: {kind: WEBHOOK, address: "https://hooks.example/planted-path-51b7", secret: ""}) { newSecret userErrors { message } } }`, nil, &hook)
	j.owner.ask(`mutation($token: String!) { saveChannel(input: {kind: TELEGRAM, address: "42", secret: $token}) { userErrors { message } } }`, input{"token": token}, nil)
	for _, refused := range []map[string]string{{"email": "ana@empresa.example", "password": password + "x"}, {"email": "ana@empresa.example", "password": wrong}} {
		_, _ = post(t, "http://"+address+"/auth/login", "", refused)
	}
	loja := &client{t: t, address: address, token: app.CreateAPIToken.Secret}
	_ = loja.tryAsk(`{ sales { nodes { id } } }`, nil, nil)
	_ = loja.tryAsk(`mutation { createCharge(input: {}) { userErrors { code } } }`, nil, nil)
	_ = (&client{t: t, address: address, token: app.CreateAPIToken.Secret + "x"}).tryAsk(`{ system { version } }`, nil, nil)
	j.owner.id(saveGerencianet, "integration", input{"i": input{"clientSecret": wrong}})
	_ = j.owner.tryAsk(testIntegration, input{"i": input{"kind": "GERENCIANET"}}, nil)
	found := secrets{
		"a password": password, "a client secret": sandbox.DemoClientSecret, "a wrong client secret": wrong, "an access token of Vhsys": sandbox.DemoAccessToken, "a secret token of Vhsys": sandbox.DemoSecretToken,
		"an app's token": app.CreateAPIToken.Secret, "a person's token": j.owner.token, "a TOTP secret": factor.StartTotp.Secret, "a signing secret": hook.SaveChannel.NewSecret, "a channel's address": "planted-path-51b7",
		"a bot's token": token, "a private key": privateKey(t, certificate), "the master key": billingtest.MasterKey,
	}
	for what, value := range found {
		if len(value) < 8 {
			t.Fatalf("%s was not planted: %q", what, value)
		}
	}
	return found
}

// privateKey answers a line out of the middle of a certificate's key.
func privateKey(t *testing.T, certificate string) string {
	t.Helper()
	for rest := []byte(certificate); ; {
		block, after := pem.Decode(rest)
		if block == nil {
			t.Fatal("the certificate has no key")
		}
		if strings.Contains(block.Type, "PRIVATE KEY") {
			return base64.StdEncoding.EncodeToString(block.Bytes[30:63])
		}
		rest = after
	}
}

// spellings are the bytes as which a secret could stand somewhere.
func spellings(secret string) [][]byte {
	plain := []byte(secret)
	all := [][]byte{plain, []byte(hex.EncodeToString(plain))}
	for shift := range 3 { // within a longer text Base64 begins at any of three places
		inner := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), plain...))
		cut := inner[min(4, len(inner)):]
		if len(cut) > 12 {
			all = append(all, []byte(cut[:len(cut)-2]))
		}
	}
	for _, decode := range []func(string) ([]byte, error){
		base64.StdEncoding.DecodeString, base64.RawURLEncoding.DecodeString, base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString, hex.DecodeString,
		func(text string) ([]byte, error) {
			return base64.StdEncoding.DecodeString(strings.TrimPrefix(text, "whsec_"))
		},
	} {
		if raw, err := decode(secret); err == nil && len(raw) >= 10 {
			all = append(all, raw, []byte(hex.EncodeToString(raw)))
		}
	}
	return all
}

// missingIn fails the test for each secret that a content has.
func (s secrets) missingIn(t *testing.T, place string, content []byte) {
	t.Helper()
	for what, secret := range s {
		for _, spelt := range spellings(secret) {
			if at := bytes.Index(content, spelt); at >= 0 {
				t.Errorf("%s is in %s: …%q…", what, place, content[max(at-60, 0):min(at+20, len(content))])
				break
			}
		}
	}
}

func fetched(t *testing.T, address string) []byte {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || len(content) < 1_000 {
		t.Fatalf("%s: %d, %d bytes, %v", address, response.StatusCode, len(content), err)
	}
	return content
}

// dumpOf answers every row of every table of a running embedded database, bytes in
// hexadecimal.
func dumpOf(t *testing.T, folder string) []byte {
	t.Helper()
	joined, err := postgres.Start(t.Context(), postgres.Options{DataDir: folder, Join: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = joined.Stop(context.Background()) }() // lets go of what it has joined only
	pool, err := sql.Open("postgres", joined.URL("ponte"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pool.Close() }()
	var names []byte
	if err := pool.QueryRow("SELECT json_agg(tablename) FROM pg_tables WHERE schemaname = 'public'").Scan(&names); err != nil {
		t.Fatal(err)
	}
	var tables []string
	if err := json.Unmarshal(names, &tables); err != nil || len(tables) < 30 {
		t.Fatalf("%d tables: %v", len(tables), err)
	}
	var all bytes.Buffer
	for _, table := range tables {
		var rows string
		if err := pool.QueryRow(`SELECT COALESCE(string_agg(t::text, E'\n'), '') FROM "` + table + `" t`).Scan(&rows); err != nil {
			t.Fatal(err)
		}
		all.WriteString(rows)
	}
	return all.Bytes()
}
