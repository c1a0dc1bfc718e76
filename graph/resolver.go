// Package graph is how Ponte is asked: each schema file stands beside its
// resolvers. Reads go straight to ent, with one statement for each kind of
// object however many there are (load.go, page.go); writes are one line to
// billing or access.
package graph

import (
	"context"

	"ponte/access"
	"ponte/billing"
	"ponte/ent/db"
)

// Resolver holds what the resolvers use.
type Resolver struct {
	DB      *db.Client
	Billing *billing.Service
	Access  *access.Service
	Version string
	Demo    bool // both providers are simulated

	// Documents are the panel's. FreeDocuments lets every person send others too, not
	// only owners and tokens; see document.go.
	Documents     Documents
	FreeDocuments bool

	// PointsPerSecond is what a caller may spend on queries, see rate.go; 0 sets no limit.
	PointsPerSecond int

	// Carry answers what is kept of a handshake's context as long as its WebSocket
	// lives, for the log; nil keeps nothing. The whole of it is four times as large as
	// the socket.
	Carry func(context.Context) context.Context
}
