package billingtest

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"ponte/ent/db"
	"ponte/ent/db/chargeevent"
	"ponte/ent/db/failure"
	"ponte/ent/enum"
)

// AssertPromises compares the database with the simulators' own record: the
// promises I1 to I6 and I8 of the design, which hold whenever nothing is under
// way.
func (w *World) AssertPromises() {
	w.Helper()
	ours := must[[]*db.Charge](w)(w.DB.Charge.Query().All(context.Background()))
	theirs := w.ProviderCharges()
	w.assertIssuedOnce(ours, theirs)
	w.assertKnown(ours, theirs)
	w.assertNotLost(ours)
	w.assertSameStatus(ours, theirs)
	w.assertLedger(ours)
	w.assertForward()
	w.assertOrders()
}

// assertIssuedOnce is I1: one charge that is not cancelled for each reference; a
// cancelled extra one is in the feed.
func (w *World) assertIssuedOnce(ours []*db.Charge, theirs []ProviderCharge) {
	w.Helper()
	live := map[string][]int64{}
	for _, one := range theirs {
		if one.Status != "canceled" {
			live[one.CustomID] = append(live[one.CustomID], one.ID)
		}
	}
	for reference, ids := range live {
		if len(ids) > 1 {
			w.Errorf("I1: %s has several charges at the provider: %v", reference, ids)
		}
	}
	byReference := map[string]*db.Charge{}
	for _, c := range ours {
		byReference[c.Reference] = c
	}
	for _, one := range theirs {
		c := byReference[one.CustomID]
		if one.Status != "canceled" || c == nil || value(c.ProviderID) == fmt.Sprint(one.ID) {
			continue
		}
		told := must[int](w)(w.DB.Failure.Query().Where(failure.SubjectID(c.ID), failure.Code("ponte.charge.extra_cancelled")).Count(context.Background()))
		if told == 0 {
			w.Errorf("I1: the extra charge %d of %s was cancelled, and nobody was told", one.ID, c.ID)
		}
	}
}

// assertKnown is I3: what is at the provider is ours.
func (w *World) assertKnown(ours []*db.Charge, theirs []ProviderCharge) {
	w.Helper()
	ids, references := map[string]bool{}, map[string]bool{}
	for _, c := range ours {
		ids[value(c.ProviderID)], references[c.Reference] = true, true
	}
	for _, one := range theirs {
		cancelledExtra := references[one.CustomID] && one.Status == "canceled"
		if !ids[fmt.Sprint(one.ID)] && !cancelledExtra {
			w.Errorf("I3: the provider has %d (%s, %s), which we do not know", one.ID, one.CustomID, one.Status)
		}
	}
}

// assertNotLost is I2: every charge is issued, or somebody was told.
func (w *World) assertNotLost(ours []*db.Charge) {
	w.Helper()
	for _, c := range ours {
		switch c.Status {
		case enum.ChargeQueued, enum.ChargeIssuing, enum.ChargeUnknown:
			w.Errorf("I2: %s is still %s", c.ID, c.Status)
		case enum.ChargeFailed:
			told := must[int](w)(w.DB.Failure.Query().Where(failure.SubjectID(c.ID)).Count(context.Background()))
			if told == 0 {
				w.Errorf("I2: %s has failed, and nobody was told", c.ID)
			}
		case enum.ChargeWaiting, enum.ChargeOverdue:
			if c.TypeableLine == nil {
				w.Errorf("I2: %s is %s and has no typeable line", c.ID, c.Status)
			}
		}
	}
}

// their says what the provider's word for each of our statuses is.
var their = map[enum.ChargeStatus]string{
	enum.ChargeWaiting: "waiting", enum.ChargeOverdue: "unpaid", enum.ChargePaid: "paid", enum.ChargeSettled: "settled",
	enum.ChargeCanceled: "canceled", enum.ChargeExpired: "expired", enum.ChargeRefunded: "refunded", enum.ChargeContested: "contested",
}

// assertSameStatus is I4, for every status: what the provider says is what we say.
func (w *World) assertSameStatus(ours []*db.Charge, theirs []ProviderCharge) {
	w.Helper()
	known := map[string]ProviderCharge{}
	for _, one := range theirs {
		known[fmt.Sprint(one.ID)] = one
	}
	for _, c := range ours {
		if c.ProviderID == nil || c.Status == enum.ChargeFailed {
			continue
		}
		one := known[*c.ProviderID]
		if their[c.Status] != one.Status {
			w.Errorf("I4: %s is %s here and %s at the provider", c.ID, c.Status, one.Status)
		}
		if c.Status == enum.ChargePaid && *c.PaidCents != one.PaidValue {
			w.Errorf("I4: %s was paid %d, booked %d", c.ID, one.PaidValue, *c.PaidCents)
		}
	}
}

// assertLedger is I5.
func (w *World) assertLedger(ours []*db.Charge) {
	w.Helper()
	check, err := w.CheckLedger(context.Background())
	w.Must(err)
	for _, difference := range check.Differences {
		w.Errorf("I5: %s %s: %s", difference.Code, difference.SubjectID, difference.Message)
	}
	for _, c := range ours {
		if c.Status == enum.ChargePaid {
			w.assertBooked(c)
		}
	}
}

func (w *World) assertBooked(c *db.Charge) {
	w.Helper()
	entries := must[[]*db.Entry](w)(c.QueryEntries().All(context.Background()))
	first, onAccount, fee := map[enum.EntryKind]int{}, int64(0), int64(0)
	for _, one := range entries {
		if one.ReversesID == nil {
			first[one.Kind]++
		}
		if one.AccountID != nil {
			onAccount += one.AmountCents
		}
		if one.Kind == enum.EntryFee {
			fee -= one.AmountCents
		}
	}
	if first[enum.EntryReceipt] != 1 || first[enum.EntryEntry] != 1 || first[enum.EntryFee] > 1 || onAccount != *c.PaidCents-fee {
		w.Errorf("I5: %s is booked as %v with %d on the account, paid %d, fee %d", c.ID, first, onAccount, *c.PaidCents, fee)
	}
}

// rank orders the statuses in which a charge can only go forward.
var rank = map[enum.ChargeStatus]int{
	enum.ChargeQueued: 0, enum.ChargeIssuing: 0, enum.ChargeUnknown: 0, enum.ChargeFailed: 0,
	enum.ChargeWaiting: 1, enum.ChargeOverdue: 1, enum.ChargeSettled: 2, enum.ChargeCanceled: 2, enum.ChargeExpired: 2,
	enum.ChargePaid: 3, enum.ChargeContested: 4, enum.ChargeRefunded: 5,
}

// assertForward is I6, read from every charge's story.
func (w *World) assertForward() {
	w.Helper()
	events := must[[]*db.ChargeEvent](w)(w.DB.ChargeEvent.Query().Order(db.Asc(chargeevent.FieldChargeID), db.Asc(chargeevent.FieldAt), db.Asc(chargeevent.FieldID)).All(context.Background()))
	for i, one := range events {
		if i == 0 || events[i-1].ChargeID != one.ChargeID {
			continue
		}
		before := events[i-1].Status
		if before == enum.ChargeContested && one.Status == enum.ChargePaid {
			continue // the payer's contest has failed
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
