// Package docs carries the pages for developers of apps inside the server's binary,
// which serves them at /docs (see server/docs.go).
package docs

import "embed"

// Pages has the folders api/pt-BR and api/en, with the same pages.
//
//go:embed api
var Pages embed.FS
