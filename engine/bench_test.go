package engine

import (
	"testing"

	"assay/internal/stopwatch"
	"assay/strategy/workload"
)

// The workloads through the rule language, beside one fused loop by hand that
// computes the averages too and books the money without a ledger. Both run in
// turn and the best time of each counts, so that x-hand, the rules' time over
// the hand's, holds on a busy machine. docs/performance.md has the figures.

func BenchmarkW1Rules(b *testing.B) { benchRules(b, w1(), byHandW1) }
func BenchmarkW3Rules(b *testing.B) { benchRules(b, w3(), byHandW3) }

// Sweeps are measured on one core; x-hand divides by one set by hand. Like the
// loop by hand a sweep counts its trades; a sweep of one set shares nothing.

func BenchmarkW1Counted(b *testing.B) { benchSweep(b, w1(), byHandW1) }
func BenchmarkW2Sweep(b *testing.B)   { benchSweep(b, w2(), byHandW1) }
func BenchmarkW3Grid(b *testing.B)    { benchSweep(b, w3Grid(), byHandW3) }

// BenchmarkW2Hand runs all 90 sets by hand, which shares nothing.
func BenchmarkW2Hand(b *testing.B) {
	race(b, 90, func() {
		for _, p := range workload.W2().Sets {
			workload.HandW1(million(), int(p["fast"]), int(p["slow"]))
		}
	}, byHandW1)
}

// The fills alone: what the rules say is known, and the book jumps or steps.

func BenchmarkW1Fills(b *testing.B) { benchFills(b, w1(), byHandW1, false) }
func BenchmarkW3Fills(b *testing.B) { benchFills(b, w3(), byHandW3, false) }
func BenchmarkW1Steps(b *testing.B) { benchFills(b, w1(), byHandW1, true) }
func BenchmarkW3Steps(b *testing.B) { benchFills(b, w3(), byHandW3, true) }

func benchRules(b *testing.B, w swept, hand func()) {
	p := w.program(b, nil)
	race(b, 1, func() {
		if _, err := Play(million(), p, w.Limits, Simple()); err != nil {
			b.Fatal(err)
		}
	}, hand)
}

func benchSweep(b *testing.B, w swept, hand func()) {
	race(b, len(w.Sets), func() { w.run(b, million(), 1, 1) }, hand)
}

func benchFills(b *testing.B, w swept, hand func(), steps bool) {
	s, err := w.program(b, nil).Eval(million())
	if err != nil {
		b.Fatal(err)
	}
	r := run{million(), s, w.Limits, Simple()}
	race(b, 1, func() {
		if steps {
			r.steps()
		} else {
			r.ledger()
		}
	}, hand)
}

// race runs the work, which evaluates so many sets over all bars, and the loop
// by hand in turn, and reports the best of each.
func race(b *testing.B, sets int, work, hand func()) {
	million() // made before the clock starts
	best, byHand := stopwatch.NewBest(), stopwatch.NewBest()
	b.ReportAllocs()
	for b.Loop() {
		best.Take(work)
		byHand.Take(hand)
		byHand.Take(hand)
	}
	perBar := float64(best.Nanoseconds()) / float64(sets*million().Len())
	handBar := float64(byHand.Nanoseconds()) / float64(million().Len())
	b.ReportMetric(float64(best.Nanoseconds()), "ns/op")
	b.ReportMetric(1e3/perBar, "Mbar-evals/s")
	b.ReportMetric(1e3/handBar, "Mbar-evals/s-by-hand")
	b.ReportMetric(perBar/handBar, "x-hand")
}

func byHandW1() { workload.HandW1(million(), 12, 48) }
func byHandW3() { workload.HandW3(million()) }
