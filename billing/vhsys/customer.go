package vhsys

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

// FindCustomer answers the customer with the tax id. Of several, which a person
// may have made by hand, the oldest has the history.
//
// A customer in the trash does not count as found: whoever deleted it meant it
// to be gone, an order on it cannot be opened from the list of customers or
// turned into a note, and no documented call takes a record out of the trash. A
// new one is created beside it; should Vhsys refuse that, CreateCustomer says
// that the trash holds the other.
func (c *Client) FindCustomer(ctx context.Context, taxID string) (string, error) {
	return c.customerWith(ctx, brazil.NormalizeTaxID(taxID), false)
}

// customerWith asks by the masked tax id, as the filter wants it, and compares
// what comes without the mask.
func (c *Client) customerWith(ctx context.Context, taxID string, inTrash bool) (string, error) {
	query := url.Values{"cnpj_cliente": {brazil.FormatTaxID(taxID)}, "lixeira": {simNao(inTrash)}}
	var oldest record
	err := c.each(ctx, "/clientes", query, "id_cliente", func(row record) bool {
		matches := brazil.NormalizeTaxID(row.text("cnpj_cliente")) == taxID && row.key("id_cliente") != ""
		if matches && (oldest == nil || row.number("id_cliente") < oldest.number("id_cliente")) {
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
	TaxID      string `json:"cnpj_cliente"`
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
}

// CreateCustomer makes a customer.
func (c *Client) CreateCustomer(ctx context.Context, customer provider.Payer) (string, error) {
	if err := provider.Violated(name, checkCustomer(customer)); err != nil {
		return "", err
	}
	customerID, err := c.create(ctx, "/clientes", customerOf(customer), "id_cliente")
	var refused *provider.Error
	if errors.As(err, &refused) && refused.HTTPStatus == http.StatusForbidden && refused.Class == provider.Invalid {
		return "", c.explainByTrash(ctx, brazil.NormalizeTaxID(customer.TaxID), refused)
	}
	return customerID, err
}

// explainByTrash gives a refusal without a reason the likely one, when a deleted
// customer has the same tax id.
func (c *Client) explainByTrash(ctx context.Context, taxID string, refused *provider.Error) error {
	if deleted, err := c.customerWith(ctx, taxID, true); err != nil || deleted == "" {
		return refused
	}
	explained := *refused
	explained.Field = "payer.taxID"
	explained.Cause = say(
		"O Vhsys não cadastrou o cliente. Há um cliente com este CPF ou CNPJ na lixeira.",
		"Vhsys did not register the customer. A customer with this CPF or CNPJ is in the trash.")
	explained.Remedy = say(
		"No Vhsys, restaure este cliente da lixeira e envie a venda de novo.",
		"In Vhsys, restore this customer from the trash and send the sale again.")
	return &explained
}

func customerOf(customer provider.Payer) customerBody {
	taxID := brazil.NormalizeTaxID(customer.TaxID)
	body := customerBody{
		Name: customer.Name, PersonType: "PJ", RecordType: "Cliente", TaxID: brazil.FormatTaxID(taxID),
		Email: customer.Email, Situation: "Ativo",
	}
	if len(taxID) == 11 {
		body.PersonType = "PF"
	}
	if len(customer.Phone) == 11 { // with the ninth digit of a mobile
		body.Mobile = customer.Phone
	} else {
		body.Phone = customer.Phone
	}
	if address := customer.Address; address != nil {
		body.Street, body.Number, body.Complement = address.Street, address.Number, address.Complement
		body.District, body.City, body.State = address.District, address.City, address.State
		body.PostalCode = formatPostalCode(address.PostalCode)
	}
	return body
}

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
