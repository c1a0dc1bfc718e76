package vhsys_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"ponte/billing/provider"
	"ponte/billing/vhsys"
	"ponte/server/sandbox"
)

var noon = time.Date(2026, 8, 14, 15, 0, 0, 0, time.UTC)

// world is a client before a simulated ERP.
type world struct {
	*testing.T
	*vhsys.Client
	control http.Handler
	address string
	now     func() time.Time
}

func setupWorld(t *testing.T) *world {
	t.Helper()
	started := time.Now()
	clock := func() time.Time { return noon.Add(time.Since(started)) }
	simulated, err := sandbox.New(sandbox.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(simulated.Vhsys())
	t.Cleanup(func() {
		_ = simulated.Close()
		server.Close()
	})
	client := vhsys.New(vhsys.Config{
		BaseURL: server.URL, AccessToken: sandbox.DemoAccessToken, SecretAccessToken: sandbox.DemoSecretToken, Timeout: 5 * time.Second, Now: clock,
	})
	return &world{t, client, simulated.Control(), server.URL, clock}
}

func (w *world) order(method, path string, body any) {
	w.Helper()
	content, _ := json.Marshal(body)
	recorded := httptest.NewRecorder()
	w.control.ServeHTTP(recorded, httptest.NewRequest(method, path, bytes.NewReader(content)))
	if recorded.Code > 299 {
		w.Fatalf("%s %s: %d %s", method, path, recorded.Code, recorded.Body)
	}
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) refused(err error, class provider.Class) {
	w.Helper()
	if err == nil || provider.ClassOf(err) != class {
		w.Fatalf("error %v is not %s", err, class)
	}
}

var maria = provider.Payer{
	Name: "Maria Souza & Irmãs", TaxID: "52998224725", Email: "maria@example.test", Phone: "41999998888",
	Address: &provider.Address{Street: "Rua A", Number: "10", District: "Centro", PostalCode: "80010000", City: "Curitiba", State: "PR"},
}

// sell makes a customer and an order of theirs.
func (w *world) sell(reference string) (orderID string) {
	w.Helper()
	ctx := context.Background()
	customerID, err := w.FindCustomer(ctx, maria, "cus_1")
	w.must(err)
	if customerID == "" {
		customerID, err = w.CreateCustomer(ctx, maria, "cus_1")
		w.must(err)
	}
	orderID, err = w.CreateOrder(ctx, provider.OrderRequest{
		Reference: reference, CustomerID: customerID, CustomerName: maria.Name, SoldOn: "2026-08-14", Note: "Venda 42", DiscountCents: 100,
		Status: provider.OrderStatus{Base: "Em Aberto"},
	})
	w.must(err)
	return orderID
}

func TestSandboxCustomer(t *testing.T) {
	t.Parallel()
	w, ctx := setupWorld(t), context.Background()
	w.must(w.Ping(ctx))
	none, err := w.FindCustomer(ctx, maria, "cus_1")
	w.must(err)
	created, err := w.CreateCustomer(ctx, maria, "cus_1")
	w.must(err)
	found, err := w.FindCustomer(ctx, maria, "cus_1")
	w.must(err)
	if none != "" || created == "" || found != created {
		t.Errorf("none %q, created %q, found %q", none, created, found)
	}
	w.trash("/v2/clientes/" + created)
	found, err = w.FindCustomer(ctx, maria, "cus_1")
	w.must(err)
	if found != created {
		t.Errorf("found %q, not %q in the trash", found, created)
	}
}

func (w *world) trash(path string) {
	w.Helper()
	request, _ := http.NewRequest(http.MethodDelete, w.address+path, nil)
	request.Header.Set("access-token", sandbox.DemoAccessToken)
	request.Header.Set("secret-access-token", sandbox.DemoSecretToken)
	response, err := http.DefaultClient.Do(request)
	w.must(err)
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		w.Fatalf("DELETE %s: %s", path, response.Status)
	}
}

func TestSandboxSale(t *testing.T) {
	t.Parallel()
	w, ctx := setupWorld(t), context.Background()
	orderID := w.sell("01JH")
	_ = w.sell("01JI")
	found, err := w.FindOrder(ctx, "01JH", maria.Name, noon)
	w.must(err)
	nobody, err := w.FindOrder(ctx, "01JX", maria.Name, noon)
	w.must(err)
	if found != orderID || nobody != "" {
		t.Errorf("found %q and %q, not %q", found, nobody, orderID)
	}
	products, err := w.Products(ctx, "CURSO-GO")
	w.must(err)
	if len(products) != 1 || products[0].PriceCents != 49700 || products[0].Name != "Curso de Go" {
		t.Fatalf("products %+v", products)
	}
	w.items(orderID, products[0])
	w.must(w.SetInstallments(ctx, orderID, []provider.OrderInstallment{
		{DueDate: "2026-09-14", AmountCents: 49650, PaymentMethod: "Boleto", Note: "1/2"}, {DueDate: "2026-10-14", AmountCents: 49650, PaymentMethod: "Boleto"}}))
	w.must(w.SetInstallments(ctx, orderID, []provider.OrderInstallment{{DueDate: "2026-09-14", AmountCents: 99300, PaymentMethod: "PIX"}}))
	w.trash("/v2/pedidos/" + orderID)
	found, err = w.FindOrder(ctx, "01JH", maria.Name, noon)
	w.must(err)
	if found != "" {
		t.Errorf("found %q in the trash", found)
	}
}

// items adds two lines to the order, reads them and takes one off twice.
func (w *world) items(orderID string, product provider.RemoteProduct) {
	w.Helper()
	ctx := context.Background()
	none, err := w.Items(ctx, orderID)
	w.must(err)
	sent := []provider.OrderItem{
		{ProductID: product.ID, Description: "Curso de Go – turma 1", Quantity: 2, UnitCents: 49700},
		{ProductID: product.ID, Description: "Apostila", Quantity: 1, UnitCents: 0},
	}
	w.must(w.AddItems(ctx, orderID, sent))
	items, err := w.Items(ctx, orderID)
	w.must(err)
	if len(none) != 0 || len(items) != 2 || items[0].ID == "" {
		w.Fatalf("items %+v, before %+v", items, none)
	}
	for i, item := range items {
		item.ID = ""
		if item != sent[i] {
			w.Errorf("item %+v, not %+v", item, sent[i])
		}
	}
	w.must(w.RemoveItem(ctx, orderID, items[1].ID))
	w.must(w.RemoveItem(ctx, orderID, items[1].ID))
	items, err = w.Items(ctx, orderID)
	w.must(err)
	if len(items) != 1 {
		w.Errorf("items %+v", items)
	}
}

func TestSandboxStatus(t *testing.T) {
	t.Parallel()
	w, ctx := setupWorld(t), context.Background()
	orderID := w.sell("01JH")
	status, err := w.Status(ctx, orderID)
	w.must(err)
	if status.Base != "Em Aberto" || status.CustomID != "" {
		t.Errorf("first status %+v", status)
	}
	statuses, err := w.Statuses(ctx)
	w.must(err)
	if len(statuses) < 5 {
		t.Fatalf("statuses %+v", statuses)
	}
	for _, wanted := range statuses {
		w.must(w.SetStatus(ctx, orderID, wanted, "2026-08-14"))
		status, err := w.Status(ctx, orderID)
		w.must(err)
		if status.Base != wanted.Base || status.CustomID != wanted.CustomID {
			t.Errorf("status %+v, not %+v", status, wanted)
		}
	}
	_, err = w.Status(ctx, "999999999")
	w.refused(err, provider.NotFound)
}

func TestSandboxProducts(t *testing.T) {
	t.Parallel()
	w := setupWorld(t)
	for search, want := range map[string]int{"": 5, "ROT-AC": 1, "Curso de Go": 1, "nothing like it": 0} {
		products, err := w.Products(context.Background(), search)
		w.must(err)
		if len(products) != want {
			t.Errorf("%q finds %+v", search, products)
		}
	}
}

func TestSandboxFaults(t *testing.T) {
	t.Parallel()
	for kind, stored := range map[string]bool{
		"drop_before": false, "drop_after": true, "html": false, "garbage": true, "truncate": true, "redirect": false,
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w, ctx := setupWorld(t), context.Background()
			w.sell("first")
			customerID, err := w.FindCustomer(ctx, maria, "cus_1")
			w.must(err)
			w.order("POST", "/vhsys/faults", map[string]any{"route": "POST /v2/pedidos", "kind": kind, "count": 1})
			_, err = w.CreateOrder(ctx, provider.OrderRequest{Reference: "second", CustomerID: customerID, CustomerName: maria.Name, SoldOn: "2026-08-14"})
			w.refused(err, provider.Ambiguous)
			found, err := w.FindOrder(ctx, "second", maria.Name, noon)
			w.must(err)
			if (found != "") != stored {
				t.Errorf("found %q", found)
			}
		})
	}
}

func TestSandboxRefusals(t *testing.T) {
	t.Parallel()
	w, ctx := setupWorld(t), context.Background()
	wrong := vhsys.New(vhsys.Config{BaseURL: w.address, AccessToken: "wrong", SecretAccessToken: "tokens"})
	w.refused(wrong.Ping(ctx), provider.Auth)
	orderID := w.sell("01JH")
	w.refused(w.AddItems(ctx, orderID, []provider.OrderItem{{ProductID: "999999", Description: "x", Quantity: 1, UnitCents: 1}}), provider.Invalid)
	w.order("PUT", "/vhsys/settings", map[string]any{"rateLimit": 0})
	_, err := w.FindCustomer(ctx, maria, "cus_1")
	w.refused(err, provider.Unavailable)
	_, err = w.CreateCustomer(ctx, maria, "cus_1")
	w.refused(err, provider.Ambiguous)
}
