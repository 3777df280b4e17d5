package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"assay/engine"
	"assay/market"
	"assay/measure"
)

// chart is lines and areas on a plane 1000 wide and 100 high that is stretched
// to the page, and labels that are not.
type chart struct {
	Label  string // for those who cannot see it
	Height int    // pixels
	Paths  []path
	X, Y   []tick
	Note   string // instead of a chart, why there is none
}

// path is one SVG path of a class.
type path struct{ Class, D string }

// tick is a label at a share of the axis, in percent from the left or the top.
type tick struct {
	At   string
	Text string
}

const (
	wide = 1000.0
	high = 100.0
)

// scale maps values between low and high to the height of the plane.
type scale struct{ low, high float64 }

func (s scale) y(v float64) float64 { return high - high*(v-s.low)/(s.high-s.low) }

// marks leaves a little air and marks the steps that people count in.
func (s *scale) marks(name func(float64) string) (ticks []tick, grid path) {
	if s.high == s.low {
		s.low, s.high = s.low-1, s.high+1
	}
	step, air := nice((s.high-s.low)/5), (s.high-s.low)/50
	if s.low < 0 {
		s.low -= air
	}
	s.high += air
	var d strings.Builder
	for v := math.Ceil(s.low/step) * step; v <= s.high; v += step {
		ticks = append(ticks, tick{coordinate(s.y(v)), name(v)})
		fmt.Fprintf(&d, "M0 %sH%.0f", coordinate(s.y(v)), wide)
	}
	return ticks, path{"grid", d.String()}
}

// nice returns the smallest of 1, 2, 5, 10 … times a power of ten that is not
// below v > 0.
func nice(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= v {
			return m * power
		}
	}
	return 10 * power
}

func coordinate(v float64) string { return fmt.Sprintf("%.2f", v) }

// line draws values evenly over the width; a gap is NaN.
func line(values []float64, s scale) string {
	var d strings.Builder
	pen := "M"
	for i, v := range values {
		if math.IsNaN(v) {
			pen = "M"
			continue
		}
		fmt.Fprintf(&d, "%s%s %s", pen, coordinate(wide*float64(i)/float64(max(len(values)-1, 1))), coordinate(s.y(v)))
		pen = "L"
	}
	return d.String()
}

// area closes a line without gaps to zero.
func area(values []float64, s scale) string {
	zero := coordinate(s.y(0))
	return line(values, s) + fmt.Sprintf("L%.0f %sL0 %sZ", wide, zero, zero)
}

// calendar marks the first trade date of months, few enough to read. The first
// of the points belongs to no date when there is one more of them than dates.
func calendar(dates []market.Date, points int) (ticks []tick) {
	var starts []int
	for i := 1; i < len(dates); i++ {
		if dates[i].Time().Month() != dates[i-1].Time().Month() {
			starts = append(starts, i)
		}
	}
	step := 1
	for _, step = range []int{1, 3, 6, 12, 24, 60} {
		if len(starts) <= 8*step {
			break
		}
	}
	for _, i := range starts {
		at := dates[i].Time()
		if (int(at.Month())-1+12*at.Year())%step != 0 {
			continue
		}
		x := float64(i+points-len(dates)) / float64(max(points-1, 1))
		ticks = append(ticks, tick{coordinate(100 * x), at.Format("Jan 2006")})
	}
	return ticks
}

// tooShort is a chart of too few trade dates.
func tooShort(need, have int) chart {
	return chart{Note: fmt.Sprintf("It takes %d trade dates, and there are %d.", need, have)}
}

func equityChart(equity []market.Money, dates []market.Date) chart {
	if len(dates) < 2 {
		return tooShort(2, len(dates))
	}
	values := make([]float64, len(equity))
	for i, e := range equity {
		values[i] = (e - equity[0]).Dollars()
	}
	s := scale{min(slices.Min(values), 0), max(slices.Max(values), 0)}
	ticks, grid := s.marks(whole)
	last := values[len(values)-1]
	return chart{
		Label: fmt.Sprintf("Cumulative profit by trade date, %s at the end", whole(last)), Height: 260,
		Paths: []path{grid, zero(s), {"area", area(values, s)}, {"line", line(values, s)}},
		X:     calendar(dates, len(values)), Y: ticks,
	}
}

func zero(s scale) path { return path{"zero", fmt.Sprintf("M0 %sH%.0f", coordinate(s.y(0)), wide)} }

func underwaterChart(equity []market.Money, dates []market.Date) chart {
	if len(dates) < 2 {
		return tooShort(2, len(dates))
	}
	values, peak := make([]float64, len(equity)), equity[0]
	for i, e := range equity {
		peak = max(peak, e)
		values[i] = (e - peak).Dollars()
	}
	s := scale{slices.Min(values), 0}
	ticks, grid := s.marks(whole)
	return chart{
		Label: fmt.Sprintf("Drawdown by trade date, %s at the deepest", whole(slices.Min(values))), Height: 130,
		Paths: []path{grid, zero(s), {"area neg", area(values, s)}, {"line neg", line(values, s)}},
		X:     calendar(dates, len(values)), Y: ticks,
	}
}

// window of the rolling Sharpe ratio: half a year of trade dates.
const window = 126

func rollingChart(days []engine.Day, capital market.Money, dates []market.Date) chart {
	if len(days) <= window || capital <= 0 {
		return tooShort(window+1, len(days))
	}
	daily := make([]float64, len(days))
	for i, d := range days {
		daily[i] = float64(d.PnL) / float64(capital)
	}
	s, values := scale{}, make([]float64, 0, len(days)-window+1)
	for i := window; i <= len(days); i++ {
		v, ok := measure.Sharpe(daily[i-window : i])
		if !ok {
			v = math.NaN()
		} else {
			s.low, s.high = min(s.low, v), max(s.high, v)
		}
		values = append(values, v)
	}
	ticks, grid := s.marks(func(v float64) string { return signed(v, 1, "") })
	return chart{
		Label: "Sharpe ratio of the last 126 trade dates", Height: 170,
		Paths: []path{grid, zero(s), {"line", line(values, s)}}, X: calendar(dates[window-1:], len(values)), Y: ticks,
	}
}

// bins is the most columns that the distribution has.
const bins = 60

// dailyChart counts the trade dates by their result. Those on which nothing
// changed would dwarf the rest and are told in words.
func dailyChart(days []engine.Day) (chart, string) {
	var results []float64
	for _, d := range days {
		if d.PnL != 0 {
			results = append(results, d.PnL.Dollars())
		}
	}
	idle := fmt.Sprintf("On %s of %s trade dates the account changed. The others are not drawn.",
		grouped(int64(len(results))), grouped(int64(len(days))))
	if len(results) < 2 {
		return tooShort(2, len(results)), idle
	}
	low, top := min(slices.Min(results), 0), max(slices.Max(results), 0)
	width := nice((top - low) / bins)
	first, n := int(math.Floor(low/width)), int(math.Ceil(top/width))-int(math.Floor(low/width))+1
	counts := make([]int, n)
	for _, r := range results {
		counts[int(math.Floor(r/width))-first]++
	}
	return histogram(counts, first, width), idle
}

// histogram draws columns from first·width on. No column crosses zero.
func histogram(counts []int, first int, width float64) chart {
	s := scale{0, float64(slices.Max(counts))}
	ticks, grid := s.marks(func(v float64) string { return signed(v, 0, "") })
	var loss, gain strings.Builder
	column := wide / float64(len(counts))
	for i, n := range counts {
		d := &gain
		if first+i < 0 {
			d = &loss
		}
		fmt.Fprintf(d, "M%s %sV%sH%sV%sZ", coordinate((float64(i)+0.06)*column), coordinate(high),
			coordinate(s.y(float64(n))), coordinate((float64(i)+0.94)*column), coordinate(high))
	}
	c := chart{
		Label: "Number of trade dates by their result", Height: 170,
		Paths: []path{grid, {"column neg", loss.String()}, {"column pos", gain.String()}}, Y: ticks,
	}
	apart := nice(float64(len(counts)) * width / 7)
	for v := math.Ceil(float64(first)*width/apart) * apart; v <= float64(first+len(counts))*width; v += apart {
		c.X = append(c.X, tick{coordinate(100 * (v/width - float64(first)) / float64(len(counts))), whole(v)})
	}
	return c
}
