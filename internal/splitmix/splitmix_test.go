package splitmix

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func take[T any](n int, draw func() T) []T {
	out := make([]T, n)
	for i := range out {
		out[i] = draw()
	}
	return out
}

// The first sequence is the published one of seed 1234567.
func TestGoldenSequences(t *testing.T) {
	want := []uint64{
		6457827717110365317, 3203168211198807973, 9817491932198370423,
		4593380528125082431, 16408922859458223821,
	}
	if diff := cmp.Diff(want, take(5, New(1234567).Uint64)); diff != "" {
		t.Errorf("Uint64 of seed 1234567: -want +got\n%s", diff)
	}
	floats := []float64{0.7415648787718233, 0.1599103928769201, 0.27860113025513866}
	if diff := cmp.Diff(floats, take(3, New(42).Float64)); diff != "" {
		t.Errorf("Float64 of seed 42: -want +got\n%s", diff)
	}
	s := New(42)
	if diff := cmp.Diff([]int{3, 1, 8, 4, 0, 2, 5, 8, 5, 4}, take(10, func() int { return s.Below(10) })); diff != "" {
		t.Errorf("Below(10) of seed 42: -want +got\n%s", diff)
	}
	a := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	New(42).Shuffle(len(a), func(i, j int) { a[i], a[j] = a[j], a[i] })
	if diff := cmp.Diff([]int{0, 9, 5, 8, 6, 4, 7, 2, 1, 3}, a); diff != "" {
		t.Errorf("Shuffle of seed 42: -want +got\n%s", diff)
	}
	normals := New(42)
	for _, want := range []float64{0.6481773613288522, -0.9948262318051996, -0.587002153338961} {
		if got := normals.Normal(); math.Abs(got-want) > 1e-13 {
			t.Errorf("Normal of seed 42 = %v, want %v", got, want)
		}
	}
}

func TestBelowStaysBelow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := New(rapid.Uint64().Draw(t, "seed"))
		n := rapid.IntRange(1, math.MaxInt).Draw(t, "n")
		if got := s.Below(n); got < 0 || got >= n {
			t.Fatalf("Below(%d) = %d", n, got)
		}
	})
}
