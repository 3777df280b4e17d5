package report

import (
	"fmt"
	"math"
	"strings"

	"assay/market"
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
