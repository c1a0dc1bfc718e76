package sandbox

import "time"

// owed is what a payer has to pay today: the original value, or for a charge
// with a due date the value after rebate, discount, fine and interest.
func (p *pix) owed(c *pixCharge) int64 {
	terms := c.terms()
	value := parsePixCents(terms.Value.Original)
	if c.Kind == kindCob {
		return value
	}
	today := p.sandbox.clock.today()
	value -= terms.Value.Rebate.of(value)
	if late := daysBetween(terms.Calendar.DueDate, today); late > 0 {
		return value + terms.Value.Fine.of(value) + terms.Value.Interest.after(value, int64(late))
	}
	return value - terms.Value.Discount.on(value, today, terms.Calendar.DueDate)
}

// of is a fixed amount in mode 1 and a percentage in mode 2.
func (r *pixRate) of(cents int64) int64 {
	switch {
	case r == nil:
		return 0
	case r.Mode == 1:
		return parsePixCents(r.Amount)
	default:
		return divideRounded(cents*parsePixCents(r.Amount), 10000)
	}
}

// after is the interest of some days. Modes 1 to 4 count calendar days: an
// amount a day, or percent a day, a month, a year. 5 to 8 are the same by
// working days, which count as calendar days here.
func (r *pixRate) after(cents, days int64) int64 {
	if r == nil {
		return 0
	}
	rate := parsePixCents(r.Amount)
	switch (r.Mode-1)%4 + 1 {
	case 1:
		return rate * days
	case 2:
		return divideRounded(cents*rate*days, 10000)
	case 3:
		return divideRounded(cents*rate*days, 10000*30)
	default:
		return divideRounded(cents*rate*days, 10000*365)
	}
}

// on is the discount of a day. Modes 1 and 2 are an amount or percent until
// dates; the others grow with each day before the due date.
func (d *pixDiscount) on(cents int64, today, dueDate string) int64 {
	if d == nil {
		return 0
	}
	if d.Mode > 2 {
		return d.early(cents, int64(daysBetween(today, dueDate)))
	}
	best := ""
	rate := pixRate{Mode: d.Mode, Amount: "0.00"}
	for _, each := range d.Dates {
		if today <= each.Date && (best == "" || each.Date < best) {
			best, rate.Amount = each.Date, each.Amount
		}
	}
	return rate.of(cents)
}

// early is the discount for some days before the due date: an amount a day in
// modes 3 and 4, percent a day in 5 and 6.
func (d *pixDiscount) early(cents, days int64) int64 {
	rate := parsePixCents(d.Amount)
	if d.Mode <= 4 {
		return min(cents, rate*days)
	}
	return min(cents, divideRounded(cents*rate*days, 10000))
}

// payable says whether the payer's bank would still take the charge.
func (p *pix) payable(c *pixCharge) bool {
	calendar := c.terms().Calendar
	if c.Kind == kindCob {
		return p.pixNow().Before(c.CreatedAt.Add(time.Duration(calendar.Expiration) * time.Second))
	}
	days := int64(defaultValidDays)
	if calendar.ValidDays != nil {
		days = *calendar.ValidDays
	}
	return int64(daysBetween(calendar.DueDate, p.sandbox.clock.today())) <= days
}
