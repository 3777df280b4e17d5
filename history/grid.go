package history

import (
	"slices"
	"time"

	"assay"
	"assay/market"
)

// lengths are the bars that are read.
var lengths = []time.Duration{
	time.Minute, 2 * time.Minute, 3 * time.Minute, 5 * time.Minute,
	10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour,
}

const lengthNames = "1m, 2m, 3m, 5m, 10m, 15m, 30m or 1h"

// interval returns the length of a bar, and sees that every time is on its grid.
func (r *reader) interval(want time.Duration) (time.Duration, error) {
	times := r.columns.Time
	if want != 0 && !slices.Contains(lengths, want) {
		return 0, assay.Errorf(assay.Invalid, "use --interval "+lengthNames,
			"%s: bars of %s are none that are read", r.name, short(want))
	}
	seconds := int64(want / time.Second)
	if want == 0 {
		seconds = commonStep(times)
	}
	interval := time.Duration(seconds) * time.Second
	if seconds == 0 {
		return 0, r.whole("say it with --interval 5m", "has too few bars to tell their length")
	}
	if !slices.Contains(lengths, interval) {
		return 0, r.whole("import bars of "+lengthNames, "seems to hold bars of %s", short(interval))
	}
	for i, at := range times {
		if at%seconds != 0 {
			return 0, r.whole("say the length with --interval, or remove the bar",
				"has a bar at %s, which is not on the grid of %s bars (bar %d)",
				time.Unix(at, 0).UTC().Format(time.RFC3339), short(interval), i+1)
		}
	}
	return interval, nil
}

// commonStep returns the most frequent distance of two neighbours, 0 without any.
func commonStep(times []int64) (step int64) {
	count := map[int64]int{}
	run := 0 // neighbours mostly share their distance; a map is slow
	for i := 1; i < len(times); i++ {
		d := times[i] - times[i-1]
		if run++; i+1 < len(times) && times[i+1]-times[i] == d {
			continue
		}
		count[d] += run
		run = 0
	}
	for d, n := range count {
		if n > count[step] || n == count[step] && d < step {
			step = d
		}
	}
	return step
}

// stamp moves times that name the end of a bar to its start. Without a word
// from the operator, times that look like ends are refused: read as starts, they
// would shift every session and every time window by one bar.
func (r *reader) stamp(s Stamp, interval time.Duration) error {
	seconds := int64(interval / time.Second)
	if s == StampUnsaid {
		opens, closes := r.edges()
		if closes > opens {
			return r.whole("pass --stamp end to import it, or --stamp start if that is wrong",
				"looks stamped at the end of its bars: %d bars start when a session closes, %d when one opens",
				closes, opens)
		}
	}
	if s == StampEnd {
		for i := range r.columns.Time {
			r.columns.Time[i] -= seconds
		}
	}
	return nil
}

// edges counts the times that are the open of a session, and those that are
// the close of one.
func (r *reader) edges() (opens, closes int) {
	calendar := r.contract.Calendar()
	var s market.Session
	for _, unix := range r.columns.Time {
		at := time.Unix(unix, 0)
		if at.After(s.Close) {
			s, _ = calendar.Session(calendar.TradeDate(at))
		}
		switch {
		case at.Equal(s.Open):
			opens++
		case at.Equal(s.Close):
			closes++
		}
	}
	return opens, closes
}
