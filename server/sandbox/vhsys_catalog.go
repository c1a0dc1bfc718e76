package sandbox

import "slices"

// defaultBankID is the account that receivables go to by themselves.
const defaultBankID = 301

// seededAt is when the simulated account was set up.
const seededAt = "2026-01-05 09:00:00"

// integratedBankID is the account that Vhsys's own Gerencianet app makes.
const integratedBankID = 302

// bankAccounts are the bank accounts of every simulated account. Number 999
// means "not a bank". Vhsys's Gerencianet app brings one of its own.
func (v *vhsys) bankAccounts() []map[string]any {
	banks := []map[string]any{bankAccount(defaultBankID, "Carteira", "999", 1, 0)}
	if v.settings.GerencianetApp {
		banks = append(banks, bankAccount(integratedBankID, "Gerencianet", "364", 0, 1))
	}
	return banks
}

func bankAccount(id int, name, number string, usual, integrated int) map[string]any {
	return map[string]any{
		"id_banco_cad": id, "nome_banco_cad": name, "numero_banco": number, "status_banco": "Ativo",
		"padrao_receita": usual, "gerencianet": integrated, "taxa_boleto": "0.00", "convenio_banco": "", "carteira_banco": "",
		"lixeira": "Nao",
	}
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

// makeLists makes the small nouns. Apart from transportadoras, the contract
// has their paths only; the names of their fields are assumed.
func (v *vhsys) makeLists() {
	v.lists = map[string]*table{}
	for path, n := range map[string]*noun{
		"/v2/categorias":          listNoun("product_category", "id_categoria", "nome_categoria", 1, "Nenhuma categoria encontrada!"),
		"/v2/categorias-clientes": listNoun("customer_category", "id_categoria", "nome_categoria", 101, "Nenhuma categoria encontrada!"),
		"/v2/vendedores":          listNoun("seller", "id_vendedor", "razao_vendedor", 201, "Nenhum vendedor encontrado!"),
		"/v2/transportadoras":     listNoun("carrier", "id_transportadora", "desc_transportadora", 401, "Nenhuma transportadora encontrada!"),
	} {
		v.lists[path] = newTable(n)
	}
}

// listNoun is a noun of little more than a name.
func listNoun(kind, key, name string, firstID int64, notFound string) *noun {
	n := &noun{
		kind: kind, key: key, created: "data_cad", modified: "data_mod", firstID: firstID, contains: []string{name},
		fields:   []erpField{{name: name, max: 255, initial: "", required: true}},
		notFound: notFound, notCreated: "Erro ao cadastrar o registro!", notChanged: "Erro ao alterar o registro!",
	}
	if kind == "carrier" {
		n.fields = append(n.fields, erpField{name: "fantasia_transportadora", max: 255, initial: ""})
	}
	return n
}

// catalogRoutes are the small nouns and the lists that the API only reads.
func (v *vhsys) catalogRoutes() []route {
	routes := []route{}
	for _, path := range sortedKeys(v.lists) {
		routes = append(routes, v.crud(path, v.lists[path])...)
	}
	return append(routes, []route{
		{method: "GET", path: "/v2/situacoes", handle: v.listSituations},
		{method: "GET", path: "/v2/contas-bancarias", handle: func(e *exchange) answer {
			return page(v.bankAccounts(), e.request.URL.Query(), "Nenhuma conta bancária encontrada!")
		}},
		{method: "GET", path: "/v2/condicoes-pagamento", handle: func(e *exchange) answer {
			return page(paymentConditions, e.request.URL.Query(), "Nenhuma condição de pagamento encontrada!")
		}},
	}...)
}

// bankExists says whether a receivable may name this bank account.
func (v *vhsys) bankExists(id int64) bool {
	return slices.ContainsFunc(v.bankAccounts(), func(bank map[string]any) bool { return whole(bank["id_banco_cad"]) == id })
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
