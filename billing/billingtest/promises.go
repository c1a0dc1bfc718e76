package billingtest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ponte/ent/db"
	"ponte/ent/db/chargeevent"
	"ponte/ent/db/failure"
	"ponte/ent/enum"
)

// AssertPromises compares the database with the simulators' own record: the
// promises I1 to I6, I8, I10, I12 and I17 of the design, which hold whenever
// nothing is under way, for charges of every method.
func (w *World) AssertPromises() {
	w.Helper()
	ctx := context.Background()
	r := &record{
		World: w, ours: must[[]*db.Charge](w)(w.DB.Charge.Query().WithCarnet().All(ctx)),
		theirs: w.ProviderCharges(), pix: w.ProviderPixs(), byID: map[string]ProviderCharge{}, pixByID: map[string]ProviderPix{},
		at: map[place]*db.Charge{},
	}
	for _, one := range r.theirs {
		r.byID[fmt.Sprint(one.ID)] = one
	}
	for _, one := range r.pix {
		r.pixByID[one.TxID] = one
	}
	for _, c := range r.ours {
		r.at[placeOf(c)] = c
	}
	r.assertIssuedOnce()
	r.assertKnown()
	r.assertNotLost()
	r.assertSameStatus()
	r.assertRefunds()
	r.assertLedger()
	r.assertForward()
	w.assertOrders()
	w.assertInvoices()
	r.assertNotices()
	r.assertKeys()
	r.assertEnvironments()
}

// record is what both sides know, at one moment.
type record struct {
	*World
	ours    []*db.Charge
	theirs  []ProviderCharge
	pix     []ProviderPix
	byID    map[string]ProviderCharge
	pixByID map[string]ProviderPix
	at      map[place]*db.Charge
}

// place is where a charge belongs: its own reference, or the carnê's with the
// number of the parcel.
type place struct {
	reference string
	parcel    int
}

func placeOf(c *db.Charge) place {
	if booklet := c.Edges.Carnet; booklet != nil {
		return place{booklet.Reference, c.Installment}
	}
	return place{c.Reference, 0}
}

// assertIssuedOnce is I1: one charge that is not cancelled for each reference; a
// cancelled extra one is in the feed.
func (r *record) assertIssuedOnce() {
	r.Helper()
	live := map[place][]int64{}
	for _, one := range r.theirs {
		at := place{one.CustomID, one.Parcel}
		if one.Status != "canceled" && !r.isLostDraft(one) {
			live[at] = append(live[at], one.ID)
		}
		if c := r.at[at]; c != nil && one.Status == "canceled" && value(c.ProviderID) != fmt.Sprint(one.ID) && !r.told("ponte.charge.extra_cancelled", c) {
			r.Errorf("I1: the extra charge %d of %s was cancelled, and nobody was told", one.ID, c.ID)
		}
	}
	for at, ids := range live {
		if len(ids) > 1 {
			r.Errorf("I1: %v has several charges at the provider: %v", at, ids)
		}
	}
}

// isLostDraft tells whether a charge collects nothing and was told by no callback,
// because that was lost: nobody can find it, and nobody can pay it
// (docs/decisions/0003-two-step-issue.md).
func (r *record) isLostDraft(one ProviderCharge) bool {
	return one.Status == "new" && !slices.ContainsFunc(one.Entries, func(e ProviderEntry) bool { return e.Delivery != nil && e.Delivery.State == "acknowledged" })
}

// told finds whether a failure with the code, any when it is "", is about the
// charge or its carnê.
func (r *record) told(code string, c *db.Charge) bool {
	r.Helper()
	about := r.DB.Failure.Query().Where(failure.SubjectIDIn(c.ID, value(c.CarnetID)))
	if code != "" {
		about.Where(failure.Code(code))
	}
	return must[bool](r.World)(about.Exist(context.Background()))
}

// assertKnown is I3: what is at the provider is ours.
func (r *record) assertKnown() {
	r.Helper()
	ids := map[string]bool{}
	for _, c := range r.ours {
		ids[value(c.ProviderID)] = true
	}
	for _, one := range r.theirs {
		cancelledExtra := r.at[place{one.CustomID, one.Parcel}] != nil && one.Status == "canceled"
		if r.isLostDraft(one) {
			continue
		}
		if !ids[fmt.Sprint(one.ID)] && !cancelledExtra {
			r.Errorf("I3: the provider has %d (%s, %s), which we do not know", one.ID, one.CustomID, one.Status)
		}
	}
	for _, one := range r.pix {
		if !ids[one.TxID] {
			r.Errorf("I3: the provider has the Pix %s (%s), which we do not know", one.TxID, one.Status)
		}
	}
}

// assertNotLost is I2: every charge is issued, every refund done, or somebody was
// told.
func (r *record) assertNotLost() {
	r.Helper()
	for _, c := range r.ours {
		switch c.Status {
		case enum.ChargeQueued, enum.ChargeIssuing, enum.ChargeUnknown:
			r.Errorf("I2: %s is still %s", c.ID, c.Status)
		case enum.ChargeFailed:
			if !r.told("", c) {
				r.Errorf("I2: %s has failed, and nobody was told", c.ID)
			}
		case enum.ChargeWaiting, enum.ChargeOverdue:
			if !isWhole(c) {
				r.Errorf("I2: %s is %s and lacks what its payer needs: %+v", c.ID, c.Status, c)
			}
		}
		for _, one := range r.Refunds(c) {
			if one.State != enum.RefundDone && !r.told("", c) {
				r.Errorf("I2: refund %s is %s, and nobody was told", one.ID, one.State)
			}
		}
	}
}

// isWhole tells whether everything that the payer needs is here.
func isWhole(c *db.Charge) bool {
	switch c.Method {
	case enum.MethodPix:
		return c.PixCode != nil
	case enum.MethodLink:
		return c.Link != nil
	case enum.MethodCard:
		return len(value(c.CardToken)) == 0
	}
	return c.TypeableLine != nil && c.BarCode != nil && c.Link != nil
}

// their says what the provider's words for each of our statuses are.
var their = map[enum.ChargeStatus][]string{
	enum.ChargeWaiting: {"waiting", "link", "identified", "approved"}, enum.ChargeOverdue: {"unpaid", "identified"},
	enum.ChargePaid: {"paid"}, enum.ChargeSettled: {"settled"}, enum.ChargeCanceled: {"canceled"}, enum.ChargeExpired: {"expired"},
	enum.ChargeRefunded: {"refunded"}, enum.ChargeContested: {"contested"}, enum.ChargeFailed: {"unpaid", "new", "canceled"},
}

// assertSameStatus is I4, for every status: what the provider says is what we say.
func (r *record) assertSameStatus() {
	r.Helper()
	for _, c := range r.ours {
		switch {
		case c.ProviderID == nil:
		case c.Method == enum.MethodPix:
			r.assertSamePix(c)
		default:
			r.assertSameCharge(c)
		}
	}
}

func (r *record) assertSameCharge(c *db.Charge) {
	r.Helper()
	one, known := r.byID[*c.ProviderID]
	if !known || !slices.Contains(their[c.Status], one.Status) {
		r.Errorf("I4: %s is %s here and %s at the provider", c.ID, c.Status, one.Status)
	}
	if one.PaidValue > 0 && value(c.PaidCents) != one.PaidValue {
		r.Errorf("I4: %s was paid %d, booked %d", c.ID, one.PaidValue, value(c.PaidCents))
	}
	if one.Total != c.AmountCents && one.Total != c.AmountCents+c.DiscountCents { // a draft and a link show the sum of their lines
		r.Errorf("I4: %s is of %d here and of %d at the provider", c.ID, c.AmountCents, one.Total)
	}
	if one.Parcel > 0 && (c.CarnetID == nil || one.Parcel != c.Installment) {
		r.Errorf("I4: %s is parcel %d here and %d at the provider", c.ID, c.Installment, one.Parcel)
	}
}

func (r *record) assertSamePix(c *db.Charge) {
	r.Helper()
	one, known := r.pixByID[*c.ProviderID]
	if !known {
		if c.Status != enum.ChargeFailed && c.Status != enum.ChargeCanceled { // its id is ours before it exists there
			r.Errorf("I4: %s is %s here and not at the provider", c.ID, c.Status)
		}
		return
	}
	if !slices.Contains(theirPix(one), c.Status) {
		r.Errorf("I4: %s is %s here and %s at the provider, paid %v", c.ID, c.Status, one.Status, one.Received)
	}
	if len(one.Received) == 0 {
		return
	}
	if first := one.Received[0]; value(c.PaidCents) != first.Value || value(c.EndToEndID) != first.E2EID || c.ProviderFeeCents != nil && *c.ProviderFeeCents != first.Fee {
		r.Errorf("I4: %s was paid %+v, booked %d, fee %d", c.ID, first, value(c.PaidCents), value(c.ProviderFeeCents))
	}
}

// theirPix answers what a Pix may be here.
func theirPix(one ProviderPix) []enum.ChargeStatus {
	switch {
	case len(one.Received) > 0 && one.Refunded() >= one.Received[0].Value:
		return []enum.ChargeStatus{enum.ChargeRefunded}
	case len(one.Received) > 0:
		return []enum.ChargeStatus{enum.ChargePaid}
	case one.Status == "ATIVA" && one.IsPayable:
		return []enum.ChargeStatus{enum.ChargeWaiting, enum.ChargeOverdue}
	case one.Status == "ATIVA":
		return []enum.ChargeStatus{enum.ChargeExpired, enum.ChargeWaiting, enum.ChargeOverdue} // until it is swept
	}
	return []enum.ChargeStatus{enum.ChargeCanceled, enum.ChargeSettled}
}

// assertRefunds is I5 for money given back: what the provider gave back is what
// was booked.
func (r *record) assertRefunds() {
	r.Helper()
	for _, c := range r.ours {
		given := r.byID[value(c.ProviderID)].Refunded()
		if c.Method == enum.MethodPix {
			given = r.pixByID[value(c.ProviderID)].Refunded()
		}
		var done int64
		for _, one := range r.Refunds(c) {
			if one.State == enum.RefundDone {
				done += one.AmountCents
			}
		}
		if c.Method == enum.MethodCard && given > done && r.told("", c) {
			continue // a part of a card's refund cannot be asked for: people were told to look
		}
		if c.Status == enum.ChargePaid && (given != c.RefundedCents || done != given) || given > 0 && given >= value(c.PaidCents) && c.Status != enum.ChargeRefunded {
			r.Errorf("I5: %s (%s, paid %d): %d given back at the provider, %d here, in refunds of %d", c.ID, c.Status, value(c.PaidCents), given, c.RefundedCents, done)
		}
	}
}

// assertLedger is I5.
func (r *record) assertLedger() {
	r.Helper()
	check, err := r.CheckLedger(context.Background())
	r.Must(err)
	for _, difference := range check.Differences {
		r.Errorf("I5: %s %s: %s", difference.Code, difference.SubjectID, difference.Message)
	}
	for _, c := range r.ours {
		if c.Status == enum.ChargePaid {
			r.assertBooked(c)
		}
	}
}

func (w *World) assertBooked(c *db.Charge) {
	w.Helper()
	entries := must[[]*db.Entry](w)(c.QueryEntries().All(context.Background()))
	first, onAccount, fee, back := map[enum.EntryKind]int{}, int64(0), int64(0), int64(0)
	for _, one := range entries {
		if one.ReversesID == nil && one.RefundID == nil {
			first[one.Kind]++
		}
		if one.AccountID != nil {
			onAccount += one.AmountCents
		}
		if one.Kind == enum.EntryFee {
			fee -= one.AmountCents
		}
		if one.Kind == enum.EntryEntry && one.RefundID != nil {
			back -= one.AmountCents
		}
	}
	if first[enum.EntryReceipt] != 1 || first[enum.EntryEntry] != 1 || first[enum.EntryFee] > 1 || onAccount != *c.PaidCents-fee-back || back != c.RefundedCents {
		w.Errorf("I5: %s is booked as %v with %d on the account, paid %d, fee %d, given back %d", c.ID, first, onAccount, *c.PaidCents, fee, back)
	}
	if c.ProviderFeeCents != nil && fee != *c.ProviderFeeCents {
		w.Errorf("I5: %s cost %d, booked %d", c.ID, *c.ProviderFeeCents, fee)
	}
}

// rank orders the statuses in which a charge can only go forward.
var rank = map[enum.ChargeStatus]int{
	enum.ChargeQueued: 0, enum.ChargeIssuing: 0, enum.ChargeUnknown: 0, enum.ChargeFailed: 0,
	enum.ChargeWaiting: 1, enum.ChargeOverdue: 1, enum.ChargeSettled: 2, enum.ChargeCanceled: 2, enum.ChargeExpired: 2,
	enum.ChargePaid: 3, enum.ChargeContested: 4, enum.ChargeRefunded: 5,
}

// assertForward is I6, read from every charge's story.
func (r *record) assertForward() {
	w := r.World
	w.Helper()
	cards := map[string]bool{}
	for _, c := range r.ours {
		cards[c.ID] = c.Method == enum.MethodCard
	}
	events := must[[]*db.ChargeEvent](w)(w.DB.ChargeEvent.Query().Order(db.Asc(chargeevent.FieldChargeID), db.Asc(chargeevent.FieldAt), db.Asc(chargeevent.FieldID)).All(context.Background()))
	for i, one := range events {
		if i == 0 || events[i-1].ChargeID != one.ChargeID {
			continue
		}
		before := events[i-1].Status
		if before == enum.ChargeContested && one.Status == enum.ChargePaid {
			continue // the payer's contest has failed
		}
		if before == enum.ChargeWaiting && one.Status == enum.ChargeFailed && cards[one.ChargeID] {
			continue // it was refused after an analysis
		}
		if rank[one.Status] < rank[before] {
			w.Errorf("I6: %s went from %s back to %s", one.ChargeID, before, one.Status)
		}
	}
}

// assertOrders is I8: one order for each mirrored sale, whose items and
// instalments add up to its total, and one customer for each tax id.
func (w *World) assertOrders() {
	w.Helper()
	perReference := map[string]int{}
	for _, order := range w.ProviderOrders() {
		if order.Trashed {
			continue
		}
		note, _ := order.Record["obs_interno_pedido"].(string)
		perReference[note]++
		if len(order.Items) == 0 && strings.HasPrefix(note, "[ref:") {
			w.Errorf("I8: order %d has no items", order.ID)
		}
		items, installments := Sum(order.Items, "valor_total_produto"), Sum(order.Installments, "valor_parcela")
		total := Cents(order.Record["valor_total_nota"])
		discount := Cents(order.Record["desconto_pedido"])
		if items-discount != total || len(order.Installments) > 0 && installments != total {
			w.Errorf("I8: order %d: items %d − discount %d, total %d, instalments %d", order.ID, items, discount, total, installments)
		}
	}
	for _, one := range must[[]*db.Order](w)(w.DB.Order.Query().All(context.Background())) {
		if count := perReference["[ref:"+one.ID+"]"]; count > 1 || one.Step == enum.StepDone && count != 1 {
			w.Errorf("I8: the sale %s has %d orders", one.SaleID, count)
		}
	}
	taxIDs := map[any]int{}
	for _, customer := range w.ProviderCustomers() {
		if taxIDs[customer.Record["cnpj_cliente"]]++; !customer.Trashed && taxIDs[customer.Record["cnpj_cliente"]] > 1 {
			w.Errorf("I8: the customer %v is there twice", customer.Record["cnpj_cliente"])
		}
	}
}

// assertNotices is I10: a token or a Pix is read at most once in an interval,
// whatever tells of it, and what is unknown changes nothing.
func (r *record) assertNotices() {
	r.Helper()
	var orphans int
	r.Must(r.Pool.QueryRow(`SELECT count(*) FROM entries e WHERE e.charge_id IS NOT NULL
		AND NOT EXISTS (SELECT 1 FROM charges c WHERE c.id = e.charge_id AND (c.provider_id IS NOT NULL OR c.recorded))`).Scan(&orphans))
	if orphans > 0 {
		r.Errorf("I10: %d entries belong to charges that the provider never had", orphans)
	}
}

// assertKeys is I12: each key stands for one thing, which is there.
func (r *record) assertKeys() {
	r.Helper()
	var lost int
	r.Must(r.Pool.QueryRow(`SELECT count(*) FROM idempotency_keys k WHERE NOT EXISTS (
		SELECT id FROM sales WHERE id = k.subject_id UNION ALL SELECT id FROM charges WHERE id = k.subject_id
		UNION ALL SELECT id FROM refunds WHERE id = k.subject_id UNION ALL SELECT id FROM batches WHERE id = k.subject_id)`).Scan(&lost))
	if lost > 0 {
		r.Errorf("I12: %d keys stand for nothing", lost)
	}
}

// assertEnvironments is I17: a charge of one environment lives in the account of
// that environment.
func (r *record) assertEnvironments() {
	r.Helper()
	accounts := map[enum.Environment]string{enum.EnvironmentSandbox: "demo", enum.EnvironmentProduction: "production"}
	for _, c := range r.ours {
		account := r.byID[value(c.ProviderID)].Account
		if c.Method == enum.MethodPix {
			account = r.pixByID[value(c.ProviderID)].Account
		}
		if account != "" && account != accounts[c.Environment] {
			r.Errorf("I17: %s is of %s, and lives in the account %s", c.ID, c.Environment, account)
		}
	}
}

// assertInvoices is I8 for notas fiscais: one at the ERP for each of ours, of the
// same total, issued when ours is; what the authority rejected is in the trash when
// another was made.
func (w *World) assertInvoices() {
	w.Helper()
	there := map[string][]ProviderInvoice{}
	for _, one := range w.ProviderInvoices() {
		marker, _ := one.Record["obs_interno_pedido"].(string)
		if id, _, found := strings.Cut(strings.TrimPrefix(marker, "[ref:"), "-"); found && !one.Trashed {
			there[id] = append(there[id], one)
		}
	}
	for _, one := range must[[]*db.Invoice](w)(w.DB.Invoice.Query().All(context.Background())) {
		found := there[one.ID]
		issued := one.State == enum.InvoiceIssued || one.State == enum.InvoiceCancelAsked || one.State == enum.InvoiceCanceled
		if len(found) > 1 || issued && len(found) != 1 {
			w.Errorf("I8: %s (%s) has %d notas at the ERP", one.ID, one.State, len(found))
			continue
		}
		column := "valor_total_nota"
		if one.Kind == enum.InvoiceNFSe {
			column = "valor_total_servicos"
		}
		if issued && Cents(found[0].Record[column]) != one.TotalCents {
			w.Errorf("I8: %s is of %d, the nota of %v", one.ID, one.TotalCents, found[0].Record[column])
		}
		if one.State == enum.InvoiceIssuing || one.State == enum.InvoiceProcessing || one.State == enum.InvoiceScheduled {
			w.Errorf("I8: %s is still %s", one.ID, one.State)
		}
	}
}

// Sum adds up a column of amounts.
func Sum(rows []map[string]any, column string) int64 {
	var sum int64
	for _, row := range rows {
		sum += Cents(row[column])
	}
	return sum
}

// Cents reads an amount as the ERP writes it, a text or a number of reais.
func Cents(amount any) int64 {
	reais, err := strconv.ParseFloat(strings.TrimSpace(fmt.Sprint(amount)), 64)
	if err != nil {
		return 0
	}
	if reais < 0 {
		return int64(reais*100 - 0.5)
	}
	return int64(reais*100 + 0.5)
}

func value[T any](pointer *T) T {
	if pointer == nil {
		var zero T
		return zero
	}
	return *pointer
}
