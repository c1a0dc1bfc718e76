package vhsys

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

// The rules of the authority that can be held to before an invoice is sent
// (providers/vhsys.md, 5).
var (
	seriesPattern  = regexp.MustCompile(`^[0-9]{1,3}$`)
	ncmPattern     = regexp.MustCompile(`^(?:[0-9]{8}|00)$`)
	cfopPattern    = regexp.MustCompile(`^[567][0-9]{3}$`)
	servicePattern = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z./-]{0,19}$`)
)

const (
	longestNature = 60 // characters, of the authority
	longestUnit   = 6
	longestNote   = 5000
)

// CheckOrder answers what Vhsys would refuse of a sale, as far as it can be known
// before anything is sent.
func (c *Client) CheckOrder(customer provider.Payer, order provider.OrderRequest, items []provider.OrderItem, installments []provider.OrderInstallment) error {
	found := checkCustomer(customer, order.Reference)
	found = append(found, checkOrder(order)...)
	found = append(found, checkItems(items)...)
	if len(installments) > 0 {
		found = append(found, checkInstallments(installments)...)
	}
	return provider.Violated(name, found)
}

// CheckInvoice answers what Vhsys or the authority would refuse, as far as it can
// be known before anything is sent.
func (c *Client) CheckInvoice(invoice provider.InvoiceRequest, installments []provider.OrderInstallment) error {
	found := violations(checkKind(invoice.Kind))
	found = append(found, checkHeader(invoice)...)
	found = append(found, checkInvoiceItems(invoice.Kind, invoice.Items)...)
	if invoice.Customer != nil {
		found = append(found, checkReceiver(invoice.Kind, *invoice.Customer)...)
		found = append(found, checkDestination(invoice)...)
	}
	found.add(len(found) == 0 && totalCents(invoice) < 1, "discount",
		"O total da nota, menos o desconto, precisa ser maior que zero.", "The invoice's total less the discount must be above zero.")
	if len(installments) > 0 && len(found) == 0 {
		found = append(found, checkBill(invoice, installments)...)
	}
	return provider.Violated(name, found)
}

func checkKind(kind provider.InvoiceKind) []provider.Violation {
	var found violations
	found.add(!slices.Contains([]provider.InvoiceKind{provider.NFe, provider.NFSe, provider.NFCe}, kind), "kind",
		"Escolha NF-e, NFS-e ou NFC-e.", "Choose NF-e, NFS-e or NFC-e.")
	return found
}

func checkHeader(invoice provider.InvoiceRequest) []provider.Violation {
	var found violations
	found.add(invoice.Reference == "", "reference", "A nota não tem referência.", "The invoice has no reference.")
	found.add(!id.MatchString(invoice.CustomerID), "customerID",
		"O cliente ainda não existe no Vhsys: envie o cadastro dele antes da nota.", "The customer is not in Vhsys yet: send their record before the invoice.")
	found.add(strings.TrimSpace(invoice.CustomerName) == "", "payer.name", "Preencha o nome do cliente.", "Fill in the customer's name.")
	found.short(invoice.CustomerName, 255, "payer.name", "nome do cliente", "the customer's name")
	found.add(!seriesPattern.MatchString(invoice.Series), "series",
		"A série da nota tem de 1 a 3 algarismos.", "The invoice's series has 1 to 3 digits.")
	found.add(strings.TrimSpace(invoice.Nature) == "", "nature",
		"Preencha a natureza da operação, por exemplo Venda.", "Fill in the nature of the operation, for example Venda.")
	found.short(invoice.Nature, longestNature, "nature", "natureza da operação", "the nature of the operation")
	found.short(invoice.Note, longestNote, "note", "observação da nota", "the invoice's note")
	found.day(invoice.SoldOn, "soldOn")
	found.add(invoice.DiscountCents < 0, "discount", "O desconto da nota não pode ser negativo.", "The invoice's discount cannot be negative.")
	return found
}

func checkInvoiceItems(kind provider.InvoiceKind, items []provider.InvoiceItem) []provider.Violation {
	var found violations
	found.add(len(items) == 0, "items", "A nota precisa de pelo menos um item.", "The invoice needs at least one item.")
	found.add(kind == provider.NFSe && len(items) > 1, "items",
		"Uma NFS-e tem um serviço só: junte os itens em uma descrição.", "An NFS-e has one service: put the items into one description.")
	for i, item := range items {
		field := fmt.Sprintf("items[%d]", i)
		found.line(item.OrderItem, field, kind != provider.NFSe)
		if kind == provider.NFSe {
			found.service(item, field)
		} else {
			found.goods(kind, item, field)
		}
	}
	found.oneDestination(kind, items)
	return found
}

// service checks what an NFSE says of its line: the town's code may be left to the
// account.
func (v *violations) service(item provider.InvoiceItem, field string) {
	v.add(item.ServiceCode != "" && !servicePattern.MatchString(item.ServiceCode), field+".serviceCode",
		"O código do serviço tem números e pontos, por exemplo 1.07.", "The service code has digits and dots, for example 1.07.")
}

// goods checks what the authority asks of a line. What is left open is taken from
// the product at Vhsys and from the account's parameters.
func (v *violations) goods(kind provider.InvoiceKind, item provider.InvoiceItem, field string) {
	v.add(item.NCM != "" && !ncmPattern.MatchString(item.NCM), field+".ncm",
		"O NCM do produto tem oito algarismos, ou 00 para um serviço.", "The product's NCM has eight digits, or 00 for a service.")
	v.add(item.CFOP != "" && !cfopPattern.MatchString(item.CFOP), field+".cfop",
		"O CFOP de uma venda tem quatro algarismos e começa com 5, 6 ou 7.", "The CFOP of a sale has four digits and begins with 5, 6 or 7.")
	v.add(kind == provider.NFCe && strings.ContainsAny(firstDigit(item.CFOP), "67"), field+".cfop",
		"Uma NFC-e é sempre de dentro do estado: use um CFOP que começa com 5.", "An NFC-e is always within the state: use a CFOP that begins with 5.")
	v.short(item.Unit, longestUnit, field+".unit", "unidade do produto", "the product's unit")
}

func firstDigit(cfop string) string {
	if cfop == "" {
		return ""
	}
	return cfop[:1]
}

// oneDestination wants lines that go to the same place: within the state, to
// another or abroad.
func (v *violations) oneDestination(kind provider.InvoiceKind, items []provider.InvoiceItem) {
	seen := ""
	for i, item := range items {
		digit := firstDigit(item.CFOP)
		if digit == "" || kind == provider.NFSe {
			continue
		}
		v.add(seen != "" && digit != seen, fmt.Sprintf("items[%d].cfop", i),
			"Todos os itens da nota vão para o mesmo destino: use CFOPs que começam com o mesmo número.",
			"All items of the invoice go to the same place: use CFOPs that begin with the same digit.")
		seen = digit
	}
}

// checkReceiver checks what the authority asks of the customer.
func checkReceiver(kind provider.InvoiceKind, customer provider.Payer) []provider.Violation {
	found := violations(checkCustomer(customer, "known"))
	if kind != provider.NFCe && customer.Address != nil {
		found.place(*customer.Address)
	}
	if kind != provider.NFe {
		return found
	}
	found.add(customer.TaxID == "", "payer.taxID",
		"Uma NF-e precisa do CPF ou CNPJ do cliente.", "An NF-e needs the customer's CPF or CNPJ.")
	address := provider.Address{}
	if customer.Address != nil {
		address = *customer.Address
	}
	for _, part := range []struct{ value, field, pt, en string }{
		{address.Street, "street", "a rua", "the street"},
		{address.Number, "number", "o número (ou S/N)", "the number (or S/N)"},
		{address.District, "district", "o bairro", "the district"},
		{address.City, "city", "a cidade", "the city"},
		{address.State, "state", "a UF", "the state"},
		{address.PostalCode, "postalCode", "o CEP", "the postal code (CEP)"},
	} {
		found.add(strings.Trim(part.value, " .-") == "", "payer.address."+part.field,
			"Preencha "+part.pt+" no endereço do cliente: a NF-e exige o endereço completo.",
			"Fill in "+part.en+" in the customer's address: an NF-e asks for the whole address.")
	}
	return found
}

// place checks that town, state and CEP go together: Vhsys finds the IBGE code of the
// town, which the authority wants, by its name, and a town's authority compares the
// CEP (rejection E058).
func (v *violations) place(address provider.Address) {
	if !brazil.ValidState(address.State) {
		return
	}
	v.add(strings.TrimSpace(address.City) != "" && brazil.TownCode(address.State, address.City) == "", "payer.address.city",
		fmt.Sprintf("O IBGE não conhece a cidade %s em %s: escreva o nome inteiro, sem abreviar, ou corrija a UF.", address.City, address.State),
		fmt.Sprintf("The IBGE knows no town %s in %s: write the whole name, not abbreviated, or correct the state.", address.City, address.State))
	state := brazil.PostalState(address.PostalCode)
	v.add(state != "" && state != address.State, "payer.address.postalCode",
		fmt.Sprintf("O CEP %s é de %s, e o endereço de %s: corrija um dos dois.", address.PostalCode, state, address.State),
		fmt.Sprintf("The CEP %s is of %s, and the address of %s: correct one of them.", address.PostalCode, state, address.State))
}

// checkDestination compares the CFOPs with the two states, when both are known.
func checkDestination(invoice provider.InvoiceRequest) []provider.Violation {
	var found violations
	wanted := destination(invoice)
	if invoice.Kind != provider.NFe || wanted == "" {
		return nil
	}
	for i, item := range invoice.Items {
		digit := firstDigit(item.CFOP)
		found.add(digit != "" && digit != wanted, fmt.Sprintf("items[%d].cfop", i),
			fmt.Sprintf("O cliente é de %s e a empresa de %s: o CFOP precisa começar com %s, não com %s.", stateOf(invoice), invoice.CompanyState, wanted, digit),
			fmt.Sprintf("The customer is in %s and the company in %s: the CFOP must begin with %s, not with %s.", stateOf(invoice), invoice.CompanyState, wanted, digit))
	}
	return found
}

// destination answers the first digit of a CFOP: 5 within the state, 6 to another,
// 7 abroad; "" when a state is not known.
func destination(invoice provider.InvoiceRequest) string {
	switch state := stateOf(invoice); {
	case state == abroad:
		return "7"
	case !brazil.ValidState(state) || !brazil.ValidState(invoice.CompanyState):
		return ""
	case state == invoice.CompanyState:
		return "5"
	}
	return "6"
}

func stateOf(invoice provider.InvoiceRequest) string {
	if invoice.Customer.TaxID == "" {
		return abroad
	}
	if invoice.Customer.Address == nil {
		return ""
	}
	return invoice.Customer.Address.State
}

// checkBill compares the instalments with the invoice: they add up to its total,
// and none falls due before it.
func checkBill(invoice provider.InvoiceRequest, installments []provider.OrderInstallment) []provider.Violation {
	found := violations(checkInstallments(installments))
	sum, total := int64(0), totalCents(invoice)
	for i, installment := range installments {
		sum += installment.AmountCents
		found.add(installment.DueDate < invoice.SoldOn, fmt.Sprintf("installments[%d].dueDate", i),
			"A parcela não pode vencer antes da data da nota.", "The instalment cannot fall due before the day of the invoice.")
	}
	found.add(sum != total, "installments",
		fmt.Sprintf("As parcelas somam %s, e a nota %s: precisam ser iguais.", brazil.FormatCents(sum), brazil.FormatCents(total)),
		fmt.Sprintf("The instalments add up to %s, and the invoice to %s: they must be equal.", brazil.FormatCents(sum), brazil.FormatCents(total)))
	return found
}

// line checks a line of an order or invoice.
func (v *violations) line(item provider.OrderItem, field string, ofProduct bool) {
	v.add(ofProduct && !id.MatchString(item.ProductID), field+".productID",
		"Ligue este item a um produto do Vhsys.", "Tie this item to a product of Vhsys.")
	v.add(strings.TrimSpace(item.Description) == "", field+".description",
		"Dê ao item uma descrição.", "Give the item a description.")
	v.short(item.Description, 255, field+".description", "descrição do item", "the item's description")
	v.add(item.Quantity < 1, field+".quantity",
		"A quantidade do item precisa ser pelo menos 1.", "The item's quantity must be at least 1.")
	v.add(item.UnitCents < 0, field+".unitCents",
		"O preço do item não pode ser negativo.", "The item's price cannot be negative.")
	v.add(item.Quantity > 0 && item.UnitCents > largest/item.Quantity, field+".unitCents",
		"O valor do item é grande demais.", "The item's amount is too large.")
}

// largest keeps a sum of lines from overflowing: 13 digits of reais are the most
// that an invoice can show.
const largest = int64(math.MaxInt64 / 1_000_000)
