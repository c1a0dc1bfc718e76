package main

import (
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"

	"ponte/docs"
)

func TestDocs(t *testing.T) {
	t.Parallel()
	site := newDocs(docs.Pages)
	get := func(address string, header ...string) *httptest.ResponseRecorder {
		request := httptest.NewRequest(http.MethodGet, address, nil)
		for i := 0; i+1 < len(header); i += 2 {
			request.Header.Set(header[i], header[i+1])
		}
		answer := httptest.NewRecorder()
		site.ServeHTTP(answer, request)
		return answer
	}

	t.Run("each page, in both languages, with links that lead somewhere", func(t *testing.T) {
		t.Parallel()
		link := regexp.MustCompile(`href="([^"#]*)`)
		markdown := regexp.MustCompile("\n(\\||```|## )|\\]\\(")
		for _, language := range docsLanguages {
			for _, name := range docsPages {
				address := "/docs/" + language.Tag + "/" + strings.TrimSuffix(name, "index")
				page := get(address)
				body := page.Body.String()
				if page.Code != http.StatusOK || page.Header().Get("Content-Type") != "text/html; charset=utf-8" || strings.Count(body, "<h1") != 1 || !strings.Contains(body, `<html lang="`+language.Tag+`">`) {
					t.Errorf("%s: %d %v", address, page.Code, page.Header())
				}
				if left := markdown.FindString(body); left != "" || strings.Contains(body, "raw HTML omitted") {
					t.Errorf("%s shows markup: %q", address, left)
				}
				if page.Header().Get("Content-Security-Policy") != docsPolicy || strings.Contains(body, "<script") || strings.Contains(body, "style=") {
					t.Errorf("%s is not served with its strict policy", address)
				}
				for _, one := range link.FindAllStringSubmatch(body, -1) {
					target := one[1]
					if strings.Contains(target, "://") || target == "/" || target == "/favicon.svg" || target == "" {
						continue
					}
					if !strings.HasPrefix(target, "/") {
						target = path.Join("/docs", language.Tag, target)
					}
					if found := get(target); found.Code != http.StatusOK {
						t.Errorf("%s leads to %s: %d", address, target, found.Code)
					}
				}
			}
		}
	})

	t.Run("in the browser's language", func(t *testing.T) {
		t.Parallel()
		for accepted, want := range map[string]string{"": "/docs/pt-BR/", "en-GB,en;q=0.9": "/docs/en/", "fr, pt;q=0.5": "/docs/pt-BR/"} {
			if got := get("/docs/", "Accept-Language", accepted); got.Code != http.StatusFound || got.Header().Get("Location") != want {
				t.Errorf("%q: %d %s", accepted, got.Code, got.Header().Get("Location"))
			}
		}
		for from, want := range map[string]string{"/docs/en": "/docs/en/", "/docs/en/limits/": "/docs/en/limits"} {
			if got := get(from); got.Code != http.StatusMovedPermanently || got.Header().Get("Location") != want {
				t.Errorf("%s: %d %s", from, got.Code, got.Header().Get("Location"))
			}
		}
	})

	t.Run("nothing else, and nothing twice", func(t *testing.T) {
		t.Parallel()
		for _, address := range []string{"/docs/fr/", "/docs/en/nothing", "/docs/en/../../http.go", "/docs/api/en/limits.md"} {
			if got := get(address); got.Code != http.StatusNotFound {
				t.Errorf("%s: %d", address, got.Code)
			}
		}
		first := get("/docs/en/limits")
		if again := get("/docs/en/limits", "If-None-Match", first.Header().Get("ETag")); again.Code != http.StatusNotModified {
			t.Errorf("%d", again.Code)
		}
	})
}
