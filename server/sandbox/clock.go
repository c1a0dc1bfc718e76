package sandbox

import (
	"encoding/json"
	"sync"
	"time"
)

// Both providers write local time without a zone. Brazil has had no daylight
// saving time since 2019, so a fixed offset is right for every date used here.
var saoPaulo = time.FixedZone("-03", -3*60*60)

const (
	dateLayout  = "2006-01-02"
	stampLayout = "2006-01-02 15:04:05"
	// calendarTick is how often real time is checked for a new day.
	calendarTick = 30 * time.Second
)

// clock is the virtual clock: the base clock plus what has been advanced.
type clock struct {
	base   func() time.Time
	mu     sync.Mutex
	offset time.Duration
}

// real is the base clock. Token lifetimes and read lags run on it, so that
// moving the calendar does not disturb them.
func (c *clock) real() time.Time { return c.base() }

// now is the virtual moment, in São Paulo.
func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base().Add(c.offset).In(saoPaulo)
}

// stamp is the virtual moment as both providers print it.
func (c *clock) stamp() string { return c.now().Format(stampLayout) }

// today is the virtual calendar day.
func (c *clock) today() string { return c.now().Format(dateLayout) }

// advance moves the virtual clock and returns the whole offset.
func (c *clock) advance(by time.Duration) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += by
	return c.offset
}

// reset returns to the base clock.
func (c *clock) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = 0
}

// restore reads the journalled offset.
func (c *clock) restore(value json.RawMessage) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return json.Unmarshal(value, &c.offset)
}

// advance moves the calendar and lets everything that falls due happen.
func (s *Sandbox) advance(by time.Duration) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.record("clock", "offset", s.clock.advance(by))
	s.gerencianet.expireOverdue()
	s.gerencianet.callbacks.hurry()
	s.pix.callbacks.hurry()
	s.vhsys.callbacks.hurry()
	return s.clock.now()
}

// runCalendar notices, in real time, that a day has passed.
func (s *Sandbox) runCalendar() {
	defer s.workers.Done()
	for {
		s.mu.Lock()
		s.gerencianet.expireOverdue()
		s.mu.Unlock()
		if !s.pause(calendarTick) {
			return
		}
	}
}

// daysBetween counts calendar days from one YYYY-MM-DD to another. Dates that
// do not exist count as the zero day.
func daysBetween(from, to string) int {
	start, _ := time.Parse(dateLayout, from)
	end, _ := time.Parse(dateLayout, to)
	return int(end.Sub(start) / (24 * time.Hour))
}

// isDate says whether the text is an existing day written YYYY-MM-DD.
func isDate(text string) bool {
	_, err := time.Parse(dateLayout, text)
	return err == nil
}
