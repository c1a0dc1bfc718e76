package vhsys

import (
	"strings"

	"ponte/billing/provider"
)

// rejectionProvider is who rejects an invoice: the authority, not the ERP.
const rejectionProvider = "sefaz"

// Rejection answers what an authority's rejection means. Code is the authority's,
// text its words; a code that is not in the table is shown as it came.
func Rejection(code, text string) *provider.Error {
	failure := &provider.Error{Provider: rejectionProvider, Class: provider.Invalid, Code: code, Text: text}
	known, found := rejections[code]
	if !found || !agrees(code, text) {
		known = unknownRejection(code, text)
	}
	failure.Field, failure.Cause, failure.Remedy = known.field, known.cause, known.remedy
	return failure
}

// rejection is what a code stands for.
type rejection struct {
	field         string // the form field that mends it, "" when none does
	cause, remedy provider.Text
}

// agrees tells whether the authority's own words go with the table: 770 stood for
// something else in older lists.
func agrees(code, text string) bool {
	return code != "770" || text == "" || strings.Contains(strings.ToUpper(text), "CFOP")
}

func unknownRejection(code, text string) rejection {
	label, text := firstText(code, "?"), strings.TrimSuffix(text, ".")
	return rejection{
		cause: say("A nota foi rejeitada com o código "+label+": "+firstText(text, "sem explicação")+".",
			"The invoice was rejected with the code "+label+": "+firstText(text, "without an explanation")+"."),
		remedy: say("Leia a mensagem, corrija o que ela aponta e emita de novo. A contabilidade conhece os códigos da SEFAZ e da prefeitura.",
			"Read the message, correct what it points at and issue again. The accountant knows the codes of SEFAZ and the town."),
	}
}

// What a person can do.
var (
	alreadySent = say("Não emita outra nota. Abra esta nota no Vhsys e consulte a situação dela: provavelmente já foi autorizada.",
		"Do not issue another invoice. Open this one in Vhsys and look up where it stands: it was probably authorized already.")
	nextNumber = say("No Vhsys, confira a numeração da série e emita a nota com o próximo número livre.",
		"In Vhsys, check the numbering of the series and issue the invoice with the next free number.")
	mendTaxID = say("Corrija o CPF ou CNPJ do cliente e emita de novo.",
		"Correct the customer's CPF or CNPJ and issue again.")
	mendStateRegistration = say("Confira no Sintegra a inscrição estadual do cliente e corrija-a no cadastro dele no Vhsys; se ele não é contribuinte, deixe-a vazia e marque consumidor final.",
		"Look up the customer's state registration in Sintegra and correct it in their record in Vhsys; if they pay no ICMS, leave it empty and mark them as final consumer.")
	mendAddress = say("Complete ou corrija o endereço do cliente (rua, número, bairro, cidade, UF e CEP) e emita de novo.",
		"Complete or correct the customer's address (street, number, district, city, state and CEP) and issue again.")
	mendCity = say("Confira cidade, UF e CEP do cliente: precisam combinar. No Vhsys, escolha a cidade na lista dele.",
		"Check the customer's city, state and CEP: they must agree. In Vhsys, choose the city from its list.")
	mendCompany = say("Corrija os dados da empresa nas configurações de nota fiscal do Vhsys; a contabilidade sabe os valores certos.",
		"Correct the company's data in Vhsys' invoice settings; the accountant knows the right values.")
	askPermit = say("Peça à contabilidade o credenciamento da empresa na SEFAZ do estado para este tipo de nota.",
		"Ask the accountant to have the company registered with the state's SEFAZ for this kind of invoice.")
	renewCertificate = say("Renove ou instale no Vhsys o certificado digital A1 da empresa (do mesmo CNPJ) e emita de novo.",
		"Renew or install the company's A1 certificate (of the same CNPJ) in Vhsys and issue again.")
	askAccountant = say("Fale com a contabilidade: a situação precisa ser regularizada na SEFAZ. O número desta nota fica perdido.",
		"Talk to the accountant: this has to be settled with SEFAZ. The number of this invoice is lost.")
	mendCFOP = say("Corrija o CFOP do produto: começa com 5 dentro do estado, 6 para outro estado e 7 para o exterior.",
		"Correct the product's CFOP: it begins with 5 within the state, 6 to another state and 7 abroad.")
	mendDestination = say("Confira a UF do cliente e o CFOP do produto: 5 dentro do estado, 6 para outro estado, 7 para o exterior.",
		"Check the customer's state and the product's CFOP: 5 within the state, 6 to another state, 7 abroad.")
	mendNCM = say("Corrija o NCM do produto pela tabela vigente da Receita Federal: são oito algarismos.",
		"Correct the product's NCM by the current table of the Receita Federal: it has eight digits.")
	mendBarcode = say("Corrija o código de barras (GTIN) do produto no Vhsys, ou escreva SEM GTIN quando ele não tem um.",
		"Correct the product's bar code (GTIN) in Vhsys, or write SEM GTIN when it has none.")
	mendUnit = say("Corrija a unidade do produto pela tabela da SEFAZ, por exemplo UN ou KG.",
		"Correct the product's unit by SEFAZ' table, for example UN or KG.")
	mendTax = say("Peça à contabilidade a tributação certa do produto e corrija-a no Vhsys.",
		"Ask the accountant for the right taxation of the product and correct it in Vhsys.")
	computeAnew = say("Abra a nota no Vhsys, recalcule os totais e emita por lá; se repetir, avise o responsável técnico, porque as somas saem do Vhsys.",
		"Open the invoice in Vhsys, compute its totals anew and issue it there; if it comes again, tell whoever is technically responsible, because the sums are made by Vhsys.")
	mendBill = say("Corrija as parcelas: a soma precisa ser igual ao total da nota, e nenhuma pode vencer antes da emissão.",
		"Correct the instalments: they must add up to the invoice's total, and none may fall due before it is issued.")
	mendPayment = say("Confira a forma de pagamento no mapeamento da integração e os dados do pagamento na nota, no Vhsys.",
		"Check the payment method in the integration's mapping and the payment data of the invoice in Vhsys.")
	mendDate = say("Confira a data da nota no Vhsys e emita de novo agora.",
		"Check the invoice's date in Vhsys and issue again now.")
	issueToday = say("A nota precisa ser emitida com a data de hoje: corrija a data no Vhsys e emita de novo.",
		"The invoice has to be issued with today's date: correct the date in Vhsys and issue again.")
	mendEnvironment = say("Confira se a nota é de teste ou de verdade na integração e nos parâmetros do Vhsys: precisam combinar.",
		"Check whether the invoice is a test or a real one in the integration and in Vhsys' parameters: they must agree.")
	mendTexts = say("Procure nos dados da venda caracteres estranhos, campos vazios ou textos longos demais; a mensagem costuma dizer o campo. Corrija e emita de novo.",
		"Look for strange characters, empty fields or texts that are too long in the sale's data; the message usually names the field. Correct it and issue again.")
	askVhsys = say("O arquivo é montado pelo Vhsys: envie este código ao suporte do Vhsys.",
		"The file is made by Vhsys: send this code to Vhsys' support.")
	waitMinutes = say("É uma falha da SEFAZ: espere alguns minutos e emita de novo. Se continuar, consulte a disponibilidade dos serviços no portal da NF-e.",
		"It is a failure of SEFAZ: wait some minutes and issue again. If it goes on, look up the availability of the services in the NF-e portal.")
	waitAnHour = say("Espere uma hora antes de emitir de novo: tentativas repetidas prolongam o bloqueio.",
		"Wait an hour before issuing again: repeated tries prolong the block.")
	tooLateToCancel = say("A nota não pode mais ser cancelada assim: fale com a contabilidade sobre uma nota de devolução ou o cancelamento fora do prazo.",
		"The invoice can no longer be cancelled this way: talk to the accountant about a return invoice or a late cancellation.")
	hasEnded = say("Não há o que emitir: confira a situação da nota no Vhsys. Para faturar de novo, emita outra.",
		"There is nothing to issue: check the invoice in Vhsys. To invoice again, issue another one.")
	useNFe = say("Uma NFC-e é só para venda dentro do estado a consumidor final: use NF-e para este caso.",
		"An NFC-e is only for sales within the state to final consumers: use an NF-e in this case.")
	mendForeignBuyer = say("Complete no Vhsys os dados do comprador estrangeiro (país e documento) e confira se o CFOP começa com 7.",
		"Complete the foreign buyer's data (country and document) in Vhsys and check that the CFOP begins with 7.")
)

// rejections are the codes of SEFAZ (Manual de Orientação do Contribuinte and its
// technical notes) and, with an E, of towns (ABRASF), as far as they are known for
// sure.
var rejections = map[string]rejection{
	"108":  {"", say("O serviço da SEFAZ está parado por um momento.", "SEFAZ' service is down for a moment."), waitMinutes},
	"109":  {"", say("O serviço da SEFAZ está parado, sem previsão de volta.", "SEFAZ' service is down, and it is not known for how long."), waitMinutes},
	"110":  {"", say("O uso da nota foi denegado.", "The use of the invoice was denied."), askAccountant},
	"203":  {"", say("A empresa não está habilitada a emitir NF-e.", "The company may not issue NF-e yet."), askPermit},
	"204":  {"", say("A SEFAZ já tem esta nota: ela foi enviada antes.", "SEFAZ has this invoice already: it was sent before."), alreadySent},
	"205":  {"", say("Esta nota está denegada na SEFAZ.", "This invoice was denied by SEFAZ."), askAccountant},
	"206":  {"", say("O número desta nota foi inutilizado na SEFAZ.", "The number of this invoice was voided at SEFAZ."), nextNumber},
	"207":  {"", say("O CNPJ da empresa não é válido.", "The company's CNPJ is not valid."), mendCompany},
	"208":  {"customer.taxId", say("O CNPJ do cliente não é válido.", "The customer's CNPJ is not valid."), mendTaxID},
	"209":  {"", say("A inscrição estadual da empresa não é válida.", "The company's state registration is not valid."), mendCompany},
	"210":  {"customer", say("A inscrição estadual do cliente não é válida.", "The customer's state registration is not valid."), mendStateRegistration},
	"212":  {"", say("A data de emissão da nota está no futuro.", "The invoice's date of issue lies in the future."), mendDate},
	"213":  {"", say("O certificado digital é de outro CNPJ.", "The certificate is of another CNPJ."), renewCertificate},
	"215":  {"", say("O arquivo da nota não segue o formato da SEFAZ.", "The invoice's file does not keep to SEFAZ' format."), mendTexts},
	"216":  {"", say("A chave de acesso é diferente da que a SEFAZ tem.", "The access key differs from the one that SEFAZ has."), alreadySent},
	"217":  {"", say("A SEFAZ não tem esta nota.", "SEFAZ does not have this invoice."), askVhsys},
	"218":  {"", say("Esta nota já está cancelada na SEFAZ.", "This invoice is cancelled at SEFAZ already."), hasEnded},
	"219":  {"", say("A mercadoria desta nota já circulou.", "The goods of this invoice are on their way already."), tooLateToCancel},
	"220":  {"", say("O prazo para cancelar a nota acabou.", "The time to cancel the invoice is over."), tooLateToCancel},
	"221":  {"", say("O cliente já confirmou o recebimento desta nota.", "The customer has confirmed this invoice already."), tooLateToCancel},
	"222":  {"", say("O protocolo de autorização é diferente do que a SEFAZ tem.", "The protocol of authorization differs from the one that SEFAZ has."), askVhsys},
	"225":  {"", say("O arquivo do lote não segue o formato da SEFAZ.", "The batch's file does not keep to SEFAZ' format."), mendTexts},
	"226":  {"", say("A UF da empresa não é a da SEFAZ que recebeu a nota.", "The company's state is not that of the SEFAZ that got the invoice."), mendCompany},
	"228":  {"", say("A data de emissão da nota é antiga demais.", "The invoice's date of issue is too old."), issueToday},
	"229":  {"", say("Falta a inscrição estadual da empresa.", "The company's state registration is missing."), mendCompany},
	"230":  {"", say("A inscrição estadual da empresa não está cadastrada.", "The company's state registration is not on record."), mendCompany},
	"231":  {"", say("A inscrição estadual da empresa não é deste CNPJ.", "The company's state registration is not of this CNPJ."), mendCompany},
	"232":  {"customer", say("Falta a inscrição estadual do cliente.", "The customer's state registration is missing."), mendStateRegistration},
	"233":  {"customer", say("A inscrição estadual do cliente não está cadastrada.", "The customer's state registration is not on record."), mendStateRegistration},
	"234":  {"customer", say("A inscrição estadual do cliente não é do CNPJ dele.", "The customer's state registration is not of their CNPJ."), mendStateRegistration},
	"237":  {"customer.taxId", say("O CPF do cliente não é válido.", "The customer's CPF is not valid."), mendTaxID},
	"245":  {"", say("O CNPJ da empresa não está cadastrado na SEFAZ.", "The company's CNPJ is not on record at SEFAZ."), askPermit},
	"246":  {"customer.taxId", say("O CNPJ do cliente não está cadastrado na SEFAZ.", "The customer's CNPJ is not on record at SEFAZ."), mendTaxID},
	"252":  {"integration", say("O ambiente da nota, teste ou produção, não é o da SEFAZ que a recebeu.", "The invoice's environment, test or real, is not that of the SEFAZ that got it."), mendEnvironment},
	"274":  {"customer.address.city", say("O código da cidade do cliente não é válido.", "The code of the customer's city is not valid."), mendCity},
	"275":  {"customer.address.city", say("A cidade do cliente não é da UF dele.", "The customer's city is not in their state."), mendCity},
	"280":  {"", say("O certificado digital da empresa não é válido.", "The company's certificate is not valid."), renewCertificate},
	"281":  {"", say("O certificado digital da empresa venceu.", "The company's certificate has expired."), renewCertificate},
	"284":  {"", say("O certificado digital da empresa foi revogado.", "The company's certificate was revoked."), renewCertificate},
	"290":  {"", say("O certificado da assinatura não é válido.", "The certificate of the signature is not valid."), renewCertificate},
	"291":  {"", say("O certificado da assinatura venceu.", "The certificate of the signature has expired."), renewCertificate},
	"301":  {"", say("Uso denegado: a empresa está irregular na SEFAZ.", "Use denied: the company is irregular at SEFAZ."), askAccountant},
	"302":  {"customer.taxId", say("Uso denegado: o cliente está irregular na SEFAZ.", "Use denied: the customer is irregular at SEFAZ."), askAccountant},
	"303":  {"customer.taxId", say("Uso denegado: o cliente não pode operar na UF dele.", "Use denied: the customer may not operate in their state."), askAccountant},
	"386":  {"product.cfop", say("O CFOP não combina com a tributação (CSOSN) do produto.", "The CFOP does not agree with the product's taxation (CSOSN)."), mendCFOP},
	"391":  {"integration.methods", say("Faltam os dados do cartão no pagamento da nota.", "The card's data are missing from the invoice's payment."), mendPayment},
	"402":  {"", say("O arquivo da nota não está em UTF-8.", "The invoice's file is not in UTF-8."), askVhsys},
	"404":  {"", say("O arquivo da nota usa um prefixo que a SEFAZ não aceita.", "The invoice's file uses a prefix that SEFAZ does not take."), askVhsys},
	"471":  {"product.ncm", say("O NCM 00 só vale para serviço.", "The NCM 00 is for services only."), mendNCM},
	"501":  {"", say("O prazo para cancelar a nota acabou.", "The time to cancel the invoice is over."), tooLateToCancel},
	"508":  {"customer.taxId", say("Falta o CNPJ ou CPF do cliente.", "The customer's CNPJ or CPF is missing."), mendTaxID},
	"518":  {"product.cfop", say("O CFOP é de entrada, e a nota de saída.", "The CFOP is one of purchases, and the invoice one of a sale."), mendCFOP},
	"520":  {"product.cfop", say("O CFOP é de exportação, e o cliente não é do exterior.", "The CFOP is one of exports, and the customer is not abroad."), mendDestination},
	"521":  {"product.cfop", say("O CFOP é de dentro do estado, e o cliente contribuinte é de outro.", "The CFOP is one within the state, and the customer, who pays ICMS, is in another."), mendDestination},
	"523":  {"product.cfop", say("O CFOP é de fora do estado, e o cliente é do mesmo.", "The CFOP is one of another state, and the customer is in the same."), mendDestination},
	"528":  {"product", say("O valor do ICMS não é a base vezes a alíquota.", "The ICMS is not its base times its rate."), mendTax},
	"530":  {"", say("Falta a inscrição municipal da empresa, exigida para serviços.", "The company's registration with the town is missing, which services need."), mendCompany},
	"531":  {"", say("A base do ICMS da nota não é a soma dos itens.", "The invoice's base of ICMS is not the sum of its items."), computeAnew},
	"532":  {"", say("O ICMS da nota não é a soma dos itens.", "The invoice's ICMS is not the sum of its items."), computeAnew},
	"537":  {"sale.discount", say("O desconto da nota não é a soma dos itens.", "The invoice's discount is not the sum of its items."), computeAnew},
	"539":  {"", say("A SEFAZ já tem uma nota com este número e série, e outra chave de acesso.", "SEFAZ has an invoice with this number and series already, under another access key."), alreadySent},
	"561":  {"", say("O mês da chave de acesso não é o da emissão.", "The month in the access key is not that of the issue."), mendDate},
	"564":  {"", say("O total dos produtos não é a soma dos itens.", "The total of the products is not the sum of the items."), computeAnew},
	"590":  {"product", say("O produto tem CST, e a empresa é do Simples Nacional, que usa CSOSN.", "The product has a CST, and the company is of the Simples Nacional, which uses CSOSN."), mendTax},
	"591":  {"product", say("O produto tem CSOSN, e a empresa não é do Simples Nacional.", "The product has a CSOSN, and the company is not of the Simples Nacional."), mendTax},
	"598":  {"integration", say("Em teste, o nome do cliente na nota precisa ser o texto fixo da SEFAZ.", "In a test the customer's name on the invoice must be SEFAZ' fixed text."), mendEnvironment},
	"610":  {"", say("O total da nota não é a soma das suas partes.", "The invoice's total is not the sum of its parts."), computeAnew},
	"611":  {"product", say("O código de barras (GTIN) do produto não é válido.", "The product's bar code (GTIN) is not valid."), mendBarcode},
	"612":  {"product", say("O código de barras (GTIN) da unidade tributável não é válido.", "The bar code (GTIN) of the taxable unit is not valid."), mendBarcode},
	"628":  {"sale.items", say("O total da nota passa do limite da SEFAZ.", "The invoice's total is above SEFAZ' limit."), askPermit},
	"629":  {"sale.items", say("O valor de um item não é a quantidade vezes o preço.", "An item's amount is not its quantity times its price."), computeAnew},
	"630":  {"sale.items", say("O valor de um item não é a quantidade tributável vezes o preço dela.", "An item's amount is not its taxable quantity times its price."), computeAnew},
	"635":  {"", say("Uma nota com este número e série espera pela SEFAZ.", "An invoice with this number and series is waiting for SEFAZ."), alreadySent},
	"656":  {"", say("A SEFAZ bloqueou a empresa por excesso de consultas.", "SEFAZ has blocked the company because of too many calls."), waitAnHour},
	"694":  {"customer.address.state", say("Falta o ICMS para a UF do cliente.", "The ICMS for the customer's state is missing."), mendTax},
	"696":  {"customer", say("Um cliente que não é contribuinte precisa ser consumidor final.", "A customer who pays no ICMS must be a final consumer."), mendStateRegistration},
	"697":  {"product", say("A alíquota interestadual do ICMS não é a das UFs da venda.", "The interstate rate of ICMS is not that of the sale's states."), mendTax},
	"702":  {"", say("O estado da empresa não aceita NFC-e.", "The company's state does not take NFC-e."), askPermit},
	"703":  {"", say("A hora de emissão da nota está no futuro.", "The invoice's time of issue lies in the future."), mendDate},
	"704":  {"", say("A hora de emissão da NFC-e é antiga demais.", "The NFC-e's time of issue is too old."), issueToday},
	"707":  {"product.cfop", say("Uma NFC-e não vale para outro estado nem para o exterior.", "An NFC-e is not for another state or abroad."), useNFe},
	"716":  {"customer", say("Uma NFC-e é só para consumidor final.", "An NFC-e is for final consumers only."), useNFe},
	"719":  {"customer.taxId", say("Falta o CPF ou CNPJ do cliente na nota.", "The customer's CPF or CNPJ is missing from the invoice."), mendTaxID},
	"720":  {"customer.taxId", say("Falta o documento do comprador estrangeiro.", "The foreign buyer's document is missing."), mendForeignBuyer},
	"721":  {"customer.taxId", say("Uma venda para outro estado precisa do CPF ou CNPJ do cliente.", "A sale to another state needs the customer's CPF or CNPJ."), mendTaxID},
	"724":  {"customer.name", say("Falta o nome do cliente na nota.", "The customer's name is missing from the invoice."), mendAddress},
	"725":  {"product.cfop", say("O CFOP não vale para NFC-e.", "The CFOP is not one for NFC-e."), mendCFOP},
	"726":  {"customer.address", say("Falta o endereço do cliente na nota.", "The customer's address is missing from the invoice."), mendAddress},
	"727":  {"customer.address.state", say("A venda é para o exterior, e a UF do cliente não é EX.", "The sale goes abroad, and the customer's state is not EX."), mendForeignBuyer},
	"728":  {"customer", say("Falta a inscrição estadual do cliente.", "The customer's state registration is missing."), mendStateRegistration},
	"731":  {"product.cfop", say("O CFOP é de exportação, e a venda não é para o exterior.", "The CFOP is one of exports, and the sale does not go abroad."), mendDestination},
	"732":  {"product.cfop", say("O CFOP é de outro estado, e a venda não é para outro estado.", "The CFOP is one of another state, and the sale does not go to another state."), mendDestination},
	"733":  {"product.cfop", say("O CFOP é de dentro do estado, e a venda é para fora dele.", "The CFOP is one within the state, and the sale leaves it."), mendDestination},
	"734":  {"product.unit", say("A unidade do produto não vale para NFC-e.", "The product's unit is not one for NFC-e."), mendUnit},
	"767":  {"integration.methods", say("Os pagamentos da NFC-e não somam o total dela.", "The NFC-e's payments do not add up to its total."), mendPayment},
	"770":  {"product.cfop", say("O CFOP não existe.", "There is no such CFOP."), mendCFOP},
	"772":  {"customer.address.state", say("A venda é para outro estado, e o cliente é do mesmo.", "The sale goes to another state, and the customer is in the same."), mendDestination},
	"773":  {"customer.address.state", say("A venda é de dentro do estado, e o cliente é de outro.", "The sale stays within the state, and the customer is in another."), mendDestination},
	"777":  {"product.ncm", say("Falta o NCM completo do produto.", "The product's whole NCM is missing."), mendNCM},
	"778":  {"product.ncm", say("O NCM do produto não existe.", "There is no such NCM as the product's."), mendNCM},
	"781":  {"", say("A empresa não está habilitada a emitir NFC-e.", "The company may not issue NFC-e yet."), askPermit},
	"793":  {"product.ncm", say("O capítulo do NCM não existe.", "There is no such chapter of the NCM."), mendNCM},
	"806":  {"product", say("Falta o CEST de um produto com substituição tributária.", "The CEST is missing of a product with tax substitution."), mendTax},
	"851":  {"sale.installments", say("As parcelas não somam o valor líquido da nota.", "The instalments do not add up to the invoice's net amount."), mendBill},
	"868":  {"", say("A nota tem dados de veículo que não podem ser informados.", "The invoice has data of a vehicle that must not be given."), askVhsys},
	"900":  {"sale.installments", say("Uma parcela não tem vencimento ou vence antes da emissão.", "An instalment has no due date or falls due before the issue."), mendBill},
	"972":  {"", say("Faltam os dados do responsável técnico pelo programa.", "The data of whoever is technically responsible for the program are missing."), askVhsys},
	"999":  {"", say("A SEFAZ teve um erro que não está no catálogo dela.", "SEFAZ had an error that is not in its catalogue."), waitMinutes},
	"E10":  {"", say("A prefeitura já tem este RPS: a nota foi enviada antes.", "The town has this RPS already: the invoice was sent before."), alreadySent},
	"E058": {"customer.address.postalCode", say("O CEP do cliente não combina com a cidade dele.", "The customer's CEP does not agree with their city."), mendCity},
	"E160": {"", say("O arquivo da nota não segue o formato da prefeitura.", "The invoice's file does not keep to the town's format."), mendTexts},
}
