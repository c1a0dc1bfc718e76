package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ponte/billing/billingtest"
)

// attack is a request that must be refused within limits.
type attack struct {
	name          string
	method, query string // POST to /graphql unless said
	path          string
	header        map[string]string
	body          string
	status        int
	says          string // in the answer
}

// attacks are deep, wide, aliased, huge, malformed and foreign requests of somebody
// who is signed in; slow ones are in TestAttacks itself.
func attacks() []attack {
	document := func(text string) string { return `{"query":` + quoted(text) + `}` }
	many := func(count int, format string) string {
		var all strings.Builder
		for i := range count {
			fmt.Fprintf(&all, strings.ReplaceAll(format, "#", fmt.Sprint(i)), i+1)
		}
		return all.String()
	}
	deep := strings.Repeat("sale { charges { ", 9) + "id" + strings.Repeat(" } }", 9)
	doubling := "{ charges(first: 1) { nodes { ...f0 } } } " + many(40, " fragment f# on Charge { ...f%[1]d ...g# } fragment g# on Charge { ...f%[1]d }") + " fragment f40 on Charge { id }"
	return []attack{
		{name: "18 levels deep", body: document("{ charges(first: 1) { nodes { " + deep + " } } }"), status: 200, says: "QUERY_TOO_DEEP"},
		{name: "7,000 braces", body: document(strings.Repeat("{a", 7_000)), status: 200, says: "GRAPHQL_PARSE_FAILED"},
		{name: "3,000 lists within lists", body: document("{ charges(filter: " + strings.Repeat("[", 3_000) + ") { nodes { id } } }"), status: 200, says: "GRAPHQL_"},
		{name: "variables 50,000 levels deep", body: `{"query":"{ system { version } }","variables":{"a":` + strings.Repeat("[", 50_000) + strings.Repeat("]", 50_000) + `}}`, status: 400, says: "BAD_REQUEST"},
		{name: "16 aliases of a search", body: document("{" + many(16, ` a#: customers(search: "x%[1]d") { nodes { id } }`) + "}"), status: 200, says: "TOO_MANY_ALIASES"},
		{name: "400 aliases of nodes", body: document("{" + many(400, ` a#: node(id: "cus_%[1]d") { id }`) + "}"), status: 200, says: "GRAPHQL_PARSE_FAILED"},
		{name: "aliases in fragments", body: document("{ system { ...a ...b } } fragment a on System {" + many(9, " a%[1]d: version") + "} fragment b on System {" + many(9, " b%[1]d: version") + "}"), status: 200, says: "TOO_MANY_ALIASES"},
		{name: "51 directives", body: document("{ system {" + strings.Repeat(" version @include(if: true)", 51) + "} }"), status: 200, says: "TOO_MANY_DIRECTIVES"},
		{name: "600 directives on one field", body: document("{ system { version" + strings.Repeat(" @include(if: true)", 600) + "} }"), status: 200, says: "GRAPHQL_"},
		{name: "3,000 fields", body: document("{ system {" + strings.Repeat(" id", 3_000) + "} }"), status: 200, says: "GRAPHQL_PARSE_FAILED"},
		{name: "fragments that double one another", body: document(doubling), status: 200, says: "TOO_MANY_FIELDS"},
		{name: "fragments in a circle", body: document("{ system { ...a } } fragment a on System { ...b } fragment b on System { ...a }"), status: 200, says: "GRAPHQL_VALIDATION_FAILED"},
		{name: "16,000 characters", body: document("{ system { version } } #" + strings.Repeat("x", 16_000)), status: 200, says: "QUERY_TOO_LONG"},
		{name: "a name of 14,000 letters", body: document("{ " + strings.Repeat("a", 14_000) + " }"), status: 200, says: "GRAPHQL_VALIDATION_FAILED"},
		{name: "pages of 100 of pages of 100", body: document("{ customers(first: 100) { nodes { sales(first: 100) { nodes { id number totalCents status note } } } } }"), status: 200, says: "COMPLEXITY_LIMIT_EXCEEDED"},
		{name: "a page of a million", body: document("{ charges(first: 1000000) { nodes { id } } }"), status: 200, says: "INVALID_ARGUMENT"},
		{name: "a page of less than none", body: document("{ charges(first: -1) { nodes { id } } }"), status: 200, says: "INVALID_ARGUMENT"},
		{name: "a thousand nodes", body: document(`{ nodes(ids: [` + strings.Repeat(`"cus_1" `, 1_000) + `]) { id } }`), status: 200, says: "errors"},
		{name: "introspection that nests", body: document("{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }"), status: 200, says: "GRAPHQL_VALIDATION_FAILED"},
		{name: "a subscription as one answer", body: document("subscription { chargeChanged { id } }"), status: 200, says: "SUBSCRIPTION_TRANSPORT"},
		{name: "@defer", body: document("{ charges { nodes { ... @defer { id } } } }"), status: 200, says: "DEFER_UNSUPPORTED"},
		{name: "a batch of 500", body: "[" + strings.Repeat(document("{ system { version } }")+",", 499) + document("{ system { version } }") + "]", status: 400, says: "BAD_REQUEST"},
		{name: "a body of 1 MiB", body: document(strings.Repeat(" ", 1<<20)), status: 413, says: "REQUEST_TOO_LARGE"},
		{name: "no JSON", body: "{{{{", status: 400, says: "BAD_REQUEST"},
		{name: "the character 0", body: `{"query":"query($s: String) { customers(search: $s) { nodes { id } } }","variables":{"s":"a\u0000"}}`, status: 200, says: "INVALID_ARGUMENT"},
		{name: "a form of another site", header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, body: "query=%7Bsystem%7Bversion%7D%7D", status: 415, says: "UNSUPPORTED_MEDIA_TYPE"},
		{name: "a request of another site", header: map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, body: document("{ system { version } }"), status: 403},
		{name: "a mutation by GET", method: http.MethodGet, query: "?query=" + url.QueryEscape(`mutation { testIntegration(input: {kind: VHSYS}) { userErrors { code } } }`), status: 405},
		{name: "an address of 40 KiB", method: http.MethodGet, query: "?query=" + strings.Repeat("a", 40<<10), status: 431},
		{name: "headers of 40 KiB", header: map[string]string{"X-Filler": strings.Repeat("a", 40<<10)}, body: "{}", status: 431},
		{name: "a token of 20 KiB", header: map[string]string{"Authorization": "Bearer " + strings.Repeat("a", 20<<10)}, body: document("{ system { version } }"), status: 401, says: "UNAUTHENTICATED"},
		{name: "a forged notification", path: "/callbacks/gerencianet/guess", header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, body: "notification=0e5dd2a0-6a0c-4c30-a1c8-1d3b1c8f3a10", status: 404},
	}
}

func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text) + `"`
}

func (a attack) send(address, token string) (status int, body string, err error) {
	method, path := a.method, a.path
	if method == "" {
		method = http.MethodPost
	}
	if path == "" {
		path = "/graphql"
	}
	request, err := http.NewRequest(method, "http://"+address+path+a.query, strings.NewReader(a.body))
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	for name, value := range a.header {
		request.Header.Set(name, value)
	}
	response, err := (&http.Client{Timeout: patience}).Do(request)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	return response.StatusCode, string(content), err
}

// slow are clients that hold a connection as long as they are let.
var slow = []struct {
	name    string
	first   string // sent at once
	drip    string // sent every half second
	longest time.Duration
}{
	{"headers that never end", "POST /graphql HTTP/1.1\r\nHost: x\r\n", "X-A: b\r\n", readHeaderTimeout},
	{"nothing at all", "", "", readHeaderTimeout},
	{"half a request line", "GE", "", readHeaderTimeout},
	{"a body that drips", "POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 200000\r\n\r\n{", " ", readTimeout},
	{"chunks that drip", "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n", readTimeout},
}

const slowEach = 20

// held opens a connection, drips into it, and answers how long it was let.
func held(address, first, drip string, longest time.Duration) (time.Duration, error) {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		return 0, err
	}
	defer func() { _ = connection.Close() }()
	started := time.Now()
	_, _ = io.WriteString(connection, first)
	ended := make(chan struct{})
	go func() { // the server may answer before it hangs up
		_, _ = io.Copy(io.Discard, bufio.NewReader(connection))
		close(ended)
	}()
	for {
		select {
		case <-ended:
			return time.Since(started), nil
		case <-time.After(500 * time.Millisecond):
			_, _ = io.WriteString(connection, drip)
		}
		if time.Since(started) > longest {
			return time.Since(started), nil
		}
	}
}

// TestAttacks has each attack refused, slow clients let go, and a cheap question of
// somebody else answered about as fast as before.
func TestAttacks(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t, billingtest.Still, billingtest.OnMachineTime)
	w.Ready()
	address := freeAddress(t)
	serverProcess(t, w, address).ready()
	attacker, honest := operator(t, w, address), operator(t, w, address)
	all := attacks()
	if len(all)+len(slow) < 30 {
		t.Fatalf("%d attacks", len(all)+len(slow))
	}
	quiet := probe(honest, func(n int) bool { return n < 100 })

	var busy sync.WaitGroup
	var attacking atomic.Int64
	begin := func(work func()) {
		attacking.Add(1)
		busy.Go(func() {
			defer attacking.Add(-1)
			work()
		})
	}
	for _, one := range slow {
		first := one.first
		if strings.Contains(first, "%s") {
			first = fmt.Sprintf(first, attacker.token)
		}
		for range slowEach {
			begin(func() {
				const slack = 10 * time.Second // of a busy machine
				if took, err := held(address, first, one.drip, one.longest+slack); err != nil || took >= one.longest+slack {
					t.Errorf("%s: still let after %v (%v)", one.name, took, err)
				}
			})
		}
	}
	for worker := range 3 {
		begin(func() {
			for round := range 3 {
				for i := range all {
					one := all[(i+worker*11)%len(all)]
					status, body, err := one.send(address, attacker.token)
					if err != nil || status != one.status || !strings.Contains(body, one.says) {
						t.Errorf("%s, round %d: %d %v %.200s", one.name, round, status, err, body)
					}
				}
			}
		})
	}
	meanwhile := probe(honest, func(n int) bool { return n < 200 || attacking.Load() > 0 })
	busy.Wait()

	before, during := p99(quiet), p99(meanwhile)
	if limit := 10*before + time.Second; during > limit {
		t.Errorf("under attack the slowest of a hundred took %v, more than %v; quiet %v", during, limit, before)
	}
	t.Logf("p99 quiet %v, under attack %v, %d probes", before, during, len(meanwhile))
}

// probe asks a cheap question again and again, and answers how long each took.
func probe(c *client, more func(n int) bool) []time.Duration {
	c.t.Helper()
	var took []time.Duration
	for more(len(took)) {
		started := time.Now()
		if err := c.tryAsk("{ system { version } }", nil, nil); err != nil {
			c.t.Errorf("an honest question: %v", err)
			return took
		}
		took = append(took, time.Since(started))
		time.Sleep(10 * time.Millisecond)
	}
	return took
}

func p99(took []time.Duration) time.Duration {
	if len(took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(took))
	return sorted[len(sorted)*99/100]
}
