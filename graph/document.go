package graph

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ponte/access"
	"ponte/ent/enum"
)

// Documents are those that the panel sends by their hash alone: the SHA-256 of each
// text, in hexadecimal, and the text.
type Documents map[string]string

// persisted is the gqlgen extension that finds the document of a hash before anything
// is parsed. The request has the shape of Apollo's persisted queries
// (extensions.persistedQuery.sha256Hash), but no client can add a document.
//
// It also refuses documents of their own to people who are no owners: a session of
// the panel that was taken over can ask what the panel asks, and nothing else.
type persisted struct {
	documents Documents
	free      bool // documents of their own for everybody
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
} = persisted{}

// ExtensionName names the extension.
func (persisted) ExtensionName() string { return "PersistedDocuments" }

// Validate has nothing to check.
func (persisted) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters puts the text in the place of the hash.
func (p persisted) MutateOperationParameters(ctx context.Context, request *graphql.RawParams) *gqlerror.Error {
	hash := documentHash(request)
	text, known := p.documents[hash]
	switch {
	case request.Query == "" && known:
		request.Query = text
	case request.Query == "":
		return &gqlerror.Error{Extensions: map[string]any{"code": "PERSISTED_QUERY_NOT_FOUND"}, Message: textOf(
			"Este documento não é um dos do painel: recarregue a página, ou envie o texto em query.",
			"This document is none of the panel's: reload the page, or send its text in query.").In(locale(ctx))}
	case hash != "" && hash != hashOf(request.Query):
		return tooMuch("BAD_REQUEST", "the hash is not that of query: send one of them, or both that fit")
	case !known && !p.mayWrite(access.ViewerFrom(ctx)):
		return &gqlerror.Error{Extensions: map[string]any{"code": "FREE_DOCUMENT"}, Message: textOf(
			"Com a sessão do painel, só um proprietário pode enviar documentos próprios: use um token.",
			"With a session of the panel only an owner may send documents of their own: use a token.").In(locale(ctx))}
	}
	return nil
}

// mayWrite tells who may send documents of their own: apps, whose tokens have
// scopes, and owners.
func (p persisted) mayWrite(viewer *access.Viewer) bool {
	return p.free || viewer.Token != nil || viewer.May(enum.RoleOwner)
}

// documentHash answers the hash that a request sends in the place of a document, ""
// when it sends none.
func documentHash(request *graphql.RawParams) string {
	sent, _ := request.Extensions["persistedQuery"].(map[string]any)
	hash, _ := sent["sha256Hash"].(string)
	return hash
}

// hasDocument tells whether a request says what it asks.
func hasDocument(request *graphql.RawParams) bool {
	return request.Query != "" || documentHash(request) != ""
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// parsedDocuments keeps documents that were parsed and found valid: those of the
// panel for ever, of the others the latest.
type parsedDocuments struct {
	panel  map[string]bool // the texts
	kept   sync.Map        // text → *ast.QueryDocument
	others graphql.Cache[*ast.QueryDocument]
}

func newParsedDocuments(documents Documents) *parsedDocuments {
	parsed := &parsedDocuments{panel: map[string]bool{}, others: lru.New[*ast.QueryDocument](queryCacheSize)}
	for _, text := range documents {
		parsed.panel[text] = true
	}
	return parsed
}

// Get answers a document that was parsed before.
func (p *parsedDocuments) Get(ctx context.Context, text string) (*ast.QueryDocument, bool) {
	if kept, found := p.kept.Load(text); found {
		return kept.(*ast.QueryDocument), true
	}
	return p.others.Get(ctx, text)
}

// Add keeps a document.
func (p *parsedDocuments) Add(ctx context.Context, text string, document *ast.QueryDocument) {
	if p.panel[text] {
		p.kept.Store(text, document)
		return
	}
	p.others.Add(ctx, text, document)
}
