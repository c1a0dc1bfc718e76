package vhsys

import (
	"context"
	"net/url"
	"strings"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

// FindCustomer answers the customer with the tax id or, for a buyer without one,
// the customer of that name with our marker. Of several, which a person may have
// made by hand, the oldest has the history. The trash is looked at last: a second
// record beside a deleted one would part the history, and Vhsys may refuse it.
func (c *Client) FindCustomer(ctx context.Context, customer provider.Payer, reference string) (string, error) {
	query, matches := customerFilter(customer, reference)
	for _, inTrash := range []bool{false, true} {
		found, err := c.oldestCustomer(ctx, query, inTrash, matches)
		if err != nil || found != "" {
			return found, err
		}
	}
	return "", nil
}

// customerFilter asks by the masked tax id, as the filter wants it, and compares
// what comes without the mask.
func customerFilter(customer provider.Payer, reference string) (url.Values, func(record) bool) {
	taxID := brazil.NormalizeTaxID(customer.TaxID)
	if taxID == "" {
		return url.Values{"razao_cliente": {customer.Name}}, func(row record) bool {
			return reference != "" && strings.Contains(row.text("observacoes_cliente"), marker(reference))
		}
	}
	return url.Values{"cnpj_cliente": {brazil.FormatTaxID(taxID)}}, func(row record) bool {
		return brazil.NormalizeTaxID(row.text("cnpj_cliente")) == taxID
	}
}

func (c *Client) oldestCustomer(ctx context.Context, query url.Values, inTrash bool, matches func(record) bool) (string, error) {
	query.Set("lixeira", simNao(inTrash))
	var oldest record
	err := c.each(ctx, "/clientes", query, "id_cliente", func(row record) bool {
		if matches(row) && row.key("id_cliente") != "" && (oldest == nil || row.number("id_cliente") < oldest.number("id_cliente")) {
			oldest = row
		}
		return true
	})
	return oldest.key("id_cliente"), err
}

// customerBody has only what is known: all but the name is optional.
type customerBody struct {
	Name       string `json:"razao_cliente"`
	PersonType string `json:"tipo_pessoa"`
	RecordType string `json:"tipo_cadastro"`
	TaxID      string `json:"cnpj_cliente,omitempty"`
	Street     string `json:"endereco_cliente,omitempty"`
	Number     string `json:"numero_cliente,omitempty"`
	District   string `json:"bairro_cliente,omitempty"`
	Complement string `json:"complemento_cliente,omitempty"`
	PostalCode string `json:"cep_cliente,omitempty"`
	City       string `json:"cidade_cliente,omitempty"`
	State      string `json:"uf_cliente,omitempty"`
	Phone      string `json:"fone_cliente,omitempty"`
	Mobile     string `json:"celular_cliente,omitempty"`
	Email      string `json:"email_cliente,omitempty"`
	Situation  string `json:"situacao_cliente"`
	Note       string `json:"observacoes_cliente,omitempty"`
}

// CreateCustomer makes a customer, who carries our reference in the notes. One
// without a tax id is a person abroad.
func (c *Client) CreateCustomer(ctx context.Context, customer provider.Payer, reference string) (string, error) {
	if err := provider.Violated(name, checkCustomer(customer, reference)); err != nil {
		return "", err
	}
	return c.create(ctx, "/clientes", customerOf(customer, reference), "id_cliente")
}

func customerOf(customer provider.Payer, reference string) customerBody {
	taxID := brazil.NormalizeTaxID(customer.TaxID)
	body := customerBody{
		Name: customer.Name, PersonType: "PJ", RecordType: "Cliente", TaxID: brazil.FormatTaxID(taxID),
		Email: customer.Email, Situation: "Ativo",
	}
	if len(taxID) != 14 {
		body.PersonType = "PF"
	}
	if reference != "" {
		body.Note = marker(reference)
	}
	if len(customer.Phone) == 11 { // with the ninth digit of a mobile
		body.Mobile = customer.Phone
	} else {
		body.Phone = customer.Phone
	}
	if customer.Address != nil {
		body.live(*customer.Address)
	}
	if taxID == "" {
		body.State, body.PostalCode = abroad, "" // no CEP outside of Brazil
	}
	return body
}

func (b *customerBody) live(address provider.Address) {
	b.Street, b.Number, b.Complement = address.Street, address.Number, address.Complement
	b.District, b.City, b.State = address.District, address.City, address.State
	b.PostalCode = formatPostalCode(address.PostalCode)
}

// abroad is what stands for the state of an address outside of Brazil.
const abroad = "EX"

// formatPostalCode writes eight digits as 00.000-000.
func formatPostalCode(digits string) string {
	if len(digits) != 8 {
		return digits
	}
	return digits[:2] + "." + digits[2:5] + "-" + digits[5:]
}

func simNao(yes bool) string {
	if yes {
		return "Sim"
	}
	return "Nao"
}
