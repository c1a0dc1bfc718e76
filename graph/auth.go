package graph

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"

	"ponte/access"
	"ponte/ent/audit"
	"ponte/ent/db"
	"ponte/ent/enum"
)

var (
	// errForbidden is the error of a viewer whose role or scopes do not allow a field.
	errForbidden = errors.New("the viewer's rights do not allow it")
	// errTOTPFirst is the error of a viewer who must set up a second factor before.
	errTOTPFirst = errors.New("the viewer must set up a second factor first")
)

// beforeTOTP are the fields for who must set up a second factor before anything
// else.
var beforeTOTP = map[string]bool{"viewer": true, "system": true, "accessRules": true, "startTotp": true, "confirmTotp": true}

// hasRole serves the directive @role. What a mutation changes is written down under
// its name.
func hasRole(ctx context.Context, object any, next graphql.Resolver, least enum.Role) (any, error) {
	viewer := access.ViewerFrom(ctx)
	if !viewer.May(least) && !isSelf(viewer, object) {
		return nil, errForbidden
	}
	field := graphql.GetFieldContext(ctx)
	root := field.Object == "Mutation" || field.Object == "Query" || field.Object == "Subscription"
	if root && viewer.MustSetUpTOTP && !beforeTOTP[field.Field.Name] {
		return nil, errTOTPFirst
	}
	if field.Object == "Mutation" {
		ctx = audit.WithAction(ctx, field.Field.Name)
	}
	return next(ctx)
}

// isSelf tells whether the object is the viewer's own person.
func isSelf(viewer *access.Viewer, object any) bool {
	person, ok := object.(*db.User)
	return ok && viewer != nil && viewer.User != nil && person.ID == viewer.User.ID
}

// may tells whether the viewer has at least the role.
func may(ctx context.Context, least enum.Role) bool {
	viewer := access.ViewerFrom(ctx)
	return viewer != nil && viewer.May(least)
}

func viewerID(ctx context.Context) string { return access.ViewerFrom(ctx).User.ID }

// callerID tells callers apart: each app by its token, and people.
func callerID(ctx context.Context) string {
	if token := access.ViewerFrom(ctx).Token; token != nil {
		return token.ID
	}
	return viewerID(ctx)
}

// recheck tells whether a viewer with an open stream may still listen.
func (r *Resolver) recheck(ctx context.Context) error {
	return r.Access.Recheck(ctx, access.ViewerFrom(ctx))
}
