// Package normal holds the distribution function of the standard normal and
// its inverse, accurate in both tails.
package normal

import "math"

// CDF returns the probability that a standard normal is at most x. It is the
// complementary error function, because 1 + erf loses the lower tail.
func CDF(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// Quantile returns the x with CDF(x) = p; it is -Inf at 0, +Inf at 1 and NaN
// outside of them.
func Quantile(p float64) float64 {
	if p > 0.5 {
		return -Quantile(1 - p) // 1 - p is exact here
	}
	if !(p > 0 && p < 0.02) {
		return -math.Sqrt2 * math.Erfinv(1-2*p)
	}
	// 1 - 2p would lose digits of a small p. The logarithm of the tail is
	// nearly a parabola, so Newton's method on it arrives in a few steps.
	x := -math.Sqrt(-2 * math.Log(p))
	for range 5 {
		density := math.Exp(-x*x/2) / math.Sqrt(2*math.Pi)
		x -= math.Log(CDF(x)/p) * CDF(x) / density
	}
	return x
}
