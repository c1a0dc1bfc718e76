package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/lib/pq"
	"github.com/oklog/ulid/v2"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ponte/access"
	"ponte/billing"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/graph/gen"
)

type localeKey struct{}

// WithLocale answers a context whose texts are in a language: pt-BR or en.
func WithLocale(ctx context.Context, locale string) context.Context {
	return context.WithValue(ctx, localeKey{}, locale)
}

func locale(ctx context.Context) string {
	chosen, _ := ctx.Value(localeKey{}).(string)
	return chosen
}

func textOf(pt, en string) provider.Text { return provider.Text{PT: pt, EN: en} }

// userErrors answers why an input was refused, and any other error as it is.
func userErrors(ctx context.Context, err error) ([]*gen.UserError, error) {
	list := []*gen.UserError{}
	if err == nil {
		return list, nil
	}
	var told *provider.Error
	if errors.As(err, &told) {
		return append(list, providerError(ctx, told)), nil
	}
	refusal, ok := billing.AsRefusal(err)
	if !ok {
		return nil, err
	}
	for _, problem := range refusal {
		list = append(list, &gen.UserError{Code: problem.Code, Field: problem.Field, Message: problem.Text.In(locale(ctx))})
	}
	return list, nil
}

// providerError shows what a provider answered to a live question.
func providerError(ctx context.Context, told *provider.Error) *gen.UserError {
	message := told.Cause.In(locale(ctx)) + " " + told.Remedy.In(locale(ctx))
	if told.Text != "" {
		message += " (" + told.Text + ")"
	}
	field := []string{}
	if told.Field != "" {
		field = append(field, told.Field)
	}
	code := string(told.Class)
	if told.Code != "" {
		code = told.Provider + "." + told.Code
	}
	return &gen.UserError{Code: code, Field: field, Message: message}
}

// presentError turns an error into what a client may see: a code, a sentence and
// an id under which the log has the cause. It never shows SQL, a stack or a
// secret.
func presentError(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		field := graphql.GetFieldContext(ctx)
		var shown *gqlerror.Error
		isShown := errors.As(err, &shown)
		if field == nil && isShown && shown.Unwrap() == nil { // found by the parser, the validator or a limit
			return withCode(shown, "BAD_REQUEST")
		}
		presented := &gqlerror.Error{Path: graphql.GetPath(ctx)}
		if field != nil && field.Args == nil && len(field.Field.Definition.Arguments) > 0 { // its arguments could not be read
			return badArgument(ctx, presented, shown)
		}
		if code, text := explain(ctx, err); code != "" {
			presented.Message = text.In(locale(ctx))
			return withCode(presented, code)
		}
		return internalError(ctx, log, presented, err)
	}
}

// explain answers the code and the sentence of an error that is no surprise.
func explain(ctx context.Context, err error) (code string, text provider.Text) {
	refusal, refused := billing.AsRefusal(err)
	var database *pq.Error
	switch {
	case refused:
		return refusal[0].Code, refusal[0].Text
	case errors.Is(err, errForbidden):
		return "FORBIDDEN", textOf("Seu perfil, ou o token, não permite isto: peça a um proprietário.", "Your role, or the token, does not allow this: ask an owner.")
	case errors.Is(err, errTOTPFirst):
		return "TOTP_REQUIRED", textOf("Ligue a verificação em duas etapas no seu perfil para continuar.", "Switch the second factor on in your profile to go on.")
	case errors.Is(err, access.ErrUnauthenticated):
		return "UNAUTHENTICATED", textOf("A sessão terminou: entre de novo.", "The session has ended: sign in again.")
	case errors.Is(err, errSlowReader):
		return "SLOW_READER", textOf("O cliente lê devagar demais: volte com o último cursor.", "The client reads too slowly: come back with the last cursor.")
	case db.IsNotFound(err):
		return "NOT_FOUND", textOf("Não encontrado.", "Not found.")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), ctx.Err() != nil:
		return "TIMEOUT", textOf("A consulta demorou demais e foi interrompida: peça menos de uma vez.", "The request took too long and was ended: ask for less at once.")
	case errors.As(err, &database) && database.Code == notStorable:
		return "INVALID_ARGUMENT", textOf("Um dos textos tem um caractere que não pode ser guardado: escreva-o de novo.", "One of the texts has a character that cannot be stored: write it again.")
	}
	return "", provider.Text{}
}

// notStorable is PostgreSQL's code for a text with the character 0.
const notStorable = "22021"

// badArgument tells which value could not be read, not what was in it.
func badArgument(ctx context.Context, presented, cause *gqlerror.Error) *gqlerror.Error {
	var path []string
	if cause != nil {
		for _, step := range cause.Path[min(len(presented.Path), len(cause.Path)):] {
			path = append(path, fmt.Sprint(step))
		}
	}
	where := strings.Join(path, ".")
	presented.Message = textOf("O valor de "+where+" não pode ser lido: confira o tipo e o formato.", "The value of "+where+" cannot be read: check its type and format.").In(locale(ctx))
	presented.Extensions = map[string]any{"field": path}
	return withCode(presented, "INVALID_ARGUMENT")
}

// presentStreamError is presentError for a stream that ends.
func presentStreamError(ctx context.Context, log *slog.Logger, err error) *gqlerror.Error {
	presented := &gqlerror.Error{}
	if code, text := explain(ctx, err); code != "" {
		presented.Message = text.In(locale(ctx))
		return withCode(presented, code)
	}
	return internalError(ctx, log, presented, err)
}

func internalError(ctx context.Context, log *slog.Logger, presented *gqlerror.Error, err error) *gqlerror.Error {
	id := ulid.Make().String()
	log.ErrorContext(ctx, "resolve", "id", id, "path", presented.Path.String(), "error", err)
	presented.Message = textOf("Erro interno. Informe o código "+id+" ao suporte.", "Internal error. Tell support the code "+id+".").In(locale(ctx))
	presented.Extensions = map[string]any{"id": id}
	return withCode(presented, "INTERNAL")
}

func withCode(err *gqlerror.Error, code string) *gqlerror.Error {
	if err.Extensions == nil {
		err.Extensions = map[string]any{}
	}
	if _, has := err.Extensions["code"]; !has {
		err.Extensions["code"] = code
	}
	return err
}
