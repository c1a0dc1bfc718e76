package graph

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"

	"ponte/access"
	"ponte/graph/gen"
)

const (
	// MaxRequestBytes bounds a request's body: a query and its variables.
	MaxRequestBytes = 256 << 10

	executionDeadline = 15 * time.Second
	queryCacheSize    = 1000
	initTimeout       = 10 * time.Second
	pingInterval      = 20 * time.Second
	sseKeepAlive      = 15 * time.Second

	// streamLife is how long one WebSocket may live. Its session is looked at
	// every second, so the short life of the access token adds nothing to it.
	streamLife = 12 * time.Hour
)

// NewHandler serves the API at one address: POST and GET for queries, POST for
// mutations, WebSocket (graphql-transport-ws) and Server-Sent Events for
// subscriptions. Nothing is parsed before the caller is known.
func NewHandler(r *Resolver, log *slog.Logger) http.Handler {
	server := handler.New(gen.NewExecutableSchema(gen.Config{
		Resolvers:  r,
		Directives: gen.DirectiveRoot{Role: hasRole},
		Complexity: complexity(),
	}))
	server.AddTransport(transport.Websocket{
		InitFunc:              r.connectionInit,
		InitTimeout:           initTimeout,
		PingPongInterval:      pingInterval,
		KeepAlivePingInterval: pingInterval,
		CloseFunc:             func(context.Context, int) {},
	})
	server.AddTransport(transport.SSE{KeepAlivePingInterval: sseKeepAlive})
	server.AddTransport(transport.POST{})
	server.AddTransport(transport.GET{})
	server.SetQueryCache(lru.New[*ast.QueryDocument](queryCacheSize))
	server.SetParserTokenLimit(maxQueryTokens)
	server.SetDisableSuggestion(true)
	server.SetErrorPresenter(presentError(log))
	server.SetRecoverFunc(recovered(log))
	server.Use(extension.Introspection{})
	server.Use(limits{})
	server.Use(extension.FixedComplexityLimit(maxComplexity))
	server.AroundResponses(func(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
		return next(withLoaders(ctx, r.DB))
	})
	return r.authenticated(server)
}

func recovered(log *slog.Logger) graphql.RecoverFunc {
	return func(ctx context.Context, cause any) error {
		log.ErrorContext(ctx, "panic while resolving", "cause", cause)
		return errors.New("panic while resolving")
	}
}

// unauthorized is the one answer to a caller who is not signed in.
const unauthorized = `{"errors":[{"message":"Não autenticado: entre de novo. / Not signed in: sign in again.","extensions":{"code":"UNAUTHENTICATED"}}]}`

// authenticated lets signed-in callers through. A WebSocket says who it is in its
// first message instead, because a browser can't set its headers.
func (r *Resolver) authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		ctx := WithLocale(request.Context(), preferredLocale(request.Header.Get("Accept-Language")))
		if strings.EqualFold(request.Header.Get("Upgrade"), "websocket") {
			next.ServeHTTP(w, request.WithContext(ctx))
			return
		}
		viewer, err := r.Access.Authenticate(ctx, bearer(request.Header.Get("Authorization")))
		if err != nil {
			refuseCaller(w, err)
			return
		}
		if isStream(request) {
			// A stream outlives the server's deadline for reading a request.
			_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
		} else {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, executionDeadline)
			defer cancel()
		}
		request.Body = http.MaxBytesReader(w, request.Body, MaxRequestBytes)
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, request.WithContext(access.WithViewer(ctx, viewer)))
	})
}

func refuseCaller(w http.ResponseWriter, err error) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if !errors.Is(err, access.ErrUnauthenticated) {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`{"errors":[{"message":"Indisponível no momento: tente de novo. / Unavailable: try again.","extensions":{"code":"UNAVAILABLE"}}]}`))
		return
	}
	w.Header().Set("WWW-Authenticate", "Bearer")
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = w.Write([]byte(unauthorized))
}

func isStream(request *http.Request) bool {
	return strings.Contains(request.Header.Get("Accept"), "text/event-stream")
}

func bearer(header string) string {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// preferredLocale answers en when the first language asked for is English, else
// Portuguese.
func preferredLocale(header string) string {
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(header)), "en") {
		return "en"
	}
	return "pt-BR"
}

// The close codes of graphql-transport-ws.
const closeUnauthorized = 4401

// connectionInit signs in a WebSocket by the access token of its first message.
// gqlgen needs a context with the error too, or the socket stays open.
func (r *Resolver) connectionInit(ctx context.Context, payload transport.InitPayload) (context.Context, *transport.InitPayload, error) {
	viewer, err := r.Access.Authenticate(ctx, bearer(payload.Authorization()))
	if err != nil {
		return transport.WithWebsocketCloseCode(ctx, closeUnauthorized), nil, errors.New("unauthorized")
	}
	viewer.ExpiresAt = r.Billing.Now().Add(streamLife)
	if language := payload.GetString("acceptLanguage"); language != "" {
		ctx = WithLocale(ctx, preferredLocale(language))
	}
	return access.WithViewer(ctx, viewer), nil, nil
}
