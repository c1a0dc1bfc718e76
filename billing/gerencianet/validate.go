package gerencianet

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

// The limits of providers/gerencianet.md, 8.1, 2.3, 3 and 7.2.
const (
	minAmountCents      = 500
	minPixCents         = 1
	maxPixCents         = 999_999_999_999 // ten digits and two decimals
	maxFineHundredths   = 1000
	maxDailyThousandths = 330
	// No document gives a limit for interest by the month; more than the whole
	// amount each month is a slip of the keyboard.
	maxMonthlyHundredths = 10000
	maxDaysToWriteOff    = 120
	wholePercent         = 10000
	maxInstallments      = 12
	maxParcels           = 12
	maxLinkDiscount      = 99_999_999 // cents
	maxPixName           = 200
	maxPixMessage        = 140
	maxDaysAfterDue      = 3650 // no document gives a limit
)

var (
	referencePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`)
	fullNamePattern  = regexp.MustCompile(`^[ ]*(.+[ ]+)+.+[ ]*$`)
	emailPattern     = regexp.MustCompile(`^[A-Za-z0-9_\-]+(?:[.][A-Za-z0-9_\-]+)*@[A-Za-z0-9_]+(?:[-.][A-Za-z0-9_]+)*\.[A-Za-z0-9_]+$`)
	callbackPattern  = regexp.MustCompile(`^https?://.+`)
	onlyDigits       = regexp.MustCompile(`^[0-9]+$`)
	cardToken        = regexp.MustCompile(`^[a-fA-F0-9]{40}$`)
)

// violations collects what is wrong with a request.
type violations []provider.Violation

func (v *violations) add(wrong bool, field, pt, en string) {
	if wrong {
		*v = append(*v, provider.Violation{Field: field, Message: say(pt, en)})
	}
}

// Validate answers what the provider would refuse in the request, so that
// nothing is sent in vain. It answers nil when nothing is wrong.
func Validate(request provider.ChargeRequest, today brazil.Date) []provider.Violation {
	var found violations
	found.add(!referencePattern.MatchString(request.Reference), "reference",
		"A referência precisa ter de 1 a 255 letras sem acento, números, hífens ou sublinhados.",
		"The reference needs 1 to 255 letters without accents, digits, hyphens or underscores.")
	found.add(request.NotificationURL != "" && (!callbackPattern.MatchString(request.NotificationURL) || len(request.NotificationURL) > 255), "notificationURL",
		"O endereço de notificação precisa começar com http:// ou https:// e ter até 255 caracteres: corrija o endereço público do servidor.",
		"The notification address must begin with http:// or https:// and have at most 255 characters: correct the server's public address.")
	found.lines(request.Lines)
	found.unconditional(request)
	switch request.Method {
	case provider.Boleto:
		found.boleto(request, today)
	case provider.Carnet:
		found.carnet(request, today)
	case provider.Pix:
		found.pix(request, today)
	case provider.Card:
		found.card(request)
	case provider.Link:
		found.link(request, today)
	default:
		found.add(true, "method",
			"A Gerencianet cobra por boleto, carnê, Pix, cartão ou link: escolha um deles.",
			"Gerencianet collects by boleto, carnê, Pix, card or link: choose one of them.")
	}
	return found
}

func (v *violations) boleto(request provider.ChargeRequest, today brazil.Date) {
	v.amount(request, minAmountCents)
	v.sum(request)
	*v = append(*v, checkDueDate(request.DueDate, today)...)
	v.payer(request.Payer)
	v.mailed(request)
	v.charges(request)
	v.conditional(request, today, minAmountCents)
	v.message(request.Message)
}

// carnet checks the parcels too: each is a boleto.
func (v *violations) carnet(request provider.ChargeRequest, today brazil.Date) {
	v.add(request.Parcels < 1 || request.Parcels > maxParcels, "parcels",
		"O carnê pode ter de 1 a 12 parcelas: divida a venda em mais de um carnê.",
		"A carnê can have 1 to 12 parcels: divide the sale into more than one carnê.")
	v.amount(request, minAmountCents)
	v.parcelSum(request)
	*v = append(*v, checkDueDate(request.DueDate, today)...)
	v.payer(request.Payer)
	v.mailed(request)
	v.charges(request)
	v.conditional(request, today, minAmountCents)
	v.message(request.Message)
}

// parcelSum compares the amount of a parcel with the lines. When they are
// divided, who gets the odd cents is the provider's choice.
func (v *violations) parcelSum(request provider.ChargeRequest) {
	if !request.SplitLines {
		v.sum(request)
		return
	}
	if request.Discount != nil {
		return // whether it is taken off the whole or off each parcel is unknown
	}
	parcels := int64(request.Parcels)
	difference := gross(request) - request.AmountCents*parcels
	v.add(len(request.Lines) > 0 && (difference <= -parcels || difference >= parcels), "amountCents",
		"O valor das parcelas é diferente da soma dos itens dividida por elas: corrija um dos dois.",
		"The amount of the parcels differs from the sum of the items divided by them: correct one of them.")
}

func (v *violations) pix(request provider.ChargeRequest, today brazil.Date) {
	v.amount(request, minPixCents)
	v.add(gross(request) > maxPixCents, "amountCents", "O valor é maior do que um Pix aceita.", "The amount is more than a Pix takes.")
	v.sum(request)
	v.payer(request.Payer)
	v.add(!within(request.Payer.Name, 0, maxPixName), "payer.name",
		"O nome do pagador de um Pix pode ter até 200 caracteres: encurte-o.", "The name of a Pix's payer can have up to 200 characters: shorten it.")
	v.add(!within(pixMessage(request.Message), 0, maxPixMessage), "message",
		"A mensagem de um Pix pode ter até 140 caracteres: encurte-a.", "A Pix's message can have up to 140 characters: shorten it.")
	if request.Pix.ExpiresIn != 0 {
		v.add(request.Pix.ExpiresIn < time.Second || request.Pix.ExpiresIn > math.MaxInt32*time.Second, "pix.expiresIn",
			"O Pix imediato precisa valer pelo menos um segundo.", "An immediate Pix must be good for at least a second.")
		return
	}
	*v = append(*v, checkDueDate(request.DueDate, today)...)
	v.add(request.Pix.DaysAfterDue < 0 || request.Pix.DaysAfterDue > maxDaysAfterDue, "pix.daysAfterDue",
		"Informe quantos dias depois do vencimento o Pix ainda pode ser pago, de 0 a 3650.",
		"Say for how many days after its due date the Pix can still be paid, 0 to 3650.")
	v.charges(request)
	v.conditional(request, today, minPixCents)
}

func (v *violations) card(request provider.ChargeRequest) {
	v.amount(request, minAmountCents)
	v.sum(request)
	v.payer(request.Payer)
	v.add(request.Payer.Phone == "", "payer.phone",
		"Para cobrar no cartão, preencha o telefone do pagador com DDD.", "To charge a card, fill in the payer's phone with its area code.")
	v.add(request.Payer.Email == "", "payer.email",
		"Para cobrar no cartão, preencha o e-mail do pagador.", "To charge a card, fill in the payer's e-mail.")
	if request.Payer.Email != "" {
		*v = append(*v, checkEmail(request.Payer.Email)...)
	}
	v.message(request.Message)
	if request.Card == nil {
		v.add(true, "card.token", "Informe os dados do cartão.", "Give the card's data.")
		return
	}
	v.add(!cardToken.MatchString(request.Card.Token), "card.token",
		"Os dados do cartão não foram aceitos pela Gerencianet: digite-os de novo.", "The card's data was not accepted by Gerencianet: type it again.")
	count := request.Card.Installments
	v.add(count < 1 || count > maxInstallments, "card.installments",
		"O cartão pode ser dividido em 1 a 12 parcelas.", "A card can be divided into 1 to 12 instalments.")
	v.add(count > 1 && count <= maxInstallments && request.AmountCents/int64(count) < minAmountCents, "card.installments",
		"Cada parcela no cartão precisa ter pelo menos R$ 5,00: use menos parcelas.", "Each instalment on a card needs at least R$ 5.00: use fewer.")
}

// link does not check the payer: who pays fills that in.
func (v *violations) link(request provider.ChargeRequest, today brazil.Date) {
	v.amount(request, minAmountCents)
	v.sum(request)
	*v = append(*v, checkDueDate(request.DueDate, today)...)
	v.conditional(request, today, minAmountCents)
	v.message(request.Message)
	v.add(request.Discount != nil && request.Discount.Value > maxLinkDiscount, "discount",
		"O desconto de um link pode ser de até R$ 999.999,99.", "A link's discount can be up to R$ 999,999.99.")
	boleto, card := linkMethods(request)
	known := len(request.LinkMethods) == 0
	for _, method := range request.LinkMethods {
		known = known || method == provider.Boleto || method == provider.Card
	}
	v.add(!known || !boleto && !card, "linkMethods",
		"Um link pode ser pago por boleto, por cartão ou pelos dois: escolha.", "A link can be paid by boleto, by card or by both: choose.")
}

func (v *violations) mailed(request provider.ChargeRequest) {
	if request.SendEmail {
		*v = append(*v, checkEmail(request.Payer.Email)...)
	}
}

func (v *violations) lines(lines []provider.Line) {
	v.add(len(lines) == 0, "lines", "Inclua pelo menos um item na cobrança.", "Put at least one item into the charge.")
	for i, line := range lines {
		field := fmt.Sprintf("lines[%d]", i)
		v.add(!within(line.Name, 1, 255), field+".name",
			"Dê ao item uma descrição de 1 a 255 caracteres.", "Give the item a description of 1 to 255 characters.")
		v.add(strings.ContainsAny(line.Name, "<>"), field+".name",
			"Tire os sinais < e > da descrição do item.", "Remove the signs < and > from the item's description.")
		v.add(line.UnitCents < 0, field+".unitCents",
			"O preço do item não pode ser negativo: use o campo de desconto.", "The item's price cannot be negative: use the discount field.")
		v.add(line.Quantity < 1, field+".quantity",
			"A quantidade do item precisa ser pelo menos 1.", "The item's quantity must be at least 1.")
	}
}

// amount checks what remains after the unconditional discount.
func (v *violations) amount(request provider.ChargeRequest, least int64) {
	wrong := request.AmountCents < least
	discounted := request.Discount != nil && gross(request) >= least
	v.add(wrong && discounted, "discount",
		fmt.Sprintf("Depois do desconto devem restar pelo menos %s: diminua o desconto.", brazil.FormatCents(least)),
		fmt.Sprintf("At least %s must remain after the discount: reduce it.", brazil.FormatCents(least)))
	v.add(wrong && !discounted, "amountCents",
		fmt.Sprintf("O valor mínimo é %s: aumente o valor da cobrança.", brazil.FormatCents(least)),
		fmt.Sprintf("The least amount is %s: raise the charge's amount.", brazil.FormatCents(least)))
}

func (v *violations) sum(request provider.ChargeRequest) {
	sum := gross(request) - cents(request.Discount, gross(request))
	v.add(len(request.Lines) > 0 && sum != request.AmountCents, "amountCents",
		fmt.Sprintf("O valor da cobrança (%s) é diferente da soma dos itens menos o desconto (%s): corrija um dos dois.", brazil.FormatCents(request.AmountCents), brazil.FormatCents(sum)),
		fmt.Sprintf("The charge's amount (%s) differs from the sum of its items less the discount (%s): correct one of them.", brazil.FormatCents(request.AmountCents), brazil.FormatCents(sum)))
}

func checkDueDate(dueDate, today brazil.Date) []provider.Violation {
	var found violations
	_, err := brazil.ParseDate(string(dueDate))
	found.add(err != nil, "dueDate", "Informe um vencimento que exista no calendário.", "Give a due date that exists in the calendar.")
	found.add(err == nil && dueDate < today, "dueDate",
		"O vencimento já passou: escolha uma data de hoje em diante.", "The due date has gone by: choose a day from today on.")
	return found
}

func checkRange(from, to brazil.Date) []provider.Violation {
	var found violations
	_, fromErr := brazil.ParseDate(string(from))
	_, toErr := brazil.ParseDate(string(to))
	found.add(fromErr != nil, "from", "Informe uma data inicial que exista no calendário.", "Give a first day that exists in the calendar.")
	found.add(toErr != nil, "to", "Informe uma data final que exista no calendário.", "Give a last day that exists in the calendar.")
	return found
}

func (v *violations) payer(payer provider.Payer) {
	v.taxID(payer)
	v.add(payer.Phone != "" && !brazil.ValidPhone(payer.Phone), "payer.phone",
		"Informe o telefone com DDD e sem +55, por exemplo (31) 99999-9999; se não souber, deixe em branco.",
		"Give the phone with its area code and without +55, for example (31) 99999-9999; leave it empty when unknown.")
	if payer.Address != nil {
		v.address(*payer.Address)
	}
}

// taxID checks the tax id and the name that it asks for: a person's full name
// or a company's corporate name.
func (v *violations) taxID(payer provider.Payer) {
	named := strings.TrimSpace(payer.Name) != "" && within(payer.Name, 1, 255)
	v.add(!named, "payer.name",
		"Preencha o nome do pagador, com até 255 caracteres.", "Fill in the payer's name, at most 255 characters.")
	switch {
	case brazil.ValidCPF(payer.TaxID):
		fullName := fullNamePattern.MatchString(payer.Name) && len(strings.Fields(payer.Name)) > 1
		v.add(named && !fullName, "payer.name",
			"Escreva o nome completo do pagador, com nome e sobrenome.", "Write the payer's full name, first name and surname.")
	case brazil.ValidCNPJ(payer.TaxID):
		v.add(!onlyDigits.MatchString(payer.TaxID), "payer.taxID",
			"A Gerencianet ainda não aceita CNPJ com letras: use um CNPJ só de números deste pagador ou cobre por outro meio.",
			"Gerencianet does not take a CNPJ with letters yet: use an all-digit CNPJ of this payer or charge by other means.")
	default:
		v.add(true, "payer.taxID",
			"O CPF ou CNPJ do pagador não é válido: confira dígito por dígito.",
			"The payer's CPF or CNPJ is not valid: check it digit by digit.")
	}
}

func checkEmail(email string) []provider.Violation {
	var found violations
	matches := emailPattern.MatchString(email) && len(email) <= 255
	found.add(email == "", "payer.email",
		"Para enviar a cobrança por e-mail, preencha o e-mail do pagador ou desligue o envio.",
		"To mail the charge, fill in the payer's e-mail or switch mailing off.")
	found.add(!matches && strings.Contains(email, "+"), "payer.email",
		"A Gerencianet não aceita e-mail com o sinal +: use o endereço sem o + e o que vem depois dele até a arroba.",
		"Gerencianet does not take an e-mail with the sign +: use the address without the + and what follows it up to the @.")
	found.add(email != "" && !matches && !strings.Contains(email, "+"), "payer.email",
		"O e-mail do pagador não é válido: use um endereço como nome@exemplo.com.br, sem acentos nem espaços.",
		"The payer's e-mail is not valid: use an address such as nome@exemplo.com.br, without accents or spaces.")
	return found
}

func (v *violations) address(address provider.Address) {
	v.part(address.Street, 200, "street", "a rua", "the street")
	v.part(address.Number, 55, "number", "o número (ou S/N)", "the number (or S/N)")
	v.part(address.District, 255, "district", "o bairro", "the district")
	v.part(address.City, 50, "city", "a cidade", "the city")
	v.add(!within(address.Complement, 0, 45), "payer.address.complement",
		"Encurte o complemento do endereço para até 45 caracteres.", "Shorten the address's complement to at most 45 characters.")
	v.add(!brazil.ValidState(address.State), "payer.address.state",
		"Escolha a UF do endereço, por exemplo MG.", "Choose the address's state, for example MG.")
	v.add(len(address.PostalCode) != 8 || !onlyDigits.MatchString(address.PostalCode), "payer.address.postalCode",
		"Informe o CEP com oito números.", "Give the postal code (CEP) with eight digits.")
}

func (v *violations) part(value string, longest int, field, pt, en string) {
	v.add(!within(value, 1, longest), "payer.address."+field,
		fmt.Sprintf("Preencha %s do endereço, com até %d caracteres, ou deixe o endereço inteiro em branco.", pt, longest),
		fmt.Sprintf("Fill in %s of the address, at most %d characters, or leave the whole address empty.", en, longest))
}

// charges checks what is added to a late payment, and for how long it is taken.
func (v *violations) charges(request provider.ChargeRequest) {
	v.add(request.FineHundredths < 0 || request.FineHundredths > maxFineHundredths, "fine",
		"A multa precisa ficar entre 0 % e 10 %.", "The fine must be between 0 % and 10 %.")
	if request.InterestMonthly {
		v.add(request.InterestThousandths < 0 || request.InterestThousandths > maxMonthlyHundredths, "interest",
			"Os juros ao mês precisam ficar entre 0 % e 100 %.", "The interest by the month must be between 0 % and 100 %.")
	} else {
		v.add(request.InterestThousandths < 0 || request.InterestThousandths > maxDailyThousandths, "interest",
			"Os juros ao dia precisam ficar entre 0 % e 0,33 %.", "The interest by the day must be between 0 % and 0.33 %.")
	}
	days := request.DaysToWriteOff
	v.add(days != nil && (*days < 0 || *days > maxDaysToWriteOff), "daysToWriteOff",
		"O boleto pode continuar pagável por 0 a 120 dias depois do vencimento.", "The boleto can stay payable for 0 to 120 days after its due date.")
}

func (v *violations) unconditional(request provider.ChargeRequest) {
	v.discount(request.Discount, "discount")
	v.add(request.Discount != nil && request.Discount.Percent, "discount",
		"Informe em reais o desconto que não depende do dia do pagamento.", "Give a discount that does not depend on the day of payment in reais.")
}

func (v *violations) conditional(request provider.ChargeRequest, today brazil.Date, least int64) {
	conditional := request.ConditionalDiscount
	if conditional == nil {
		return
	}
	v.discount(conditional, "conditionalDiscount")
	until := conditional.Until
	v.add(until == nil || *until < today || *until > request.DueDate, "conditionalDiscount.until",
		"Escolha a data limite do desconto entre hoje e o vencimento.", "Choose the discount's last day between today and the due date.")
	v.add(request.AmountCents >= least && request.AmountCents-cents(conditional, request.AmountCents) < least, "conditionalDiscount",
		fmt.Sprintf("Depois dos descontos devem restar pelo menos %s: diminua o desconto.", brazil.FormatCents(least)),
		fmt.Sprintf("At least %s must remain after the discounts: reduce the discount.", brazil.FormatCents(least)))
}

func (v *violations) discount(discount *provider.Discount, field string) {
	if discount == nil {
		return
	}
	v.add(discount.Value < 1, field,
		"O desconto precisa ser maior que zero; se não há desconto, deixe em branco.", "The discount must be above zero; leave it empty when there is none.")
	v.add(discount.Percent && discount.Value > wholePercent, field,
		"O desconto não pode passar de 100 %.", "The discount cannot be over 100 %.")
}

// gross answers the sum of the lines, before any discount.
func gross(request provider.ChargeRequest) (sum int64) {
	for _, line := range request.Lines {
		sum += line.UnitCents * line.Quantity
	}
	return sum
}

// cents answers what a discount takes off the amount.
func cents(discount *provider.Discount, amountCents int64) int64 {
	if discount == nil {
		return 0
	}
	if discount.Percent {
		return amountCents * discount.Value / wholePercent
	}
	return discount.Value
}

func (v *violations) message(text string) {
	lines := strings.Split(message(text), "\n")
	v.add(len(lines) > 4, "message",
		"A mensagem pode ter até 4 linhas.", "The message can have up to 4 lines.")
	for _, line := range lines {
		if !within(line, 0, 100) {
			v.add(true, "message",
				"Cada linha da mensagem pode ter até 100 caracteres: quebre ou encurte as linhas.", "Each line of the message can have up to 100 characters: break or shorten the lines.")
			return
		}
	}
}

func within(text string, shortest, longest int) bool {
	length := utf8.RuneCountInString(text)
	return length >= shortest && length <= longest
}
