package graph_test

import (
	"errors"
	"strings"
	"testing"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/db"
	"ponte/ent/enum"
)

func TestDifferences(t *testing.T) {
	t.Parallel()
	b := setup(t)
	reader, operator := b.as(enum.RoleReader), b.as(enum.RoleOperator)
	const reconcile = `mutation { reconcileVhsys { operation { id kind subject { id } } userErrors { code field } } }`
	type reconciled struct {
		ReconcileVhsys struct {
			Operation *struct {
				ID, Kind string
				Subject  *struct{ ID string }
			}
			UserErrors []struct{ Code string }
		}
	}
	var before, first, second reconciled
	operator.ask(reconcile, nil, &before)
	if made := before.ReconcileVhsys; made.Operation != nil || len(made.UserErrors) != 1 || made.UserErrors[0].Code != "INTEGRATION_INACTIVE" {
		t.Errorf("before Vhsys is active: %+v", made)
	}
	b.Ready()
	operator.ask(reconcile, nil, &first)
	operator.ask(reconcile, nil, &second)
	if made := first.ReconcileVhsys; made.Operation == nil || made.Operation.Kind != "RECONCILE" || made.Operation.Subject != nil || len(made.UserErrors) != 0 || second.ReconcileVhsys.Operation.ID != made.Operation.ID {
		t.Errorf("%+v", made)
	}

	sold, _ := b.Sell(10_000, 1)
	found := map[enum.DifferenceKind]*db.Difference{}
	for _, kind := range []enum.DifferenceKind{enum.DifferenceOrderTotal, enum.DifferenceOrderStatus, enum.DifferenceReceivable} {
		made, err := b.DB.Difference.Create().SetSaleID(sold.ID).SetKind(kind).SetOurs("100,00").SetTheirs("90,00").Save(b.Context())
		b.Must(err)
		found[kind] = made
	}
	type view struct {
		ID, Kind, State, Ours, Theirs, FirstAt, LastAt string
		Repairable                                     bool
		Sale                                           struct{ ID string }
	}
	const selection = "difference { id kind state ours theirs firstAt lastAt repairable sale { id } }"
	open := func() (kinds []string) {
		t.Helper()
		var sale struct{ Differences []view }
		reader.node(sold.ID, "Sale", "differences { kind }", &sale)
		for _, one := range sale.Differences {
			kinds = append(kinds, one.Kind)
		}
		return kinds
	}
	if got := strings.Join(open(), " "); got != "ORDER_TOTAL ORDER_STATUS RECEIVABLE" {
		t.Errorf("open: %s", got)
	}
	for _, name := range []string{"repairDifference", "ignoreDifference"} {
		if !reader.forbidden(name, map[string]any{"id": found[enum.DifferenceOrderTotal].ID}) {
			t.Errorf("a reader may %s", name)
		}
	}
	for _, one := range []struct {
		name       string
		kind       enum.DifferenceKind
		want       string
		state      string
		repairable bool
	}{
		{"repairDifference", enum.DifferenceOrderTotal, "", "REPAIRING", true},
		{"repairDifference", enum.DifferenceOrderTotal, "DIFFERENCE_STATE id", "", false},
		{"repairDifference", enum.DifferenceReceivable, "DIFFERENCE_BY_HAND id", "", false},
		{"ignoreDifference", enum.DifferenceReceivable, "", "IGNORED", false},
		{"ignoreDifference", enum.DifferenceReceivable, "DIFFERENCE_STATE id", "", false},
	} {
		var answered struct{ Difference *view }
		got := operator.change(one.name, selection, map[string]any{"id": found[one.kind].ID}, &answered)
		if got != one.want || (answered.Difference == nil) != (one.want != "") {
			t.Errorf("%s %s: %s", one.name, one.kind, got)
		}
		if seen := answered.Difference; seen != nil && (seen.State != one.state || seen.Repairable != one.repairable || seen.Sale.ID != sold.ID || seen.Kind != string(one.kind) || seen.Ours != "100,00" || seen.Theirs != "90,00") {
			t.Errorf("%s %s: %+v", one.name, one.kind, seen)
		}
		if got := operator.change(one.name, selection, map[string]any{"id": "dif_none"}, nil); got != "NOT_FOUND id" {
			t.Error(got)
		}
	}
	if got := strings.Join(open(), " "); got != "ORDER_STATUS" {
		t.Errorf("open then: %s", got)
	}
}

func TestMirrorOldSales(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner, finance := b.as(enum.RoleOwner), b.as(enum.RoleFinance)
	b.ReadyGerencianet(owner.person.ID)
	first, _ := b.Sell(10_000, 1)
	second, _ := b.Sell(20_000, 1)
	input := map[string]any{"from": string(b.Today()), "to": string(b.Today())}
	if !finance.forbidden("mirrorOldSales", input) {
		t.Error("no owner")
	}
	if got := owner.change("mirrorOldSales", "batch { id }", input, nil); got != "INTEGRATION_INACTIVE" {
		t.Error(got)
	}
	b.ReadyVhsys(owner.person.ID)
	for want, wrong := range map[string]map[string]any{
		"PERIOD_INVALID to": {"from": string(b.Today()), "to": string(b.DueIn(-1))},
		"TOO_MANY from":     {"from": string(b.DueIn(-9)), "to": string(b.DueIn(-3))},
	} {
		if got := owner.change("mirrorOldSales", "batch { id }", wrong, nil); got != want {
			t.Errorf("%s instead of %s", got, want)
		}
	}
	var started struct {
		Batch struct {
			Action string
			Total  int
			Items  struct {
				Nodes []struct {
					Sale   *struct{ ID string }
					Charge *struct{ ID string }
				}
			}
		}
		Replayed bool
	}
	if got := owner.change("mirrorOldSales", "batch { action total items { nodes { sale { id } charge { id } } } } replayed", input, &started); got != "" {
		t.Fatal(got)
	}
	items := started.Batch.Items.Nodes
	if started.Batch.Action != "MIRROR" || started.Batch.Total != 2 || started.Replayed || len(items) != 2 || items[0].Sale.ID != first.ID || items[1].Sale.ID != second.ID || items[0].Charge != nil {
		t.Errorf("%+v", started)
	}
	if got := owner.change("startBatch", "batch { id }", map[string]any{"action": "MIRROR", "chargeIds": []string{"chg_1"}}, nil); got != "BATCH_CONFLICT action" {
		t.Error(got)
	}
}

func TestForeignBuyer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	operator := b.as(enum.RoleOperator)
	type payload struct {
		Customer *struct {
			ID, MaskedTaxID       string
			ForeignBuyer, Company bool
		}
	}
	const selection = "customer { id maskedTaxId foreignBuyer company }"
	if got := operator.change("saveCustomer", selection, map[string]any{"name": "John Smith"}, nil); got != "TAX_ID_INVALID taxId" {
		t.Error(got)
	}
	var made, changed, home payload
	if got := operator.change("saveCustomer", selection, map[string]any{"name": "John Smith", "foreignBuyer": true}, &made); got != "" || made.Customer.MaskedTaxID != "" || !made.Customer.ForeignBuyer || made.Customer.Company {
		t.Fatalf("%s: %+v", got, made.Customer)
	}
	if got := operator.change("saveCustomer", selection, map[string]any{"name": "Jane Smith", "foreignBuyer": true}, nil); got != "" {
		t.Errorf("another without a tax id: %s", got)
	}
	if got := operator.change("saveCustomer", selection, map[string]any{"id": made.Customer.ID, "name": "John R. Smith"}, &changed); got != "" || !changed.Customer.ForeignBuyer {
		t.Errorf("%s: %+v", got, changed.Customer)
	}
	if got := operator.change("saveCustomer", selection, map[string]any{"id": made.Customer.ID, "name": "John R. Smith", "foreignBuyer": false, "taxId": billingtest.CPF(77)}, &home); got != "" || home.Customer.ForeignBuyer || !strings.HasPrefix(home.Customer.MaskedTaxID, "***.") {
		t.Errorf("%s: %+v", got, home.Customer)
	}
	var found struct{ Customers struct{ TotalCount int } }
	operator.ask(`{ customers(search: " - ") { totalCount } }`, nil, &found)
	if found.Customers.TotalCount != 0 {
		t.Errorf("a search for nothing finds %d buyers without a tax id", found.Customers.TotalCount)
	}
}

func TestVhsysSettings(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Ready()
	owner, finance := b.as(enum.RoleOwner), b.as(enum.RoleFinance)
	type settings struct {
		RefundRule, ForeignRule, CompanyState string
		MirrorFrom, ReconciledAt, CallbackURL *string
		NfeTest, NfseTest, NfceTest           bool
		NfeSeries, NfseSeries, NfceSeries     string
	}
	const fields = "refundRule foreignRule companyState mirrorFrom reconciledAt callbackUrl nfeTest nfseTest nfceTest nfeSeries nfseSeries nfceSeries"
	read := func(c *caller) settings {
		t.Helper()
		var all struct{ VhsysIntegration settings }
		c.ask(`{ vhsysIntegration { `+fields+` } }`, nil, &all)
		return all.VhsysIntegration
	}
	fresh := read(finance)
	if fresh.CallbackURL != nil {
		t.Errorf("the address for webhooks is shown to %s", finance.person.Role)
	}
	if fresh != (settings{RefundRule: "NOTIFY", ForeignRule: "SKIP", NfeTest: true, NfseTest: true, NfceTest: true, NfeSeries: "1", NfseSeries: "1", NfceSeries: "1"}) {
		t.Errorf("%+v", fresh)
	}
	for want, wrong := range map[string]map[string]any{"STATE_INVALID companyState": {"companyState": "XX"}, "SERIES_INVALID nfceSeries": {"nfceSeries": "1A"}} {
		if got := owner.change("saveVhsysIntegration", "integration { id }", wrong, nil); got != want {
			t.Errorf("%s instead of %s", got, want)
		}
	}
	input := map[string]any{
		"refundRule": "CANCEL_INVOICE", "foreignRule": "ORDER_ONLY", "companyState": "SP", "mirrorFrom": "2026-01-31",
		"nfeTest": false, "nfseTest": false, "nfceTest": false, "nfeSeries": "2", "nfseSeries": "33", "nfceSeries": "444",
	}
	if got := owner.change("saveVhsysIntegration", "integration { id }", input, nil); got != "" {
		t.Fatal(got)
	}
	saved := read(owner)
	address := saved.CallbackURL
	if saved.CallbackURL = nil; saved.MirrorFrom == nil || *saved.MirrorFrom != "2026-01-31" {
		t.Errorf("%+v", saved)
	}
	if saved.MirrorFrom = nil; saved != (settings{RefundRule: "CANCEL_INVOICE", ForeignRule: "ORDER_ONLY", CompanyState: "SP", NfeSeries: "2", NfseSeries: "33", NfceSeries: "444"}) {
		t.Errorf("%+v", saved)
	}
	if address == nil {
		t.Fatal("the owner sees no address for webhooks")
	}
	_, secret, ok := strings.Cut(*address, "/callbacks/vhsys/")
	if !ok || b.ReceiveVhsys(b.Context(), secret) != nil || !errors.Is(b.ReceiveVhsys(b.Context(), secret+"x"), billing.ErrUnknownCallback) {
		t.Errorf("%s", *address)
	}
}
