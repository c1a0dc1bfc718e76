package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"ponte/billing/provider"
)

// newLog answers a log of JSON lines. Whatever is logged, secrets are removed and
// tax ids masked, and a line that belongs to a request carries its id.
func newLog(to io.Writer, c config) *slog.Logger {
	secrets := []string{c.SecretKey}
	if parsed, err := url.Parse(c.DatabaseURL); err == nil {
		password, _ := parsed.User.Password()
		secrets = append(secrets, password)
	}
	return slog.New(requestLog{slog.NewJSONHandler(to, &slog.HandlerOptions{Level: slog.LevelInfo, ReplaceAttr: redacting(secrets)})})
}

// redacting masks the texts of every attribute and of the message.
func redacting(secrets []string) func([]string, slog.Attr) slog.Attr {
	return func(_ []string, attribute slog.Attr) slog.Attr {
		switch value := attribute.Value.Any().(type) {
		case string:
			attribute.Value = slog.StringValue(provider.Redact(value, secrets...))
		case error:
			attribute.Value = slog.StringValue(provider.Redact(value.Error(), secrets...))
		case slog.Level, time.Time, time.Duration, bool, int64, uint64, float64:
		default:
			attribute.Value = slog.StringValue(provider.Redact(fmt.Sprint(value), secrets...))
		}
		return attribute
	}
}

type requestIDKey struct{}

// carryRequestID answers a context with the request's id and nothing else.
func carryRequestID(ctx context.Context) context.Context {
	return context.WithValue(context.Background(), requestIDKey{}, ctx.Value(requestIDKey{}))
}

// requestLog adds the request's id to the lines that are logged in its context.
type requestLog struct{ slog.Handler }

// Handle writes one line.
func (l requestLog) Handle(ctx context.Context, line slog.Record) error {
	if id, ok := ctx.Value(requestIDKey{}).(string); ok {
		line = line.Clone()
		line.AddAttrs(slog.String("requestId", id))
	}
	return l.Handler.Handle(ctx, line)
}

// WithAttrs keeps adding the id.
func (l requestLog) WithAttrs(attributes []slog.Attr) slog.Handler {
	return requestLog{l.Handler.WithAttrs(attributes)}
}

// WithGroup keeps adding the id.
func (l requestLog) WithGroup(name string) slog.Handler { return requestLog{l.Handler.WithGroup(name)} }

// goodRequestID is what we take over from a proxy before us.
var goodRequestID = regexp.MustCompile(`^[A-Za-z0-9._-]{8,64}$`)

// observed gives every request an id, which is answered and logged, and logs what
// became of it, apart from the panel's files and the questions after our health.
func (a *app) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("X-Request-Id")
		if !goodRequestID.MatchString(id) {
			id = ulid.Make().String()
		}
		w.Header().Set("X-Request-Id", id)
		ctx := context.WithValue(r.Context(), requestIDKey{}, id)
		recorder, started := &statusWriter{ResponseWriter: w}, time.Now()
		defer func() {
			if path := shownPath(r.URL.Path); path != "" {
				a.log.InfoContext(ctx, "request", "method", r.Method, "path", path, "status", recorder.status, "durationMilliseconds", time.Since(started).Milliseconds())
			}
		}()
		next.ServeHTTP(recorder, r.WithContext(ctx))
	})
}

// shownPath answers the path to log, without the secret of a callback address; ""
// for a request that is not logged.
func shownPath(path string) string {
	switch {
	case strings.HasPrefix(path, "/callbacks/"):
		return "/callbacks/[removed]"
	case path == "/graphql", strings.HasPrefix(path, "/auth/"):
		return path
	}
	return ""
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader remembers the status.
func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write writes the status 200 first when there is none.
func (w *statusWriter) Write(content []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(content)
}

// Hijack hands the connection over to a WebSocket.
func (w *statusWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	w.status = http.StatusSwitchingProtocols
	return http.NewResponseController(w.ResponseWriter).Hijack()
}

// Flush sends what was written, for streams.
func (w *statusWriter) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }

// Unwrap lets http.ResponseController reach the writer below.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
