package sandbox

// customerNoun is a customer or supplier (vhsys.md, 2.1). Its document is
// kept as it was sent: whoever searches must use the same mask.
var customerNoun = &noun{
	kind: "customer", key: "id_cliente", created: "data_cad_cliente", modified: "data_mod_cliente",
	firstID: 1000000001,
	fields: []erpField{
		{name: "razao_cliente", max: 255, initial: "", required: true},
		{name: "tipo_pessoa", kind: choiceField, choices: []string{"PJ", "PF"}, initial: "PJ"},
		{name: "tipo_cadastro", kind: choiceField, choices: []string{"Cliente", "Fornecedor", "Ambos"}, initial: "Cliente"},
		{name: "cnpj_cliente", max: 18, initial: "", fixed: true},
		{name: "fantasia_cliente", max: 255, initial: ""},
		{name: "endereco_cliente", max: 255, initial: ""},
		{name: "numero_cliente", max: 7, initial: ""},
		{name: "bairro_cliente", max: 45, initial: ""},
		{name: "complemento_cliente", max: 45, initial: ""},
		{name: "cep_cliente", max: 10, initial: ""},
		{name: "cidade_cliente", max: 255, initial: ""},
		{name: "uf_cliente", max: 2, initial: ""},
		{name: "contato_cliente", max: 255, initial: ""},
		{name: "fone_cliente", max: 20, initial: ""},
		{name: "celular_cliente", max: 20, initial: ""},
		{name: "email_cliente", max: 255, initial: ""},
		{name: "insc_estadual_cliente", max: 45, initial: ""},
		{name: "insc_municipal_cliente", max: 45, initial: ""},
		{name: "insc_produtor_cliente", max: 20, initial: ""},
		{name: "insc_suframa_cliente", max: 20, initial: ""},
		{name: "situacao_cliente", kind: choiceField, choices: activeOrNo, initial: "Ativo"},
		{name: "vendedor_cliente", initial: ""},
		{name: "vendedor_cliente_id", kind: wholeField, initial: "0"},
		{name: "data_nasc_cliente", kind: dateField, initial: "0000-00-00"},
		{name: "observacoes_cliente", initial: ""},
	},
	extra: map[string]any{
		"id_registro": 0, "rg_cliente": nil, "estrangeiro_cliente": "Nao", "cidade_cliente_cod": "0", "nif": nil,
		"consumidor_final": "1", "contribuinte_icms": 0, "limite_credito": "0.00", "listapreco_cliente": 0,
		"condicaopag_cliente": 0, "modalidade_frete": 9, "id_transportadora": 0, "tpEnteGov": nil, "pRedutor": nil,
		"id_categoria": 0, "categoria": []any{},
	},
	exact:      []string{"cnpj_cliente", "tipo_pessoa"},
	indexed:    "cnpj_cliente",
	contains:   []string{"razao_cliente", "fantasia_cliente"},
	notFound:   "Nenhum cliente encontrado!",
	notCreated: "Erro ao cadastrar o cliente!",
	notChanged: "Erro ao alterar o cliente!",
}

// customerRoutes are the routes of customers.
func (v *vhsys) customerRoutes() []route { return v.crud("/v2/clientes", v.customers) }
