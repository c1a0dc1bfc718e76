package sandbox

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// buyer makes a customer who can be invoiced and returns the id.
func (b *bundle) buyer(fields dict) int64 {
	b.t.Helper()
	body := dict{
		"razao_cliente": "Maria Souza", "tipo_pessoa": "PF", "cnpj_cliente": "529.982.247-25", "endereco_cliente": "Rua A",
		"numero_cliente": "10", "bairro_cliente": "Centro", "cep_cliente": "80.010-000", "cidade_cliente": "Curitiba", "uf_cliente": "PR",
	}
	for name, value := range fields {
		body[name] = value
	}
	return b.erp("POST", "/clientes", body).id("id_cliente")
}

// router is the id of a seeded product with an NCM.
func (b *bundle) router() int64 {
	b.t.Helper()
	return int64(b.erp("GET", "/produtos?cod_produto=ROT-AC", nil).rows()[0]["id_produto"].(float64))
}

// draft makes an NF-e of one router and returns its path.
func (b *bundle) draft(header, item dict) string {
	b.t.Helper()
	body := dict{"nome_cliente": "Maria Souza", "ambiente": 2, "obs_interno_pedido": "[ref:01J]"}
	for name, value := range header {
		body[name] = value
	}
	if body["id_cliente"] == nil {
		body["id_cliente"] = b.buyer(nil)
	}
	created := b.erp("POST", "/notas-fiscais", body)
	if created.status != http.StatusOK {
		b.t.Fatalf("draft: %d %s", created.status, created.text)
	}
	line := dict{"id_produto": b.router(), "desc_produto": "Roteador", "qtde_produto": "2.00", "valor_unit_produto": "100.00"}
	for name, value := range item {
		line[name] = value
	}
	path := fmt.Sprintf("/notas-fiscais/%d", created.id("id_venda"))
	if added := b.erp("POST", path+"/produtos", []dict{line}); added.status != http.StatusOK {
		b.t.Fatalf("item: %d %s", added.status, added.text)
	}
	return path
}

// control is the control API's path of an invoice.
func (b *bundle) invoiceAction(path, action string) string {
	return "/vhsys/invoices/nfe/" + path[strings.LastIndex(path, "/")+1:] + "/" + action
}

func TestVhsysInvoices(t *testing.T) {
	t.Parallel()
	t.Run("issued at once", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		path := b.draft(dict{"desconto_pedido": "10.00", "frete_pedido": "5.00"}, nil)
		before := b.erp("GET", path, nil).data()
		equal(t, "total", before["valor_total_nota"], "195.000000")
		equal(t, "not issued", before["nota_emitida"], 0)
		equal(t, "number", before["id_pedido"], 1)
		reply := b.erp("POST", path+"/emitir", dict{}).data()
		got := b.erp("GET", path, nil).data()
		equal(t, "issued", got["nota_emitida"], 1)
		equal(t, "same key", got["nota_chave"], reply["nota_chave"])
		equal(t, "at", got["nota_data_autorizacao"], "2026-08-14 12:00:00")
		equal(t, "status", got["status_pedido"], "Atendido")
		checkKey(t, got["nota_chave"].(string))
		if paper := fetch(t, reply["Danfe"].(string)); !strings.HasPrefix(paper, "%PDF-") {
			t.Error(paper)
		}
		fetch(t, reply["Xml"].(string))
	})
	t.Run("an issued one stays as it is", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		path := b.draft(nil, nil)
		b.erp("POST", path+"/emitir", dict{})
		refusedWith(t, b.erp("PUT", path, dict{"nome_cliente": "Ana"}), "Erro ao alterar a nota fiscal!")
		refusedWith(t, b.erp("DELETE", path, nil), "Erro ao excluir a nota fiscal!")
		refusedWith(t, b.erp("POST", path+"/emitir", dict{}), "Rejeição 204: Duplicidade de NF-e")
		equal(t, "still issued", b.erp("GET", path, nil).data()["nota_emitida"], 1)
	})
	t.Run("found by its marker among the changed ones", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.draft(nil, nil)
		b.ctl("POST", "/clock", dict{"advance": "2h"})
		path := b.draft(nil, nil)
		rows := b.erp("GET", "/notas-fiscais?lixeira=Nao&data_modificacao=2026-08-14%2013:00:00&order=data_mod_pedido&sort=Desc", nil).rows()
		equal(t, "rows", len(rows), 1)
		equal(t, "marker", rows[0]["obs_interno_pedido"], "[ref:01J]")
		b.erp("DELETE", path, nil)
		equal(t, "trash", len(b.erp("GET", "/notas-fiscais?lixeira=Sim", nil).rows()), 1)
		refusedWith(t, b.erp("GET", "/notas-fiscais/1", nil), "Nenhuma nota fiscal encontrada!")
	})
	t.Run("nothing to issue", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		id := b.erp("POST", "/notas-fiscais", dict{"nome_cliente": "Maria"}).id("id_venda")
		refusedWith(t, b.erp("POST", fmt.Sprintf("/notas-fiscais/%d/emitir", id), dict{}), "Erro ao emitir a nota fiscal!")
	})
	t.Run("instalments, taxes and letters", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		path := b.draft(nil, nil)
		b.erp("POST", path+"/parcelas", []dict{{"data_parcela": "2026-09-10", "valor_parcela": "200.00"}})
		item := b.erp("GET", path+"/produtos", nil).rows()[0]
		taxed := b.erp("POST", fmt.Sprintf("%s/produtos/%.0f/impostos", path, item["id_venda_produto"]), dict{"ICMS": dict{"aliquota": "18.00"}})
		equal(t, "taxes", taxed.status, http.StatusOK)
		letter := dict{"correcao": "O endereço de entrega é outro"}
		equal(t, "too early", b.erp("POST", path+"/carta-correcao", letter).status, http.StatusForbidden)
		b.erp("POST", path+"/emitir", dict{})
		equal(t, "letter", b.erp("POST", path+"/carta-correcao", letter).data()["sequencia"], 1)
		equal(t, "letters", len(b.erp("GET", path+"/carta-correcao", nil).rows()), 1)
		equal(t, "xml", b.erp("GET", path+"/carta-correcao/xml", nil).status, http.StatusOK)
	})
	t.Run("voided numbers are rejected", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		path := b.draft(nil, nil)
		void := dict{"numero_inicial": 1, "numero_final": 3, "justificativa": "Numeração pulada por engano"}
		equal(t, "voided", b.erp("POST", "/notas-fiscais/inutilizar", void).status, http.StatusOK)
		equal(t, "listed", len(b.erp("GET", "/notas-fiscais/inutilizadas", nil).rows()), 1)
		equal(t, "of NF-e only", b.erp("GET", "/notas-consumidor/inutilizadas", nil).status, http.StatusForbidden)
		refusedWith(t, b.erp("POST", path+"/emitir", dict{}), "Rejeição 206: NF-e já está inutilizada na Base de dados da SEFAZ")
	})
}

// checkKey wants 44 digits whose last is right.
func checkKey(t *testing.T, key string) {
	t.Helper()
	if len(key) != 44 || !onlyDigits(key) || weighedDigit(key[:43]) != key[43] || key[:20] != "41260811222333000181" {
		t.Errorf("not an access key: %q", key)
	}
}

func TestVhsysRejections(t *testing.T) {
	t.Parallel()
	today := "2026-08-14"
	for name, each := range map[string]struct {
		customer, header, item dict
		installments           []dict
		code                   string
	}{
		"bad CPF":              {customer: dict{"cnpj_cliente": "529.982.247-26"}, code: "237"},
		"no document":          {customer: dict{"cnpj_cliente": ""}, code: "237"},
		"bad CNPJ":             {customer: dict{"cnpj_cliente": "11.222.333/0001-82"}, code: "208"},
		"letters in a CNPJ":    {customer: dict{"cnpj_cliente": "12.ABC.345/01DE-36"}, code: "208"},
		"no neighbourhood":     {customer: dict{"bairro_cliente": ""}, code: "726"},
		"NCM of four digits":   {item: dict{"ncm_produto": "8517"}, code: "778"},
		"NCM of no chapter":    {item: dict{"ncm_produto": "00000000"}, code: "778"},
		"inside, goes outside": {customer: dict{"uf_cliente": "SP"}, item: dict{"cfop_produto": "5102"}, code: "733"},
		"outside, stays":       {header: dict{"cfop_pedido": "6102"}, code: "732"},
		"abroad, stays":        {item: dict{"cfop_produto": "7102"}, code: "731"},
		"CFOP of nothing":      {item: dict{"cfop_produto": "4102"}, code: "770"},
		"item total":           {item: dict{"valor_total_produto": "199.99"}, code: "629"},
		"total":                {header: dict{"valor_total_nota": "200.01"}, code: "610"},
		"instalment too early": {installments: []dict{{"data_parcela": "2026-08-13", "valor_parcela": "200.00"}}, code: "900"},
		"instalments too few":  {installments: []dict{{"data_parcela": today, "valor_parcela": "100.00"}}, code: "851"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			header := dict{"id_cliente": b.buyer(each.customer)}
			for field, value := range each.header {
				header[field] = value
			}
			path := b.draft(header, each.item)
			if each.installments != nil {
				b.erp("POST", path+"/parcelas", each.installments)
			}
			refused := b.erp("POST", path+"/emitir", dict{})
			equal(t, "status", refused.status, http.StatusForbidden)
			if text, _ := refused.body["data"].(string); !strings.HasPrefix(text, "Rejeição "+each.code+": ") {
				t.Error(refused.text)
			}
			got := b.erp("GET", path, nil).data()
			equal(t, "not issued", got["nota_emitida"], 0)
			checkKey(t, got["nota_chave"].(string))
			history := b.erp("GET", path+"/status", nil).rows()
			equal(t, "in the history", strings.Contains(history[0]["obs_status"].(string), each.code), true)
		})
	}
	for name, document := range map[string]string{"CNPJ": "11.222.333/0001-81", "CNPJ with letters": "12.ABC.345/01DE-35"} {
		t.Run("a good "+name+" passes", func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			path := b.draft(dict{"id_cliente": b.buyer(dict{"cnpj_cliente": document})}, nil)
			equal(t, "issued", b.erp("POST", path+"/emitir", dict{}).status, http.StatusOK)
		})
	}
	t.Run("ordered, and then corrected", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.ctl("PUT", "/vhsys/settings", dict{"rejectNext": dict{"code": "999", "text": "Erro não catalogado", "count": 1}})
		path := b.draft(nil, nil)
		refusedWith(t, b.erp("POST", path+"/emitir", dict{}), "Rejeição 999: Erro não catalogado")
		equal(t, "spent", b.ctl("GET", "/vhsys/settings", nil).body["rejectNext"], dict{"count": 0})
		b.erp("PUT", path, dict{"nome_cliente": "Maria de Souza"})
		equal(t, "issued", b.erp("POST", path+"/emitir", dict{}).status, http.StatusOK)
	})
	t.Run("without a reason when it is switched on", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.ctl("PUT", "/vhsys/settings", dict{"rejectionReply": "opaque"})
		path := b.draft(dict{"valor_total_nota": "1.00"}, nil)
		refusedWith(t, b.erp("POST", path+"/emitir", dict{}), "Erro ao emitir a nota fiscal!")
	})
}

func TestVhsysInvoiceLifeCycle(t *testing.T) {
	t.Parallel()
	t.Run("pending for a while", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.ctl("PUT", "/vhsys/settings", dict{"issueMode": "pending", "issueMs": 150})
		path := b.draft(nil, nil)
		reply := b.erp("POST", path+"/emitir", dict{}).data()
		equal(t, "not yet", reply["nota_emitida"], 0)
		checkKey(t, reply["nota_chave"].(string))
		equal(t, "asked again", b.erp("POST", path+"/emitir", dict{}).status, http.StatusOK)
		refusedWith(t, b.erp("PUT", path, dict{"nome_cliente": "Ana"}), "Erro ao alterar a nota fiscal!")
		eventually(t, "it is issued", func() bool { return b.erp("GET", path, nil).data()["nota_emitida"] == 1.0 })
	})
	t.Run("a person decides", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.ctl("PUT", "/vhsys/settings", dict{"issueMode": "hold"})
		path := b.draft(nil, nil)
		b.erp("POST", path+"/emitir", dict{})
		rejected := b.ctl("POST", b.invoiceAction(path, "reject"), dict{"code": "539"}).body
		equal(t, "state", rejected["state"], "rejected")
		b.erp("POST", path+"/emitir", dict{})
		b.ctl("POST", b.invoiceAction(path, "authorize"), nil)
		b.ctl("POST", b.invoiceAction(path, "cancel"), dict{"reason": "Devolvida pelo comprador"})
		got := b.erp("GET", path, nil).data()
		equal(t, "cancelled", got["nota_data_cancelamento"], "2026-08-14 12:00:00")
		equal(t, "reason", got["nota_motivo_cancelamento"], "Devolvida pelo comprador")
		equal(t, "still issued", got["nota_emitida"], 1)
		again := b.send("POST", b.control.URL+"/sandbox"+b.invoiceAction(path, "cancel"), nil, nil)
		equal(t, "once", again.status, http.StatusConflict)
	})
	t.Run("denied for good", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		path := b.draft(nil, nil)
		b.ctl("POST", b.invoiceAction(path, "deny"), nil)
		equal(t, "denied", b.erp("GET", path, nil).data()["nota_denegada"], 1)
		equal(t, "for good", b.erp("POST", path+"/emitir", dict{}).status, http.StatusForbidden)
	})
	t.Run("forgotten, and found to be a duplicate", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		path := b.draft(nil, nil)
		b.erp("POST", path+"/emitir", dict{})
		b.ctl("POST", b.invoiceAction(path, "forget"), nil)
		equal(t, "forgotten", b.erp("GET", path, nil).data()["nota_emitida"], 0)
		refusedWith(t, b.erp("POST", path+"/emitir", dict{}), "Rejeição 204: Duplicidade de NF-e")
		b.erp("PUT", path, dict{"obs_pedido": "Outra"})
		refusedWith(t, b.erp("POST", path+"/emitir", dict{}), "Rejeição 539: Duplicidade de NF-e com diferença na Chave de Acesso")
	})
	t.Run("made of an order by a person", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		id := b.order(dict{"id_cliente": b.buyer(nil)})
		item := dict{"id_produto": b.router(), "desc_produto": "Roteador", "qtde_produto": 1, "valor_unit_produto": "50.00"}
		b.erp("POST", fmt.Sprintf("/pedidos/%d/produtos", id), []dict{item})
		made := b.ctl("POST", fmt.Sprintf("/vhsys/orders/%d/invoice", id), dict{"issue": true}).body
		equal(t, "order", made["orderId"], id)
		equal(t, "state", made["state"], "authorized")
		row := b.erp("GET", "/notas-fiscais?nota_emitida=1", nil).rows()[0]
		equal(t, "id_pedido_ref", row["id_pedido_ref"], id)
		equal(t, "total", row["valor_total_nota"], "50.000000")
	})
	t.Run("posts receivables when it is switched on", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.ctl("PUT", "/vhsys/settings", dict{"invoicesPostReceivables": true})
		path := b.draft(dict{"contas_pedido": 1}, nil)
		b.erp("POST", path+"/parcelas", []dict{{"data_parcela": "2026-09-10", "valor_parcela": "200.00"}})
		b.erp("POST", path+"/emitir", dict{})
		row := b.erp("GET", "/contas-receber", nil).rows()[0]
		equal(t, "origin", row["identificacao"], "NFe_"+path[strings.LastIndex(path, "/")+1:])
		equal(t, "name", row["nome_conta"], "NFe Venda 1")
	})
	t.Run("pending ones survive a restart", func(t *testing.T) {
		t.Parallel()
		folder := t.TempDir()
		keep := func(o *Options) { o.DataDir = folder }
		first := setup(t, keep)
		first.ctl("PUT", "/vhsys/settings", dict{"issueMode": "hold"})
		path := first.draft(nil, nil)
		key := first.erp("POST", path+"/emitir", dict{}).data()["nota_chave"]
		if err := first.sandbox.Close(); err != nil {
			t.Fatal(err)
		}
		second := setup(t, keep)
		second.ctl("POST", second.invoiceAction(path, "authorize"), nil)
		equal(t, "key", second.erp("GET", path, nil).data()["nota_chave"], key)
		equal(t, "next number", second.erp("GET", second.draft(nil, nil), nil).data()["id_pedido"], 2)
	})
}

func TestVhsysServiceInvoices(t *testing.T) {
	t.Parallel()
	body := func(b *bundle, customer dict) dict {
		return dict{
			"serie_nota": 1, "id_cliente": b.buyer(customer), "nome_cliente": "Maria Souza", "vendedor_pedido_id": 1,
			"vendedor_pedido": "Loja", "desc_servicos": "Curso de Go", "valor_total_servicos": "497.00", "ambiente": 2, "natureza_pedido": 1,
		}
	}
	t.Run("issued with the city's number and code", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		path := fmt.Sprintf("/notas-servico/%d", b.erp("POST", "/notas-servico", body(b, nil)).id("id_servico"))
		reply := b.erp("POST", path+"/emitir", dict{}).data()
		equal(t, "number", reply["nota_numero"], "1")
		got := b.erp("GET", path, nil).data()
		equal(t, "issued", got["nota_emitida"], 1)
		equal(t, "no key", got["nota_chave"], "")
		equal(t, "total", got["valor_total_nota"], "497.000000")
		if !bytes.HasPrefix([]byte(fetch(t, reply["Danfe"].(string))), []byte("%PDF-")) {
			t.Error(reply)
		}
	})
	t.Run("a bad postcode is rejected", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		path := fmt.Sprintf("/notas-servico/%d", b.erp("POST", "/notas-servico", body(b, dict{"cep_cliente": "80.010"})).id("id_servico"))
		refusedWith(t, b.erp("POST", path+"/emitir", dict{}), "Rejeição E058: CEP do tomador inválido")
	})
	for _, missing := range []string{"serie_nota", "id_cliente", "nome_cliente", "vendedor_pedido_id", "vendedor_pedido", "desc_servicos", "valor_total_servicos", "ambiente", "natureza_pedido"} {
		t.Run("refused without "+missing, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			incomplete := body(b, nil)
			delete(incomplete, missing)
			refusedWith(t, b.erp("POST", "/notas-servico", incomplete), "Erro ao cadastrar a nota fiscal!")
		})
	}
}

func TestVhsysConsumerInvoices(t *testing.T) {
	t.Parallel()
	b := setup(t)
	path := fmt.Sprintf("/notas-consumidor/%d", b.erp("POST", "/notas-consumidor", dict{"nome_cliente": "Consumidor Final", "ambiente": 2}).id("id_nfc"))
	b.erp("POST", path+"/produtos", []dict{{"id_produto": b.router(), "desc_produto": "Roteador", "qtde_produto": 1, "valor_unit_produto": "50.00"}})
	issued := b.erp("POST", path+"/emitir", dict{}).data()
	key := issued["nota_chave"].(string)
	checkKey(t, key)
	equal(t, "model", key[20:22], "65")
	equal(t, "no instalments", b.erp("GET", path+"/parcelas", nil).code(), http.StatusNotFound)
	list := b.send("GET", b.control.URL+"/sandbox/vhsys/invoices?kind=nfce&state=authorized", nil, nil)
	equal(t, "seen by the control API", strings.Contains(list.text, key), true)
}
