package history

import (
	"fmt"
	"time"

	"assay/market"
)

// checkRules rises whenever the same bars could be judged otherwise than before;
// sets that were kept are then judged anew. Reports without a number are older
// than the first.
const checkRules = 4

// The limits of the check. A set that breaks one is refused for bots.
const (
	fewestDays    = 20   // sessions with bars in regular hours, about a month
	weeklyShare   = 0.5  // of the sessions of a weekday that lack the same minutes
	weeklyTimes   = 4    // and how many sessions that must be at least
	rthMissing    = 0.05 // of the bars of the day session
	rthIdle       = 0.05 // of the bars of the day session that traded nothing
	outsideShare  = 0.01 // of the bars, outside the exchange's hours
	jumpShare     = 0.05 // move between two bars worth a line, as a share of the price
	longestListed = 20   // entries of a list in the report

	nameLife = 5 * 365 * 24 * time.Hour // a name like ESH4 is another contract's ten years later
)

// Check judges bars against the exchange's calendar. It is a pure function;
// what lies outside the calendar's years is counted and not judged.
func Check(b *market.Bars, calendar *market.Calendar) Report {
	c := checker{bars: b, calendar: calendar, seconds: int64(b.Interval / time.Second)}
	end := b.Time[b.Len()-1] + c.seconds
	c.report = Report{
		Rules:  checkRules,
		Symbol: b.Root, Interval: short(b.Interval), Bars: b.Len(), Sessions: len(b.Dates),
		FirstBar: b.Start(0), LastBar: b.Start(b.Len() - 1),
		SessionClosed: closedSession(b, calendar.LastClosed(time.Unix(end, 0))),
	}
	r := &c.report // empty lists, not null, in JSON
	r.Reasons, r.Notes, r.Missing = []string{}, []string{}, []market.Date{}
	r.Holes, r.Weekly, r.Rolls, r.Jumps = []Hole{}, []WeeklyHole{}, []Roll{}, []Jump{}
	c.hours()
	c.prices()
	c.coverage()
	c.judge()
	return c.report
}

// closedSession returns the close of s when b holds bars of it.
func closedSession(b *market.Bars, s market.Session) time.Time {
	for i := b.Len() - 1; i >= 0 && b.Date(i) >= s.Date; i-- {
		if b.Date(i) == s.Date {
			return s.Close
		}
	}
	return time.Time{}
}

// checker walks the bars and fills in the report.
type checker struct {
	bars     *market.Bars
	calendar *market.Calendar
	seconds  int64 // length of a bar
	report   Report

	// slots counts, for each weekday and each bar of a session, how often the
	// bar was due and how often it was missing.
	slots [7][]slot
}

type slot struct {
	due, missing int
	day          bool // in the day session
}

// hours counts bars outside the exchange's hours, and bars without volume. The
// hours of years that the calendar does not know were others: no bar of them
// lies outside.
func (c *checker) hours() {
	r, b := &c.report, c.bars
	var s market.Session
	known := false
	var run Quiet
	seen := market.Date(0) // the last session seen with bars in regular hours
	for i, unix := range b.Time {
		if i == 0 || b.Session[i] != b.Session[i-1] {
			s, _ = c.calendar.Session(b.Date(i))
			known = c.calendar.Known(b.Date(i))
		}
		if known {
			r.Outside.Of++
		}
		if known && (unix < s.Open.Unix() || unix >= s.Close.Unix()) {
			if r.Outside.Bars++; r.Outside.Bars == 1 {
				r.Outside.First = b.Start(i)
			}
		}
		day := unix >= s.DayOpen.Unix() && unix < s.DayClose.Unix()
		if day {
			r.DayBars++
			if seen != s.Date {
				seen, r.Days = s.Date, r.Days+1
			}
		}
		if b.Volume[i] > 0 {
			run = Quiet{}
			continue
		}
		r.Idle.Bars++
		if day {
			r.Idle.RTH++
		}
		if run.Bars++; run.Bars == 1 {
			run.From = b.Start(i)
		}
		run.To = b.Start(i).Add(b.Interval)
		if run.Bars > r.Idle.Longest.Bars {
			r.Idle.Longest = run
		}
	}
}

// prices lists rolls and jumps.
func (c *checker) prices() {
	r, b := &c.report, c.bars
	contract, err := market.ContractOf(b.Root)
	if err != nil {
		panic("history: bars have the root of a contract: " + err.Error())
	}
	seen := map[string]time.Time{}
	for k, s := range b.Segments {
		if k > 0 {
			r.Rolls = append(r.Rolls, Roll{
				At: b.Start(s.First), From: b.Segments[k-1].Contract, To: s.Contract,
				Gap: contract.FormatPrice(market.Price(s.Gap)),
			})
			if last, ok := seen[s.Contract]; ok && b.Start(s.First).Sub(last) < nameLife {
				r.Returns++
			}
		}
		seen[s.Contract] = b.Start(s.First)
	}
	next := 1
	for i := 1; i < b.Len(); i++ {
		if next < len(b.Segments) && b.Segments[next].First == i {
			next++
			continue
		}
		before, now := float64(b.Close[i-1]), float64(b.Open[i])
		if move := (now - before) / before; move > jumpShare || -move > jumpShare {
			r.JumpCount++
			if len(r.Jumps) < longestListed {
				r.Jumps = append(r.Jumps, Jump{
					At:      b.Start(i),
					From:    contract.FormatPrice(market.Price(b.Close[i-1])),
					To:      contract.FormatPrice(market.Price(b.Open[i])),
					Percent: fmt.Sprintf("%+.1f", 100*move),
				})
			}
		}
	}
}
