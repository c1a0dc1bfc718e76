package gerencianet

import "ponte/billing/provider"

// meaning is what a code of the provider stands for.
type meaning struct {
	class         provider.Class
	cause, remedy provider.Text
	field         string // our form field, when the code itself names it
}

func say(pt, en string) provider.Text { return provider.Text{PT: pt, EN: en} }

// Remedies that several codes share.
var (
	askFirst = say(
		"Não repita à mão: a situação da cobrança será consultada antes de qualquer novo envio.",
		"Do not repeat it by hand: the charge will be looked up before anything is sent again.")
	readAgain = say(
		"A cobrança será lida de novo na Gerencianet; confira a situação atual dela antes de repetir a operação.",
		"The charge will be read from Gerencianet again; check its present state before repeating the operation.")
	checkPermissions = say(
		"No painel da Gerencianet, em API > Minhas Aplicações, marque as permissões da API de Cobranças para esta aplicação e tente de novo.",
		"In Gerencianet's panel, under API > Minhas Aplicações, tick the permissions of the Cobranças API for this application and try again.")
	callSupport = say(
		"Entre no painel da Gerencianet, veja se há pendências na conta e fale com o suporte deles. As cobranças voltam a ser enviadas quando a integração for reativada.",
		"Enter Gerencianet's panel, see whether the account has anything pending and talk to their support. Charges are sent again once the integration is reactivated.")
	waitForLimit = say(
		"Aguarde: o envio continua quando o limite for renovado, em geral no dia seguinte. Se acontecer sempre, peça à Gerencianet um limite maior.",
		"Wait: sending goes on when the limit is renewed, usually on the next day. If it keeps happening, ask Gerencianet for a higher limit.")
	correctShown = say(
		"Corrija o dado indicado na mensagem da Gerencianet e envie de novo.",
		"Correct the value that Gerencianet's message names and send again.")
	correctTaxID = say(
		"Confira o CPF ou CNPJ do pagador, dígito por dígito, no cadastro do cliente.",
		"Check the payer's CPF or CNPJ, digit by digit, in the customer's record.")
	notUsedHere = say(
		"Esta operação não faz parte do que é enviado por aqui. Informe o código ao responsável técnico.",
		"This operation is not part of what is sent from here. Tell the code to whoever is technically responsible.")
)

var (
	credentialsRefused = meaning{class: provider.Auth,
		cause: say(
			"A Gerencianet não aceitou o Client ID e o Client Secret.",
			"Gerencianet did not accept the Client ID and the Client Secret."),
		remedy: say(
			"Confira em API > Minhas Aplicações se as credenciais são do ambiente escolhido (produção ou homologação) e cole as duas de novo na integração.",
			"Check under API > Minhas Aplicações whether the credentials are of the chosen environment (production or sandbox) and paste both into the integration again."),
	}
	permissionMissing = meaning{class: provider.Auth,
		cause: say(
			"A aplicação não tem permissão para esta operação na Gerencianet.",
			"The application has no permission for this operation at Gerencianet."),
		remedy: checkPermissions,
	}
	nothingThere = meaning{class: provider.NotFound,
		cause: say(
			"A Gerencianet não encontrou o que foi pedido nesta conta e neste ambiente.",
			"Gerencianet did not find what was asked for in this account and environment."),
		remedy: say(
			"Verifique se a cobrança foi emitida nesta mesma conta e no mesmo ambiente (produção ou homologação).",
			"Check whether the charge was issued in this same account and environment (production or sandbox)."),
	}
)

func auth(pt, en string) meaning {
	return meaning{class: provider.Auth, cause: say(pt, en), remedy: checkPermissions}
}

func account(pt, en string) meaning {
	return meaning{class: provider.Account, cause: say(pt, en), remedy: callSupport}
}

func uncertain(pt, en string) meaning {
	return meaning{class: provider.Ambiguous, cause: say(pt, en), remedy: askFirst}
}

func state(pt, en string) meaning {
	return meaning{class: provider.State, cause: say(pt, en), remedy: readAgain}
}

func limit(pt, en string) meaning {
	return meaning{class: provider.Limit, cause: say(pt, en), remedy: waitForLimit}
}

func invalid(field string, cause, remedy provider.Text) meaning {
	return meaning{class: provider.Invalid, cause: cause, remedy: remedy, field: field}
}

// cardRefused are codes of which only that they are about cards, subscriptions
// or marketplaces is known. Of these we send cards.
var cardRefused = invalid("",
	say("A Gerencianet recusou um dado do pagamento com cartão.", "Gerencianet refused a value of the card payment."),
	say("Veja a mensagem da Gerencianet, digite os dados do cartão de novo ou use outro cartão.", "See Gerencianet's message, type the card's data again or use another card."))

// notOurs are codes of subscriptions, which are not issued from here.
func notOurs(class provider.Class, pt, en string) meaning {
	return meaning{class: class, cause: say(pt, en), remedy: notUsedHere}
}

// meanings are the codes of providers/gerencianet.md, 8.4.
var meanings = map[string]meaning{
	// The server's own trouble.
	"3500000": uncertain("Erro interno da Gerencianet: a operação pode ou não ter sido executada.", "Internal error of Gerencianet: the operation may or may not have been executed."),
	"4600009": uncertain("A Gerencianet não conseguiu gerar o link do boleto; a cobrança pode existir mesmo assim.", "Gerencianet could not produce the boleto's link; the charge may exist all the same."),
	"4600012": uncertain("Houve um erro na Gerencianet ao definir o pagamento; a cobrança pode existir mesmo assim.", "Gerencianet had an error while setting the payment; the charge may exist all the same."),
	"4600100": uncertain("A Gerencianet demorou demais para validar os dados e desistiu; a cobrança pode existir mesmo assim.", "Gerencianet took too long to validate the data and gave up; the charge may exist all the same."),
	"4699999": uncertain("Erro inesperado na Gerencianet: a operação pode ou não ter sido executada.", "Unexpected error at Gerencianet: the operation may or may not have been executed."),

	// Credentials and permissions.
	"3500001": auth("A aplicação não tem permissão para esta operação.", "The application has no permission for this operation."),
	"3500008": auth("A aplicação não está autorizada a fazer esta operação.", "The application is not authorized for this operation."),
	"4600224": auth("Falta autorizar esta aplicação na conta da Gerencianet.", "This application still has to be authorized in the Gerencianet account."),

	// The account.
	"3500007": account("A conta não pode usar esta forma de pagamento no momento.", "The account cannot use this method of payment at present."),
	"3500050": account("O identificador da conta na Gerencianet é inválido.", "The identifier of the account at Gerencianet is not valid."),
	"3500072": account("A conta está impedida de emitir cobranças.", "The account is barred from issuing charges."),
	"4600033": account("A conta na Gerencianet está bloqueada.", "The account at Gerencianet is blocked."),
	"4600035": account("Este serviço não está habilitado na conta da Gerencianet.", "This service is not enabled in the Gerencianet account."),
	"4600005": {class: provider.Account,
		cause:  say("A conta na Gerencianet não tem saldo suficiente para a operação.", "The account at Gerencianet has not enough balance for the operation."),
		remedy: say("Deposite saldo na conta da Gerencianet e reative a integração.", "Put money into the Gerencianet account and reactivate the integration.")},

	// What does not exist.
	"3500010": nothingThere,
	"4600001": {class: provider.NotFound,
		cause:  say("A Gerencianet não encontrou este pagamento.", "Gerencianet did not find this payment."),
		remedy: nothingThere.remedy},

	// Data that a person corrects.
	"3500002": invalid("", say("Falta um dado obrigatório no pedido.", "A required value is missing from the request."), correctShown),
	"3500023": invalid("", say("Falta um dado obrigatório na cobrança.", "A required value is missing from the charge."), correctShown),
	"3500025": invalid("", say("Um dos dados da cobrança é inválido.", "One of the charge's values is not valid."), correctShown),
	"3500037": invalid("", say("Um dos dados da cobrança é inválido.", "One of the charge's values is not valid."), correctShown),
	"3500101": invalid("", say("Um dos dados da cobrança é inválido.", "One of the charge's values is not valid."), correctShown),
	"3500034": invalid("", say("Um dos dados não está no formato que a Gerencianet aceita.", "One of the values is not in the form that Gerencianet accepts."), correctShown),
	"3500042": invalid("", say("A Gerencianet não entendeu o pedido enviado (JSON inválido).", "Gerencianet did not understand the request (invalid JSON)."), say("Informe este erro ao responsável técnico: o conteúdo enviado está nas tentativas da cobrança.", "Report this error to whoever is technically responsible: what was sent is among the charge's attempts.")),
	"3500016": invalid("payer", say("A cobrança precisa dos dados do pagador.", "The charge needs the payer's data."), say("Complete o cadastro do cliente com nome e CPF ou CNPJ.", "Complete the customer's record with name and CPF or CNPJ.")),
	"4600026": invalid("payer.taxID", say("O CPF do pagador é inválido.", "The payer's CPF is not valid."), correctTaxID),
	"4600204": invalid("payer.taxID", say("O CPF do pagador é inválido.", "The payer's CPF is not valid."), correctTaxID),
	"4600202": invalid("payer.taxID", say("A cobrança precisa do CPF ou do CNPJ do pagador.", "The charge needs the payer's CPF or CNPJ."), say("Preencha o CPF ou CNPJ no cadastro do cliente.", "Fill in the CPF or CNPJ in the customer's record.")),
	"4600060": invalid("dueDate", say("A Gerencianet não aceitou uma das datas.", "Gerencianet did not accept one of the dates."), say("Confira o vencimento da cobrança e a data limite do desconto.", "Check the charge's due date and the discount's last day.")),
	"4600073": invalid("payer.phone", say("O telefone do pagador é inválido.", "The payer's phone is not valid."), say("Informe DDD e número, sem +55, por exemplo (31) 99999-9999; ou deixe o telefone em branco.", "Give area code and number, without +55, for example (31) 99999-9999; or leave the phone empty.")),
	"4600219": invalid("", say("Os dados enviados são inválidos.", "The data sent is not valid."), correctShown),
	"4600142": invalid("payer.taxID", say("Os dados cadastrais do pagador são inconsistentes.", "The payer's registration data is inconsistent."), say("Confira se o nome e o CPF ou CNPJ são da mesma pessoa ou empresa, como na Receita Federal.", "Check that the name and the CPF or CNPJ belong to the same person or company, as at the Receita Federal.")),
	"4600222": invalid("payer.taxID", say("O pagador não pode ser o próprio dono da conta que recebe.", "The payer cannot be the owner of the receiving account."), say("Use o CPF ou CNPJ de quem vai pagar, diferente do titular da conta na Gerencianet.", "Use the CPF or CNPJ of who is going to pay, different from the holder of the Gerencianet account.")),

	// Amounts and dates.
	"4600111": invalid("amountCents", say("O valor da parcela é menor que R$ 5,00.", "The instalment is below R$ 5.00."), say("Aumente o valor ou diminua o número de parcelas: cada uma precisa ter pelo menos R$ 5,00.", "Raise the amount or use fewer instalments: each needs at least R$ 5.00.")),
	"4600523": invalid("discount", say("Com o desconto, a cobrança fica abaixo do valor mínimo.", "With its discount the charge falls below the minimum."), say("Diminua o desconto: depois dele devem restar pelo menos R$ 5,00.", "Reduce the discount: at least R$ 5.00 must remain after it.")),
	"4600007": invalid("dueDate", say("O vencimento é anterior a hoje.", "The due date is before today."), say("Escolha um vencimento de hoje em diante.", "Choose a due date from today on.")),
	"4600414": invalid("dueDate", say("O vencimento está longe demais no futuro.", "The due date is too far in the future."), say("Escolha um vencimento mais próximo ou emita esta cobrança mais tarde.", "Choose a nearer due date or issue this charge later.")),
	"4600521": invalid("conditionalDiscount.until", say("A data limite do desconto é inválida.", "The discount's last day is not valid."), say("Escolha uma data entre hoje e o vencimento.", "Choose a day between today and the due date.")),
	"4600059": invalid("parcels", say("O carnê tem mais de 12 parcelas.", "The carnê has more than 12 instalments."), say("Use no máximo 12 parcelas ou divida a venda em mais de um carnê.", "Use at most 12 instalments or divide the sale into more than one carnê.")),

	// The charge is in another state.
	"3500030": state("A forma de pagamento desta cobrança já foi definida.", "The charge's method of payment was set already."),
	"3500036": state("Esta cobrança não é um boleto.", "This charge is not a boleto."),
	"3500038": state("Só uma cobrança aguardando pagamento ou vencida pode ser alterada.", "Only a charge that is waiting or overdue can be changed."),
	"3500043": state("Só uma cobrança nova, com link, aguardando pagamento ou vencida pode ser cancelada.", "Only a charge that is new, has a link, is waiting or overdue can be cancelled."),
	"3500044": state("Esta cobrança não pode ser paga na situação em que está.", "This charge cannot be paid in its present state."),
	"3500066": state("A operação só vale para cobranças aguardando pagamento.", "The operation is for charges that are waiting for payment."),
	"3500068": state("A operação só vale para carnês ativos.", "The operation is for active carnês."),
	"3500070": state("A operação só vale para boletos aguardando pagamento.", "The operation is for boletos that are waiting for payment."),
	"3500080": state("Esta cobrança já tem um link de pagamento.", "This charge has a payment link already."),
	"3500081": state("A cobrança não está na situação que esta operação exige.", "The charge is not in the state that this operation asks for."),
	"4600439": state("As parcelas deste carnê não podem ser canceladas todas de uma vez.", "The instalments of this carnê cannot be cancelled all at once."),

	// Looks like a duplicate.
	"4600029": {class: provider.Duplicate,
		cause:  say("A Gerencianet diz que este pedido já existe.", "Gerencianet says that this order exists already."),
		remedy: say("Procure a cobrança existente no painel da Gerencianet antes de emitir outra.", "Look for the existing charge in Gerencianet's panel before issuing another.")},
	"4600148": {class: provider.Duplicate,
		cause:  say("Já existe um pagamento registrado com este identificador.", "A payment is registered with this identifier already."),
		remedy: say("Procure o pagamento existente no painel da Gerencianet antes de emitir outra cobrança.", "Look for the existing payment in Gerencianet's panel before issuing another charge.")},
	"4600210": {class: provider.Duplicate,
		cause:  say("Já existem três cobranças iguais: mesmo pagador, mesmo valor e mesmo vencimento. A Gerencianet reconhece o pagador pelo CPF, telefone ou e-mail.", "There are three identical charges already: same payer, amount and due date. Gerencianet knows the payer by CPF, phone or e-mail."),
		remedy: say("Use uma das cobranças já emitidas ou cancele as repetidas. Se forem pagadores diferentes, não use o mesmo e-mail ou telefone para todos; se a cobrança for mesmo nova, mude o vencimento em um dia.", "Use one of the charges issued already or cancel the repeated ones. If the payers differ, do not give all of them one e-mail or phone; if the charge is truly new, move its due date by a day.")},

	// Limits.
	"4600034": limit("O limite da conta para esta operação foi atingido.", "The account's limit for this operation was reached."),
	"4600037": limit("O limite de emissão da conta foi atingido.", "The account's issuing limit was reached."),
	"4600209": limit("O limite de cobranças emitidas foi atingido.", "The limit of issued charges was reached."),
	"4600211": limit("O limite de cobranças para este pagador foi atingido.", "The limit of charges for this payer was reached."),

	// Somebody else's data.
	"4600212": invalid("payer.phone", say("Este telefone já está ligado a outro CPF na Gerencianet.", "This phone is tied to another CPF at Gerencianet."), say("Confira o telefone do pagador; se não tiver um só dele, deixe em branco.", "Check the payer's phone; if they have none of their own, leave it empty.")),
	"4600218": invalid("payer.email", say("Este e-mail já está ligado a outro CPF na Gerencianet.", "This e-mail is tied to another CPF at Gerencianet."), say("Confira o e-mail do pagador; se não tiver um só dele, desligue o envio por e-mail.", "Check the payer's e-mail; if they have none of their own, switch sending by e-mail off.")),

	// Cards, subscriptions, marketplaces (providers/gerencianet.md, 8.4).
	"3500021": cardRefused,
	"3500032": notOurs(provider.State, "O plano tem cobranças e não pode ser removido.", "The plan has charges and cannot be removed."),
	"3500040": notOurs(provider.State, "Só uma assinatura nova ou ativa pode ser cancelada.", "Only a subscription that is new or active can be cancelled."),
	"3500041": cardRefused,
	"3500073": cardRefused,
	"4600254": cardRefused,
	"4600257": cardRefused,
	"4600329": cardRefused,
}
