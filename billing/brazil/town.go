package brazil

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// townsFile has a line for each town of Brazil: its IBGE code and its name.
// scripts/towns.mjs writes it.
//
//go:embed towns.txt
var townsFile string

// stateCodes are the first two digits of the IBGE codes of a state's towns.
var stateCodes = map[string]string{
	"11": "RO", "12": "AC", "13": "AM", "14": "RR", "15": "PA", "16": "AP", "17": "TO",
	"21": "MA", "22": "PI", "23": "CE", "24": "RN", "25": "PB", "26": "PE", "27": "AL", "28": "SE", "29": "BA",
	"31": "MG", "32": "ES", "33": "RJ", "35": "SP", "41": "PR", "42": "SC", "43": "RS",
	"50": "MS", "51": "MT", "52": "GO", "53": "DF",
}

var towns = sync.OnceValue(func() map[string]string {
	codes := make(map[string]string, 5571)
	for line := range strings.Lines(townsFile) {
		code, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		codes[stateCodes[code[:2]]+fold(name)] = code
	}
	return codes
})

// TownCode answers the seven digits by which the IBGE knows a town of a state; ""
// when the state has none of that name. Accents, capitals, blanks and punctuation do
// not matter.
func TownCode(state, name string) string { return towns()[state+fold(name)] }

func fold(name string) string {
	return strings.Map(func(character rune) rune {
		if unicode.IsLetter(character) || unicode.IsDigit(character) {
			return unicode.ToLower(character)
		}
		return -1 // the accents too, which the decomposition has parted from their letters
	}, norm.NFD.String(name))
}

// postalRanges are the first five digits of the CEPs of the states, up to the last
// of each, in order (Correios).
var postalRanges = []struct{ last, state string }{
	{"00999", ""}, {"19999", "SP"}, {"28999", "RJ"}, {"29999", "ES"}, {"39999", "MG"}, {"48999", "BA"}, {"49999", "SE"},
	{"56999", "PE"}, {"57999", "AL"}, {"58999", "PB"}, {"59999", "RN"}, {"63999", "CE"}, {"64999", "PI"}, {"65999", "MA"},
	{"68899", "PA"}, {"68999", "AP"}, {"69299", "AM"}, {"69399", "RR"}, {"69899", "AM"}, {"69999", "AC"},
	{"72799", "DF"}, {"72999", "GO"}, {"73699", "DF"}, {"76799", "GO"}, {"76999", "RO"}, {"77999", "TO"}, {"78899", "MT"},
	{"78999", "RO"}, {"79999", "MS"}, {"87999", "PR"}, {"89999", "SC"}, {"99999", "RS"},
}

// PostalState answers the state that a CEP of eight digits belongs to; "" for none.
func PostalState(postalCode string) string {
	if len(postalCode) != 8 || !onlyDigits(postalCode) {
		return ""
	}
	for _, one := range postalRanges {
		if postalCode[:5] <= one.last {
			return one.state
		}
	}
	return ""
}
