// Package frontend carries the built admin panel inside the server's binary.
package frontend

import (
	"embed"
	"encoding/json"
	"io/fs"
)

// A fresh clone has only dist/.gitkeep; the prefix "all:" makes that enough to
// compile, so Go code never needs Node.
//
//go:embed all:dist
var dist embed.FS

// Files returns the built panel with index.html at its root.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a constant and always valid
	}
	return files
}

//go:embed src/gen/documents.json
var documents []byte

// Documents answers the GraphQL documents of the panel by their hash: the SHA-256 of
// the text, in hexadecimal.
func Documents() map[string]string {
	var texts map[string]string
	if err := json.Unmarshal(documents, &texts); err != nil {
		panic(err) // frontend/scripts/codegen.mjs has written it
	}
	return texts
}

// Built reports whether the panel was built before the binary was. When it was
// not, the server should serve a page that says "run npm run build".
func Built() bool {
	_, err := fs.Stat(dist, "dist/index.html")
	return err == nil
}
