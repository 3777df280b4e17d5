package stopwatch

import "testing"

func TestBestIsTheShortest(t *testing.T) {
	sum := 0
	work := func(n int) func() {
		return func() {
			for i := range n {
				sum += i
			}
		}
	}
	long, both := NewBest(), NewBest()
	long.Take(work(1e8))
	both.Take(work(1e8))
	both.Take(work(1e5))
	if both.Duration < 0 || both.Duration*10 > long.Duration {
		t.Errorf("the shorter work took %v, the longer %v (%d)", both.Duration, long.Duration, sum)
	}
}
