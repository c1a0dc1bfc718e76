package sandbox

import (
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"
)

//go:embed page/boleto.css
var boletoCSS string

//go:embed page/boleto.html
var boletoHTML string

var boletoTemplate = template.Must(template.New("boleto").Parse(boletoHTML))

// paper is what is printed on a boleto. Page is its address when something
// else links to it.
type paper struct {
	Number, Parcel, Payer, Value, DueDate, Digits, Barcode, Pix, PDF, Page string
	Items, Message                                                         []string
}

// paperOf collects what the page and the PDF show.
func paperOf(c *charge) paper {
	p := paper{
		Number: fmt.Sprint(c.ID), Payer: c.Customer.label(), Value: reais(c.Total), DueDate: dueDateText(c.ExpireAt),
		Digits: c.Billet.Digits, Barcode: c.Billet.Barcode, Pix: c.Billet.Pix, PDF: c.Billet.Key + "/boleto.pdf",
	}
	if c.Parcel != 0 {
		p.Parcel = fmt.Sprint(c.Parcel)
	}
	p.Items = itemLines(c.Items)
	if c.Message != nil {
		p.Message = strings.Split(*c.Message, "\n")
	}
	return p
}

// itemLines are the items as people read them.
func itemLines(items []chargeItem) []string {
	var lines []string
	for _, item := range items {
		lines = append(lines, fmt.Sprintf("%d × %s: %s", *item.Amount, item.Name, reais(item.Value)))
	}
	return lines
}

// label names the payer on paper.
func (c *customer) label() string {
	switch {
	case c == nil:
		return ""
	case c.CorporateName != nil:
		return *c.CorporateName
	case c.Name != nil:
		return *c.Name
	}
	return c.document()
}

// billetPage is the printed boleto as a web page.
func (g *gerencianet) billetPage(e *exchange) answer {
	c := g.billetsByKey[e.params["key"]]
	if c == nil {
		return textAnswer(http.StatusNotFound, "text/plain; charset=utf-8", "Boleto não encontrado.")
	}
	return htmlPage(boletoTemplate, paperOf(c))
}

// htmlPage fills a template in.
func htmlPage(form *template.Template, content any) answer {
	var text strings.Builder
	if err := form.Execute(&text, content); err != nil {
		return gerencianetFailure(http.StatusInternalServerError)
	}
	return textAnswer(http.StatusOK, "text/html; charset=utf-8", text.String())
}

// billetStyle is the style sheet of that page.
func billetStyle(*exchange) answer {
	return textAnswer(http.StatusOK, "text/css; charset=utf-8", boletoCSS)
}

// billetPDF is the printed boleto as a PDF of one page.
func (g *gerencianet) billetPDF(e *exchange) answer {
	c := g.billetsByKey[e.params["key"]]
	if c == nil {
		return textAnswer(http.StatusNotFound, "text/plain; charset=utf-8", "Boleto não encontrado.")
	}
	p := paperOf(c)
	lines := []string{
		"BOLETO DE TESTE - NÃO PAGAR", "Cobrança " + p.Number, "Pagador: " + p.Payer,
		"Vencimento: " + p.DueDate, "Valor: " + p.Value, "Linha digitável: " + p.Digits,
	}
	return pdfAnswer("boleto.pdf", append(lines, p.Message...))
}

// pdfAnswer is a PDF that the browser may show.
func pdfAnswer(name string, lines []string) answer {
	result := textAnswer(http.StatusOK, "application/pdf", pdf(lines))
	result.header.Set("Content-Disposition", fmt.Sprintf("inline; filename=%q", name))
	return result
}

// pdf writes the smallest document that readers accept: one page of lines in
// a built-in font.
func pdf(lines []string) string {
	var stream strings.Builder
	stream.WriteString("BT /F1 12 Tf 50 780 Td 20 TL\n")
	for _, line := range lines {
		fmt.Fprintf(&stream, "(%s) Tj T*\n", pdfText(line))
	}
	stream.WriteString("ET")
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", stream.Len(), stream.String()),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
	}
	return assemblePDF(objects)
}

// assemblePDF numbers the objects and writes the table of their offsets.
func assemblePDF(objects []string) string {
	var file strings.Builder
	file.WriteString("%PDF-1.4\n")
	offsets := make([]int, len(objects))
	for i, object := range objects {
		offsets[i] = file.Len()
		fmt.Fprintf(&file, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	table := file.Len()
	fmt.Fprintf(&file, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&file, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&file, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
	return file.String()
}

// pdfText escapes a line and writes it in the font's one-byte encoding, where
// Portuguese letters have the same numbers as in Unicode.
func pdfText(line string) string {
	var text strings.Builder
	for _, letter := range line {
		switch {
		case strings.ContainsRune(`()\`, letter):
			text.WriteByte('\\')
			text.WriteByte(byte(letter))
		case letter >= ' ' && letter <= 0xFF:
			text.WriteByte(byte(letter))
		default:
			text.WriteByte('?')
		}
	}
	return text.String()
}
