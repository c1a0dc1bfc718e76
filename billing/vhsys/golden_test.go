package vhsys

import (
	"context"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

var update = flag.Bool("update", false, "write testdata anew")

// typical is a sale as the ERP gets it.
type typical struct {
	buyer        provider.Payer
	note         string
	items        []provider.OrderItem
	discount     int64
	installments []provider.OrderInstallment
	status       provider.OrderStatus
	kind         provider.InvoiceKind // "" for none
}

var (
	company = provider.Payer{
		Name: "Padaria São João Ltda", TaxID: "12ABC34501DE35", Email: "nf@padaria.example.test", Phone: "4133334444",
		Address: &provider.Address{Street: "Av. Sete de Setembro", Number: "S/N", Complement: "Loja 2", District: "Batel", City: "Curitiba", State: "PR", PostalCode: "80240000"},
	}
	foreigner = provider.Payer{Name: "John Smith", Email: "john@example.test", Address: &provider.Address{Street: "5th Avenue", Number: "1", City: "New York", PostalCode: "10001"}}
	router    = provider.OrderItem{ProductID: "77", Description: "Roteador AC1200", Quantity: 1, UnitCents: 25_900}
	course    = provider.OrderItem{ProductID: "78", Description: "Curso de Go", Quantity: 1, UnitCents: 49_700}
	done      = provider.OrderStatus{Base: "Atendido", Name: "Atendido"}
)

// monthly are instalments a month apart.
func monthly(method string, cents ...int64) []provider.OrderInstallment {
	var installments []provider.OrderInstallment
	for i, amount := range cents {
		installments = append(installments, provider.OrderInstallment{
			DueDate: brazil.Date("2026-02-10").AddMonths(i), AmountCents: amount, PaymentMethod: method, Note: "Cobrança",
		})
	}
	return installments
}

// raised is the router at the price of three instalments with interest: the odd
// cent is on one piece of the last line.
func raised() []provider.OrderItem {
	first, odd := router, router
	first.Quantity, first.UnitCents = 2, 9_033
	odd.UnitCents = 9_034
	return []provider.OrderItem{first, odd}
}

var typicals = map[string]typical{
	"a-vista":      {buyer: payer(), note: "Venda 1", items: []provider.OrderItem{router}, installments: monthly("Boleto", 25_900), status: done, kind: provider.NFe},
	"3x":           {buyer: payer(), note: "Venda 2", items: []provider.OrderItem{router}, installments: monthly("Boleto", 8_633, 8_633, 8_634), status: done, kind: provider.NFCe},
	"3x-com-juros": {buyer: payer(), note: "Venda 3", items: raised(), installments: monthly("Cartão de Crédito", 9_033, 9_033, 9_034), status: done, kind: provider.NFe},
	"desconto":     {buyer: payer(), note: "Venda 4", items: []provider.OrderItem{router, course}, discount: 1_000, installments: monthly("PIX", 74_600), status: done, kind: provider.NFe},
	"servico":      {buyer: payer(), note: "Venda 5", items: []provider.OrderItem{course}, discount: 700, installments: monthly("PIX", 49_000), status: done, kind: provider.NFSe},
	"cnpj-alfanumerico": {
		buyer: company, note: "Venda 6 – \"atacado\" <urgente>", items: []provider.OrderItem{router}, installments: monthly("Boleto", 25_900),
		status: provider.OrderStatus{Base: "Em Andamento", CustomID: "861", Name: "Pagamento confirmado"}, kind: provider.NFe,
	},
	"estrangeiro": {buyer: foreigner, note: "Venda 7", items: []provider.OrderItem{course}, installments: monthly("Outros", 49_700), status: done},
	"reembolso":   {buyer: payer(), note: "Venda 8", items: []provider.OrderItem{course}, installments: monthly("PIX", 49_700), status: provider.OrderStatus{Base: "Cancelado", CustomID: "863"}},
	"carne":       {buyer: payer(), note: "Venda 9", items: []provider.OrderItem{router}, installments: monthly("Boleto", 2_158, 2_158, 2_158, 2_158, 2_158, 2_158, 2_158, 2_158, 2_158, 2_158, 2_158, 2_162), status: done},
	"paypal":      {buyer: payer(), note: "Venda 10", items: []provider.OrderItem{course}, installments: monthly("Pagamento online", 49_700), status: done},
}

// newERP answers like an empty account that takes everything.
func newERP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		reply(403, noneFound)(w, r)
		return
	}
	reply(200, `{"code":200,"status":"success","data":[{"id_cliente":1000000001,"id_ped":15579150,"id_venda":8200001,"id_nfc":8800001,"id_servico":8500001}]}`)(w, r)
}

// TestGolden compares what is sent for typical sales with what was sent before.
func TestGolden(t *testing.T) {
	t.Parallel()
	for name, sale := range typicals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, stub := setup(t, newERP)
			if err := mirror(client, sale); err != nil {
				t.Fatal(err)
			}
			got := []byte(strings.Join(stub.lines(), "\n") + "\n")
			file := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(file, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil || string(got) != string(want) {
				t.Errorf("got\n%swant\n%s%v", got, want, err)
			}
		})
	}
}

// mirror sends a sale as the domain does.
func mirror(c *Client, sale typical) error {
	ctx := context.Background()
	if _, err := c.FindCustomer(ctx, sale.buyer, "cus_1"); err != nil {
		return err
	}
	customerID, err := c.CreateCustomer(ctx, sale.buyer, "cus_1")
	if err != nil {
		return err
	}
	orderID, err := c.CreateOrder(ctx, provider.OrderRequest{
		Reference: "ord_1", CustomerID: customerID, CustomerName: sale.buyer.Name, SoldOn: "2026-01-10", Note: sale.note, DiscountCents: sale.discount,
	})
	if err != nil {
		return err
	}
	if err := c.AddItems(ctx, orderID, sale.items); err != nil {
		return err
	}
	if err := c.SetInstallments(ctx, orderID, sale.installments); err != nil {
		return err
	}
	if err := c.SetStatus(ctx, orderID, sale.status, "2026-01-10"); err != nil || sale.kind == "" {
		return err
	}
	return invoice(c, sale, customerID)
}

func invoice(c *Client, sale typical, customerID string) error {
	ctx, request := context.Background(), invoiceRequest(sale, customerID)
	installments := sale.installments
	if sale.kind != provider.NFe {
		installments = nil
	}
	if err := c.CheckInvoice(request, installments); err != nil {
		return err
	}
	invoiceID, err := c.CreateInvoice(ctx, request)
	if err != nil {
		return err
	}
	if err := c.AddInvoiceItems(ctx, sale.kind, invoiceID, request.Items); err != nil {
		return err
	}
	if err := c.SetInvoiceInstallments(ctx, sale.kind, invoiceID, sale.installments); err != nil {
		return err
	}
	_, err = c.IssueInvoice(ctx, sale.kind, invoiceID)
	return err
}

func invoiceRequest(sale typical, customerID string) provider.InvoiceRequest {
	request := provider.InvoiceRequest{
		Kind: sale.kind, Reference: "inv_1-1", Test: sale.kind == provider.NFCe, Series: "1", Nature: "Venda", CustomerID: customerID, CustomerName: sale.buyer.Name,
		SoldOn: "2026-01-10", Note: sale.note, DiscountCents: sale.discount, Customer: &sale.buyer, CompanyState: "PR",
	}
	for _, item := range sale.items {
		line := provider.InvoiceItem{OrderItem: item, NCM: "85176241", CFOP: "5102", Unit: "UN"}
		if sale.kind == provider.NFSe {
			line = provider.InvoiceItem{OrderItem: item, ServiceCode: "8.02"}
		}
		request.Items = append(request.Items, line)
	}
	return request
}
