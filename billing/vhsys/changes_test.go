package vhsys

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

func TestGetOrder(t *testing.T) {
	t.Parallel()
	client, stub := setup(t, reply(200, `{"code":200,"data":[{"id_ped":1,"obs_interno_pedido":"antes [ref:ord_1] depois","valor_total_nota":"98.500000","desconto_pedido":1.5,"status_pedido":"Em Aberto","situacao":858,"lixeira":"Sim","data_mod_pedido":"0000-00-00 00:00:00","data_cad_pedido":"2026-01-10 09:00:00"}]}`))
	got, err := client.GetOrder(context.Background(), "1")
	want := provider.Order{
		ID: "1", Reference: "ord_1", TotalCents: 9_850, DiscountCents: 150, Status: provider.OrderStatus{Base: "Em Aberto", CustomID: "858", Name: "Em Aberto"},
		Trashed: true, ChangedAt: time.Date(2026, 1, 10, 9, 0, 0, 0, brazil.SaoPaulo),
	}
	if err != nil || !got.ChangedAt.Equal(want.ChangedAt) {
		t.Fatalf("order %+v, %v", got, err)
	}
	got.ChangedAt = want.ChangedAt
	if got != want || stub.lines()[0] != "GET /v2/pedidos/1" {
		t.Errorf("order %+v", got)
	}
}

func TestReadInstallments(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, reply(200, `{"code":200,"data":[{"id_parcela":1,"data_parcela":"2026-02-10 00:00:00","valor_parcela":"50.00","forma_pagamento":"CartÃ£o de CrÃ©dito","observacoes_parcela":"1/2"},{"id_parcela":"2","data_parcela":"0000-00-00","valor_parcela":50.01}]}`))
	got, err := client.Installments(context.Background(), "1")
	want := []provider.OrderInstallment{{DueDate: "2026-02-10", AmountCents: 5_000, PaymentMethod: "Cartão de Crédito", Note: "1/2"}, {AmountCents: 5_001}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("instalments %+v, %v", got, err)
	}
}

// twoLists answers count live orders and one in the trash; every third is not ours.
func twoLists(count int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		query, offset := r.URL.Query(), 0
		_, _ = fmt.Sscan(query.Get("offset"), &offset)
		var rows []string
		if query.Get("lixeira") == "Sim" {
			rows = append(rows, `{"id_ped":9999,"obs_interno_pedido":"[ref:ord_9999]","lixeira":"Sim"}`)
		}
		for i := offset; query.Get("lixeira") == "Nao" && i < min(offset+250, count); i++ {
			note := fmt.Sprintf("[ref:ord_%d]", i+1)
			if i%3 == 2 {
				note = ""
			}
			rows = append(rows, fmt.Sprintf(`{"id_ped":%d,"obs_interno_pedido":%q,"lixeira":"Nao"}`, i+1, note))
		}
		if len(rows) == 0 {
			reply(403, `{"code":403,"data":"Nenhum pedido encontrado!"}`)(w, r)
			return
		}
		reply(200, `{"code":200,"data":[`+strings.Join(rows, ",")+`]}`)(w, r)
	}
}

func TestChangedOrders(t *testing.T) {
	t.Parallel()
	client, stub := setup(t, twoLists(300))
	since := time.Date(2026, 1, 10, 12, 5, 0, 0, time.UTC)
	count, trashed := 0, ""
	err := client.ChangedOrders(context.Background(), since, func(order provider.Order) bool {
		count++
		if order.Trashed {
			trashed = order.Reference
		}
		return true
	})
	if err != nil || count != 201 || trashed != "ord_9999" || len(stub.seen()) != 3 {
		t.Errorf("%d orders in %d calls, trashed %q, %v", count, len(stub.seen()), trashed, err)
	}
	want := "data_modificacao=2026-01-10 08:55:00&limit=250&lixeira=Nao&offset=0&order=id_ped&sort=Asc"
	if got := stub.seen()[0].query(); got != want {
		t.Errorf("query %s", got)
	}
	count = 0
	if err := client.ChangedOrders(context.Background(), since, func(provider.Order) bool { count++; return count < 2 }); err != nil || count != 2 || len(stub.seen()) != 4 {
		t.Errorf("%d orders in %d calls, %v", count, len(stub.seen()), err)
	}
}

func TestReceivables(t *testing.T) {
	t.Parallel()
	client, stub := setup(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("lixeira") == "Sim" {
			reply(200, `{"code":200,"data":[{"id_conta_rec":9,"identificacao":"Ped_15579150","valor_rec":"1.00","lixeira":"Sim"}]}`)(w, r)
			return
		}
		reply(200, `{"code":200,"data":[
			{"id_conta_rec":1,"identificacao":"Ped_15579150","valor_rec":"100.00","valor_pago":"100.00","liquidado_rec":"Sim","vencimento_rec":"2026-02-10","lixeira":"Nao"},
			{"id_conta_rec":2,"identificacao":"Ped_15579150","valor_rec":"100.00","valor_pago":"40.00","liquidado_rec":"Sim","vencimento_rec":"0000-00-00"},
			{"id_conta_rec":3,"identificacao":"NFe_8200001","valor_rec":100,"valor_pago":0,"liquidado_rec":"Nao"},
			{"id_conta_rec":4,"identificacao":"Ped_x","valor_rec":"100.00","valor_pago":"90.00","valor_desconto":"10.00","liquidado_rec":"Sim"},
			{"id_conta_rec":5,"identificacao":"0","valor_rec":"100.00","valor_pago":"100.00","liquidado_rec":"Nao"},
			{"id_conta_rec":0,"valor_rec":"1.00"}]}`)(w, r)
	})
	var got []provider.Receivable
	err := client.Receivables(context.Background(), time.Now(), func(one provider.Receivable) bool {
		got = append(got, one)
		return true
	})
	due := brazil.Date("2026-02-10")
	want := []provider.Receivable{
		{ID: "1", OrderID: "15579150", AmountCents: 10_000, PaidCents: 10_000, DueDate: &due, Settled: true},
		{ID: "2", OrderID: "15579150", AmountCents: 10_000, PaidCents: 4_000},
		{ID: "3", AmountCents: 10_000},
		{ID: "4", AmountCents: 10_000, PaidCents: 9_000, Settled: true},
		{ID: "5", AmountCents: 10_000, PaidCents: 10_000},
		{ID: "9", OrderID: "15579150", AmountCents: 100, Trashed: true},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("receivables %+v, %v", got, err)
	}
	if line := stub.lines()[0]; !strings.HasPrefix(line, "GET /v2/contas-receber?") || !strings.Contains(line, "order=id_conta_rec") {
		t.Errorf("asked %s", line)
	}
}

func TestForeignCustomer(t *testing.T) {
	t.Parallel()
	buyer := provider.Payer{Name: "John Smith"}
	client, stub := setup(t, reply(200, `{"code":200,"data":[
		{"id_cliente":5,"razao_cliente":"John Smith","observacoes_cliente":null},
		{"id_cliente":6,"razao_cliente":"John Smith","observacoes_cliente":"VIP [ref:cus_10]"},
		{"id_cliente":7,"razao_cliente":"John Smith","observacoes_cliente":"VIP [ref:cus_1]"}]}`))
	found, err := client.FindCustomer(context.Background(), buyer, "cus_1")
	if err != nil || found != "7" || stub.seen()[0].query() != "limit=250&lixeira=Nao&offset=0&razao_cliente=John Smith" {
		t.Errorf("found %q, %v, asked %v", found, err, stub.lines())
	}
	if found, err := client.FindCustomer(context.Background(), buyer, ""); err != nil || found != "" {
		t.Errorf("without a reference %q is found, %v", found, err)
	}
	if _, err := client.CreateCustomer(context.Background(), buyer, ""); failureOf(t, err).Field != "reference" {
		t.Errorf("without a reference: %v", err)
	}
}
