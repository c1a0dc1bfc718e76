package sandbox

import (
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"
)

//go:embed page/carnet.html
var carnetHTML string

var carnetTemplate = template.Must(template.New("carnet").Parse(carnetHTML))

// carnetPaper is what is printed on a carnê. Style and PDF are addresses
// relative to the page; the cover has no parcels.
type carnetPaper struct {
	Number, Payer, Value, Style, PDF string
	Parcels                          []paper
	Message                          []string
}

// carnetPaperOf collects what the cover shows.
func carnetPaperOf(k *carnet) carnetPaper {
	p := carnetPaper{Number: fmt.Sprint(k.ID), Payer: k.Customer.label(), Value: reais(k.Value)}
	if k.Message != nil {
		p.Message = strings.Split(*k.Message, "\n")
	}
	return p
}

// withCarnetKey looks a carnê up by the key of its public links.
func (g *gerencianet) withCarnetKey(handle func(*carnet) answer) func(*exchange) answer {
	return func(e *exchange) answer {
		k := g.carnetsByKey[e.params["key"]]
		if k == nil {
			return textAnswer(http.StatusNotFound, "text/plain; charset=utf-8", "Carnê não encontrado.")
		}
		return handle(k)
	}
}

// carnetPage is the whole carnê as a web page, with a link to each parcel.
func (g *gerencianet) carnetPage(k *carnet) answer {
	p := carnetPaperOf(k)
	p.Style, p.PDF = "style.css", k.Key+"/carne.pdf"
	for _, c := range g.parcels(k) {
		parcel := paperOf(c)
		parcel.Page = "../boleto/" + c.Billet.Key
		p.Parcels = append(p.Parcels, parcel)
	}
	return htmlPage(carnetTemplate, p)
}

// carnetCover is the cover as a web page.
func (g *gerencianet) carnetCover(k *carnet) answer {
	p := carnetPaperOf(k)
	p.Style, p.PDF = "../style.css", "capa.pdf"
	return htmlPage(carnetTemplate, p)
}

// carnetPDF is the whole carnê on one page of a PDF.
func (g *gerencianet) carnetPDF(k *carnet) answer {
	lines := k.coverLines()
	for _, c := range g.parcels(k) {
		lines = append(lines, fmt.Sprintf("Parcela %d de %d: %s, vence em %s", c.Parcel, len(k.ChargeIDs), reais(c.Total), dueDateText(c.ExpireAt)),
			"   "+c.Billet.Digits)
	}
	return pdfAnswer("carne.pdf", lines)
}

// carnetCoverPDF is the cover as a PDF of one page.
func (g *gerencianet) carnetCoverPDF(k *carnet) answer {
	return pdfAnswer("capa.pdf", k.coverLines())
}

// coverLines are the texts of the cover.
func (k *carnet) coverLines() []string {
	return []string{
		"CARNÊ DE TESTE - NÃO PAGAR", fmt.Sprintf("Carnê %d", k.ID), "Pagador: " + k.Customer.label(), "Valor: " + reais(k.Value),
	}
}
