package provider

import (
	"context"
	"sync"
)

type recorderKey struct{}

// Recorder collects the attempts that are made below a context.
type Recorder struct {
	mu       sync.Mutex
	attempts []Attempt
}

// WithRecorder answers a context below which a provider's calls are recorded.
func WithRecorder(ctx context.Context) (context.Context, *Recorder) {
	recorder := &Recorder{}
	return context.WithValue(ctx, recorderKey{}, recorder), recorder
}

// Record keeps an attempt when somebody asked for it by WithRecorder.
func Record(ctx context.Context, attempt Attempt) {
	recorder, ok := ctx.Value(recorderKey{}).(*Recorder)
	if !ok {
		return
	}
	recorder.mu.Lock()
	defer recorder.mu.Unlock()
	recorder.attempts = append(recorder.attempts, attempt)
}

// Attempts answers what was recorded so far.
func (r *Recorder) Attempts() []Attempt {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Attempt(nil), r.attempts...)
}
