package sandbox

// validCPF checks the two check digits of an 11-digit CPF. Numbers of one
// repeated digit satisfy the arithmetic and are refused nevertheless.
func validCPF(number string) bool {
	if len(number) != 11 || !onlyDigits(number) || oneDigitRepeated(number) {
		return false
	}
	return checkDigit(number[:9], 11) == number[9] && checkDigit(number[:10], 11) == number[10]
}

// validCNPJ checks the two check digits of a 14-digit CNPJ. The provider does
// not know the alphanumeric form, so letters make it invalid.
func validCNPJ(number string) bool {
	if len(number) != 14 || !onlyDigits(number) || oneDigitRepeated(number) {
		return false
	}
	return checkDigit(number[:12], 9) == number[12] && checkDigit(number[:13], 9) == number[13]
}

// checkDigit weighs the digits 2, 3, … from the right, starting over after
// the highest weight, and returns the modulo 11 digit.
func checkDigit(digits string, highest int) byte {
	sum, weight := 0, 2
	for i := len(digits) - 1; i >= 0; i-- {
		sum += int(digits[i]-'0') * weight
		weight++
		if weight > highest {
			weight = 2
		}
	}
	if rest := sum % 11; rest >= 2 {
		return byte('0' + 11 - rest)
	}
	return '0'
}

// onlyDigits is true for a text of ASCII digits and for the empty one.
func onlyDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}

// oneDigitRepeated is true for 111.111.111-11 and the like.
func oneDigitRepeated(text string) bool {
	for i := range len(text) {
		if text[i] != text[0] {
			return false
		}
	}
	return true
}

// digitsOf strips a mask.
func digitsOf(text string) string {
	digits := make([]byte, 0, len(text))
	for i := range len(text) {
		if text[i] >= '0' && text[i] <= '9' {
			digits = append(digits, text[i])
		}
	}
	return string(digits)
}
