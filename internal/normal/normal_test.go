package normal

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// The pairs are those of AS241 and of erfc; the reference computed them with
// Python's statistics module.
func TestGoldenValues(t *testing.T) {
	for _, c := range []struct{ x, p float64 }{
		{-8, 6.220960574271819e-16},
		{-3, 0.0013498980316300957},
		{-1.96, 0.024997895148220435},
		{0, 0.5},
		{0.5, 0.6914624612740131},
		{1.2815515655446004, 0.9},
		{3, 0.9986501019683699},
		{6, 0.9999999990134123},
	} {
		if got := CDF(c.x); math.Abs(got-c.p) > 1e-13*c.p {
			t.Errorf("CDF(%v) = %v, want %v", c.x, got, c.p)
		}
	}
	for _, c := range []struct{ p, x float64 }{
		{1e-10, -6.361340902404056},
		{0.0001, -3.71901648545568},
		{0.025, -1.9599639845400538},
		{0.5, 0},
		{0.9, 1.2815515655446008},
		{0.95, 1.6448536269514715},
		{0.99, 2.3263478740408408},
		{0.999999, 4.753424308817089},
	} {
		if got := Quantile(c.p); math.Abs(got-c.x) > 1e-13*math.Abs(c.x) {
			t.Errorf("Quantile(%v) = %v, want %v", c.p, got, c.x)
		}
	}
}

func TestQuantileAtTheEdges(t *testing.T) {
	if !math.IsInf(Quantile(0), -1) || !math.IsInf(Quantile(1), 1) {
		t.Errorf("Quantile(0), Quantile(1) = %v, %v", Quantile(0), Quantile(1))
	}
	for _, p := range []float64{-0.1, 1.1, math.NaN()} {
		if got := Quantile(p); !math.IsNaN(got) {
			t.Errorf("Quantile(%v) = %v, want NaN", p, got)
		}
	}
}

func TestQuantileInvertsCDF(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(-37, 0).Draw(t, "x")
		if got := Quantile(CDF(x)); math.Abs(got-x) > 1e-12*math.Abs(x)+1e-15 {
			t.Fatalf("Quantile(CDF(%v)) = %v", x, got)
		}
	})
}
