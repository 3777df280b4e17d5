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
