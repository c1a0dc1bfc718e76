package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func customerBody() dict {
	return dict{"razao_cliente": "Maria Souza", "tipo_pessoa": "PF", "cnpj_cliente": "529.982.247-25", "cidade_cliente": "Curitiba"}
}

// order creates one and returns its id_ped.
func (b *bundle) order(fields dict) int64 {
	b.t.Helper()
	body := dict{"nome_cliente": "Maria Souza", "data_pedido": "2026-08-14", "obs_interno_pedido": "[ref:01J]"}
	for name, value := range fields {
		body[name] = value
	}
	created := b.erp("POST", "/pedidos", body)
	if created.status != http.StatusOK {
		b.t.Fatalf("order: %d %s", created.status, created.text)
	}
	return int64(created.rows()[0]["id_ped"].(float64))
}

// product is the id of a seeded product.
func (b *bundle) product() int64 {
	b.t.Helper()
	return int64(b.erp("GET", "/produtos?limit=1", nil).rows()[0]["id_produto"].(float64))
}

// refusedWith checks the opaque refusal.
func refusedWith(t *testing.T, got reply, text string) {
	t.Helper()
	equal(t, "status", got.status, http.StatusForbidden)
	equal(t, "body", got.body, dict{"code": 403, "status": "error", "data": text})
}

func TestVhsysTransport(t *testing.T) {
	t.Parallel()
	t.Run("tokens are checked", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		header := erpHeader()
		header["secret-access-token"] = "wrong"
		equal(t, "status", b.send("GET", b.vhsys.URL+"/v2/clientes", header, nil).status, http.StatusUnauthorized)
	})
	t.Run("an unknown route is a 200 with code 404", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		got := b.erp("GET", "/nada", nil)
		equal(t, "status", got.status, http.StatusOK)
		equal(t, "code", got.code(), http.StatusNotFound)
		if !strings.Contains(got.body["message"].(string), "inválida") {
			t.Error(got.text)
		}
	})
	t.Run("a missing User-Agent is refused until it is allowed", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		header := erpHeader()
		header["User-Agent"] = ""
		equal(t, "refused", b.send("GET", b.vhsys.URL+"/v2/produtos", header, nil).status, http.StatusForbidden)
		b.ctl("PUT", "/vhsys/settings", dict{"requireUserAgent": false})
		equal(t, "allowed", b.send("GET", b.vhsys.URL+"/v2/produtos", header, nil).status, http.StatusOK)
	})
	t.Run("the rate limit counts down and then refuses", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		equal(t, "limit", b.erp("GET", "/produtos", nil).header.Get("x-ratelimit-limit"), "10000")
		b.ctl("PUT", "/vhsys/settings", dict{"rateLimit": 2})
		equal(t, "first", b.erp("GET", "/produtos", nil).header.Get("x-ratelimit-remaining"), "1")
		equal(t, "second", b.erp("GET", "/produtos", nil).status, http.StatusOK)
		equal(t, "third", b.erp("GET", "/produtos", nil).status, http.StatusTooManyRequests)
	})
}

func TestVhsysCustomers(t *testing.T) {
	t.Parallel()
	t.Run("none is a refusal that means empty", func(t *testing.T) {
		t.Parallel()
		refusedWith(t, setup(t).erp("GET", "/clientes?limit=1", nil), "Nenhum cliente encontrado!")
	})
	t.Run("created, found by the masked document, changed", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		created := b.erp("POST", "/clientes", customerBody())
		id := created.id("id_cliente")
		equal(t, "id", id, 1000000001)
		equal(t, "id_registro", created.data()["id_registro"], false)
		found := b.erp("GET", "/clientes?lixeira=Nao&cnpj_cliente=529.982.247-25", nil)
		equal(t, "found", len(found.rows()), 1)
		equal(t, "unmasked", b.erp("GET", "/clientes?cnpj_cliente=52998224725", nil).status, http.StatusForbidden)
		b.erp("PUT", fmt.Sprintf("/clientes/%d", id), dict{"cidade_cliente": "Londrina", "cnpj_cliente": "x"})
		got := b.erp("GET", fmt.Sprintf("/clientes/%d", id), nil).data()
		equal(t, "city", got["cidade_cliente"], "Londrina")
		equal(t, "document", got["cnpj_cliente"], "529.982.247-25")
	})
	for name, body := range map[string]dict{
		"no name":           {"tipo_pessoa": "PF"},
		"number too long":   {"razao_cliente": "Ana", "numero_cliente": "12345678"},
		"unknown situation": {"razao_cliente": "Ana", "situacao_cliente": "Outro"},
		"bad birthday":      {"razao_cliente": "Ana", "data_nasc_cliente": "31/12/1990"},
	} {
		t.Run("refused without a reason: "+name, func(t *testing.T) {
			t.Parallel()
			refusedWith(t, setup(t).erp("POST", "/clientes", body), "Erro ao cadastrar o cliente!")
		})
	}
	t.Run("the trash leaks into lists without lixeira", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		id := b.erp("POST", "/clientes", customerBody()).id("id_cliente")
		deleted := b.erp("DELETE", fmt.Sprintf("/clientes/%d", id), nil)
		equal(t, "deleted", deleted.id("id_cliente"), id)
		equal(t, "all", b.erp("GET", "/clientes", nil).rows()[0]["lixeira"], "Sim")
		equal(t, "trash", len(b.erp("GET", "/clientes?lixeira=Sim", nil).rows()), 1)
		equal(t, "live", b.erp("GET", "/clientes?lixeira=Nao", nil).status, http.StatusForbidden)
	})
}

func TestVhsysPaging(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.erp("GET", "/produtos?limit=2&offset=1&order=valor_produto&sort=Desc", nil)
	equal(t, "paging", first.body["paging"], dict{"total_count": 2, "total": 5, "offset": 1, "limit": 2, "limit_max": 250})
	equal(t, "sorted", first.rows()[0]["valor_produto"], "259.00")
	capped := b.erp("GET", "/produtos?limit=9999", nil).body["paging"].(dict)
	equal(t, "cap", capped["limit"], 250)
	equal(t, "past the end", b.erp("GET", "/produtos?offset=5", nil).status, http.StatusForbidden)
}

func TestVhsysChangedSince(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.order(nil)
	b.ctl("POST", "/clock", dict{"advance": "2h"})
	second := b.order(nil)
	changed := b.erp("GET", "/pedidos?lixeira=Nao&data_modificacao=2026-08-14%2013:00:00", nil)
	equal(t, "changed", len(changed.rows()), 1)
	equal(t, "which", changed.rows()[0]["id_ped"], second)
}

func TestVhsysOrders(t *testing.T) {
	t.Parallel()
	t.Run("created as a list of one without a number", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		created := b.erp("POST", "/pedidos", dict{"nome_cliente": "Maria Souza"})
		equal(t, "number", created.rows()[0]["id_pedido"], "")
		equal(t, "total", created.rows()[0]["valor_total_nota"], "0.000000")
		equal(t, "read", b.erp("GET", "/pedidos/15579150", nil).data()["id_pedido"], 1001)
	})
	t.Run("the totals follow the items", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		id, product := b.order(dict{"frete_pedido": "10.00", "desconto_pedido": "5.00"}), b.product()
		path := fmt.Sprintf("/pedidos/%d/produtos", id)
		items := []dict{{"id_produto": product, "desc_produto": "Curso", "qtde_produto": "2.00", "valor_unit_produto": "50.25"}}
		added := b.erp("POST", path, items)
		equal(t, "item total", added.rows()[0]["valor_total_produto"], 100.5)
		equal(t, "total", b.erp("GET", fmt.Sprintf("/pedidos/%d", id), nil).data()["valor_total_nota"], "105.500000")
		b.erp("POST", path, items)
		listed := b.erp("GET", path, nil)
		equal(t, "appended", len(listed.rows()), 2)
		item := int64(listed.rows()[0]["id_ped_produto"].(float64))
		b.erp("DELETE", fmt.Sprintf("%s/%d", path, item), nil)
		b.erp("PUT", fmt.Sprintf("%s/%d", path, item+1), dict{"qtde_produto": "1.00"})
		equal(t, "changed", b.erp("GET", path, nil).rows()[0]["valor_total_produto"], 50.25)
	})
	t.Run("an item of an unknown product refuses all", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		id := b.order(nil)
		good := dict{"id_produto": b.product(), "desc_produto": "A", "qtde_produto": 1, "valor_unit_produto": "1.00"}
		bad := dict{"id_produto": 9, "desc_produto": "B", "qtde_produto": 1, "valor_unit_produto": "1.00"}
		path := fmt.Sprintf("/pedidos/%d/produtos", id)
		refusedWith(t, b.erp("POST", path, []dict{good, bad}), "Erro ao cadastrar o produto para o pedido!")
		equal(t, "none", b.erp("GET", path, nil).status, http.StatusForbidden)
	})
	t.Run("instalments replace the previous ones", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		path := fmt.Sprintf("/pedidos/%d/parcelas", b.order(nil))
		part := dict{"data_parcela": "2026-09-10", "valor_parcela": "50.00", "forma_pagamento": "Boleto", "conta_liquidada": 0}
		b.erp("POST", path, []dict{part, part})
		b.erp("POST", path, []dict{part})
		rows := b.erp("GET", path, nil).rows()
		equal(t, "rows", len(rows), 1)
		if _, leaked := rows[0]["conta_liquidada"]; leaked {
			t.Error("conta_liquidada is never answered")
		}
		part["forma_pagamento"] = "Fiado"
		refusedWith(t, b.erp("POST", path, []dict{part}), "Erro ao cadastrar a parcela para o pedido!")
	})
	t.Run("a custom status sets its base one", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		id := b.order(nil)
		path := fmt.Sprintf("/pedidos/%d/status", id)
		equal(t, "none yet", b.erp("GET", path, nil).status, http.StatusForbidden)
		b.erp("POST", path, dict{"situacao": 861, "data_status": "2026-08-14"})
		equal(t, "base", b.erp("GET", fmt.Sprintf("/pedidos/%d", id), nil).data()["status_pedido"], "Em Andamento")
		equal(t, "history", b.erp("GET", path, nil).rows()[0]["situacao"], 861)
		refusedWith(t, b.erp("POST", path, dict{"id_situacao": 861}), "Erro ao cadastrar o status para o pedido!")
		refusedWith(t, b.erp("GET", "/pedidos?status=Pagamento%20confirmado", nil), "Nenhum pedido encontrado!")
		equal(t, "base filter", len(b.erp("GET", "/pedidos?status=Em%20Andamento", nil).rows()), 1)
	})
	t.Run("PUT wants name and status", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		path := fmt.Sprintf("/pedidos/%d", b.order(nil))
		refusedWith(t, b.erp("PUT", path, dict{"obs_pedido": "x"}), "Erro ao alterar o pedido!")
		changed := b.erp("PUT", path, dict{"nome_cliente": "Maria", "status_pedido": "Atendido"})
		equal(t, "status", changed.data()["status_pedido"], "Atendido")
	})
	t.Run("receivables are posted when it is switched on", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		part := dict{"data_parcela": "2026-09-10", "valor_parcela": "50.00", "conta_liquidada": 1}
		first := b.order(dict{"contas_pedido": 1})
		b.erp("POST", fmt.Sprintf("/pedidos/%d/parcelas", first), []dict{part})
		equal(t, "off", b.erp("GET", "/contas-receber", nil).status, http.StatusForbidden)
		b.ctl("PUT", "/vhsys/settings", dict{"ordersPostReceivables": true})
		second := b.order(dict{"contas_pedido": 1})
		b.erp("POST", fmt.Sprintf("/pedidos/%d/parcelas", second), []dict{part})
		row := b.erp("GET", "/contas-receber?liquidado=Sim", nil).rows()[0]
		equal(t, "origin", row["identificacao"], fmt.Sprintf("Ped_%d", second))
		equal(t, "name", row["nome_conta"], "Pedido 1002")
	})
}

func TestVhsysSituations(t *testing.T) {
	t.Parallel()
	got := setup(t).erp("GET", "/situacoes", nil)
	equal(t, "status", got.body["status"], "sucesso")
	if !strings.Contains(got.text, "separaÃ§Ã£o") {
		t.Error("accents must be encoded twice:", got.text)
	}
}

func TestVhsysReceivables(t *testing.T) {
	t.Parallel()
	body := func() dict {
		return dict{"nome_conta": "Venda 42", "id_banco": 301, "vencimento_rec": "2026-09-10", "valor_rec": "50.00", "data_emissao": "2026-08-14"}
	}
	t.Run("settled and taken back", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		id := b.erp("POST", "/contas-receber", body()).id("id_conta_rec")
		path := fmt.Sprintf("/contas-receber/%d", id)
		settled := b.erp("PUT", path, dict{"liquidado_rec": "Sim", "valor_pago": "49.00", "data_pagamento": "2026-09-09"}).data()
		equal(t, "paid", settled["valor_pago"], "49.00")
		equal(t, "status", settled["status"], 3)
		equal(t, "open", b.erp("PUT", path, dict{"liquidado_rec": "Nao"}).data()["valor_pago"], "0.00")
	})
	for _, missing := range []string{"nome_conta", "id_banco", "vencimento_rec", "valor_rec", "data_emissao"} {
		t.Run("refused without "+missing, func(t *testing.T) {
			t.Parallel()
			incomplete := body()
			delete(incomplete, missing)
			refusedWith(t, setup(t).erp("POST", "/contas-receber", incomplete), "Erro ao cadastrar a receita!")
		})
	}
}

func TestVhsysLag(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.ctl("PUT", "/vhsys/settings", dict{"lagMs": 300})
	id := b.order(nil)
	path := fmt.Sprintf("/pedidos/%d", id)
	equal(t, "not yet", b.erp("GET", path, nil).status, http.StatusForbidden)
	b.erp("POST", path+"/status", dict{"tipo_status": "Atendido"})
	eventually(t, "the status is seen", func() bool {
		return b.erp("GET", path, nil).data()["status_pedido"] == "Atendido"
	})
}
