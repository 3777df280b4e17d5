package engine

import (
	"sync"
	"sync/atomic"

	"assay/market"
	"assay/strategy"
)

// Sweep plays every set of a sweep against bars, each on a book of its own,
// and returns their tallies in the order of the sets. The parts of the sweep
// are shared out to so many cores, at least one; results do not depend on how
// many. It is what TallyOf(Run(…)) gives for each set alone.
func Sweep(b *market.Bars, s *strategy.Sweep, l strategy.Limits, c Costs, cores int) ([]Tally, error) {
	all, parts := make([]Tally, s.Len()), s.Parts()
	errs := make([]error, len(parts))
	var next atomic.Int64
	var done sync.WaitGroup
	for range max(1, min(cores, len(parts))) {
		done.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(parts); i = int(next.Add(1)) - 1 {
				p := parts[i]
				errs[i] = sweepPart(b, p, l, c, all[p.First:p.First+p.Len()])
			}
		})
	}
	done.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func sweepPart(b *market.Bars, p *strategy.Part, l strategy.Limits, c Costs, to []Tally) error {
	run, err := p.Start(b)
	if err != nil {
		return err
	}
	books := make([]*Book, p.Len())
	for i := range books {
		books[i] = NewBook(b, l, c)
		books[i].tally = &to[i]
	}
	for run.Next(stretch) {
		books[0].touch(run.At())
		for i, k := range books {
			k.play(run.Signals(i), run.At())
		}
	}
	for i, k := range books {
		to[i] = k.result()
	}
	return nil
}
