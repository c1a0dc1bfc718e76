package graph

import "ponte/billing/provider"

// exports are the lists that can be exported, by their names in the address.
var exports = map[string]exported{
	"charges": {
		arguments: "filter: ChargeFilter, orderBy: ChargeOrder! = CREATED_DESC", at: []string{"charges"},
		fields: "id number status method installment amountCents dueDate paidCents paidOn refundedCents environment reference providerId typeableLine link createdAt customer { name maskedTaxId email } sale { number }",
		columns: []column{
			{title: textOf("Cobrança", "Charge"), path: "number"}, {title: textOf("Venda", "Sale"), path: "sale.number"}, {title: textOf("Parcela", "Instalment"), path: "installment"},
			{title: textOf("Situação", "Status"), path: "status", words: chargeWords}, {title: textOf("Forma", "Method"), path: "method", words: methodWords},
			{title: textOf("Cliente", "Customer"), path: "customer.name"}, {title: textOf("CPF/CNPJ", "Tax id"), path: "customer.maskedTaxId"}, {title: textOf("E-mail", "E-mail"), path: "customer.email"},
			{title: textOf("Vencimento", "Due date"), path: "dueDate", kind: day}, {title: textOf("Valor", "Amount"), path: "amountCents", kind: cents},
			{title: textOf("Pago", "Paid"), path: "paidCents", kind: cents}, {title: textOf("Pago em", "Paid on"), path: "paidOn", kind: day}, {title: textOf("Devolvido", "Given back"), path: "refundedCents", kind: cents},
			{title: textOf("Ambiente", "Environment"), path: "environment", words: environmentWords}, {title: textOf("Nossa referência", "Our reference"), path: "reference"}, {title: textOf("Id no provedor", "Provider's id"), path: "providerId"},
			{title: textOf("Linha digitável", "Typeable line"), path: "typeableLine"}, {title: textOf("Link", "Link"), path: "link"}, {title: textOf("Criada em", "Made at"), path: "createdAt", kind: moment},
		},
	},
	"sales": {
		arguments: "filter: SaleFilter, orderBy: SaleOrder! = CREATED_DESC", at: []string{"sales"},
		fields: "id number status paymentMethod installments itemsCents discountCents interestCents totalCents channel note approvedAt createdAt customer { name maskedTaxId }",
		columns: []column{
			{title: textOf("Venda", "Sale"), path: "number"}, {title: textOf("Situação", "Status"), path: "status", words: saleWords},
			{title: textOf("Cliente", "Customer"), path: "customer.name"}, {title: textOf("CPF/CNPJ", "Tax id"), path: "customer.maskedTaxId"},
			{title: textOf("Forma", "Method"), path: "paymentMethod", words: methodWords}, {title: textOf("Paga em", "Paid at"), path: "channel"}, {title: textOf("Parcelas", "Instalments"), path: "installments"},
			{title: textOf("Itens", "Items"), path: "itemsCents", kind: cents}, {title: textOf("Desconto", "Discount"), path: "discountCents", kind: cents},
			{title: textOf("Juros", "Interest"), path: "interestCents", kind: cents}, {title: textOf("Total", "Total"), path: "totalCents", kind: cents},
			{title: textOf("Aprovada em", "Approved at"), path: "approvedAt", kind: moment}, {title: textOf("Criada em", "Made at"), path: "createdAt", kind: moment}, {title: textOf("Observação", "Note"), path: "note"},
		},
	},
	"customers": {
		arguments: "search: String, orderBy: CustomerOrder! = NAME_ASC", at: []string{"customers"},
		fields: "id name maskedTaxId company foreignBuyer email phone createdAt address { street number complement district city state postalCode }",
		columns: []column{
			{title: textOf("Nome", "Name"), path: "name"}, {title: textOf("CPF/CNPJ", "Tax id"), path: "maskedTaxId"}, {title: textOf("Empresa", "Company"), path: "company"},
			{title: textOf("No exterior", "Abroad"), path: "foreignBuyer"}, {title: textOf("E-mail", "E-mail"), path: "email"}, {title: textOf("Telefone", "Phone"), path: "phone"},
			{title: textOf("Rua", "Street"), path: "address.street"}, {title: textOf("Número", "Number"), path: "address.number"}, {title: textOf("Complemento", "Complement"), path: "address.complement"},
			{title: textOf("Bairro", "District"), path: "address.district"}, {title: textOf("Cidade", "City"), path: "address.city"}, {title: textOf("UF", "State"), path: "address.state"},
			{title: textOf("CEP", "Postal code"), path: "address.postalCode"}, {title: textOf("Cadastrado em", "Added at"), path: "createdAt", kind: moment},
		},
	},
	"products": {
		arguments: "search: String, active: Boolean", at: []string{"products"},
		fields: "id code name priceCents active createdAt invoicing { remoteProductId remoteProductName document timing ncm cfop unitOrServiceCode }",
		columns: []column{
			{title: textOf("Código", "Code"), path: "code"}, {title: textOf("Nome", "Name"), path: "name"}, {title: textOf("Preço", "Price"), path: "priceCents", kind: cents},
			{title: textOf("Ativo", "Active"), path: "active"}, {title: textOf("Produto no Vhsys", "Product at Vhsys"), path: "invoicing.remoteProductName"},
			{title: textOf("Documento", "Document"), path: "invoicing.document", words: documentWords}, {title: textOf("NCM", "NCM"), path: "invoicing.ncm"},
			{title: textOf("CFOP", "CFOP"), path: "invoicing.cfop"}, {title: textOf("Unidade ou código do serviço", "Unit or service code"), path: "invoicing.unitOrServiceCode"},
			{title: textOf("Cadastrado em", "Added at"), path: "createdAt", kind: moment},
		},
	},
	"invoices": {
		arguments: "filter: InvoiceFilter", at: []string{"invoices"},
		fields: "id kind state test totalCents number accessKey rejectionCode rejectionText issuedAt canceledAt createdAt sale { number customer { name } }",
		columns: []column{
			{title: textOf("Nota", "Invoice"), path: "number"}, {title: textOf("Tipo", "Kind"), path: "kind", words: documentWords}, {title: textOf("Situação", "State"), path: "state"},
			{title: textOf("Homologação", "Test"), path: "test"}, {title: textOf("Venda", "Sale"), path: "sale.number"}, {title: textOf("Cliente", "Customer"), path: "sale.customer.name"},
			{title: textOf("Total", "Total"), path: "totalCents", kind: cents}, {title: textOf("Chave de acesso", "Access key"), path: "accessKey"},
			{title: textOf("Rejeição", "Rejection"), path: "rejectionCode"}, {title: textOf("Motivo", "Reason"), path: "rejectionText"},
			{title: textOf("Emitida em", "Issued at"), path: "issuedAt", kind: moment}, {title: textOf("Cancelada em", "Cancelled at"), path: "canceledAt", kind: moment},
		},
	},
	"operations": {
		arguments: "filter: OperationFilter", at: []string{"operations"},
		fields: "id kind state integration tries lastError createdAt finishedAt requestedBy { name }",
		columns: []column{
			{title: textOf("Operação", "Operation"), path: "id"}, {title: textOf("Tipo", "Kind"), path: "kind"}, {title: textOf("Situação", "State"), path: "state"},
			{title: textOf("Integração", "Integration"), path: "integration"}, {title: textOf("Tentativas", "Tries"), path: "tries"}, {title: textOf("Último erro", "Last error"), path: "lastError"},
			{title: textOf("Pedida por", "Asked by"), path: "requestedBy.name"}, {title: textOf("Criada em", "Made at"), path: "createdAt", kind: moment}, {title: textOf("Terminada em", "Ended at"), path: "finishedAt", kind: moment},
		},
	},
	"statement": {
		arguments: "accountId: ID!, period: PeriodInput!", at: []string{"accountStatement", "entries"},
		fields: "id kind amountCents balanceCents text bookedOn reversal createdAt charge { number }",
		columns: []column{
			{title: textOf("Data", "Day"), path: "bookedOn", kind: day}, {title: textOf("Histórico", "Text"), path: "text"}, {title: textOf("Cobrança", "Charge"), path: "charge.number"},
			{title: textOf("Tipo", "Kind"), path: "kind", words: entryWords}, {title: textOf("Estorno", "Reversal"), path: "reversal"},
			{title: textOf("Valor", "Amount"), path: "amountCents", kind: cents}, {title: textOf("Saldo", "Balance"), path: "balanceCents", kind: cents},
		},
	},
	"failures": {
		arguments: "filter: FailureFilter", at: []string{"failures"},
		fields: "kind read at failure { id code state integration environment cause remedy providerCode providerText subjectLabel count firstAt lastAt resolvedAt reason }",
		columns: []column{
			{title: textOf("Quando", "When"), path: "at", kind: moment}, {title: textOf("Objeto", "Object"), path: "failure.subjectLabel"}, {title: textOf("Código", "Code"), path: "failure.code"},
			{title: textOf("Situação", "State"), path: "failure.state"}, {title: textOf("Causa", "Cause"), path: "failure.cause"}, {title: textOf("O que fazer", "Remedy"), path: "failure.remedy"},
			{title: textOf("Provedor", "Provider"), path: "failure.providerText"}, {title: textOf("Vezes", "Times"), path: "failure.count"},
			{title: textOf("Primeira vez", "First time"), path: "failure.firstAt", kind: moment}, {title: textOf("Resolvida em", "Resolved at"), path: "failure.resolvedAt", kind: moment},
		},
	},
	"audit": {
		arguments: "filter: AuditFilter", at: []string{"auditEntries"},
		fields: "id at action change kind objectId address user { name } fields { name before after }",
		columns: []column{
			{title: textOf("Quando", "When"), path: "at", kind: moment}, {title: textOf("Quem", "Who"), path: "user.name"}, {title: textOf("De onde", "From where"), path: "address"},
			{title: textOf("Ação", "Action"), path: "action"}, {title: textOf("Mudança", "Change"), path: "change"}, {title: textOf("Objeto", "Object"), path: "kind"}, {title: textOf("Id", "Id"), path: "objectId"},
			{title: textOf("Campos", "Fields"), path: "fields"},
		},
	},
}

// The words of the enums in a table, as the panel has them.
var (
	chargeWords = map[string]provider.Text{
		"QUEUED": textOf("Na fila", "Queued"), "ISSUING": textOf("Emitindo", "Issuing"), "UNKNOWN": textOf("Em verificação", "Being found out"), "WAITING": textOf("Aguardando pagamento", "Waiting"),
		"OVERDUE": textOf("Vencida", "Overdue"), "PAID": textOf("Paga", "Paid"), "SETTLED": textOf("Baixada", "Settled"), "CANCELED": textOf("Cancelada", "Cancelled"), "EXPIRED": textOf("Expirada", "Expired"),
		"FAILED": textOf("Recusada", "Refused"), "REFUNDED": textOf("Devolvida", "Refunded"), "CONTESTED": textOf("Contestada", "Contested"),
	}
	saleWords = map[string]provider.Text{
		"PENDING": textOf("Pendente", "Pending"), "APPROVED": textOf("Aprovada", "Approved"), "REFUNDED": textOf("Reembolsada", "Refunded"), "CANCELED": textOf("Cancelada", "Cancelled"), "EXPIRED": textOf("Expirada", "Expired"),
	}
	methodWords = map[string]provider.Text{
		"BOLETO": textOf("Boleto", "Boleto"), "CARNET": textOf("Carnê", "Carnê"), "CARD": textOf("Cartão de crédito", "Credit card"), "PIX": textOf("Pix", "Pix"), "LINK": textOf("Link de pagamento", "Payment link"), "PAYPAL": textOf("PayPal", "PayPal"),
	}
	environmentWords = map[string]provider.Text{"SANDBOX": textOf("Testes", "Sandbox"), "PRODUCTION": textOf("Produção", "Production")}
	documentWords    = map[string]provider.Text{
		"NONE": textOf("Nenhum", "None"), "ORDER_ONLY": textOf("Só pedido", "Order only"), "NFE": textOf("NF-e", "NF-e"), "NFSE": textOf("NFS-e", "NFS-e"), "NFCE": textOf("NFC-e", "NFC-e"),
	}
	entryWords = map[string]provider.Text{"RECEIPT": textOf("Recebimento", "Receipt"), "ENTRY": textOf("Entrada", "Entry"), "FEE": textOf("Tarifa", "Fee")}
)
