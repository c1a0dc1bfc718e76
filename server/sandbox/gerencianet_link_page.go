package sandbox

import (
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

//go:embed page/link.html
var linkHTML string

var linkTemplate = template.Must(template.New("link").Parse(linkHTML))

// linkPaper is what the page of a payment link shows. Problem says why the
// last click did nothing.
type linkPaper struct {
	Key, Number, Status, Problem      string
	Name, CPF, DueDate                string
	Billet, Card                      bool
	BilletValue, CardValue, PaperPage string
	Open                              bool
	Items, Message                    []string
}

// The payer who is already filled in on the page of a link.
const (
	linkPayerName = "Ana Maria Souza"
	linkPayerCPF  = "52998224725"
)

// linkStatuses are the texts of a link that can no longer be paid.
var linkStatuses = map[string]string{
	statusWaiting:  "O boleto foi gerado e aguarda o pagamento.",
	statusUnpaid:   "O boleto venceu.",
	statusPaid:     "Pagamento efetuado.",
	statusExpired:  "Este link expirou.",
	statusCanceled: "Esta cobrança foi cancelada.",
}

// linkPaperOf collects what the page shows.
func (g *gerencianet) linkPaperOf(c *charge, problem string) linkPaper {
	day := g.sandbox.clock.today()
	p := linkPaper{
		Key: c.Link.Key, Number: fmt.Sprint(c.ID), Status: linkStatuses[c.Status], Problem: problem,
		Name: linkPayerName, CPF: linkPayerCPF, DueDate: dueDateText(c.Link.ExpireAt),
		Billet: c.Link.accepts(methodBillet), Card: c.Link.accepts(methodCard), Open: c.Status == statusLink,
		BilletValue: reais(c.Link.valueOn(c.Total, methodBillet, day)), CardValue: reais(c.Link.valueOn(c.Total, methodCard, day)),
		Items: itemLines(c.Items),
	}
	if c.Billet != nil {
		p.PaperPage = "../boleto/" + c.Billet.Key
	}
	if c.Link.Message != nil {
		p.Message = strings.Split(*c.Link.Message, "\n")
	}
	return p
}

// linkPage is the page on which a person pays.
func (g *gerencianet) linkPage(e *exchange) answer {
	c := g.linksByKey[e.params["key"]]
	if c == nil {
		return linkUnknown()
	}
	return htmlPage(linkTemplate, g.linkPaperOf(c, ""))
}

func linkUnknown() answer {
	return textAnswer(http.StatusNotFound, "text/plain; charset=utf-8", "Link de pagamento não encontrado.")
}

// payLink is a click on that page: a boleto that waits, or a payment.
func (g *gerencianet) payLink(e *exchange) answer {
	c := g.linksByKey[e.params["key"]]
	if c == nil {
		return linkUnknown()
	}
	form, _ := url.ParseQuery(string(e.body)) // what is broken is missing
	if problem := g.takePayment(c, form); problem != "" {
		shown := htmlPage(linkTemplate, g.linkPaperOf(c, problem))
		shown.status = http.StatusBadRequest
		return shown
	}
	return htmlPage(linkTemplate, g.linkPaperOf(c, ""))
}

// linkChoices are the methods behind the buttons, by the button's value.
var linkChoices = map[string]string{"gerar": methodBillet, "boleto": methodBillet, "cartao": methodCard}

// takePayment does what the payer has chosen, or says why it cannot.
func (g *gerencianet) takePayment(c *charge, form url.Values) string {
	method := linkChoices[form.Get("como")]
	name, document := strings.TrimSpace(form.Get("nome")), digitsOf(form.Get("cpf"))
	switch {
	case c.Status != statusLink:
		return "Este link não aceita mais pagamentos."
	case !c.Link.accepts(method):
		return "Escolha uma das formas de pagamento."
	case !fullNamePattern.MatchString(name):
		return "Informe nome e sobrenome."
	case !validCPF(document):
		return "O CPF informado é inválido."
	}
	value := c.Link.valueOn(c.Total, method, g.sandbox.clock.today())
	g.choose(c, method, &customer{Name: &name, CPF: &document})
	if form.Get("como") == "gerar" {
		g.move(c, change{to: statusWaiting})
		g.save(c)
		return ""
	}
	via := "boleto"
	if method == methodCard {
		via = "card"
	}
	g.pay(c, value, g.sandbox.clock.today(), via, false)
	return ""
}
