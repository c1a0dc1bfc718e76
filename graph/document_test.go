package graph_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"ponte/access"
	"ponte/ent/enum"
	"ponte/frontend"
	"ponte/graph"
	"ponte/graph/gen"
)

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// asked is what a request says in the place of, or beside, its document.
func asked(query, hash string) map[string]any {
	body := map[string]any{"query": query}
	if hash != "" {
		body["extensions"] = map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": hash}}
	}
	return body
}

// ways are how a document comes; each answers the code of what it was refused with.
var ways = map[string]func(c *caller, body map[string]any) string{
	"POST": func(c *caller, body map[string]any) string {
		return c.send(http.MethodPost, "", map[string]string{"Content-Type": "application/json"}, encoded(c, body)).code()
	},
	"GET": func(c *caller, body map[string]any) string {
		return c.send(http.MethodGet, inAddress(c, body), nil, "").code()
	},
	"Server-Sent Events by POST": func(c *caller, body map[string]any) string {
		got := c.send(http.MethodPost, "", map[string]string{"Content-Type": "application/json", "Accept": "text/event-stream"}, encoded(c, body))
		return codeOf(c, firstEvent(string(got.body)))
	},
	"Server-Sent Events by GET": func(c *caller, body map[string]any) string {
		got := c.send(http.MethodGet, inAddress(c, body), map[string]string{"Accept": "text/event-stream"}, "")
		return codeOf(c, firstEvent(string(got.body)))
	},
	"WebSocket": func(c *caller, body map[string]any) string {
		w := c.open()
		w.send(encoded(c, map[string]any{"type": "subscribe", "id": "1", "payload": body}))
		read, err := w.read(patience)
		c.Must(err)
		if read.Type == "next" {
			return codeOf(c, string(read.Payload))
		}
		return codeOf(c, `{"errors":`+string(read.Payload)+`}`)
	},
}

func encoded(c *caller, body map[string]any) string {
	text, err := json.Marshal(body)
	c.Must(err)
	return string(text)
}

func inAddress(c *caller, body map[string]any) string {
	values := url.Values{"query": {body["query"].(string)}}
	if extensions, has := body["extensions"].(map[string]any); has {
		values.Set("extensions", encoded(c, extensions))
	}
	return "?" + values.Encode()
}

// firstEvent answers the data of the first event of a stream.
func firstEvent(stream string) string {
	_, rest, _ := strings.Cut(stream, "\ndata: ")
	data, _, _ := strings.Cut(rest, "\n")
	return data
}

func codeOf(c *caller, text string) string {
	var got answer
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		c.Fatalf("%q: %v", text, err)
	}
	return got.code()
}

func TestPersistedDocuments(t *testing.T) {
	t.Parallel()
	const panel, own, broken = "query Panel { system { version } }", "{ system { demo } }", "{ system {"
	b := setup(t)
	strict := b.serve(b.DatabaseURL, func(r *graph.Resolver) {
		r.FreeDocuments, r.Documents = false, graph.Documents{hashOf(panel): panel}
	})
	people := map[string]*caller{"owner": b.as(enum.RoleOwner), "finance": b.as(enum.RoleFinance), "reader": b.as(enum.RoleReader)}
	app := *people["reader"]
	app.token = app.secret("CHARGES_READ")
	people["an app of a reader"] = &app
	for _, who := range people {
		who.url = strict.URL
	}
	const refused, unknown = "FREE_DOCUMENT", "PERSISTED_QUERY_NOT_FOUND"
	type codes map[string]string
	for name, one := range map[string]struct {
		query, hash string
		want        codes
	}{
		"the hash of a document of the panel":     {"", hashOf(panel), codes{}},
		"the hash with its text":                  {panel, hashOf(panel), codes{}},
		"another hash":                            {"", hashOf(own), codes{"owner": unknown, "finance": unknown, "reader": unknown, "an app of a reader": unknown}},
		"what is no hash":                         {"", "../../etc", codes{"owner": unknown, "finance": unknown, "reader": unknown, "an app of a reader": unknown}},
		"a document of one's own":                 {own, "", codes{"finance": refused, "reader": refused}},
		"a document of one's own with its hash":   {own, hashOf(own), codes{"finance": refused, "reader": refused}},
		"a document that cannot be parsed":        {broken, "", codes{"owner": "GRAPHQL_PARSE_FAILED", "an app of a reader": "GRAPHQL_PARSE_FAILED", "finance": refused, "reader": refused}},
		"the panel's hash under another document": {own, hashOf(panel), codes{"owner": "BAD_REQUEST", "finance": "BAD_REQUEST", "reader": "BAD_REQUEST", "an app of a reader": "BAD_REQUEST"}},
	} {
		for way, send := range ways {
			for who, caller := range people {
				if got := send(caller, asked(one.query, one.hash)); got != one.want[who] {
					t.Errorf("%s, by %s, from %s: %q instead of %q", name, way, who, got, one.want[who])
				}
			}
		}
	}
	if got := people["owner"].send(http.MethodPost, "", map[string]string{"Content-Type": "application/json"}, encoded(people["owner"], asked("", hashOf(panel)))); string(got.body) != `{"data":{"system":{"version":"test"}}}` {
		t.Errorf("%s", got.body)
	}
	if got := b.as(enum.RoleReader).try(own, nil); got.code() != "" {
		t.Errorf("where documents are free: %s", got.body)
	}
}

// secret answers the secret of a new token in the caller's name.
func (c *caller) secret(scopes ...enum.Scope) string {
	c.Helper()
	expires := c.Clock().Add(time.Hour)
	ctx := access.WithViewer(c.Context(), &access.Viewer{User: c.person, SessionID: "test"})
	_, secret, err := c.access.CreateAPIToken(ctx, access.NewAPIToken{Name: "Loja", Scopes: scopes, ExpiresAt: &expires})
	c.Must(err)
	return secret
}

// TestPanelDocuments reads the documents that the binary carries.
func TestPanelDocuments(t *testing.T) {
	t.Parallel()
	documents := frontend.Documents()
	if len(documents) < 50 {
		t.Fatalf("%d documents", len(documents))
	}
	schema := gen.NewExecutableSchema(gen.Config{}).Schema()
	for hash, text := range documents {
		if hash != hashOf(text) {
			t.Errorf("%s is not the hash of %s", hash, firstLine(text))
		}
		if len(text) > 15_000 {
			t.Errorf("%s is too long: %d characters", firstLine(text), len(text))
		}
		if _, err := gqlparser.LoadQueryWithRules(schema, text, rules.NewDefaultRules()); err != nil {
			t.Errorf("%s: %v", firstLine(text), err)
		}
	}
}
