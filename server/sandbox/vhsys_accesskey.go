package sandbox

import (
	"fmt"
	"strings"
	"time"
)

// stateCodes are the numbers of the states in the access key of an invoice.
var stateCodes = map[string]int{
	"RO": 11, "AC": 12, "AM": 13, "RR": 14, "PA": 15, "AP": 16, "TO": 17, "MA": 21, "PI": 22, "CE": 23,
	"RN": 24, "PB": 25, "PE": 26, "AL": 27, "SE": 28, "BA": 29, "MG": 31, "ES": 32, "RJ": 33, "SP": 35,
	"PR": 41, "SC": 42, "RS": 43, "MS": 50, "MT": 51, "GO": 52, "DF": 53,
}

// accessKeyParts are what the 44 digits of an access key are made of.
type accessKeyParts struct {
	state  string
	issued time.Time
	taxID  string
	model  int // 55 or 65
	series int64
	number int64
	code   int64 // eight digits that nobody can guess
}

// accessKey writes state, month, issuer, model, series, number, the kind of
// issue, the code and a check digit. An issuer with letters keeps them.
func accessKey(p accessKeyParts) string {
	digits := fmt.Sprintf("%02d%s%014s%02d%03d%09d1%08d", stateCodes[p.state], p.issued.Format("0601"), p.taxID,
		p.model, p.series%1000, p.number%1e9, p.code%1e8)
	return digits + string(weighedDigit(digits))
}

// weighedDigit is the modulo 11 digit over ASCII values less 48, so that it
// holds for the letters of a new CNPJ too (vhsys.md, 5).
func weighedDigit(text string) byte {
	sum, weight := 0, 2
	for i := len(text) - 1; i >= 0; i-- {
		sum += int(text[i]-'0') * weight
		if weight++; weight > 9 {
			weight = 2
		}
	}
	if rest := sum % 11; rest >= 2 {
		return byte('0' + 11 - rest)
	}
	return '0'
}

// validCompany checks a CNPJ of digits or of letters and digits.
func validCompany(number string) bool {
	if len(number) != 14 || oneDigitRepeated(number) || !onlyDigits(number[12:]) || strings.ContainsFunc(number, strange) {
		return false
	}
	return weighedDigit(number[:12]) == number[12] && weighedDigit(number[:13]) == number[13]
}

// strange is what no CNPJ has.
func strange(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') }

// unmasked strips the signs that people write into a document.
func unmasked(document string) string {
	return strings.NewReplacer(".", "", "/", "", "-", "", " ", "").Replace(document)
}
