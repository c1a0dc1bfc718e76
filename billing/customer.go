package billing

import (
	"context"
	"strings"

	"ponte/billing/brazil"
	"ponte/ent/audit"
	"ponte/ent/db"
	"ponte/ent/db/customer"
	"ponte/ent/transact"
)

// AddressInput is a postal address in an input.
type AddressInput struct {
	Street     string
	Number     string
	Complement *string
	District   string
	City       string
	State      string
	PostalCode string
}

// SaveCustomer is the input of Service.SaveCustomer.
type SaveCustomer struct {
	ID    *string // nil for a new customer
	Name  string
	TaxID *string // nil keeps it
	// ForeignBuyer is true for a buyer abroad, who has no tax id; nil keeps it.
	ForeignBuyer *bool
	Email        *string
	Phone        *string
	Address      *AddressInput
}

const maxName = 255

// SaveCustomer adds or changes a customer.
func (s *Service) SaveCustomer(ctx context.Context, input SaveCustomer) (*db.Customer, error) {
	var id string
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = s.saveCustomer(ctx, tx, input)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.DB.Customer.Get(ctx, id)
}

// saveCustomer answers the id of the customer that it wrote.
func (s *Service) saveCustomer(ctx context.Context, tx *db.Tx, input SaveCustomer) (string, error) {
	taxID := brazil.NormalizeTaxID(value(input.TaxID))
	phone := strings.TrimPrefix(brazil.Digits(value(input.Phone)), "55")
	if len(brazil.Digits(value(input.Phone))) <= 11 {
		phone = brazil.Digits(value(input.Phone))
	}
	if err := checkCustomer(input, taxID, phone).orNil(); err != nil {
		return "", err
	}
	mutation, save, err := customerMutation(ctx, tx, input.ID)
	if err != nil {
		return "", err
	}
	fillCustomer(mutation, input, taxID, phone)
	if err := mustHaveTaxID(ctx, mutation, taxID); err != nil {
		return "", err
	}
	id := value(input.ID)
	err = save(ctx, &id)
	if transact.IsUnique(err, "customers_tax_id_key") {
		return "", refuse("TAX_ID_TAKEN", "taxId", "Já existe um cliente com este CPF/CNPJ: procure por ele na lista.", "There is a customer with this tax id already: look for it in the list.")
	}
	return id, err
}

// mustHaveTaxID refuses a buyer who is not abroad and has no tax id.
func mustHaveTaxID(ctx context.Context, m *db.CustomerMutation, taxID string) error {
	abroad, given := m.ForeignBuyer()
	if !given || abroad || taxID != "" {
		return nil
	}
	if known, err := m.OldTaxID(ctx); err == nil && known != "" {
		return nil
	}
	return refuse("TAX_ID_INVALID", "taxId", "Informe o CPF ou CNPJ: só um comprador no exterior pode ficar sem.", "Give the CPF or CNPJ: only a buyer abroad can be without one.")
}

func checkCustomer(input SaveCustomer, taxID, phone string) Refusal {
	var found Refusal
	name := strings.TrimSpace(input.Name)
	if name == "" || len([]rune(name)) > maxName || strings.ContainsAny(name, "<>") {
		found.add("NAME_INVALID", "name", "Informe o nome completo ou a razão social, até 255 caracteres, sem < e >.", "Give the full or corporate name, up to 255 characters, without < and >.")
	}
	if value(input.ForeignBuyer) && taxID != "" {
		found.add("CONTRADICTION", "taxId", "Um comprador no exterior não tem CPF nem CNPJ: apague o número ou desmarque a opção.", "A buyer abroad has no CPF or CNPJ: remove the number, or untick the option.")
	}
	if (input.ID == nil && !value(input.ForeignBuyer) || taxID != "") && !brazil.ValidTaxID(taxID) {
		found.add("TAX_ID_INVALID", "taxId", "CPF ou CNPJ inválido: confira os dígitos.", "This CPF or CNPJ is wrong: check its digits.")
	}
	if email := value(input.Email); email != "" && !emailPattern.MatchString(email) {
		found.add("EMAIL_INVALID", "email", "Informe um e-mail válido, como nome@empresa.com.br.", "Give a valid address, like name@company.com.")
	}
	if phone != "" && !brazil.ValidPhone(phone) {
		found.add("PHONE_INVALID", "phone", "Informe DDD e número, como (31) 99999-9999.", "Give area code and number, like (31) 99999-9999.")
	}
	if input.Address != nil {
		checkAddress(&found, *input.Address)
	}
	return found
}

func checkAddress(found *Refusal, address AddressInput) {
	for _, one := range []struct {
		field, value string
		max          int
	}{
		{"street", address.Street, 200}, {"number", address.Number, 55}, {"district", address.District, 255}, {"city", address.City, 50},
	} {
		if text := strings.TrimSpace(one.value); text == "" || len([]rune(text)) > one.max {
			found.add("REQUIRED", "address."+one.field, "Preencha este campo do endereço (use S/N quando não houver número).", "Fill in this field of the address (S/N when there is no number).")
		}
	}
	if len([]rune(value(address.Complement))) > 45 {
		found.add("TOO_LONG", "address.complement", "O complemento pode ter até 45 caracteres.", "The complement may have up to 45 characters.")
	}
	if !brazil.ValidState(strings.ToUpper(address.State)) {
		found.add("STATE_INVALID", "address.state", "Escolha a UF, como MG.", "Choose the state, like MG.")
	}
	if len(brazil.Digits(address.PostalCode)) != 8 {
		found.add("POSTAL_CODE_INVALID", "address.postalCode", "O CEP tem 8 dígitos.", "The CEP has 8 digits.")
	}
}

// customerMutation answers a new row or an existing one, and how to write it.
func customerMutation(ctx context.Context, tx *db.Tx, id *string) (*db.CustomerMutation, func(context.Context, *string) error, error) {
	if id == nil {
		create := tx.Customer.Create()
		return create.Mutation(), func(ctx context.Context, made *string) error {
			row, err := create.Save(ctx)
			if err == nil {
				*made = row.ID
			}
			return err
		}, nil
	}
	known, err := tx.Customer.Get(ctx, *id)
	if err != nil {
		return nil, nil, orMissing(err, "id", "O cliente", "The customer")
	}
	if err := mustBeKnown(known, "id"); err != nil {
		return nil, nil, err
	}
	update := tx.Customer.UpdateOneID(*id)
	return update.Mutation(), func(ctx context.Context, _ *string) error { return update.Exec(ctx) }, nil
}

func fillCustomer(m *db.CustomerMutation, input SaveCustomer, taxID, phone string) {
	m.SetName(strings.Join(strings.Fields(input.Name), " "))
	m.SetEmail(strings.TrimSpace(value(input.Email)))
	m.SetPhone(phone)
	if taxID != "" {
		m.SetTaxID(taxID)
		m.ClearRemoteID()
	}
	if abroad := input.ForeignBuyer; abroad != nil {
		m.SetForeignBuyer(*abroad)
		if *abroad {
			m.SetTaxID("")
			m.ClearRemoteID() // the ERP's record is that of the tax id
		}
	}
	if address := input.Address; address != nil {
		m.SetStreet(strings.TrimSpace(address.Street))
		m.SetStreetNumber(strings.TrimSpace(address.Number))
		m.SetComplement(strings.TrimSpace(value(address.Complement)))
		m.SetDistrict(strings.TrimSpace(address.District))
		m.SetCity(strings.TrimSpace(address.City))
		m.SetState(strings.ToUpper(address.State))
		m.SetPostalCode(brazil.Digits(address.PostalCode))
	}
}

// RevealTaxID answers a customer's tax id without its mask, and writes down who
// asked.
func (s *Service) RevealTaxID(ctx context.Context, customerID string) (string, error) {
	var shown string
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := tx.Customer.Get(ctx, customerID)
		if err != nil {
			return orMissing(err, "customerId", "O cliente", "The customer")
		}
		shown = found.TaxID
		return audit.Revealed(ctx, tx, customer.Table, customerID, customer.FieldTaxID)
	})
	return shown, err
}
