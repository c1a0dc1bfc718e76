package billing_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/enum"
	"ponte/server/sandbox"
)

func sealer(t *testing.T, text string) *billing.Sealer {
	t.Helper()
	made, err := billing.NewSealer(text)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestSealer(t *testing.T) {
	t.Parallel()
	old, recent := billing.NewMasterKey(), billing.NewMasterKey()
	s := sealer(t, old)
	sealed := s.Seal("segredo", "integration/int_1/clientSecret")
	t.Run("opens where it was sealed for", func(t *testing.T) {
		if got, err := s.Open(sealed, "integration/int_1/clientSecret"); err != nil || got != "segredo" {
			t.Errorf("%q %v", got, err)
		}
	})
	t.Run("and nowhere else", func(t *testing.T) {
		if _, err := s.Open(sealed, "integration/int_2/clientSecret"); err == nil {
			t.Error("it opened in another place")
		}
	})
	t.Run("every changed byte is noticed", func(t *testing.T) {
		for i := range sealed {
			changed := bytes.Clone(sealed)
			changed[i] ^= 1
			if _, err := s.Open(changed, "integration/int_1/clientSecret"); err == nil {
				t.Errorf("byte %d can be changed", i)
			}
		}
		for i := range sealed {
			if _, err := s.Open(sealed[:i], "integration/int_1/clientSecret"); err == nil {
				t.Errorf("it opens cut to %d bytes", i)
			}
		}
	})
	t.Run("never looks the same", func(t *testing.T) {
		if bytes.Equal(sealed, s.Seal("segredo", "integration/int_1/clientSecret")) || bytes.Contains(sealed, []byte("segredo")) {
			t.Error("the sealed value tells something")
		}
	})
	t.Run("after a rotation both keys open, the new one seals", func(t *testing.T) {
		both := sealer(t, recent+", "+old)
		if got, err := both.Open(sealed, "integration/int_1/clientSecret"); err != nil || got != "segredo" {
			t.Errorf("%q %v", got, err)
		}
		if _, err := s.Open(both.Seal("x", "p"), "p"); err == nil {
			t.Error("the old key opens what the new one sealed")
		}
	})
	t.Run("keys that are none are refused", func(t *testing.T) {
		for _, text := range []string{"", "short", "!", old + ","} {
			if _, err := billing.NewSealer(text); err == nil {
				t.Errorf("%q is taken", text)
			}
		}
	})
	t.Run("derived keys differ by their use", func(t *testing.T) {
		if bytes.Equal(s.Derive("one"), s.Derive("two")) || s.MAC("one", "x") == s.MAC("two", "x") {
			t.Error("two uses share a key")
		}
	})
}

// TestSecretsAreUnreadable dumps every row of every table after a whole journey,
// a refusal and wrong credentials, and looks for each planted secret.
func TestSecretsAreUnreadable(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t).Ready()
	_, charges := w.Issued(10_000, 1)
	secret := secretOf(w, charges[0])
	w.Pay(charges[0], billingtest.Payment{})
	w.UntilStatus(charges[0].ID, enum.ChargePaid)
	w.FailGerencianet(refusal(issueRoute, 4600210))
	w.UntilStatus(sell(w, 1)[0].ID, enum.ChargeFailed)
	quiet(w)
	const wrong = "Client_Secret_planted_4f1d8c"
	w.Must(second(w.SaveGerencianet(w.Context(), billing.GerencianetSettings{ClientSecret: billingtest.Ref(wrong)})))
	test, err := w.TestIntegration(w.Context(), enum.Gerencianet)
	w.Must(err)
	if test.Problem == nil || test.Integration.TestedAt != nil {
		t.Errorf("the wrong secret passed: %+v", test)
	}
	customer, err := w.DB.Customer.Query().First(w.Context())
	w.Must(err)
	dump := dumpAll(w)
	for _, planted := range []string{
		sandbox.DemoClientID, sandbox.DemoClientSecret, sandbox.DemoAccessToken, sandbox.DemoSecretToken, wrong, secret,
	} {
		if at := strings.Index(dump, planted); at >= 0 {
			t.Errorf("found %q in …%s…", planted, dump[max(at-200, 0):min(at+100, len(dump))])
		}
	}
	for _, table := range []string{"attempts", "failures"} {
		if strings.Contains(dumpTable(w, table), customer.TaxID) {
			t.Errorf("a full tax id is in %s", table)
		}
	}
	refused(t, second(w.SaveGerencianet(w.Context(), billing.GerencianetSettings{ClientSecret: billingtest.Ref("two words")})), "CREDENTIAL_INVALID")
}

func dumpAll(w *billingtest.World) string {
	w.Helper()
	rows, err := w.Pool.Query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
	w.Must(err)
	defer func() { _ = rows.Close() }()
	var all strings.Builder
	for rows.Next() {
		var table string
		w.Must(rows.Scan(&table))
		all.WriteString(dumpTable(w, table))
	}
	return all.String()
}

func dumpTable(w *billingtest.World, table string) string {
	w.Helper()
	var text string
	w.Must(w.Pool.QueryRow(fmt.Sprintf("SELECT COALESCE(string_agg(t::text, E'\\n'), '') FROM %q t", table)).Scan(&text))
	return text
}

func TestSealerKeepsOldDigests(t *testing.T) {
	t.Parallel()
	old, fresh := billing.NewMasterKey(), billing.NewMasterKey()
	before, err := billing.NewSealer(old)
	if err != nil {
		t.Fatal(err)
	}
	after, err := billing.NewSealer(fresh + "," + old)
	if err != nil {
		t.Fatal(err)
	}
	digests := after.MACs("callback", "secret")
	if len(digests) != 2 || digests[1] != before.MAC("callback", "secret") || digests[0] == digests[1] {
		t.Errorf("digests after a rotation: %v, before: %s", digests, before.MAC("callback", "secret"))
	}
}
