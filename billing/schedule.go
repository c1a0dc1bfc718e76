package billing

import (
	"fmt"
	"time"

	"ponte/billing/brazil"
	"ponte/ent/db"
	"ponte/ent/enum"
)

// DueAt answers when a channel tells what happens now: at once, with the next
// digest, or after the quiet hours. All of it is São Paulo's time.
func DueAt(c *db.Channel, now time.Time, urgent bool) time.Time {
	if urgent && c.UrgentAtOnce {
		return now
	}
	local := now.In(brazil.SaoPaulo)
	year, month, day := local.Date()
	at := now
	switch c.Pace {
	case enum.PaceHourly:
		at = time.Date(year, month, day, local.Hour()+1, 0, 0, 0, brazil.SaoPaulo)
	case enum.PaceDaily:
		at = time.Date(year, month, day, c.DigestHour, 0, 0, 0, brazil.SaoPaulo)
		if !at.After(now) {
			at = time.Date(year, month, day+1, c.DigestHour, 0, 0, 0, brazil.SaoPaulo)
		}
	}
	return afterQuiet(c, at)
}

// afterQuiet moves a moment within the quiet hours to their end.
func afterQuiet(c *db.Channel, at time.Time) time.Time {
	if c.QuietFrom == nil || c.QuietTo == nil {
		return at
	}
	from, to := minuteOf(*c.QuietFrom), minuteOf(*c.QuietTo)
	local := at.In(brazil.SaoPaulo)
	minute := local.Hour()*60 + local.Minute()
	quiet := minute >= from && minute < to
	if from > to { // over midnight
		quiet = minute >= from || minute < to
	}
	if !quiet {
		return at
	}
	year, month, day := local.Date()
	if minute >= to { // they end tomorrow
		day++
	}
	return time.Date(year, month, day, to/60, to%60, 0, 0, brazil.SaoPaulo)
}

// minuteOf answers the minute of the day of HH:MM, which was checked when it was saved.
func minuteOf(clock string) int {
	var hour, minute int
	_, _ = fmt.Sscanf(clock, "%d:%d", &hour, &minute)
	return hour*60 + minute
}
