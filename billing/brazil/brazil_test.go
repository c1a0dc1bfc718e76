package brazil_test

import (
	"testing"

	"pgregory.net/rapid"

	"ponte/billing/brazil"
)

func TestTaxID(t *testing.T) {
	for taxID, valid := range map[string]bool{
		"12ABC34501DE35": true, "12ABC34501DE36": false, "11222333000181": true, "33000167000101": true,
		"52998224725": true, "52998224724": false, "11111111111": false, "00000000000000": false,
		"": false, "5299822472": false, "12abc34501de35": false, "12ABC34501DEAB": false,
	} {
		if got := brazil.ValidTaxID(taxID); got != valid {
			t.Errorf("ValidTaxID(%q) = %v", taxID, got)
		}
	}
	if got := brazil.NormalizeTaxID(" 12.abc.345/01de-35 "); got != "12ABC34501DE35" {
		t.Errorf("NormalizeTaxID = %q", got)
	}
	if got := brazil.FormatTaxID("12ABC34501DE35"); got != "12.ABC.345/01DE-35" {
		t.Errorf("FormatTaxID = %q", got)
	}
	if got := brazil.MaskTaxID("52998224725"); got != "***.982.247-**" {
		t.Errorf("MaskTaxID = %q", got)
	}
}

func TestDate(t *testing.T) {
	for _, test := range []struct {
		got, want brazil.Date
	}{
		{brazil.Date("2026-01-31").AddMonths(1), "2026-02-28"},
		{brazil.Date("2028-01-31").AddMonths(1), "2028-02-29"},
		{brazil.Date("2026-11-30").AddMonths(3), "2027-02-28"},
		{brazil.Date("2026-12-31").AddDays(1), "2027-01-01"},
	} {
		if test.got != test.want {
			t.Errorf("got %s, want %s", test.got, test.want)
		}
	}
	if _, err := brazil.ParseDate("2026-02-30"); err == nil {
		t.Error("a day that does not exist was accepted")
	}
	if days := brazil.Date("2026-02-27").DaysUntil("2026-03-02"); days != 3 {
		t.Errorf("DaysUntil = %d", days)
	}
}

func TestSplitAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount, n := rapid.Int64Range(1, 1e12).Draw(t, "amount"), rapid.IntRange(1, 24).Draw(t, "n")
		sum := int64(0)
		for _, part := range brazil.Split(amount, n) {
			sum += part
		}
		if sum != amount {
			t.Fatalf("the parts of %d add up to %d", amount, sum)
		}
	})
}

func TestFormatCents(t *testing.T) {
	for cents, want := range map[int64]string{0: "R$ 0,00", 5: "R$ 0,05", 123456: "R$ 1.234,56", -100000000: "-R$ 1.000.000,00"} {
		if got := brazil.FormatCents(cents); got != want {
			t.Errorf("FormatCents(%d) = %q", cents, got)
		}
	}
}
