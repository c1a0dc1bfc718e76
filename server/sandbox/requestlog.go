package sandbox

import (
	"slices"
	"sync"
	"time"
)

// requestsKept bounds the memory of the request log.
const requestsKept = 5000

// requestEntry is one received request. Status stays 0 when nothing was
// answered.
type requestEntry struct {
	Number   int       `json:"number"`
	Provider string    `json:"provider"`
	Method   string    `json:"method"`
	Path     string    `json:"path"`
	Query    string    `json:"query,omitempty"`
	Route    string    `json:"route"`
	Status   int       `json:"status"`
	Fault    string    `json:"fault,omitempty"`
	At       time.Time `json:"at"`
	Account  string    `json:"account"`
}

// requestLog remembers the latest requests of both providers.
type requestLog struct {
	mu      sync.Mutex
	entries []requestEntry
	last    int
}

// add stores a request that has just arrived and returns its number.
func (l *requestLog) add(entry requestEntry) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	entry.Number = l.last
	if len(l.entries) >= requestsKept {
		l.entries = slices.Delete(l.entries, 0, requestsKept/10)
	}
	l.entries = append(l.entries, entry)
	return l.last
}

// finish notes how a request ended, unless it has been forgotten meanwhile.
func (l *requestLog) finish(number, status int, account string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.entries) == 0 {
		return
	}
	at := number - l.entries[0].Number // numbers are consecutive
	if at < 0 || at >= len(l.entries) {
		return
	}
	l.entries[at].Status = status
	if account != "" {
		l.entries[at].Account = account
	}
}

// list returns the latest requests, newest first. An empty provider means
// both; a limit of 0 means all.
func (l *requestLog) list(provider string, limit int) []requestEntry {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := []requestEntry{}
	for _, entry := range slices.Backward(l.entries) {
		if limit > 0 && len(found) == limit {
			break
		}
		if provider == "" || provider == entry.Provider {
			found = append(found, entry)
		}
	}
	return found
}

// reset forgets every request.
func (l *requestLog) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = nil
}
