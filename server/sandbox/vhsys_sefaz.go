package sandbox

import (
	"fmt"
	"math"
	"strings"
)

// rejectionTexts are the authority's words for the codes of vhsys.md, 5. The
// words are from memory; the codes are what counts.
var rejectionTexts = map[string]string{
	"204":  "Duplicidade de NF-e",
	"205":  "NF-e está denegada na base de dados da SEFAZ",
	"206":  "NF-e já está inutilizada na Base de dados da SEFAZ",
	"208":  "CNPJ do destinatário inválido",
	"218":  "NF-e já está cancelada na base de dados da SEFAZ",
	"237":  "CPF do destinatário inválido",
	"539":  "Duplicidade de NF-e com diferença na Chave de Acesso",
	"610":  "Total da NF difere do somatório dos Valores compõe o valor Total da NF",
	"611":  "GTIN (cEAN) inválido",
	"629":  "Valor do Produto difere do produto Valor Unitário de Comercialização e Quantidade Comercial",
	"726":  "NF-e sem a informação de endereço do destinatário",
	"731":  "CFOP de operação com Exterior e idDest diferente de 3",
	"732":  "CFOP de operação interestadual e idDest diferente de 2",
	"733":  "CFOP de operação interna e idDest diferente de 1",
	"770":  "CFOP inexistente",
	"778":  "Informado NCM inexistente",
	"851":  "Soma do valor das parcelas difere do Valor Líquido da Fatura",
	"900":  "Data de vencimento da parcela não informada ou menor que Data de Emissão",
	"E058": "CEP do tomador inválido",
}

// verdictOf is the verdict of a code with the authority's words.
func verdictOf(code string) verdict {
	text := rejectionTexts[code]
	if text == "" {
		text = "Nota fiscal rejeitada"
	}
	return verdict{Code: code, Text: text}
}

// ofItem says at which item, counted from 1, the authority stopped.
func (o verdict) ofItem(at int) verdict {
	o.Text += fmt.Sprintf(" [nItem:%d]", at+1)
	return o
}

// judge is the authority: it takes the invoice or says what is wrong with it,
// one thing at a time. What a person ordered comes after what is really wrong
// with an invoice that exists already, and before anything else.
func (k *invoiceKind) judge(r erpRecord) verdict {
	checks := []func(erpRecord) verdict{k.checkDuplicate, k.orderedRejection}
	if k.name == serviceInvoice {
		checks = append(checks, k.checkCustomer, k.checkPostcode)
	} else {
		checks = append(checks, k.checkVoided, k.checkCustomer, k.checkAddress, k.checkGoods, k.checkTotal, k.checkInstallments)
	}
	for _, check := range checks {
		if found := check(r); found.Code != "" {
			return found
		}
	}
	return verdict{Code: authorizedCode, Text: "Autorizado o uso da NF-e"}
}

// checkDuplicate knows every invoice that was authorized before, by its key or
// by its number alone.
func (k *invoiceKind) checkDuplicate(r erpRecord) verdict {
	switch {
	case r.Issue.State == invoiceCanceled:
		return verdictOf("218")
	case r.Issue.State == invoiceDenied:
		return verdictOf("205")
	case r.Issue.State == invoiceAuthorized, r.Issue.AuthorizedKey != "" && r.Issue.AuthorizedKey == k.keyOf(r):
		return verdictOf("204")
	case r.Issue.AuthorizedKey != "":
		return verdictOf("539")
	}
	return verdict{}
}

// orderedRejection spends the setting rejectNext.
func (k *invoiceKind) orderedRejection(erpRecord) verdict {
	ordered := &k.v.settings.RejectNext
	if ordered.Count < 1 || ordered.Kind != "" && ordered.Kind != k.name {
		return verdict{}
	}
	found := verdictOf(ordered.Code)
	if ordered.Text != "" {
		found.Text = ordered.Text
	}
	ordered.spend()
	k.v.sandbox.record("vhsys_settings", "settings", k.v.settings)
	return found
}

// customerOf is the customer's record, or nil for a consumer without one.
func (k *invoiceKind) customerOf(r erpRecord) map[string]any {
	customer, found := k.v.customers.latest(r.Account, whole(r.Fields["id_cliente"]))
	if !found {
		return nil
	}
	return k.v.customers.wire(customer)
}

// checkCustomer checks the tax id, which the invoice to a consumer may lack.
func (k *invoiceKind) checkCustomer(r erpRecord) verdict {
	document := strings.ToUpper(unmasked(fieldText(k.customerOf(r), "cnpj_cliente")))
	switch {
	case document == "" && k.name == consumerInvoice:
		return verdict{}
	case len(document) <= 11 && !validCPF(document):
		return verdictOf("237")
	case len(document) > 11 && !validCompany(document):
		return verdictOf("208")
	}
	return verdict{}
}

// fieldText is a field as text.
func fieldText(row map[string]any, name string) string {
	text, _ := row[name].(string)
	return text
}

// checkAddress wants the whole address on an NF-e.
func (k *invoiceKind) checkAddress(r erpRecord) verdict {
	if k.name != goodsInvoice {
		return verdict{}
	}
	customer := k.customerOf(r)
	for _, name := range []string{"endereco_cliente", "numero_cliente", "bairro_cliente", "cidade_cliente", "uf_cliente", "cep_cliente"} {
		if fieldText(customer, name) == "" {
			return verdictOf("726")
		}
	}
	return verdict{}
}

// checkPostcode is all that the simulated city looks at.
func (k *invoiceKind) checkPostcode(r erpRecord) verdict {
	if len(digitsOf(fieldText(k.customerOf(r), "cep_cliente"))) != 8 {
		return verdictOf("E058")
	}
	return verdict{}
}

// checkGoods checks item after item.
func (k *invoiceKind) checkGoods(r erpRecord) verdict {
	destination := fieldText(k.customerOf(r), "uf_cliente")
	for at, item := range r.Items {
		product, _ := k.v.products.latest(r.Account, whole(item["id_produto"]))
		operation := k.checkOperation(firstText(item["cfop_produto"], r.Fields["cfop_pedido"]), destination)
		for _, found := range []verdict{
			operation, checkClassification(product.Fields, item), checkBarcode(product.Fields), checkItemTotal(item),
		} {
			if found.Code != "" {
				return found.ofItem(at)
			}
		}
	}
	return verdict{}
}

// firstText is the first that was filled in.
func firstText(values ...any) string {
	for _, value := range values {
		if text, _ := value.(string); text != "" {
			return text
		}
	}
	return ""
}

// checkOperation compares a CFOP with where the goods go. Without one, Vhsys
// takes a good one from the account's parameters.
func (k *invoiceKind) checkOperation(cfop, destination string) verdict {
	if cfop == "" {
		return verdict{}
	}
	if len(cfop) != 4 || !onlyDigits(cfop) || cfop[1:] < "101" || cfop[1:] > "949" {
		return verdictOf("770")
	}
	inside := destination == "" || destination == k.v.settings.IssuerState
	abroad := destination == "EX"
	switch cfop[0] {
	case '1', '5':
		return verdictIf(!inside, "733")
	case '2', '6':
		return verdictIf(inside || abroad, "732")
	case '3', '7':
		return verdictIf(!abroad, "731")
	}
	return verdictOf("770")
}

// verdictIf is the verdict of a code, or none.
func verdictIf(wrong bool, code string) verdict {
	if wrong {
		return verdictOf(code)
	}
	return verdict{}
}

// checkClassification wants an NCM of eight digits in an existing chapter.
// Services have 00.
func checkClassification(product, item map[string]any) verdict {
	ncm := digitsOf(firstText(item["ncm_produto"], product["ncm_produto"]))
	if product["tipo_produto"] == "Servico" && (ncm == "" || ncm == "00") {
		return verdict{}
	}
	return verdictIf(len(ncm) != 8 || ncm[:2] < "01" || ncm[:2] > "97" || ncm[:2] == "77", "778")
}

// checkBarcode checks the digit of a GTIN, where there is one.
func checkBarcode(product map[string]any) verdict {
	code := fieldText(product, "codigo_barra_produto")
	if code == "" {
		return verdict{}
	}
	return verdictIf(!validBarcode(code), "611")
}

// validBarcode weighs 3, 1, 3, … from the right, after the check digit.
func validBarcode(code string) bool {
	if !onlyDigits(code) || len(code) != 8 && (len(code) < 12 || len(code) > 14) {
		return false
	}
	sum := 0
	for i := range len(code) {
		weight := 1
		if (len(code)-1-i)%2 == 1 {
			weight = 3
		}
		sum += int(code[i]-'0') * weight
	}
	return sum%10 == 0
}

// checkItemTotal compares a total that was sent with quantity times price.
func checkItemTotal(item map[string]any) verdict {
	sent, own := item["valor_total_produto"]
	return verdictIf(own && !sameCents(decimal(sent), decimal(item["qtde_produto"])*decimal(item["valor_unit_produto"])), "629")
}

// checkTotal compares a total that was sent with what it is made of.
func (k *invoiceKind) checkTotal(r erpRecord) verdict {
	sent, own := r.Fields["valor_total_nota"]
	return verdictIf(own && !sameCents(decimal(sent), invoiceTotal(r)), "610")
}

// sameCents compares two amounts to the cent.
func sameCents(x, y float64) bool { return math.Abs(twoDecimals(x)-twoDecimals(y)) < 0.005 }

// checkInstallments wants no instalment before the day of issue, and all of
// them to make up the total.
func (k *invoiceKind) checkInstallments(r erpRecord) verdict {
	sum := 0.0
	for _, installment := range r.Installments {
		if fieldText(installment, "data_parcela") < k.v.sandbox.clock.today() {
			return verdictOf("900")
		}
		sum += decimal(installment["valor_parcela"])
	}
	return verdictIf(len(r.Installments) > 0 && !sameCents(sum, decimal(k.value(r, "valor_total_nota"))), "851")
}
