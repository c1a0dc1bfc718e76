package billing

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ponte/billing/brazil"
	"ponte/ent/db"
	"ponte/ent/db/customer"
	"ponte/ent/db/product"
	"ponte/ent/enum"
)

// MaxImported is how many rows one import takes; a longer table is sent in parts.
const MaxImported = 100

// ImportOptions say what becomes of the rows of an import.
type ImportOptions struct {
	DryRun         bool // everything is checked, nothing is kept
	UpdateExisting bool // customers and products that exist are changed; otherwise they stay as they are
}

// Imported is what became of one row.
type Imported struct {
	Row      int // from 0
	Outcome  enum.ImportOutcome
	ID       string // of the customer, product or sale; "" when it was refused or nothing was kept
	Problems Refusal
}

// ImportSale is a row of a table of sales: one item, sold to a customer who is
// there already.
type ImportSale struct {
	Reference     string // the sale's name in the table: the same reference never sells twice
	TaxID         string
	ProductCode   *string
	Description   *string
	Quantity      int
	UnitCents     *int64
	DiscountCents int64
	PaymentMethod enum.PaymentMethod
	Installments  int
	FirstDueDate  *brazil.Date
	SendEmail     bool
	Note          *string
}

// ImportCustomers adds the customers of a table. One whose tax id is there is
// changed, or left as it is.
func (s *Service) ImportCustomers(ctx context.Context, rows []*SaveCustomer, options ImportOptions) ([]*Imported, error) {
	return importRows(ctx, s, rows, options, func(ctx context.Context, tx *db.Tx, row *SaveCustomer) (*Imported, error) {
		input := *row
		input.ID = nil
		known, err := tx.Customer.Query().Where(customer.TaxID(brazil.NormalizeTaxID(value(row.TaxID))), customer.TaxIDNEQ("")).Select(customer.FieldID).String(ctx)
		if err != nil && !db.IsNotFound(err) {
			return nil, err
		}
		outcome := outcomeOf(known, options)
		if outcome == enum.ImportUnchanged {
			return &Imported{Outcome: outcome, ID: known}, nil
		}
		if err := keepContact(ctx, tx, &input, known); err != nil {
			return nil, err
		}
		id, err := s.saveCustomer(ctx, tx, input)
		return &Imported{Outcome: outcome, ID: id}, err
	})
}

// keepContact has a change of a known customer keep what the row does not tell.
func keepContact(ctx context.Context, tx *db.Tx, input *SaveCustomer, known string) error {
	if known == "" {
		return nil
	}
	kept, err := tx.Customer.Get(ctx, known)
	if err != nil {
		return err
	}
	input.ID = &known
	if input.Email == nil {
		input.Email = &kept.Email
	}
	if input.Phone == nil {
		input.Phone = &kept.Phone
	}
	return nil
}

// ImportProducts adds the products of a table. One whose code is there is changed,
// or left as it is.
func (s *Service) ImportProducts(ctx context.Context, rows []*SaveProduct, options ImportOptions) ([]*Imported, error) {
	return importRows(ctx, s, rows, options, func(ctx context.Context, tx *db.Tx, row *SaveProduct) (*Imported, error) {
		input := *row
		input.ID = nil
		known, err := tx.Product.Query().Where(product.Code(strings.TrimSpace(row.Code))).Select(product.FieldID).String(ctx)
		if err != nil && !db.IsNotFound(err) {
			return nil, err
		}
		outcome := outcomeOf(known, options)
		if outcome == enum.ImportUnchanged {
			return &Imported{Outcome: outcome, ID: known}, nil
		}
		if known != "" {
			input.ID = &known
		}
		saved, err := s.saveProduct(ctx, tx, input)
		if err != nil {
			return nil, err
		}
		return &Imported{Outcome: outcome, ID: saved.ID}, nil
	})
}

// ImportSales makes the sales of a table and has their charges issued. A reference
// that was imported before stays as it is.
func (s *Service) ImportSales(ctx context.Context, rows []*ImportSale, options ImportOptions) ([]*Imported, error) {
	return importRows(ctx, s, rows, options, func(ctx context.Context, tx *db.Tx, row *ImportSale) (*Imported, error) {
		input, err := importedSale(ctx, tx, row)
		if err != nil {
			return nil, err
		}
		started, err := s.createSaleOnce(ctx, tx, *input)
		if err != nil {
			return nil, err
		}
		outcome := enum.ImportCreated
		if started.Replayed {
			outcome = enum.ImportUnchanged
		}
		return &Imported{Outcome: outcome, ID: started.Sale.ID}, nil
	})
}

// importedSale finds the customer and the product that a row names.
func importedSale(ctx context.Context, tx *db.Tx, row *ImportSale) (*NewSale, error) {
	if strings.TrimSpace(row.Reference) == "" {
		return nil, refuse("REQUIRED", "reference", "Dê uma referência a cada venda da planilha: ela impede que a mesma venda entre duas vezes.",
			"Give each sale of the table a reference: it keeps the same sale from being made twice.")
	}
	buyer, err := tx.Customer.Query().Where(customer.TaxID(brazil.NormalizeTaxID(row.TaxID)), customer.TaxIDNEQ("")).Select(customer.FieldID).String(ctx)
	if db.IsNotFound(err) {
		return nil, refuse("CUSTOMER_UNKNOWN", "taxId", "Não há cliente com este CPF/CNPJ: importe os clientes primeiro.", "There is no customer with this tax id: import the customers first.")
	}
	if err != nil {
		return nil, err
	}
	item := &NewItem{Description: row.Description, Quantity: row.Quantity, UnitCents: row.UnitCents}
	if code := strings.TrimSpace(value(row.ProductCode)); code != "" {
		id, err := tx.Product.Query().Where(product.Code(code)).Select(product.FieldID).String(ctx)
		if db.IsNotFound(err) {
			return nil, refuse("PRODUCT_UNKNOWN", "productCode", "Não há produto com este código: importe os produtos primeiro, ou deixe o código em branco e descreva o item.",
				"There is no product with this code: import the products first, or leave the code empty and describe the item.")
		}
		if err != nil {
			return nil, err
		}
		item.ProductID = &id
	}
	key := "import:" + strings.TrimSpace(row.Reference)
	return &NewSale{
		CustomerID: buyer, Items: []*NewItem{item}, DiscountCents: row.DiscountCents, PaymentMethod: row.PaymentMethod, Installments: row.Installments,
		FirstDueDate: row.FirstDueDate, SendEmail: row.SendEmail, Note: row.Note, LinkMethods: enum.LinkAll, IdempotencyKey: &key,
	}, nil
}

func outcomeOf(known string, options ImportOptions) enum.ImportOutcome {
	switch {
	case known == "":
		return enum.ImportCreated
	case options.UpdateExisting:
		return enum.ImportUpdated
	}
	return enum.ImportUnchanged
}

// errRehearsed ends the transaction of a dry run.
var errRehearsed = errors.New("a dry run keeps nothing")

// importRows does one thing for each row, in one transaction: a row that is refused
// leaves the others as they are. A dry run does the same and keeps nothing, so that
// it finds what the import would.
func importRows[T any](ctx context.Context, s *Service, rows []T, options ImportOptions, one func(context.Context, *db.Tx, T) (*Imported, error)) ([]*Imported, error) {
	if len(rows) == 0 || len(rows) > MaxImported {
		return nil, refuse("TOO_MANY", "rows", "Envie de 1 a 100 linhas de cada vez.", "Send 1 to 100 rows at a time.")
	}
	if options.DryRun {
		ctx = rehearsing(ctx)
	}
	var done []*Imported
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		done = make([]*Imported, len(rows))
		for i, row := range rows {
			imported, err := importRow(ctx, tx, func() (*Imported, error) { return one(ctx, tx, row) })
			if err != nil {
				return fmt.Errorf("import row %d: %w", i, err)
			}
			imported.Row = i
			done[i] = imported
		}
		if options.DryRun {
			return errRehearsed
		}
		return nil
	})
	if options.DryRun && errors.Is(err, errRehearsed) {
		for _, imported := range done {
			if imported.Outcome == enum.ImportCreated {
				imported.ID = ""
			}
		}
		return done, nil
	}
	return done, err
}

// importRow does what a row asks for, or nothing of it.
func importRow(ctx context.Context, tx *db.Tx, one func() (*Imported, error)) (*Imported, error) {
	if _, err := tx.ExecContext(ctx, "SAVEPOINT import_row"); err != nil {
		return nil, err
	}
	imported, err := one()
	problems, isRefusal := AsRefusal(err)
	if err != nil && !isRefusal {
		return nil, err
	}
	if isRefusal {
		if _, err := tx.ExecContext(ctx, "ROLLBACK TO SAVEPOINT import_row"); err != nil {
			return nil, err
		}
		imported = &Imported{Outcome: enum.ImportRefused, Problems: problems}
	}
	_, err = tx.ExecContext(ctx, "RELEASE SAVEPOINT import_row")
	return imported, err
}

type rehearsalKey struct{}

// rehearsing marks a dry run: what it writes is never seen, so it must not use up
// the numbers of sales and charges, which no rollback gives back.
func rehearsing(ctx context.Context) context.Context {
	return context.WithValue(ctx, rehearsalKey{}, new(int))
}

// rehearsedNumber answers a number below 0 in a dry run, nil otherwise.
func rehearsedNumber(ctx context.Context) *int {
	last, isRehearsal := ctx.Value(rehearsalKey{}).(*int)
	if !isRehearsal {
		return nil
	}
	*last--
	number := *last
	return &number
}
