package vhsys

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

// invoiceNoun is what a kind of invoice is called (providers/vhsys.md, 2.5).
type invoiceNoun struct {
	path string
	keys []string // of the invoice, the likeliest first
}

// nounOf answers the names of a kind. The key of an NFSE is not in any page of
// the vendor.
func nounOf(kind provider.InvoiceKind) (invoiceNoun, error) {
	switch kind {
	case provider.NFe:
		return invoiceNoun{"/notas-fiscais", []string{"id_venda"}}, nil
	case provider.NFSe:
		return invoiceNoun{"/notas-servico", []string{"id_servico", "id_nota_servico", "id_nfse", "id_venda"}}, nil
	case provider.NFCe:
		return invoiceNoun{"/notas-consumidor", []string{"id_nfc"}}, nil
	}
	return invoiceNoun{}, provider.Violated(name, checkKind(kind))
}

// under answers a path of one invoice.
func under(kind provider.InvoiceKind, rest string, ids ...string) (string, error) {
	noun, err := nounOf(kind)
	if err != nil {
		return "", err
	}
	return below(noun.path+"/*"+rest, ids...)
}

// FindInvoice looks for the marker in the customer's invoices of the kind made or
// changed since the moment. One in the trash is not found: it was given up.
func (c *Client) FindInvoice(ctx context.Context, kind provider.InvoiceKind, reference, customerName string, since time.Time) (string, error) {
	noun, err := nounOf(kind)
	if err != nil {
		return "", err
	}
	return c.findMarked(ctx, noun.path, noun.keys, reference, customerName, since)
}

// findMarked looks for the marker in what was made or changed for the customer
// since the moment; no filter finds it by itself. A record may be missing for some
// minutes after it was created.
func (c *Client) findMarked(ctx context.Context, path string, keys []string, reference, customerName string, since time.Time) (string, error) {
	query := url.Values{
		"lixeira":          {simNao(false)},
		"data_modificacao": {wallClock(since.Add(-searchMargin))},
		"order":            {"data_cad_pedido"},
		"sort":             {"Desc"},
	}
	if customerName != "" {
		query.Set("nome_cliente", customerName)
	}
	found := ""
	err := c.each(ctx, path, query, keys[0], func(row record) bool {
		if strings.Contains(row.text("obs_interno_pedido"), marker(reference)) {
			found = row.key(keys...)
		}
		return found == ""
	})
	return found, err
}

// headerBody is what the kinds have in common.
type headerBody struct {
	CustomerID   json.Number `json:"id_cliente"`
	CustomerName string      `json:"nome_cliente"`
	Series       string      `json:"serie_nota"`
	Environment  int         `json:"ambiente"`
	Nature       string      `json:"natureza_pedido"`
	SoldOn       brazil.Date `json:"data_pedido"`
	Status       string      `json:"status_pedido"`
	Note         string      `json:"obs_pedido,omitempty"`
	InternalNote string      `json:"obs_interno_pedido"`
}

// goodsBody is the header of an NFE or NFCE. Taxes, freight and presence are left
// to the parameters of the account.
type goodsBody struct {
	headerBody
	CFOP     string `json:"cfop_pedido,omitempty"`
	Discount string `json:"desconto_pedido"`
}

type serviceBody struct {
	headerBody
	SellerID    int    `json:"vendedor_pedido_id"`
	Seller      string `json:"vendedor_pedido"`
	Description string `json:"desc_servicos"`
	Services    string `json:"valor_total_servicos"`
	Total       string `json:"valor_total_nota"`
	Activity    string `json:"atividade,omitempty"`
}

// The environments of the authority (providers/vhsys.md, 1).
const (
	forReal = 1 // produção
	forTest = 2 // homologação
)

// sellerName fills in the seller, whom the vendor's page of NFSE asks for.
const sellerName = "Ponte"

// CreateInvoice makes the header of an invoice of goods, or a whole one of a
// service.
func (c *Client) CreateInvoice(ctx context.Context, invoice provider.InvoiceRequest) (string, error) {
	noun, err := nounOf(invoice.Kind)
	if err != nil {
		return "", err
	}
	if err := c.CheckInvoice(invoice, nil); err != nil {
		return "", err
	}
	return c.create(ctx, noun.path, invoiceBody(invoice), noun.keys...)
}

func invoiceBody(invoice provider.InvoiceRequest) any {
	header := headerBody{
		CustomerID: json.Number(invoice.CustomerID), CustomerName: invoice.CustomerName, Series: invoice.Series, Environment: forReal,
		Nature: invoice.Nature, SoldOn: invoice.SoldOn, Status: statusOpen, Note: invoice.Note, InternalNote: marker(invoice.Reference),
	}
	if invoice.Test {
		header.Environment = forTest
	}
	if invoice.Kind != provider.NFSe {
		return goodsBody{header, invoice.Items[0].CFOP, reais(invoice.DiscountCents)}
	}
	header.Nature = serviceNature(invoice.Nature)
	service, total := invoice.Items[0], reais(totalCents(invoice))
	return serviceBody{header, 0, sellerName, service.Description, total, total, service.ServiceCode}
}

// serviceNature answers the code of where and how a service is taxed. Anything
// but a code stands for 1, in the company's own town.
func serviceNature(nature string) string {
	if len(nature) == 1 && nature >= "1" && nature <= "5" {
		return nature
	}
	return "1"
}

func totalCents(invoice provider.InvoiceRequest) int64 {
	total := -invoice.DiscountCents
	for _, item := range invoice.Items {
		total += item.Quantity * item.UnitCents
	}
	return total
}

// InvoiceItems answers the lines of the invoice.
func (c *Client) InvoiceItems(ctx context.Context, kind provider.InvoiceKind, invoiceID string) ([]provider.OrderItem, error) {
	path, err := under(kind, "/produtos", invoiceID)
	if err != nil || kind == provider.NFSe {
		return []provider.OrderItem{}, err
	}
	return c.lines(ctx, path, lineKeys(kind))
}

// lineKeys are the names that the id of a line may have: the vendor's pages do
// not show one.
func lineKeys(kind provider.InvoiceKind) []string {
	noun, _ := nounOf(kind)
	return []string{noun.keys[0] + "_produto", "id_ped_produto", "id_item"}
}

type invoiceItemBody struct {
	itemBody
	NCM  string `json:"ncm_produto,omitempty"`
	CFOP string `json:"cfop_produto,omitempty"`
	Unit string `json:"unidade_produto,omitempty"`
}

// AddInvoiceItems appends lines to the invoice. What a line leaves open is taken
// from the product at Vhsys and the account's parameters.
func (c *Client) AddInvoiceItems(ctx context.Context, kind provider.InvoiceKind, invoiceID string, items []provider.InvoiceItem) error {
	path, err := under(kind, "/produtos", invoiceID)
	if err != nil || kind == provider.NFSe || len(items) == 0 {
		return err
	}
	if err := provider.Violated(name, checkInvoiceItems(kind, items)); err != nil {
		return err
	}
	body := make([]invoiceItemBody, 0, len(items))
	for _, item := range items {
		body = append(body, invoiceItemBody{itemOf(item.OrderItem), item.NCM, item.CFOP, item.Unit})
	}
	_, err = c.do(ctx, http.MethodPost, path, body)
	return err
}

// RemoveInvoiceItem takes a line off the invoice; one that is gone already is a
// success.
func (c *Client) RemoveInvoiceItem(ctx context.Context, kind provider.InvoiceKind, invoiceID, itemID string) error {
	path, err := under(kind, "/produtos/*", invoiceID, itemID)
	if err != nil {
		return err
	}
	return c.remove(ctx, path)
}

// SetInvoiceInstallments replaces all instalments of an NFE. None may fall due
// before the day of issue (rejection 900).
func (c *Client) SetInvoiceInstallments(ctx context.Context, kind provider.InvoiceKind, invoiceID string, installments []provider.OrderInstallment) error {
	path, err := under(kind, "/parcelas", invoiceID)
	if err != nil || kind != provider.NFe {
		return err
	}
	return c.replaceInstallments(ctx, path, installments)
}

// TrashInvoice throws an invoice away; one that is gone already is a success.
func (c *Client) TrashInvoice(ctx context.Context, kind provider.InvoiceKind, invoiceID string) error {
	path, err := under(kind, "", invoiceID)
	if err != nil {
		return err
	}
	return c.remove(ctx, path)
}

// GetInvoice reads an invoice, and why the authority did not take it when that is
// so.
func (c *Client) GetInvoice(ctx context.Context, kind provider.InvoiceKind, invoiceID string) (provider.Invoice, error) {
	path, err := under(kind, "", invoiceID)
	if err != nil {
		return provider.Invoice{}, err
	}
	row, err := c.one(ctx, path)
	if err != nil {
		return provider.Invoice{}, err
	}
	invoice := invoiceOf(kind, row)
	if invoice.Status == provider.InvoiceOpen || invoice.Status == provider.InvoiceProcessing {
		err = c.addRejection(ctx, path, &invoice)
	}
	return invoice, err
}

func invoiceOf(kind provider.InvoiceKind, row record) provider.Invoice {
	noun, _ := nounOf(kind)
	invoice := provider.Invoice{
		ID: row.key(noun.keys...), Reference: referenceOf(row), Status: invoiceStatus(row), Number: numberOf(kind, row),
		AccessKey: accessKey(row), Protocol: row.text("nota_protocolo"), TotalCents: firstCents(row, "valor_total_nota", "valor_total_servicos"),
		CanceledAt: row.moment("nota_data_cancelamento"), Trashed: row.trashed(),
	}
	invoice.PDF, invoice.XML = papers(row)
	if invoice.Status == provider.InvoiceIssued || invoice.Status == provider.InvoiceCanceled {
		invoice.IssuedAt = row.moment("nota_data_autorizacao")
	}
	if code, text, found := rejectionIn(row); found && invoice.Status == provider.InvoiceOpen {
		invoice = rejectedBy(invoice, code, text)
	}
	return invoice
}

// invoiceStatus tells where an invoice stands. It may have an access key before it
// is issued, so only the flag counts; a receipt shows that it was sent.
func invoiceStatus(row record) provider.InvoiceStatus {
	switch {
	case row.moment("nota_data_cancelamento") != nil:
		return provider.InvoiceCanceled
	case row.yes("nota_emitida"):
		return provider.InvoiceIssued
	case row.yes("nota_denegada"):
		return provider.InvoiceRejected
	case row.key("nota_recibo") != "":
		return provider.InvoiceProcessing
	}
	return provider.InvoiceOpen
}

// numberOf answers the number that the paper bears; of an NFSE the town gives it.
func numberOf(kind provider.InvoiceKind, row record) string {
	if kind == provider.NFSe {
		return row.text("nota_numero", "id_pedido")
	}
	return row.text("id_pedido")
}

func accessKey(row record) string {
	if key := row.text("nota_chave"); len(key) == 44 {
		return key
	}
	return ""
}

func firstCents(row record, names ...string) int64 {
	for _, name := range names {
		if cents := row.cents(name); cents != 0 {
			return cents
		}
	}
	return 0
}

// papers answers the links of the PDF and the XML. A public client reads Danfe in
// the answer to /emitir; nothing is known of an XML, nor of links in a later
// answer (providers/vhsys.md, 8).
func papers(row record) (pdf, xml string) {
	return link(row, "Danfe", "danfe", "nota_danfe", "link_danfe", "nota_pdf", "pdf"), link(row, "Xml", "xml", "nota_xml", "link_xml")
}

// link answers the first of the fields that holds an address.
func link(row record, names ...string) string {
	for _, name := range names {
		if address, err := url.Parse(row.text(name)); err == nil && address.Host != "" && (address.Scheme == "https" || address.Scheme == "http") {
			return address.String()
		}
	}
	return ""
}

// issuePath is where an invoice is sent from. That of NFSE and NFCE is taken to be
// like that of NFE (providers/vhsys.md, 8).
func issuePath(kind provider.InvoiceKind, invoiceID string) (string, error) {
	return under(kind, "/emitir", invoiceID)
}

// IssueInvoice sends the invoice to the authority. Whether the answer waits for
// the authority's is not known, so the invoice is read afterwards.
func (c *Client) IssueInvoice(ctx context.Context, kind provider.InvoiceKind, invoiceID string) (provider.Invoice, error) {
	path, err := issuePath(kind, invoiceID)
	if err != nil {
		return provider.Invoice{}, err
	}
	answered, err := c.do(ctx, http.MethodPost, path, struct{}{})
	if err != nil {
		return c.afterRefusal(ctx, kind, invoiceID, err)
	}
	sent := provider.Invoice{ID: invoiceID, Status: provider.InvoiceProcessing}
	if len(answered) > 0 {
		sent = withSent(invoiceOf(kind, answered[0]), sent)
	}
	if read, err := c.GetInvoice(ctx, kind, invoiceID); err == nil {
		return withSent(read, sent), nil
	}
	return sent, nil // only the reading failed
}

// withSent adds to what was read of an invoice what the answer to its sending told
// and a read does not, or not yet.
func withSent(read, sent provider.Invoice) provider.Invoice {
	if read.Status == provider.InvoiceOpen {
		read.Status, read.RejectionCode, read.RejectionText = sent.Status, sent.RejectionCode, sent.RejectionText
	}
	read.ID = firstText(read.ID, sent.ID)
	read.Number, read.AccessKey = firstText(read.Number, sent.Number), firstText(read.AccessKey, sent.AccessKey)
	read.Protocol = firstText(read.Protocol, sent.Protocol)
	read.PDF, read.XML = firstText(read.PDF, sent.PDF), firstText(read.XML, sent.XML)
	if read.IssuedAt == nil {
		read.IssuedAt = sent.IssuedAt
	}
	return read
}

// afterRefusal finds out whether a refused sending is the authority's rejection,
// which is no error. One that was issued already, by a request whose answer was
// lost, is refused as a duplicate: what the invoice says itself counts more.
func (c *Client) afterRefusal(ctx context.Context, kind provider.InvoiceKind, invoiceID string, refused error) (provider.Invoice, error) {
	code, text, rejected := rejectionOf(refused)
	if !rejected && provider.ClassOf(refused) != provider.Invalid {
		return provider.Invoice{}, refused
	}
	read, err := c.GetInvoice(ctx, kind, invoiceID)
	if err != nil {
		read = provider.Invoice{ID: invoiceID, Status: provider.InvoiceOpen}
	}
	switch read.Status {
	case provider.InvoiceIssued, provider.InvoiceCanceled:
		return read, nil
	case provider.InvoiceOpen:
		if !rejected {
			return provider.Invoice{}, refused
		}
	}
	if rejected {
		read = rejectedBy(read, code, text)
	}
	return read, nil
}

func rejectedBy(invoice provider.Invoice, code, text string) provider.Invoice {
	invoice.Status, invoice.RejectionCode, invoice.RejectionText = provider.InvoiceRejected, code, text
	return invoice
}

// addRejection looks for a rejection in the history of an invoice that is not
// issued; its newest entry counts.
func (c *Client) addRejection(ctx context.Context, path string, invoice *provider.Invoice) error {
	var newest record
	err := c.each(ctx, path+"/status", url.Values{}, "id_status", func(row record) bool {
		if newest == nil || row.number("id_status") > newest.number("id_status") {
			newest = row
		}
		return true
	})
	if code, text, found := rejectionIn(newest); found {
		*invoice = rejectedBy(*invoice, code, text)
	}
	return err
}

// rejectionFields are where a rejection may stand: no page of the vendor tells. The
// first are guesses after the names of other fields, obs_status is the history's.
var rejectionFields = []string{"nota_motivo_rejeicao", "motivo_rejeicao", "nota_motivo", "motivo", "mensagem", "obs_status"}

// rejectionIn looks for the authority's words in a record.
func rejectionIn(row record) (code, text string, found bool) {
	for _, field := range rejectionFields {
		if code, text, found = readRejection(mend(row.text(field))); found {
			return code, text, true
		}
	}
	return "", "", false
}

// rejectionOf looks for the authority's words in a refusal.
func rejectionOf(err error) (code, text string, found bool) {
	failure := asError(err)
	if failure == nil || failure.HTTPStatus == 0 || failure.HTTPStatus >= http.StatusInternalServerError {
		return "", "", false
	}
	return readRejection(mend(failure.Text))
}

var rejectionPattern = regexp.MustCompile(`(?i)(?:rejei[çc][ãa]o|rejeitad[ao]|uso denegado|denegad[ao])[^0-9E]{0,20}?\b(E?[0-9]{2,4})\b[\s:.–-]*(.*)|^\s*(E?[0-9]{3,4})\s*[:–-]\s*(?:rejei[çc][ãa]o|uso denegado)[\s:]*(.*)`)

// readRejection takes a code and its words apart: "Rejeição 778: Informado NCM
// inexistente", "778 - Rejeição: …". Words without a code have an empty one.
func readRejection(words string) (code, text string, found bool) {
	if parts := rejectionPattern.FindStringSubmatch(words); parts != nil {
		return firstText(parts[1], parts[3]), firstText(parts[2], parts[4]), true
	}
	if rejectionWords.MatchString(words) {
		return "", words, true
	}
	return "", "", false
}

var rejectionWords = regexp.MustCompile(`(?i)\brejei[çc][ãa]o\b|\buso denegado\b`)
