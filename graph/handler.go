package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"golang.org/x/text/language"

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

	// streamLife is how long one WebSocket may live. Its session is looked at twice
	// a second, so the short life of the access token adds nothing to it.
	streamLife = 12 * time.Hour
)

// NewHandler serves the API at one address: POST and GET for queries, POST for
// mutations, WebSocket (graphql-transport-ws) and Server-Sent Events for
// subscriptions. Nothing is parsed before the caller is known. Run has to run for
// the subscriptions to tell anything.
func NewHandler(r *Resolver, log *slog.Logger) *Handler {
	following := newLive(r, log)
	server := handler.New(gen.NewExecutableSchema(gen.Config{
		Resolvers:  r,
		Directives: gen.DirectiveRoot{Role: hasRole},
		Complexity: complexity(),
	}))
	server.AddTransport(sockets{following})
	server.AddTransport(streams{following})
	server.AddTransport(answers{})
	server.SetQueryCache(newParsedDocuments(r.Documents))
	server.SetParserTokenLimit(maxQueryTokens)
	server.SetDisableSuggestion(true)
	server.SetErrorPresenter(presentError(log))
	server.SetRecoverFunc(recovered(log))
	server.Use(extension.Introspection{})
	server.Use(persisted{r.Documents, r.FreeDocuments})
	server.Use(limits{})
	server.Use(scopes{})
	server.Use(extension.FixedComplexityLimit(maxComplexity))
	if r.PointsPerSecond > 0 {
		server.Use(newRates(r.PointsPerSecond))
	}
	server.AroundOperations(r.aroundOperation(presentError(log)))
	server.AroundResponses(r.aroundResponse)
	return &Handler{Handler: r.authenticated(server), live: following}
}

// Handler serves the API.
type Handler struct {
	http.Handler
	live *live
}

// Run tells the subscriptions until the context ends; then all streams end.
func (h *Handler) Run(ctx context.Context) { h.live.run(ctx) }

func recovered(log *slog.Logger) graphql.RecoverFunc {
	return func(ctx context.Context, cause any) error {
		log.ErrorContext(ctx, "panic while resolving", "cause", cause, "stack", string(debug.Stack()))
		return errors.New("panic while resolving")
	}
}

// aroundOperation looks at the rights of each operation over a WebSocket, which was
// signed in long ago. Those of an event were looked at before it was read.
func (r *Resolver) aroundOperation(present graphql.ErrorPresenterFunc) graphql.OperationMiddleware {
	return func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		if channelOf(ctx) == channelSocket && ctx.Value(eventKey{}) == nil {
			if err := r.recheck(ctx); err != nil {
				return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{present(ctx, err)}})
			}
		}
		return next(ctx)
	}
}

// aroundResponse gives each answer loaders of its own, and each but those of a
// subscription a deadline.
func (r *Resolver) aroundResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	operation := graphql.GetOperationContext(ctx).Operation
	if operation != nil && operation.Operation != ast.Subscription {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, executionDeadline)
		defer cancel()
	}
	return next(r.withLoaders(ctx))
}

// channel is how a request came.
type channel int

const (
	channelAnswer channel = iota // one answer
	channelStream                // Server-Sent Events
	channelSocket                // WebSocket
)

type channelKey struct{}

func channelOf(ctx context.Context) channel {
	found, _ := ctx.Value(channelKey{}).(channel)
	return found
}

func requestChannel(request *http.Request) channel {
	switch {
	case request.Header.Get("Upgrade") != "":
		return channelSocket
	case strings.Contains(request.Header.Get("Accept"), "text/event-stream"):
		return channelStream
	}
	return channelAnswer
}

// unauthorized is the one answer to a caller who is not signed in.
const unauthorized = `{"errors":[{"message":"Não autenticado: entre de novo. / Not signed in: sign in again.","extensions":{"code":"UNAUTHENTICATED"}}]}`

// authenticated lets signed-in callers through. A WebSocket says who it is in its
// first message instead, because a browser can't set its headers.
func (r *Resolver) authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		came := requestChannel(request)
		ctx := WithLocale(request.Context(), preferredLocale(request.Header.Get("Accept-Language")))
		ctx = access.WithClient(context.WithValue(ctx, channelKey{}, came), r.Access.Client(request))
		if came == channelSocket {
			next.ServeHTTP(w, request.WithContext(ctx))
			return
		}
		viewer, err := r.authenticate(ctx, requestToken(request, came))
		if err != nil {
			refuseCaller(w, err)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		if request.Method == http.MethodPost && !readRequest(w, request) {
			return
		}
		metered(next, w, request.WithContext(access.WithViewer(ctx, viewer)))
	})
}

// requestToken answers the token of the header or, for a browser's EventSource, which
// cannot set one, of the cookie.
func requestToken(request *http.Request, came channel) string {
	authorization := request.Header.Get("Authorization")
	if authorization == "" && came == channelStream && request.Method == http.MethodGet {
		return accessCookie(request)
	}
	return bearer(authorization)
}

func accessCookie(request *http.Request) string {
	cookie, err := request.Cookie(access.StreamCookie)
	if err != nil {
		return ""
	}
	return cookie.Value
}

func (r *Resolver) authenticate(ctx context.Context, token string) (*access.Viewer, error) {
	ctx, cancel := context.WithTimeout(ctx, executionDeadline)
	defer cancel()
	return r.Access.Authenticate(ctx, token)
}

// readRequest reads a request's body before gqlgen does, which would answer and
// log a body that it cannot read, with the secrets in it. It answers false when
// the request was refused.
func readRequest(w http.ResponseWriter, request *http.Request) bool {
	media, _, err := mime.ParseMediaType(request.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		refuseRequest(w, http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "Envie o corpo como application/json. / Send the body as application/json.")
		return false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, MaxRequestBytes))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		refuseRequest(w, http.StatusRequestEntityTooLarge, "REQUEST_TOO_LARGE", "O corpo passa de 256 KiB. / The body exceeds 256 KiB.")
		return false
	}
	var params graphql.RawParams
	if err != nil || json.Unmarshal(body, &params) != nil || !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		refuseRequest(w, http.StatusBadRequest, "BAD_REQUEST", "O corpo precisa ser um objeto JSON com query. / The body must be one JSON object with query.")
		return false
	}
	request.Body = io.NopCloser(bytes.NewReader(body))
	return true
}

// refuseRequest answers one error without parsing anything.
func refuseRequest(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": []any{map[string]any{"message": message, "extensions": map[string]any{"code": code}}}})
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

func bearer(header string) string {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// preferredLocale answers the one of our languages that Accept-Language likes best,
// Portuguese when it likes neither.
func preferredLocale(header string) string {
	wanted, _, _ := language.ParseAcceptLanguage(header)
	_, index, _ := spoken.Match(wanted...)
	return []string{"pt-BR", "en"}[index]
}

// spoken are our languages; the first is for all others.
var spoken = language.NewMatcher([]language.Tag{language.BrazilianPortuguese, language.English})
