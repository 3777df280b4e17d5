package reference

import (
	"math"
	"slices"

	"assay/market"
)

// A day is one day session: the bars of one trade date that begin from its
// open to before its close.
type day struct {
	first, last int   // bars
	open, close int64 // the exchange's schedule, Unix seconds
	whole       bool  // its first bar is there
}

// daySessions returns the day sessions that have bars, and for each bar the
// index of its day, -1 at night.
func daySessions(b *market.Bars) (days []day, of []int) {
	calendar, err := market.CalendarOf(b.Root)
	if err != nil {
		panic("reference: bars have a calendar: " + err.Error())
	}
	of = make([]int, b.Len())
	for i := range of {
		of[i] = -1
		if i == 0 || b.Session[i] != b.Session[i-1] {
			s, _ := calendar.Session(b.Date(i))
			days = append(days, day{first: -1, open: s.DayOpen.Unix(), close: s.DayClose.Unix()})
		}
		d := &days[len(days)-1]
		if b.Time[i] < d.open || b.Time[i] >= d.close {
			continue
		}
		if d.first < 0 {
			d.first, d.whole = i, b.Time[i] == d.open
		}
		d.last = i
		of[i] = len(days) - 1
	}
	return days, of
}

// before returns the last day session with bars before the k-th, or nil.
func before(days []day, k int) *day {
	for k--; k >= 0; k-- {
		if days[k].first >= 0 {
			return &days[k]
		}
	}
	return nil
}

// sinceOpen and toClose are minutes at the end of each bar.
func sinceOpen(b *market.Bars) []float64 {
	days, of := daySessions(b)
	return each(b.Len(), func(i int) float64 {
		if of[i] < 0 {
			return undefined
		}
		return float64(end(b, i)-days[of[i]].open) / 60
	})
}

func toClose(b *market.Bars) []float64 {
	days, of := daySessions(b)
	return each(b.Len(), func(i int) float64 {
		if of[i] < 0 {
			return undefined
		}
		return float64(days[of[i]].close-end(b, i)) / 60
	})
}

// end is when a bar ends, in Unix seconds.
func end(b *market.Bars, i int) int64 { return b.Time[i] + int64(b.Interval.Seconds()) }

// clock is the exchange's at the end of a bar, in minutes of the day.
func clock(b *market.Bars, i int) int {
	return (int(b.Minute[i]) + int(b.Interval.Minutes())) % (24 * 60)
}

// daysOpen is the open of the day's first bar.
func daysOpen(b *market.Bars, p prices) []float64 {
	days, of := daySessions(b)
	return each(b.Len(), func(i int) float64 {
		if of[i] < 0 || !days[of[i]].whole {
			return undefined
		}
		return p.open[days[of[i]].first]
	})
}

// vwap is the mean of the typical price weighted by volume since the day's
// first bar; lower and upper are so many weighted deviations away.
func vwap(b *market.Bars, p prices, width float64) (lower, middle, upper []float64) {
	days, of := daySessions(b)
	lower, middle, upper = make([]float64, b.Len()), make([]float64, b.Len()), make([]float64, b.Len())
	typical := func(j int) float64 { return (p.high[j] + p.low[j] + p.close[j]) / 3 }
	for i := range b.Len() {
		lower[i], middle[i], upper[i] = undefined, undefined, undefined
		if of[i] < 0 {
			continue
		}
		first, volume, paid, squares := days[of[i]].first, 0.0, 0.0, 0.0
		for j := first; j <= i; j++ {
			volume += p.volume[j]
			paid += typical(j) * p.volume[j]
		}
		if volume == 0 {
			continue
		}
		mean := paid / volume
		for j := first; j <= i; j++ {
			squares += p.volume[j] * (typical(j) - mean) * (typical(j) - mean)
		}
		deviation := math.Sqrt(squares / volume)
		lower[i], middle[i], upper[i] = mean-width*deviation, mean, mean+width*deviation
	}
	return lower, middle, upper
}

// openingRange is the highest high and the lowest low of the day's first
// minutes, from the close of the bar that ends them.
func openingRange(b *market.Bars, p prices, minutes int) (high, low []float64) {
	days, of := daySessions(b)
	high, low = make([]float64, b.Len()), make([]float64, b.Len())
	for i := range b.Len() {
		high[i], low[i] = undefined, undefined
		if of[i] < 0 || !days[of[i]].whole {
			continue
		}
		d := days[of[i]]
		over := d.open + int64(60*minutes)
		if end(b, i) < over {
			continue
		}
		high[i], low[i] = p.high[d.first], p.low[d.first]
		for j := d.first; j <= i && b.Time[j] < over; j++ {
			high[i], low[i] = math.Max(high[i], p.high[j]), math.Min(low[i], p.low[j])
		}
	}
	return high, low
}

// yesterdaysRange is the high and the low of the day before, if its first bar is there.
func yesterdaysRange(b *market.Bars, p prices) (high, low []float64) {
	days, of := daySessions(b)
	known := func(i int) *day {
		if of[i] < 0 {
			return nil
		}
		if d := before(days, of[i]); d != nil && d.whole {
			return d
		}
		return nil
	}
	high, low = make([]float64, b.Len()), make([]float64, b.Len())
	for i := range b.Len() {
		high[i], low[i] = undefined, undefined
		if d := known(i); d != nil {
			high[i], low[i] = slices.Max(p.high[d.first:d.last+1]), slices.Min(p.low[d.first:d.last+1])
		}
	}
	return high, low
}

// gapAndClose are the day's open less the close of the day before, and that close.
func gapAndClose(b *market.Bars, p prices) (gap, closed []float64) {
	days, of := daySessions(b)
	closed = each(b.Len(), func(i int) float64 {
		if of[i] < 0 || before(days, of[i]) == nil {
			return undefined
		}
		return p.close[before(days, of[i]).last]
	})
	gap = each(b.Len(), func(i int) float64 {
		if of[i] < 0 || !days[of[i]].whole {
			return undefined
		}
		return p.open[days[of[i]].first] - closed[i]
	})
	return gap, closed
}
