package history

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"assay/market"
)

// Verdict says whether bots may be tested on a set.
type Verdict string

// A refused set is used only once an operator accepts it by name.
const (
	Pass    Verdict = "PASS"
	Refused Verdict = "REFUSED"
)

// Part is a part of the trading day.
type Part string

// RTH is the day session, ETH the rest of the Globex session.
const (
	PartRTH Part = "RTH"
	PartETH Part = "ETH"
)

// Report is what Check found. Times are UTC, weekly windows are Chicago time.
// Lists are bounded; their counts are not.
type Report struct {
	Symbol        string    `json:"symbol"`
	Interval      string    `json:"interval"`
	Bars          int       `json:"bars"`
	Sessions      int       `json:"sessions"` // trade dates with bars
	FirstBar      time.Time `json:"firstBar"`
	LastBar       time.Time `json:"lastBar"`
	SessionClosed time.Time `json:"sessionClosed,omitzero"` // close of the last session held; zero without one

	Rules   int      `json:"rules"` // by which the check judged
	Verdict Verdict  `json:"verdict"`
	Reasons []string `json:"reasons"` // why it is refused, a sentence each
	Notes   []string `json:"notes"`   // what an operator should know all the same

	Judged     int         `json:"judged"` // trade dates held against the calendar
	JudgedFrom market.Date `json:"judgedFrom,omitzero"`
	JudgedTo   market.Date `json:"judgedTo,omitzero"`
	NotJudged  int         `json:"notJudged"` // trade dates outside the calendar's years

	RTH       Coverage      `json:"rth"`
	ETH       Coverage      `json:"eth"`
	Missing   []market.Date `json:"missingSessions"`
	HoleCount int           `json:"holeCount"` // holes inside sessions
	Holes     []Hole        `json:"holes"`     // the longest
	Weekly    []WeeklyHole  `json:"weeklyHoles"`

	Rolled    string  `json:"rolled,omitempty"` // how contracts side by side were joined
	Rolls     []Roll  `json:"rolls"`
	Returns   int     `json:"contractReturns"` // rolls back to a contract left before
	JumpCount int     `json:"jumpCount"`
	Jumps     []Jump  `json:"jumps"`
	DayBars   int     `json:"rthBars"`
	Days      int     `json:"rthSessions"` // trade dates with bars in regular hours
	Idle      Idle    `json:"zeroVolume"`
	Outside   Outside `json:"outsideHours"`
}

// Coverage counts the bars that were due by the calendar and those that came.
type Coverage struct {
	Due     int `json:"due"`
	Present int `json:"present"`
}

// Missing returns the share of due bars that did not come, 0 when none was due.
func (c Coverage) Missing() float64 { return share(c.Due-c.Present, c.Due) }

// Hole is a run of missing bars inside one session.
type Hole struct {
	Date market.Date `json:"tradeDate"`
	From time.Time   `json:"from"`
	To   time.Time   `json:"to"`
	Bars int         `json:"bars"`
	RTH  int         `json:"rthBars"`       // of these, in the day session
	Why  string      `json:"why,omitempty"` // a halt of the exchange, when one is known
}

// WeeklyHole is a stretch that is missing on the same weekday again and again.
type WeeklyHole struct {
	Weekday string `json:"weekday"` // of the trade date
	Part    Part   `json:"part"`
	From    string `json:"from"` // Chicago
	To      string `json:"to"`
	Bars    int    `json:"bars"`  // missing each time
	Times   int    `json:"times"` // in how many sessions
	Of      int    `json:"of"`    // of how many
}

// Roll is a change of the contract.
type Roll struct {
	At   time.Time `json:"at"`
	From string    `json:"from"`
	To   string    `json:"to"`
	Gap  string    `json:"gap"` // in points; a spread, not a profit
}

// Jump is a large move between two bars of one contract.
type Jump struct {
	At      time.Time `json:"at"`
	From    string    `json:"from"`
	To      string    `json:"to"`
	Percent string    `json:"percent"`
}

// Idle counts bars in which nothing traded.
type Idle struct {
	Bars    int   `json:"bars"`
	RTH     int   `json:"rthBars"`
	Longest Quiet `json:"longest,omitzero"`
}

// Quiet is a run of bars without volume.
type Quiet struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Bars int       `json:"bars"`
}

// Outside counts bars outside the exchange's hours.
type Outside struct {
	Bars  int       `json:"bars"`
	Of    int       `json:"of"` // bars of the calendar's years
	First time.Time `json:"first,omitzero"`
}

// Outdated says whether a report that was kept was judged by other rules than
// those of this version.
func Outdated(report []byte) bool {
	var kept struct {
		Rules int `json:"rules"`
	}
	err := json.Unmarshal(report, &kept)
	return err != nil || kept.Rules != checkRules
}

// Of adds what reading the bars said of them.
func (r Report) Of(about About) Report {
	r.Notes = append(r.Notes, about.Notes...)
	if about.Rolls != "" {
		r.Rolled = rolledBy(r.Symbol, about.Rolls)
	}
	return r
}

// Refusal returns the reasons as one sentence, "" when the set passes.
func (r Report) Refusal() string { return strings.Join(r.Reasons, "; ") }

func (c *checker) refuse(format string, args ...any) {
	c.report.Reasons = append(c.report.Reasons, fmt.Sprintf(format, args...))
}

func (c *checker) note(format string, args ...any) {
	c.report.Notes = append(c.report.Notes, fmt.Sprintf(format, args...))
}

// judge turns counts into the verdict and its sentences.
func (c *checker) judge() {
	r := &c.report
	c.short()
	c.contracts()
	c.spikes()
	for _, w := range r.Weekly {
		if w.Part == PartRTH {
			c.refuse("%s: regular hours are missing from %s to %s Chicago, %d times in %d sessions",
				w.Weekday, w.From, w.To, w.Times, w.Of)
		} else {
			c.note("%s: overnight bars are missing between %s and %s Chicago, %d times in %d sessions",
				w.Weekday, w.From, w.To, w.Times, w.Of)
		}
	}
	if m := r.RTH.Missing(); m > rthMissing {
		c.refuse("%s of the bars of regular hours are missing", above(m, rthMissing))
	}
	if idle := share(r.Idle.RTH, r.DayBars); idle > rthIdle {
		c.refuse("nothing traded in %s of the bars of regular hours", above(idle, rthIdle))
	}
	if out := share(r.Outside.Bars, r.Outside.Of); out > outsideShare {
		c.refuse("%s of the bars lie outside the exchange's hours, "+
			"so the times are likely in a wrong zone or stamped at the end", above(out, outsideShare))
	}
	c.unknown()
	if r.Returns > 0 {
		c.note("the contract goes back to an earlier one %s", times(r.Returns))
	}
	if c.adjusted() {
		c.note("no price jumps at any of the %d rolls: the prices are back-adjusted and never traded like this",
			len(r.Rolls))
	}
	if r.Verdict = Pass; len(r.Reasons) > 0 {
		r.Verdict = Refused
	}
}

// short refuses what ends before a bot could show anything on it.
func (c *checker) short() {
	if r := &c.report; r.Days < fewestDays {
		c.refuse("%s in %s, %d with regular hours, are too few to test a bot on: import at least %d sessions with regular hours",
			count(r.Bars, "bar"), count(r.Sessions, "session"), r.Days, fewestDays)
	}
}

// unknown says which trade dates the calendar does not know. A set of which it
// knows the smaller part only is not passed: a hole would not have been seen.
func (c *checker) unknown() {
	r := &c.report
	first, last := c.calendar.Years()
	switch all := r.Judged + r.NotJudged; {
	case 2*r.Judged <= all:
		c.refuse("%d of %d trade dates lie outside the calendar's years, %s to %s, so their holes and hours are not judged",
			r.NotJudged, all, first, last)
	case r.NotJudged > 0:
		c.note("%s outside the calendar (%s to %s): holes there are not judged",
			count(r.NotJudged, "trade date"), first, last)
	}
}

// adjusted says whether the prices join at every roll to within a tick, which
// contracts of different months do not.
func (c *checker) adjusted() bool {
	for _, s := range c.bars.Segments {
		if s.Gap < -1 || s.Gap > 1 {
			return false
		}
	}
	return len(c.bars.Segments) > 2
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// above prints a share in percent, with as many digits as show that it is above
// its limit.
func above(share, limit float64) string {
	for digits := 1; ; digits++ {
		text := strconv.FormatFloat(100*share, 'f', digits, 64)
		if shown, err := strconv.ParseFloat(text, 64); err != nil || shown > 100*limit || digits == 9 {
			return text + " %"
		}
	}
}

func clockText(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }
