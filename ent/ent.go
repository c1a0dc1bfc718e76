// Package ent is what Ponte remembers: the schema of every noun, the versioned
// migrations, and the code generated from them in ent/db.
package ent

//go:generate go run generate.go
