package billing

import (
	"fmt"
	"strings"

	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/enum"
)

// ownCode marks failures that Ponte itself finds, beside the providers' own.
const ownCode = "ponte"

// explanation is the cause and the remedy of one of our own codes; {detail} is
// filled in.
type explanation struct{ cause, remedy provider.Text }

var explanations = map[string]explanation{
	"charge.extra_cancelled": {
		provider.Text{PT: "O provedor registrou esta cobrança duas vezes; a cópia {detail} foi cancelada por nós.", EN: "The provider made this charge twice; we cancelled the copy {detail}."},
		provider.Text{PT: "Nada a fazer: a cobrança boa continua valendo. Confira no painel do provedor se quiser.", EN: "Nothing to do: the good charge stands. Check the provider's panel if you like."},
	},
	"charge.late_payment": {
		provider.Text{PT: "Um boleto cancelado, vencido ou substituído foi pago: entraram {detail}.", EN: "A cancelled, expired or replaced boleto was paid: {detail} came in."},
		provider.Text{PT: "O dinheiro já foi lançado na conta. Devolva ao cliente ou use-o para quitar a cobrança que ficou no lugar.", EN: "The money is booked on the account. Give it back, or use it for the charge that took its place."},
	},
	"charge.paid_after_settlement": {
		provider.Text{PT: "Uma cobrança com baixa manual foi paga também no provedor: entraram {detail}.", EN: "A charge that was settled by hand was paid at the provider as well: {detail} came in."},
		provider.Text{PT: "O cliente pode ter pago duas vezes. Confira e devolva o que sobrou.", EN: "The customer may have paid twice. Check, and give back what is too much."},
	},
	"charge.refunded": {
		provider.Text{PT: "O pagamento foi devolvido ao pagador; os lançamentos foram estornados.", EN: "The payment was given back to the payer; its entries were reversed."},
		provider.Text{PT: "Combine com o cliente se haverá nova cobrança e confira a nota fiscal.", EN: "Agree with the customer whether there is a new charge, and check the invoice."},
	},
	"charge.contested": {
		provider.Text{PT: "O pagador contestou o pagamento; os lançamentos foram estornados.", EN: "The payer contests the payment; its entries were reversed."},
		provider.Text{PT: "Responda à contestação no painel do provedor, com os comprovantes da venda.", EN: "Answer the contestation in the provider's panel, with the evidence of the sale."},
	},
	"charge.card_refused": {
		provider.Text{PT: "O cartão foi recusado: {detail}.", EN: "The card was refused: {detail}."},
		provider.Text{PT: "Peça outro cartão ao cliente e tente de novo na página da cobrança, ou cancele-a.", EN: "Ask the customer for another card and retry on the charge's page, or cancel it."},
	},
	"charge.card_missing": {
		provider.Text{PT: "A cobrança não tem um cartão para tentar: o token vale para um uso só.", EN: "The charge has no card to try: a token is good for one use."},
		provider.Text{PT: "Na página da cobrança, escolha “Tentar outro cartão”.", EN: "On the charge's page, choose “Try another card”."},
	},
	"charge.paid_meanwhile": {
		provider.Text{PT: "A cobrança mudou de situação antes da troca de valor; o valor ficou como estava.", EN: "The charge changed its status before its value could be changed; the value stays as it was."},
		provider.Text{PT: "Confira a situação da cobrança. Se ela foi paga, combine a diferença com o cliente.", EN: "Look at the charge's status. If it was paid, settle the difference with the customer."},
	},
	"refund.failed": {
		provider.Text{PT: "O provedor não fez a devolução: {detail}.", EN: "The provider did not give the money back: {detail}."},
		provider.Text{PT: "Confira o saldo da conta e peça a devolução de novo, ou devolva por fora.", EN: "Check the account's balance and ask for the refund again, or give it back by other means."},
	},
	"refund.uncertain": {
		provider.Text{PT: "Não sabemos se a devolução de {detail} foi feita: o provedor não respondeu.", EN: "We do not know whether the refund of {detail} was done: the provider did not answer."},
		provider.Text{PT: "Veja no painel da Gerencianet se o valor foi devolvido. Tente de novo só se não foi.", EN: "Look in Gerencianet's panel whether it was given back. Retry only if it was not."},
	},
	"operation.note_uncertain": {
		provider.Text{PT: "Não sabemos se a anotação foi gravada: o provedor não respondeu.", EN: "We do not know whether the note was kept: the provider did not answer."},
		provider.Text{PT: "Tente de novo se quiser; na pior hipótese ela aparece duas vezes no histórico do provedor.", EN: "Retry if you like; at worst it shows twice in the provider's history."},
	},
	"notice.unmatched": {
		provider.Text{PT: "O provedor avisou de uma cobrança que não é nossa ({detail}).", EN: "The provider told of a charge that is not ours ({detail})."},
		provider.Text{PT: "Se outro sistema usa a mesma conta, dê a ele outra aplicação no painel do provedor.", EN: "If another system uses the same account, give it an application of its own in the provider's panel."},
	},
	"invoice.not_asked": {
		provider.Text{PT: "Nenhum item da venda pede mais esta nota fiscal ({detail}).", EN: "No item of the sale asks for this invoice any more ({detail})."},
		provider.Text{PT: "No produto, aba Faturamento, escolha de novo este documento e tente outra vez; ou emita a nota no Vhsys.", EN: "In the product, tab Faturamento, choose this document again and retry; or issue the invoice at Vhsys."},
	},
	"invoice.sale_refunded": {
		provider.Text{PT: "A venda foi devolvida ou cancelada depois que a nota fiscal saiu.", EN: "The sale was refunded or cancelled after its invoice was issued."},
		provider.Text{PT: "Decida com a contabilidade: cancele a nota no Vhsys dentro do prazo, ou faça uma nota de devolução.", EN: "Decide with the accountant: cancel the invoice at Vhsys in time, or make a return invoice."},
	},
	"invoice.cancel_by_hand": {
		provider.Text{PT: "Esta nota fiscal precisa ser cancelada. Prazo: {detail}.", EN: "This invoice has to be cancelled. Deadline: {detail}."},
		provider.Text{PT: "Abra a nota no Vhsys e cancele-a, com uma justificativa de 15 caracteres ou mais. A Ponte percebe sozinha quando estiver feito.", EN: "Open the invoice at Vhsys and cancel it, with a justification of 15 characters or more. Ponte notices by itself when it is done."},
	},
	"invoice.partly_refunded": {
		provider.Text{PT: "Parte do pagamento foi devolvida ({detail}) e a nota fiscal já saiu.", EN: "A part of the payment was given back ({detail}), and the invoice is issued."},
		provider.Text{PT: "Combine com a contabilidade se é preciso uma nota de devolução.", EN: "Ask the accountant whether a return invoice is needed."},
	},
	"mirror.differs": {
		provider.Text{PT: "Há {detail} diferenças entre as vendas daqui e o Vhsys.", EN: "There are {detail} differences between the sales here and Vhsys."},
		provider.Text{PT: "Abra Diferenças, veja cada uma e conserte ou ignore.", EN: "Open Differences, look at each, and repair or ignore it."},
	},
	"vhsys.settles_by_itself": {
		provider.Text{PT: "O aplicativo da Gerencianet do próprio Vhsys está ligado: ele daria baixa nos mesmos recebimentos que a Ponte.", EN: "Vhsys's own Gerencianet app is on: it would settle the same receivables as Ponte."},
		provider.Text{PT: "Desligue o aplicativo no Vhsys, ou deixe de emitir por ele, para não lançar em dobro.", EN: "Switch the app off at Vhsys, or stop issuing with it, so that nothing is booked twice."},
	},
	"mirror.product_unmapped": {
		provider.Text{PT: "O item “{detail}” não tem produto do Vhsys escolhido.", EN: "The item “{detail}” has no Vhsys product chosen."},
		provider.Text{PT: "Abra o produto, aba Faturamento, escolha o produto do Vhsys e tente de novo.", EN: "Open the product, tab Faturamento, choose the Vhsys product, and retry."},
	},
	"mirror.method_unmapped": {
		provider.Text{PT: "A forma de pagamento {detail} não está mapeada para o Vhsys.", EN: "The payment method {detail} is not mapped to Vhsys."},
		provider.Text{PT: "Na integração com o Vhsys, aba Formas de Pagamento, escolha a forma correspondente e tente de novo.", EN: "In the Vhsys integration, tab Formas de Pagamento, choose the matching method, and retry."},
	},
	"mirror.status_unmapped": {
		provider.Text{PT: "O status {detail} não está mapeado para o Vhsys.", EN: "The status {detail} is not mapped to Vhsys."},
		provider.Text{PT: "Na integração com o Vhsys, aba Status, escolha o status correspondente e tente de novo.", EN: "In the Vhsys integration, tab Status, choose the matching status, and retry."},
	},
	"operation.resend_uncertain": {
		provider.Text{PT: "Não sabemos se o e-mail da segunda via saiu: o provedor não respondeu.", EN: "We do not know whether the second copy was mailed: the provider did not answer."},
		provider.Text{PT: "Pergunte ao cliente antes de enviar de novo.", EN: "Ask the customer before sending it again."},
	},
	"calls_near_limit": {
		provider.Text{PT: "As chamadas de hoje ao provedor chegaram a 80 % do limite diário: {detail}.", EN: "Today's calls to the provider have reached 80 % of the daily limit: {detail}."},
		provider.Text{PT: "No limite, o que faltar é enviado depois da meia-noite. Emita carnês no lugar de muitas cobranças avulsas, ou peça ao provedor um limite maior.", EN: "At the limit, what remains is sent after midnight. Issue carnês instead of many single charges, or ask the provider for a higher limit."},
	},
	"calls_spent": {
		provider.Text{PT: "O limite diário de chamadas ao provedor foi atingido: {detail}. Nada foi enviado.", EN: "The daily limit of calls to the provider is reached: {detail}. Nothing was sent."},
		provider.Text{PT: "Nada a fazer: o envio continua sozinho depois da meia-noite (horário de Brasília). Se acontecer sempre, peça ao provedor um limite maior.", EN: "Nothing to do: sending goes on by itself after midnight in São Paulo. If it keeps happening, ask the provider for a higher limit."},
	},
	"channel.dead": {
		provider.Text{PT: "O canal de avisos “{detail}” não está entregando.", EN: "The channel “{detail}” does not deliver."},
		provider.Text{PT: "Abra Avisos no menu do seu nome, corrija o canal e envie um teste. O que espera sai assim que ele voltar.", EN: "Open Notifications in the menu of your name, correct the channel and send a test. What waits goes out as soon as it works again."},
	},
	"webhook.failing": {
		provider.Text{PT: "O webhook “{detail}” não aceitou um evento em nenhuma das tentativas, durante cerca de um dia.", EN: "The webhook “{detail}” did not take an event in any of its tries, over about a day."},
		provider.Text{PT: "Confira com quem cuida do aplicativo o que ele respondeu, em Webhooks. Quando voltar a funcionar, reenvie a entrega, ou tudo desde a data em que parou.", EN: "Under Webhooks, look with whoever runs the app at what it answered. When it works again, resend the delivery, or everything since the day it stopped."},
	},
	"webhook.disabled": {
		provider.Text{PT: "O webhook “{detail}” foi desligado: o aplicativo não aceitou nada durante dias.", EN: "The webhook “{detail}” was switched off: the app took nothing for days."},
		provider.Text{PT: "Corrija o aplicativo ou o endereço, envie um teste e ligue o webhook de novo. Depois reenvie os eventos desde a data em que parou.", EN: "Mend the app or the address, send a test and switch the webhook on again. Then replay the events since the day it stopped."},
	},
	"webhook.gone": {
		provider.Text{PT: "O webhook “{detail}” foi desligado: o aplicativo respondeu que o endereço não existe mais.", EN: "The webhook “{detail}” was switched off: the app answered that the address is gone."},
		provider.Text{PT: "Exclua o webhook, se o aplicativo não é mais usado; ou informe o endereço novo e ligue-o de novo.", EN: "Delete the webhook when the app is no longer used; or give the new address and switch it on again."},
	},
	"alarm.no_notice": {
		provider.Text{PT: "Há cobranças em aberto e a Gerencianet não avisa nada há mais de {detail}.", EN: "Charges are open and Gerencianet has told nothing for more than {detail}."},
		provider.Text{PT: "Confira se o endereço público da Ponte pode ser alcançado pela internet, sem redirecionamento. Os pagamentos continuam sendo encontrados pela conferência automática.", EN: "Check whether Ponte's public address can be reached from the internet, without a redirect. Payments are still found by the sweep."},
	},
	"alarm.sweep_late": {
		provider.Text{PT: "A conferência automática com a Gerencianet não termina há mais de {detail}.", EN: "The sweep of Gerencianet has not ended for more than {detail}."},
		provider.Text{PT: "Em Operações, abra a última conferência e veja o que impede. Até ela terminar, um pagamento que não foi avisado fica sem baixa.", EN: "Under Operations, open the last sweep and see what stops it. Until it ends, a payment that was not told stays unsettled."},
	},
	"alarm.jobs_late": {
		provider.Text{PT: "Há tarefas prontas esperando há mais de {detail}.", EN: "Work that is due has been waiting for more than {detail}."},
		provider.Text{PT: "Veja em Operações o que está parado. Quem cuida do servidor pode aumentar PONTE_WORKERS ou ligar mais um processo.", EN: "See under Operations what stands still. Who runs the server can raise PONTE_WORKERS or start one more process."},
	},
	"alarm.certificate_ends": {
		provider.Text{PT: "O certificado Pix vence em {detail}; depois disso nenhum Pix é emitido.", EN: "The Pix certificate ends on {detail}; after that no Pix is issued."},
		provider.Text{PT: "Gere outro no painel da Gerencianet, em API, Meus certificados, e substitua-o na integração.", EN: "Make another one in Gerencianet's panel, under API, Meus certificados, and replace it in the integration."},
	},
	"alarm.token_ends": {
		provider.Text{PT: "O token de API “{detail}” está perto do fim; o aplicativo que o usa vai parar.", EN: "The API token “{detail}” is about to end; the app that uses it will stop."},
		provider.Text{PT: "Crie outro token com os mesmos escopos, troque-o no aplicativo e revogue o antigo.", EN: "Make another token with the same scopes, put it into the app, and revoke the old one."},
	},
	"credentials.missing": {
		provider.Text{PT: "Faltam as credenciais da integração neste ambiente.", EN: "The integration's credentials for this environment are missing."},
		provider.Text{PT: "Abra a integração, preencha as credenciais e teste a conexão.", EN: "Open the integration, fill in the credentials and test the connection."},
	},
	"internal": {
		provider.Text{PT: "Um erro interno impediu a operação; ela será tentada de novo.", EN: "An internal error kept the operation from ending; it will be tried again."},
		provider.Text{PT: "Se continuar, envie o identificador da operação ao suporte.", EN: "If it goes on, send the operation's id to support."},
	},
}

// ofOne are the explanations whose detail is a number, when it is 1.
var ofOne = map[string]explanation{
	"mirror.differs": {
		provider.Text{PT: "Há uma diferença entre as vendas daqui e o Vhsys.", EN: "There is a difference between the sales here and Vhsys."},
		provider.Text{PT: "Abra Diferenças, veja qual é e conserte ou ignore.", EN: "Open Differences, look at it, and repair or ignore it."},
	},
}

func explain(code, detail string) (cause, remedy provider.Text) {
	known := explanations[code]
	if singular, has := ofOne[code]; has && detail == "1" {
		known = singular
	}
	return fill(known.cause, detail), fill(known.remedy, detail)
}

func fill(text provider.Text, detail string) provider.Text {
	return provider.Text{PT: strings.ReplaceAll(text.PT, "{detail}", detail), EN: strings.ReplaceAll(text.EN, "{detail}", detail)}
}

// ownProblem is a provider error that we raise ourselves, before or instead of a
// call.
func ownProblem(class provider.Class, code, field, detail string) *provider.Error {
	cause, remedy := explain(code, detail)
	return &provider.Error{Provider: ownCode, Class: class, Code: code, Field: field, Cause: cause, Remedy: remedy}
}

func internalProblem(op *db.Operation, cause error) *provider.Error {
	problem := ownProblem(provider.Class("INTERNAL"), "internal", "", "")
	problem.Err = fmt.Errorf("%s: %w", op.ID, cause)
	return problem
}

// chargeFailure reports something about a charge that a person should know.
func chargeFailure(c *db.Charge, code, detail string) problemReport {
	kind, environment := enum.Gerencianet, c.Environment
	cause, remedy := explain(code, detail)
	return problemReport{
		causeKey: code + ":" + c.ID, code: ownCode + "." + code, integration: &kind, environment: &environment,
		cause: cause, remedy: remedy, subjectID: c.ID, label: chargeLabel(c),
	}
}

func unmatchedNotice(environment enum.Environment, token string, told provider.Event) problemReport {
	kind := enum.Gerencianet
	cause, remedy := explain("notice.unmatched", told.ProviderID)
	return problemReport{
		causeKey: "notice.unmatched:" + token, code: ownCode + ".notice.unmatched", integration: &kind, environment: &environment,
		cause: cause, remedy: remedy, label: integrationLabel(kind),
	}
}

// stories are the sentences of a charge's events.
var stories = map[string]provider.Text{
	"CREATED":          {PT: "Cobrança criada.", EN: "Charge made."},
	"SENDING":          {PT: "Enviando ao provedor.", EN: "Sending it to the provider."},
	"DELAYED":          {PT: "O provedor não pôde receber; tentaremos de novo.", EN: "The provider could not take it; we try again."},
	"UNANSWERED":       {PT: "O provedor não respondeu; estamos verificando.", EN: "The provider did not answer; we are finding out."},
	"REFUSED":          {PT: "O provedor recusou.", EN: "The provider refused it."},
	"RETRIED":          {PT: "Nova tentativa pedida.", EN: "Another try was asked for."},
	"ISSUED":           {PT: "Cobrança emitida.", EN: "Charge issued."},
	"IDENTIFIED":       {PT: "Pagamento identificado, aguardando confirmação.", EN: "Payment seen, waiting for its confirmation."},
	"APPROVED":         {PT: "Cartão aprovado, aguardando confirmação.", EN: "Card approved, waiting for its confirmation."},
	"CARD_REFUSED":     {PT: "Cartão recusado. {reason}", EN: "Card refused. {reason}"},
	"CARD_RETRIED":     {PT: "Outro cartão informado.", EN: "Another card was given."},
	"AMOUNT_ASKED":     {PT: "Novo valor pedido: {amount}.", EN: "New value asked for: {amount}."},
	"NOTE":             {PT: "Anotação: {text}", EN: "Note: {text}"},
	"REFUND_ASKED":     {PT: "Devolução pedida: {amount}.", EN: "Refund asked for: {amount}."},
	"REFUND_FAILED":    {PT: "A devolução não foi feita. {reason}", EN: "The refund was not done. {reason}"},
	"PARTLY_REFUNDED":  {PT: "Devolvidos {amount}.", EN: "{amount} given back."},
	"RECORDED":         {PT: "Venda paga em outro lugar, registrada à mão.", EN: "Paid elsewhere, recorded by hand."},
	"CANCEL_ASKED":     {PT: "Cancelamento pedido.", EN: "Cancellation asked for."},
	"DUE_DATE_ASKED":   {PT: "Novo vencimento pedido: {date}.", EN: "New due date asked for: {date}."},
	"DUE_DATE_CHANGED": {PT: "Vencimento alterado para {date}.", EN: "Due date changed to {date}."},
	"RESEND_ASKED":     {PT: "Segunda via pedida para {email}.", EN: "Second copy asked for, to {email}."},
	"RESENT":           {PT: "Segunda via enviada para {email}.", EN: "Second copy sent to {email}."},
	"SETTLE_ASKED":     {PT: "Baixa manual pedida.", EN: "Settlement by hand asked for."},
	"REPLACED":         {PT: "Substituída por outra cobrança.", EN: "Replaced by another charge."},
	"WAITING":          {PT: "Aguardando pagamento.", EN: "Waiting for the payment."},
	"OVERDUE":          {PT: "Venceu sem pagamento.", EN: "Past its due date, not paid."},
	"PAID":             {PT: "Paga: {amount}.", EN: "Paid: {amount}."},
	"SETTLED":          {PT: "Baixada manualmente.", EN: "Settled by hand."},
	"CANCELED":         {PT: "Cancelada.", EN: "Cancelled."},
	"EXPIRED":          {PT: "Expirada.", EN: "Expired."},
	"REFUNDED":         {PT: "Pagamento devolvido.", EN: "Payment given back."},
	"CONTESTED":        {PT: "Pagamento contestado.", EN: "Payment contested."},
}

// Story answers the sentence of an event of a charge.
func Story(told *db.ChargeEvent) provider.Text {
	text, known := stories[told.Code]
	if !known {
		return provider.Text{PT: told.Code, EN: told.Code}
	}
	for name, value := range told.Params {
		text.PT = strings.ReplaceAll(text.PT, "{"+name+"}", value)
		text.EN = strings.ReplaceAll(text.EN, "{"+name+"}", value)
	}
	return text
}
