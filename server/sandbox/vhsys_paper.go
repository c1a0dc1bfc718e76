package sandbox

import (
	"cmp"
	"fmt"
	"html"
	"net/http"
	"strconv"
	"strings"
)

// fileName is what the links to an invoice's papers end with: its key, or the
// city's code.
func (k *invoiceKind) fileName(r erpRecord) string {
	return cmp.Or(r.Issue.AuthorizedKey, k.name+"-"+strconv.FormatInt(r.ID, 10)+"-"+verificationCode(r))
}

// showInvoiceFile is what the link Danfe leads to. Like the provider's, it
// asks for no token: whoever knows the key may see the paper.
func (v *vhsys) showInvoiceFile(e *exchange) answer {
	name, isPaper := strings.CutSuffix(e.params["file"], ".pdf")
	name, isXML := strings.CutSuffix(name, ".xml")
	k, r, found := v.invoiceByFile(name)
	switch {
	case found && isPaper:
		return textAnswer(http.StatusOK, "application/pdf", onePage(k.paperLines(r)))
	case found && isXML:
		return textAnswer(http.StatusOK, "application/xml; charset=utf-8", invoiceXML("nfeProc", k.fileName(r), fieldText(r.Fields, "nota_protocolo")))
	}
	return textAnswer(http.StatusNotFound, "text/plain; charset=utf-8", "Documento não encontrado")
}

// invoiceByFile finds an issued invoice by the name of its papers.
func (v *vhsys) invoiceByFile(name string) (*invoiceKind, erpRecord, bool) {
	for _, k := range v.invoices {
		for _, id := range k.ids {
			r := k.newest(id)
			if issued(r) && r.Issue.State != invoicePending && k.fileName(r) == name {
				return k, r, true
			}
		}
	}
	return nil, erpRecord{}, false
}

// paperLines is what the paper says, without accents: the page has no fonts
// for them.
func (k *invoiceKind) paperLines(r erpRecord) []string {
	lines := []string{
		"SIMULADOR - SEM VALOR FISCAL",
		fmt.Sprintf("%s  serie %d  numero %d  ambiente %v", strings.ToUpper(k.name), seriesOf(r.Fields), r.Number, k.value(r, "ambiente")),
		"Chave " + cmp.Or(r.Issue.AuthorizedKey, verificationCode(r)),
		"Protocolo " + fieldText(r.Fields, "nota_protocolo"),
		fmt.Sprintf("Total R$ %.2f", decimal(k.value(r, "valor_total_nota"))),
	}
	if r.Issue.State == invoiceCanceled {
		lines = append(lines, "CANCELADA em "+fieldText(r.Fields, "nota_data_cancelamento"))
	}
	return lines
}

// onePage writes a PDF of one page, small enough to be written by hand.
func onePage(lines []string) string {
	var text strings.Builder
	text.WriteString("BT /F1 12 Tf 50 780 Td 18 TL ")
	escape := strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`)
	for _, line := range lines {
		fmt.Fprintf(&text, "(%s) Tj T* ", escape.Replace(line))
	}
	text.WriteString("ET")
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>",
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", text.Len(), text.String()),
	}
	return pdfOf(objects)
}

// pdfOf puts numbered objects and the table of their places together.
func pdfOf(objects []string) string {
	file := "%PDF-1.4\n"
	places := "0000000000 65535 f \n"
	for i, object := range objects {
		places += fmt.Sprintf("%010d 00000 n \n", len(file))
		file += fmt.Sprintf("%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	count := len(objects) + 1
	return fmt.Sprintf("%sxref\n0 %d\n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", file, count, places, count, len(file))
}

// invoiceXML is a stand-in for the signed document: enough to be stored.
func invoiceXML(root, key, content string) string {
	return fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?><%[1]s xmlns="http://www.portalfiscal.inf.br/nfe" versao="4.00"><infNFe Id="NFe%[2]s"/><conteudo>%[3]s</conteudo></%[1]s>`,
		root, html.EscapeString(key), html.EscapeString(content))
}
