package gerencianet

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

// The limits of providers/gerencianet.md, 8.1 and 2.3.
const (
	minAmountCents      = 500
	maxFineHundredths   = 1000
	maxDailyThousandths = 330
	// No document gives a limit for interest by the month; more than the whole
	// amount each month is a slip of the keyboard.
	maxMonthlyHundredths = 10000
	maxDaysToWriteOff    = 120
	wholePercent         = 10000
)

var (
	referencePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`)
	fullNamePattern  = regexp.MustCompile(`^[ ]*(.+[ ]+)+.+[ ]*$`)
	emailPattern     = regexp.MustCompile(`^[A-Za-z0-9_\-]+(?:[.][A-Za-z0-9_\-]+)*@[A-Za-z0-9_]+(?:[-.][A-Za-z0-9_]+)*\.[A-Za-z0-9_]+$`)
	callbackPattern  = regexp.MustCompile(`^https?://.+`)
	onlyDigits       = regexp.MustCompile(`^[0-9]+$`)
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
	found.add(request.Method != provider.Boleto, "method",
		"Só boletos são emitidos pela Gerencianet: escolha boleto.",
		"Only boletos are issued through Gerencianet: choose boleto.")
	found.add(!referencePattern.MatchString(request.Reference), "reference",
		"A referência precisa ter de 1 a 255 letras sem acento, números, hífens ou sublinhados.",
		"The reference needs 1 to 255 letters without accents, digits, hyphens or underscores.")
	found.add(request.NotificationURL != "" && (!callbackPattern.MatchString(request.NotificationURL) || len(request.NotificationURL) > 255), "notificationURL",
		"O endereço de notificação precisa começar com http:// ou https:// e ter até 255 caracteres: corrija o endereço público do servidor.",
		"The notification address must begin with http:// or https:// and have at most 255 characters: correct the server's public address.")
	found.lines(request.Lines)
	found.amount(request)
	found = append(found, checkDueDate(request.DueDate, today)...)
	found.payer(request.Payer)
	if request.SendEmail {
		found = append(found, checkEmail(request.Payer.Email)...)
	}
	found.charges(request)
	found.discounts(request, today)
	found.message(request.Message)
	return found
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

func (v *violations) amount(request provider.ChargeRequest) {
	sum := gross(request) - cents(request.Discount, gross(request))
	discounted := request.Discount != nil && gross(request) >= minAmountCents
	v.add(request.AmountCents < minAmountCents && discounted, "discount",
		"Depois do desconto devem restar pelo menos R$ 5,00: diminua o desconto.", "At least R$ 5.00 must remain after the discount: reduce it.")
	v.add(request.AmountCents < minAmountCents && !discounted, "amountCents",
		"O valor mínimo de um boleto é R$ 5,00: aumente o valor da cobrança.",
		"The least amount of a boleto is R$ 5.00: raise the charge's amount.")
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
		"Para enviar o boleto por e-mail, preencha o e-mail do pagador ou desligue o envio.",
		"To mail the boleto, fill in the payer's e-mail or switch mailing off.")
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

func (v *violations) discounts(request provider.ChargeRequest, today brazil.Date) {
	v.discount(request.Discount, "discount")
	v.discount(request.ConditionalDiscount, "conditionalDiscount")
	if conditional := request.ConditionalDiscount; conditional != nil {
		until := conditional.Until
		v.add(until == nil || *until < today || *until > request.DueDate, "conditionalDiscount.until",
			"Escolha a data limite do desconto entre hoje e o vencimento.", "Choose the discount's last day between today and the due date.")
	}
	remains := request.AmountCents - cents(request.ConditionalDiscount, request.AmountCents)
	v.add(request.AmountCents >= minAmountCents && remains < minAmountCents, "conditionalDiscount",
		"Depois dos descontos devem restar pelo menos R$ 5,00: diminua o desconto.", "At least R$ 5.00 must remain after the discounts: reduce the discount.")
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
		"A mensagem do boleto pode ter até 4 linhas.", "The boleto's message can have up to 4 lines.")
	for _, line := range lines {
		if !within(line, 0, 100) {
			v.add(true, "message",
				"Cada linha da mensagem do boleto pode ter até 100 caracteres: quebre ou encurte as linhas.", "Each line of the boleto's message can have up to 100 characters: break or shorten the lines.")
			return
		}
	}
}

func within(text string, shortest, longest int) bool {
	length := utf8.RuneCountInString(text)
	return length >= shortest && length <= longest
}
