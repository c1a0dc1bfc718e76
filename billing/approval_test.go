package billing_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/db"
	"ponte/ent/db/approval"
	"ponte/ent/db/auditentry"
	"ponte/ent/enum"
)

// board is a world in which a second person is needed.
type board struct {
	*billingtest.World
	owner, asker, decider *db.User // the latter two are of FINANCE
}

func newBoard(t *testing.T) board {
	t.Helper()
	w := billingtest.New(t).Ready().RegisteredPix()
	b := board{World: w, owner: w.User(enum.RoleOwner), asker: w.User(enum.RoleFinance), decider: w.User(enum.RoleFinance)}
	refused(t, b.require(b.owner, true), "APPROVAL_ALONE")
	w.User(enum.RoleOwner)
	w.Must(b.require(b.owner, true))
	return b
}

func (b board) as(who *db.User) context.Context {
	return billing.WithActor(b.Context(), billing.Actor{UserID: who.ID, Action: "test"})
}

func (b board) require(who *db.User, on bool) error {
	_, _, err := b.RequireApprovals(b.as(who), on)
	return err
}

func (b board) approve(who *db.User, one *db.Approval) error {
	return second(b.Approve(b.as(who), one.ID))
}

// ask has the asker ask for a part of a payment.
func (b board) ask(c *db.Charge, cents int64) *db.Approval {
	b.Helper()
	started, err := b.RefundCharge(b.as(b.asker), billing.NewRefund{ID: c.ID, AmountCents: &cents, Reason: billingtest.Ref("pago em dobro")})
	b.Must(err)
	if started.Approval == nil || started.Refund != nil || started.Operation != nil {
		b.Fatalf("started %+v", started)
	}
	return started.Approval
}

func (b board) now(one *db.Approval) *db.Approval {
	b.Helper()
	read, err := b.DB.Approval.Get(b.Context(), one.ID)
	b.Must(err)
	return read
}

func TestApproval(t *testing.T) {
	t.Parallel()
	t.Run("a refund is begun by another person, once, in the name of who asked", func(t *testing.T) {
		t.Parallel()
		b := newBoard(t)
		c := paidPix(b.World, b.NewPix(5_000, 3_600))
		input := billing.NewRefund{ID: c.ID, Reason: billingtest.Ref("pago em dobro"), IdempotencyKey: billingtest.Ref("r1")}
		asked, err := b.RefundCharge(b.as(b.asker), input)
		b.Must(err)
		again, err := b.RefundCharge(b.as(b.asker), input)
		b.Must(err)
		if again.Approval == nil || again.Approval.ID != asked.Approval.ID || *again.Approval.AmountCents != 5_000 || again.Approval.SubjectID != c.ID {
			t.Errorf("again %+v", again.Approval)
		}
		another := input
		another.AmountCents = billingtest.Ref(int64(1))
		refused(t, second(b.RefundCharge(b.as(b.asker), another)), "IDEMPOTENCY_KEY_REUSED")
		b.UntilIdle()
		if len(b.Refunds(c)) != 0 {
			t.Fatal("it was begun before anybody approved it")
		}
		refused(t, b.approve(b.asker, asked.Approval), "APPROVAL_OWN")
		refused(t, b.approve(b.User(enum.RoleOperator), asked.Approval), "APPROVAL_ROLE")
		app := billing.WithActor(b.Context(), billing.Actor{UserID: b.decider.ID, TokenID: "tok_1"})
		refused(t, second(b.Approve(app, asked.Approval.ID)), "PERSON_ONLY")
		refused(t, second(b.Approve(b.Context(), asked.Approval.ID)), "PERSON_ONLY")
		refused(t, second(b.Approve(b.as(b.decider), "apr_none")), "NOT_FOUND")

		b.Must(b.approve(b.decider, asked.Approval))
		refused(t, b.approve(b.owner, asked.Approval), "APPROVAL_DECIDED")
		refused(t, second(b.RefundCharge(b.as(b.asker), another)), "IDEMPOTENCY_KEY_REUSED")
		replayed, err := b.RefundCharge(b.as(b.asker), input)
		b.Must(err)
		if !replayed.Replayed || *replayed.Refund.RequestedByID != b.asker.ID || replayed.Refund.Reason != "pago em dobro" || *b.now(asked.Approval).StartedID != replayed.Refund.ID {
			t.Errorf("replayed %+v of %+v", replayed.Refund, b.now(asked.Approval))
		}
		b.UntilStatus(c.ID, enum.ChargeRefunded)
		quiet(b.World)
		if got := b.ProviderPix(c); got.Refunded() != 5_000 || len(got.Received[0].Refunds) != 1 {
			t.Errorf("the provider gave back %+v", got.Received)
		}
	})

	t.Run("many who approve at once begin it once", func(t *testing.T) {
		t.Parallel()
		b := newBoard(t)
		c := paidPix(b.World, b.NewPix(5_000, 3_600))
		other := b.NewService(billingtest.Open(t, b.DatabaseURL), b.Timing)
		for round := range 5 {
			one := b.ask(c, int64(100+round))
			var all sync.WaitGroup
			var mutex sync.Mutex
			done := 0
			for n := range 8 {
				all.Go(func() {
					service := []*billing.Service{b.Service, other}[n%2]
					_, err := service.Approve(b.as([]*db.User{b.decider, b.owner}[n/2%2]), one.ID)
					if err != nil {
						refused(t, err, "APPROVAL_DECIDED")
						return
					}
					mutex.Lock()
					defer mutex.Unlock()
					done++
				})
			}
			all.Wait()
			if done != 1 || len(b.Refunds(c)) != round+1 {
				t.Fatalf("round %d: %d approvals, %d refunds", round, done, len(b.Refunds(c)))
			}
		}
		for _, one := range b.Refunds(c) {
			b.UntilRefund(one.ID, enum.RefundDone)
		}
		quiet(b.World)
		if got := b.ProviderPix(c); got.Refunded() != 510 {
			t.Errorf("the provider gave back %d", got.Refunded())
		}
	})

	t.Run("what was denied, taken back or has run out begins nothing", func(t *testing.T) {
		t.Parallel()
		b := newBoard(t)
		c := paidPix(b.World, b.NewPix(5_000, 3_600))
		denied, withdrawn, late := b.ask(c, 100), b.ask(c, 200), b.ask(c, 300)
		refused(t, second(b.Deny(b.as(b.decider), denied.ID, "  ")), "REQUIRED")
		refused(t, second(b.Deny(b.as(b.decider), denied.ID, strings.Repeat("é", 141))), "TOO_LONG")
		refused(t, second(b.Deny(b.as(b.User(enum.RoleOperator)), denied.ID, "não")), "APPROVAL_ROLE")
		b.Must(second(b.Deny(b.as(b.decider), denied.ID, "o cliente desistiu")))
		b.Must(second(b.Deny(b.as(b.asker), withdrawn.ID, "")))
		b.Advance(3)
		for one, code := range map[*db.Approval]string{denied: "APPROVAL_DECIDED", withdrawn: "APPROVAL_DECIDED", late: "APPROVAL_EXPIRED"} {
			refused(t, b.approve(b.owner, one), code)
			refused(t, second(b.Deny(b.as(b.owner), one.ID, "não")), code)
		}
		for state, want := range map[enum.ApprovalState][]string{enum.ApprovalDenied: {denied.ID, withdrawn.ID}, enum.ApprovalExpired: {late.ID}, enum.ApprovalAsked: {}} {
			got, err := b.DB.Approval.Query().Where(b.ApprovalsIn([]enum.ApprovalState{state})).Order(db.Asc(approval.FieldID)).IDs(b.Context())
			b.Must(err)
			if strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("%s: %v", state, got)
			}
		}
		if fresh := b.ask(c, 300); fresh.ID == late.ID || b.ApprovalState(fresh) != enum.ApprovalAsked {
			t.Errorf("asked anew: %+v", fresh)
		}
		if len(b.Refunds(c)) != 0 {
			t.Error("something was given back")
		}
	})

	t.Run("what can't be done is refused at once, and what has changed when it is approved", func(t *testing.T) {
		t.Parallel()
		b := newBoard(t)
		c := paidPix(b.World, b.NewPix(5_000, 3_600))
		refused(t, second(b.RefundCharge(b.as(b.asker), billing.NewRefund{ID: c.ID, AmountCents: billingtest.Ref(int64(5_001))})), "REFUND_AMOUNT")
		refused(t, second(b.RefundCharge(b.as(b.asker), billing.NewRefund{ID: b.Charge(1_000).ID})), "CHARGE_STATUS")
		if n := countOf(b.World, "SELECT count(*) FROM approvals"); n != 0 {
			t.Errorf("%d were asked for", n)
		}
		started, err := b.RefundCharge(b.as(b.asker), billing.NewRefund{ID: c.ID})
		b.Must(err)
		whole, most, part := started.Approval, b.ask(c, 4_500), b.ask(c, 1_000)
		b.Must(b.approve(b.decider, part))
		refused(t, b.approve(b.decider, whole), "APPROVAL_CHANGED")
		refused(t, b.approve(b.decider, most), "REFUND_AMOUNT")
		for _, one := range []*db.Approval{whole, most} {
			if now := b.now(one); now.State != enum.ApprovalAsked || now.DecidedAt != nil {
				t.Errorf("%+v", now)
			}
		}
		b.UntilRefund(b.Refunds(c)[0].ID, enum.RefundDone)
		quiet(b.World)
		if got := b.ProviderPix(c); got.Refunded() != 1_000 {
			t.Errorf("the provider gave back %d", got.Refunded())
		}
	})

	t.Run("who asked and who decides need their rights when it is decided", func(t *testing.T) {
		t.Parallel()
		b := newBoard(t)
		c := paidPix(b.World, b.NewPix(5_000, 3_600))
		one := b.ask(c, 100)
		b.Must(b.DB.User.UpdateOne(b.asker).SetRole(enum.RoleReader).Exec(b.Context()))
		refused(t, b.approve(b.decider, one), "APPROVAL_ASKER")
		b.Must(b.DB.User.UpdateOne(b.asker).SetRole(enum.RoleFinance).SetActive(false).Exec(b.Context()))
		refused(t, b.approve(b.decider, one), "APPROVAL_ASKER")
		b.Must(b.DB.User.UpdateOne(b.asker).SetActive(true).Exec(b.Context()))
		b.Must(b.DB.User.UpdateOne(b.decider).SetActive(false).Exec(b.Context()))
		if err := b.approve(b.decider, one); err == nil {
			t.Error("a deactivated person approved")
		}
		for _, change := range []string{"state = 'APPROVED', decided_at = now(), decided_by_id = asked_by_id", "state = 'APPROVED'"} {
			if _, err := b.Pool.Exec("UPDATE approvals SET "+change+" WHERE id = $1", one.ID); err == nil {
				t.Errorf("the database took %s", change)
			}
		}
	})

	t.Run("many charges are cancelled together by two, one by one", func(t *testing.T) {
		t.Parallel()
		b := newBoard(t)
		charges := sell(b.World, 4)
		untilWaiting(b.World, charges)
		operator := b.User(enum.RoleOperator)
		alone, err := b.StartBatch(b.as(operator), billing.NewBatch{Action: enum.BatchCancel, ChargeIds: []string{charges[3].ID, charges[3].ID}})
		b.Must(err)
		input := billing.NewBatch{Action: enum.BatchCancel, ChargeIds: idsOf(charges[:3])}
		asked, err := b.StartBatch(b.as(operator), input)
		b.Must(err)
		if alone.Batch == nil || asked.Batch != nil || asked.Approval == nil {
			t.Fatalf("alone %+v, many %+v", alone, asked)
		}
		if one := asked.Approval; one.Count != 3 || *one.AmountCents != charges[0].AmountCents+charges[1].AmountCents+charges[2].AmountCents {
			t.Errorf("asked for %+v", one)
		}
		refused(t, second(b.StartBatch(b.as(operator), billing.NewBatch{Action: enum.BatchCancel, ChargeIds: []string{charges[0].ID, "chg_none"}})), "NOT_FOUND")
		b.UntilStatus(charges[3].ID, enum.ChargeCanceled)
		b.UntilIdle()
		for _, c := range charges[:3] {
			if status := b.ChargeNow(c.ID).Status; status != enum.ChargeWaiting {
				t.Fatalf("%s is %s before anybody approved it", c.ID, status)
			}
		}
		b.Must(b.approve(b.decider, asked.Approval))
		for _, c := range charges[:3] {
			b.UntilStatus(c.ID, enum.ChargeCanceled)
		}
		quiet(b.World)
	})

	t.Run("production begins by two owners, and secrets stay where they belong", func(t *testing.T) {
		t.Parallel()
		b := newBoard(t)
		another := b.User(enum.RoleOwner)
		settings := func() *db.Integration {
			read, err := b.Integration(b.Context(), enum.Gerencianet)
			b.Must(err)
			return read
		}
		b.Must(settings().Update().SetSandboxProvenAt(b.Clock()).Exec(b.Context()))
		to := enum.EnvironmentProduction
		_, err := b.SaveGerencianet(b.as(b.owner), billing.GerencianetSettings{
			Environment: &to, FeeCents: billingtest.Ref(int64(7)), ClientID: billingtest.Ref("Client_Id_planted"), ClientSecret: billingtest.Ref("Client_Secret_planted"),
		})
		b.Must(err)
		asked := b.DB.Approval.Query().OnlyX(b.Context())
		if now := settings(); now.Environment != enum.EnvironmentSandbox || now.FeeCents != 7 || asked.Kind != enum.ApproveProduction || strings.Contains(string(asked.Input), "planted") {
			t.Fatalf("%+v asks for %+v", now, asked)
		}
		refused(t, b.approve(b.decider, asked), "APPROVAL_ROLE")
		refused(t, b.approve(b.owner, asked), "APPROVAL_OWN")
		c := b.Charge(1_000)
		b.UntilStatus(c.ID, enum.ChargeWaiting)
		refused(t, b.approve(another, asked), "CHARGES_OPEN")
		b.Pay(c, billingtest.Payment{})
		b.UntilStatus(c.ID, enum.ChargePaid)
		b.Must(b.approve(another, asked))
		if now := settings(); now.Environment != enum.EnvironmentProduction || now.TestedAt != nil {
			t.Fatalf("%+v", now)
		}

		b.Must(second(b.ActivateIntegration(b.as(b.owner), enum.Gerencianet, false)))
		refused(t, second(b.ActivateIntegration(b.as(b.owner), enum.Gerencianet, true)), "NOT_TESTED")
		b.Must(settings().Update().SetTestedAt(b.Clock()).Exec(b.Context()))
		b.Must(second(b.ActivateIntegration(b.as(b.owner), enum.Gerencianet, true)))
		asked = b.DB.Approval.Query().Where(approval.StateEQ(enum.ApprovalAsked), approval.KindEQ(enum.ApproveActivation)).OnlyX(b.Context())
		if settings().Active {
			t.Fatal("one owner switched production on")
		}
		b.Must(b.approve(another, asked))
		if !settings().Active {
			t.Error("it is not active")
		}
	})

	t.Run("what was begun before the rule is answered, not asked for", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready().RegisteredPix()
		b := board{World: w, owner: w.User(enum.RoleOwner), asker: w.User(enum.RoleFinance)}
		w.User(enum.RoleOwner)
		c := paidPix(w, w.NewPix(5_000, 3_600))
		input := billing.NewRefund{ID: c.ID, IdempotencyKey: billingtest.Ref("r1")}
		first, err := w.RefundCharge(b.as(b.asker), input)
		w.Must(err)
		w.Must(b.require(b.owner, true))
		again, err := w.RefundCharge(b.as(b.asker), input)
		w.Must(err)
		if again.Approval != nil || !again.Replayed || again.Refund.ID != first.Refund.ID {
			t.Errorf("again %+v", again)
		}
		w.UntilStatus(c.ID, enum.ChargeRefunded)
		quiet(w)
	})

	t.Run("one owner does not end the rule alone", func(t *testing.T) {
		t.Parallel()
		b := newBoard(t)
		rules, asked, err := b.RequireApprovals(b.as(b.owner), false)
		b.Must(err)
		if asked == nil || !rules.RequireApproval {
			t.Fatalf("%+v %+v", rules, asked)
		}
		refused(t, b.approve(b.decider, asked), "APPROVAL_ROLE")
		b.Must(b.approve(b.User(enum.RoleOwner), asked))
		c := paidPix(b.World, b.NewPix(5_000, 3_600))
		started, err := b.RefundCharge(b.as(b.asker), billing.NewRefund{ID: c.ID})
		b.Must(err)
		if started.Approval != nil || started.Refund == nil {
			t.Errorf("the rule is over: %+v", started)
		}
		b.UntilStatus(c.ID, enum.ChargeRefunded)
		quiet(b.World)
	})

	t.Run("both are in the record", func(t *testing.T) {
		t.Parallel()
		b := newBoard(t)
		c := paidPix(b.World, b.NewPix(5_000, 3_600))
		one := b.ask(c, 100)
		b.Must(b.approve(b.decider, one))
		entries, err := b.DB.AuditEntry.Query().Where(auditentry.ObjectID(one.ID)).Order(auditentry.ByAt(), auditentry.ByID()).All(b.Context())
		b.Must(err)
		if len(entries) != 2 || *entries[0].UserID != b.asker.ID || *entries[1].UserID != b.decider.ID || strings.Contains(string(entries[0].After), "pago em dobro") {
			t.Errorf("%+v", entries)
		}
		of := b.DB.AuditEntry.Query().Where(auditentry.Kind("refunds"), auditentry.ObjectID(b.Refunds(c)[0].ID)).Order(auditentry.ByAt()).FirstX(b.Context())
		if *of.UserID != b.decider.ID || !strings.Contains(string(of.After), b.asker.ID) {
			t.Errorf("%+v", of)
		}
	})
}
