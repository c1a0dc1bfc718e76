package billing

import (
	"context"
	"regexp"
	"strings"

	"ponte/ent/db"
	"ponte/ent/db/product"
	"ponte/ent/enum"
	"ponte/ent/transact"
)

// Invoicing is the tab Faturamento of a product.
type Invoicing struct {
	RemoteProductID     *string
	RemoteProductName   *string
	Document            enum.InvoiceDocument
	Timing              enum.InvoiceTiming
	DaysAfterApproval   *int
	Ncm                 *string
	Cfop                *string
	UnitOrServiceCode   *string
	DescriptionTemplate *string
}

// SaveProduct is the input of Service.SaveProduct.
type SaveProduct struct {
	ID         *string // nil for a new product
	Code       string
	Name       string
	PriceCents int64
	Active     bool
	Invoicing  *Invoicing // nil keeps it
}

var (
	ncmPattern  = regexp.MustCompile(`^([0-9]{8}|00)$`)
	cfopPattern = regexp.MustCompile(`^[1-7][0-9]{3}$`)
)

// SaveProduct adds or changes a product.
func (s *Service) SaveProduct(ctx context.Context, input SaveProduct) (*db.Product, error) {
	var saved *db.Product
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		saved, err = s.saveProduct(ctx, tx, input)
		return err
	})
	if err != nil {
		return nil, err
	}
	return saved.Unwrap(), nil
}

func (s *Service) saveProduct(ctx context.Context, tx *db.Tx, input SaveProduct) (saved *db.Product, err error) {
	if err := checkProduct(input).orNil(); err != nil {
		return nil, err
	}
	if input.ID == nil {
		create := tx.Product.Create()
		fillProduct(create.Mutation(), input)
		saved, err = create.Save(ctx)
	} else {
		if exists, err := tx.Product.Query().Where(product.ID(*input.ID)).Exist(ctx); err != nil || !exists {
			return nil, orNotFound(err, "id", "O produto", "The product")
		}
		update := tx.Product.UpdateOneID(*input.ID)
		fillProduct(update.Mutation(), input)
		saved, err = update.Save(ctx)
	}
	if transact.IsUnique(err, "products_code_key") {
		return nil, refuse("CODE_TAKEN", "code", "Já existe um produto com este código: escolha outro.", "There is a product with this code already: choose another.")
	}
	return saved, err
}

func checkProduct(input SaveProduct) Refusal {
	var found Refusal
	if code := strings.TrimSpace(input.Code); code == "" || len(code) > 60 {
		found.add("REQUIRED", "code", "Informe um código de até 60 caracteres.", "Give a code of up to 60 characters.")
	}
	if name := strings.TrimSpace(input.Name); name == "" || len([]rune(name)) > maxDescription || strings.ContainsAny(name, "<>") {
		found.add("NAME_INVALID", "name", "Informe o nome, até 200 caracteres, sem < e >.", "Give the name, up to 200 characters, without < and >.")
	}
	if input.PriceCents <= 0 || input.PriceCents > MaxAmountCents/MaxQuantity {
		found.add("PRICE_INVALID", "priceCents", "O preço precisa ser maior que zero e até R$ 100.000,00.", "The price must be above zero and at most R$ 100,000.00.")
	}
	if input.Invoicing != nil {
		checkInvoicing(&found, *input.Invoicing)
	}
	return found
}

func checkInvoicing(found *Refusal, tab Invoicing) {
	if ncm := value(tab.Ncm); ncm != "" && !ncmPattern.MatchString(ncm) {
		found.add("NCM_INVALID", "invoicing.ncm", "O NCM tem 8 dígitos (00 para serviços).", "An NCM has 8 digits (00 for services).")
	}
	if cfop := value(tab.Cfop); cfop != "" && !cfopPattern.MatchString(cfop) {
		found.add("CFOP_INVALID", "invoicing.cfop", "O CFOP tem 4 dígitos, como 5102.", "A CFOP has 4 digits, like 5102.")
	}
	if tab.Document != enum.DocumentNone && value(tab.RemoteProductID) == "" {
		found.add("REQUIRED", "invoicing.remoteProductId", "Escolha o produto correspondente no Vhsys.", "Choose the matching product at Vhsys.")
	}
	days := value(tab.DaysAfterApproval)
	if tab.Timing == enum.TimingDaysAfterApproval && (days < 1 || days > 120) {
		found.add("OUT_OF_RANGE", "invoicing.daysAfterApproval", "Informe de 1 a 120 dias.", "Give 1 to 120 days.")
	}
	if len([]rune(value(tab.DescriptionTemplate))) > maxDescription {
		found.add("TOO_LONG", "invoicing.descriptionTemplate", "O modelo pode ter até 200 caracteres.", "The template may have up to 200 characters.")
	}
}

func fillProduct(m *db.ProductMutation, input SaveProduct) {
	m.SetCode(strings.TrimSpace(input.Code))
	m.SetName(strings.TrimSpace(input.Name))
	m.SetPriceCents(input.PriceCents)
	m.SetActive(input.Active)
	tab := input.Invoicing
	if tab == nil {
		return
	}
	m.SetDocument(tab.Document)
	m.SetTiming(tab.Timing)
	setOrClear(tab.RemoteProductID, m.SetRemoteProductID, m.ClearRemoteProductID)
	setOrClear(tab.RemoteProductName, m.SetRemoteProductName, m.ClearRemoteProductName)
	setOrClear(tab.DaysAfterApproval, m.SetDaysAfterApproval, m.ClearDaysAfterApproval)
	setOrClear(tab.Ncm, m.SetNcm, m.ClearNcm)
	setOrClear(tab.Cfop, m.SetCfop, m.ClearCfop)
	setOrClear(tab.UnitOrServiceCode, m.SetUnitOrServiceCode, m.ClearUnitOrServiceCode)
	setOrClear(tab.DescriptionTemplate, m.SetDescriptionTemplate, m.ClearDescriptionTemplate)
}

func setOrClear[T comparable](given *T, set func(T), clear func()) {
	var zero T
	if given == nil || *given == zero {
		clear()
		return
	}
	set(*given)
}
