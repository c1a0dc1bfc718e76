package sandbox

import "time"

const notificationPath = "/v1/notification/:token"

// notification is the log behind one token. A charge has one for its whole
// life; a carnê and all of its parcels share one.
type notification struct {
	Token   string   `json:"token"`
	Account string   `json:"account"`
	URL     *string  `json:"url"`
	Entries []*entry `json:"entries"`
}

// entry is one status change. Its id counts 1, 2, 3… within the token.
type entry struct {
	ID               int64     `json:"id"`
	Type             string    `json:"type"`
	CustomID         *string   `json:"customId"`
	ChargeID         int64     `json:"chargeId,omitempty"`
	CarnetID         int64     `json:"carnetId,omitempty"`
	Current          string    `json:"current"`
	Previous         *string   `json:"previous"`
	Value            *int64    `json:"value,omitempty"`
	ReceivedByBankAt string    `json:"receivedByBankAt,omitempty"`
	CreatedAt        string    `json:"createdAt"`
	Delivery         *delivery `json:"delivery"`
}

// Outcomes of a delivery.
const (
	deliveryPending      = "pending"
	deliveryAcknowledged = "acknowledged"
	deliveryExpired      = "expired"
	deliveryLost         = "lost"
)

// delivery is the callback of an entry. It is done only when the token has
// been read after a send (gerencianet.md, 5.3).
type delivery struct {
	State string `json:"state"`
	// FirstAt is the virtual moment from which the three days count.
	FirstAt  time.Time `json:"firstAt"`
	Attempts int       `json:"attempts"`

	due time.Time // in real time
}

// notificationRoutes are the routes of the notification log.
func (g *gerencianet) notificationRoutes() []route {
	return []route{{method: "GET", path: notificationPath, handle: g.showNotification}}
}

// newNotification opens the log of a new object.
func (g *gerencianet) newNotification(account string, url *string) *notification {
	n := &notification{Token: randomUUID(), Account: account, URL: url}
	g.notifications[n.Token] = n
	return n
}

// saveNotification journals a log.
func (g *gerencianet) saveNotification(n *notification) {
	g.sandbox.record("notification", n.Token, n)
}

// notify appends the entry of a status change and schedules its callback.
func (g *gerencianet) notify(c *charge, previous string, step change) {
	kind := "charge"
	if c.CarnetID != 0 {
		kind = "carnet_charge"
	}
	g.append(c.Token, &entry{
		Type: kind, CustomID: c.CustomID, ChargeID: c.ID, CarnetID: c.CarnetID,
		Current: step.to, Value: step.value, ReceivedByBankAt: step.receivedAt,
	}, previous, step.silent)
}

// append numbers an entry within its token and schedules its callback, unless
// it is to stay silent.
func (g *gerencianet) append(token string, added *entry, previous string, silent bool) {
	n := g.notifications[token]
	added.ID, added.CreatedAt = int64(len(n.Entries)+1), g.sandbox.clock.stamp()
	if previous != "" {
		added.Previous = &previous
	}
	n.Entries = append(n.Entries, added)
	if n.URL != nil && !silent {
		g.callbacks.schedule(n, added)
	}
}

// showNotification is GET /v1/notification/:token. Reading it is what makes
// the callbacks sent so far count as delivered.
func (g *gerencianet) showNotification(e *exchange) answer {
	n := g.notifications[e.params["token"]]
	if n == nil || n.Account != e.account {
		return notFound("token")
	}
	g.callbacks.acknowledge(n)
	rows := []map[string]any{}
	for _, each := range n.Entries {
		rows = append(rows, each.wire())
	}
	return success(rows)
}

// identifiers names what the entry is about: a parcel by both of its ids.
func (e *entry) identifiers() map[string]any {
	ids := map[string]any{}
	if e.CarnetID != 0 {
		ids["carnet_id"] = e.CarnetID
	}
	if e.ChargeID != 0 {
		ids["charge_id"] = e.ChargeID
	}
	return ids
}

// wire is the entry as the provider answers it.
func (e *entry) wire() map[string]any {
	row := map[string]any{
		"id": e.ID, "type": e.Type, "custom_id": e.CustomID,
		"status":      map[string]any{"current": e.Current, "previous": e.Previous},
		"identifiers": e.identifiers(),
		"created_at":  e.CreatedAt,
	}
	if e.Value != nil {
		row["value"] = *e.Value
	}
	if e.ReceivedByBankAt != "" {
		row["received_by_bank_at"] = e.ReceivedByBankAt
	}
	return row
}
