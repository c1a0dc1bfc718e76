package billing

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"ponte/billing/brazil"
	"ponte/ent/db"
	"ponte/ent/db/carnet"
	"ponte/ent/db/charge"
	"ponte/ent/db/operation"
	"ponte/ent/db/sale"
	"ponte/ent/enum"
	"ponte/ent/schema"
)

// Limits of a sale.
const (
	MaxItems        = 100
	MaxInstallments = 24
	MaxParcels      = 12 // of a carnê or a card
	MaxQuantity     = 10_000
	MaxAmountCents  = 1_000_000_000_00 // one billion reais
	maxDescription  = 200
	maxNote         = 2_000
	maxKey          = 100
)

// NewItem is an item of a new sale: a product or a free text.
type NewItem struct {
	ProductID   *string
	Description *string
	Quantity    int
	UnitCents   *int64 // the product's price when nil
}

// NewSale is the input of CreateSale.
type NewSale struct {
	CustomerID          string
	Items               []*NewItem
	DiscountCents       int64
	InterestCents       int64
	PaymentMethod       enum.PaymentMethod
	Installments        int
	Repeat              bool // each parcel of a carnê collects all the items
	FirstDueDate        *brazil.Date
	DueDates            []brazil.Date
	PixExpiresInSeconds *int // makes a Pix immediate
	LinkMethods         enum.LinkMethods
	CardToken           *string
	Terms               *Terms
	SendEmail           bool
	Note                *string
	IdempotencyKey      *string
}

// SaleStarted is what CreateSale and CancelSale answer.
type SaleStarted struct {
	Sale       *db.Sale
	Operations []*db.Operation
	Replayed   bool
}

// CreateSale makes a sale with its charges and has them issued, in one
// transaction. The error is a Refusal when the input is wrong: then nothing was
// written.
func (s *Service) CreateSale(ctx context.Context, input NewSale) (*SaleStarted, error) {
	var started *SaleStarted
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		started, err = s.createSaleOnce(ctx, tx, input)
		return err
	})
	if err != nil {
		return nil, err
	}
	return started.unwrap(), nil
}

// createSaleOnce makes the sale, or answers the one that its key stands for.
func (s *Service) createSaleOnce(ctx context.Context, tx *db.Tx, input NewSale) (*SaleStarted, error) {
	id := schema.NewID("sal")()
	replayed, err := s.remember(ctx, tx, input.IdempotencyKey, input, id)
	switch {
	case err != nil:
		return nil, err
	case replayed != "":
		id = replayed
	default:
		if err := s.createSale(ctx, tx, id, input); err != nil {
			return nil, err
		}
	}
	started := &SaleStarted{Replayed: replayed != ""}
	started.Sale, started.Operations, err = saleAndOperations(ctx, tx, id)
	return started, err
}

// unwrap frees what was read in a transaction from it, so that its edges can be
// followed afterwards.
func (s *SaleStarted) unwrap() *SaleStarted {
	s.Sale = s.Sale.Unwrap()
	for i, op := range s.Operations {
		s.Operations[i] = op.Unwrap()
	}
	return s
}

// saleAndOperations reads a sale and what issues its charges.
func saleAndOperations(ctx context.Context, tx *db.Tx, id string) (*db.Sale, []*db.Operation, error) {
	sold, err := tx.Sale.Get(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	subjects, err := tx.Charge.Query().Where(charge.SaleID(id)).IDs(ctx)
	if err != nil {
		return nil, nil, err
	}
	carnets, err := tx.Carnet.Query().Where(carnet.SaleID(id)).IDs(ctx)
	if err != nil {
		return nil, nil, err
	}
	operations, err := tx.Operation.Query().Where(operation.SubjectIDIn(append(subjects, carnets...)...),
		operation.KindIn(enum.KindIssueCharge, enum.KindIssueCarnet)).Order(db.Asc(operation.FieldID)).All(ctx)
	return sold, operations, err
}

// remember writes a caller's key down with what it stands for. It answers the id
// that the key stands for already, and refuses the key with another input.
func (s *Service) remember(ctx context.Context, tx *db.Tx, key *string, input any, id string) (replayed string, err error) {
	if key == nil {
		return "", nil
	}
	if *key == "" || len(*key) > maxKey {
		return "", refuse("IDEMPOTENCY_KEY_INVALID", "idempotencyKey", "A chave deve ter de 1 a 100 caracteres.", "The key must have 1 to 100 characters.")
	}
	encoded, err := json.Marshal(input)
	if err != nil {
		return "", err
	}
	hash := sha256.Sum256(append([]byte(fmt.Sprintf("%T", input)), encoded...))
	keyID := *key
	if actor := actorID(ctx); actor != nil {
		keyID = *actor + "/" + keyID
	}
	// Whoever comes second waits here until the first has ended.
	_, err = tx.ExecContext(ctx, `INSERT INTO idempotency_keys (id, request_hash, subject_id, created_at) VALUES ($1, $2, $3, now()) ON CONFLICT (id) DO NOTHING`,
		keyID, hash[:], id)
	if err != nil {
		return "", fmt.Errorf("remember a key: %w", err)
	}
	known, err := tx.IdempotencyKey.Get(ctx, keyID)
	if err != nil {
		return "", err
	}
	if known.SubjectID == id {
		return "", nil
	}
	if string(known.RequestHash) != string(hash[:]) {
		return "", keyReused()
	}
	return known.SubjectID, nil
}

func keyReused() error {
	return refuse("IDEMPOTENCY_KEY_REUSED", "idempotencyKey",
		"Esta chave já foi usada com outros dados: use uma chave nova para um pedido novo.",
		"This key was used with another input: use a new key for a new request.")
}

func (s *Service) createSale(ctx context.Context, tx *db.Tx, id string, input NewSale) error {
	if err := s.mustBeActive(ctx, tx, enum.Gerencianet); err != nil {
		return err
	}
	if err := checkSale(input, s.today()).orNil(); err != nil {
		return err
	}
	customer, err := tx.Customer.Get(ctx, input.CustomerID)
	if db.IsNotFound(err) {
		return notFound("customerId", "O cliente", "The customer")
	}
	if err != nil {
		return err
	}
	if err := mustBeKnown(customer, "customerId"); err != nil {
		return err
	}
	input = input.repeated()
	sold, err := s.writeSale(ctx, tx, id, input, "")
	if err != nil {
		return err
	}
	if err := s.saleCharges(ctx, tx, sold, customer, input); err != nil {
		return err
	}
	return s.enqueueMirror(ctx, tx, id)
}

// writeSale writes a sale with its items; channel says where one that is recorded
// by hand was paid.
func (s *Service) writeSale(ctx context.Context, tx *db.Tx, id string, input NewSale, channel string) (*db.Sale, error) {
	items, itemsCents, err := s.saleItems(ctx, tx, id, input.Items)
	if err != nil {
		return nil, err
	}
	if input.DiscountCents > 0 && input.DiscountCents >= itemsCents { // the ERP may get the sale without interest
		return nil, refuse("DISCOUNT_TOO_LARGE", "discountCents", "O desconto precisa ser menor que a soma dos itens.", "The discount must be less than the sum of the items.")
	}
	total := itemsCents - input.DiscountCents + input.InterestCents
	if total <= 0 || total > MaxAmountCents {
		return nil, refuse("TOTAL_INVALID", "items", "O total da venda precisa ser maior que zero e até R$ 1 bilhão: confira itens e desconto.", "The sale's total must be above zero and at most R$ 1 billion: check items and discount.")
	}
	sold, err := tx.Sale.Create().SetID(id).SetNillableNumber(rehearsedNumber(ctx)).SetCustomerID(input.CustomerID).SetItemsCents(itemsCents).SetDiscountCents(input.DiscountCents).
		SetInterestCents(input.InterestCents).SetTotalCents(total).SetPaymentMethod(input.PaymentMethod).SetInstallments(input.Installments).
		SetNote(value(input.Note)).SetChannel(channel).SetNillableCreatedByID(actorID(ctx)).SetCreatedAt(s.Now()).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("write a sale: %w", err)
	}
	if err := tx.SaleItem.CreateBulk(items...).Exec(ctx); err != nil {
		return nil, fmt.Errorf("write the items of a sale: %w", err)
	}
	return sold, s.announceSale(ctx, tx, eventSaleCreated, id)
}

// repeated multiplies what is sold by the parcels of a carnê that collects it all
// with each.
func (n NewSale) repeated() NewSale {
	if !n.Repeat {
		return n
	}
	items := make([]*NewItem, len(n.Items))
	for i, item := range n.Items {
		one := *item
		one.Quantity *= n.Installments
		items[i] = &one
	}
	n.Items, n.DiscountCents, n.InterestCents = items, n.DiscountCents*int64(n.Installments), n.InterestCents*int64(n.Installments)
	return n
}

// checkSale finds what is wrong with an input by itself.
func checkSale(input NewSale, today brazil.Date) Refusal {
	var found Refusal
	checkAmounts(&found, input.Items, input.DiscountCents, input.InterestCents, input.Note)
	checkMethod(&found, input)
	checkDueDates(&found, input, today)
	checkTerms(&found, input.Terms)
	return found
}

// checkAmounts finds what is wrong with what is sold.
func checkAmounts(found *Refusal, items []*NewItem, discountCents, interestCents int64, note *string) {
	if len(items) == 0 || len(items) > MaxItems {
		found.add("ITEMS_COUNT", "items", "Inclua de 1 a 100 itens.", "Give 1 to 100 items.")
	}
	if discountCents < 0 {
		found.add("AMOUNT_NEGATIVE", "discountCents", "O desconto não pode ser negativo.", "The discount can't be negative.")
	}
	if interestCents < 0 {
		found.add("AMOUNT_NEGATIVE", "interestCents", "Os juros não podem ser negativos.", "The interest can't be negative.")
	}
	if len(value(note)) > maxNote {
		found.add("TOO_LONG", "note", "A observação pode ter até 2.000 caracteres.", "The note may have up to 2,000 characters.")
	}
}

// mostInstallments is how many instalments a method can have. Carnês and cards
// are limited by the provider (providers/gerencianet.md, 8.1).
var mostInstallments = map[enum.PaymentMethod]int{
	enum.MethodBoleto: MaxInstallments, enum.MethodPix: MaxInstallments, enum.MethodCarnet: MaxParcels, enum.MethodCard: MaxParcels, enum.MethodLink: 1,
}

// checkMethod finds what does not go together with the method of payment.
func checkMethod(found *Refusal, input NewSale) {
	most, issued := mostInstallments[input.PaymentMethod]
	if !issued {
		found.add("METHOD_UNAVAILABLE", "paymentMethod", "Esta forma de pagamento não é emitida pela Ponte: escolha outra.", "This method of payment is not issued by Ponte: choose another.")
		return
	}
	if input.Installments < 1 || input.Installments > most {
		found.add("INSTALLMENTS_COUNT", "installments", fmt.Sprintf("Escolha de 1 a %d parcelas.", most), fmt.Sprintf("Choose 1 to %d instalments.", most))
	}
	if input.Repeat && input.PaymentMethod != enum.MethodCarnet {
		found.add("METHOD_CONFLICT", "repeat", "Só um carnê pode repetir o valor em cada parcela.", "Only a carnê can repeat the value in each parcel.")
	}
	if input.PaymentMethod == enum.MethodCard && value(input.CardToken) == "" {
		found.add("REQUIRED", "cardToken", "Informe o token do cartão, feito no navegador do pagador.", "Give the card's token, made in the payer's browser.")
	}
	checkPixTime(found, input)
}

// The time that an immediate Pix can be paid, in seconds.
const (
	minPixSeconds = 60
	maxPixSeconds = 30 * 24 * 60 * 60
)

func checkPixTime(found *Refusal, input NewSale) {
	if input.PixExpiresInSeconds == nil {
		return
	}
	if input.PaymentMethod != enum.MethodPix {
		found.add("METHOD_CONFLICT", "pixExpiresInSeconds", "A validade em segundos é só do Pix.", "Only a Pix has a time to be paid in seconds.")
	} else if *input.PixExpiresInSeconds < minPixSeconds || *input.PixExpiresInSeconds > maxPixSeconds {
		found.add("OUT_OF_RANGE", "pixExpiresInSeconds", "A validade do Pix vai de 1 minuto a 30 dias.", "A Pix can be paid for 1 minute to 30 days.")
	}
	if input.Installments > 1 {
		found.add("INSTALLMENTS_COUNT", "installments", "Um Pix imediato é um só: para parcelas, use o Pix com vencimento.", "An immediate Pix is one alone: for instalments, use the Pix with a due date.")
	}
}

func checkDueDates(found *Refusal, input NewSale, today brazil.Date) {
	if !hasDueDate(input.PaymentMethod, input.PixExpiresInSeconds) {
		return
	}
	if len(input.DueDates) > 0 && input.PaymentMethod == enum.MethodCarnet {
		found.add("METHOD_CONFLICT", "dueDates", "As parcelas de um carnê vencem de mês em mês: informe só o primeiro vencimento.", "The parcels of a carnê are a month apart: give the first due date only.")
		return
	}
	if len(input.DueDates) > 0 && len(input.DueDates) != input.Installments {
		found.add("DUE_DATES_COUNT", "dueDates", "Informe um vencimento para cada parcela, ou nenhum.", "Give one due date for each instalment, or none.")
		return
	}
	switch {
	case input.FirstDueDate == nil && len(input.DueDates) == 0:
		found.add("REQUIRED", "firstDueDate", "Informe o vencimento.", "Give the due date.")
	case input.FirstDueDate != nil && *input.FirstDueDate < today:
		found.add("DUE_DATE_PAST", "firstDueDate", "O vencimento precisa ser hoje ou depois.", "The due date must be today or later.")
	}
	for i, date := range input.DueDates {
		if date < today {
			found.add("DUE_DATE_PAST", fmt.Sprintf("dueDates.%d", i), "O vencimento precisa ser hoje ou depois.", "The due date must be today or later.")
		}
	}
}

// saleItems answers the rows of the items and their sum at cash price.
func (s *Service) saleItems(ctx context.Context, tx *db.Tx, saleID string, inputs []*NewItem) ([]*db.SaleItemCreate, int64, error) {
	var found Refusal
	var total int64
	rows := make([]*db.SaleItemCreate, len(inputs))
	for i, input := range inputs {
		at := fmt.Sprintf("items.%d.", i)
		description, unitCents := strings.TrimSpace(value(input.Description)), input.UnitCents
		if input.ProductID != nil {
			product, err := tx.Product.Get(ctx, *input.ProductID)
			if err != nil && !db.IsNotFound(err) {
				return nil, 0, err
			}
			if err != nil || !product.Active {
				found.add("NOT_FOUND", at+"productId", "O produto não existe ou está inativo: escolha outro.", "The product does not exist or is not active: choose another.")
				continue
			}
			if description == "" {
				description = product.Name
			}
			if unitCents == nil {
				unitCents = &product.PriceCents
			}
		}
		checkItem(&found, at, description, input.Quantity, unitCents)
		if len(found) > 0 {
			continue
		}
		total += int64(input.Quantity) * *unitCents
		rows[i] = tx.SaleItem.Create().SetSaleID(saleID).SetPosition(i + 1).SetNillableProductID(input.ProductID).
			SetDescription(description).SetQuantity(input.Quantity).SetUnitCents(*unitCents)
	}
	return rows, total, found.orNil()
}

func checkItem(found *Refusal, at, description string, quantity int, unitCents *int64) {
	if description == "" || len([]rune(description)) > maxDescription || strings.ContainsAny(description, "<>") {
		found.add("DESCRIPTION_INVALID", at+"description", "Descreva o item com 1 a 200 caracteres, sem < e >.", "Describe the item with 1 to 200 characters, without < and >.")
	}
	if quantity < 1 || quantity > MaxQuantity {
		found.add("OUT_OF_RANGE", at+"quantity", "A quantidade vai de 1 a 10.000.", "The quantity goes from 1 to 10,000.")
	}
	if unitCents == nil {
		found.add("REQUIRED", at+"unitCents", "Informe o preço do item.", "Give the item's price.")
	} else if *unitCents < 0 || *unitCents > MaxAmountCents/MaxQuantity {
		found.add("OUT_OF_RANGE", at+"unitCents", "O preço vai de R$ 0,00 a R$ 100.000,00.", "The price goes from R$ 0.00 to R$ 100,000.00.")
	}
}

// CancelSale cancels every open charge of a sale. One that is still being issued
// has to end that first.
func (s *Service) CancelSale(ctx context.Context, id string) (*SaleStarted, error) {
	var started *SaleStarted
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		started = &SaleStarted{}
		if exists, err := tx.Sale.Query().Where(sale.ID(id)).Exist(ctx); err != nil || !exists {
			return orNotFound(err, "id", "A venda", "The sale")
		}
		if err := s.mustBeActive(ctx, tx, enum.Gerencianet); err != nil {
			return err
		}
		operations, carnets, err := s.cancelCarnetsOf(ctx, tx, id) // a carnê's row is taken before its parcels
		if err != nil {
			return err
		}
		started.Operations = operations
		open, err := tx.Charge.Query().Where(charge.SaleID(id), charge.StatusIn(enum.ChargeWaiting, enum.ChargeOverdue, enum.ChargeFailed,
			enum.ChargeQueued, enum.ChargeIssuing, enum.ChargeUnknown)).
			Order(db.Asc(charge.FieldID)).ForUpdate().All(ctx)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(open, func(c *db.Charge) bool { return isUnissued(c.Status) && c.Status != enum.ChargeFailed }) {
			return refuse("CHARGES_BEING_ISSUED", "id",
				"Há cobranças desta venda sendo emitidas: espere elas saírem da fila e cancele de novo.",
				"Charges of this sale are being issued: wait until they have left the queue, and cancel again.")
		}
		if len(open) == 0 && carnets == 0 {
			return refuse("NOTHING_OPEN", "id", "Esta venda não tem cobrança aberta para cancelar.", "This sale has no open charge to cancel.")
		}
		for _, c := range withoutParcels(open) {
			op, _, err := s.cancel(ctx, tx, c)
			if err != nil {
				return err
			}
			if op != nil {
				started.Operations = append(started.Operations, op)
			}
		}
		started.Sale, err = tx.Sale.Get(ctx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return started.unwrap(), nil
}

// orMissing makes a refusal of a row that is not there.
func orMissing(err error, field, pt, en string) error {
	if db.IsNotFound(err) {
		return notFound(field, pt, en)
	}
	return err
}

func orNotFound(err error, field, pt, en string) error {
	if err != nil {
		return err
	}
	return notFound(field, pt, en)
}

// value answers what a pointer points at, the zero value for nil.
func value[T any](pointer *T) T {
	if pointer == nil {
		var zero T
		return zero
	}
	return *pointer
}
