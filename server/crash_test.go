package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ponte/access"
	"ponte/billing/billingtest"
	"ponte/ent/db/charge"
	"ponte/ent/enum"
)

const (
	defaultKills = 100
	sellers      = 3
	crashSeed    = 20261121
)

// kills is how often the server is killed: the variable KILLS or 100, and a few in
// short runs.
func kills(t *testing.T) int {
	if wanted, err := strconv.Atoi(os.Getenv("KILLS")); err == nil && wanted > 0 {
		return wanted
	}
	if testing.Short() {
		return 10
	}
	return defaultKills
}

// TestCrash kills the server at random moments while sales are made and paid.
// Afterwards the promises hold by the simulators' own records: nothing is issued
// twice, nothing that was confirmed is lost, every payment is booked once.
func TestCrash(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t, billingtest.Still)
	owner := w.User(enum.RoleOwner)
	w.Ready(owner)
	w.Control("PUT", "/gerencianet/settings", map[string]any{"identicalGuard": false}, nil)
	product := w.Product(30_00)
	customers := []string{w.Customer().ID, w.Customer().ID, w.Customer().ID}
	who := &access.Service{DB: w.DB, Key: w.Seal.Derive("access"), Now: time.Now, Log: w.Service.Log}
	w.Must(who.ResetPassword(t.Context(), owner.Email, "uma senha boa"))

	address := freeAddress(t)
	crash := &crash{World: w, address: address, productID: product.ID, customers: customers, confirmed: map[string]string{}}
	p := serverProcess(t, w, address).ready()
	seller := signIn(t, address, "/auth/login", map[string]string{"email": owner.Email, "password": "uma senha boa"})
	crash.token = seller.token

	ctx, stop := context.WithCancel(t.Context())
	var busy sync.WaitGroup
	for i := range sellers {
		busy.Go(func() { crash.sell(ctx, t, i) })
	}
	busy.Go(func() { crash.pay(ctx) })
	random := rand.New(rand.NewPCG(crashSeed, 0))
	for range kills(t) {
		time.Sleep(time.Duration(random.IntN(350)) * time.Millisecond)
		p.kill()
		p = serverProcess(t, w, address)
		if random.IntN(3) > 0 { // a third of the kills come while it starts
			p.ready()
		}
	}
	p.ready()
	stop()
	busy.Wait()
	crash.settle(t)
	crash.check(t)
	t.Logf("%d kills, %d sales, %d confirmed, %d charges at the provider, %d paid", kills(t), crash.count.Load(), len(crash.confirmed), len(w.ProviderCharges()), crash.paid.Load())
}

type crash struct {
	*billingtest.World
	address, token, productID string
	customers                 []string
	count, paid               atomic.Int64
	mu                        sync.Mutex
	confirmed                 map[string]string // key of a sale to its id
}

// sell makes sales without a pause. An unanswered one is asked for again with the
// same key until it is answered.
func (c *crash) sell(ctx context.Context, t *testing.T, seller int) {
	caller := &client{t: t, address: c.address, token: c.token}
	for n := 0; ctx.Err() == nil; n++ {
		c.count.Add(1)
		key := fmt.Sprintf("crash-%d-%d", seller, n)
		sold := input{"customerId": c.customers[n%len(c.customers)], "items": []input{{"productId": c.productID, "quantity": 1 + n%3}}, "installments": 1 + n%2, "firstDueDate": string(c.DueIn(5 + n%20)), "idempotencyKey": key}
		for ctx.Err() == nil && !c.trySell(caller, key, sold) {
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(30 * time.Millisecond)
	}
}

func (c *crash) trySell(caller *client, key string, sold input) bool {
	var answer struct {
		CreateSale struct {
			Sale       *struct{ ID string }
			UserErrors userErrors
		}
	}
	if err := caller.tryAsk(createSale, input{"i": sold}, &answer); err != nil || answer.CreateSale.Sale == nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.confirmed[key] = answer.CreateSale.Sale.ID
	return true
}

// pay pays open boletos at the provider; of some no notification tells.
func (c *crash) pay(ctx context.Context) {
	random := rand.New(rand.NewPCG(crashSeed, 1))
	for ctx.Err() == nil {
		time.Sleep(50 * time.Millisecond)
		var open []billingtest.ProviderCharge
		if err := c.TryControl(http.MethodGet, "/gerencianet/charges?status=waiting", nil, &open); err != nil || len(open) == 0 {
			continue
		}
		body := input{}
		if random.IntN(4) == 0 {
			body["notify"] = false
		}
		if c.TryControl(http.MethodPost, fmt.Sprintf("/gerencianet/charges/%d/pay", open[random.IntN(len(open))].ID), body, nil) == nil {
			c.paid.Add(1)
		}
	}
}

// settle waits until nothing is under way and both sides tell the same payments.
func (c *crash) settle(t *testing.T) {
	until(t, "nothing is under way", func() bool {
		var waiting int
		c.Must(c.Pool.QueryRow(`SELECT count(*) FROM operations WHERE state IN ('QUEUED', 'RUNNING', 'UNKNOWN') AND kind <> 'SWEEP'`).Scan(&waiting))
		return waiting == 0
	})
	until(t, "every payment is here", func() bool {
		paid, err := c.DB.Charge.Query().Where(charge.StatusEQ(enum.ChargePaid)).Count(t.Context())
		c.Must(err)
		there := 0
		for _, one := range c.ProviderCharges() {
			if one.Status == "paid" {
				there++
			}
		}
		return paid == there
	})
}

// check looks for every confirmed sale and at all promises.
func (c *crash) check(t *testing.T) {
	for key, id := range c.confirmed {
		if _, err := c.DB.Sale.Get(t.Context(), id); err != nil {
			t.Errorf("I2: the confirmed sale %s (%s): %v", key, id, err)
		}
	}
	c.AssertPromises()
}
