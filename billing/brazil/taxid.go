package brazil

import "strings"

// NormalizeTaxID removes the mask of a CPF or CNPJ and writes letters in upper
// case. Only `.`, `/`, `-` and spaces are removed: a CNPJ may hold letters since
// July 2026 (Instrução Normativa RFB 2.229/2024).
func NormalizeTaxID(text string) string {
	return strings.ToUpper(strings.NewReplacer(".", "", "/", "", "-", "", " ", "").Replace(text))
}

// ValidTaxID tells whether a normalised CPF or CNPJ has right check digits.
func ValidTaxID(taxID string) bool { return ValidCPF(taxID) || ValidCNPJ(taxID) }

// ValidCPF tells whether eleven digits form a CPF.
func ValidCPF(taxID string) bool {
	if len(taxID) != 11 || !onlyDigits(taxID) || allEqual(taxID) {
		return false
	}
	return checkDigit(taxID[:9], 11) == taxID[9] && checkDigit(taxID[:10], 11) == taxID[10]
}

// ValidCNPJ tells whether fourteen characters form a CNPJ: twelve of [0-9A-Z]
// and two check digits. A character counts as its ASCII code less 48.
func ValidCNPJ(taxID string) bool {
	if len(taxID) != 14 || !onlyDigits(taxID[12:]) || allEqual(taxID) {
		return false
	}
	for _, character := range []byte(taxID[:12]) {
		if !isDigit(character) && (character < 'A' || character > 'Z') {
			return false
		}
	}
	return checkDigit(taxID[:12], 9) == taxID[12] && checkDigit(taxID[:13], 9) == taxID[13]
}

// checkDigit sums the characters with weights that grow from 2 at the right and
// begin anew after maxWeight, modulo 11.
func checkDigit(text string, maxWeight int) byte {
	sum, weight := 0, 2
	for i := len(text) - 1; i >= 0; i-- {
		sum += int(text[i]-'0') * weight
		if weight++; weight > maxWeight {
			weight = 2
		}
	}
	if rest := sum % 11; rest >= 2 {
		return byte('0' + 11 - rest)
	}
	return '0'
}

// FormatTaxID writes a normalised tax id with its usual mask.
func FormatTaxID(taxID string) string {
	switch len(taxID) {
	case 11:
		return taxID[:3] + "." + taxID[3:6] + "." + taxID[6:9] + "-" + taxID[9:]
	case 14:
		return taxID[:2] + "." + taxID[2:5] + "." + taxID[5:8] + "/" + taxID[8:12] + "-" + taxID[12:]
	}
	return taxID
}

// MaskTaxID hides all but the middle of a tax id: ***.456.789-**.
func MaskTaxID(taxID string) string {
	switch len(taxID) {
	case 11:
		return "***." + taxID[3:6] + "." + taxID[6:9] + "-**"
	case 14:
		return "**." + taxID[2:5] + "." + taxID[5:8] + "/****-**"
	}
	return strings.Repeat("*", len(taxID))
}

func onlyDigits(text string) bool {
	for _, character := range []byte(text) {
		if !isDigit(character) {
			return false
		}
	}
	return true
}

func isDigit(character byte) bool { return character >= '0' && character <= '9' }

func allEqual(text string) bool { return strings.Count(text, text[:1]) == len(text) }
