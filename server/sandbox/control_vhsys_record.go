package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// recordOrder is what a person does to a record, in the provider's own names
// where fields are concerned.
type recordOrder struct {
	Fields       map[string]any   `json:"fields"`
	Items        []map[string]any `json:"items"`
	Installments []map[string]any `json:"installments"`
	Status       string           `json:"status"`
	SituationID  int64            `json:"situationId"`
	Note         string           `json:"note"`
	Value        string           `json:"value"`
	Date         string           `json:"date"`
	Code         string           `json:"code"`
	Text         string           `json:"text"`
	Reason       string           `json:"reason"`
	Issue        bool             `json:"issue"`
}

// errWrongState is a refusal that another moment might not get.
var errWrongState = errors.New("the record's state does not allow it")

// recordAction changes a record as a person at the ERP's screen would.
type recordAction func(t *table, r *erpRecord, order recordOrder) error

// recordActions are what people do to customers, products, orders and
// receivables.
func (v *vhsys) recordActions() map[string]recordAction {
	return map[string]recordAction{
		"edit": v.editByHand, "delete": v.deleteByHand, "restore": v.restoreByHand,
		"status": v.turnByHand, "settle": v.settleByHand, "reopen": v.reopenByHand,
	}
}

// controlAct serves an action: it finds the record, changes and saves it.
func (v *vhsys) controlAct(t *table, act recordAction) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var order recordOrder
		if !readControl(w, r, &order) {
			return
		}
		v.sandbox.mu.Lock()
		defer v.sandbox.mu.Unlock()
		v.settleDue()
		id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64) // no record has the id 0
		if len(t.rows[id]) == 0 {
			refuseControl(w, http.StatusNotFound, errors.New("no such record"))
			return
		}
		record := t.newest(id)
		if err := act(t, &record, order); err != nil {
			refuseControl(w, statusOfRefusal(err), err)
			return
		}
		v.save(t, record)
		writeControl(w, v.shown(t, record))
	}
}

// statusOfRefusal tells a wrong moment from a wrong order.
func statusOfRefusal(err error) int {
	if errors.Is(err, errWrongState) {
		return http.StatusConflict
	}
	return http.StatusBadRequest
}

// shown is the view of a record, an invoice's with its issue.
func (v *vhsys) shown(t *table, r erpRecord) any {
	for _, kind := range v.invoices {
		if kind.table == t {
			return kind.invoiceView(r)
		}
	}
	return v.view(t, r)
}

// byHand is who the history names for what people do.
const byHand = "Pessoa"

// editByHand changes fields, and replaces items and instalments that are
// given. Unlike the API it knows of no required fields.
func (v *vhsys) editByHand(t *table, r *erpRecord, order recordOrder) error {
	fields, good := accept(t.noun.fields, texts(order.Fields), false)
	if !good || len(fields) != len(order.Fields) {
		return fmt.Errorf("fields has a wrong or unknown field of %s", t.noun.kind)
	}
	r.Fields = merged(r.Fields, fields)
	d := v.documentOf(t)
	if d == nil && (order.Items != nil || order.Installments != nil) {
		return errors.New("this record has neither items nor instalments")
	}
	if order.Items != nil {
		r.Items = []map[string]any{}
	}
	for _, content := range order.Items {
		item, good := accept(d.items, texts(content), true)
		if !good || !v.sellable(r.Account, item) {
			return errors.New("items has a wrong item")
		}
		item[d.itemKey] = v.next("item", 9001)
		r.Items = append(r.Items, item)
	}
	return v.editInstallments(r, order)
}

// editInstallments replaces the instalments that are given.
func (v *vhsys) editInstallments(r *erpRecord, order recordOrder) error {
	if order.Installments != nil {
		r.Installments = []map[string]any{}
	}
	for _, content := range order.Installments {
		installment, good := accept(installmentFields, texts(content), true)
		if !good {
			return errors.New("installments has a wrong instalment")
		}
		installment["id_parcela"] = v.next("installment", 40001)
		r.Installments = append(r.Installments, installment)
	}
	return nil
}

// texts writes the numbers of a control body as the providers' bodies have them.
func texts(content map[string]any) map[string]any {
	written := map[string]any{}
	for name, value := range content {
		if number, isNumber := value.(float64); isNumber {
			value = strconv.FormatFloat(number, 'f', -1, 64)
		}
		written[name] = value
	}
	return written
}

// deleteByHand puts a record into the trash.
func (v *vhsys) deleteByHand(_ *table, r *erpRecord, _ recordOrder) error {
	if r.Trashed {
		return errWrongState
	}
	r.Trashed = true
	return nil
}

// restoreByHand takes it out again.
func (v *vhsys) restoreByHand(_ *table, r *erpRecord, _ recordOrder) error {
	if !r.Trashed {
		return errWrongState
	}
	r.Trashed = false
	return nil
}

// turnByHand gives a document a base or custom status.
func (v *vhsys) turnByHand(t *table, r *erpRecord, order recordOrder) error {
	d := v.documentOf(t)
	fields := map[string]any{"obs_status": order.Note}
	if order.SituationID != 0 {
		fields["situacao"] = order.SituationID
	}
	if order.Status != "" {
		fields["tipo_status"] = order.Status
	}
	if d == nil || order.Status != "" && !slices.Contains(orderStatuses, order.Status) || !v.resolveStatus(fields) {
		return errors.New("give a document a status, one of the base ones, or a situationId")
	}
	d.turn(r, byHand, fields)
	return nil
}

// settleByHand settles a receivable, all of it and today unless told otherwise.
func (v *vhsys) settleByHand(t *table, r *erpRecord, order recordOrder) error {
	fields := map[string]any{"liquidado_rec": "Sim"}
	if order.Value != "" {
		fields["valor_pago"] = order.Value
	}
	if order.Date != "" {
		fields["data_pagamento"] = order.Date
	}
	return v.markByHand(t, r, fields)
}

// reopenByHand takes a settlement back.
func (v *vhsys) reopenByHand(t *table, r *erpRecord, _ recordOrder) error {
	return v.markByHand(t, r, map[string]any{"liquidado_rec": "Nao"})
}

// markByHand changes a receivable under the rules of the API.
func (v *vhsys) markByHand(t *table, r *erpRecord, content map[string]any) error {
	fields, good := accept(receivableNoun.fields, content, false)
	if t != v.receivables || !good {
		return errors.New("only a receivable is settled: value is like 10.00, date like 2026-08-14")
	}
	v.mark(r, fields)
	return nil
}
