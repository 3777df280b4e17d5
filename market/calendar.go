package market

import (
	"time"
	_ "time/tzdata" // the exchange's zone must not depend on the machine
)

// ExceptionKind says how a trade date differs from the weekly rule.
type ExceptionKind string

// The kinds of cme_exceptions.csv.
const (
	Closed     ExceptionKind = "closed"
	EarlyClose ExceptionKind = "early_close"
)

// Exception is a holiday or an early close.
type Exception struct {
	Kind   ExceptionKind
	Close  int16  // minute of the day of an early close, Chicago
	Reason string // e.g. "Good Friday"
	Basis  string // observed, published or rule: how sure the row is
}

// Calendar knows the trading hours of one group of contracts: the weekly rule
// (17:00 to 16:00 Chicago, Sunday to Friday) and its exceptions.
type Calendar struct {
	group             Group
	dayOpen, dayClose int16
	first, last       Date // the trade dates whose exceptions are known
	exceptions        map[Date]Exception
}

// Session is one trade date's hours, in UTC.
type Session struct {
	Date        Date
	Open, Close time.Time // the whole Globex session, half open

	// DayOpen and DayClose bound the day session (RTH), cut by an early
	// close. They are equal when the session closes before the day opens.
	DayOpen, DayClose time.Time
}

// Phase is what the exchange does at a moment.
type Phase string

// The phases. Unjudged is a moment when the weekly rule would trade but the
// calendar does not know that year's holidays.
const (
	InRTH    Phase = "RTH"
	InETH    Phase = "ETH"
	Shut     Phase = "CLOSED"
	Unjudged Phase = "UNJUDGED"
)

// Minutes of the day, Chicago, that bound every Globex session.
const (
	SessionOpen  = 17 * 60
	SessionClose = 16 * 60
)

// newCalendar makes a group's calendar without exceptions. The table covers
// 2024 to 2027; crypto ends where CME announced trading around the clock.
func newCalendar(c Contract) *Calendar {
	last := must(ParseDate("2027-12-31"))
	if c.Group == Crypto {
		last = must(ParseDate("2026-05-28"))
	}
	return &Calendar{
		group: c.Group, dayOpen: c.DayOpen, dayClose: c.DayClose,
		first: must(ParseDate("2024-01-01")), last: last,
		exceptions: map[Date]Exception{},
	}
}

// CalendarOf returns the calendar of a root's group.
func CalendarOf(root string) (*Calendar, error) {
	c, err := ContractOf(root)
	if err != nil {
		return nil, err
	}
	return c.Calendar(), nil
}

// Calendar returns the calendar of the contract's group.
func (c Contract) Calendar() *Calendar { return tables().calendars[c.Group] }

// Known says whether the calendar knows the holidays of that date's year.
// Outside, sessions follow the weekly rule and holes cannot be judged.
func (c *Calendar) Known(d Date) bool { return c.first <= d && d <= c.last }

// Years returns the first and last trade date that the calendar knows.
func (c *Calendar) Years() (first, last Date) { return c.first, c.last }

// Exception returns the holiday or early close of a date.
func (c *Calendar) Exception(d Date) (Exception, bool) {
	e, ok := c.exceptions[d]
	return e, ok
}

// Trades says whether d is a trade date.
func (c *Calendar) Trades(d Date) bool {
	wd := d.Weekday()
	return wd != time.Saturday && wd != time.Sunday && c.exceptions[d].Kind != Closed
}

// Next returns the first trade date after d.
func (c *Calendar) Next(d Date) Date {
	for d++; !c.Trades(d); d++ {
	}
	return d
}

// Prev returns the last trade date before d.
func (c *Calendar) Prev(d Date) Date {
	for d--; !c.Trades(d); d-- {
	}
	return d
}

// Session returns the hours of a trade date; ok is false when it has none.
func (c *Calendar) Session(d Date) (s Session, ok bool) {
	if !c.Trades(d) {
		return Session{}, false
	}
	closing := int16(SessionClose)
	if e, ok := c.exceptions[d]; ok {
		closing = e.Close
	}
	dayClose := min(c.dayClose, closing)
	dayOpen := min(c.dayOpen, dayClose)
	return Session{
		Date: d,
		Open: at(d-1, SessionOpen), Close: at(d, closing),
		DayOpen: at(d, dayOpen), DayClose: at(d, dayClose),
	}, true
}

// at returns the instant of a minute of the day on the exchange's clock.
func at(d Date, minute int16) time.Time {
	y, m, day := d.Time().Date()
	return time.Date(y, m, day, int(minute)/60, int(minute)%60, 0, 0, Zone()).UTC()
}

// TradeDate returns the trade date that the exchange would book t to: the date
// of Chicago time + 7 h, moved to the next trading day if that one is closed.
func (c *Calendar) TradeDate(t time.Time) Date {
	d := DateOf(t.In(Zone()).Add(7 * time.Hour))
	if c.Trades(d) {
		return d
	}
	return c.Next(d)
}

// At returns what the exchange does at t.
func (c *Calendar) At(t time.Time) Phase {
	s, ok := c.Session(c.TradeDate(t))
	switch {
	case !ok || t.Before(s.Open) || !t.Before(s.Close):
		return Shut
	case !c.Known(s.Date):
		return Unjudged
	case t.Before(s.DayOpen) || !t.Before(s.DayClose):
		return InETH
	default:
		return InRTH
	}
}

// LastClosed returns the last session that had closed at t.
func (c *Calendar) LastClosed(t time.Time) Session {
	s, _ := c.Session(c.TradeDate(t))
	for s.Close.After(t) {
		s, _ = c.Session(c.Prev(s.Date))
	}
	return s
}

// Halt is a time when the exchange stood still without notice.
type Halt struct {
	From, To time.Time
	Reason   string
}

// HaltAt returns the halt that t falls into. The list is short and kept by
// hand: no calendar announces halts. All groups stood still in each of them.
func HaltAt(t time.Time) (Halt, bool) {
	h := Halt{ // 2025-11-27 20:50 to 2025-11-28 07:30 Chicago
		From:   time.Date(2025, 11, 28, 2, 50, 0, 0, time.UTC),
		To:     time.Date(2025, 11, 28, 13, 30, 0, 0, time.UTC),
		Reason: "the exchange halted, data-centre failure",
	}
	return h, !t.Before(h.From) && t.Before(h.To)
}
