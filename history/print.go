package history

import (
	"fmt"
	"strings"
	"time"
)

const minutes = "2006-01-02 15:04"

// holesPrinted are the holes that a terminal shows; JSON has more of them.
const holesPrinted = 8

// String prints the report for a terminal, one finding a line.
func (r Report) String() string {
	var out strings.Builder
	line := func(word, format string, args ...any) {
		fmt.Fprintf(&out, "%-10s %s\n", word, fmt.Sprintf(format, args...))
	}
	more := func(n int) {
		if n > 0 {
			line("", "and %d more", n)
		}
	}
	line("set", "%s %s, %s in %s, %s to %s UTC", r.Symbol, r.Interval, count(r.Bars, "bar"),
		count(r.Sessions, "session"), r.FirstBar.Format(minutes), r.LastBar.Format(minutes))
	line("verdict", "%s", r.Verdict)
	for _, reason := range r.Reasons {
		line("because", "%s", reason)
	}
	for _, n := range r.Notes {
		line("note", "%s", n)
	}
	if r.Judged > 0 {
		line("judged", "%s to %s, %s", r.JudgedFrom, r.JudgedTo, count(r.Judged, "trade date"))
		line("regular", "%s", r.RTH.of("regular"))
		line("overnight", "%s", r.ETH.of("overnight"))
		line("missing", "%s", r.missing())
	}
	line("holes", "%s", r.holes())
	for _, h := range r.Holes[:min(len(r.Holes), holesPrinted)] {
		line("", "%s", h)
	}
	more(r.HoleCount - min(len(r.Holes), holesPrinted))
	line("rolls", "%s", strings.TrimSuffix(fmt.Sprintf("%d, %s", len(r.Rolls), r.Rolled), ", "))
	for _, roll := range r.Rolls[:min(len(r.Rolls), longestListed)] {
		line("", "%s UTC %s to %s, gap %s", roll.At.Format(minutes), roll.From, roll.To, roll.Gap)
	}
	more(len(r.Rolls) - longestListed)
	for _, j := range r.Jumps {
		line("jump", "%s UTC %s to %s (%s %%)", j.At.Format(minutes), j.From, j.To, j.Percent)
	}
	more(r.JumpCount - len(r.Jumps))
	line("no volume", "%s", r.Idle)
	line("outside", "%s", r.Outside)
	line("prices", "all on the tick; no time is there twice")
	return out.String()
}

func (r Report) holes() string {
	switch {
	case r.Judged == 0:
		return "not judged"
	case r.NotJudged > 0:
		return fmt.Sprintf("%d inside sessions, %s not judged", r.HoleCount, count(r.NotJudged, "trade date"))
	default:
		return fmt.Sprintf("%d inside sessions", r.HoleCount)
	}
}

func (r Report) missing() string {
	if len(r.Missing) == 0 {
		return "no session"
	}
	var dates []string
	for _, d := range r.Missing[:min(len(r.Missing), longestListed)] {
		dates = append(dates, d.String())
	}
	if more := len(r.Missing) - len(dates); more > 0 {
		dates = append(dates, fmt.Sprintf("and %d more", more))
	}
	return fmt.Sprintf("%s: %s", count(len(r.Missing), "session"), strings.Join(dates, ", "))
}

// of prints the coverage of a part of the day, or that no bar of it was due.
func (c Coverage) of(hours string) string {
	if c.Due == 0 {
		return fmt.Sprintf("no %s hours lie between the first bar and the last", hours)
	}
	return c.String()
}

// String prints "43001 of 43134 bars (99.7 %)".
func (c Coverage) String() string {
	return fmt.Sprintf("%d of %d bars (%.1f %%)", c.Present, c.Due, 100*(1-c.Missing()))
}

// String prints the hole's times and size.
func (h Hole) String() string {
	part := "overnight"
	if h.RTH > 0 {
		part = fmt.Sprintf("%d in regular hours", h.RTH)
	}
	if h.Why != "" {
		part += ": " + h.Why
	}
	to := h.To.Format("15:04")
	if h.From.Format(time.DateOnly) != h.To.Format(time.DateOnly) {
		to = h.To.Format(minutes)
	}
	return fmt.Sprintf("%s to %s UTC, %s, %s", h.From.Format(minutes), to, count(h.Bars, "bar"), part)
}

// String prints how many bars traded nothing, and the longest run.
func (i Idle) String() string {
	if i.Bars == 0 {
		return "no bar"
	}
	return fmt.Sprintf("%s, %d in regular hours; longest run %d from %s UTC", count(i.Bars, "bar"), i.RTH,
		i.Longest.Bars, i.Longest.From.Format(minutes))
}

// String prints how many bars lie outside the hours, of those that were judged.
func (o Outside) String() string {
	if o.Of == 0 {
		return "not judged"
	}
	return count(o.Bars, "bar") + " outside the exchange's hours"
}

// count prints "1 bar" or "2 bars".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// times prints "once" or "2 times".
func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
