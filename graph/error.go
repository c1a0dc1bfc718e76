package graph

import (
	"context"
	"errors"
	"log/slog"

	"github.com/99designs/gqlgen/graphql"
	"github.com/oklog/ulid/v2"
	"github.com/vektah/gqlparser/v2/gqlerror"

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
		var shown *gqlerror.Error
		if errors.As(err, &shown) && shown.Unwrap() == nil { // found by the parser, the validator or a limit
			return withCode(shown, "BAD_REQUEST")
		}
		presented := &gqlerror.Error{Path: graphql.GetPath(ctx)}
		refusal, refused := billing.AsRefusal(err)
		switch {
		case refused:
			presented.Message = refusal[0].Text.In(locale(ctx))
			return withCode(presented, refusal[0].Code)
		case errors.Is(err, errForbidden):
			presented.Message = textOf("Seu perfil não permite isto: peça a um proprietário.", "Your role does not allow this: ask an owner.").In(locale(ctx))
			return withCode(presented, "FORBIDDEN")
		case db.IsNotFound(err):
			presented.Message = textOf("Não encontrado.", "Not found.").In(locale(ctx))
			return withCode(presented, "NOT_FOUND")
		case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
			presented.Message = textOf("A consulta demorou demais e foi interrompida: peça menos de uma vez.", "The request took too long and was ended: ask for less at once.").In(locale(ctx))
			return withCode(presented, "TIMEOUT")
		}
		return internalError(ctx, log, presented, err)
	}
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
