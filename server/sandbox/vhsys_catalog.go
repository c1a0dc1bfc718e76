package sandbox

import "slices"

// defaultBankID is the account that receivables go to by themselves.
const defaultBankID = 301

// seededAt is when the simulated account was set up.
const seededAt = "2026-01-05 09:00:00"

// bankAccounts are the bank accounts of every simulated account. Number 999
// means "not a bank".
var bankAccounts = []map[string]any{
	{
		"id_banco_cad": defaultBankID, "nome_banco_cad": "Carteira", "numero_banco": "999", "status_banco": "Ativo",
		"padrao_receita": 1, "gerencianet": 0, "taxa_boleto": "0.00", "convenio_banco": "", "carteira_banco": "",
		"lixeira": "Nao",
	},
}

// paymentConditions are the payment conditions of every simulated account.
var paymentConditions = []map[string]any{
	paymentCondition(11, "À vista", 1, 0, 0, "PIX"),
	paymentCondition(12, "Boleto 30 dias", 1, 30, 0, "Boleto"),
	paymentCondition(13, "3x no boleto", 3, 30, 30, "Boleto"),
}

func paymentCondition(id int, name string, count, first, interval int, form string) map[string]any {
	return map[string]any{
		"id_condicao": id, "nome_condicao": name, "qtde_parcelas": count, "primeira_parcela_pagamento": first,
		"intervalo_pagamento": interval, "forma_pagamento": form, "lixeira": "Nao",
	}
}

// catalogRoutes are the lists that the API only reads.
func (v *vhsys) catalogRoutes() []route {
	return []route{
		{method: "GET", path: "/v2/situacoes", handle: v.listSituations},
		{method: "GET", path: "/v2/contas-bancarias", handle: func(e *exchange) answer {
			return page(bankAccounts, e.request.URL.Query(), "Nenhuma conta bancária encontrada!")
		}},
		{method: "GET", path: "/v2/condicoes-pagamento", handle: func(e *exchange) answer {
			return page(paymentConditions, e.request.URL.Query(), "Nenhuma condição de pagamento encontrada!")
		}},
	}
}

// bankExists says whether a receivable may name this bank account.
func bankExists(id int64) bool {
	return slices.ContainsFunc(bankAccounts, func(bank map[string]any) bool { return whole(bank["id_banco_cad"]) == id })
}

// seedProducts are what a fresh account sells.
var seedProducts = []map[string]any{
	{"cod_produto": "PLANO-100", "desc_produto": "Plano internet 100 Mb", "valor_produto": "89.90", "tipo_produto": "Servico"},
	{"cod_produto": "PLANO-300", "desc_produto": "Plano internet 300 Mb", "valor_produto": "119.90", "tipo_produto": "Servico"},
	{"cod_produto": "CURSO-GO", "desc_produto": "Curso de Go", "valor_produto": "497.00", "tipo_produto": "Servico"},
	{"cod_produto": "ROT-AC", "desc_produto": "Roteador AC1200", "valor_produto": "259.00", "ncm_produto": "85176241"},
	{"cod_produto": "CABO-CAT6", "desc_produto": "Cabo de rede Cat6 2 m", "valor_produto": "24.50", "ncm_produto": "85444200"},
}

// seed gives every account without products its first ones.
func (v *vhsys) seed() {
	for _, account := range v.accounts {
		if len(v.products.all(account.Name, v.sandbox.clock.real())) > 0 {
			continue
		}
		for _, product := range seedProducts {
			v.insert(v.products, account.Name, merged(product, nil))
		}
	}
}
