package vhsys_test

import (
	"testing"
	"time"

	"ponte/billing/billingtest"
	"ponte/billing/provider"
)

var invoicePaths = map[provider.InvoiceKind]string{
	provider.NFe: "/v2/notas-fiscais", provider.NFSe: "/v2/notas-servico", provider.NFCe: "/v2/notas-consumidor",
}

func TestConformance(t *testing.T) {
	t.Parallel()
	billingtest.Mirror(t, func(t *testing.T) billingtest.MirrorFixture {
		w := setupWorld(t)
		products, err := w.Products(t.Context(), "ROT-AC")
		w.must(err)
		return billingtest.MirrorFixture{
			Mirror: w.Client, ProductID: products[0].ID, Now: w.now, State: "PR",
			Lose: func(call billingtest.MirrorCall, kind provider.InvoiceKind, done bool) {
				fault := "drop_before"
				if done {
					fault = "drop_after"
				}
				w.order("POST", "/vhsys/faults", map[string]any{"route": routeOf(call, kind), "kind": fault, "count": 1})
			},
			Lag: func(lag time.Duration) {
				w.order("PUT", "/vhsys/settings", map[string]any{"lagMs": lag.Milliseconds()})
			},
			Reject: func(code, text string) {
				w.order("PUT", "/vhsys/settings", map[string]any{"rejectNext": map[string]any{"code": code, "text": text, "count": 1}})
			},
			Trash: func(order bool, id string) {
				path := "/v2/clientes/"
				if order {
					path = "/v2/pedidos/"
				}
				w.trash(path + id)
			},
		}
	})
}

func routeOf(call billingtest.MirrorCall, kind provider.InvoiceKind) string {
	return "POST " + map[billingtest.MirrorCall]string{
		billingtest.CallCreateCustomer:  "/v2/clientes",
		billingtest.CallCreateOrder:     "/v2/pedidos",
		billingtest.CallAddItems:        "/v2/pedidos/:id/produtos",
		billingtest.CallCreateInvoice:   invoicePaths[kind],
		billingtest.CallAddInvoiceItems: invoicePaths[kind] + "/:id/produtos",
		billingtest.CallIssueInvoice:    invoicePaths[kind] + "/:id/emitir",
	}[call]
}
