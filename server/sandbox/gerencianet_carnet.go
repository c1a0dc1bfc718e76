package sandbox

import (
	"fmt"
	"strconv"
	"time"
)

// Statuses of a carnê (gerencianet.md, 6.2).
const (
	carnetUpToDate = "up_to_date"
	carnetUnpaid   = "unpaid"
	carnetFinished = "finished"
)

// mostParcels is how many parcels a carnê may have.
const mostParcels = 12

// carnet is a booklet of boletos. Each parcel is a charge of its own; the
// carnê knows their ids in the order of their numbers.
type carnet struct {
	ID         int64         `json:"id"`
	Account    string        `json:"account"`
	CustomID   *string       `json:"customId"`
	Status     string        `json:"status"`
	Token      string        `json:"token"`
	Key        string        `json:"key"`
	Value      int64         `json:"value"`
	SplitItems bool          `json:"splitItems"`
	CreatedAt  string        `json:"createdAt"`
	Customer   *customer     `json:"customer"`
	Message    *string       `json:"message"`
	ChargeIDs  []int64       `json:"chargeIds"`
	History    []historyLine `json:"history"`
	Emails     []string      `json:"emails"`
}

// carnetRequest is the body of POST /v1/carnet.
type carnetRequest struct {
	Items               []chargeItem          `json:"items"`
	Customer            customerRequest       `json:"customer"`
	ExpireAt            string                `json:"expire_at"`
	Repeats             int64                 `json:"repeats"`
	SplitItems          bool                  `json:"split_items"`
	Configurations      *configurationRequest `json:"configurations"`
	Message             *string               `json:"message"`
	Discount            *discount             `json:"discount"`
	ConditionalDiscount *discount             `json:"conditional_discount"`
	Metadata            struct {
		CustomID        *string `json:"custom_id"`
		NotificationURL *string `json:"notification_url"`
	} `json:"metadata"`
}

var carnetSchema = object{fields: []field{
	{"items", list{itemSchema, 1}, true},
	{"customer", customerSchema, true},
	{"expire_at", date{}, true},
	{"repeats", positiveInteger, true},
	{"split_items", boolean{}, false},
	{"configurations", object{fields: []field{
		{"fine", integer{0, 1000}, false},
		{"interest", interestSchema, false},
	}}, false},
	{"message", text{0, 0, messagePattern}, false},
	{"discount", discountSchema, false},
	{"conditional_discount", conditionalDiscountSchema, false},
	{"metadata", metadataSchema, false},
}}

// carnetRoutes are the routes of a carnê and of its parcels by number.
func (g *gerencianet) carnetRoutes() []route {
	return []route{
		{method: "POST", path: "/v1/carnet", handle: g.createCarnet},
		{method: "GET", path: "/v1/carnet/:id", handle: g.withCarnet(g.showCarnet)},
		{method: "PUT", path: "/v1/carnet/:id/metadata", handle: g.withCarnet(g.updateCarnetMetadata)},
		{method: "PUT", path: "/v1/carnet/:id/parcels", handle: g.withCarnet(g.updateParcels)},
		{method: "PUT", path: "/v1/carnet/:id/cancel", handle: g.withCarnet(g.cancelCarnet)},
		{method: "PUT", path: "/v1/carnet/:id/settle", handle: g.withCarnet(g.settleCarnet)},
		{method: "POST", path: "/v1/carnet/:id/resend", handle: g.withCarnet(g.resendCarnet)},
		{method: "POST", path: "/v1/carnet/:id/history", handle: g.withCarnet(g.addCarnetHistory)},
		{method: "PUT", path: "/v1/carnet/:id/parcel/:parcel", handle: g.withParcel(g.updateParcel)},
		{method: "PUT", path: "/v1/carnet/:id/parcel/:parcel/cancel", handle: g.withParcel(g.cancelCharge)},
		{method: "PUT", path: "/v1/carnet/:id/parcel/:parcel/settle", handle: g.withParcel(g.settleCharge)},
		{method: "POST", path: "/v1/carnet/:id/parcel/:parcel/resend", handle: g.withParcel(g.resendParcel)},
		{method: "GET", path: "/carne/style.css", handle: billetStyle, open: true},
		{method: "GET", path: "/carne/:key", handle: g.withCarnetKey(g.carnetPage), open: true},
		{method: "GET", path: "/carne/:key/capa", handle: g.withCarnetKey(g.carnetCover), open: true},
		{method: "GET", path: "/carne/:key/carne.pdf", handle: g.withCarnetKey(g.carnetPDF), open: true},
		{method: "GET", path: "/carne/:key/capa.pdf", handle: g.withCarnetKey(g.carnetCoverPDF), open: true},
	}
}

// withCarnet looks the carnê of the path up. Another account's does not exist
// for the caller.
func (g *gerencianet) withCarnet(handle func(*exchange, *carnet) answer) func(*exchange) answer {
	return func(e *exchange) answer {
		k := g.carnets[e.id()]
		if k == nil || k.Account != e.account {
			return notFound("carnet_id")
		}
		return handle(e, k)
	}
}

// withParcel looks a parcel up by its number, which is not its charge id.
func (g *gerencianet) withParcel(handle func(*exchange, *charge) answer) func(*exchange) answer {
	return g.withCarnet(func(e *exchange, k *carnet) answer {
		c := g.parcelOf(k, e.number("parcel"))
		if c == nil {
			return notFound("parcel")
		}
		return handle(e, c)
	})
}

// parcelOf finds a parcel by its number, counted from 1; nil when there is none.
func (g *gerencianet) parcelOf(k *carnet, number int64) *charge {
	if number < 1 || number > int64(len(k.ChargeIDs)) {
		return nil
	}
	return g.charges[k.ChargeIDs[number-1]]
}

// parcels are the carnê's charges, in order.
func (g *gerencianet) parcels(k *carnet) []*charge {
	found := make([]*charge, 0, len(k.ChargeIDs))
	for _, id := range k.ChargeIDs {
		found = append(found, g.charges[id])
	}
	return found
}

// createCarnet is POST /v1/carnet. It is one step and not repeat-safe.
func (g *gerencianet) createCarnet(e *exchange) answer {
	var body carnetRequest
	if refused := decode(e.body, carnetSchema, &body); refused != nil {
		return *refused
	}
	defaultAmounts(body.Items)
	if refused := g.checkCarnet(e.account, body); refused != nil {
		return *refused
	}
	k := g.newCarnet(e.account, body)
	g.saveCarnet(k)
	for _, c := range g.parcels(k) {
		g.saveCharge(c)
	}
	g.saveNotification(g.notifications[k.Token])
	return success(g.showCreatedCarnet(e, k))
}

// checkCarnet refuses a carnê for reasons that no schema can see.
func (g *gerencianet) checkCarnet(account string, body carnetRequest) *answer {
	if refused := g.checkCustomer("/customer", body.Customer); refused != nil {
		return refused
	}
	if refused := g.checkDueDate("/expire_at", body.ExpireAt); refused != nil {
		return refused
	}
	if body.Repeats > mostParcels {
		refused := refusedProperty(codeTooManyParcels, "/repeats", fmt.Sprintf("O número máximo de parcelas é %d.", mostParcels))
		return &refused
	}
	if refused := checkParcelValues(body); refused != nil {
		return refused
	}
	conditional := body.ConditionalDiscount
	if refused := g.checkConditionalDate("/conditional_discount/until_date", conditional, body.ExpireAt); refused != nil {
		return refused
	}
	document := body.Customer.flat().document()
	for i, value := range body.values() {
		if refused := g.checkIdentical(account, document, value, addMonths(body.ExpireAt, i)); refused != nil {
			return refused
		}
	}
	return nil
}

// checkParcelValues enforces the least value of a parcel, before and after the
// discounts.
func checkParcelValues(body carnetRequest) *answer {
	value := body.values()[0]
	withoutDiscount := body
	withoutDiscount.Discount = nil
	switch {
	case withoutDiscount.values()[0] < minimumCents:
		refused := refusedProperty(codeBelowMinimum, "/items", "O valor de cada parcela deve ser igual ou superior a R$ 5,00.")
		return &refused
	case value-body.ConditionalDiscount.of(value) < minimumCents:
		refused := refusedProperty(codeBelowAfterTerms, "/discount", "O valor da parcela após o desconto deve ser igual ou superior a R$ 5,00.")
		return &refused
	}
	return nil
}

// values are the parcels' values. The discount is taken from the items' total;
// then the total is divided, the cents that are left over going to the last
// parcel, or repeated.
func (r carnetRequest) values() []int64 {
	total := itemsTotal(r.Items)
	total -= r.Discount.of(total)
	values := make([]int64, r.Repeats)
	for i := range values {
		values[i] = total
		if r.SplitItems {
			values[i] = total / r.Repeats
		}
	}
	if r.SplitItems {
		values[r.Repeats-1] += total % r.Repeats
	}
	return values
}

// newCarnet creates a carnê and its waiting parcels under one notification.
func (g *gerencianet) newCarnet(account string, body carnetRequest) *carnet {
	g.lastCarnet++
	k := &carnet{
		ID: g.lastCarnet, Account: account, CustomID: body.Metadata.CustomID, Status: carnetUpToDate,
		Token: g.newNotification(account, body.Metadata.NotificationURL).Token, Key: randomHex(16),
		SplitItems: body.SplitItems, CreatedAt: g.sandbox.clock.stamp(),
		Customer: body.Customer.flat(), Message: body.Message,
	}
	g.registerCarnet(k)
	g.tellCarnet(k, "", false)
	for i, value := range body.values() {
		g.addParcel(k, body, i, value)
	}
	return k
}

// addParcel creates one parcel: new, and waiting at once.
func (g *gerencianet) addParcel(k *carnet, body carnetRequest, months int, value int64) {
	g.lastCharge++
	c := &charge{
		ID: g.lastCharge, Account: k.Account, CustomID: k.CustomID, Token: k.Token, Method: methodCarnet,
		CarnetID: k.ID, Parcel: int64(months + 1), Total: value, Items: body.Items,
		CreatedAt: k.CreatedAt, MethodAt: k.CreatedAt, ExpireAt: addMonths(body.ExpireAt, months),
		Customer: k.Customer, Message: k.Message, Billet: &billet{Key: randomHex(16)}, ListedAt: g.listedFrom(),
	}
	if body.Configurations != nil {
		c.Billet.Fine, c.Billet.Interest = body.Configurations.Fine, body.Configurations.Interest
	}
	if body.ConditionalDiscount != nil {
		moved := *body.ConditionalDiscount
		moved.UntilDate = addMonths(moved.UntilDate, months)
		c.Billet.ConditionalDiscount = &moved
	}
	k.ChargeIDs = append(k.ChargeIDs, c.ID)
	k.Value += value
	g.register(c)
	g.printBillet(c)
	g.step(c, change{to: statusNew})
	g.step(c, change{to: statusWaiting})
}

// addMonths moves a day by whole months. A day that the month does not have
// becomes its last one.
func addMonths(day string, months int) string {
	start, err := time.Parse(dateLayout, day)
	if err != nil {
		return day
	}
	first := time.Date(start.Year(), start.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(start.Day(), last)-1).Format(dateLayout)
}

// registerCarnet makes a carnê known to the lookups.
func (g *gerencianet) registerCarnet(k *carnet) {
	g.carnets[k.ID] = k
	g.carnetsByKey[k.Key] = k
	g.lastCarnet = max(g.lastCarnet, k.ID)
}

// saveCarnet journals a carnê without its charges.
func (g *gerencianet) saveCarnet(k *carnet) {
	g.sandbox.record("carnet", strconv.FormatInt(k.ID, 10), k)
}

// carnetMessages are the texts of the carnê's own history.
var carnetMessages = map[string]string{
	carnetUpToDate: "Carnê ativo",
	carnetUnpaid:   "Carnê com parcela em atraso",
	carnetFinished: "Carnê finalizado",
}

// tellCarnet notes the present status in history and notification.
func (g *gerencianet) tellCarnet(k *carnet, previous string, silent bool) {
	k.History = append(k.History, historyLine{carnetMessages[k.Status], g.sandbox.clock.stamp()})
	g.append(k.Token, &entry{Type: "carnet", CustomID: k.CustomID, CarnetID: k.ID, Current: k.Status}, previous, silent)
}

// follow brings the carnê to the status that its parcels give it. A finished
// carnê never changes again, even when a canceled parcel is paid.
func (g *gerencianet) follow(k *carnet, silent bool) {
	previous, present := k.Status, g.carnetStatus(k)
	if previous == carnetFinished || previous == present {
		return
	}
	k.Status = present
	g.tellCarnet(k, previous, silent)
	g.saveCarnet(k)
}

// carnetStatus is what the parcels say.
func (g *gerencianet) carnetStatus(k *carnet) string {
	status := carnetFinished
	for _, c := range g.parcels(k) {
		switch {
		case c.Status == statusUnpaid:
			return carnetUnpaid
		case !c.resolved():
			status = carnetUpToDate
		}
	}
	return status
}

// showCreatedCarnet is the answer of creation: the only one with the parcels'
// values, and with their numbers as texts.
func (g *gerencianet) showCreatedCarnet(e *exchange, k *carnet) map[string]any {
	charges := []map[string]any{}
	for _, c := range g.parcels(k) {
		row := g.showParcel(e, c)
		delete(row, "link")
		delete(row, "configurations")
		row["charge_id"], row["status"], row["value"] = c.ID, c.Status, c.Total
		row["parcel"] = strconv.FormatInt(c.Parcel, 10)
		charges = append(charges, row)
	}
	data := k.documents(e)
	data["carnet_id"], data["status"], data["charges"] = k.ID, k.Status, charges
	data["carnet_link"] = data["link"]
	return data
}

// showCarnet is GET /v1/carnet/:id. Values of parcels are not in it.
func (g *gerencianet) showCarnet(e *exchange, k *carnet) answer {
	charges := []map[string]any{}
	for _, c := range g.parcels(k) {
		row := g.showParcel(e, c)
		delete(row, "link")
		delete(row, "parcel_link")
		row["charge_id"], row["status"] = c.ID, c.Status
		charges = append(charges, row)
	}
	data := k.documents(e)
	data["carnet_id"], data["status"], data["charges"] = k.ID, k.Status, charges
	if k.Status == carnetUpToDate && g.settings.ActiveCarnets {
		data["status"] = "active"
	}
	data["repeats"], data["value"], data["split_items"] = len(k.ChargeIDs), k.Value, k.SplitItems
	data["custom_id"], data["notification_url"] = k.CustomID, g.notifications[k.Token].URL
	data["created_at"], data["history"] = k.CreatedAt, k.History
	return success(data)
}

// documents are the carnê's printed forms.
func (k *carnet) documents(e *exchange) map[string]any {
	page := e.publicURL + "/carne/" + k.Key
	return map[string]any{
		"cover": page + "/capa", "link": page,
		"pdf": map[string]any{"carnet": page + "/carne.pdf", "cover": page + "/capa.pdf"},
	}
}

// showParcel is a parcel in the answers of carnês, of GET and of the list.
func (g *gerencianet) showParcel(e *exchange, c *charge) map[string]any {
	data := g.showBillet(e, c)
	data["parcel"], data["url"], data["parcel_link"] = c.Parcel, data["link"], data["billet_link"]
	delete(data, "billet_link")
	data["configurations"] = c.Billet.parcelConfigurations()
	return data
}

// parcelConfigurations are the late payment terms of a parcel, which are
// answered even when none were asked for.
func (b *billet) parcelConfigurations() map[string]any {
	terms := b.configurations()
	for name, value := range map[string]any{
		"days_to_write_off": b.writeOffDays(), "fine": 0, "interest": 0, "interest_type": "daily",
	} {
		if _, given := terms[name]; !given {
			terms[name] = value
		}
	}
	return terms
}
