package app

import (
	"context"
	"time"

	"assay"
	"assay/engine"
	"assay/internal/stopwatch"
	"assay/market"
	"assay/strategy/workload"
)

// Trial is what to measure.
type Trial struct {
	Bars int           // of the workloads, from LeastBars to workload.Bars
	For  time.Duration // how long each workload is repeated
}

// LeastBars is enough for every set of the workloads to trade.
const LeastBars = 10_000

// Bench is what a machine reached. Reached against the loop by hand, in the
// same run, says more than the absolute rate.
type Bench struct {
	Machine   Machine    `json:"machine"`
	Bars      int        `json:"bars"`
	Published bool       `json:"published"` // so many bars have published answers, and they came out
	Results   []Measured `json:"results"`
}

// Measured is one workload on one core.
type Measured struct {
	Workload    string  `json:"workload"`
	What        string  `json:"what"`
	Rate        float64 `json:"rate"` // million evaluations a second, one of a bar under a set
	RateTarget  float64 `json:"rateTarget"`
	HandRate    float64 `json:"handRate"` // the same of the loop by hand
	Ratio       float64 `json:"ratio"`    // time of an evaluation over that of the loop by hand
	RatioTarget float64 `json:"ratioTarget"`
	Reached     *bool   `json:"reached"` // null below workload.Bars, where compiling counts for more
}

// RunBench checks that the workloads come out exactly, then measures them. The
// best of several rounds counts, in processor time, so that other programs on
// the machine count little.
func RunBench(ctx context.Context, t Trial) (Bench, error) {
	if t.Bars < LeastBars || t.Bars > workload.Bars {
		return Bench{}, assay.Errorf(assay.Invalid, "name a number between them with --bars",
			"the workloads have from %d to %d bars, not %d", LeastBars, workload.Bars, t.Bars)
	}
	if t.For <= 0 || t.For > time.Hour {
		return Bench{}, assay.Errorf(assay.Invalid, "give a time up to an hour, for example --for 2s",
			"each workload is repeated for a while, and %v is none", t.For)
	}
	out := Bench{Machine: thisMachine(), Bars: t.Bars, Published: t.Bars == workload.Bars}
	bars := workload.Series(t.Bars)
	for _, c := range contests() {
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		if err := c.check(bars); err != nil {
			return out, err
		}
		m, err := c.race(ctx, bars, t.For)
		if err != nil {
			return out, err
		}
		out.Results = append(out.Results, m)
	}
	return out, nil
}

// race runs the workload and the loop by hand in turn.
func (c contest) race(ctx context.Context, bars *market.Bars, least time.Duration) (Measured, error) {
	const rounds = 3 // at least
	work, hand := stopwatch.NewBest(), stopwatch.NewBest()
	var failed error
	for n, start := 0, time.Now(); n < rounds || time.Since(start) < least; n++ {
		work.Take(func() { _, failed = c.run(bars) })
		for range 2 {
			hand.Take(func() { c.hand(bars) })
		}
		if failed != nil || ctx.Err() != nil {
			return Measured{}, errOr(failed, ctx.Err())
		}
	}
	each := nanoseconds(work) / float64(len(c.load.Sets)*bars.Len())
	byHand := nanoseconds(hand) / float64(bars.Len())
	m := Measured{
		Workload: c.name, What: c.what, Rate: 1e3 / each, RateTarget: c.rate,
		HandRate: 1e3 / byHand, Ratio: each / byHand, RatioTarget: c.ratio,
	}
	if bars.Len() == workload.Bars {
		reached := m.Ratio <= c.ratio || !c.strict && m.Rate >= c.rate
		m.Reached = &reached
	}
	return m, nil
}

// nanoseconds is at least one: a clock may be too coarse for little work.
func nanoseconds(b stopwatch.Best) float64 { return float64(max(1, b.Nanoseconds())) }

func errOr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// run is what a contest measures: a single run keeps its whole ledger, a sweep
// is compiled, run and counted.
func (c contest) run(bars *market.Bars) ([]engine.Tally, error) {
	if len(c.load.Sets) == 1 {
		l, err := engine.Play(bars, c.program, c.load.Limits, engine.Simple())
		return []engine.Tally{engine.TallyOf(l)}, err
	}
	s, err := c.load.Sweep(1)
	if err != nil {
		return nil, err
	}
	return engine.Sweep(bars, s, c.load.Limits, engine.Simple(), 1)
}
