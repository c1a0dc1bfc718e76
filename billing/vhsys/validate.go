package vhsys

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

// The API refuses without a reason, so everything that is known to matter is
// checked before it is sent (providers/vhsys.md, 1 and 2).

// violations collects what is wrong with a request.
type violations []provider.Violation

func (v *violations) add(wrong bool, field, pt, en string) {
	if wrong {
		*v = append(*v, provider.Violation{Field: field, Message: say(pt, en)})
	}
}

// short refuses a text that is longer than its column.
func (v *violations) short(text string, longest int, field, pt, en string) {
	v.add(utf8.RuneCountInString(text) > longest, field,
		fmt.Sprintf("O Vhsys aceita até %d caracteres em %s: encurte o texto.", longest, pt),
		fmt.Sprintf("Vhsys takes up to %d characters for %s: shorten the text.", longest, en))
}

func checkCustomer(customer provider.Payer, reference string) []provider.Violation {
	var found violations
	found.add(strings.TrimSpace(customer.Name) == "", "payer.name", "Preencha o nome do cliente.", "Fill in the customer's name.")
	found.short(customer.Name, 255, "payer.name", "nome do cliente", "the customer's name")
	taxID := brazil.NormalizeTaxID(customer.TaxID)
	found.add(taxID == "" && reference == "", "reference",
		"Um cliente sem CPF ou CNPJ precisa da nossa referência.", "A customer without CPF or CNPJ needs our reference.")
	found.add(taxID != "" && !brazil.ValidTaxID(taxID), "payer.taxID",
		"O CPF ou CNPJ do cliente não é válido: confira dígito por dígito.", "The customer's CPF or CNPJ is not valid: check it digit by digit.")
	found.short(customer.Email, 255, "payer.email", "e-mail", "the e-mail")
	found.short(customer.Phone, 20, "payer.phone", "telefone", "the phone")
	if customer.Address != nil {
		found.lengths(*customer.Address)
	}
	if customer.Address != nil && taxID != "" {
		found.region(*customer.Address)
	}
	return found
}

func (v *violations) lengths(address provider.Address) {
	v.short(address.Street, 255, "payer.address.street", "rua", "the street")
	v.short(address.Number, 7, "payer.address.number", "número do endereço (passe o resto para o complemento)", "the address's number (move the rest to the complement)")
	v.short(address.District, 45, "payer.address.district", "bairro", "the district")
	v.short(address.Complement, 45, "payer.address.complement", "complemento", "the complement")
	v.short(address.City, 255, "payer.address.city", "cidade", "the city")
}

// region checks what an address in Brazil has; UF EX stands for one abroad.
func (v *violations) region(address provider.Address) {
	v.add(address.State != "" && address.State != abroad && !brazil.ValidState(address.State), "payer.address.state",
		"Escolha a UF do endereço, por exemplo MG.", "Choose the address's state, for example MG.")
	digits := len(address.PostalCode) == 8 && brazil.Digits(address.PostalCode) == address.PostalCode
	v.add(address.PostalCode != "" && !digits, "payer.address.postalCode",
		"Informe o CEP com oito números.", "Give the postal code (CEP) with eight digits.")
}

func checkOrder(order provider.OrderRequest) []provider.Violation {
	var found violations
	found.add(order.Reference == "", "reference", "A venda não tem referência.", "The sale has no reference.")
	found.add(!id.MatchString(order.CustomerID), "customerID",
		"O cliente ainda não existe no Vhsys: envie o cadastro dele antes do pedido.", "The customer is not in Vhsys yet: send their record before the order.")
	found.add(strings.TrimSpace(order.CustomerName) == "", "payer.name", "Preencha o nome do cliente.", "Fill in the customer's name.")
	found.short(order.CustomerName, 255, "payer.name", "nome do cliente", "the customer's name")
	found.add(order.DiscountCents < 0, "discount", "O desconto do pedido não pode ser negativo.", "The order's discount cannot be negative.")
	found.day(order.SoldOn, "soldOn")
	found.base(order.Status.Base)
	return found
}

func (v *violations) day(day brazil.Date, field string) {
	_, err := brazil.ParseDate(string(day))
	v.add(err != nil, field, "Informe uma data que exista no calendário.", "Give a day that exists in the calendar.")
}

func (v *violations) base(status string) {
	v.add(!slices.Contains(baseStatuses, status), "status",
		"Escolha um status que o Vhsys conhece: Em Aberto, Em Andamento, Atendido ou Cancelado.",
		"Choose a status that Vhsys knows: Em Aberto, Em Andamento, Atendido or Cancelado.")
}

func checkItems(items []provider.OrderItem) []provider.Violation {
	var found violations
	for i, item := range items {
		found.line(item, fmt.Sprintf("items[%d]", i), true)
	}
	return found
}

func checkInstallments(installments []provider.OrderInstallment) []provider.Violation {
	var found violations
	found.add(len(installments) == 0, "installments",
		"O pedido precisa de pelo menos uma parcela.", "The order needs at least one instalment.")
	for i, installment := range installments {
		field := fmt.Sprintf("installments[%d]", i)
		found.day(installment.DueDate, field+".dueDate")
		found.add(installment.AmountCents < 1, field+".amountCents",
			"O valor da parcela precisa ser maior que zero.", "The instalment's amount must be above zero.")
		known := installment.PaymentMethod == "" || slices.Contains(paymentMethods, installment.PaymentMethod)
		found.add(!known, field+".paymentMethod",
			"Escolha uma forma de pagamento da lista do Vhsys.", "Choose a payment method from Vhsys' list.")
		found.short(installment.Note, 255, field+".note", "observação da parcela", "the instalment's note")
	}
	return found
}

func checkStatus(status provider.OrderStatus, on brazil.Date) []provider.Violation {
	var found violations
	found.base(status.Base)
	found.add(status.CustomID != "" && !id.MatchString(status.CustomID), "status",
		"O status escolhido não é do Vhsys: atualize a lista de status na integração.",
		"The chosen status is not of Vhsys: refresh the list of statuses in the integration.")
	found.day(on, "on")
	return found
}

func checkWebhook(address, user, password string) []provider.Violation {
	var found violations
	parsed, err := url.Parse(address)
	found.add(err != nil || parsed.Scheme != "https" || parsed.Host == "" || len(address) > 255, "webhook.url",
		"O endereço do webhook precisa começar com https:// e ter até 255 caracteres.",
		"The webhook's address must begin with https:// and have at most 255 characters.")
	found.add(utf8.RuneCountInString(user) < 8, "webhook.user",
		"O usuário do webhook precisa de pelo menos 8 caracteres.", "The webhook's user needs at least 8 characters.")
	found.add(utf8.RuneCountInString(password) < 8, "webhook.password",
		"A senha do webhook precisa de pelo menos 8 caracteres.", "The webhook's password needs at least 8 characters.")
	return found
}
