package graph_test

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/golang-jwt/jwt/v5"

	"ponte/access"
	"ponte/billing/billingtest"
	"ponte/ent/audit"
	"ponte/ent/db"
	"ponte/ent/enum"
	"ponte/graph"
)

func TestMain(m *testing.M) {
	log.SetOutput(io.Discard) // gqlgen tells of every socket that it refuses
	billingtest.Main(m)
}

const patience = 2 * time.Minute

// bundle is the API over HTTP on a world of its own. Every statement of its
// resolvers is recorded.
type bundle struct {
	*billingtest.World
	access     *access.Service
	server     *httptest.Server
	logged     *record
	statements *record
}

// setup serves the API; nothing works on operations unless a test runs workers.
func setup(t *testing.T) *bundle {
	t.Helper()
	b := &bundle{World: billingtest.New(t, billingtest.Still), logged: &record{}, statements: &record{}}
	b.server = b.serve(b.DatabaseURL)
	return b
}

// serve starts one more process on the same database, with other settings.
func (b *bundle) serve(databaseURL string, settings ...func(*graph.Resolver)) *httptest.Server {
	b.Helper()
	pool := billingtest.Open(b.TB, databaseURL)
	service := b.NewService(pool, billingtest.Timing())
	service.DB = recorded(pool, b.statements)
	service.Log = slog.New(slog.NewJSONHandler(b.logged, nil))
	b.Listen(service)
	b.access = &access.Service{DB: service.DB, Key: service.Seal.Derive("access"), Seal: service.Seal, PublicURL: service.PublicURL, Now: service.Now, Log: service.Log}
	resolver := &graph.Resolver{DB: service.DB, Billing: service, Access: b.access, Version: "test", FreeDocuments: true}
	for _, set := range settings {
		set(resolver)
	}
	api := graph.NewHandler(resolver, service.Log)
	ctx, stop := context.WithCancel(context.Background())
	go api.Run(ctx)
	mux := http.NewServeMux()
	mux.Handle("/", api)
	mux.Handle("GET /schema.graphql", graph.NewSchemaHandler(resolver))
	exporter := graph.NewExporter(resolver, service.Log)
	mux.Handle("GET /export/{file}", exporter)
	mux.HandleFunc("GET /export/customer/{file}", exporter.ServePerson)
	server := httptest.NewServer(mux)
	b.Cleanup(func() {
		stop()
		server.CloseClientConnections()
		server.Close()
	})
	return server
}

func recorded(pool *sql.DB, into *record) *db.Client {
	driver := audit.Driver(entsql.OpenDB(dialect.Postgres, pool))
	return db.NewClient(db.Driver(dialect.DebugWithContext(driver, func(_ context.Context, line ...any) { _, _ = fmt.Fprintln(into, line...) })))
}

// record keeps lines.
type record struct {
	mu    sync.Mutex
	lines []string
}

// Write keeps one line.
func (r *record) Write(line []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, string(line))
	return len(line), nil
}

// take answers the lines since the last time.
func (r *record) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := r.lines
	r.lines = nil
	return taken
}

// caller is a signed-in person.
type caller struct {
	*bundle
	person   *db.User
	token    string
	url      string
	language string
}

// as answers a new person with the role, signed in.
func (b *bundle) as(role enum.Role) *caller {
	b.Helper()
	return b.signedIn(b.User(role))
}

// signedIn opens a session without a password, as access does with one.
func (b *bundle) signedIn(person *db.User) *caller {
	b.Helper()
	now := b.Clock()
	session, err := b.DB.Session.Create().SetUserID(person.ID).SetTokenHash([]byte{1}).SetUsedAt(now).SetCreatedAt(now).SetExpiresAt(now.Add(time.Hour)).Save(b.Context())
	b.Must(err)
	key, err := hkdf.Key(sha256.New, b.access.Key, nil, "ponte access token", 32)
	b.Must(err)
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub": person.ID, "sid": session.ID, "iss": "ponte", "aud": "ponte", "exp": now.Add(time.Hour).Unix(),
	}).SignedString(key)
	b.Must(err)
	return &caller{bundle: b, person: person, token: token, url: b.server.URL}
}

type graphError struct {
	Message    string
	Path       []any
	Extensions struct {
		Code, ID string
		Field    []string
	}
}

// answer is what the API said.
type answer struct {
	status int
	header http.Header
	body   []byte
	Data   json.RawMessage
	Errors []graphError
}

// code answers the code of the first error, "" without one.
func (a answer) code() string {
	if len(a.Errors) == 0 {
		return ""
	}
	return a.Errors[0].Extensions.Code
}

// try asks and answers whatever came.
func (c *caller) try(document string, variables map[string]any) answer {
	c.Helper()
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	c.Must(err)
	return c.send(http.MethodPost, "", map[string]string{"Content-Type": "application/json"}, string(body))
}

// send makes a request of its own shape.
func (c *caller) send(method, query string, header map[string]string, body string) answer {
	c.Helper()
	request, err := http.NewRequestWithContext(c.Context(), method, c.url+query, strings.NewReader(body))
	c.Must(err)
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.language != "" {
		request.Header.Set("Accept-Language", c.language)
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	c.Must(err)
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	c.Must(err)
	got := answer{status: response.StatusCode, header: response.Header, body: content}
	_ = json.Unmarshal(content, &got)
	return got
}

// ask asks and reads the data; an error ends the test.
func (c *caller) ask(document string, variables map[string]any, data any) {
	c.Helper()
	got := c.try(document, variables)
	if got.status != http.StatusOK || len(got.Errors) > 0 {
		c.Fatalf("%s: %d %s", firstLine(document), got.status, got.body)
	}
	if data != nil {
		c.Must(json.Unmarshal(got.Data, data))
	}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// counted asks and answers the statements that it took, without those that tell
// who asks.
func (c *caller) counted(document string, variables map[string]any) []string {
	c.Helper()
	c.statements.take()
	c.ask(document, variables, nil)
	var counted []string
	for _, line := range c.statements.take() {
		if !strings.Contains(line, `"sessions"`) {
			counted = append(counted, line)
		}
	}
	return counted
}

// fill writes so many sales of one charge, with all that hangs on them: customer,
// product, two items, order, invoice, difference, carnê, refund, batch, approval, operations with attempts, events and an
// open failure that the person may hear of. Amounts and due dates have many ties.
func (b *bundle) fill(count int, hears *db.User) {
	b.Helper()
	b.ReadyGerencianet(hears.ID)
	for _, statement := range []string{
		`INSERT INTO customers (id, name, tax_id, created_at, updated_at) SELECT 'cus_' || lpad(i::text, 26, '0'), 'Cliente ' || (i % 7), lpad(i::text, 11, '0'), now(), now() FROM generate_series(1, $1) i`,
		`INSERT INTO products (id, code, name, price_cents, created_at, updated_at) SELECT 'prd_' || lpad(i::text, 26, '0'), 'C' || i, 'Produto ' || (i % 5), 100, now(), now() FROM generate_series(1, $1) i`,
		`INSERT INTO sales (id, items_cents, discount_cents, interest_cents, total_cents, payment_method, installments, note, created_at, customer_id, channel, approved_at)
			SELECT 'sal_' || lpad(i::text, 26, '0'), 100 * (1 + i % 9), 0, 0, 100 * (1 + i % 9), (ARRAY['BOLETO', 'CARNET', 'PIX'])[1 + i % 3], 1, 'nota ' || i, now() - i * interval '1 hour', 'cus_' || lpad(i::text, 26, '0'), 'canal ' || i % 3, now() FROM generate_series(1, $1) i`,
		`INSERT INTO sale_items (id, position, description, quantity, unit_cents, sale_id, product_id)
			SELECT 'itm_' || lpad((2 * i + n)::text, 26, '0'), n, 'item', 1, 50, 'sal_' || lpad(i::text, 26, '0'), 'prd_' || lpad(i::text, 26, '0') FROM generate_series(1, $1) i, generate_series(0, 1) n`,
		`INSERT INTO carnets (id, environment, reference, parcels, provider_id, provider_status, cover, link, created_at, updated_at, sale_id)
			SELECT 'crn_' || lpad(i::text, 26, '0'), 'SANDBOX', 'carne' || i, 1, i::text, 'up_to_date', 'https://example.test/capa', 'https://example.test/carne', now(), now(), 'sal_' || lpad(i::text, 26, '0') FROM generate_series(1, $1) i WHERE i % 3 = 1`,
		`INSERT INTO charges (id, installment, method, status, amount_cents, due_date, fine_hundredths, monthly_interest_hundredths, early_discount_cents, early_discount_days, days_to_write_off, message, environment, reference,
				provider_id, provider_status, bar_code, typeable_line, pix_code, link, pdf, paid_cents, paid_on, created_at, updated_at, sale_id, customer_id,
				carnet_id, daily_interest_thousandths, discount_cents, early_discount_hundredths, link_methods, pix_seconds, expires_at, card_installments, card_mask, refusal, paid_with, end_to_end_id, provider_fee_cents, refunded_cents)
			SELECT 'chg_' || lpad(i::text, 26, '0'), 1, (ARRAY['BOLETO', 'CARNET', 'PIX'])[1 + i % 3], (ARRAY['WAITING', 'OVERDUE', 'PAID', 'CANCELED'])[1 + i % 4], 100 * (1 + i % 9), DATE '2026-11-01' + i % 13, 200, 100, 7, 2, 30, 'mensagem', 'SANDBOX', 'ref' || i,
				i::text, 'waiting', 'barra', 'linha', 'pix', 'https://example.test/' || i, 'https://example.test/pdf', 99, DATE '2026-11-03', now(), now(), 'sal_' || lpad(i::text, 26, '0'), 'cus_' || lpad(i::text, 26, '0'),
				CASE i % 3 WHEN 1 THEN 'crn_' || lpad(i::text, 26, '0') END, i % 5, i % 4, i % 2, 'CARD', CASE i % 3 WHEN 2 THEN 3600 END, now(), 1 + i % 12, 'XXXX', 'recusado', 'CARD', 'E' || i, 7, i % 8 FROM generate_series(1, $1) i`,
		`INSERT INTO charge_events (id, at, source, status, code, charge_id) SELECT 'evt_' || lpad(i::text, 26, '0'), now(), 'OPERATION', 'WAITING', 'ISSUED', 'chg_' || lpad(i::text, 26, '0') FROM generate_series(1, $1) i`,
		`INSERT INTO orders (id, created_at, updated_at, sale_id) SELECT 'ord_' || lpad(i::text, 26, '0'), now(), now(), 'sal_' || lpad(i::text, 26, '0') FROM generate_series(1, $1) i`,
		`INSERT INTO invoices (id, sale_id, kind, state, step, test, total_cents, due_at, remote_id, number, access_key, created_at, updated_at)
			SELECT 'inv_' || lpad(i::text, 26, '0'), 'sal_' || lpad(i::text, 26, '0'), (ARRAY['NFE', 'NFSE', 'NFCE'])[1 + i % 3], (ARRAY['ISSUED', 'MANUAL'])[1 + i % 2], 'DONE', true, 100, now(), i::text, i::text, lpad(i::text, 44, '0'), now(), now() FROM generate_series(1, $1) i`,
		`INSERT INTO differences (id, sale_id, kind, state, ours, theirs, first_at, last_at)
			SELECT 'dif_' || lpad(i::text, 26, '0'), 'sal_' || lpad(i::text, 26, '0'), (ARRAY['ORDER_TOTAL', 'RECEIVABLE', 'ORDER_STATUS'])[1 + i % 3], (ARRAY['OPEN', 'GONE'])[1 + i % 2], '1,00', '2,00', now(), now() FROM generate_series(1, $1) i`,
		`INSERT INTO operations (id, kind, state, integration, subject_id, dedupe_key, asked_at, created_at, finished_at) SELECT 'opr_' || lpad(i::text, 26, '0'), 'ISSUE_CHARGE', 'FAILED', 'GERENCIANET', 'chg_' || lpad(i::text, 26, '0'), 'k' || i, now(), now(), now() FROM generate_series(1, $1) i`,
		`INSERT INTO attempts (id, started_at, duration_milliseconds, request, request_body, response_body, operation_id) SELECT 'att_' || lpad(i::text, 26, '0'), now(), 1, 'POST /v1/charge', '', '', 'opr_' || lpad(i::text, 26, '0') FROM generate_series(1, $1) i`,
		`INSERT INTO failures (id, cause_key, code, integration, environment, cause, remedy, subject_id, subject_label, operation_id, first_at, last_at)
			SELECT 'flr_' || lpad(i::text, 26, '0'), 'c' || i, 'gerencianet.1', 'GERENCIANET', 'SANDBOX', '{"pt":"Causa","en":"Cause"}', '{"pt":"Remédio","en":"Remedy"}', 'chg_' || lpad(i::text, 26, '0'), '{"pt":"Cobrança","en":"Charge"}', 'opr_' || lpad(i::text, 26, '0'), now(), now() FROM generate_series(1, $1) i`,
		`INSERT INTO batches (id, action, total, created_at) SELECT 'bat_' || lpad(i::text, 26, '0'), 'CANCEL', 2, now() FROM generate_series(1, $1) i`,
		`INSERT INTO batch_items (id, batch_id, position, charge_id, sale_id, operation_id, state, problem_code, problem_pt, problem_en)
			SELECT 'bit_' || lpad((2 * i + n)::text, 26, '0'), 'bat_' || lpad(i::text, 26, '0'), n, 'chg_' || lpad(i::text, 26, '0'), 'sal_' || lpad(i::text, 26, '0'), 'opr_' || lpad(i::text, 26, '0'), (ARRAY['DONE', 'FAILED'])[n], (ARRAY['', 'CHARGE_STATUS'])[n], (ARRAY['', 'Não pode.'])[n], (ARRAY['', 'It cannot.'])[n]
			FROM generate_series(1, $1) i, generate_series(1, 2) n`,
	} {
		_, err := b.Pool.Exec(statement, count)
		b.Must(err)
	}
	_, err := b.Pool.Exec(`INSERT INTO refunds (id, amount_cents, state, reference, reason, requested_by_id, created_at, charge_id) SELECT 'rfd_' || lpad(i::text, 26, '0'), 1, 'DONE', 'dev' || i, 'motivo', $2, now(), 'chg_' || lpad(i::text, 26, '0') FROM generate_series(1, $1) i`, count, hears.ID)
	b.Must(err)
	_, err = b.Pool.Exec(`INSERT INTO approvals (id, kind, subject_id, amount_cents, input, digest, asked_by_id, created_at, expires_at)
		SELECT 'apr_' || lpad(i::text, 26, '0'), 'REFUND', 'chg_' || lpad(i::text, 26, '0'), 1, jsonb_build_object('ID', 'chg_' || lpad(i::text, 26, '0'), 'Reason', 'motivo'), '', $2, now(), now() + interval '1 day' FROM generate_series(1, $1) i`, count, hears.ID)
	b.Must(err)
	_, err = b.Pool.Exec(`UPDATE batches SET requested_by_id = $1`, hears.ID)
	b.Must(err)
	_, err = b.Pool.Exec(`INSERT INTO deliveries (id, sequence, kind, created_at, user_id, failure_id) SELECT 'dlv_' || lpad(i::text, 26, '0'), i, 'OPENED', now(), $2, 'flr_' || lpad(i::text, 26, '0') FROM generate_series(1, $1) i`, count, hears.ID)
	b.Must(err)
	_, err = b.Pool.Exec(`UPDATE users SET feed_sequence = $1 WHERE id = $2`, count, hears.ID)
	b.Must(err)
	b.statements.take()
}

// row answers the id that fill gave to row n of a kind.
func row(kind string, n int) string { return fmt.Sprintf("%s_%026d", kind, n) }

// begins is how long a subscription that tells nothing at first is given to begin.
const begins = time.Second

// until waits for a condition.
func until(t testing.TB, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}
