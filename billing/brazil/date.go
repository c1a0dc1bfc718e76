package brazil

import (
	"database/sql/driver"
	"fmt"
	"io"
	"strconv"
	"time"
	_ "time/tzdata" // the zone must be there on a bare machine
)

// SaoPaulo is the zone of due dates and of both providers' wall clocks.
var SaoPaulo = mustLoad("America/Sao_Paulo")

func mustLoad(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic("brazil: " + err.Error())
	}
	return zone
}

// Date is a calendar day written YYYY-MM-DD. Dates compare like strings.
type Date string

const dateLayout = "2006-01-02"

// ParseDate reads YYYY-MM-DD and refuses days that do not exist.
func ParseDate(text string) (Date, error) {
	parsed, err := time.Parse(dateLayout, text)
	if err != nil {
		return "", fmt.Errorf("date %q is not a day written YYYY-MM-DD", text)
	}
	return Date(parsed.Format(dateLayout)), nil
}

// DateOf answers the day in São Paulo at a moment.
func DateOf(moment time.Time) Date { return Date(moment.In(SaoPaulo).Format(dateLayout)) }

// Start answers the first moment of the day in São Paulo.
func (d Date) Start() time.Time {
	moment, _ := time.ParseInLocation(dateLayout, string(d), SaoPaulo)
	return moment
}

func (d Date) utc() time.Time {
	moment, _ := time.Parse(dateLayout, string(d))
	return moment
}

// AddDays answers the day n days later, or earlier when n is negative.
func (d Date) AddDays(n int) Date { return Date(d.utc().AddDate(0, 0, n).Format(dateLayout)) }

// AddMonths answers the same day n months later; a day that the month lacks
// becomes its last one.
func (d Date) AddMonths(n int) Date {
	day := d.utc()
	first := time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, n, 0)
	last := first.AddDate(0, 1, -1).Day()
	return Date(first.AddDate(0, 0, min(day.Day(), last)-1).Format(dateLayout))
}

// DaysUntil counts the days from d to other, negative when other is earlier.
func (d Date) DaysUntil(other Date) int {
	return int(other.utc().Sub(d.utc()) / (24 * time.Hour))
}

// Scan reads a date column.
func (d *Date) Scan(value any) error {
	switch value := value.(type) {
	case time.Time:
		*d = Date(value.Format(dateLayout))
	case string:
		*d = Date(value)
	case []byte:
		*d = Date(value)
	default:
		return fmt.Errorf("scan %T as a date", value)
	}
	return nil
}

// Value writes a date column.
func (d Date) Value() (driver.Value, error) { return string(d), nil }

// MarshalGQL writes the GraphQL scalar Date.
func (d Date) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(d))) }

// UnmarshalGQL reads the GraphQL scalar Date.
func (d *Date) UnmarshalGQL(value any) error {
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("a Date is a string written YYYY-MM-DD")
	}
	parsed, err := ParseDate(text)
	*d = parsed
	return err
}

// Period is a span of days, both ends included.
type Period struct{ From, To Date }
