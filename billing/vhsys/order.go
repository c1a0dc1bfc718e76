package vhsys

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

// searchMargin is taken off the moment of sending when an order is looked for,
// because the two clocks differ.
const searchMargin = 10 * time.Minute

// The base statuses of an order, and the one that it begins with.
const statusOpen = "Em Aberto"

var baseStatuses = []string{statusOpen, "Em Andamento", "Atendido", "Cancelado"}

// marker is how an order carries our reference: in the internal note, which is
// not printed for the customer (providers/vhsys.md, 3).
func marker(reference string) string { return "[ref:" + reference + "]" }

// FindOrder looks for the marker in the customer's orders made or changed since
// the moment.
func (c *Client) FindOrder(ctx context.Context, reference, customerName string, since time.Time) (string, error) {
	return c.findMarked(ctx, "/pedidos", []string{"id_ped"}, reference, customerName, since)
}

// orderBody posts no stock and no receivables: 0 leaves both to the bookkeeper.
type orderBody struct {
	CustomerID   json.Number `json:"id_cliente"`
	CustomerName string      `json:"nome_cliente"`
	SoldOn       brazil.Date `json:"data_pedido"`
	Status       string      `json:"status_pedido"`
	Discount     string      `json:"desconto_pedido"`
	Freight      string      `json:"frete_pedido"`
	Note         string      `json:"obs_pedido,omitempty"`
	InternalNote string      `json:"obs_interno_pedido"`
	PostStock    int         `json:"estoque_pedido"`
	PostAccounts int         `json:"contas_pedido"`
}

// CreateOrder makes an order without items; its total is theirs less the
// discount. A custom status is set by SetStatus: an order begins with a base one.
func (c *Client) CreateOrder(ctx context.Context, order provider.OrderRequest) (string, error) {
	if order.Status.Base == "" {
		order.Status.Base = statusOpen
	}
	if err := provider.Violated(name, checkOrder(order)); err != nil {
		return "", err
	}
	return c.create(ctx, "/pedidos", orderBody{
		CustomerID: json.Number(order.CustomerID), CustomerName: order.CustomerName,
		SoldOn: order.SoldOn, Status: order.Status.Base,
		Discount: reais(order.DiscountCents), Freight: "0.00",
		Note: order.Note, InternalNote: marker(order.Reference),
	}, "id_ped")
}

// SetDiscount changes the order's discount. The change wants the customer's name
// and the status again (providers/vhsys.md, 2.3), so the status is read first.
func (c *Client) SetDiscount(ctx context.Context, orderID, customerName string, discountCents int64) error {
	path, err := below("/pedidos/*", orderID)
	if err != nil {
		return err
	}
	present, err := c.ownStatus(ctx, orderID)
	if err != nil {
		return err
	}
	_, err = c.do(ctx, http.MethodPut, path, struct {
		CustomerName string `json:"nome_cliente"`
		Status       string `json:"status_pedido"`
		Discount     string `json:"desconto_pedido"`
	}{customerName, present.Base, reais(discountCents)})
	return err
}

// Items answers the lines of the order.
func (c *Client) Items(ctx context.Context, orderID string) ([]provider.OrderItem, error) {
	path, err := below("/pedidos/*/produtos", orderID)
	if err != nil {
		return nil, err
	}
	return c.lines(ctx, path, []string{"id_ped_produto"})
}

// lines answers the lines of a document, whose id has one of the names.
func (c *Client) lines(ctx context.Context, path string, keys []string) ([]provider.OrderItem, error) {
	items := []provider.OrderItem{}
	err := c.each(ctx, path, url.Values{}, keys[0], func(row record) bool {
		items = append(items, provider.OrderItem{
			ID: row.key(keys...), ProductID: row.key("id_produto"), Description: row.text("desc_produto"),
			Quantity: row.quantity("qtde_produto"), UnitCents: row.cents("valor_unit_produto"),
		})
		return true
	})
	return items, err
}

type itemBody struct {
	ProductID   json.Number `json:"id_produto"`
	Description string      `json:"desc_produto"`
	Quantity    string      `json:"qtde_produto"`
	Unit        string      `json:"valor_unit_produto"`
}

// AddItems appends lines to the order.
func (c *Client) AddItems(ctx context.Context, orderID string, items []provider.OrderItem) error {
	path, err := below("/pedidos/*/produtos", orderID)
	if err != nil || len(items) == 0 {
		return err
	}
	if err := provider.Violated(name, checkItems(items)); err != nil {
		return err
	}
	body := make([]itemBody, 0, len(items))
	for _, item := range items {
		body = append(body, itemOf(item))
	}
	_, err = c.do(ctx, http.MethodPost, path, body)
	return err
}

func itemOf(item provider.OrderItem) itemBody {
	return itemBody{
		ProductID: json.Number(item.ProductID), Description: item.Description,
		Quantity: units(item.Quantity), Unit: reais(item.UnitCents),
	}
}

// RemoveItem takes a line off the order; one that is gone already is a success.
func (c *Client) RemoveItem(ctx context.Context, orderID, itemID string) error {
	path, err := below("/pedidos/*/produtos/*", orderID, itemID)
	if err != nil {
		return err
	}
	return c.remove(ctx, path)
}

type installmentBody struct {
	DueDate       brazil.Date `json:"data_parcela"`
	Amount        string      `json:"valor_parcela"`
	PaymentMethod string      `json:"forma_pagamento,omitempty"`
	Note          string      `json:"observacoes_parcela,omitempty"`
	Settled       int         `json:"conta_liquidada"`
}

// SetInstallments replaces all instalments of the order, as the API does.
func (c *Client) SetInstallments(ctx context.Context, orderID string, installments []provider.OrderInstallment) error {
	path, err := below("/pedidos/*/parcelas", orderID)
	if err != nil {
		return err
	}
	return c.replaceInstallments(ctx, path, installments)
}

func (c *Client) replaceInstallments(ctx context.Context, path string, installments []provider.OrderInstallment) error {
	if err := provider.Violated(name, checkInstallments(installments)); err != nil {
		return err
	}
	body := make([]installmentBody, 0, len(installments))
	for _, installment := range installments {
		body = append(body, installmentBody{
			DueDate: installment.DueDate, Amount: reais(installment.AmountCents),
			PaymentMethod: installment.PaymentMethod, Note: installment.Note,
		})
	}
	_, err := c.do(ctx, http.MethodPost, path, body)
	return err
}

// Status answers the newest entry of the order's history, or the order's own
// status when it has no history yet. Name is the base status, because the
// history holds only the id of a custom one; Statuses has the names.
func (c *Client) Status(ctx context.Context, orderID string) (provider.OrderStatus, error) {
	path, err := below("/pedidos/*/status", orderID)
	if err != nil {
		return provider.OrderStatus{}, err
	}
	var newest record
	err = c.each(ctx, path, url.Values{}, "id_status", func(row record) bool {
		if newest == nil || row.number("id_status") > newest.number("id_status") {
			newest = row
		}
		return true
	})
	if err != nil {
		return provider.OrderStatus{}, err
	}
	if newest != nil {
		return statusOf(newest, "tipo_status"), nil
	}
	return c.ownStatus(ctx, orderID)
}

func (c *Client) ownStatus(ctx context.Context, orderID string) (provider.OrderStatus, error) {
	path, err := below("/pedidos/*", orderID)
	if err != nil {
		return provider.OrderStatus{}, err
	}
	order, err := c.one(ctx, path)
	if err != nil {
		return provider.OrderStatus{}, err
	}
	if order.trashed() {
		return provider.OrderStatus{}, absent()
	}
	return statusOf(order, "status_pedido"), nil
}

func statusOf(row record, field string) provider.OrderStatus {
	base := mend(row.text(field))
	return provider.OrderStatus{Base: base, CustomID: row.key("situacao"), Name: base}
}

type statusBody struct {
	On       brazil.Date `json:"data_status"`
	Base     string      `json:"tipo_status"`
	CustomID json.Number `json:"situacao,omitempty"`
}

// SetStatus adds an entry to the order's history. The order itself may show the
// old status for a moment.
func (c *Client) SetStatus(ctx context.Context, orderID string, status provider.OrderStatus, on brazil.Date) error {
	path, err := below("/pedidos/*/status", orderID)
	if err != nil {
		return err
	}
	if err := provider.Violated(name, checkStatus(status, on)); err != nil {
		return err
	}
	_, err = c.do(ctx, http.MethodPost, path, statusBody{On: on, Base: status.Base, CustomID: json.Number(status.CustomID)})
	return err
}
