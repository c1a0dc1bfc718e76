package graph

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2/formatter"

	"ponte/access"
	"ponte/graph/gen"
)

// schemaText is the whole schema, with descriptions, in an order of its own.
var schemaText = sync.OnceValue(func() string {
	var text strings.Builder
	formatter.NewFormatter(&text, formatter.WithIndent("  ")).FormatSchema(gen.NewExecutableSchema(gen.Config{}).Schema())
	return text.String()
})

// NewSchemaHandler serves GET /schema.graphql: the schema as a text, to those who may
// introspect it.
func NewSchemaHandler(r *Resolver) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		ctx, signedIn := r.signedIn(w, request)
		if !signedIn {
			return
		}
		if !access.ViewerFrom(ctx).Has(access.Schema.Read()) {
			refuseRequest(w, http.StatusForbidden, "FORBIDDEN", "O token não tem o escopo SCHEMA_READ: crie um token com ele. / The token lacks the scope SCHEMA_READ: make a token with it.")
			return
		}
		header := w.Header()
		header.Set("Content-Type", "application/graphql; charset=utf-8")
		header.Set("Cache-Control", "private, no-cache")
		header.Set("ETag", `"`+hashOf(schemaText())+`"`)
		http.ServeContent(w, request, "schema.graphql", time.Time{}, strings.NewReader(schemaText()))
	})
}

// signedIn answers the context of who sends a token in the header, or refuses the
// request.
func (r *Resolver) signedIn(w http.ResponseWriter, request *http.Request) (ctx context.Context, ok bool) {
	ctx = WithLocale(request.Context(), preferredLocale(request.Header.Get("Accept-Language")))
	ctx = access.WithClient(ctx, r.Access.Client(request))
	viewer, err := r.authenticate(ctx, bearer(request.Header.Get("Authorization")))
	if err != nil {
		refuseCaller(w, err)
		return nil, false
	}
	return access.WithViewer(ctx, viewer), true
}
