package graph_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"ponte/ent/enum"
	"ponte/graph/gen"
)

func TestSchemaText(t *testing.T) {
	t.Parallel()
	b := setup(t)
	reader := b.as(enum.RoleReader)
	get := func(c caller, token, etag string) answer {
		c.token = token
		return c.send(http.MethodGet, "/schema.graphql", map[string]string{"If-None-Match": etag}, "")
	}

	t.Run("it is the schema that is served, with its descriptions", func(t *testing.T) {
		got := get(*reader, reader.token, "")
		parsed, err := gqlparser.LoadSchema(&ast.Source{Input: string(got.body)})
		if err != nil || got.status != http.StatusOK {
			t.Fatalf("%d %v", got.status, err)
		}
		served := gen.NewExecutableSchema(gen.Config{}).Schema()
		if len(parsed.Types) != len(served.Types) {
			t.Errorf("%d types, %d are served", len(parsed.Types), len(served.Types))
		}
		for name, definition := range served.Types {
			copied := parsed.Types[name]
			if copied == nil || len(copied.Fields) != len(definition.Fields) || len(copied.EnumValues) != len(definition.EnumValues) || copied.Description != definition.Description {
				t.Errorf("%s is another type", name)
			}
		}
		if !strings.Contains(string(got.body), "@role(") {
			t.Error("it does not tell the roles")
		}
	})

	t.Run("what has not changed is not sent again", func(t *testing.T) {
		first := get(*reader, reader.token, "")
		again := get(*reader, reader.token, first.header.Get("ETag"))
		if again.status != http.StatusNotModified || len(again.body) > 0 {
			t.Errorf("%d, %d bytes", again.status, len(again.body))
		}
		if other := get(*reader, reader.token, `"other"`); other.status != http.StatusOK {
			t.Errorf("%d", other.status)
		}
	})

	t.Run("those may read it who may introspect", func(t *testing.T) {
		for name, one := range map[string]struct {
			token  string
			status int
			code   string
		}{
			"nobody":                         {"", http.StatusUnauthorized, "UNAUTHENTICATED"},
			"a token without the scope":      {reader.secret("CHARGES_READ"), http.StatusForbidden, "FORBIDDEN"},
			"a token with the scope":         {reader.secret("SCHEMA_READ"), http.StatusOK, ""},
			"a token that ended, or was not": {"ponte_x", http.StatusUnauthorized, "UNAUTHENTICATED"},
		} {
			if got := get(*reader, one.token, ""); got.status != one.status || got.code() != one.code {
				t.Errorf("%s: %d %.200s", name, got.status, got.body)
			}
		}
	})
}
