package sandbox

import (
	"fmt"
	"time"
)

// zeroLine is what the real test environment prints: nobody can pay it.
const zeroLine = "00000.00000 00000.000000 00000.000000 0 00000000000000"

// bankCode is the provider's own number among the Brazilian banks.
const bankCode = "364"

// barcode is the 44 digits of a boleto: bank, currency, check digit, due date
// factor, value and a free field that holds the charge id.
func barcode(chargeID, cents int64, dueDate string) string {
	head := bankCode + "9"
	tail := fmt.Sprintf("%04d%010d%025d", dueDateFactor(dueDate), cents, chargeID)
	return head + string(barcodeDigit(head+tail)) + tail
}

// dueDateFactor counts days. The count ran out on 2025-02-21 and began again
// at 1000 on the next day (FEBRABAN).
func dueDateFactor(day string) int {
	const first, count = 1000, 9000
	days := daysBetween("2025-02-22", day)
	return first + ((days%count)+count)%count
}

// barcodeDigit is the general check digit: modulo 11 with weights 2 to 9,
// where 0, 10 and 11 become 1.
func barcodeDigit(digits string) byte {
	sum, weight := 0, 2
	for i := len(digits) - 1; i >= 0; i-- {
		sum += int(digits[i]-'0') * weight
		weight++
		if weight > 9 {
			weight = 2
		}
	}
	digit := 11 - sum%11
	if digit > 9 {
		return '1'
	}
	return byte('0' + digit)
}

// typeableLine is the bar code as people type it: 47 digits in five fields,
// the first three with their own check digits.
func typeableLine(barcode string) string {
	free := barcode[19:]
	first, second, third := barcode[:4]+free[:5], free[5:15], free[15:]
	return fmt.Sprintf("%s.%s%c %s.%s%c %s.%s%c %c %s",
		first[:5], first[5:], fieldDigit(first),
		second[:5], second[5:], fieldDigit(second),
		third[:5], third[5:], fieldDigit(third),
		barcode[4], barcode[5:19])
}

// fieldDigit is modulo 10: weights 2 and 1 from the right, the digits of each
// product added up.
func fieldDigit(digits string) byte {
	sum, weight := 0, 2
	for i := len(digits) - 1; i >= 0; i-- {
		product := int(digits[i]-'0') * weight
		sum += product/10 + product%10
		weight = 3 - weight
	}
	return byte('0' + (10-sum%10)%10)
}

// dueDateText prints a due date the Brazilian way.
func dueDateText(day string) string {
	moment, err := time.Parse(dateLayout, day)
	if err != nil {
		return day
	}
	return moment.Format("02/01/2006")
}
