package graph_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"ponte/ent/enum"
)

func TestDoor(t *testing.T) {
	t.Parallel()

	t.Run("who is not signed in gets one and the same answer, whatever was sent", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		good := b.as(enum.RoleOwner)
		reader := b.as(enum.RoleReader)
		b.Must(b.DB.User.UpdateOne(reader.person).SetActive(false).Exec(b.Context()))
		var first answer
		for name, request := range map[string]struct{ token, method, query, contentType, accept, body string }{
			"nothing":                 {"", "POST", "", "application/json", "", `{"query":"{ viewer { user { id } } }"}`},
			"a wrong token":           {"x" + good.token, "POST", "", "application/json", "", `{"query":"{ viewer { user { id } } }"}`},
			"a deactivated person":    {reader.token, "POST", "", "application/json", "", `{"query":"{ viewer { user { id } } }"}`},
			"a huge token":            {strings.Repeat("a", 5000), "POST", "", "application/json", "", "{}"},
			"a garbage body":          {"", "POST", "", "application/json", "", "\x00{{{"},
			"a huge body":             {"", "POST", "", "application/json", "", strings.Repeat("x", 1<<20)},
			"another content type":    {"", "POST", "", "text/plain", "", "x"},
			"introspection by GET":    {"", "GET", "?query=" + url.QueryEscape("{__schema{types{name}}}"), "", "", ""},
			"a stream":                {"", "POST", "", "application/json", "text/event-stream", `{"query":"subscription { chargeChanged { id } }"}`},
			"another method":          {"", "DELETE", "", "", "", ""},
			"a batch":                 {"", "POST", "", "application/json", "", `[{"query":"{ viewer { user { id } } }"}]`},
			"a token as a parameter":  {"", "GET", "?access_token=" + good.token + "&query=%7Bviewer%7Buser%7Bid%7D%7D%7D", "", "", ""},
			"a query that is too big": {"", "POST", "", "application/json", "", `{"query":"` + strings.Repeat("{a", 9000) + `"}`},
		} {
			nobody := &caller{bundle: b, token: request.token, url: b.server.URL}
			got := nobody.send(request.method, request.query, map[string]string{"Content-Type": request.contentType, "Accept": request.accept}, request.body)
			if got.status != http.StatusUnauthorized || got.code() != "UNAUTHENTICATED" || got.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %d %s", name, got.status, got.body)
			}
			if first.body == nil {
				first = got
			}
			if string(got.body) != string(first.body) || got.header.Get("Content-Type") != first.header.Get("Content-Type") {
				t.Errorf("%s: another answer: %s", name, got.body)
			}
		}
	})

	t.Run("what is not one JSON request is refused without an echo", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		c := b.as(enum.RoleOwner)
		const planted = "SEGREDO-PLANTADO"
		for name, request := range map[string]struct {
			contentType, accept, body string
			status                    int
			code                      string
		}{
			"a batch":            {"application/json", "", `[{"query":"{ viewer { user { id } } }"}, "` + planted + `"]`, 400, "BAD_REQUEST"},
			"broken JSON":        {"application/json", "", `{"query":"` + planted, 400, "BAD_REQUEST"},
			"broken in a stream": {"application/json", "text/event-stream", `{"query":"` + planted, 400, "BAD_REQUEST"},
			"wrong types":        {"application/json", "", `{"query":["` + planted + `"]}`, 400, "BAD_REQUEST"},
			"null":               {"application/json", "", `null`, 400, "BAD_REQUEST"},
			"nothing":            {"application/json", "", ``, 400, "BAD_REQUEST"},
			"a form":             {"application/x-www-form-urlencoded", "", "query=%7Bviewer%7Buser%7Bid%7D%7D%7D", 415, "UNSUPPORTED_MEDIA_TYPE"},
			"an upload":          {"multipart/form-data; boundary=x", "", "--x--", 415, "UNSUPPORTED_MEDIA_TYPE"},
			"plain text":         {"text/plain", "", `{"query":"{ viewer { user { id } } }"}`, 415, "UNSUPPORTED_MEDIA_TYPE"},
			"no type":            {"", "", `{"query":"{ viewer { user { id } } }"}`, 415, "UNSUPPORTED_MEDIA_TYPE"},
			"a body without end": {"application/json", "", `{"query":"` + strings.Repeat(" ", 300<<10) + `"}`, 413, "REQUEST_TOO_LARGE"},
		} {
			got := c.send(http.MethodPost, "", map[string]string{"Content-Type": request.contentType, "Accept": request.accept}, request.body)
			if got.status != request.status || got.code() != request.code || strings.Contains(string(got.body), planted) {
				t.Errorf("%s: %d %s", name, got.status, got.body)
			}
		}
		if log := strings.Join(b.logged.take(), ""); strings.Contains(log, planted) {
			t.Errorf("the log has the body: %s", log)
		}
	})

	t.Run("GET serves queries and nothing else", func(t *testing.T) {
		t.Parallel()
		c := setup(t).as(enum.RoleOwner)
		get := func(document string) answer {
			return c.send(http.MethodGet, "?query="+url.QueryEscape(document), nil, "")
		}
		if got := get("{ viewer { user { id } } }"); got.status != 200 || len(got.Errors) > 0 || got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("a query: %d %s", got.status, got.body)
		}
		before, err := c.DB.Account.Query().Count(c.Context())
		c.Must(err)
		if got := get(`mutation { saveAccount(input: {name: "x", bankCode: "0"}) { account { id } } }`); got.status != http.StatusMethodNotAllowed {
			t.Errorf("a mutation: %d %s", got.status, got.body)
		}
		if after, _ := c.DB.Account.Query().Count(c.Context()); after != before {
			t.Error("the mutation was done")
		}
		if got := get(`subscription { chargeChanged { id } }`); got.code() != "SUBSCRIPTION_TRANSPORT" {
			t.Errorf("a subscription: %d %s", got.status, got.body)
		}
	})

	t.Run("introspection is for those who are signed in", func(t *testing.T) {
		t.Parallel()
		c := setup(t).as(enum.RoleReader)
		var schema struct {
			Schema struct{ Types []struct{ Name string } } `json:"__schema"`
		}
		c.ask(introspection, nil, &schema)
		if len(schema.Schema.Types) < 50 {
			t.Errorf("%d types", len(schema.Schema.Types))
		}
		if got := (&caller{bundle: c.bundle, url: c.url}).try(introspection, nil); got.status != http.StatusUnauthorized {
			t.Errorf("without a token: %d", got.status)
		}
	})
}

const introspection = `{ __schema { types { name kind fields { name description type { name kind ofType { name } } args { name description } } enumValues { name description } inputFields { name description } description } } }`

func TestLimits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.as(enum.RoleReader)
	deep := func(levels int) string {
		document := "id"
		for range (levels - 2) / 2 {
			document = "sale { charges { " + document + " } }"
		}
		return "{ charges(first: 1) { nodes { " + document + " } } }"
	}
	repeat := func(count int, format string) string {
		var b strings.Builder
		for i := range count {
			fmt.Fprintf(&b, strings.ReplaceAll(format, "%[2]d", fmt.Sprint(i+1)), i)
		}
		return b.String()
	}
	doubling := "{ charges(first: 1) { nodes { ...f0 } } } " + repeat(40, " fragment f%[1]d on Charge { ...f%[2]d ...g%[1]d } fragment g%[1]d on Charge { ...f%[2]d }") + " fragment f40 on Charge { id }"
	for name, one := range map[string]struct{ document, code string }{
		"depth at the limit":                     {deep(11), ""},
		"depth above it":                         {deep(15), "QUERY_TOO_DEEP"},
		"aliases at the limit":                   {"{" + repeat(15, " a%d: system { version }") + "}", ""},
		"aliases above it":                       {"{" + repeat(16, " a%d: system { version }") + "}", "TOO_MANY_ALIASES"},
		"directives at the limit":                {"{ system {" + repeat(50, " version @include(if: true) #%d\n") + "} }", ""},
		"directives above it":                    {"{ system {" + repeat(51, " version @include(if: true) #%d\n") + "} }", "TOO_MANY_DIRECTIVES"},
		"directives in a fragment":               {"{ system { ...a ...b } } fragment a on System {" + repeat(26, " version @include(if: true) #%d\n") + "} fragment b on System {" + repeat(26, " version @skip(if: false) #%d\n") + "}", "TOO_MANY_DIRECTIVES"},
		"characters":                             {"{ system { version } } #" + strings.Repeat("x", 15_000), "QUERY_TOO_LONG"},
		"tokens":                                 {"{ system {" + strings.Repeat(" id", 2_000) + "} }", "GRAPHQL_PARSE_FAILED"},
		"unknown fields":                         {"{ system {" + strings.Repeat(" id", 500) + "} }", "GRAPHQL_VALIDATION_FAILED"},
		"fields":                                 {"{ system {" + strings.Repeat(" version", 900) + "} }", ""},
		"fragments that double one another":      {doubling, "TOO_MANY_FIELDS"},
		"complexity":                             {"{ customers(first: 100) { nodes { sales(first: 100) { nodes { id number totalCents status note } } } } }", "COMPLEXITY_LIMIT_EXCEEDED"},
		"complexity of nested lists":             {"{ sales(first: 100) { nodes { charges { events { id } operations { attempts { id request requestBody responseBody } } } } } }", "COMPLEXITY_LIMIT_EXCEEDED"},
		"complexity of batches":                  {"{ batches(first: 100) { nodes { items(first: 100) { nodes { charge { number amountCents dueDate } } } } } }", "COMPLEXITY_LIMIT_EXCEEDED"},
		"complexity of parcels":                  {"{ sales(first: 100) { nodes { carnet { charges { refunds { id amountCents } events { id code } operations { id attempts { id } } } } } } }", "COMPLEXITY_LIMIT_EXCEEDED"},
		"complexity of refunds":                  {"{ charges(first: 100) { nodes { refunds { charge { refunds { charge { refunds { charge { refunds { id } } } } } } } } } }", "COMPLEXITY_LIMIT_EXCEEDED"},
		"@defer":                                 {"{ charges { nodes { ... @defer { id } } } }", "DEFER_UNSUPPORTED"},
		"a subscription as one answer":           {"subscription { chargeChanged { id } }", "SUBSCRIPTION_TRANSPORT"},
		"introspection that nests":               {"{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }", "GRAPHQL_VALIDATION_FAILED"},
		"an unknown field, without a suggestion": {"{ systen { version } }", "GRAPHQL_VALIDATION_FAILED"},
		"no operation":                           {"fragment a on System { version }", "GRAPHQL_VALIDATION_FAILED"},
		"a fragment in a circle":                 {"{ system { ...a } } fragment a on System { ...a }", "GRAPHQL_VALIDATION_FAILED"},
	} {
		t.Run(name, func(t *testing.T) {
			if one.code == "TOO_MANY_FIELDS" && len(one.document) > 15_000 {
				t.Fatalf("the document has %d characters", len(one.document))
			}
			started := time.Now()
			got := c.try(one.document, nil)
			if got.code() != one.code {
				t.Errorf("%d %.300s", got.status, got.body)
			}
			if took := time.Since(started); took > patience {
				t.Errorf("it took %v", took)
			}
			if strings.Contains(string(got.body), "Did you mean") {
				t.Errorf("it suggests: %s", got.body)
			}
		})
	}
	if leaked := b.statements.take(); len(leaked) > 200 {
		t.Errorf("%d statements", len(leaked))
	}
}
