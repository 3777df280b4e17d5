package measure

import (
	"math"
	"slices"
)

// Quantile returns the q-quantile of x, 0 <= q <= 1, by linear interpolation
// at position (n-1)q (type 7 of Hyndman and Fan). Not ok when x is empty.
func Quantile(x []float64, q float64) (float64, bool) {
	if len(x) == 0 {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(x))
	at := float64(len(x)-1) * q
	low := int(at)
	high := min(low+1, len(x)-1)
	return sorted[low] + float64((sorted[high]-sorted[low])*(at-float64(low))), true
}

// VaR95 returns the loss that 5 % of the days exceed, as a positive number.
func VaR95(daily []float64) (float64, bool) {
	q, ok := Quantile(daily, 0.05)
	return -q, ok
}

// CVaR95 returns the mean loss of the worst 5 % of days, at least one day.
func CVaR95(daily []float64) (float64, bool) {
	m, ok := Mean(slices.Sorted(slices.Values(daily))[:tailSize(len(daily))])
	return -m, ok
}

// tailSize is 5 % of n rounded up, in whole numbers: 0.05 * 20 is not 1.
func tailSize(n int) int { return (5*n + 99) / 100 }

// TailRatio returns the size of the 95 % quantile over that of the 5 % one.
func TailRatio(daily []float64) (float64, bool) {
	low, ok := Quantile(daily, 0.05)
	high, _ := Quantile(daily, 0.95)
	return math.Abs(high) / math.Abs(low), ok && low != 0
}

// Wilson returns the interval of a share of k in n at z deviations (Wilson
// 1927). Not ok when n is 0.
func Wilson(k, n int, z float64) (low, high float64, ok bool) {
	size, p := float64(n), float64(k)/float64(n)
	scale := 1 + z*z/size
	middle := (p + z*z/(2*size)) / scale
	half := z * math.Sqrt(p*(1-p)/size+z*z/(4*size*size)) / scale
	return max(0, middle-half), min(1, middle+half), n > 0
}
