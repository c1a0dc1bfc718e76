package billing

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"ponte/billing/brazil"
	"ponte/billing/provider"
	"ponte/ent/db"
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

// Terms are added or taken off when a charge is not paid on its day.
type Terms struct {
	FineHundredths            *int
	MonthlyInterestHundredths *int
	DiscountCents             *int64
	DiscountDays              *int
	DaysToWriteOff            *int
	Message                   *string
}

// NewSale is the input of CreateSale.
type NewSale struct {
	CustomerID     string
	Items          []*NewItem
	DiscountCents  int64
	InterestCents  int64
	PaymentMethod  enum.PaymentMethod
	Installments   int
	FirstDueDate   brazil.Date
	DueDates       []brazil.Date
	Terms          *Terms
	SendEmail      bool
	Note           *string
	IdempotencyKey *string
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
	started := &SaleStarted{}
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		id := schema.NewID("sal")()
		replayed, err := s.remember(ctx, tx, input.IdempotencyKey, input, id)
		if err != nil {
			return err
		}
		if replayed != "" {
			started.Replayed = true
			id = replayed
		} else if err := s.createSale(ctx, tx, id, input); err != nil {
			return err
		}
		started.Sale, started.Operations, err = saleAndOperations(ctx, tx, id, enum.KindIssueCharge)
		return err
	})
	if err != nil {
		return nil, err
	}
	return started.unwrap(), nil
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

func saleAndOperations(ctx context.Context, tx *db.Tx, id string, kind enum.OperationKind) (*db.Sale, []*db.Operation, error) {
	sold, err := tx.Sale.Get(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	charges, err := tx.Charge.Query().Where(charge.SaleID(id)).IDs(ctx)
	if err != nil {
		return nil, nil, err
	}
	operations, err := tx.Operation.Query().Where(operation.SubjectIDIn(charges...), operation.KindEQ(kind)).Order(db.Asc(operation.FieldID)).All(ctx)
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
		return "", refuse("IDEMPOTENCY_KEY_REUSED", "idempotencyKey",
			"Esta chave já foi usada com outros dados: use uma chave nova para um pedido novo.",
			"This key was used with another input: use a new key for a new request.")
	}
	return known.SubjectID, nil
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
	items, itemsCents, err := s.saleItems(ctx, tx, id, input.Items)
	if err != nil {
		return err
	}
	total := itemsCents - input.DiscountCents + input.InterestCents
	if total <= 0 || total > MaxAmountCents {
		return refuse("TOTAL_INVALID", "items", "O total da venda precisa ser maior que zero e até R$ 1 bilhão: confira itens e desconto.", "The sale's total must be above zero and at most R$ 1 billion: check items and discount.")
	}
	sold, err := tx.Sale.Create().SetID(id).SetCustomerID(input.CustomerID).SetItemsCents(itemsCents).SetDiscountCents(input.DiscountCents).
		SetInterestCents(input.InterestCents).SetTotalCents(total).SetPaymentMethod(input.PaymentMethod).SetInstallments(input.Installments).
		SetNote(value(input.Note)).SetNillableCreatedByID(actorID(ctx)).SetCreatedAt(s.Now()).Save(ctx)
	if err != nil {
		return fmt.Errorf("write a sale: %w", err)
	}
	if err := tx.SaleItem.CreateBulk(items...).Exec(ctx); err != nil {
		return fmt.Errorf("write the items of a sale: %w", err)
	}
	if err := s.saleCharges(ctx, tx, sold, customer, input); err != nil {
		return err
	}
	return s.enqueueMirror(ctx, tx, id)
}

// checkSale finds what is wrong with an input by itself.
func checkSale(input NewSale, today brazil.Date) Refusal {
	var found Refusal
	if len(input.Items) == 0 || len(input.Items) > MaxItems {
		found.add("ITEMS_COUNT", "items", "Inclua de 1 a 100 itens.", "Give 1 to 100 items.")
	}
	if input.PaymentMethod != enum.MethodBoleto {
		found.add("METHOD_UNAVAILABLE", "paymentMethod", "Por enquanto só boleto pode ser emitido: escolha Boleto.", "Only boletos can be issued so far: choose BOLETO.")
	}
	if input.Installments < 1 || input.Installments > MaxInstallments {
		found.add("INSTALLMENTS_COUNT", "installments", "Escolha de 1 a 24 parcelas.", "Choose 1 to 24 instalments.")
	}
	if input.DiscountCents < 0 {
		found.add("AMOUNT_NEGATIVE", "discountCents", "O desconto não pode ser negativo.", "The discount can't be negative.")
	}
	if input.InterestCents < 0 {
		found.add("AMOUNT_NEGATIVE", "interestCents", "Os juros não podem ser negativos.", "The interest can't be negative.")
	}
	if len(value(input.Note)) > maxNote {
		found.add("TOO_LONG", "note", "A observação pode ter até 2.000 caracteres.", "The note may have up to 2,000 characters.")
	}
	checkDueDates(&found, input, today)
	checkTerms(&found, input.Terms)
	return found
}

func checkDueDates(found *Refusal, input NewSale, today brazil.Date) {
	if len(input.DueDates) > 0 && len(input.DueDates) != input.Installments {
		found.add("DUE_DATES_COUNT", "dueDates", "Informe um vencimento para cada parcela, ou nenhum.", "Give one due date for each instalment, or none.")
		return
	}
	if input.FirstDueDate < today {
		found.add("DUE_DATE_PAST", "firstDueDate", "O vencimento precisa ser hoje ou depois.", "The due date must be today or later.")
	}
	for i, date := range input.DueDates {
		if date < today {
			found.add("DUE_DATE_PAST", fmt.Sprintf("dueDates.%d", i), "O vencimento precisa ser hoje ou depois.", "The due date must be today or later.")
		}
	}
}

func checkTerms(found *Refusal, terms *Terms) {
	if terms == nil {
		return
	}
	limits := []struct {
		field  string
		value  *int
		max    int
		pt, en string
	}{
		{"fineHundredths", terms.FineHundredths, 1000, "A multa vai de 0 a 10 %.", "The fine goes from 0 to 10 %."},
		{"monthlyInterestHundredths", terms.MonthlyInterestHundredths, 990, "Os juros vão de 0 a 9,9 % ao mês.", "The interest goes from 0 to 9.9 % a month."},
		{"discountDays", terms.DiscountDays, 60, "O desconto pode terminar de 0 a 60 dias antes do vencimento.", "The discount may end 0 to 60 days before the due date."},
		{"daysToWriteOff", terms.DaysToWriteOff, 120, "O boleto pode ser pago de 0 a 120 dias depois do vencimento.", "The boleto can be payable 0 to 120 days after the due date."},
	}
	for _, limit := range limits {
		if limit.value != nil && (*limit.value < 0 || *limit.value > limit.max) {
			found.add("OUT_OF_RANGE", "terms."+limit.field, limit.pt, limit.en)
		}
	}
	if terms.DiscountCents != nil && *terms.DiscountCents < 0 {
		found.add("AMOUNT_NEGATIVE", "terms.discountCents", "O desconto não pode ser negativo.", "The discount can't be negative.")
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

// saleCharges writes the charges of a sale, one for each instalment, and has
// them issued. What the provider would refuse is found before that.
func (s *Service) saleCharges(ctx context.Context, tx *db.Tx, sold *db.Sale, customer *db.Customer, input NewSale) error {
	settings, err := settingsIn(ctx, tx, enum.Gerencianet)
	if err != nil {
		return err
	}
	amounts := brazil.Split(sold.TotalCents, input.Installments)
	var found Refusal
	for i, amount := range amounts {
		due := input.FirstDueDate.AddMonths(i)
		if len(input.DueDates) > 0 {
			due = input.DueDates[i]
		}
		draft := newCharge{id: schema.NewID("chg")(), saleID: sold.ID, customer: customer, installment: i + 1, method: input.PaymentMethod, amountCents: amount, dueDate: due,
			terms: input.Terms, sendEmail: input.SendEmail, environment: settings.Environment}
		found = append(found, s.violations(draft)...)
		if len(found) > 0 {
			continue
		}
		if err := s.writeCharge(ctx, tx, draft); err != nil {
			return err
		}
	}
	return dedupe(found).orNil()
}

// dedupe keeps one problem for each code and field: three instalments of one
// customer without a phone are one problem.
func dedupe(found Refusal) Refusal {
	seen := map[string]bool{}
	var kept Refusal
	for _, one := range found {
		key := one.Code + strings.Join(one.Field, ".") + one.Text.EN
		if !seen[key] {
			kept = append(kept, one)
		}
		seen[key] = true
	}
	return kept
}

// newCharge is a charge before it is written.
type newCharge struct {
	id          string
	saleID      string
	customer    *db.Customer
	installment int
	method      enum.PaymentMethod
	amountCents int64
	dueDate     brazil.Date
	terms       *Terms
	sendEmail   bool
	environment enum.Environment
}

// inputFields names the input field for a field of a provider's request.
var inputFields = []struct{ prefix, field string }{
	{"payer.", "customerId"}, {"dueDate", "firstDueDate"}, {"amountCents", "items"}, {"lines", "items"},
	{"fine", "terms.fineHundredths"}, {"interest", "terms.monthlyInterestHundredths"}, {"conditionalDiscount", "terms.discountCents"},
	{"discount", "discountCents"}, {"daysToWriteOff", "terms.daysToWriteOff"}, {"message", "terms.message"},
}

// violations finds what the provider would refuse.
func (s *Service) violations(draft newCharge) Refusal {
	var found Refusal
	for _, violation := range s.Providers.CheckCharge(draft.request(), s.today()) {
		path := []string{}
		for _, known := range inputFields {
			if strings.HasPrefix(violation.Field, known.prefix) {
				path = strings.Split(known.field, ".")
				break
			}
		}
		found = append(found, Problem{Code: "PROVIDER_WOULD_REFUSE", Field: path, Text: violation.Message})
	}
	return found
}

func (d newCharge) request() provider.ChargeRequest {
	terms := d.termsOrNone()
	wanted := provider.ChargeRequest{
		Reference: "chg-check", Method: provider.Boleto, AmountCents: d.amountCents, DueDate: d.dueDate,
		Lines: []provider.Line{{Name: "Venda", UnitCents: d.amountCents, Quantity: 1}}, Payer: payer(d.customer), SendEmail: d.sendEmail,
		FineHundredths: int64(value(terms.FineHundredths)), InterestThousandths: int64(value(terms.MonthlyInterestHundredths)), InterestMonthly: true,
		Message: value(terms.Message), NotificationURL: "https://ponte.example/callbacks",
	}
	if terms.DaysToWriteOff != nil {
		days := int64(*terms.DaysToWriteOff)
		wanted.DaysToWriteOff = &days
	}
	if value(terms.DiscountCents) > 0 {
		until := d.dueDate.AddDays(-value(terms.DiscountDays))
		wanted.ConditionalDiscount = &provider.Discount{Value: *terms.DiscountCents, Until: &until}
	}
	return wanted
}

func (d newCharge) termsOrNone() Terms {
	if d.terms == nil {
		return Terms{}
	}
	return *d.terms
}

// writeCharge writes a charge and the operation that issues it.
func (s *Service) writeCharge(ctx context.Context, tx *db.Tx, d newCharge) error {
	terms, id := d.termsOrNone(), d.id
	c, err := tx.Charge.Create().SetID(id).SetSaleID(d.saleID).SetCustomerID(d.customer.ID).SetInstallment(d.installment).SetMethod(d.method).
		SetStatus(enum.ChargeQueued).SetAmountCents(d.amountCents).SetDueDate(d.dueDate).SetEnvironment(d.environment).
		SetReference(strings.Replace(id, "_", "-", 1)).SetSendEmail(d.sendEmail).
		SetFineHundredths(int64(value(terms.FineHundredths))).SetMonthlyInterestHundredths(int64(value(terms.MonthlyInterestHundredths))).
		SetEarlyDiscountCents(value(terms.DiscountCents)).SetEarlyDiscountDays(value(terms.DiscountDays)).
		SetNillableDaysToWriteOff(terms.DaysToWriteOff).SetMessage(value(terms.Message)).SetCreatedAt(s.Now()).Save(ctx)
	if err != nil {
		return fmt.Errorf("write a charge: %w", err)
	}
	if err := s.tell(ctx, tx, c, event{source: enum.SourceUser, code: "CREATED"}); err != nil {
		return err
	}
	return s.enqueueIssue(ctx, tx, id)
}

// NewCharge is the input of CreateCharge: a charge of its own, or one in the
// place of another.
type NewCharge struct {
	Replaces       *string
	CustomerID     *string
	Description    *string
	AmountCents    *int64
	DueDate        brazil.Date
	Terms          *Terms
	SendEmail      bool
	IdempotencyKey *string
}

// CreateCharge issues a charge of its own, which makes a sale of one item, or one
// in the place of a charge that was cancelled or has expired.
func (s *Service) CreateCharge(ctx context.Context, input NewCharge) (*Started, error) {
	if input.Replaces != nil {
		return s.replaceCharge(ctx, input)
	}
	if input.CustomerID == nil {
		return nil, refuse("REQUIRED", "customerId", "Escolha o cliente.", "Choose the customer.")
	}
	started, err := s.CreateSale(ctx, NewSale{
		CustomerID: *input.CustomerID, Items: []*NewItem{{Description: input.Description, Quantity: 1, UnitCents: input.AmountCents}},
		PaymentMethod: enum.MethodBoleto, Installments: 1, FirstDueDate: input.DueDate, Terms: input.Terms, SendEmail: input.SendEmail,
		IdempotencyKey: input.IdempotencyKey,
	})
	if err != nil {
		return nil, chargeFields(err)
	}
	c, err := s.DB.Charge.Query().Where(charge.SaleID(started.Sale.ID)).Order(db.Asc(charge.FieldID)).First(ctx)
	if err != nil {
		return nil, err
	}
	return &Started{Charge: c, Operation: started.Operations[0], Replayed: started.Replayed}, nil
}

// chargeFields renames the fields of a refused sale to those of a charge.
func chargeFields(err error) error {
	refusal, ok := AsRefusal(err)
	if !ok {
		return err
	}
	names := map[string]string{"items.0.description": "description", "items.0.unitCents": "amountCents", "items": "amountCents", "firstDueDate": "dueDate"}
	renamed := Refusal{}
	for _, one := range refusal {
		if name, known := names[strings.Join(one.Field, ".")]; known {
			one.Field = []string{name}
		}
		renamed = append(renamed, one)
	}
	return renamed
}

func (s *Service) replaceCharge(ctx context.Context, input NewCharge) (*Started, error) {
	started := &Started{}
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		id := schema.NewID("chg")()
		replayed, err := s.remember(ctx, tx, input.IdempotencyKey, input, id)
		if err != nil {
			return err
		}
		if replayed != "" {
			started.Replayed = true
			id = replayed
		} else if err := s.replace(ctx, tx, id, input); err != nil {
			return err
		}
		if started.Charge, err = tx.Charge.Get(ctx, id); err != nil {
			return err
		}
		started.Operation, err = tx.Operation.Query().Where(operation.SubjectID(started.Charge.ID), operation.KindEQ(enum.KindIssueCharge)).Order(db.Asc(operation.FieldID)).First(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	started.Charge, started.Operation = started.Charge.Unwrap(), started.Operation.Unwrap()
	return started, nil
}

func (s *Service) replace(ctx context.Context, tx *db.Tx, id string, input NewCharge) error {
	if err := s.mustBeActive(ctx, tx, enum.Gerencianet); err != nil {
		return err
	}
	old, err := tx.Charge.Query().Where(charge.ID(*input.Replaces)).WithCustomer().ForUpdate().Only(ctx)
	if db.IsNotFound(err) {
		return notFound("replaces", "A cobrança", "The charge")
	}
	if err != nil {
		return err
	}
	if (old.Status != enum.ChargeCanceled && old.Status != enum.ChargeExpired) || old.ReplacedAt != nil {
		return wrongStatus(old)
	}
	settings, err := settingsIn(ctx, tx, enum.Gerencianet)
	if err != nil {
		return err
	}
	draft := newCharge{id: id, saleID: old.SaleID, customer: old.Edges.Customer, installment: old.Installment, method: old.Method, amountCents: old.AmountCents,
		dueDate: input.DueDate, terms: input.Terms, sendEmail: input.SendEmail, environment: settings.Environment}
	if input.AmountCents != nil && *input.AmountCents != old.AmountCents {
		return refuse("AMOUNT_CHANGED", "amountCents",
			"A cobrança substituta mantém o valor da original, para a venda fechar.",
			"A charge in the place of another keeps its amount, so that the sale adds up.")
	}
	if err := chargeFields(s.violations(draft).orNil()); err != nil {
		return err
	}
	if err := tx.Charge.UpdateOne(old).SetReplacedAt(s.Now()).Exec(ctx); err != nil {
		return err
	}
	if err := s.tell(ctx, tx, old, event{source: enum.SourceUser, code: "REPLACED"}); err != nil {
		return err
	}
	if err := s.writeCharge(ctx, tx, draft); err != nil {
		return err
	}
	if err := s.deriveSale(ctx, tx, old.SaleID); err != nil {
		return err
	}
	return s.enqueueMirror(ctx, tx, old.SaleID)
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
		if len(open) == 0 {
			return refuse("NOTHING_OPEN", "id", "Esta venda não tem cobrança aberta para cancelar.", "This sale has no open charge to cancel.")
		}
		for _, c := range open {
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
