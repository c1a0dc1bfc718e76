package vhsys

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"ponte/billing/provider"
)

// envelope is what every answer comes in. Field types vary, hence the looseness.
type envelope struct {
	fields record
	data   json.RawMessage
}

func parse(body []byte) (envelope, error) {
	var raw map[string]json.RawMessage
	if err := decode(body, &raw); err != nil {
		return envelope{}, err
	}
	parsed := envelope{fields: record{}, data: raw["data"]}
	for name, value := range raw {
		if name == "data" && len(value) > 0 && value[0] != '"' {
			continue
		}
		var member any
		if decode(value, &member) == nil {
			parsed.fields[name] = member
		}
	}
	return parsed, nil
}

// code answers the code that the body tells, which counts more than the HTTP
// status: an unknown route is a 404 inside a 200.
func (e envelope) code(status int) int {
	code, err := strconv.Atoi(e.fields.text("code"))
	if err != nil {
		return status
	}
	return code
}

// words answers the explanation, wherever the answer has it.
func (e envelope) words() string {
	said := []string{e.fields.text("data", "mensagem", "message")}
	list, _ := e.fields["erros"].([]any)
	for _, item := range list {
		if text, ok := item.(string); ok {
			said = append(said, text)
		}
	}
	return strings.TrimSpace(strings.Join(said, " "))
}

// read answers the data of a success, or the error that the answer tells
// (providers/vhsys.md, 1). Throttling and a server's failure are told by the
// HTTP status alone.
func (c *Client) read(answer *provider.HTTPAnswer, write bool) (json.RawMessage, error) {
	parsed, err := parse(answer.Body)
	if answer.Status == http.StatusUnauthorized {
		return nil, c.refused(answer, tokensRefused, "401", firstText(parsed.words(), answer.PlainText()))
	}
	if err != nil {
		return nil, c.http.Unexpected(answer, write, "", answer.PlainText())
	}
	code := parsed.code(answer.Status)
	if answer.Status == http.StatusTooManyRequests || answer.Status >= 500 {
		return nil, c.http.Unexpected(answer, write, strconv.Itoa(code), parsed.words())
	}
	if answer.Status < 300 && (code == http.StatusOK || code == http.StatusCreated) && parsed.fields.text("status") != "error" {
		return parsed.data, nil
	}
	if known, ok := meaningOf(code, parsed.words()); ok {
		return nil, c.refused(answer, known, strconv.Itoa(code), parsed.words())
	}
	return nil, c.http.Unexpected(answer, write, strconv.Itoa(code), parsed.words())
}

func (c *Client) refused(answer *provider.HTTPAnswer, known meaning, code, words string) error {
	return &provider.Error{
		Provider: name, Class: known.class, Code: code, Text: answer.Words(words), Field: known.field,
		Cause: known.cause, Remedy: known.remedy, HTTPStatus: answer.Status, RetryAfter: answer.RetryAfter,
	}
}

// meaning is what a refusal stands for.
type meaning struct {
	class         provider.Class
	cause, remedy provider.Text
	field         string
}

func say(pt, en string) provider.Text { return provider.Text{PT: pt, EN: en} }

var (
	tokensRefused = meaning{class: provider.Auth,
		cause:  say("O Vhsys não aceitou os tokens de acesso.", "Vhsys did not accept the access tokens."),
		remedy: say("No Vhsys, abra o aplicativo \"Integração via API\", gere os tokens de novo e cole os dois na integração: gerar um novo par invalida o anterior.", "In Vhsys, open the app \"Integração via API\", make the tokens anew and paste both into the integration: a new pair replaces the one before."),
	}
	accessMissing = meaning{class: provider.Auth,
		cause:  say("O Vhsys diz que esta conta não tem acesso à operação.", "Vhsys says that this account has no access to the operation."),
		remedy: say("Verifique no Vhsys se o aplicativo \"Integração via API\" está ativo e se o plano da conta inclui este módulo.", "Check in Vhsys that the app \"Integração via API\" is active and that the account's plan includes this module."),
	}
	nothingThere = meaning{class: provider.NotFound,
		cause:  say("O Vhsys não encontrou este registro.", "Vhsys did not find this record."),
		remedy: say("Verifique no Vhsys se o registro foi excluído ou está na lixeira.", "Check in Vhsys whether the record was deleted or is in the trash."),
	}
	noSuchRoute = meaning{class: provider.Invalid,
		cause:  say("O Vhsys não reconhece o endereço chamado.", "Vhsys does not know the address that was called."),
		remedy: say("Confira o endereço da API na integração: https://api.vhsys.com/v2. Se estiver certo, o Vhsys mudou a API: informe ao responsável técnico.", "Check the API address in the integration: https://api.vhsys.com/v2. If it is right, Vhsys has changed its API: tell whoever is technically responsible."),
	}
)

// unexplained are the refusals to which the API gives no reason, by the words
// that tell them apart; the first match counts.
var unexplained = []struct {
	words   []string // all of them
	meaning meaning
}{
	{[]string{"nota", "emitir"}, meaning{provider.Invalid,
		say("O Vhsys não emitiu a nota fiscal e não disse por quê.", "Vhsys did not issue the invoice and gave no reason."),
		say("Abra a nota no Vhsys e tente emitir por lá: ele mostra o que falta, como certificado digital, inscrição estadual, tributos do produto ou dados do cliente. Corrija e envie de novo.", "Open the invoice in Vhsys and try to issue it there: it shows what is missing, such as the certificate, the state registration, the product's taxes or data of the customer. Correct it and send again."), ""}},
	{[]string{"nota", "excluir"}, meaning{provider.State,
		say("O Vhsys não excluiu a nota fiscal e não disse por quê: ela pode já ter sido transmitida.", "Vhsys did not delete the invoice and gave no reason: it may have been sent already."),
		say("Abra a nota no Vhsys. Se foi emitida, ela só pode ser cancelada por lá.", "Open the invoice in Vhsys. If it was issued, it can only be cancelled there."), ""}},
	{[]string{"nota", "produto"}, meaning{provider.Invalid,
		say("O Vhsys não incluiu os itens na nota fiscal e não disse por quê.", "Vhsys did not add the items to the invoice and gave no reason."),
		say("Verifique no Vhsys se o produto ligado a este item existe, está ativo e fora da lixeira, e se a nota ainda não foi emitida; depois envie de novo.", "Check in Vhsys that the product tied to this item exists, is active and not in the trash, and that the invoice was not issued yet; then send again."), "items"}},
	{[]string{"nota", "parcela"}, meaning{provider.Invalid,
		say("O Vhsys não aceitou as parcelas da nota fiscal e não disse por quê.", "Vhsys did not take the invoice's instalments and gave no reason."),
		say("Confira se a soma das parcelas é igual ao total da nota e se nenhuma vence antes da emissão.", "Check that the instalments add up to the invoice's total and that none falls due before it is issued."), "installments"}},
	{[]string{"nota"}, meaning{provider.Invalid,
		say("O Vhsys não gravou a nota fiscal e não disse por quê.", "Vhsys did not save the invoice and gave no reason."),
		say("Confira no Vhsys se o cliente existe e está fora da lixeira, se a série está cadastrada e se os parâmetros de nota fiscal da conta estão preenchidos; depois envie de novo.", "Check in Vhsys that the customer exists and is not in the trash, that the series is set up and that the account's invoice parameters are filled in; then send again."), ""}},
	{[]string{"webhook"}, meaning{provider.Invalid,
		say("O Vhsys não cadastrou o webhook.", "Vhsys did not register the webhook."),
		say("Exclua no Vhsys um webhook de todas as entidades, se houver, e tente de novo.", "Delete a webhook for all entities in Vhsys, if there is one, and try again."), "webhook.url"}},
	{[]string{"produto"}, meaning{provider.Invalid,
		say("O Vhsys não incluiu os itens no pedido e não disse por quê.", "Vhsys did not add the items to the order and gave no reason."),
		say("Verifique no Vhsys se o produto ligado a este item existe, está ativo e fora da lixeira; depois envie de novo.", "Check in Vhsys that the product tied to this item exists, is active and not in the trash; then send again."), "items"}},
	{[]string{"parcela"}, meaning{provider.Invalid,
		say("O Vhsys não aceitou as parcelas do pedido e não disse por quê.", "Vhsys did not take the order's instalments and gave no reason."),
		say("Confira se a soma das parcelas é igual ao total do pedido e se a forma de pagamento escolhida existe na sua conta do Vhsys.", "Check that the instalments add up to the order's total and that the chosen payment method exists in your Vhsys account."), "installments"}},
	{[]string{"status"}, meaning{provider.Invalid,
		say("O Vhsys não aceitou o status do pedido e não disse por quê.", "Vhsys did not take the order's status and gave no reason."),
		say("Atualize a lista de status na integração e confira se o escolhido ainda existe no Vhsys.", "Refresh the list of statuses in the integration and check that the chosen one still exists in Vhsys."), "status"}},
	{[]string{"cliente"}, meaning{provider.Invalid,
		say("O Vhsys não cadastrou o cliente e não disse por quê.", "Vhsys did not register the customer and gave no reason."),
		say("Confira nome, CPF ou CNPJ e endereço do cliente, e procure no Vhsys um cadastro com o mesmo documento.", "Check the customer's name, CPF or CNPJ and address, and look in Vhsys for a record with the same document."), "payer"}},
	{[]string{"pedido"}, meaning{provider.Invalid,
		say("O Vhsys não gravou o pedido e não disse por quê.", "Vhsys did not save the order and gave no reason."),
		say("Confira no Vhsys se o cliente do pedido existe e está fora da lixeira; depois envie de novo.", "Check in Vhsys that the order's customer exists and is not in the trash; then send again."), "order"}},
	{nil, meaning{provider.Invalid,
		say("O Vhsys recusou a operação.", "Vhsys refused the operation."),
		say("Leia a mensagem do Vhsys, corrija o que ela aponta e envie de novo.", "Read Vhsys' message, correct what it points at and send again."), ""}},
}

var (
	emptyWords = regexp.MustCompile(`(?i)nenhum|encontrad`)
	routeWords = regexp.MustCompile(`(?i)inv[áa]lid`)
	// One webhook for all entities excludes those for single ones (2.6).
	webhookWords = regexp.MustCompile(`^para cadastrar um webhook`)
	accessWords  = regexp.MustCompile(`(?i)\btoken|permiss|autoriza|acesso negado|sem acesso`)
)

// meaningOf finds what a refusal means. A 403 stands for "nothing found", for
// "refused" and, it is not known for sure, for "no access".
func meaningOf(code int, words string) (meaning, bool) {
	switch code {
	case http.StatusUnauthorized:
		return tokensRefused, true
	case http.StatusForbidden:
		return forbidden(words), true
	case http.StatusNotFound:
		if routeWords.MatchString(words) || words == "" {
			return noSuchRoute, true
		}
		return nothingThere, true
	case http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusConflict, http.StatusUnprocessableEntity:
		return refusalOf(words), true
	}
	return meaning{}, false
}

func forbidden(words string) meaning {
	switch {
	case accessWords.MatchString(words):
		return accessMissing
	case emptyWords.MatchString(words):
		return nothingThere
	}
	return refusalOf(words)
}

// refusalOf takes the API's formula "Erro ao … o <thing>!" for what it is about;
// any other words explain themselves.
func refusalOf(words string) meaning {
	lower := strings.ToLower(words)
	formula := strings.HasPrefix(lower, "erro ao") || webhookWords.MatchString(lower)
	for _, known := range unexplained {
		if len(known.words) == 0 || formula && containsAll(lower, known.words) {
			return known.meaning
		}
	}
	return meaning{}
}

func containsAll(text string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// absent is the error of an id that cannot be one of the provider's.
func absent() error {
	return &provider.Error{Provider: name, Class: provider.NotFound, Cause: nothingThere.cause, Remedy: nothingThere.remedy}
}

func asError(err error) *provider.Error {
	var failure *provider.Error
	if errors.As(err, &failure) {
		return failure
	}
	return nil
}

func firstText(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
