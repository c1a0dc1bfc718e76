package billing_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"ponte/billing/billingtest"
	"ponte/ent/db"
	"ponte/ent/enum"
)

// TestFollowCharges changes more charges at once than a page of the stream holds.
func TestFollowCharges(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t, billingtest.Still).Ready()
	w.Listen(w.Service)
	sell(w, 450)
	ctx, stop := context.WithCancel(w.Context())
	var mu sync.Mutex
	heard, ended := map[string]int{}, make(chan struct{})
	go func() {
		defer close(ended)
		_ = w.FollowCharges(ctx, func(context.Context) error { return nil }, func(c *db.Charge) error {
			mu.Lock()
			defer mu.Unlock()
			heard[c.ID]++
			return nil
		})
	}()
	time.Sleep(300 * time.Millisecond) // the stream has begun
	changed, err := w.DB.Charge.Update().SetStatus(enum.ChargeIssuing).SetUpdatedAt(time.Now()).Save(ctx)
	w.Must(err)
	w.Bell.Ring("charge:")
	w.Until("every change is heard", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(heard) == changed
	})
	stop()
	<-ended
	for id, count := range heard {
		if count != 1 {
			t.Errorf("%s was heard %d times", id, count)
		}
	}
}
