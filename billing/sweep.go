package billing

import (
	"cmp"
	"context"
	"errors"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/carnet"
	"ponte/ent/db/charge"
	"ponte/ent/db/credential"
	"ponte/ent/db/integration"
	"ponte/ent/enum"
)

// paymentDays is how far back the sweep looks for payments of charges that were
// no longer open here.
const paymentDays = 7

// SweepOnTime enqueues a sweep whenever the last one is SweepInterval old, until
// the context ends. Any number of processes may do it: the sweep is one
// operation.
func (s *Service) SweepOnTime(ctx context.Context) {
	ticker := time.NewTicker(max(s.Timing.SweepInterval/10, 10*time.Millisecond))
	defer ticker.Stop()
	for {
		if err := s.sweepIfDue(ctx); err != nil && ctx.Err() == nil {
			s.Log.Error("enqueue the sweep", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (s *Service) sweepIfDue(ctx context.Context) error {
	due, err := s.DB.Integration.Query().Where(integration.KindEQ(enum.Gerencianet), integration.Active(true),
		integration.Or(integration.LastSweepAtIsNil(), integration.LastSweepAtLTE(s.Now().Add(-s.Timing.SweepInterval)))).Exist(ctx)
	if err != nil || !due {
		return err
	}
	return s.Sweep(ctx)
}

// Sweep has the provider asked for everything that no notification told.
func (s *Service) Sweep(ctx context.Context) error {
	return s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, _, err := s.enqueue(ctx, tx, request{kind: enum.KindSweep, integration: enum.Gerencianet})
		return err
	})
}

// sweep compares the provider's lists with ours, in each environment that has
// credentials.
func (s *Service) sweep(ctx context.Context, _ *db.Operation) (finish, error) {
	started := s.Now()
	environments, err := s.DB.Credential.Query().Where(credential.Name(clientSecret)).Select(credential.FieldEnvironment).Strings(ctx)
	if err != nil {
		return nil, err
	}
	for _, environment := range environments {
		if err := s.sweepEnvironment(ctx, enum.Environment(environment)); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, tx *db.Tx) error {
		if err := s.forgetCalls(ctx, tx); err != nil {
			return err
		}
		if err := s.pruneFeeds(ctx, tx); err != nil {
			return err
		}
		return tx.Integration.Update().Where(integration.KindEQ(enum.Gerencianet)).SetLastSweepAt(started).Exec(ctx)
	}, nil
}

func (s *Service) sweepEnvironment(ctx context.Context, environment enum.Environment) error {
	issuer, err := s.issuer(ctx, environment)
	if err != nil {
		return err
	}
	oldest, err := s.DB.Charge.Query().Where(charge.EnvironmentEQ(environment),
		charge.StatusIn(enum.ChargeWaiting, enum.ChargeOverdue, enum.ChargeUnknown, enum.ChargeIssuing)).
		Order(db.Asc(charge.FieldCreatedAt)).Select(charge.FieldCreatedAt).First(ctx)
	if err != nil && !db.IsNotFound(err) {
		return err
	}
	if oldest != nil {
		if err := s.sweepList(ctx, issuer, environment, brazil.DateOf(oldest.CreatedAt).AddDays(-1), false); err != nil {
			return err
		}
	}
	return s.sweepList(ctx, issuer, environment, s.today().AddDays(-paymentDays), true)
}

// sweepList reads one list and applies each row that tells news. A day is added
// at the end because the provider's clock may run ahead of ours.
func (s *Service) sweepList(ctx context.Context, issuer provider.Issuer, environment enum.Environment, from brazil.Date, byPayment bool) error {
	var applyErr error
	var page []provider.Charge
	apply := func() bool {
		applyErr = s.sweepPage(ctx, issuer, environment, page)
		page = page[:0]
		return applyErr == nil
	}
	err := issuer.Changed(ctx, from, s.today().AddDays(1), byPayment, func(told provider.Charge) bool {
		page = append(page, told)
		return len(page) < sweptAtOnce || apply()
	})
	if err == nil && applyErr == nil {
		apply()
	}
	return errors.Join(err, applyErr)
}

// sweptAtOnce is of how many rows our charges are read by one statement: a list may
// have thousands, and most tell nothing new.
const sweptAtOnce = 200

// sweepPage reads our charges of some rows, after the rows, and applies each.
func (s *Service) sweepPage(ctx context.Context, issuer provider.Issuer, environment enum.Environment, page []provider.Charge) error {
	ids, references := make([]string, len(page)), make([]string, len(page))
	for i, told := range page {
		ids[i], references[i] = told.ProviderID, told.Reference
	}
	ours, err := s.DB.Charge.Query().Where(charge.EnvironmentEQ(environment),
		charge.Or(charge.ProviderIDIn(ids...), charge.ReferenceIn(references...))).WithCarnet().All(ctx)
	if err != nil {
		return err
	}
	byID, byReference := map[string]*db.Charge{}, map[string]*db.Charge{}
	for _, c := range ours {
		byReference[c.Reference] = c
		if c.ProviderID != nil {
			byID[*c.ProviderID] = c
		}
	}
	for _, told := range page {
		c := cmp.Or(byID[told.ProviderID], byReference[told.Reference])
		if c == nil {
			err = s.sweepParcel(ctx, environment, told)
		} else {
			err = s.sweepOne(ctx, issuer, c, told)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) sweepOne(ctx context.Context, issuer provider.Issuer, c *db.Charge, told provider.Charge) error {
	if c.ProviderID == nil || *c.ProviderID != told.ProviderID {
		return s.sweepStray(ctx, c, told)
	}
	to, known := providerStatuses[told.Status]
	refused := told.Status == provider.Refused && (isUnissued(c.Status) || c.Status == enum.ChargeWaiting) && c.Status != enum.ChargeFailed
	refunded := c.Status == enum.ChargePaid && len(told.Refunds) > 0
	if !refused && !refunded && (!known || !mayFollow(c.Status, to, true)) {
		return nil
	}
	fresh := false
	var err error
	if refused || refunded || wasPaid(to) || isUnissued(c.Status) && c.Method == enum.MethodCard || !mayFollow(c.Status, to, false) { // a list may be old, and may not say how much was paid
		if told, err = issuer.Get(ctx, handle(c)); err != nil {
			return err
		}
		fresh = true
	}
	return s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		locked, err := lockCharge(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if fresh {
			return s.applyRead(ctx, tx, locked, told, enum.SourceSweep)
		}
		return s.apply(ctx, tx, locked, update{charge: told, source: enum.SourceSweep})
	})
}

// sweepParcel has a carnê read of which the list shows a parcel that we do not
// know; a charge that is not ours belongs to another system on the same account.
func (s *Service) sweepParcel(ctx context.Context, environment enum.Environment, told provider.Charge) error {
	if told.Reference == "" || told.Status == provider.Canceled {
		return nil
	}
	return s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		booklet, err := tx.Carnet.Query().Where(carnet.EnvironmentEQ(environment), carnet.Reference(told.Reference)).ForUpdate().Only(ctx)
		if db.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		parcel, err := tx.Charge.Query().Where(charge.CarnetID(booklet.ID), charge.Installment(told.Parcel)).ForUpdate().Only(ctx)
		switch {
		case db.IsNotFound(err):
			return nil
		case err != nil:
			return err
		case parcel.ProviderID == nil:
			return s.enqueueCarnet(ctx, tx, booklet.ID)
		case *parcel.ProviderID == told.ProviderID: // our own answer came since we looked
			return nil
		}
		return s.cancelExtra(ctx, tx, parcel, told.ProviderID)
	})
}

// sweepStray handles a charge of the provider that carries our reference but is
// not the one that we know.
func (s *Service) sweepStray(ctx context.Context, c *db.Charge, told provider.Charge) error {
	switch told.Status {
	case provider.Canceled, provider.Expired, provider.Refunded:
		return nil
	}
	return s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		locked, err := lockCharge(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if err := s.claimTold(ctx, tx, locked, told.ProviderID, told.Status); err != nil || value(locked.ProviderID) != told.ProviderID {
			return err
		}
		return s.apply(ctx, tx, locked, update{charge: told, source: enum.SourceSweep})
	})
}
