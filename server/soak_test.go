package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ponte/access"
	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/billing/outgoing"
	"ponte/ent/db"
	"ponte/ent/db/delivery"
	"ponte/ent/enum"
)

// TestSoak has independent clients (npm graphql-ws and graphql-sse) follow the
// failure feed through two server processes that are killed and started again in
// turn, while both providers refuse what they are asked. The clients come and go at
// random with their cursors. In the end each has heard, once, of every fault in the
// simulators' records that its integration is about, in the same order as everybody
// else, and of nothing else. So has each webhook that people are told by, however often
// it answered with an error and whichever process died while it sent.
//
// scripts/test-soak.mjs sets the run and SOAK_CLIENT, the program of the clients.
func TestSoak(t *testing.T) {
	program := os.Getenv("SOAK_CLIENT")
	if program == "" {
		t.Skip("SOAK_CLIENT is not set: npm run test:soak")
	}
	s := &soak{
		World: billingtest.New(t, billingtest.Still, billingtest.OnMachineTime), t: t, seed: uint64(setting(t, "SEED", defaultSeed, defaultSeed)),
		addresses: [2]string{freeAddress(t), freeAddress(t)}, kills: setting(t, "KILLS", 6, 6), wanted: setting(t, "FAILURES", 200, 200),
	}
	s.people(setting(t, "PEOPLE", 6, 6))
	s.refuse()
	for i := range s.processes {
		s.processes[i] = s.process(i).ready()
	}
	clients := s.follow(program, setting(t, "SUBSCRIBERS", 20, 20))
	began := time.Now()
	made := make(chan struct{})
	go func() {
		defer close(made)
		s.fail()
	}()
	s.killInTurn(made)
	<-made
	s.quiet()
	s.compare(clients.subscribers, clients.finish())
	s.compareWebhooks()
	t.Logf("seed %d: %d subscribers, %d faults at Gerencianet, %d at Vhsys, %d kills, %d connections, in %v",
		s.seed, len(clients.subscribers), len(s.faults("gerencianet")), len(s.faults("vhsys")), s.killed, clients.connections, time.Since(began).Round(time.Second))
}

type soak struct {
	*billingtest.World
	t         *testing.T
	seed      uint64
	addresses [2]string
	processes [2]*process
	kills     int
	killed    int
	wanted    int // failures
	made      atomic.Int64
	listeners []listening
}

// listening is a person and what the person is chosen to hear of.
type listening struct {
	person  *db.User
	hears   []string // the simulators
	webhook *billingtest.Receiver
}

// told answers the events that a person's webhook has listed, each message once, and
// how many more were only counted.
func (l listening) told(s *soak) (events []string, more int) {
	seen := map[string]bool{}
	for _, one := range l.webhook.Got() {
		id := one.Header.Get("webhook-id")
		if seen[id] {
			continue
		}
		seen[id] = true
		var payload struct {
			Data struct {
				Failures []outgoing.Failure
				More     int
			}
		}
		s.Must(json.Unmarshal([]byte(one.Body), &payload))
		more += payload.Data.More
		for _, failed := range payload.Data.Failures {
			events = append(events, failed.Event+" "+failed.ID)
		}
	}
	return events, more
}

// people makes persons of four kinds: who hears of one integration, of the other, of
// both and of none.
func (s *soak) people(count int) {
	kinds := [][]string{{"gerencianet"}, {"vhsys"}, {"gerencianet", "vhsys"}, {}}
	for i := range max(count, len(kinds)) {
		s.listeners = append(s.listeners, listening{s.User(enum.RoleFinance), kinds[i%len(kinds)], s.unreliable()})
	}
	for _, one := range s.listeners {
		s.Must(second(s.SaveChannel(s.Context(), one.person.ID, billing.SaveChannel{
			Kind: enum.ChannelWebhook, Active: true, Address: &one.webhook.URL, Pace: enum.PaceNow, DigestHour: 8,
		})))
	}
	s.ReadyGerencianet(s.chosenFor("gerencianet")...)
	s.ReadyVhsys(s.chosenFor("vhsys")...)
}

// unreliable is a webhook that answers every fifth request with an error.
func (s *soak) unreliable() *billingtest.Receiver {
	receiver := billingtest.NewReceiver(s.t)
	receiver.Respond(func(rw http.ResponseWriter, nth int) {
		if nth%5 == 0 {
			rw.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	return receiver
}

func (s *soak) chosenFor(simulator string) []string {
	var ids []string
	for _, one := range s.listeners {
		if slices.Contains(one.hears, simulator) {
			ids = append(ids, one.person.ID)
		}
	}
	return ids
}

// refuse has both providers refuse what a charge and a sale begin with.
func (s *soak) refuse() {
	s.Control("PUT", "/gerencianet/settings", map[string]any{"identicalGuard": false, "dailyLimit": 0}, nil)
	s.FailGerencianet(billingtest.Fault{Route: "POST /v1/charge", Kind: "status", Status: 400, Count: billingtest.Forever,
		Body: `{"code":3500034,"error":"validation_error","error_description":{"property":"/payment/banking_billet/customer/phone_number","message":"recusado"}}`})
	s.FailVhsys(billingtest.Fault{Route: "POST /v2/clientes", Kind: "status", Status: 400, Count: billingtest.Forever,
		Body: `{"code":400,"status":"error","data":"Documento recusado"}`})
}

func (s *soak) process(i int) *process {
	return serverProcess(s.t, s.World, s.addresses[i], "PONTE_RATE_LIMIT=0", "PONTE_FREE_DOCUMENTS=true", "PONTE_DAILY_CALLS=1000000", "PONTE_PROVIDER_RATE=1000", "PONTE_PRIVATE_TARGETS=true", "PONTE_ALARM_SWEEP=1h")
}

// fail makes so many failures: charges that Gerencianet refuses, and sales whose
// customer Vhsys refuses too.
func (s *soak) fail() {
	product := s.Product(50_00).ID
	for made := 0; made < s.wanted; made++ {
		s.made.Store(int64(made))
		if made%20 == 0 {
			s.Until("not too much is under way", func() bool { return s.underWay() < 200 })
		}
		if made%5 < 3 {
			s.Must(second(s.CreateCharge(s.Context(), s.NewCharge(int64(5_000+made)))))
			continue
		}
		made++ // the sale and its charge
		s.Must(second(s.CreateSale(s.Context(), billing.NewSale{
			CustomerID: s.Customer().ID, Items: []*billing.NewItem{{ProductID: &product, Quantity: 1}},
			PaymentMethod: enum.MethodBoleto, Installments: 1, FirstDueDate: billingtest.Ref(s.Today().AddDays(10)),
		})))
	}
}

func second[T any](_ T, err error) error { return err }

// underWay counts what is to fail yet.
func (s *soak) underWay() (count int) {
	s.Must(s.Pool.QueryRow(`SELECT count(*) FROM operations WHERE state IN ('QUEUED', 'RUNNING', 'UNKNOWN') AND kind IN ('ISSUE_CHARGE', 'MIRROR_SALE')`).Scan(&count))
	return count
}

// killInTurn kills one process, then the other, all the while failures are made.
func (s *soak) killInTurn(made <-chan struct{}) {
	random := rand.New(rand.NewPCG(s.seed, 1))
	for s.killed < s.kills {
		select {
		case <-made:
			s.t.Logf("only %d kills: the failures were made before", s.killed)
			return
		case <-time.After(time.Duration(200+random.IntN(1000)) * time.Millisecond):
			if s.made.Load()*int64(s.kills) < int64(s.killed*s.wanted) {
				continue
			}
		}
		i := s.killed % len(s.processes)
		s.processes[i].kill()
		s.processes[i] = s.process(i).ready()
		s.killed++
	}
}

// quiet waits until nothing is under way any more, as long as that becomes less.
func (s *soak) quiet() {
	least, end := math.MaxInt, time.Now()
	for ; ; time.Sleep(100 * time.Millisecond) {
		live, unsent := s.underWay(), 0
		s.Must(s.Pool.QueryRow(`SELECT count(*) FROM messages WHERE state <> 'SENT'`).Scan(&unsent))
		if live+unsent == 0 {
			return
		}
		if live+unsent < least {
			least, end = live+unsent, time.Now().Add(faultPatience)
		}
		if time.Now().After(end) {
			s.t.Fatalf("%d operations are still under way, %d messages are not sent", live, unsent)
		}
	}
}

// faults answers what a simulator has refused: our references of charges, or the tax
// ids of customers.
func (s *soak) faults(simulator string) map[string]bool {
	var list struct{ Fired []struct{ CustomID string } }
	s.Control("GET", "/"+simulator+"/faults", nil, &list)
	refused, plain := map[string]bool{}, strings.NewReplacer(".", "", "/", "", "-", "")
	for _, one := range list.Fired {
		refused[simulator+" "+plain.Replace(one.CustomID)] = true // an operation may have been begun again after a kill
	}
	return refused
}

// named answers by which of the simulators' names each charge and sale goes.
func (s *soak) named() map[string]string {
	names := map[string]string{}
	rows, err := s.Pool.Query(`SELECT id, 'gerencianet ' || reference FROM charges UNION ALL SELECT s.id, 'vhsys ' || c.tax_id FROM sales s JOIN customers c ON c.id = s.customer_id`)
	s.Must(err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, name string
		s.Must(rows.Scan(&id, &name))
		names[id] = strings.ReplaceAll(name, "-", "")
	}
	s.Must(rows.Err())
	return names
}

// soakClients is the program of the clients while it runs.
type soakClients struct {
	s           *soak
	command     *exec.Cmd
	input       io.WriteCloser
	output      *bufio.Reader
	subscribers []subscriber
	connections int
}

// subscriber is one client: it follows one person's feed.
type subscriber struct {
	Name      string `json:"name"`
	Token     string `json:"token"`
	Transport string `json:"transport"` // ws or sse
	Cursor    string `json:"cursor"`    // of the beginning
	listening listening
}

// follow starts the clients, each with a token of its own.
func (s *soak) follow(program string, count int) *soakClients {
	who := &access.Service{DB: s.DB, Key: s.Seal.Derive("access"), Now: time.Now, Log: s.Service.Log}
	clients := &soakClients{s: s, command: exec.CommandContext(s.t.Context(), "node", program)}
	for i := range count {
		of := s.listeners[i%len(s.listeners)]
		_, secret, err := who.CreateAPIToken(s.t.Context(), access.NewAPIToken{UserID: of.person.ID, Name: fmt.Sprint("soak ", i), Scopes: []enum.Scope{access.Failures.Read(), access.Charges.Read(), access.Sales.Read()}})
		s.Must(err)
		clients.subscribers = append(clients.subscribers, subscriber{fmt.Sprint(i), secret, []string{"ws", "sse"}[i/len(s.listeners)%2], billing.FeedCursor(of.person.ID, 0), of})
	}
	var err error
	clients.input, err = clients.command.StdinPipe()
	s.Must(err)
	output, err := clients.command.StdoutPipe()
	s.Must(err)
	clients.output, clients.command.Stderr = bufio.NewReader(output), os.Stderr
	s.Must(clients.command.Start())
	s.t.Cleanup(func() { _ = clients.command.Process.Kill() })
	s.Must(json.NewEncoder(clients.input).Encode(map[string]any{"addresses": s.addresses, "subscribers": clients.subscribers, "seed": s.seed}))
	line, err := clients.output.ReadString('\n')
	if err != nil || line != "following\n" {
		s.t.Fatalf("the clients said %q %v", line, err)
	}
	return clients
}

// heard is what one subscriber was told, in order.
type heard struct {
	Name     string
	Subjects []string
	Kinds    []string
	Ended    string // why it stopped listening, when it should not have
}

// finish has the clients hear the rest, and answers what each has heard.
func (c *soakClients) finish() map[string]heard {
	c.s.Must(c.input.Close())
	var told struct {
		Connections int
		Subscribers []heard
	}
	c.s.Must(json.NewDecoder(c.output).Decode(&told))
	c.s.Must(c.command.Wait())
	c.connections = told.Connections
	lists := map[string]heard{}
	for _, one := range told.Subscribers {
		lists[one.Name] = one
	}
	return lists
}

// compare holds every list against the simulators' records.
func (s *soak) compare(subscribers []subscriber, lists map[string]heard) {
	names := s.named()
	records := map[string]map[string]bool{"gerencianet": s.faults("gerencianet"), "vhsys": s.faults("vhsys")}
	first := map[string]heard{} // of each person, the first list: the others are the same
	for _, one := range subscribers {
		list := lists[one.Name]
		if list.Ended != "" {
			s.t.Errorf("subscriber %s (%s) stopped: %s", one.Name, one.Transport, list.Ended)
		}
		due := map[string]bool{}
		for _, simulator := range one.listening.hears {
			for name := range records[simulator] {
				due[name] = true
			}
		}
		s.compareList(one, list, names, due)
		if known, ok := first[one.listening.person.ID]; ok && !slices.Equal(known.Subjects, list.Subjects) {
			s.t.Errorf("subscribers %s and %s of one person heard in different orders", known.Name, list.Name)
		} else if !ok {
			first[one.listening.person.ID] = list
		}
	}
}

func (s *soak) compareList(one subscriber, list heard, names map[string]string, due map[string]bool) {
	told := map[string]int{}
	for i, subject := range list.Subjects {
		told[names[subject]]++
		if list.Kinds[i] != "OPENED" {
			s.t.Errorf("subscriber %s: %s %s", one.Name, list.Kinds[i], subject)
		}
	}
	var wrong []string
	for name, times := range told {
		if !due[name] || times != 1 {
			wrong = append(wrong, fmt.Sprintf("%s %d times", name, times))
		}
	}
	for name := range due {
		if told[name] == 0 {
			wrong = append(wrong, name+" is missing")
		}
	}
	if len(wrong) > 0 {
		s.t.Errorf("subscriber %s (%s) heard %d of %d: %s", one.Name, one.Transport, len(list.Subjects), len(due), strings.Join(wrong[:min(len(wrong), 10)], "; "))
	}
}

// compareWebhooks holds what each webhook was told against the feed of its person.
func (s *soak) compareWebhooks() {
	for _, one := range s.listeners {
		feed, err := s.DB.Delivery.Query().Where(delivery.UserID(one.person.ID)).All(s.Context())
		s.Must(err)
		due := map[string]int{}
		for _, event := range feed {
			due[string(event.Kind)+" "+event.FailureID]++
		}
		listed, more := one.told(s)
		for _, event := range listed {
			due[event]--
		}
		missing := 0
		for event, left := range due {
			if left < 0 {
				s.t.Errorf("a webhook for %v told %s %d times too often", one.hears, event, -left)
			}
			missing += max(left, 0)
		}
		if missing != more {
			s.t.Errorf("a webhook for %v listed %d of %d and counted %d more", one.hears, len(listed), len(feed), more)
		}
	}
}
