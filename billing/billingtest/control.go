package billingtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"ponte/billing/brazil"
	"ponte/ent/db"
)

// ProviderCharge is a charge in the simulator's own record.
type ProviderCharge struct {
	ID              int64           `json:"id"`
	CustomID        string          `json:"customId"`
	Status          string          `json:"status"`
	Total           int64           `json:"total"`
	PaidValue       int64           `json:"paidValue"`
	Token           string          `json:"token"`
	ExpireAt        string          `json:"expireAt"`
	NotificationURL string          `json:"notificationUrl"`
	Emails          []string        `json:"emails"`
	Billet          map[string]any  `json:"billet"`
	Entries         []ProviderEntry `json:"entries"`
	Account         string          `json:"account"`
	Method          string          `json:"method"`
	CarnetID        int64           `json:"carnetId"`
	Parcel          int             `json:"parcel"`
	Refunds         []struct {
		Amount int64 `json:"amount"`
	} `json:"refunds"`
	History []struct {
		Message string `json:"message"`
	} `json:"history"`
}

// Refunded is what was given back of a card payment.
func (p ProviderCharge) Refunded() int64 {
	var sum int64
	for _, one := range p.Refunds {
		sum += one.Amount
	}
	return sum
}

// ProviderEntry is one entry of a charge's notification, and what became of its
// callback.
type ProviderEntry struct {
	Delivery *struct {
		State string `json:"state"`
	} `json:"delivery"`
}

// ProviderOrder is an order in the simulator's own record.
type ProviderOrder struct {
	ID           int64            `json:"id"`
	Trashed      bool             `json:"trashed"`
	Record       map[string]any   `json:"record"`
	Items        []map[string]any `json:"items"`
	Installments []map[string]any `json:"installments"`
	History      []map[string]any `json:"history"`
}

// Fault spoils requests at a simulator; server/sandbox/README.md has the kinds.
type Fault struct {
	Route       string            `json:"route,omitempty"`
	Kind        string            `json:"kind"`
	Count       int               `json:"count,omitempty"`
	Skip        int               `json:"skip,omitempty"`
	Status      int               `json:"status,omitempty"`
	Body        string            `json:"body,omitempty"`
	DelayMs     int               `json:"delayMs,omitempty"`
	Probability float64           `json:"probability,omitempty"`
	Seed        uint64            `json:"seed,omitempty"`
	Headers     map[string]string `json:"headers,omitempty"`
}

// Forever is the count of a fault that does not end.
const Forever = -1

// Control tells the simulators what to do and reads their answer.
func (w *World) Control(method, path string, body, answer any) {
	w.Helper()
	if err := w.TryControl(method, path, body, answer); err != nil {
		w.Fatal(err)
	}
}

// TryControl is Control for orders that the simulator may refuse.
func (w *World) TryControl(method, path string, body, answer any) error {
	var content bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&content).Encode(body); err != nil {
			return err
		}
	}
	recorded := httptest.NewRecorder()
	w.control.ServeHTTP(recorded, httptest.NewRequest(method, path, &content))
	if recorded.Code != http.StatusOK {
		return fmt.Errorf("%s %s: %d %s", method, path, recorded.Code, recorded.Body)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(recorded.Body.Bytes(), answer)
}

// FailGerencianet sets a fault of the charges API.
func (w *World) FailGerencianet(fault Fault) {
	w.Helper()
	w.Control("POST", "/gerencianet/faults", fault, nil)
}

// FailVhsys sets a fault of the Vhsys API.
func (w *World) FailVhsys(fault Fault) {
	w.Helper()
	w.Control("POST", "/vhsys/faults", fault, nil)
}

// Mend takes every fault away.
func (w *World) Mend() {
	w.Helper()
	w.Control("DELETE", "/gerencianet/faults", nil, nil)
	w.Control("DELETE", "/vhsys/faults", nil, nil)
	w.Control("DELETE", "/pix/faults", nil, nil)
}

// CallbackMode chooses whether callbacks are delivered: deliver, hold or lose.
func (w *World) CallbackMode(mode string) {
	w.Helper()
	w.Control("PUT", "/gerencianet/callbacks/settings", map[string]any{"mode": mode}, nil)
}

// ProviderCharges answers every charge of the simulator, oldest first.
func (w *World) ProviderCharges() []ProviderCharge {
	w.Helper()
	var charges []ProviderCharge
	w.Control("GET", "/gerencianet/charges", nil, &charges)
	return charges
}

// ProviderCharge answers the simulator's record of one of our charges.
func (w *World) ProviderCharge(c *db.Charge) ProviderCharge {
	w.Helper()
	for _, one := range w.ProviderCharges() {
		if c.ProviderID != nil && fmt.Sprint(one.ID) == *c.ProviderID {
			return one
		}
	}
	w.Fatalf("the provider does not know charge %s", c.ID)
	return ProviderCharge{}
}

// Payment says how a boleto is paid; the zero value is today, what is owed, with
// a notification.
type Payment struct {
	Value  *int64      `json:"value,omitempty"`
	Date   brazil.Date `json:"date,omitempty"`
	Notify *bool       `json:"notify,omitempty"`
	Force  bool        `json:"force,omitempty"`
}

// Silent is a payment of which no notification tells.
func Silent() Payment {
	no := false
	return Payment{Notify: &no}
}

// Pay pays one of our boletos at the simulator.
func (w *World) Pay(c *db.Charge, payment Payment) ProviderCharge {
	w.Helper()
	var paid ProviderCharge
	w.Control("POST", fmt.Sprintf("/gerencianet/charges/%s/pay", *c.ProviderID), payment, &paid)
	return paid
}

// Act does something else to one of our charges: overdue, refund, contest,
// expire, settle, cancel.
func (w *World) Act(c *db.Charge, action string) {
	w.Helper()
	w.Control("POST", fmt.Sprintf("/gerencianet/charges/%s/%s", *c.ProviderID, action), map[string]any{}, nil)
}

// ProviderOrders answers every order of the simulated ERP.
func (w *World) ProviderOrders() []ProviderOrder {
	w.Helper()
	var orders []ProviderOrder
	w.Control("GET", "/vhsys/orders", nil, &orders)
	return orders
}

// ProviderCustomers answers every customer of the simulated ERP.
func (w *World) ProviderCustomers() []ProviderOrder {
	w.Helper()
	var customers []ProviderOrder
	w.Control("GET", "/vhsys/customers", nil, &customers)
	return customers
}

// Requests counts what a simulator was asked, by the route's label.
func (w *World) Requests(provider string) map[string]int {
	w.Helper()
	var requests []struct {
		Route string `json:"route"`
	}
	w.Control("GET", "/requests?provider="+provider, nil, &requests)
	count := map[string]int{}
	for _, one := range requests {
		count[one.Route]++
	}
	return count
}

// Until waits for a condition.
func (w *World) Until(what string, condition func() bool) {
	w.Helper()
	wait := 2 * time.Millisecond
	for end := time.Now().Add(patience); !condition(); time.Sleep(wait) {
		if wait = min(2*wait, 40*time.Millisecond); time.Now().After(end) {
			w.describe()
			w.Fatalf("waited in vain: %s", what)
		}
	}
}

// describe logs what lies about, when a wait was in vain.
func (w *World) describe() {
	w.Helper()
	for _, query := range []string{
		"SELECT 'operation', id, kind, subject_id, state, tries::text, last_error FROM operations WHERE state <> 'SUCCEEDED' ORDER BY id LIMIT 12",
		"SELECT 'charge', id, status, COALESCE(provider_id, '-'), COALESCE(sent_at::text, '-'), reference, '' FROM charges WHERE status NOT IN ('WAITING', 'PAID') ORDER BY id LIMIT 12",
		"SELECT 'failure', id, cause_key, state, count::text, provider_text, cause->>'en' FROM failures ORDER BY id LIMIT 12",
	} {
		w.logRows(query)
	}
}

func (w *World) logRows(query string) {
	w.Helper()
	rows, err := w.Pool.Query(query)
	if err != nil {
		w.TB.Log(err)
		return
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		columns := make([]*string, 7)
		targets := make([]any, len(columns))
		line := ""
		for i := range columns {
			targets[i] = &columns[i]
		}
		if err := rows.Scan(targets...); err != nil {
			w.TB.Log(err)
			return
		}
		for _, column := range columns {
			if column != nil {
				line += *column + "  "
			}
		}
		w.TB.Log(line)
	}
	if err := rows.Err(); err != nil {
		w.TB.Log(err)
	}
}
