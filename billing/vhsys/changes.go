package vhsys

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

// GetOrder reads an order. One in the trash is still answered by its id.
func (c *Client) GetOrder(ctx context.Context, orderID string) (provider.Order, error) {
	path, err := below("/pedidos/*", orderID)
	if err != nil {
		return provider.Order{}, err
	}
	row, err := c.one(ctx, path)
	return orderOf(row), err
}

func orderOf(row record) provider.Order {
	return provider.Order{
		ID: row.key("id_ped"), Reference: referenceOf(row),
		TotalCents: row.cents("valor_total_nota"), DiscountCents: row.cents("desconto_pedido"),
		Status: statusOf(row, "status_pedido"), Trashed: row.trashed(), ChangedAt: changedAt(row),
	}
}

func changedAt(row record) time.Time {
	for _, field := range []string{"data_mod_pedido", "data_cad_pedido"} {
		if moment := row.moment(field); moment != nil {
			return *moment
		}
	}
	return time.Time{}
}

var referencePattern = regexp.MustCompile(`\[ref:([A-Za-z0-9_-]+)\]`)

// referenceOf answers our reference in a record's internal note, "" when a
// person made the record.
func referenceOf(row record) string {
	if found := referencePattern.FindStringSubmatch(row.text("obs_interno_pedido")); found != nil {
		return found[1]
	}
	return ""
}

// Installments answers the instalments of the order. Whether one is settled
// does not come (providers/vhsys.md, 2.3).
func (c *Client) Installments(ctx context.Context, orderID string) ([]provider.OrderInstallment, error) {
	path, err := below("/pedidos/*/parcelas", orderID)
	if err != nil {
		return nil, err
	}
	installments := []provider.OrderInstallment{}
	err = c.each(ctx, path, url.Values{}, "id_parcela", func(row record) bool {
		installments = append(installments, provider.OrderInstallment{
			DueDate: dayOf(row, "data_parcela"), AmountCents: row.cents("valor_parcela"),
			PaymentMethod: mend(row.text("forma_pagamento")), Note: row.text("observacoes_parcela"),
		})
		return true
	})
	return installments, err
}

func dayOf(row record, field string) brazil.Date {
	if day := row.day(field); day != nil {
		return *day
	}
	return ""
}

// ChangedOrders lists the live orders, then those in the trash, because the list
// holds either.
func (c *Client) ChangedOrders(ctx context.Context, since time.Time, yield func(provider.Order) bool) error {
	return c.changed(ctx, "/pedidos", "id_ped", since, func(row record) bool {
		order := orderOf(row)
		return order.Reference == "" || order.ID == "" || yield(order)
	})
}

// changed calls yield with every live record made or changed since the moment,
// then with every one in the trash. They are ordered by id, because an order that
// a change of a record moves would shift the pages.
func (c *Client) changed(ctx context.Context, path, key string, since time.Time, yield func(record) bool) error {
	goesOn := true
	for _, inTrash := range []bool{false, true} {
		query := url.Values{
			"lixeira": {simNao(inTrash)}, "data_modificacao": {wallClock(since.Add(-searchMargin))}, "order": {key}, "sort": {"Asc"},
		}
		err := c.each(ctx, path, query, key, func(row record) bool {
			goesOn = yield(row)
			return goesOn
		})
		if err != nil || !goesOn {
			return err
		}
	}
	return nil
}

// Receivables answers what is to be received. One that an order posted names it
// (providers/vhsys.md, 2.4).
func (c *Client) Receivables(ctx context.Context, since time.Time, yield func(provider.Receivable) bool) error {
	return c.changed(ctx, "/contas-receber", "id_conta_rec", since, func(row record) bool {
		receivable := receivableOf(row)
		return receivable.ID == "" || yield(receivable)
	})
}

// receivableOf takes a receivable for settled only when all of it, less a
// discount, was paid: a part also makes liquidado_rec "Sim".
func receivableOf(row record) provider.Receivable {
	amount, paid := row.cents("valor_rec"), row.cents("valor_pago")
	return provider.Receivable{
		ID: row.key("id_conta_rec"), OrderID: postedBy(row), AmountCents: amount, PaidCents: paid,
		DueDate: row.day("vencimento_rec"), Settled: row.yes("liquidado_rec") && paid+row.cents("valor_desconto") >= amount, Trashed: row.trashed(),
	}
}

// postedBy answers the id of the order that posted a receivable; one of an
// invoice ("NFe_…") or of a person names none.
func postedBy(row record) string {
	orderID, found := strings.CutPrefix(row.text("identificacao"), "Ped_")
	if !found || !id.MatchString(orderID) {
		return ""
	}
	return orderID
}
