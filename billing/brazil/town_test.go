package brazil_test

import (
	"testing"

	"ponte/billing/brazil"
)

func TestTownCode(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ state, name, code string }{
		{"MG", "Ouro Preto", "3146107"}, {"SP", "São Paulo", "3550308"}, {"SP", "sao paulo", "3550308"}, {"SP", "SÃO  PAULO ", "3550308"},
		{"SP", "Sa\u0303o Paulo", "3550308"}, {"PR", "Curitiba", "4106902"}, {"DF", "Brasília", "5300108"},
		{"SP", "Santa Bárbara D'Oeste", "3545803"}, {"SP", "Santa Barbara d’Oeste", "3545803"}, {"MT", "Boa Esperança do Norte", "5101837"},
		{"RJ", "São Paulo", ""}, {"MG", "Ouro Prteo", ""}, {"MG", "", ""}, {"EX", "New York", ""}, {"", "Curitiba", ""},
	} {
		if got := brazil.TownCode(test.state, test.name); got != test.code {
			t.Errorf("%s in %s is %q, not %q", test.name, test.state, got, test.code)
		}
	}
}

func TestPostalState(t *testing.T) {
	t.Parallel()
	for postalCode, state := range map[string]string{
		"01310100": "SP", "19999999": "SP", "20040002": "RJ", "29010002": "ES", "35400000": "MG", "40020000": "BA", "49010000": "SE",
		"50030230": "PE", "57020000": "AL", "58010000": "PB", "59010000": "RN", "60060000": "CE", "64000020": "PI", "65010000": "MA",
		"66010000": "PA", "68900073": "AP", "69010000": "AM", "69301000": "RR", "69400000": "AM", "69900064": "AC",
		"70040010": "DF", "72800000": "GO", "73000000": "DF", "74003010": "GO", "76801000": "RO", "77001002": "TO", "78005000": "MT",
		"79002000": "MS", "80020310": "PR", "88010000": "SC", "90010000": "RS", "99999999": "RS",
		"00000000": "", "0131010": "", "0131010x": "", "": "",
	} {
		if got := brazil.PostalState(postalCode); got != state {
			t.Errorf("%s belongs to %q, not %q", postalCode, got, state)
		}
	}
}
