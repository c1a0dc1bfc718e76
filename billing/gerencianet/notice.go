package gerencianet

import (
	"context"
	"net/http"
	"net/url"
	"sort"
	"time"

	"ponte/billing/provider"
)

// Events reads what a notification token stands for: the whole history of a
// charge or of a carnê with its parcels, of which every entry counts (providers/gerencianet.md, 5.2). The read
// is also what makes the provider take its callback for delivered.
func (c *Client) Events(ctx context.Context, token string) ([]provider.Event, error) {
	if token == "" {
		return nil, absent()
	}
	envelope, err := c.do(ctx, http.MethodGet, "/v1/notification/"+url.PathEscape(token), nil)
	if err != nil {
		return nil, err
	}
	events := []provider.Event{}
	for _, entry := range envelope.objects("data") {
		if event, ok := readEvent(entry); ok {
			events = append(events, event)
		}
	}
	sort.SliceStable(events, func(i, j int) bool { return events[i].ID < events[j].ID })
	return events, nil
}

// readEvent reads one entry; an entry without id has no place in the order and
// is not one.
func readEvent(entry object) (provider.Event, bool) {
	id := entry.integer("id")
	if id == nil {
		return provider.Event{}, false
	}
	word, identifiers := entry.object("status").text("current"), entry.object("identifiers")
	event := provider.Event{
		ID: *id, Reference: entry.text("custom_id"), ProviderID: identifiers.text("charge_id"), CarnetID: identifiers.text("carnet_id"),
		Status: statusOf(word), ProviderStatus: word,
		PaidCents: entry.integer("value"), PaidOn: entry.date("received_by_bank_at"),
	}
	if entry.text("type") == "carnet" {
		event.ProviderID, event.ProviderStatus = "", carnetStatus(word)
	}
	if event.ProviderID == "" {
		event.Status = provider.Unrecognized // the word is of a carnê or subscription, not of a charge
	}
	if at := entry.moment("created_at"); at != nil {
		event.At = at.In(time.UTC)
	}
	return event, true
}
