package vhsys

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ponte/billing/provider"
)

func payer() provider.Payer {
	return provider.Payer{
		Name: "Maria Souza & Irmã", TaxID: "52998224725", Email: "maria@example.test", Phone: "41999998888",
		Address: &provider.Address{Street: "Rua A", Number: "10", District: "Centro", PostalCode: "80010000", City: "Curitiba", State: "PR"},
	}
}

func order() provider.OrderRequest {
	return provider.OrderRequest{
		Reference: "01JH", CustomerID: "1000000001", CustomerName: "Maria Souza", SoldOn: "2026-01-10", Note: "Venda 42",
		DiscountCents: 150, Status: provider.OrderStatus{Base: "Em Aberto"},
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for name, test := range map[string]struct {
		do   func(*Client) error
		want string
	}{
		"create a person": {
			func(c *Client) error { _, err := c.CreateCustomer(ctx, payer(), "cus_1"); return err },
			`POST /v2/clientes {"razao_cliente":"Maria Souza & Irmã","tipo_pessoa":"PF","tipo_cadastro":"Cliente","cnpj_cliente":"529.982.247-25",` +
				`"endereco_cliente":"Rua A","numero_cliente":"10","bairro_cliente":"Centro","cep_cliente":"80.010-000","cidade_cliente":"Curitiba","uf_cliente":"PR",` +
				`"celular_cliente":"41999998888","email_cliente":"maria@example.test","situacao_cliente":"Ativo","observacoes_cliente":"[ref:cus_1]"}`,
		},
		"create a company of which little is known": {
			func(c *Client) error {
				_, err := c.CreateCustomer(ctx, provider.Payer{Name: "Empresa", TaxID: "12ABC34501DE35", Phone: "4133334444"}, "")
				return err
			},
			`POST /v2/clientes {"razao_cliente":"Empresa","tipo_pessoa":"PJ","tipo_cadastro":"Cliente","cnpj_cliente":"12.ABC.345/01DE-35","fone_cliente":"4133334444","situacao_cliente":"Ativo"}`,
		},
		"create an order": {
			func(c *Client) error { _, err := c.CreateOrder(ctx, order()); return err },
			`POST /v2/pedidos {"id_cliente":1000000001,"nome_cliente":"Maria Souza","data_pedido":"2026-01-10","status_pedido":"Em Aberto","desconto_pedido":"1.50","frete_pedido":"0.00",` +
				`"obs_pedido":"Venda 42","obs_interno_pedido":"[ref:01JH]","estoque_pedido":0,"contas_pedido":0}`,
		},
		"add items": {
			func(c *Client) error {
				return c.AddItems(ctx, "15579150", []provider.OrderItem{{ProductID: "77", Description: "Curso <A>", Quantity: 2, UnitCents: 10005}})
			},
			`POST /v2/pedidos/15579150/produtos [{"id_produto":77,"desc_produto":"Curso <A>","qtde_produto":"2.00","valor_unit_produto":"100.05"}]`,
		},
		"remove an item": {
			func(c *Client) error { return c.RemoveItem(ctx, "15579150", "9001") },
			`DELETE /v2/pedidos/15579150/produtos/9001`,
		},
		"set instalments": {
			func(c *Client) error {
				return c.SetInstallments(ctx, "15579150", []provider.OrderInstallment{{DueDate: "2026-02-10", AmountCents: 5000, PaymentMethod: "Cartão de Crédito", Note: "1/2"}, {DueDate: "2026-03-10", AmountCents: 5001}})
			},
			`POST /v2/pedidos/15579150/parcelas [{"data_parcela":"2026-02-10","valor_parcela":"50.00","forma_pagamento":"Cartão de Crédito","observacoes_parcela":"1/2","conta_liquidada":0},` +
				`{"data_parcela":"2026-03-10","valor_parcela":"50.01","conta_liquidada":0}]`,
		},
		"set a base status": {
			func(c *Client) error {
				return c.SetStatus(ctx, "15579150", provider.OrderStatus{Base: "Atendido", Name: "Pago"}, "2026-01-10")
			},
			`POST /v2/pedidos/15579150/status {"data_status":"2026-01-10","tipo_status":"Atendido"}`,
		},
		"set a custom status": {
			func(c *Client) error {
				return c.SetStatus(ctx, "15579150", provider.OrderStatus{Base: "Em Aberto", CustomID: "858"}, "2026-01-10")
			},
			`POST /v2/pedidos/15579150/status {"data_status":"2026-01-10","tipo_status":"Em Aberto","situacao":858}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, stub := setup(t, reply(200, created))
			if err := test.do(client); err != nil {
				t.Fatal(err)
			}
			if got := stub.lines(); len(got) != 1 || got[0] != test.want {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), test.want)
			}
		})
	}
}

func TestCreateAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body, id string
		class    provider.Class
	}{
		"an array":   {`{"code":200,"data":[{"id_ped":15579150,"id_pedido":""}]}`, "15579150", ""},
		"an object":  {`{"code":"201","data":{"id_ped":"15579150"}}`, "15579150", ""},
		"without id": {`{"code":200,"data":[{"id_ped":""}]}`, "", provider.Ambiguous},
		"no data":    {`{"code":200,"status":"success"}`, "", provider.Ambiguous},
		"refusal":    {`{"code":403,"data":"Erro ao cadastrar o pedido!"}`, "", provider.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, reply(200, test.body))
			id, err := client.CreateOrder(context.Background(), order())
			if id != test.id || (err == nil) != (test.class == "") || err != nil && provider.ClassOf(err) != test.class {
				t.Errorf("id %q, %v", id, err)
			}
		})
	}
}

const noneFound = `{"code":403,"status":"error","data":"Nenhum cliente encontrado!"}`

func TestFindCustomer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"none":                    {reply(403, noneFound), ""},
		"one":                     {reply(200, `{"code":200,"data":[{"id_cliente":5,"cnpj_cliente":"11.222.333/0001-81","lixeira":"Nao"}]}`), "5"},
		"without mask":            {reply(200, `{"code":200,"data":[{"id_cliente":"5","cnpj_cliente":"11222333000181"}]}`), "5"},
		"an object":               {reply(200, `{"code":200,"data":{"id_cliente":5,"cnpj_cliente":"11222333000181"}}`), "5"},
		"others only":             {reply(200, `{"code":200,"data":[{"id_cliente":5,"cnpj_cliente":"33.000.167/0001-01"},{"id_cliente":6,"cnpj_cliente":null}]}`), ""},
		"the oldest of two":       {reply(200, `{"code":200,"data":[{"id_cliente":10,"cnpj_cliente":"11222333000181"},{"id_cliente":9,"cnpj_cliente":"11222333000181"}]}`), "9"},
		"in the trash only":       {reply(200, `{"code":200,"data":[{"id_cliente":9,"cnpj_cliente":"11222333000181","lixeira":"Sim"}]}`), "9"},
		"in the trash and beside": {reply(200, `{"code":200,"data":[{"id_cliente":9,"cnpj_cliente":"11222333000181","lixeira":"Sim"},{"id_cliente":10,"cnpj_cliente":"11222333000181","lixeira":"Nao"}]}`), "10"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, stub := setup(t, test.answer)
			id, err := client.FindCustomer(context.Background(), provider.Payer{Name: "x", TaxID: "11222333000181"}, "cus_1")
			if err != nil || id != test.want {
				t.Errorf("id %q, %v", id, err)
			}
			if query := stub.seen()[0].query(); query != "cnpj_cliente=11.222.333/0001-81&limit=250&lixeira=Nao&offset=0" {
				t.Errorf("query %s", query)
			}
		})
	}
}

// pages answers a list of count orders, newest first, the last of which has the
// marker.
func pages(count int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		offset, limit := 0, 0
		_, _ = fmt.Sscan(r.URL.Query().Get("offset"), &offset)
		_, _ = fmt.Sscan(r.URL.Query().Get("limit"), &limit)
		var rows []string
		for i := offset; i < min(offset+limit, count); i++ {
			note := "[ref:other]"
			if i == count-1 {
				note = "antes [ref:01JH] depois"
			}
			rows = append(rows, fmt.Sprintf(`{"id_ped":%d,"obs_interno_pedido":%q}`, count-i, note))
		}
		if len(rows) == 0 {
			reply(403, `{"code":403,"data":"Nenhum pedido encontrado!"}`)(w, r)
			return
		}
		reply(200, `{"code":200,"data":[`+strings.Join(rows, ",")+`]}`)(w, r)
	}
}

func TestFindOrder(t *testing.T) {
	t.Parallel()
	since := time.Date(2026, 1, 10, 12, 5, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		count, calls int
		reference    string
		want         string
	}{
		"on the first page":  {3, 1, "01JH", "1"},
		"on the second page": {251, 2, "01JH", "1"},
		"nowhere":            {500, 3, "none", ""},
		"no orders":          {0, 1, "01JH", ""},
		"part of another":    {3, 1, "01J", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, stub := setup(t, pages(test.count))
			id, err := client.FindOrder(context.Background(), test.reference, "Maria & Cia", since)
			if err != nil || id != test.want || len(stub.seen()) != test.calls {
				t.Errorf("id %q after %d calls, %v", id, len(stub.seen()), err)
			}
			want := "data_modificacao=2026-01-10 08:55:00&limit=250&lixeira=Nao&nome_cliente=Maria & Cia&offset=0&order=data_cad_pedido&sort=Desc"
			if query := stub.seen()[0].query(); query != want {
				t.Errorf("query %s", query)
			}
		})
	}
}

func TestFindOrderInAListWithoutPages(t *testing.T) {
	t.Parallel()
	first := pages(250)
	client, stub := setup(t, func(w http.ResponseWriter, r *http.Request) {
		r.URL.RawQuery = "offset=0&limit=250"
		first(w, r)
	})
	id, err := client.FindOrder(context.Background(), "none", "", time.Now())
	if err != nil || id != "" || len(stub.seen()) != 2 {
		t.Errorf("id %q after %d calls, %v", id, len(stub.seen()), err)
	}
}

func TestItems(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, reply(200, `{"code":200,"data":[
		{"id_ped_produto":9001,"id_produto":77,"desc_produto":"Curso","qtde_produto":"2.0000","valor_unit_produto":"100.050000"},
		{"id_ped_produto":"9002","id_produto":"0","desc_produto":"À mão","qtde_produto":2.5,"valor_unit_produto":3}]}`))
	items, err := client.Items(context.Background(), "1")
	want := []provider.OrderItem{
		{ID: "9001", ProductID: "77", Description: "Curso", Quantity: 2, UnitCents: 10005},
		{ID: "9002", Description: "À mão", UnitCents: 300},
	}
	if err != nil || !reflect.DeepEqual(items, want) {
		t.Errorf("items %+v, %v", items, err)
	}
}

func TestNoItems(t *testing.T) {
	t.Parallel()
	client, stub := setup(t, reply(403, `{"code":403,"data":"Nenhum produto encontrado!"}`))
	items, err := client.Items(context.Background(), "1")
	if err != nil || items == nil || len(items) != 0 {
		t.Errorf("items %v, %v", items, err)
	}
	if err := client.AddItems(context.Background(), "1", nil); err != nil || len(stub.seen()) != 1 {
		t.Errorf("nothing to add: %v", err)
	}
}

func TestRemoveItemIsRepeatSafe(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, reply(403, `{"code":403,"data":"Nenhum produto encontrado!"}`))
	if err := client.RemoveItem(context.Background(), "1", "2"); err != nil {
		t.Error(err)
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		history, order string
		want           provider.OrderStatus
		class          provider.Class
	}{
		"the newest entry": {
			`{"code":200,"data":[{"id_status":1,"tipo_status":"Em Aberto","situacao":0},{"id_status":12,"tipo_status":"Em Andamento","situacao":"859"},{"id_status":2,"tipo_status":"Atendido"}]}`, "",
			provider.OrderStatus{Base: "Em Andamento", CustomID: "859", Name: "Em Andamento"}, ""},
		"no history": {
			`{"code":403,"data":"Nenhum status encontrado!"}`, `{"code":200,"data":{"id_ped":1,"status_pedido":"Atendido","lixeira":"Nao"}}`,
			provider.OrderStatus{Base: "Atendido", Name: "Atendido"}, ""},
		"no order": {
			`{"code":403,"data":"Nenhum status encontrado!"}`, `{"code":403,"data":"Nenhum pedido encontrado!"}`, provider.OrderStatus{}, provider.NotFound},
		"order in the trash": {
			`{"code":200,"data":[]}`, `{"code":200,"data":[{"id_ped":1,"status_pedido":"Atendido","lixeira":"Sim"}]}`, provider.OrderStatus{}, provider.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/status") {
					reply(200, test.history)(w, r)
					return
				}
				reply(200, test.order)(w, r)
			})
			status, err := client.Status(context.Background(), "1")
			if status != test.want || (err == nil) != (test.class == "") || err != nil && provider.ClassOf(err) != test.class {
				t.Errorf("status %+v, %v", status, err)
			}
		})
	}
}

func TestProducts(t *testing.T) {
	t.Parallel()
	client, stub := setup(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("cod_produto") {
			reply(200, `{"code":200,"data":[{"id_produto":2,"cod_produto":"C1","desc_produto":"Curso","unidade_produto":"UN","ncm_produto":"4901.99.00","valor_produto":"15.000000"}]}`)(w, r)
			return
		}
		reply(200, `{"code":200,"data":[{"id_produto":2},{"id_produto":3,"desc_produto":"Curso B","status_produto":"Ativo"},{"id_produto":4,"status_produto":"Inativo"},{"id_produto":5,"lixeira":"Sim"},{"id_produto":0}]}`)(w, r)
	})
	products, err := client.Products(context.Background(), " C1 ")
	want := []provider.RemoteProduct{{ID: "2", Code: "C1", Name: "Curso", Unit: "UN", NCM: "49019900", PriceCents: 1500}, {ID: "3", Name: "Curso B"}}
	if err != nil || !reflect.DeepEqual(products, want) {
		t.Errorf("products %+v, %v", products, err)
	}
	calls := stub.seen()
	if len(calls) != 2 || calls[0].query() != "cod_produto=C1&limit=50&lixeira=Nao" || calls[1].query() != "desc_produto=C1&limit=50&lixeira=Nao" {
		t.Errorf("calls %v", stub.lines())
	}
}

func TestNoProducts(t *testing.T) {
	t.Parallel()
	client, stub := setup(t, reply(403, `{"code":403,"data":"Nenhum produto encontrado!"}`))
	products, err := client.Products(context.Background(), "")
	if err != nil || products == nil || len(products) != 0 || len(stub.seen()) != 1 {
		t.Errorf("products %v, %v", products, err)
	}
}

func TestCustomStatuses(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, reply(200, `{"code":200,"status":"sucesso","data":{"Pedidos":[
		{"id_situacao":860,"tipo_status":"Em Andamento","nome_situacao":"Em separaÃ§Ã£o","ordem":2,"lixeira":"Nao"},
		{"id_situacao":858,"tipo_status":"Em Aberto","nome_situacao":"Aguardando pagamento","ordem":1},
		{"id_situacao":861,"tipo_status":"Atendido","nome_situacao":"Velho","ordem":3,"lixeira":"Sim"},
		{"id_situacao":862,"tipo_status":"Outro","nome_situacao":"x","ordem":4}],"Orcamentos":[],"OrdemServico":[]}}`))
	statuses, err := client.Statuses(context.Background())
	want := []provider.OrderStatus{
		{Base: "Em Aberto", Name: "Em Aberto"}, {Base: "Em Andamento", Name: "Em Andamento"}, {Base: "Atendido", Name: "Atendido"}, {Base: "Cancelado", Name: "Cancelado"},
		{Base: "Em Aberto", CustomID: "858", Name: "Aguardando pagamento"}, {Base: "Em Andamento", CustomID: "860", Name: "Em separação"},
	}
	if err != nil || !reflect.DeepEqual(statuses, want) {
		t.Errorf("statuses %+v, %v", statuses, err)
	}
}

func TestNoCustomStatuses(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"empty": reply(403, `{"code":403,"data":"Nenhuma situação encontrada"}`),
		"array": reply(200, `{"code":200,"status":"sucesso","data":[]}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, answer)
			if statuses, err := client.Statuses(context.Background()); err != nil || len(statuses) != 4 {
				t.Errorf("statuses %v, %v", statuses, err)
			}
		})
	}
}

func TestNothingIsSentOfAnInvalidRequest(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	customer := func(change func(*provider.Payer)) func(*Client) error {
		return func(c *Client) error {
			changed := payer()
			change(&changed)
			_, err := c.CreateCustomer(ctx, changed, "cus_1")
			return err
		}
	}
	sale := func(change func(*provider.OrderRequest)) func(*Client) error {
		return func(c *Client) error {
			changed := order()
			change(&changed)
			_, err := c.CreateOrder(ctx, changed)
			return err
		}
	}
	for name, test := range map[string]struct {
		do    func(*Client) error
		field string
	}{
		"no name":           {customer(func(p *provider.Payer) { p.Name = " " }), "payer.name"},
		"long name":         {customer(func(p *provider.Payer) { p.Name = strings.Repeat("é", 256) }), "payer.name"},
		"tax id":            {customer(func(p *provider.Payer) { p.TaxID = "1" }), "payer.taxID"},
		"long number":       {customer(func(p *provider.Payer) { p.Address.Number = "12345678" }), "payer.address.number"},
		"long district":     {customer(func(p *provider.Payer) { p.Address.District = strings.Repeat("x", 46) }), "payer.address.district"},
		"postal code":       {customer(func(p *provider.Payer) { p.Address.PostalCode = "80.010-000" }), "payer.address.postalCode"},
		"state":             {customer(func(p *provider.Payer) { p.Address.State = "ZZ" }), "payer.address.state"},
		"no reference":      {sale(func(o *provider.OrderRequest) { o.Reference = "" }), "reference"},
		"no customer":       {sale(func(o *provider.OrderRequest) { o.CustomerID = "" }), "customerID"},
		"negative discount": {sale(func(o *provider.OrderRequest) { o.DiscountCents = -1 }), "discount"},
		"no day":            {sale(func(o *provider.OrderRequest) { o.SoldOn = "" }), "soldOn"},
		"unknown status":    {sale(func(o *provider.OrderRequest) { o.Status.Base = "Pago" }), "status"},
		"item": {func(c *Client) error {
			return c.AddItems(ctx, "1", []provider.OrderItem{{ProductID: "1", Description: "x", Quantity: 1}, {ProductID: "1", Description: "x"}})
		}, "items[1].quantity"},
		"instalment": {func(c *Client) error {
			return c.SetInstallments(ctx, "1", []provider.OrderInstallment{{DueDate: "2026-01-01", AmountCents: 1, PaymentMethod: "Fiado"}})
		}, "installments[0].paymentMethod"},
		"no instalments": {func(c *Client) error { return c.SetInstallments(ctx, "1", nil) }, "installments"},
		"custom status": {func(c *Client) error {
			return c.SetStatus(ctx, "1", provider.OrderStatus{Base: "Atendido", CustomID: "x"}, "2026-01-01")
		}, "status"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, stub := setup(t, reply(200, created))
			failure := failureOf(t, test.do(client))
			if failure.Class != provider.Invalid || failure.Field != test.field || len(stub.seen()) != 0 {
				t.Errorf("failure %+v, calls %v", failure, stub.lines())
			}
		})
	}
}

func TestStrangeIDsAreNotSent(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	client, stub := setup(t, reply(200, created))
	for _, id := range []string{"", "0", "../clientes", "1/2", "1?x"} {
		_, items := client.Items(ctx, id)
		_, status := client.Status(ctx, id)
		errs := []error{items, status, client.RemoveItem(ctx, "1", id), client.AddItems(ctx, id, nil), client.SetInstallments(ctx, id, nil)}
		if slices.ContainsFunc(errs, func(err error) bool { return provider.ClassOf(err) != provider.NotFound }) {
			t.Errorf("%q: %v", id, errs)
		}
	}
	if len(stub.seen()) != 0 {
		t.Errorf("calls %v", stub.lines())
	}
}
