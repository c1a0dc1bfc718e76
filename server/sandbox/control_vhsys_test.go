package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestVhsysPeople(t *testing.T) {
	t.Parallel()
	t.Run("edit, delete and restore an order", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		id := b.order(nil)
		path, control := fmt.Sprintf("/pedidos/%d", id), fmt.Sprintf("/vhsys/orders/%d", id)
		b.ctl("POST", "/clock", dict{"advance": "1h"})
		b.ctl("POST", control+"/edit", dict{
			"fields":       dict{"desconto_pedido": 5, "obs_interno_pedido": ""},
			"items":        []dict{{"id_produto": b.product(), "desc_produto": "Outro", "qtde_produto": 2, "valor_unit_produto": 30}},
			"installments": []dict{{"data_parcela": "2026-09-10", "valor_parcela": "55.00"}},
		})
		got := b.erp("GET", path, nil).data()
		equal(t, "total", got["valor_total_nota"], "55.000000")
		equal(t, "marker", got["obs_interno_pedido"], "")
		equal(t, "when", got["data_mod_pedido"], "2026-08-14 13:00:00")
		equal(t, "instalments", got["condicao_pagamento"], 1)
		b.ctl("POST", control+"/delete", nil)
		equal(t, "trash", b.erp("GET", path, nil).data()["lixeira"], "Sim")
		twice := b.send("POST", b.control.URL+"/sandbox"+control+"/delete", nil, nil)
		equal(t, "twice", twice.status, http.StatusConflict)
		b.ctl("POST", control+"/restore", nil)
		equal(t, "back", b.erp("GET", path, nil).data()["lixeira"], "Nao")
		unknown := b.send("POST", b.control.URL+"/sandbox"+control+"/edit", nil, dict{"fields": dict{"nada": 1}})
		equal(t, "unknown field", unknown.status, http.StatusBadRequest)
	})
	t.Run("change its status", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		id := b.order(nil)
		b.ctl("POST", fmt.Sprintf("/vhsys/orders/%d/status", id), dict{"situationId": 860, "note": "Na bancada"})
		line := b.erp("GET", fmt.Sprintf("/pedidos/%d/status", id), nil).rows()[0]
		equal(t, "base", line["tipo_status"], "Em Andamento")
		equal(t, "who", line["nome_usuario"], "Pessoa")
		b.ctl("POST", fmt.Sprintf("/vhsys/orders/%d/status", id), dict{"status": "Cancelado"})
		got := b.erp("GET", fmt.Sprintf("/pedidos/%d", id), nil).data()
		equal(t, "status", got["status_pedido"], "Cancelado")
		equal(t, "no situation", got["situacao"], nil)
	})
	t.Run("settle a receivable in parts and take it back", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		id := b.erp("POST", "/contas-receber", receivableBody()).id("id_conta_rec")
		control := fmt.Sprintf("/vhsys/receivables/%d", id)
		b.ctl("POST", control+"/settle", dict{"value": "20.00", "date": "2026-08-20"})
		b.ctl("POST", control+"/settle", nil)
		equal(t, "hidden", len(b.erp("GET", "/contas-receber?liquidado=Sim", nil).rows()[0]["parciais"].([]any)), 0)
		row := b.erp("GET", "/contas-receber?parciais=1&valor_receita=50&data_vencimento=2026-09-10", nil).rows()[0]
		equal(t, "paid", row["valor_pago"], "50.00")
		parts := row["parciais"].([]any)
		equal(t, "parts", len(parts), 2)
		equal(t, "second", parts[1].(dict)["valor_pago"], "30.00")
		b.ctl("POST", control+"/reopen", nil)
		equal(t, "open", b.erp("GET", fmt.Sprintf("/contas-receber/%d", id), nil).data()["status"], 1)
	})
	t.Run("add, rename and remove custom statuses", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		added := b.ctl("POST", "/vhsys/situations", dict{"base": "Em Andamento", "name": "Aguardando peça"}).body
		equal(t, "id", added["id"], 864)
		if got := b.erp("GET", "/situacoes", nil); !strings.Contains(got.text, "Aguardando peÃ§a") {
			t.Error(got.text)
		}
		b.ctl("PUT", "/vhsys/situations/860", dict{"name": "Na fila"})
		b.ctl("DELETE", "/vhsys/situations/864", nil)
		got := b.erp("GET", "/situacoes", nil).text
		equal(t, "renamed", strings.Contains(got, "Na fila"), true)
		equal(t, "removed", strings.Contains(got, "peÃ§a"), false)
		id := b.order(nil)
		refusedWith(t, b.erp("POST", fmt.Sprintf("/pedidos/%d/status", id), dict{"situacao": 864}), "Erro ao cadastrar o status para o pedido!")
		kept := b.send("DELETE", b.control.URL+"/sandbox/vhsys/situations/862", nil, nil)
		equal(t, "the only Atendido stays", kept.status, http.StatusConflict)
	})
	t.Run("find an order by its marker", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.order(dict{"obs_interno_pedido": "[ref:A]"})
		b.order(dict{"obs_interno_pedido": "[ref:B]"})
		found := b.send("GET", b.control.URL+"/sandbox/vhsys/orders?marker=ref:b", nil, nil)
		equal(t, "one", strings.Count(found.text, `"account"`), 1)
		newest := b.send("GET", b.control.URL+"/sandbox/vhsys/orders?limit=1", nil, nil)
		equal(t, "the newest", newest.text, found.text)
	})
}

func TestVhsysSwitches(t *testing.T) {
	t.Parallel()
	t.Run("refused on purpose", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.ctl("PUT", "/vhsys/settings", dict{"refuseNext": dict{"route": "POST /v2/pedidos*", "text": "Erro ao cadastrar o pedido!", "count": 1}})
		equal(t, "another route", b.erp("GET", "/produtos", nil).status, http.StatusOK)
		refusedWith(t, b.erp("POST", "/pedidos", dict{"nome_cliente": "Ana"}), "Erro ao cadastrar o pedido!")
		equal(t, "once", b.erp("POST", "/pedidos", dict{"nome_cliente": "Ana"}).status, http.StatusOK)
	})
	t.Run("Vhsys's own Gerencianet app", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		path := fmt.Sprintf("/pedidos/%d", b.order(nil))
		b.erp("POST", path+"/parcelas", []dict{{"data_parcela": "2026-09-10", "valor_parcela": "50.00", "forma_pagamento": "Boleto"}})
		equal(t, "off", b.erp("GET", path, nil).data()["pagamento_com_conta_integrada"], 0)
		equal(t, "banks", len(b.erp("GET", "/contas-bancarias", nil).rows()), 1)
		b.ctl("PUT", "/vhsys/settings", dict{"gerencianetApp": true})
		equal(t, "on", b.erp("GET", path, nil).data()["pagamento_com_conta_integrada"], 1)
		equal(t, "flag", b.erp("GET", "/contas-bancarias", nil).rows()[1]["gerencianet"], 1)
	})
	t.Run("Retry-After when it is switched on", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.ctl("PUT", "/vhsys/settings", dict{"rateLimit": 0, "retryAfterSeconds": 7})
		got := b.erp("GET", "/produtos", nil)
		equal(t, "status", got.status, http.StatusTooManyRequests)
		equal(t, "header", got.header.Get("Retry-After"), "7")
	})
	for name, body := range map[string]dict{
		"mode":  {"issueMode": "soon"},
		"reply": {"rejectionReply": "loud"},
		"code":  {"rejectNext": dict{"count": 1}},
		"kind":  {"rejectNext": dict{"count": 1, "code": "778", "kind": "cte"}},
		"state": {"issuerState": "XX"},
		"lag":   {"lagMs": -1},
	} {
		t.Run("settings that mean nothing: "+name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			equal(t, "status", b.send("PUT", b.control.URL+"/sandbox/vhsys/settings", nil, body).status, http.StatusBadRequest)
		})
	}
	t.Run("faults spoil invoices too", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		path := b.draft(nil, nil)
		b.ctl("POST", "/vhsys/faults", dict{"route": "POST /v2/notas-fiscais/:id/emitir", "kind": "drop_after"})
		if got, err := b.try("POST", b.vhsys.URL+"/v2"+path+"/emitir", erpHeader(), dict{}); err == nil {
			t.Error(got.text)
		}
		equal(t, "issued all the same", b.erp("GET", path, nil).data()["nota_emitida"], 1)
		b.ctl("POST", "/vhsys/faults", dict{"route": "GET /v2/notas-fiscais/:id", "kind": "huge"})
		if got := b.erp("GET", path, nil); len(got.text) <= 17<<20 {
			t.Error(len(got.text))
		}
	})
}

func TestVhsysSmallNouns(t *testing.T) {
	t.Parallel()
	t.Run("stock moves", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		path := fmt.Sprintf("/produtos/%d", b.router())
		moved := b.erp("POST", path+"/estoque", dict{"tipo_estoque": "Entrada", "qtde_estoque": "5.00", "identificacao": "Ped_1"})
		equal(t, "identification", moved.data()["identificacao"], "API")
		b.erp("POST", path+"/estoque", dict{"tipo_estoque": "Saida", "qtde_estoque": "2.00"})
		equal(t, "left", b.erp("GET", path, nil).data()["estoque_produto"], "3.000000")
		equal(t, "movements", len(b.erp("GET", path+"/estoque?data_cad_estoque=2026-08-14", nil).rows()), 2)
	})
	for path, field := range map[string]string{
		"/categorias": "nome_categoria", "/categorias-clientes": "nome_categoria", "/vendedores": "razao_vendedor", "/transportadoras": "desc_transportadora",
	} {
		t.Run("list "+path, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.erp("POST", path, dict{field: "Um"})
			equal(t, "name", b.erp("GET", path, nil).rows()[0][field], "Um")
		})
	}
	t.Run("quotes and counter sales", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		item := []dict{{"id_produto": b.product(), "desc_produto": "Curso", "qtde_produto": 1, "valor_unit_produto": "10.00"}}
		quote := fmt.Sprintf("/orcamentos/%d", b.erp("POST", "/orcamentos", dict{"nome_cliente": "Ana"}).id("id_orcamento"))
		b.erp("POST", quote+"/produtos", item)
		equal(t, "quote", b.erp("GET", quote, nil).data()["valor_total_nota"], "10.000000")
		sale := fmt.Sprintf("/vendas-balcao/%d", b.erp("POST", "/vendas-balcao", dict{"nome_cliente": "Ana", "acrescimo_pedido": "1.50"}).id("id_frente"))
		b.erp("POST", sale+"/produtos", item)
		equal(t, "with interest", b.erp("GET", sale, nil).data()["valor_total_nota"], "11.500000")
	})
}

// Thousands of orders must not make polling slow.
func TestVhsysManyOrders(t *testing.T) {
	t.Parallel()
	b := setup(t)
	product := b.product()
	d := b.sandbox.vhsys.orderDocument
	b.sandbox.mu.Lock()
	for i := range 2000 {
		r := d.v.insert(d.table, "demo", map[string]any{
			"nome_cliente": "Maria", "status_pedido": "Em Aberto", "obs_interno_pedido": fmt.Sprintf("[ref:%d]", i),
		})
		r.Items = []map[string]any{{"id_ped_produto": int64(i), "id_produto": product, "desc_produto": "Curso", "qtde_produto": "1", "valor_unit_produto": "10.00"}}
		d.v.save(d.table, r)
	}
	b.sandbox.mu.Unlock()
	b.ctl("POST", "/clock", dict{"advance": "1h"})
	b.order(nil)
	started := time.Now()
	for range 10 {
		changed := b.erp("GET", "/pedidos?lixeira=Nao&data_modificacao=2026-08-14%2012:30:00&order=data_cad_pedido&sort=Desc&limit=250", nil)
		equal(t, "changed", len(changed.rows()), 1)
		page := b.erp("GET", "/pedidos?lixeira=Nao&order=data_mod_pedido&sort=Desc&limit=10", nil)
		equal(t, "page", len(page.rows()), 10)
	}
	if took := time.Since(started); took > 10*time.Second {
		t.Errorf("20 lists of 2000 orders took %v", took)
	}
}
