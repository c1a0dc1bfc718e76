package brazil

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
)

// Digits keeps the digits of a text.
func Digits(text string) string {
	return strings.Map(func(character rune) rune {
		if character >= '0' && character <= '9' {
			return character
		}
		return -1
	}, text)
}

var phonePattern = regexp.MustCompile(`^[1-9]{2}9?[0-9]{8}$`)

// ValidPhone tells whether DDD and number, digits only and without +55, form a
// Brazilian phone (providers/gerencianet.md, 8.1).
func ValidPhone(phone string) bool { return phonePattern.MatchString(phone) }

// States are the two-letter codes of the 27 federative units.
var States = strings.Fields("AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO")

// ValidState tells whether a two-letter code is one of States.
func ValidState(code string) bool {
	for _, state := range States {
		if state == code {
			return true
		}
	}
	return false
}

// FormatCents writes cents as reais: 123456 is "R$ 1.234,56".
func FormatCents(cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	whole := fmt.Sprint(cents / 100)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "." + whole[i:]
	}
	return fmt.Sprintf("%sR$ %s,%02d", sign, whole, cents%100)
}

// Split divides an amount into n parts that add up to it; the last part carries
// the cents that do not divide.
func Split(amountCents int64, n int) []int64 {
	parts := make([]int64, n)
	each := amountCents / int64(n)
	for i := range parts {
		parts[i] = each
	}
	parts[n-1] += amountCents - each*int64(n)
	return parts
}

// MulDiv answers amount × numerator ÷ denominator, rounded down, without
// overflow on the way.
func MulDiv(amount, numerator, denominator int64) int64 {
	product := new(big.Int).Mul(big.NewInt(amount), big.NewInt(numerator))
	return product.Div(product, big.NewInt(denominator)).Int64()
}
