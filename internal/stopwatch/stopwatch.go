// Package stopwatch says what work costs, so that it can be compared on a
// machine that does other things too.
package stopwatch

import (
	"math"
	"time"
)

// Best is the shortest of several times.
type Best struct{ time.Duration }

// NewBest has seen no time yet.
func NewBest() Best { return Best{math.MaxInt64} }

// Take runs the work once and counts its processor time.
func (b *Best) Take(work func()) {
	start := Processor()
	work()
	b.Duration = min(b.Duration, Processor()-start)
}
