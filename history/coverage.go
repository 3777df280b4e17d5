package history

import (
	"slices"
	"time"

	"assay/market"
)

// coverage holds the bars against every session that the calendar knows,
// between the first and the last bar.
func (c *checker) coverage() {
	r, b := &c.report, c.bars
	at := 0
	for d := b.Dates[0]; d <= b.Dates[len(b.Dates)-1]; d = c.calendar.Next(d) {
		s, ok := c.calendar.Session(d)
		if !ok {
			continue
		}
		for at < b.Len() && b.Time[at] < s.Open.Unix() {
			at++
		}
		if !c.calendar.Known(d) {
			r.NotJudged++
			continue
		}
		if r.Judged == 0 {
			r.JudgedFrom = d
		}
		r.Judged++
		r.JudgedTo = d
		at = c.session(s, at)
	}
	c.weekly()
	slices.SortStableFunc(r.Holes, func(x, y Hole) int { return y.Bars - x.Bars })
	r.Holes = r.Holes[:min(len(r.Holes), longestListed)]
	slices.SortFunc(r.Holes, func(x, y Hole) int { return x.From.Compare(y.From) })
}

// session counts the bars of one session that are due and missing, beginning
// at bar index at, and returns the index after it.
func (c *checker) session(s market.Session, at int) int {
	r, b := &c.report, c.bars
	var hole Hole
	present := 0
	holes := r.HoleCount
	mark := len(r.Holes)
	days := &c.slots[s.Date.Weekday()]
	for k, t := 0, s.Open.Unix(); t < s.Close.Unix(); k, t = k+1, t+c.seconds {
		if len(*days) <= k {
			*days = append(*days, slot{})
		}
		for at < b.Len() && b.Time[at] < t {
			at++
		}
		if t < b.Time[0] || t > b.Time[b.Len()-1] {
			continue // before the set begins, after it ends
		}
		day := t >= s.DayOpen.Unix() && t < s.DayClose.Unix()
		here := at < b.Len() && b.Time[at] == t
		c.count(&(*days)[k], day, here)
		if here {
			present++
			c.close(&hole)
			continue
		}
		if hole.Bars++; hole.Bars == 1 {
			hole.Date, hole.From = s.Date, time.Unix(t, 0).UTC()
		}
		if day {
			hole.RTH++
		}
		hole.To = time.Unix(t+c.seconds, 0).UTC()
	}
	c.close(&hole)
	if present == 0 {
		r.HoleCount, r.Holes = holes, r.Holes[:mark]
		r.Missing = append(r.Missing, s.Date)
	}
	for at < b.Len() && b.Time[at] < s.Close.Unix() {
		at++
	}
	return at
}

// count books one bar that was due.
func (c *checker) count(s *slot, day, here bool) {
	part := &c.report.ETH
	if day {
		part = &c.report.RTH
	}
	part.Due++
	s.due++
	s.day = s.day || day
	if here {
		part.Present++
	} else {
		s.missing++
	}
}

// close ends a hole.
func (c *checker) close(h *Hole) {
	if h.Bars > 0 {
		if halt, ok := market.HaltAt(h.From); ok && !h.To.After(halt.To) {
			h.Why = halt.Reason
		}
		c.report.HoleCount++
		c.report.Holes = append(c.report.Holes, *h)
	}
	*h = Hole{}
}

// weekly finds the minutes that are missing on the same weekday again and
// again.
func (c *checker) weekly() {
	for weekday, slots := range c.slots {
		for _, day := range []bool{true, false} {
			if w, ok := c.weekdayHole(slots, day); ok {
				w.Weekday = time.Weekday(weekday).String()
				c.report.Weekly = append(c.report.Weekly, w)
			}
		}
	}
}

// weekdayHole joins the recurring holes of one weekday and part of the day.
func (c *checker) weekdayHole(slots []slot, day bool) (w WeeklyHole, ok bool) {
	for k, s := range slots {
		if s.day != day || s.missing < weeklyTimes || float64(s.missing) < weeklyShare*float64(s.due) {
			continue
		}
		start := (market.SessionOpen + k*int(c.seconds)/60) % 1440
		if w.Bars == 0 {
			w.From = clockText(start)
		}
		w.To = clockText((start + int(c.seconds)/60) % 1440)
		w.Bars++
		w.Times = max(w.Times, s.missing)
		w.Of = max(w.Of, s.due)
	}
	w.Part = PartETH
	if day {
		w.Part = PartRTH
	}
	return w, w.Bars > 0
}
