package billing

import (
	"ponte/ent/db"
)

// Terms are added or taken off when a charge is not paid on its day.
type Terms struct {
	FineHundredths            *int
	MonthlyInterestHundredths *int
	DailyInterestThousandths  *int // instead of the monthly one
	DiscountCents             *int64
	DiscountHundredths        *int // instead of cents
	DiscountDays              *int
	DaysToWriteOff            *int
	Message                   *string
}

// checkTerms finds what is wrong with terms by themselves.
func checkTerms(found *Refusal, terms *Terms) {
	if terms == nil {
		return
	}
	limits := []struct {
		field  string
		value  *int
		max    int
		pt, en string
	}{
		{"fineHundredths", terms.FineHundredths, 1000, "A multa vai de 0 a 10 %.", "The fine goes from 0 to 10 %."},
		{"monthlyInterestHundredths", terms.MonthlyInterestHundredths, 990, "Os juros vão de 0 a 9,9 % ao mês.", "The interest goes from 0 to 9.9 % a month."},
		{"dailyInterestThousandths", terms.DailyInterestThousandths, 330, "Os juros vão de 0 a 0,33 % ao dia.", "The interest goes from 0 to 0.33 % a day."},
		{"discountHundredths", terms.DiscountHundredths, 9000, "O desconto vai de 0 a 90 %.", "The discount goes from 0 to 90 %."},
		{"discountDays", terms.DiscountDays, 60, "O desconto pode terminar de 0 a 60 dias antes do vencimento.", "The discount may end 0 to 60 days before the due date."},
		{"daysToWriteOff", terms.DaysToWriteOff, 120, "A cobrança pode ser paga de 0 a 120 dias depois do vencimento.", "The charge can be payable 0 to 120 days after the due date."},
	}
	for _, limit := range limits {
		if limit.value != nil && (*limit.value < 0 || *limit.value > limit.max) {
			found.add("OUT_OF_RANGE", "terms."+limit.field, limit.pt, limit.en)
		}
	}
	if value(terms.DiscountCents) < 0 {
		found.add("AMOUNT_NEGATIVE", "terms.discountCents", "O desconto não pode ser negativo.", "The discount can't be negative.")
	}
	if value(terms.DiscountCents) > 0 && value(terms.DiscountHundredths) > 0 {
		found.add("TERMS_CONFLICT", "terms.discountHundredths", "Dê o desconto em reais ou em porcentagem, não nos dois.", "Give the discount in reais or in percent, not in both.")
	}
	if value(terms.MonthlyInterestHundredths) > 0 && value(terms.DailyInterestThousandths) > 0 {
		found.add("TERMS_CONFLICT", "terms.dailyInterestThousandths", "Dê os juros por mês ou por dia, não os dois.", "Give the interest a month or a day, not both.")
	}
}

// setTerms puts terms on a charge before it is written.
func setTerms(c *db.Charge, terms *Terms) {
	if terms == nil {
		return
	}
	c.FineHundredths = int64(value(terms.FineHundredths))
	c.MonthlyInterestHundredths = int64(value(terms.MonthlyInterestHundredths))
	c.DailyInterestThousandths = int64(value(terms.DailyInterestThousandths))
	c.EarlyDiscountCents = value(terms.DiscountCents)
	c.EarlyDiscountHundredths = int64(value(terms.DiscountHundredths))
	c.EarlyDiscountDays = value(terms.DiscountDays)
	c.DaysToWriteOff = terms.DaysToWriteOff
	c.Message = value(terms.Message)
}
