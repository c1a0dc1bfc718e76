package billing

import (
	"context"
	"strconv"

	"ponte/billing/brazil"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/sale"
	"ponte/ent/enum"
	"ponte/ent/schema"
)

// The provider cannot change the value of a charge. So the charge is cancelled
// there and another takes its place, as one operation that people see.

// NewAmount is the input of ChangeChargeAmount.
type NewAmount struct {
	ID          string
	AmountCents int64
	DueDate     *brazil.Date // the old one when nil
}

// ChangeChargeAmount cancels an open charge and issues one with another value in
// its place.
func (s *Service) ChangeChargeAmount(ctx context.Context, input NewAmount) (*Started, error) {
	return s.start(ctx, input.ID, enum.ActionChangeAmount, func(ctx context.Context, tx *db.Tx, c *db.Charge) (*db.Operation, bool, error) {
		if input.AmountCents == c.AmountCents {
			return nil, false, refuse("AMOUNT_SAME", "amountCents", "O valor é o mesmo: informe outro.", "The value is the same: give another.")
		}
		due := c.DueDate
		if input.DueDate != nil {
			due = *input.DueDate
		}
		draft, err := s.draftWithAmount(ctx, tx, c, input.AmountCents, due)
		if err != nil {
			return nil, false, err
		}
		if err := chargeFields(s.checkDrafts([]*db.Charge{draft}, nil).orNil()); err != nil {
			return nil, false, err
		}
		return s.ask(ctx, tx, c, enum.KindChangeAmount, "AMOUNT_ASKED", map[string]string{
			"amount": brazil.FormatCents(input.AmountCents), "cents": strconv.FormatInt(input.AmountCents, 10), "date": string(due),
		})
	})
}

// draftWithAmount is the charge that takes the place of one with another value: it
// keeps the terms.
func (s *Service) draftWithAmount(ctx context.Context, tx *db.Tx, c *db.Charge, amountCents int64, due brazil.Date) (*db.Charge, error) {
	customer, err := tx.Customer.Get(ctx, c.CustomerID)
	if err != nil {
		return nil, err
	}
	old := *c
	old.Edges.Customer = customer
	draft := s.draftInPlaceOf(&old, c.Environment)
	draft.AmountCents, draft.DueDate, draft.DiscountCents = amountCents, due, 0
	draft.FineHundredths, draft.MonthlyInterestHundredths, draft.DailyInterestThousandths = c.FineHundredths, c.MonthlyInterestHundredths, c.DailyInterestThousandths
	draft.EarlyDiscountCents, draft.EarlyDiscountHundredths, draft.EarlyDiscountDays = c.EarlyDiscountCents, c.EarlyDiscountHundredths, c.EarlyDiscountDays
	draft.DaysToWriteOff, draft.Message, draft.SendEmail = c.DaysToWriteOff, c.Message, c.SendEmail
	return draft, nil
}

// runChangeAmount cancels the charge at the provider; the new one is made in the
// transaction that writes the cancellation down.
func (s *Service) runChangeAmount(ctx context.Context, op *db.Operation) (finish, error) {
	c, issuer, err := s.onProvider(ctx, op)
	if err != nil {
		return nil, err
	}
	if err := issuer.Cancel(ctx, handle(c)); err != nil {
		return nil, s.catchUp(ctx, op, issuer, c, err)
	}
	cents, err := strconv.ParseInt(op.Input["cents"], 10, 64)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		return s.exchange(ctx, tx, c.ID, cents, brazil.Date(op.Input["date"]))
	}, nil
}

func (s *Service) exchange(ctx context.Context, tx *db.Tx, id string, amountCents int64, due brazil.Date) error {
	old, err := lockCharge(ctx, tx, id)
	if err != nil || old.ReplacedAt != nil {
		return err
	}
	canceled := update{source: enum.SourceOperation, fresh: true, charge: provider.Charge{ProviderID: value(old.ProviderID), Status: provider.Canceled}}
	if err := s.apply(ctx, tx, old, canceled); err != nil {
		return err
	}
	if old.Status != enum.ChargeCanceled {
		return ownProblem(provider.State, "charge.paid_meanwhile", "", "")
	}
	if err := s.changeTotal(ctx, tx, old.SaleID, amountCents-old.AmountCents); err != nil {
		return err
	}
	draft, err := s.draftWithAmount(ctx, tx, old, amountCents, due)
	if err != nil {
		return err
	}
	draft.ID = schema.NewID("chg")()
	draft.Reference = providerReference(draft.ID)
	return s.replace(ctx, tx, old, draft, nil)
}

// changeTotal keeps a sale equal to its charges: more is interest; less is less
// interest, and a discount when there is none left, so that the discount never
// reaches the items. The ERP's order follows, items and discount included.
func (s *Service) changeTotal(ctx context.Context, tx *db.Tx, saleID string, difference int64) error {
	sold, err := tx.Sale.Query().Where(sale.ID(saleID)).ForUpdate().Only(ctx)
	if err != nil {
		return err
	}
	change := tx.Sale.UpdateOne(sold).SetTotalCents(sold.TotalCents + difference)
	interest := max(sold.InterestCents+difference, 0)
	discount := sold.DiscountCents + interest - sold.InterestCents - difference
	return change.SetInterestCents(interest).SetDiscountCents(discount).Exec(ctx)
}
