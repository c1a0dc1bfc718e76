package billing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/customer"
	"ponte/ent/db/integration"
	"ponte/ent/db/order"
	"ponte/ent/db/sale"
	"ponte/ent/enum"
	"ponte/ent/schema"
)

var newMappingID = schema.NewID("map")

// enqueueMirror has the mirror of a sale brought in step, when the ERP is to
// know of the sale at all.
func (s *Service) enqueueMirror(ctx context.Context, tx *db.Tx, saleID string) error {
	active, skip, err := hearsOf(ctx, tx, saleID)
	if err != nil || !active || skip != "" {
		return err
	}
	_, _, err = s.enqueue(ctx, tx, mirrorRequest(saleID))
	return err
}

func mirrorRequest(saleID string) request {
	return request{kind: enum.KindMirrorSale, integration: enum.Vhsys, subjectID: saleID}
}

// hearsOf tells whether the integration is on, and what keeps the ERP from hearing
// of a sale all the same.
func hearsOf(ctx context.Context, tx *db.Tx, saleID string) (active bool, skip enum.MirrorSkip, err error) {
	settings, err := tx.Integration.Query().Where(integration.KindEQ(enum.Vhsys), integration.Active(true)).Only(ctx)
	if db.IsNotFound(err) {
		return false, "", nil
	}
	if err != nil {
		return false, "", err
	}
	sold, err := tx.Sale.Query().Where(sale.ID(saleID)).WithCustomer().WithOrder().WithItems(func(q *db.SaleItemQuery) { q.WithProduct() }).Only(ctx)
	if err != nil {
		return false, "", err
	}
	return true, skipOf(sold, settings), nil
}

// mirrorRun is one try of bringing a sale's mirror in step.
type mirrorRun struct {
	*Service
	op     *db.Operation
	client provider.Mirror
	sold   *db.Sale
	plan   *MirrorPlan
	order  *db.Order
}

// mirrorSale brings the mirror of a sale in step: customer, order, items,
// instalments, status. Each step is written down when it is done, so that a try
// that was cut off goes on where it ended; what is not safe to repeat is asked
// for first (providers/vhsys.md, 3).
func (s *Service) mirrorSale(ctx context.Context, op *db.Operation) (finish, error) {
	run := &mirrorRun{Service: s, op: op}
	if err := run.load(ctx); err != nil {
		return nil, err
	}
	if len(run.plan.Problems) > 0 {
		return nil, run.plan.Problems[0]
	}
	for _, step := range []func(context.Context) error{run.customer, run.createOrder, run.discount, run.items, run.installments, run.status} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Order.UpdateOneID(run.order.ID).SetStep(enum.StepDone).SetSyncedAt(s.Now()).Exec(ctx); err != nil {
			return err
		}
		return s.repaired(ctx, tx, run.sold.ID)
	}, nil
}

func (r *mirrorRun) load(ctx context.Context) (err error) {
	if r.client, err = r.mirror(ctx); err != nil {
		return err
	}
	settings, err := r.settings(ctx, enum.Vhsys)
	if err != nil {
		return err
	}
	err = r.step(ctx, r.op, func(ctx context.Context, tx *db.Tx) error {
		return tx.Order.Create().SetSaleID(r.op.SubjectID).SetWithInterest(settings.WithInterest).OnConflictColumns(order.FieldSaleID).Ignore().Exec(ctx)
	})
	if err != nil {
		return err
	}
	if r.sold, r.plan, err = r.planSale(ctx, r.DB, r.op.SubjectID); err != nil {
		return err
	}
	r.order = r.sold.Edges.Order
	return nil
}

func (r *mirrorRun) reload(ctx context.Context) (err error) {
	r.order, err = r.DB.Order.Query().Where(order.SaleID(r.sold.ID)).Only(ctx)
	return err
}

// save changes the order's row and reads it anew.
func (r *mirrorRun) save(ctx context.Context, change func(*db.OrderUpdateOne)) error {
	err := r.step(ctx, r.op, func(ctx context.Context, tx *db.Tx) error {
		update := tx.Order.UpdateOneID(r.order.ID)
		change(update)
		return update.Exec(ctx)
	})
	if err != nil {
		return err
	}
	return r.reload(ctx)
}

// customer finds the customer at the ERP by tax id, or creates it. The intent is
// on the customer's row, because two sales of one customer may be mirrored at
// once.
func (r *mirrorRun) customer(ctx context.Context) error {
	buyer := r.sold.Edges.Customer
	if buyer.RemoteID != nil {
		return nil
	}
	settled, err := r.isSettled(ctx, "customers", customer.FieldRemoteSentAt, buyer.ID)
	if err != nil {
		return err
	}
	found, err := r.client.FindCustomer(ctx, payer(buyer), buyer.ID)
	if err != nil {
		return err
	}
	if found == "" && !settled {
		return errSettling
	}
	if found == "" {
		if found, err = r.createCustomer(ctx, buyer); err != nil {
			return err
		}
	}
	buyer.RemoteID = &found
	return r.step(ctx, r.op, func(ctx context.Context, tx *db.Tx) error {
		return tx.Customer.UpdateOneID(buyer.ID).SetRemoteID(found).ClearRemoteSentAt().Exec(ctx)
	})
}

func (r *mirrorRun) createCustomer(ctx context.Context, buyer *db.Customer) (string, error) {
	err := r.step(ctx, r.op, func(ctx context.Context, tx *db.Tx) error {
		locked, err := tx.Customer.Query().Where(customer.ID(buyer.ID)).ForUpdate().Only(ctx)
		if err != nil {
			return err
		}
		if locked.RemoteID != nil || !sameMoment(locked.RemoteSentAt, buyer.RemoteSentAt) {
			return errLater // the mirror of another sale is making it, or has
		}
		return tx.Customer.UpdateOne(locked).Modify(sentNow(customer.FieldRemoteSentAt)).Exec(ctx)
	})
	if err != nil {
		return "", err
	}
	created, err := r.client.CreateCustomer(ctx, payer(buyer), buyer.ID)
	if err != nil && provider.ClassOf(err) != provider.Ambiguous {
		return "", r.forget(ctx, err, func(ctx context.Context, tx *db.Tx) error {
			return tx.Customer.UpdateOneID(buyer.ID).ClearRemoteSentAt().Exec(ctx)
		})
	}
	return created, err
}

func sameMoment(a, b *time.Time) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Equal(*b)
}

// forget takes an intent back when the request certainly made nothing.
func (r *mirrorRun) forget(ctx context.Context, cause error, work func(ctx context.Context, tx *db.Tx) error) error {
	if err := r.step(ctx, r.op, work); err != nil {
		return err
	}
	return cause
}

// createOrder finds the order by our reference, or creates it.
func (r *mirrorRun) createOrder(ctx context.Context) error {
	if r.order.RemoteOrderID != nil {
		return nil
	}
	if r.order.SentAt != nil {
		found, err := r.findOrder(ctx)
		if err != nil {
			return err
		}
		if found != "" {
			return r.saveOrder(ctx, found)
		}
	}
	if err := r.save(ctx, func(u *db.OrderUpdateOne) {
		u.SetStep(enum.StepOrder).SetDiscountSentCents(r.plan.Order.DiscountCents).Modify(sentNow(order.FieldSentAt))
	}); err != nil {
		return err
	}
	wanted := r.plan.Order
	wanted.CustomerID = *r.sold.Edges.Customer.RemoteID // perhaps made a moment ago
	created, err := r.client.CreateOrder(ctx, wanted)
	if err != nil && provider.ClassOf(err) != provider.Ambiguous {
		return r.forget(ctx, err, r.clearSent)
	}
	if err != nil {
		return err
	}
	return r.saveOrder(ctx, created)
}

// findOrder looks for the order that an unanswered request may have made; it
// answers "" when there is none and none can come any more.
func (r *mirrorRun) findOrder(ctx context.Context) (string, error) {
	settled, err := r.isSettled(ctx, "orders", order.FieldSentAt, r.order.ID)
	if err != nil {
		return "", err
	}
	since := r.sold.CreatedAt.Add(-24 * time.Hour) // the clocks may differ
	found, err := r.client.FindOrder(ctx, r.plan.Order.Reference, r.sold.Edges.Customer.Name, since)
	if err == nil && found == "" && !settled {
		return "", errSettling
	}
	return found, err
}

func (r *mirrorRun) saveOrder(ctx context.Context, id string) error {
	return r.save(ctx, func(u *db.OrderUpdateOne) { u.SetRemoteOrderID(id).SetStep(enum.StepItems).ClearSentAt() })
}

func (r *mirrorRun) clearSent(ctx context.Context, tx *db.Tx) error {
	return tx.Order.UpdateOneID(r.order.ID).ClearSentAt().Exec(ctx)
}

// items sends the items, and again when they have changed with the value of a
// charge. They are appended by the ERP, so what is there is read first, and anything
// but the whole set is taken off and sent again.
func (r *mirrorRun) items(ctx context.Context) error {
	digest := digestOf(r.plan.Items)
	if r.order.Step != enum.StepItems && r.order.ItemsSent == digest {
		return nil
	}
	settled, err := r.isSettled(ctx, "orders", order.FieldSentAt, r.order.ID)
	if err != nil {
		return err
	}
	there, err := r.client.Items(ctx, *r.order.RemoteOrderID)
	if err != nil {
		return err
	}
	if !sameItems(there, r.plan.Items) {
		if !settled {
			return errSettling
		}
		if err := r.sendItems(ctx, there); err != nil {
			return err
		}
	}
	return r.save(ctx, func(u *db.OrderUpdateOne) { u.SetStep(enum.StepInstallments).SetItemsSent(digest).ClearSentAt() })
}

// discount brings the order's discount in step; setting it twice is harmless. It
// changes when the value of a charge does.
func (r *mirrorRun) discount(ctx context.Context) error {
	wanted := r.plan.Order.DiscountCents
	if r.order.DiscountSentCents != nil && *r.order.DiscountSentCents == wanted {
		return nil
	}
	if err := r.client.SetDiscount(ctx, *r.order.RemoteOrderID, r.sold.Edges.Customer.Name, wanted); err != nil {
		return err
	}
	return r.save(ctx, func(u *db.OrderUpdateOne) { u.SetDiscountSentCents(wanted) })
}

func (r *mirrorRun) sendItems(ctx context.Context, there []provider.OrderItem) error {
	for _, item := range there {
		if err := r.client.RemoveItem(ctx, *r.order.RemoteOrderID, item.ID); err != nil {
			return err
		}
	}
	if err := r.save(ctx, func(u *db.OrderUpdateOne) { u.Modify(sentNow(order.FieldSentAt)) }); err != nil {
		return err
	}
	err := r.client.AddItems(ctx, *r.order.RemoteOrderID, r.plan.Items)
	if err != nil && provider.ClassOf(err) != provider.Ambiguous {
		return r.forget(ctx, err, r.clearSent)
	}
	return err
}

func sameItems(there, wanted []provider.OrderItem) bool {
	if len(there) != len(wanted) {
		return false
	}
	count := map[string]int{}
	key := func(item provider.OrderItem) string {
		return fmt.Sprintf("%s %d %d", item.ProductID, item.Quantity, item.UnitCents)
	}
	for i := range there {
		count[key(there[i])]++
		count[key(wanted[i])]--
	}
	for _, difference := range count {
		if difference != 0 {
			return false
		}
	}
	return true
}

// installments replaces the instalments when they differ from those sent last;
// sending them twice is harmless.
func (r *mirrorRun) installments(ctx context.Context) error {
	digest := digestOf(r.plan.Installments)
	if len(r.plan.Installments) > 0 && digest != r.order.InstallmentsSent {
		if err := r.client.SetInstallments(ctx, *r.order.RemoteOrderID, r.plan.Installments); err != nil {
			return err
		}
	}
	return r.save(ctx, func(u *db.OrderUpdateOne) { u.SetStep(enum.StepStatus).SetInstallmentsSent(digest) })
}

func digestOf[T any](sent []T) string {
	sum := sha256.Sum256(fmt.Append(nil, sent))
	return hex.EncodeToString(sum[:8])
}

// status sets the order's status when it differs from the one set last; setting
// it twice is harmless.
func (r *mirrorRun) status(ctx context.Context) error {
	wanted := *r.plan.Status
	if value(r.order.RemoteStatusBase) == wanted.Base && value(r.order.RemoteStatusCustomID) == wanted.CustomID {
		return nil
	}
	if err := r.client.SetStatus(ctx, *r.order.RemoteOrderID, wanted, r.today()); err != nil {
		return err
	}
	return r.save(ctx, func(u *db.OrderUpdateOne) {
		u.SetRemoteStatusBase(wanted.Base).SetRemoteStatusCustomID(wanted.CustomID).SetRemoteStatus(wanted.Name)
	})
}
