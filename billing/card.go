package billing

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/charge"
	"ponte/ent/enum"
)

// A card reaches us as a token that the provider's script made in the payer's
// browser (providers/gerencianet.md, 2.3). It is sealed until it is used, once.

var cardTokenPattern = regexp.MustCompile(`^[a-fA-F0-9]{40}$`)

// hasCard tells whether a charge has a card that was not used yet. (A column
// without a value is read as a pointer to nothing.)
func hasCard(c *db.Charge) bool { return len(value(c.CardToken)) > 0 }

func cardPlace(chargeID string) string { return "charge/" + chargeID + "/cardToken" }

// refuseCard writes down that the card of a locked charge was not accepted: the
// payer gives another one, or the charge is cancelled.
func (s *Service) refuseCard(ctx context.Context, tx *db.Tx, c *db.Charge, told provider.Charge, source enum.EventSource) error {
	if !isUnissued(c.Status) && c.Status != enum.ChargeWaiting {
		return nil
	}
	if isOldRefusal(c, source) {
		return nil
	}
	err := tx.Charge.UpdateOneID(c.ID).SetRefusal(told.Reason).SetCardRetryable(told.CanRetry).ClearCardToken().ClearSentAt().Exec(ctx)
	if err != nil || c.Status == enum.ChargeFailed && c.Refusal == told.Reason {
		return err
	}
	e := event{source: source, code: "CARD_REFUSED", params: map[string]string{"reason": told.Reason}}
	if err := s.setStatus(ctx, tx, c, enum.ChargeFailed, e); err != nil {
		return err
	}
	return s.recordFailure(ctx, tx, chargeFailure(c, "charge.card_refused", firstText(told.Reason, "sem motivo informado / no reason given")))
}

// isOldRefusal tells whether a refusal is known already, by the answer that tells
// more; or is of the card before, and what becomes of the new one its own operation
// finds out: until then its token and the moment of its sending are kept.
func isOldRefusal(c *db.Charge, source enum.EventSource) bool {
	return source != enum.SourceOperation && isUnissued(c.Status) && wasRefused(c)
}

// wasRefused tells whether the provider has refused a card for the charge.
func wasRefused(c *db.Charge) bool { return c.Refusal != "" || c.CardRetryable }

// readRefusedCard is the issue of a card charge without a token: the card was
// tried, so what became of it is read; one that was never tried needs a card.
func (s *Service) readRefusedCard(ctx context.Context, issuer provider.Issuer, c *db.Charge) (finish, error) {
	if c.ProviderID == nil {
		return nil, ownProblem(provider.Invalid, "charge.card_missing", "cardToken", "")
	}
	read, err := issuer.Get(ctx, handle(c))
	switch {
	case err != nil:
		return nil, err
	case read.Status == provider.Draft:
		return nil, ownProblem(provider.Invalid, "charge.card_missing", "cardToken", "")
	}
	return func(ctx context.Context, tx *db.Tx) error { return s.applyIssued(ctx, tx, c.ID, read) }, nil
}

// RetryCardCharge charges another card for a charge whose card was refused.
func (s *Service) RetryCardCharge(ctx context.Context, id, cardToken string, installments *int) (*Started, error) {
	if !cardTokenPattern.MatchString(cardToken) {
		return nil, refuse("CARD_TOKEN_INVALID", "cardToken", "O token do cartão não é válido: digite o cartão de novo.", "The card's token is not valid: type the card again.")
	}
	if installments != nil && (*installments < 1 || *installments > MaxParcels) {
		return nil, refuse("INSTALLMENTS_COUNT", "cardInstallments", "Escolha de 1 a 12 parcelas.", "Choose 1 to 12 instalments.")
	}
	return s.start(ctx, id, enum.ActionRetryCard, func(ctx context.Context, tx *db.Tx, c *db.Charge) (*db.Operation, bool, error) {
		kind := enum.KindRetryCard
		switch {
		case c.ProviderID == nil || !wasRefused(c): // no card was refused at the provider
			kind = enum.KindIssueCharge
		case !c.CardRetryable:
			return nil, false, refuse("CARD_NOT_RETRYABLE", "id",
				"O provedor não aceita outro cartão nesta cobrança: cancele-a e crie outra no lugar.",
				"The provider takes no other card for this charge: cancel it and make another in its place.")
		}
		change := tx.Charge.UpdateOne(c).SetCardToken(s.Seal.Seal(cardToken, cardPlace(c.ID))).SetNillableCardInstallments(installments)
		if err := change.Exec(ctx); err != nil {
			return nil, false, err
		}
		if err := s.setUnissued(ctx, tx, c, enum.ChargeQueued, "CARD_RETRIED"); err != nil {
			return nil, false, err
		}
		return s.enqueue(ctx, tx, request{kind: kind, integration: enum.Gerencianet, subjectID: c.ID})
	})
}

// runRetryCard charges the new card. The provider has no way to ask for one try,
// so after an unanswered one the charge is read until the settle window is over;
// the same token is never sent twice.
func (s *Service) runRetryCard(ctx context.Context, op *db.Operation) (finish, error) {
	c, err := s.chargeForProvider(ctx, op.SubjectID)
	if err != nil {
		return nil, err
	}
	issuer, err := s.issuer(ctx, c.Environment)
	if err != nil {
		return nil, err
	}
	settled, err := s.isSettled(ctx, "charges", charge.FieldSentAt, c.ID)
	if err != nil {
		return nil, err
	}
	read, err := issuer.Get(ctx, handle(c))
	if err != nil {
		return nil, err
	}
	if read.Status != provider.Refused {
		return func(ctx context.Context, tx *db.Tx) error { return s.applyIssued(ctx, tx, c.ID, read) }, nil
	}
	switch {
	case hasCard(c):
		return s.sendCard(ctx, op, c, issuer)
	case !settled:
		return nil, errSettling
	}
	return func(ctx context.Context, tx *db.Tx) error { return s.applyIssued(ctx, tx, c.ID, read) }, nil
}

// sendCard forgets the token in the step that commits the intent.
func (s *Service) sendCard(ctx context.Context, op *db.Operation, c *db.Charge, issuer provider.Issuer) (finish, error) {
	wanted, err := s.providerRequest(ctx, c)
	if err != nil {
		return nil, err
	}
	err = s.step(ctx, op, func(ctx context.Context, tx *db.Tx) error {
		return tx.Charge.UpdateOneID(c.ID).ClearCardToken().Modify(sentNow(charge.FieldSentAt)).Exec(ctx)
	})
	if err != nil {
		return nil, err
	}
	answered, err := issuer.RetryCard(ctx, handle(c), wanted)
	if err == nil {
		return func(ctx context.Context, tx *db.Tx) error { return s.applyIssued(ctx, tx, c.ID, answered) }, nil
	}
	if provider.ClassOf(err) == provider.Ambiguous {
		return nil, err
	}
	keep := value(c.CardToken)
	return nil, errors.Join(err, s.step(ctx, op, func(ctx context.Context, tx *db.Tx) error { // it certainly was not used
		return tx.Charge.UpdateOneID(c.ID).SetCardToken(keep).ClearSentAt().Exec(ctx)
	}))
}

// CardOptions asks the provider how an amount can be divided on a card.
func (s *Service) CardOptions(ctx context.Context, brand string, amountCents int64) ([]provider.CardOption, error) {
	settings, err := s.settings(ctx, enum.Gerencianet)
	if db.IsNotFound(err) {
		return nil, refuse("NOT_CONFIGURED", "", "Configure a integração com a Gerencianet primeiro.", "Set the integration with Gerencianet up first.")
	}
	if err != nil {
		return nil, err
	}
	issuer, err := s.issuer(ctx, settings.Environment)
	if err != nil {
		return nil, err
	}
	return issuer.CardOptions(ctx, strings.ToLower(brand), amountCents)
}
