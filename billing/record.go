package billing

import (
	"context"
	"fmt"
	"strings"

	"ponte/billing/brazil"
	"ponte/ent/db"
	"ponte/ent/db/charge"
	"ponte/ent/db/sale"
	"ponte/ent/enum"
	"ponte/ent/schema"
)

// A sale that was paid elsewhere, by PayPal or on another machine for cards, is
// recorded by hand: its charge is settled, the issuer knows nothing of it, and the
// ERP gets it like the others.

// RecordedSale is the input of RecordSale.
type RecordedSale struct {
	CustomerID     string
	Items          []*NewItem
	DiscountCents  int64
	InterestCents  int64
	PaymentMethod  enum.PaymentMethod
	Channel        string // where it was paid, for people
	PaidOn         brazil.Date
	Note           *string
	IdempotencyKey *string
}

const maxChannel = 100

// RecordSale writes down a sale that was paid elsewhere.
func (s *Service) RecordSale(ctx context.Context, input RecordedSale) (*SaleStarted, error) {
	if err := s.checkRecorded(input).orNil(); err != nil {
		return nil, err
	}
	started := &SaleStarted{}
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		id := schema.NewID("sal")()
		replayed, err := s.remember(ctx, tx, input.IdempotencyKey, input, id)
		if err != nil {
			return err
		}
		if replayed != "" {
			id = replayed
		} else if err := s.recordSale(ctx, tx, id, input); err != nil {
			return err
		}
		started.Replayed = replayed != ""
		started.Sale, err = tx.Sale.Get(ctx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return started.unwrap(), nil
}

func (s *Service) checkRecorded(input RecordedSale) Refusal {
	var found Refusal
	checkAmounts(&found, input.Items, input.DiscountCents, input.InterestCents, input.Note)
	switch input.PaymentMethod {
	case enum.MethodPayPal, enum.MethodCard, enum.MethodPix, enum.MethodBoleto:
	default:
		found.add("METHOD_UNAVAILABLE", "paymentMethod", "Escolha como a venda foi paga: PayPal, cartão, Pix ou boleto.", "Choose how the sale was paid: PayPal, card, Pix or boleto.")
	}
	if channel := strings.TrimSpace(input.Channel); channel == "" || len([]rune(channel)) > maxChannel {
		found.add("REQUIRED", "channel", "Diga onde a venda foi paga, em até 100 caracteres: PayPal, maquininha…", "Say where the sale was paid, in up to 100 characters: PayPal, card machine…")
	}
	if input.PaidOn > s.today() {
		found.add("PAID_LATER", "paidOn", "O dia do pagamento não pode ser depois de hoje.", "The day of the payment can't be after today.")
	}
	return found
}

func (s *Service) recordSale(ctx context.Context, tx *db.Tx, id string, input RecordedSale) error {
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
	if _, err := bookingSettings(ctx, tx); err != nil {
		return refuse("NOT_CONFIGURED", "", "Escolha antes o convênio e os históricos na integração com a Gerencianet: a baixa usa o Histórico de Recebimento.", "Choose the convênio and the históricos in the Gerencianet integration first: the settlement uses the Histórico de Recebimento.")
	}
	sold, err := s.writeSale(ctx, tx, id, NewSale{
		CustomerID: input.CustomerID, Items: input.Items, DiscountCents: input.DiscountCents, InterestCents: input.InterestCents,
		PaymentMethod: input.PaymentMethod, Installments: 1, Note: input.Note,
	}, strings.TrimSpace(input.Channel))
	if err != nil {
		return err
	}
	settings, err := settingsIn(ctx, tx, enum.Gerencianet)
	if err != nil {
		return err
	}
	draft := s.draft(customer, input.PaymentMethod, settings.Environment)
	draft.SaleID, draft.Installment, draft.AmountCents, draft.DueDate = id, 1, sold.TotalCents, input.PaidOn
	draft.Status, draft.Recorded = enum.ChargeSettled, true
	return s.writeRecorded(ctx, tx, draft)
}

func (s *Service) writeRecorded(ctx context.Context, tx *db.Tx, d *db.Charge) error {
	c, err := tx.Charge.Create().SetID(d.ID).SetSaleID(d.SaleID).SetCustomerID(d.CustomerID).SetInstallment(1).SetMethod(d.Method).
		SetStatus(d.Status).SetAmountCents(d.AmountCents).SetDueDate(d.DueDate).SetEnvironment(d.Environment).SetReference(d.Reference).
		SetRecorded(true).SetPaidOn(d.DueDate).SetCreatedAt(d.CreatedAt).Save(ctx)
	if err != nil {
		return fmt.Errorf("record a charge: %w", err)
	}
	if err := s.tell(ctx, tx, c, event{source: enum.SourceUser, code: "RECORDED"}); err != nil {
		return err
	}
	if err := s.bookReceipt(ctx, tx, c, c.AmountCents, d.DueDate); err != nil {
		return err
	}
	return s.deriveSale(ctx, tx, d.SaleID)
}

// RefundRecordedSale writes down that the payment of a recorded sale was given back.
func (s *Service) RefundRecordedSale(ctx context.Context, id string) (*db.Sale, error) {
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if exists, err := tx.Sale.Query().Where(sale.ID(id)).Exist(ctx); err != nil || !exists {
			return orNotFound(err, "id", "A venda", "The sale")
		}
		c, err := tx.Charge.Query().Where(charge.SaleID(id), charge.Recorded(true), charge.StatusEQ(enum.ChargeSettled)).ForUpdate().Only(ctx)
		if db.IsNotFound(err) {
			return refuse("SALE_STATUS", "id", "Só uma venda registrada à mão, e ainda não devolvida, pode ser marcada como devolvida.", "Only a sale that was recorded by hand, and not given back yet, can be marked so.")
		}
		if err != nil {
			return err
		}
		return s.move(ctx, tx, c, enum.ChargeRefunded, update{source: enum.SourceUser})
	})
	if err != nil {
		return nil, err
	}
	return s.DB.Sale.Get(ctx, id)
}
