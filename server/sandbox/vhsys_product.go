package sandbox

// productNoun is a product or service (vhsys.md, 2.2).
var productNoun = &noun{
	kind: "product", key: "id_produto", created: "data_cad_produto", modified: "data_mod_produto",
	firstID: 71,
	fields: []erpField{
		{name: "id_categoria", kind: wholeField, initial: 0},
		{name: "cod_produto", initial: ""},
		{name: "marca_produto", initial: ""},
		{name: "desc_produto", max: 255, initial: "", required: true},
		{name: "fornecedor_produto", initial: ""},
		{name: "fornecedor_produto_id", kind: wholeField, initial: 0},
		{name: "minimo_produto", kind: moneyField, initial: "0.00"},
		{name: "maximo_produto", kind: moneyField, initial: "0.00"},
		{name: "unidade_produto", initial: "UN"},
		{name: "valor_produto", kind: moneyField, initial: "0.000000"},
		{name: "valor_custo_produto", kind: moneyField, initial: "0.000000"},
		{name: "peso_produto", kind: moneyField, initial: "0.000"},
		{name: "peso_liq_produto", kind: moneyField, initial: "0.000"},
		{name: "icms_produto", kind: moneyField, initial: "0.00"},
		{name: "ipi_produto", kind: moneyField, initial: "0.00"},
		{name: "pis_produto", kind: moneyField, initial: "0.00"},
		{name: "cofins_produto", kind: moneyField, initial: "0.00"},
		{name: "cest_produto", initial: ""},
		{name: "ncm_produto", initial: ""},
		{name: "codigo_barra_produto", initial: ""},
		{name: "obs_produto", initial: ""},
		{name: "tipo_produto", kind: choiceField, choices: []string{"Produto", "Servico"}, initial: "Produto"},
		{name: "kit_produto", kind: choiceField, choices: yesOrNo, initial: "Nao"},
		{name: "status_produto", kind: choiceField, choices: activeOrNo, initial: "Ativo"},
	},
	extra: map[string]any{
		"id_registro": 0, "origem_produto": "0", "unidade_tributavel": "", "beneficio_fiscal": "", "loja_visivel": "Nao",
		"estoque_produto": "0.000000", "lista_preco": []any{}, "subcategoria": []any{}, "grades": []any{},
		"variacoes": []any{}, "imagens": []any{},
	},
	exact:      []string{"cod_produto", "loja_visivel"},
	contains:   []string{"desc_produto", "marca_produto"},
	notFound:   "Nenhum produto encontrado!",
	notCreated: "Erro ao cadastrar o produto!",
	notChanged: "Erro ao alterar o produto!",
}

// productRoutes are the routes of products.
func (v *vhsys) productRoutes() []route { return v.crud("/v2/produtos", v.products) }
