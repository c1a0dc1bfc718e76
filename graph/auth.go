package graph

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"

	"ponte/access"
	"ponte/ent/enum"
)

// errForbidden is the error of a viewer whose role does not allow a field.
var errForbidden = errors.New("the viewer's role does not allow it")

// hasRole serves the directive @role.
func hasRole(ctx context.Context, _ any, next graphql.Resolver, least enum.Role) (any, error) {
	viewer := access.ViewerFrom(ctx)
	if viewer == nil || !viewer.May(least) {
		return nil, errForbidden
	}
	return next(ctx)
}

// may tells whether the viewer has at least the role.
func may(ctx context.Context, least enum.Role) bool {
	viewer := access.ViewerFrom(ctx)
	return viewer != nil && viewer.May(least)
}

func viewerID(ctx context.Context) string { return access.ViewerFrom(ctx).User.ID }

// recheck tells whether a viewer with an open stream may still listen.
func (r *Resolver) recheck(ctx context.Context) error {
	return r.Access.Recheck(ctx, access.ViewerFrom(ctx))
}
