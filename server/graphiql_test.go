package main

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

func TestGraphiQL(t *testing.T) {
	t.Parallel()
	serving := graphiql(fstest.MapFS{
		"index.html":               {Data: []byte("the panel")},
		"graphiql/graphiql.html":   {Data: []byte(`<meta property="csp-nonce" nonce="PONTE_NONCE">`)},
		"graphiql/assets/main.js":  {Data: []byte("main()")},
		"graphiql/assets/main.css": {Data: []byte("main {}")},
	})
	get := func(address string) *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		serving.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, address, nil))
		return answer
	}
	nonce := regexp.MustCompile(`nonce="(\w{20,})"`)
	first, second := get("/graphiql/"), get("/graphiql/")
	found, other := nonce.FindStringSubmatch(first.Body.String()), nonce.FindStringSubmatch(second.Body.String())
	policy := first.Header().Get("Content-Security-Policy")
	if found == nil || other == nil || found[1] == other[1] || !strings.Contains(policy, "'nonce-"+found[1]+"'") {
		t.Errorf("%s is served with %s", first.Body, policy)
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") || first.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%s, %v", policy, first.Header())
	}
	if script := get("/graphiql/assets/main.js"); script.Code != http.StatusOK || !strings.Contains(script.Header().Get("Cache-Control"), "immutable") || !strings.HasPrefix(script.Header().Get("Content-Type"), "text/javascript") {
		t.Errorf("%d %v", script.Code, script.Header())
	}
	for _, address := range []string{"/graphiql/nothing", "/graphiql/assets/", "/graphiql/../index.html"} {
		if got := get(address); got.Code != http.StatusNotFound {
			t.Errorf("%s: %d", address, got.Code)
		}
	}
}
