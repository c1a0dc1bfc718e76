package gerencianet

import (
	"net/http"
	"regexp"
	"strings"

	"ponte/billing/provider"
)

// The names that a repeated call meets (providers/gerencianet.md, 7.8).
const (
	txidTaken   = "txid_duplicado"
	refundTaken = "devolucao_id_duplicado"
	notActive   = "status_cobranca_invalido"
)

var checkPixPermissions = say(
	"No painel da Gerencianet, em API > Minhas Aplicações, marque as permissões da API Pix para esta aplicação e tente de novo.",
	"In Gerencianet's panel, under API > Minhas Aplicações, tick the permissions of the Pix API for this application and try again.")

var pixNotThere = meaning{class: provider.NotFound,
	cause:  say("A Gerencianet não encontrou este Pix nesta conta e neste ambiente.", "Gerencianet did not find this Pix in this account and environment."),
	remedy: nothingThere.remedy,
}

// pixMeanings are the names of providers/gerencianet.md, 7.8.
var pixMeanings = map[string]meaning{
	"documento_bloqueado": {class: provider.Account, field: "payer.taxID",
		cause:  say("A Gerencianet diz que o CPF ou CNPJ desta operação está bloqueado.", "Gerencianet says that the CPF or CNPJ of this operation is blocked."),
		remedy: callSupport},
	"chave_invalida": {class: provider.Auth, field: "pixKey",
		cause:  say("A chave Pix informada não é desta conta da Gerencianet.", "The Pix key given is not of this Gerencianet account."),
		remedy: say("Confira na integração a chave Pix e o ambiente: ela precisa estar cadastrada nesta mesma conta.", "Check the Pix key and the environment in the integration: the key must be registered in this same account.")},
	"valor_invalido": invalid("", say("Um dos dados do Pix é inválido.", "One of the Pix's values is not valid."), correctShown),
	"json_invalido":  invalid("", say("Um dos dados do Pix não está no formato que a Gerencianet aceita.", "One of the Pix's values is not in the form that Gerencianet accepts."), correctShown),
	txidTaken: {class: provider.Duplicate, field: "reference",
		cause:  say("Já existe na Gerencianet um Pix com este identificador.", "There is a Pix with this id at Gerencianet already."),
		remedy: say("Confira o Pix existente no painel da Gerencianet antes de emitir outro.", "Check the existing Pix in Gerencianet's panel before issuing another.")},
	"cobranca_nao_encontrada": pixNotThere,
	notActive:                 state("Este Pix não está mais ativo: foi pago ou removido.", "This Pix is no longer active: it was paid or withdrawn."),
	"location_nao_encontrada": {class: provider.NotFound,
		cause:  say("A Gerencianet não encontrou o código deste Pix.", "Gerencianet did not find the code of this Pix."),
		remedy: nothingThere.remedy},
	"pix_nao_encontrado": {class: provider.NotFound,
		cause:  say("A Gerencianet não encontrou o pagamento deste Pix.", "Gerencianet did not find the payment of this Pix."),
		remedy: nothingThere.remedy},
	refundTaken: {class: provider.Duplicate, field: "reference",
		cause:  say("Já existe uma devolução com este identificador.", "There is a refund with this id already."),
		remedy: say("Confira as devoluções deste Pix no painel da Gerencianet antes de devolver de novo.", "Check the refunds of this Pix in Gerencianet's panel before giving money back again.")},
	"devolucao_nao_encontrada": {class: provider.NotFound,
		cause:  say("A Gerencianet não encontrou esta devolução.", "Gerencianet did not find this refund."),
		remedy: say("Confira as devoluções deste Pix no painel da Gerencianet.", "Check the refunds of this Pix in Gerencianet's panel.")},
	"webhook_invalido": invalid("webhookURL",
		say("A Gerencianet não aceitou o endereço das notificações de Pix.", "Gerencianet did not accept the address of Pix notifications."),
		say("Confira se o endereço público do servidor começa com https:// e pode ser acessado pela internet; depois cadastre as notificações de novo.", "Check that the server's public address begins with https:// and can be reached from the internet; then register the notifications again.")),
	"erro_aplicacao": uncertain("Erro interno da Gerencianet: a operação pode ou não ter sido executada.", "Internal error of Gerencianet: the operation may or may not have been executed."),
}

// pixRefusal is what an error of the Pix API says, in Gerencianet's form or in
// the Banco Central's (providers/gerencianet.md, 7.8).
type pixRefusal struct {
	code, text, property string
	standard             bool // in the Banco Central's form
}

func parsePixRefusal(answer *provider.HTTPAnswer) pixRefusal {
	parsed, err := decode(answer.Body)
	if err != nil {
		return pixRefusal{text: answer.PlainText()}
	}
	if kind := parsed.text("type"); kind != "" {
		return standardRefusal(parsed, kind)
	}
	said := pixRefusal{code: parsed.text("nome"), text: parsed.text("mensagem", "error_description", "message", "error")}
	said.property = propertyIn(said.text)
	for _, detail := range parsed.objects("erros") {
		said.property = firstText(detail.text("caminho"), detail.text("chave"), said.property)
		said.text = firstText(detail.text("mensagem"), said.text)
		break
	}
	return said
}

func standardRefusal(parsed object, kind string) pixRefusal {
	said := pixRefusal{code: kind[strings.LastIndex(kind, "/")+1:], text: parsed.text("detail", "title"), standard: true}
	for _, violated := range parsed.objects("violacoes") {
		said.property = violated.text("propriedade")
		said.text = firstText(violated.text("razao"), said.text)
		break
	}
	return said
}

var dottedProperty = regexp.MustCompile(`\b(?:calendario|devedor|valor|loc)\.[A-Za-z]+(?:\.[A-Za-z]+)*\b`)

// propertyIn finds the name of a field in the words "Campo calendario.expiracao
// deve ser …", for want of a better place.
func propertyIn(text string) string { return dottedProperty.FindString(text) }

// failure is the error of an answer that is not a success.
func (p *pixClient) failure(answer *provider.HTTPAnswer, write bool) *provider.Error {
	said := parsePixRefusal(answer)
	known, ok := pixMeaning(said, answer)
	if !ok {
		return p.http.Unexpected(answer, write, said.code, said.text)
	}
	failure := &provider.Error{
		Provider: name, Class: known.class, Code: answer.Words(said.code), Text: answer.Words(said.text),
		Field: firstText(known.field, pixField(said.property)), Cause: known.cause, Remedy: known.remedy,
		HTTPStatus: answer.Status, RetryAfter: answer.RetryAfter,
	}
	if failure.Class == provider.Ambiguous && !write {
		failure.Class = provider.Unavailable
	}
	return failure
}

// pixMeaning finds what a refusal means: by its name, by the kind of the Banco
// Central's type, then by the HTTP status. A server's failure and a throttled
// call stay uncertain whatever their words.
func pixMeaning(said pixRefusal, answer *provider.HTTPAnswer) (meaning, bool) {
	known, listed := pixMeanings[said.code]
	if answer.Status >= 500 || answer.Status == http.StatusTooManyRequests {
		return known, listed && known.class == provider.Ambiguous
	}
	if listed {
		return known, true
	}
	switch {
	case answer.Status == http.StatusUnauthorized:
		return credentialsRefused, true
	case answer.Status == http.StatusForbidden && !answer.IsHTML:
		return meaning{class: provider.Auth, cause: permissionMissing.cause, remedy: checkPixPermissions}, true
	case answer.IsHTML || said.code == "" && answer.Status != http.StatusNotFound:
		return meaning{}, false
	case answer.Status == http.StatusNotFound, said.standard && isNotFoundType(said.code):
		return pixNotThere, true
	case answer.Status == http.StatusConflict:
		return pixMeanings[txidTaken], true
	case said.standard && answer.Status < 500 && answer.Status >= 400:
		return pixMeanings["valor_invalido"], true
	}
	return meaning{}, false
}

// isNotFoundType tells CobVNaoEncontrada, PixNaoEncontrado and their like.
func isNotFoundType(code string) bool {
	return strings.HasSuffix(code, "NaoEncontrado") || strings.HasSuffix(code, "NaoEncontrada")
}

// pixFields leads from the last part of a property to the field of our form.
var pixFields = map[string]string{
	"cpf": "payer.taxID", "cnpj": "payer.taxID", "nome": "payer.name", "devedor": "payer",
	"logradouro": "payer.address.street", "cidade": "payer.address.city", "uf": "payer.address.state", "cep": "payer.address.postalCode",
	"original": "amountCents", "valor": "amountCents", "multa": "fine", "juros": "interest", "abatimento": "discount",
	"desconto": "conditionalDiscount", "descontoDataFixa": "conditionalDiscount", "data": "conditionalDiscount.until",
	"dataDeVencimento": "dueDate", "validadeAposVencimento": "pix.daysAfterDue", "expiracao": "pix.expiresIn",
	"chave": "pixKey", "solicitacaoPagador": "message", "txid": "reference", "id": "reference", "webhookUrl": "webhookURL",
}

// pixField answers the form field of a property such as "devedor.cpf",
// "/calendario/expiracao" or "cobv.valor.multa.valorPerc", "" when it is unknown.
func pixField(property string) string {
	parts := strings.FieldsFunc(property, func(letter rune) bool { return strings.ContainsRune("./[]", letter) })
	for i := len(parts) - 1; i >= 0; i-- {
		if field := pixFields[parts[i]]; field != "" {
			return field
		}
	}
	return ""
}
