package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ponte/access"
	"ponte/billing/billingtest"
	"ponte/ent/db"
	"ponte/ent/db/charge"
	"ponte/ent/enum"
)

const (
	// A run of its own, npm run test:faults, has 300 kills and 500 sales.
	defaultKills = 20
	defaultSales = 50 // which make about 80 charges
	defaultSeed  = 20261121
	sellers      = 4
	// faultPatience bounds the wait for quiet after the run.
	faultPatience = 3 * time.Minute
)

// setting reads a number of the run from the environment: KILLS, SALES or SEED.
func setting(t *testing.T, name string, usual, short int) int {
	if wanted, err := strconv.Atoi(os.Getenv(name)); err == nil && wanted >= 0 {
		return wanted
	}
	if testing.Short() {
		return short
	}
	return usual
}

// TestFaults makes charges of every kind through two server processes that are
// killed at random moments, while both providers spoil requests in every way they
// know and callbacks are repeated, reordered and lost. Afterwards the promises hold
// by the simulators' own records: nothing is issued twice, nothing that was
// confirmed is lost, every payment is booked once.
func TestFaults(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t, billingtest.Still, billingtest.OnMachineTime)
	owner := w.User(enum.RoleOwner)
	w.Ready(owner)
	who := &access.Service{DB: w.DB, Key: w.Seal.Derive("access"), Now: time.Now, Log: w.Service.Log}
	w.Must(who.ResetPassword(t.Context(), owner.Email, "uma senha boa"))
	run := &faultRun{
		World: w, t: t, seed: uint64(setting(t, "SEED", defaultSeed, defaultSeed)), wanted: int64(setting(t, "SALES", defaultSales, 25)),
		products: []string{w.Product(30_00).ID, w.Invoiced(30_00, enum.DocumentNFe, enum.TimingOnApproval).ID, w.Invoiced(45_00, enum.DocumentNFSe, enum.TimingOnApproval).ID}, confirmed: map[string]confirmed{},
	}
	for range 6 {
		run.customers = append(run.customers, w.Person().ID)
	}
	run.start(t)
	run.spoil()
	run.everybody(setting(t, "KILLS", defaultKills, 5))
	run.settle()
	run.check()
	t.Logf("seed %d: %d kills, %d sales with %d notas, %d charges here, %d at the provider, %d Pix, %d faults fired",
		run.seed, run.kills, len(run.confirmed), len(w.ProviderInvoices()), w.DB.Charge.Query().CountX(t.Context()), len(w.ProviderCharges()), run.pixCharges(), run.fired)
}

// confirmed is a sale that a server has answered, with what was sent.
type confirmed struct {
	id    string
	input input
}

type faultRun struct {
	*billingtest.World
	t         *testing.T
	seed      uint64
	wanted    int64 // sales to make
	made      atomic.Int64
	kills     int
	fired     int // faults
	processes [2]*process
	addresses [2]string
	balancer  string // passes callbacks on to either process
	token     string
	products  []string // without a nota fiscal, with an NF-e, with an NFS-e
	customers []string
	mu        sync.Mutex
	confirmed map[string]confirmed // by the sale's key
}

func (f *faultRun) random(of uint64) *rand.Rand { return rand.New(rand.NewPCG(f.seed, of)) }

// start runs both processes behind one address for callbacks.
func (f *faultRun) start(t *testing.T) {
	f.addresses = [2]string{freeAddress(t), freeAddress(t)}
	f.balancer = balance(t, f.addresses[:])
	f.Control("PUT", "/gerencianet/settings", map[string]any{"identicalGuard": false, "dailyLimit": 0, "listLagMs": 100}, nil)
	f.Control("PUT", "/pix/settings", map[string]any{"dailyLimit": 0, "rateLimit": 0}, nil)
	for i := range f.processes {
		f.processes[i] = f.process(i).ready()
	}
	owner := f.DB.User.Query().FirstX(t.Context())
	f.token = signIn(t, f.addresses[0], "/auth/login", map[string]string{"email": owner.Email, "password": "uma senha boa"}).token
	f.register()
}

func (f *faultRun) process(i int) *process {
	return serverProcess(f.t, f.World, f.addresses[i], "PONTE_PUBLIC_URL="+f.balancer)
}

// register has Pix payments told to the balancer.
func (f *faultRun) register() {
	(&client{t: f.t, address: f.addresses[0], token: f.token}).ask(`mutation { registerPixWebhook { operation { id } userErrors { message } } }`, nil, nil)
	until(f.t, "the Pix webhook is registered", func() bool {
		settings, err := f.DB.Integration.Query().All(f.t.Context())
		return err == nil && slices.ContainsFunc(settings, func(one *db.Integration) bool { return one.PixRegisteredAt != nil })
	})
}

// balance passes requests on to the addresses in turn.
func balance(t *testing.T, addresses []string) string {
	var turn atomic.Uint64
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: addresses[turn.Add(1)%uint64(len(addresses))]})
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	address := freeAddress(t)
	server, err := listenAndServe(address, proxy)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return "http://" + address
}

// faultShares are how often each fault fires at a provider's requests. late commits
// within the settle window, delay answers after the caller's patience.
var faultShares = []billingtest.Fault{
	{Kind: "drop_before", Probability: 0.02}, {Kind: "drop_after", Probability: 0.03}, {Kind: "late", Probability: 0.02, DelayMs: 300},
	{Kind: "delay", Probability: 0.005, DelayMs: 1200}, {Kind: "status", Probability: 0.02}, {Kind: "html", Probability: 0.01},
	{Kind: "garbage", Probability: 0.01}, {Kind: "truncate", Probability: 0.01}, {Kind: "redirect", Probability: 0.005},
	{Kind: "unauthorized", Probability: 0.01}, {Kind: "huge", Probability: 0.002},
	{Kind: "status", Status: 429, Headers: map[string]string{"Retry-After": "1"}, Probability: 0.003},
	{Kind: "status", Status: 500, Body: `{"code":4600100,"error":"x","error_description":"Tempo esgotado."}`, Probability: 0.005},
}

// spoil sets every fault at the three APIs, and has callbacks come late, twice and
// out of order.
func (f *faultRun) spoil() {
	for i, api := range []string{"gerencianet", "pix", "vhsys"} {
		for j, fault := range faultShares {
			if api == "vhsys" && fault.Kind == "huge" {
				continue
			}
			fault.Route, fault.Count, fault.Seed = "*", billingtest.Forever, f.seed+uint64(100*i+j)
			f.Control("POST", "/"+api+"/faults", fault, nil)
		}
	}
	for _, api := range []string{"gerencianet", "pix"} {
		f.Control("PUT", "/"+api+"/callbacks/settings", map[string]any{"duplicate": 1, "shuffle": true, "delayMs": 30}, nil)
	}
}

// everybody sells, pays, meddles, forges and loses callbacks while processes die.
func (f *faultRun) everybody(kills int) {
	ctx, stop := context.WithCancel(f.t.Context())
	var selling, busy sync.WaitGroup
	for i := range sellers {
		selling.Go(func() { f.sell(i) })
	}
	for _, work := range []func(context.Context){f.pay, f.meddle, f.forge, f.loseCallbacks} {
		busy.Go(func() { work(ctx) })
	}
	f.killAtRandom(kills)
	selling.Wait()
	stop()
	busy.Wait()
}

// killAtRandom kills one process after the other; a third of the kills come while
// it starts.
func (f *faultRun) killAtRandom(kills int) {
	random := f.random(1)
	for range kills {
		time.Sleep(time.Duration(random.IntN(250)) * time.Millisecond)
		i := random.IntN(len(f.processes))
		f.processes[i].kill()
		f.processes[i] = f.process(i)
		f.kills++
		if random.IntN(3) > 0 {
			f.processes[i].ready()
		}
	}
	for _, p := range f.processes {
		p.ready()
	}
}

// sell makes sales of every kind until there are enough. An unanswered one is asked
// for again, with the same key, until it is answered.
func (f *faultRun) sell(seller int) {
	random := f.random(uint64(10 + seller))
	for n := 0; f.made.Add(1) <= f.wanted; n++ {
		key := fmt.Sprintf("faults-%d-%d", seller, n)
		sold := f.newSale(random, key)
		for !f.trySell(random, key, sold) {
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// newSale is a sale of a random kind; one in four is of two products, which may ask
// for two notas fiscais that share a discount.
func (f *faultRun) newSale(random *rand.Rand, key string) input {
	products := random.Perm(len(f.products))
	sold := input{
		"customerId": f.customers[random.IntN(len(f.customers))], "idempotencyKey": key,
		"items": []input{{"productId": f.products[products[0]], "quantity": 1 + random.IntN(4)}}, "firstDueDate": string(f.DueIn(5 + random.IntN(20))),
	}
	if random.IntN(4) == 0 {
		sold["items"] = append(sold["items"].([]input), input{"productId": f.products[products[1]], "quantity": 1})
		sold["discountCents"] = random.IntN(10_00)
	}
	switch random.IntN(7) {
	case 0:
		sold["paymentMethod"], sold["installments"] = "CARNET", 2+random.IntN(5)
	case 1:
		sold["paymentMethod"], sold["pixExpiresInSeconds"] = "PIX", 3600
	case 2:
		sold["paymentMethod"] = "PIX"
	case 3:
		sold["paymentMethod"] = "LINK"
	case 4:
		sold["paymentMethod"], sold["installments"], sold["cardToken"] = "CARD", 1+random.IntN(3), cardToken(random)
	case 5:
		sold["installments"] = 2
	}
	return sold
}

// cardToken is a token whose last digit decides what becomes of the card: one in
// five is refused.
func cardToken(random *rand.Rand) string {
	last := "3"
	if random.IntN(5) == 0 {
		last = "0"
	}
	return fmt.Sprintf("%016x%016x%07x%s", random.Uint64(), random.Uint64(), random.Uint32()>>4, last)
}

func (f *faultRun) caller(random *rand.Rand) *client {
	return &client{t: f.t, address: f.addresses[random.IntN(len(f.addresses))], token: f.token}
}

func (f *faultRun) trySell(random *rand.Rand, key string, sold input) bool {
	var answer struct {
		CreateSale struct {
			Sale       *struct{ ID string }
			UserErrors userErrors
		}
	}
	if err := f.caller(random).tryAsk(createSale, input{"i": sold}, &answer); err != nil {
		return false
	}
	if answer.CreateSale.Sale == nil {
		f.t.Errorf("%s was refused: %+v", key, answer.CreateSale.UserErrors)
		return true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.confirmed[key] = confirmed{id: answer.CreateSale.Sale.ID, input: sold}
	return true
}

// pay has payers pay what is open; of some payments nothing tells.
func (f *faultRun) pay(ctx context.Context) {
	random := f.random(2)
	for ctx.Err() == nil {
		time.Sleep(25 * time.Millisecond)
		body := input{}
		if random.IntN(4) == 0 {
			body["notify"] = false
		}
		if random.IntN(3) == 0 {
			f.payPix(random, body)
			continue
		}
		status := []string{"waiting", "waiting", "link"}[random.IntN(3)]
		var open []billingtest.ProviderCharge
		if err := f.TryControl(http.MethodGet, "/gerencianet/charges?limit=60&status="+status, nil, &open); err == nil && len(open) > 0 {
			_ = f.TryControl(http.MethodPost, fmt.Sprintf("/gerencianet/charges/%d/pay", open[random.IntN(len(open))].ID), body, nil)
		}
	}
}

func (f *faultRun) payPix(random *rand.Rand, body input) {
	var open []struct{ TxID string }
	if err := f.TryControl(http.MethodGet, "/pix/charges?status=ATIVA", nil, &open); err == nil && len(open) > 0 {
		_ = f.TryControl(http.MethodPost, "/pix/charges/"+open[random.IntN(len(open))].TxID+"/pay", body, nil)
	}
}

// meddle does what people do with charges: most of it is refused, because the
// charge has moved on.
func (f *faultRun) meddle(ctx context.Context) {
	random := f.random(3)
	for ctx.Err() == nil {
		time.Sleep(60 * time.Millisecond)
		ids, err := f.DB.Charge.Query().Where(charge.StatusIn(enum.ChargeWaiting, enum.ChargePaid, enum.ChargeFailed)).IDs(ctx)
		if err != nil || len(ids) == 0 {
			continue
		}
		document, variables := f.oneThing(random, ids[random.IntN(len(ids))])
		_ = f.caller(random).tryAsk(document, variables, nil) // refused or unanswered: both are allowed
	}
}

func (f *faultRun) oneThing(random *rand.Rand, id string) (document string, variables input) {
	on := func(name, kind string, more input) (string, input) {
		more["id"] = id
		return fmt.Sprintf("mutation ($i: %s!) { %s(input: $i) { userErrors { code } } }", kind, name), input{"i": more}
	}
	switch random.IntN(7) {
	case 0:
		return on("cancelCharge", "CancelChargeInput", input{})
	case 1:
		return on("changeDueDate", "ChangeDueDateInput", input{"dueDate": string(f.DueIn(30 + random.IntN(9)))})
	case 2:
		return on("settleCharge", "SettleChargeInput", input{})
	case 3:
		return on("changeChargeAmount", "ChangeChargeAmountInput", input{"amountCents": 2000 + random.IntN(5000)})
	case 4:
		return on("refundCharge", "RefundChargeInput", input{"amountCents": 100 + random.IntN(900)})
	case 5:
		return on("refundCharge", "RefundChargeInput", input{})
	}
	return on("retryCardCharge", "RetryCardChargeInput", input{"cardToken": cardToken(random)})
}

// forge posts callbacks that no provider sent.
func (f *faultRun) forge(ctx context.Context) {
	random := f.random(4)
	var told []struct{ NotificationURL string }
	for ctx.Err() == nil {
		time.Sleep(200 * time.Millisecond)
		if len(told) == 0 {
			_ = f.TryControl(http.MethodGet, "/gerencianet/charges?limit=1", nil, &told)
			continue
		}
		token := fmt.Sprintf("%08x-0000-4000-8000-%012x", random.Uint32(), random.Uint64()>>16)
		post := func(address, media, body string) {
			if response, err := http.Post(address, media, strings.NewReader(body)); err == nil {
				_ = response.Body.Close()
			}
		}
		post(told[0].NotificationURL, "application/x-www-form-urlencoded", "notification="+token)
		post(told[0].NotificationURL+"/pix", "application/json", fmt.Sprintf(`{"pix":[{"txid":"%032x","valor":"999.00","endToEndId":"E%031d"}]}`, random.Uint64(), random.Uint32()))
	}
}

// loseCallbacks has the providers tell nothing for some of the time.
func (f *faultRun) loseCallbacks(ctx context.Context) {
	random := f.random(5)
	for ctx.Err() == nil {
		mode := []string{"deliver", "deliver", "hold", "lose"}[random.IntN(4)]
		for _, api := range []string{"gerencianet", "pix"} {
			_ = f.TryControl(http.MethodPut, "/"+api+"/callbacks/settings", input{"mode": mode}, nil)
		}
		time.Sleep(300 * time.Millisecond)
	}
}

// settle mends everything and waits until nothing is under way and both sides tell
// the same payments.
func (f *faultRun) settle() {
	f.fired = f.faultsFired()
	f.Mend()
	for _, api := range []string{"gerencianet", "pix"} {
		f.Control("PUT", "/"+api+"/callbacks/settings", input{"mode": "deliver", "duplicate": 0, "shuffle": false, "delayMs": 0}, nil)
	}
	f.await("nothing is under way", func() string {
		var live int
		f.Must(f.Pool.QueryRow(`SELECT count(*) FROM operations WHERE state IN ('QUEUED', 'RUNNING', 'UNKNOWN') AND kind <> 'SWEEP'`).Scan(&live))
		if live == 0 {
			return ""
		}
		return fmt.Sprintf("%d operations", live)
	})
	// Two whole sweeps find what no callback has told.
	began := time.Now()
	for range 2 {
		f.await("a sweep", func() string {
			settings := f.DB.Integration.Query().AllX(f.t.Context())
			if slices.ContainsFunc(settings, func(one *db.Integration) bool { return one.LastSweepAt != nil && one.LastSweepAt.After(began) }) {
				return ""
			}
			return "no sweep since " + began.String()
		})
		began = time.Now()
	}
	f.await("nothing is under way after the sweeps", func() string {
		var live int
		f.Must(f.Pool.QueryRow(`SELECT count(*) FROM operations WHERE state IN ('QUEUED', 'RUNNING', 'UNKNOWN') AND kind <> 'SWEEP'`).Scan(&live))
		if live == 0 {
			return ""
		}
		return fmt.Sprintf("%d operations", live)
	})
}

// await waits until there is nothing more to be done.
func (f *faultRun) await(what string, left func() string) {
	for end := time.Now().Add(faultPatience); ; time.Sleep(100 * time.Millisecond) {
		rest := left()
		if rest == "" {
			return
		}
		if time.Now().After(end) {
			f.describeLive()
			f.t.Fatalf("seed %d: waited in vain: %s: %s", f.seed, what, rest)
		}
	}
}

func (f *faultRun) describeLive() {
	rows, err := f.Pool.Query(`SELECT kind, subject_id, state, tries, last_error FROM operations WHERE state IN ('QUEUED', 'RUNNING', 'UNKNOWN') LIMIT 20`)
	if err != nil {
		f.t.Log(err)
		return
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var kind, subject, state, last string
		var tries int
		f.Must(rows.Scan(&kind, &subject, &state, &tries, &last))
		f.t.Logf("%s %s %s after %d tries: %s", kind, subject, state, tries, last)
	}
	f.Must(rows.Err())
}

// check looks at all promises: I2 and I12 by the keys that were confirmed, I17 by
// the accounts that the providers saw, the others by the providers' records.
func (f *faultRun) check() {
	random := f.random(6)
	for key, sale := range f.confirmed {
		var answer struct {
			CreateSale struct {
				Replayed bool
				Sale     *struct{ ID string }
			}
		}
		f.caller(random).ask(createSaleAgain, input{"i": sale.input}, &answer)
		if answer.CreateSale.Sale == nil || answer.CreateSale.Sale.ID != sale.id || !answer.CreateSale.Replayed {
			f.t.Errorf("I12: %s was %s, now %+v", key, sale.id, answer.CreateSale)
		}
	}
	var requests []struct{ Provider, Account, Path string }
	f.Control("GET", "/requests", nil, &requests)
	for _, one := range requests {
		if strings.Contains(strings.ToLower(one.Account), "prod") {
			f.t.Errorf("I17: %s was asked as %s: %s", one.Provider, one.Account, one.Path)
		}
	}
	f.AssertPromises()
}

const createSaleAgain = `mutation ($i: CreateSaleInput!) { createSale(input: $i) { replayed sale { id } userErrors { code } } }`

func (f *faultRun) pixCharges() int {
	var all []struct{ TxID string }
	f.Control("GET", "/pix/charges", nil, &all)
	return len(all)
}

func (f *faultRun) faultsFired() int {
	fired := 0
	for _, api := range []string{"gerencianet", "pix", "vhsys"} {
		var list struct{ Faults []struct{ Fired int } }
		f.Control("GET", "/"+api+"/faults", nil, &list)
		for _, one := range list.Faults {
			fired += one.Fired
		}
	}
	return fired
}
