package billing

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/charge"
	"ponte/ent/db/operation"
	"ponte/ent/enum"
	"ponte/ent/schema"
)

// saleCharges writes the charges of a sale and has them issued: one for each
// instalment, or one alone for a card, whose instalments are the payer's affair.
// What the provider would refuse is found before that.
func (s *Service) saleCharges(ctx context.Context, tx *db.Tx, sold *db.Sale, customer *db.Customer, input NewSale) error {
	settings, err := settingsIn(ctx, tx, enum.Gerencianet)
	if err != nil {
		return err
	}
	if err := s.mustHavePix(ctx, tx, settings, input.PaymentMethod); err != nil {
		return err
	}
	drafts := s.draftCharges(sold, customer, input, settings.Environment)
	if err := s.checkDrafts(drafts, input.CardToken).orNil(); err != nil {
		return err
	}
	if input.PaymentMethod == enum.MethodCarnet {
		return s.writeCarnet(ctx, tx, sold.ID, drafts)
	}
	for _, draft := range drafts {
		if err := s.writeCharge(ctx, tx, draft, input.CardToken); err != nil {
			return err
		}
	}
	return nil
}

// draftCharges works out the charges of a sale.
func (s *Service) draftCharges(sold *db.Sale, customer *db.Customer, input NewSale, environment enum.Environment) []*db.Charge {
	count, cardInstallments := input.Installments, 1
	if input.PaymentMethod == enum.MethodCard {
		count, cardInstallments = 1, input.Installments
	}
	amounts, discounts := brazil.Split(sold.TotalCents, count), brazil.Split(sold.DiscountCents, count)
	drafts := make([]*db.Charge, count)
	for i := range drafts {
		draft := s.draft(customer, input.PaymentMethod, environment)
		draft.SaleID, draft.Installment, draft.AmountCents, draft.DueDate = sold.ID, i+1, amounts[i], s.dueDate(input, i)
		draft.SendEmail, draft.PixSeconds, draft.CardInstallments = input.SendEmail, input.PixExpiresInSeconds, cardInstallments
		if input.LinkMethods != "" {
			draft.LinkMethods = input.LinkMethods
		}
		if input.PaymentMethod != enum.MethodCarnet {
			draft.DiscountCents = discounts[i] // a carnê divides its lines by itself
		}
		setTerms(draft, input.Terms)
		drafts[i] = draft
	}
	return drafts
}

// draft is a charge that nobody knows of yet.
func (s *Service) draft(customer *db.Customer, method enum.PaymentMethod, environment enum.Environment) *db.Charge {
	id := schema.NewID("chg")()
	c := &db.Charge{
		ID: id, Reference: providerReference(id), CustomerID: customer.ID, Method: method, Status: enum.ChargeQueued,
		Environment: environment, LinkMethods: enum.LinkAll, CardInstallments: 1, CreatedAt: s.Now(),
	}
	c.Edges.Customer = customer
	return c
}

// providerReference is our id as a provider takes it.
func providerReference(id string) string { return strings.Replace(id, "_", "-", 1) }

// dueDate is the due date of an instalment; a card and an immediate Pix are due at
// once.
func (s *Service) dueDate(input NewSale, i int) brazil.Date {
	switch {
	case !hasDueDate(input.PaymentMethod, input.PixExpiresInSeconds):
		return s.today()
	case len(input.DueDates) > 0:
		return input.DueDates[i]
	}
	return value(input.FirstDueDate).AddMonths(i)
}

func hasDueDate(method enum.PaymentMethod, pixSeconds *int) bool {
	return method != enum.MethodCard && (method != enum.MethodPix || pixSeconds == nil)
}

// inputFields names the input field for a field of a provider's request.
var inputFields = []struct{ prefix, field string }{
	{"payer.", "customerId"}, {"dueDate", "firstDueDate"}, {"amountCents", "items"}, {"lines", "items"},
	{"fine", "terms.fineHundredths"}, {"interest", "terms.monthlyInterestHundredths"}, {"conditionalDiscount", "terms.discountCents"},
	{"discount", "discountCents"}, {"daysToWriteOff", "terms.daysToWriteOff"}, {"message", "terms.message"},
	{"card.token", "cardToken"}, {"card.installments", "installments"}, {"parcels", "installments"},
	{"pix", "pixExpiresInSeconds"}, {"link", "linkMethods"}, {"method", "paymentMethod"},
}

// checkDrafts finds what the provider would refuse.
func (s *Service) checkDrafts(drafts []*db.Charge, cardToken *string) Refusal {
	var found Refusal
	for _, draft := range drafts {
		wanted := chargeRequest(draft, "Venda", "https://ponte.example/callbacks")
		if draft.Method == enum.MethodCarnet {
			wanted.Parcels = len(drafts)
		}
		if wanted.Card != nil {
			wanted.Card.Token = value(cardToken)
		}
		for _, violation := range s.Providers.CheckCharge(wanted, s.today()) {
			found = append(found, Problem{Code: "PROVIDER_WOULD_REFUSE", Field: inputField(violation.Field), Text: violation.Message})
		}
	}
	return dedupe(found)
}

func inputField(providerField string) []string {
	for _, known := range inputFields {
		if strings.HasPrefix(providerField, known.prefix) {
			return strings.Split(known.field, ".")
		}
	}
	return []string{}
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

// chargeRequest is what the provider is asked for, of a charge or of one parcel
// of a carnê. The card's token is not in it.
func chargeRequest(c *db.Charge, title, notificationURL string) provider.ChargeRequest {
	wanted := provider.ChargeRequest{
		Reference: c.Reference, Method: provider.Method(c.Method), AmountCents: c.AmountCents, DueDate: c.DueDate,
		Lines: []provider.Line{{Name: title, UnitCents: c.AmountCents + c.DiscountCents, Quantity: 1}},
		Payer: payer(c.Edges.Customer), SendEmail: c.SendEmail, Message: c.Message, NotificationURL: notificationURL,
		FineHundredths: c.FineHundredths, InterestThousandths: c.MonthlyInterestHundredths, InterestMonthly: true,
	}
	if c.DailyInterestThousandths > 0 {
		wanted.InterestThousandths, wanted.InterestMonthly = c.DailyInterestThousandths, false
	}
	if c.DiscountCents > 0 {
		wanted.Discount = &provider.Discount{Value: c.DiscountCents}
	}
	if c.DaysToWriteOff != nil {
		days := int64(*c.DaysToWriteOff)
		wanted.DaysToWriteOff = &days
		wanted.Pix.DaysAfterDue = *c.DaysToWriteOff
	}
	wanted.ConditionalDiscount = earlyDiscount(c)
	switch c.Method {
	case enum.MethodCard:
		wanted.Card = &provider.CardPayment{Installments: c.CardInstallments}
	case enum.MethodPix:
		wanted.Pix.ExpiresIn = time.Duration(value(c.PixSeconds)) * time.Second
	case enum.MethodLink:
		wanted.LinkMethods = linkMethods[c.LinkMethods]
	case enum.MethodCarnet:
		wanted.Parcels = 1
	}
	return wanted
}

var linkMethods = map[enum.LinkMethods][]provider.Method{
	enum.LinkBoleto: {provider.Boleto}, enum.LinkCard: {provider.Card}, enum.LinkAll: {provider.Boleto, provider.Card},
}

func earlyDiscount(c *db.Charge) *provider.Discount {
	until := c.DueDate.AddDays(-c.EarlyDiscountDays)
	switch {
	case c.EarlyDiscountCents > 0:
		return &provider.Discount{Value: c.EarlyDiscountCents, Until: &until}
	case c.EarlyDiscountHundredths > 0:
		return &provider.Discount{Percent: true, Value: c.EarlyDiscountHundredths, Until: &until}
	}
	return nil
}

// writeCharge writes a charge and the operation that issues it; a parcel is issued
// with its carnê.
func (s *Service) writeCharge(ctx context.Context, tx *db.Tx, d *db.Charge, cardToken *string) error {
	create := tx.Charge.Create().SetID(d.ID).SetNillableNumber(rehearsedNumber(ctx)).SetSaleID(d.SaleID).SetCustomerID(d.CustomerID).SetNillableCarnetID(d.CarnetID).
		SetInstallment(d.Installment).SetMethod(d.Method).SetStatus(d.Status).SetAmountCents(d.AmountCents).SetDiscountCents(d.DiscountCents).
		SetDueDate(d.DueDate).SetEnvironment(d.Environment).SetReference(d.Reference).SetSendEmail(d.SendEmail).
		SetFineHundredths(d.FineHundredths).SetMonthlyInterestHundredths(d.MonthlyInterestHundredths).SetDailyInterestThousandths(d.DailyInterestThousandths).
		SetEarlyDiscountCents(d.EarlyDiscountCents).SetEarlyDiscountHundredths(d.EarlyDiscountHundredths).SetEarlyDiscountDays(d.EarlyDiscountDays).
		SetNillableDaysToWriteOff(d.DaysToWriteOff).SetMessage(d.Message).SetLinkMethods(d.LinkMethods).
		SetNillablePixSeconds(d.PixSeconds).SetCardInstallments(d.CardInstallments).SetCreatedAt(d.CreatedAt)
	if cardToken != nil && d.Method == enum.MethodCard {
		create.SetCardToken(s.Seal.Seal(*cardToken, cardPlace(d.ID)))
	}
	c, err := create.Save(ctx)
	if err != nil {
		return fmt.Errorf("write a charge: %w", err)
	}
	if err := s.tell(ctx, tx, c, event{source: enum.SourceUser, code: "CREATED"}); err != nil || d.Method == enum.MethodCarnet {
		return err
	}
	return s.enqueueIssue(ctx, tx, d.ID)
}

// NewCharge is the input of CreateCharge: a charge of its own, or one in the
// place of another.
type NewCharge struct {
	Replaces            *string
	CustomerID          *string
	Description         *string
	PaymentMethod       enum.PaymentMethod
	AmountCents         *int64
	DiscountCents       int64
	DueDate             *brazil.Date
	PixExpiresInSeconds *int
	LinkMethods         enum.LinkMethods
	CardToken           *string
	CardInstallments    int
	Terms               *Terms
	SendEmail           bool
	IdempotencyKey      *string
}

// CreateCharge issues a charge of its own, which makes a sale of one item, or one
// in the place of a charge that was cancelled or has expired.
func (s *Service) CreateCharge(ctx context.Context, input NewCharge) (*Started, error) {
	started := &Started{}
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		started, err = s.createCharge(ctx, tx, input)
		return err
	})
	if err != nil {
		return nil, err
	}
	return started.unwrap(), nil
}

func (s *Service) createCharge(ctx context.Context, tx *db.Tx, input NewCharge) (*Started, error) {
	if input.Replaces != nil {
		return s.replaceCharge(ctx, tx, input)
	}
	if input.CustomerID == nil {
		return nil, refuse("REQUIRED", "customerId", "Escolha o cliente.", "Choose the customer.")
	}
	if input.PaymentMethod == "" {
		input.PaymentMethod = enum.MethodBoleto
	}
	installments := 1
	if input.PaymentMethod == enum.MethodCard {
		installments = max(input.CardInstallments, 1)
	}
	sold, err := s.createSaleOnce(ctx, tx, NewSale{
		CustomerID: *input.CustomerID, Items: []*NewItem{{Description: input.Description, Quantity: 1, UnitCents: input.AmountCents}},
		DiscountCents: input.DiscountCents, PaymentMethod: input.PaymentMethod, Installments: installments, FirstDueDate: input.DueDate,
		PixExpiresInSeconds: input.PixExpiresInSeconds, LinkMethods: input.LinkMethods, CardToken: input.CardToken,
		Terms: input.Terms, SendEmail: input.SendEmail, IdempotencyKey: input.IdempotencyKey,
	})
	if err != nil {
		return nil, chargeFields(err)
	}
	c, err := tx.Charge.Query().Where(charge.SaleID(sold.Sale.ID)).Order(db.Asc(charge.FieldID)).First(ctx)
	if err != nil {
		return nil, err
	}
	return &Started{Charge: c, Operation: sold.Operations[0], Replayed: sold.Replayed}, nil
}

// chargeFields renames the fields of a refused sale to those of a charge.
func chargeFields(err error) error {
	refusal, ok := AsRefusal(err)
	if !ok {
		return err
	}
	names := map[string]string{
		"items.0.description": "description", "items.0.unitCents": "amountCents", "items": "amountCents",
		"firstDueDate": "dueDate", "installments": "cardInstallments",
	}
	renamed := Refusal{}
	for _, one := range refusal {
		if name, known := names[strings.Join(one.Field, ".")]; known {
			one.Field = []string{name}
		}
		renamed = append(renamed, one)
	}
	return renamed
}

func (s *Service) replaceCharge(ctx context.Context, tx *db.Tx, input NewCharge) (*Started, error) {
	id := schema.NewID("chg")()
	replayed, err := s.remember(ctx, tx, input.IdempotencyKey, input, id)
	switch {
	case err != nil:
		return nil, err
	case replayed != "":
		id = replayed
	default:
		if err := s.replaceEnded(ctx, tx, id, input); err != nil {
			return nil, err
		}
	}
	started := &Started{Replayed: replayed != ""}
	if started.Charge, err = tx.Charge.Get(ctx, id); err != nil {
		return nil, err
	}
	started.Operation, err = tx.Operation.Query().Where(operation.SubjectID(id), operation.KindEQ(enum.KindIssueCharge)).Order(db.Asc(operation.FieldID)).First(ctx)
	return started, err
}

// replaceEnded puts a new charge in the place of one that was cancelled or has
// expired, with the same value.
func (s *Service) replaceEnded(ctx context.Context, tx *db.Tx, id string, input NewCharge) error {
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
	if err := mustBeKnown(old.Edges.Customer, "replaces"); err != nil {
		return err
	}
	if (old.Status != enum.ChargeCanceled && old.Status != enum.ChargeExpired) || old.ReplacedAt != nil {
		return wrongStatus(old)
	}
	if input.AmountCents != nil && *input.AmountCents != old.AmountCents {
		return refuse("AMOUNT_CHANGED", "amountCents",
			"A cobrança substituta mantém o valor da original, para a venda fechar.",
			"A charge in the place of another keeps its amount, so that the sale adds up.")
	}
	settings, err := settingsIn(ctx, tx, enum.Gerencianet)
	if err != nil {
		return err
	}
	draft := s.draftInPlaceOf(old, settings.Environment)
	draft.ID, draft.Reference = id, providerReference(id)
	draft.SendEmail, draft.PixSeconds = input.SendEmail, input.PixExpiresInSeconds
	draft.CardInstallments = max(input.CardInstallments, 1)
	if input.LinkMethods != "" {
		draft.LinkMethods = input.LinkMethods
	}
	if hasDueDate(draft.Method, draft.PixSeconds) {
		if input.DueDate == nil {
			return refuse("REQUIRED", "dueDate", "Informe o vencimento.", "Give the due date.")
		}
		draft.DueDate = *input.DueDate
	}
	setTerms(draft, input.Terms)
	return s.replace(ctx, tx, old, draft, input.CardToken)
}

// draftInPlaceOf is a charge like the old one, without its terms. A parcel is
// followed by a boleto, because a carnê is issued whole.
func (s *Service) draftInPlaceOf(old *db.Charge, environment enum.Environment) *db.Charge {
	method := old.Method
	if method == enum.MethodCarnet {
		method = enum.MethodBoleto
	}
	draft := s.draft(old.Edges.Customer, method, environment)
	draft.SaleID, draft.Installment, draft.AmountCents, draft.DiscountCents = old.SaleID, old.Installment, old.AmountCents, old.DiscountCents
	draft.LinkMethods, draft.DueDate = old.LinkMethods, s.today()
	return draft
}

// replace puts a draft in the place of a locked charge that has ended.
func (s *Service) replace(ctx context.Context, tx *db.Tx, old, draft *db.Charge, cardToken *string) error {
	if err := chargeFields(s.checkDrafts([]*db.Charge{draft}, cardToken).orNil()); err != nil {
		return err
	}
	if err := tx.Charge.UpdateOne(old).SetReplacedAt(s.Now()).Exec(ctx); err != nil {
		return err
	}
	if err := s.tell(ctx, tx, old, event{source: enum.SourceUser, code: "REPLACED"}); err != nil {
		return err
	}
	if err := s.writeCharge(ctx, tx, draft, cardToken); err != nil {
		return err
	}
	if err := s.deriveSale(ctx, tx, old.SaleID); err != nil {
		return err
	}
	return s.enqueueMirror(ctx, tx, old.SaleID)
}
