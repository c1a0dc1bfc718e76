package billing_test

import (
	"fmt"
	"testing"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/enum"
)

func outcomes(rows []*billing.Imported) string {
	told := []string{}
	for _, one := range rows {
		text := string(one.Outcome)
		for _, problem := range one.Problems {
			text += " " + problem.Code
		}
		told = append(told, text)
	}
	return fmt.Sprint(told)
}

func assertOutcomes(w *billingtest.World, rows []*billing.Imported, want ...string) {
	w.Helper()
	if got := outcomes(rows); got != fmt.Sprint(want) {
		w.Errorf("%s, not %v", got, want)
	}
}

func TestImport(t *testing.T) {
	t.Parallel()
	ref := billingtest.Ref[string]
	t.Run("customers: added, kept, changed, refused, and a dry run keeps nothing", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.Still)
		rows := []*billing.SaveCustomer{
			{Name: "Maria Souza", TaxID: ref("529.982.247-25"), Email: ref("maria@cliente.example")},
			{Name: "", TaxID: ref("111.444.777-36")},
			{Name: "Maria outra vez", TaxID: ref("52998224725")},
			{Name: "Padaria do Zé Ltda", TaxID: ref("12.ABC.345/01DE-35")},
		}
		for range 2 { // a dry run may be repeated
			done, err := w.ImportCustomers(w.Context(), rows, billing.ImportOptions{DryRun: true})
			w.Must(err)
			assertOutcomes(w, done, "CREATED", "REFUSED NAME_INVALID TAX_ID_INVALID", "UNCHANGED", "CREATED")
		}
		if count := w.DB.Customer.Query().CountX(w.Context()); count != 0 {
			t.Errorf("%d customers after a dry run", count)
		}
		done, err := w.ImportCustomers(w.Context(), rows, billing.ImportOptions{})
		w.Must(err)
		assertOutcomes(w, done, "CREATED", "REFUSED NAME_INVALID TAX_ID_INVALID", "UNCHANGED", "CREATED")
		done, err = w.ImportCustomers(w.Context(), []*billing.SaveCustomer{{Name: "Maria de Souza", TaxID: rows[0].TaxID}}, billing.ImportOptions{UpdateExisting: true})
		w.Must(err)
		assertOutcomes(w, done, "UPDATED")
		if maria := w.DB.Customer.GetX(w.Context(), done[0].ID); maria.Name != "Maria de Souza" || maria.Email != "maria@cliente.example" {
			t.Errorf("%+v", maria)
		}
		refused(t, second(w.ImportCustomers(w.Context(), nil, billing.ImportOptions{})), "TOO_MANY")
		refused(t, second(w.ImportCustomers(w.Context(), make([]*billing.SaveCustomer, 101), billing.ImportOptions{})), "TOO_MANY")
	})
	t.Run("products by their code", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.Still)
		rows := []*billing.SaveProduct{{Code: "A1", Name: "Livro", PriceCents: 4_990, Active: true}, {Code: "A1", Name: "Livro", PriceCents: 5_990, Active: true}, {Code: "B2", Name: "Caneta"}}
		done, err := w.ImportProducts(w.Context(), rows, billing.ImportOptions{UpdateExisting: true})
		w.Must(err)
		assertOutcomes(w, done, "CREATED", "UPDATED", "REFUSED PRICE_INVALID")
		if got := w.DB.Product.GetX(w.Context(), done[0].ID); got.PriceCents != 5_990 {
			t.Errorf("%+v", got)
		}
	})
	t.Run("sales: a reference never sells twice, and a dry run issues nothing and uses no number", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		buyer := w.Customer()
		due := w.DueIn(10)
		rows := []*billing.ImportSale{
			{Reference: "p-1", TaxID: buyer.TaxID, Description: ref("Assinatura"), Quantity: 1, UnitCents: billingtest.Ref(int64(9_990)), PaymentMethod: enum.MethodBoleto, Installments: 3, FirstDueDate: &due},
			{Reference: "p-2", TaxID: "111.444.777-35", Description: ref("Assinatura"), Quantity: 1, UnitCents: billingtest.Ref(int64(9_990)), PaymentMethod: enum.MethodBoleto, Installments: 1, FirstDueDate: &due},
			{Reference: "p-3", TaxID: buyer.TaxID, ProductCode: ref("nada"), Quantity: 1, PaymentMethod: enum.MethodBoleto, Installments: 1, FirstDueDate: &due},
			{Reference: " ", TaxID: buyer.TaxID},
		}
		want := []string{"CREATED", "REFUSED CUSTOMER_UNKNOWN", "REFUSED PRODUCT_UNKNOWN", "REFUSED REQUIRED"}
		done, err := w.ImportSales(w.Context(), rows, billing.ImportOptions{DryRun: true})
		w.Must(err)
		assertOutcomes(w, done, want...)
		w.UntilIdle()
		if asked := len(w.ProviderCharges()); asked != 0 {
			t.Errorf("%d charges at the provider after a dry run", asked)
		}
		done, err = w.ImportSales(w.Context(), rows, billing.ImportOptions{})
		w.Must(err)
		assertOutcomes(w, done, want...)
		sold := w.DB.Sale.GetX(w.Context(), done[0].ID)
		if sold.Number != 1 || sold.TotalCents != 9_990 || len(w.Charges(sold.ID)) != 3 {
			t.Errorf("%+v", sold)
		}
		again, err := w.ImportSales(w.Context(), rows[:1], billing.ImportOptions{})
		w.Must(err)
		assertOutcomes(w, again, "UNCHANGED")
		changed := *rows[0]
		changed.Quantity = 2
		other, err := w.ImportSales(w.Context(), []*billing.ImportSale{&changed}, billing.ImportOptions{})
		w.Must(err)
		assertOutcomes(w, other, "REFUSED IDEMPOTENCY_KEY_REUSED")
		quiet(w)
	})
}
