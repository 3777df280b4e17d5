package engine

import (
	"assay/market"
	"assay/strategy"
)

// stretch is how many bars are played at a time: so many fit the nearest
// caches, with what the rules say about them.
const stretch = 4096

// Play is Run of what a program says about the bars. It evaluates a stretch
// and plays it before it goes on, so that the signals are never a long list.
func Play(b *market.Bars, p *strategy.Program, l strategy.Limits, c Costs) (Ledger, error) {
	run, err := p.Start(b)
	if err != nil {
		return Ledger{}, err
	}
	k := NewBook(b, l, c)
	for run.Next(stretch) {
		k.touch(run.At())
		k.play(run.Signals(0), run.At())
	}
	return k.Ledger(), nil
}

// touch reads the columns that every fill looks at, up to a bar. The memory
// hands them over in order many times faster than jump by jump.
func (k *Book) touch(to int) {
	const line = 64 / 4 // numbers to a line of the cache
	open, session, volume := k.bars.Open[:to], k.bars.Session[:to], k.bars.Volume[:to]
	if k.costs.FillAnyway {
		volume = open
	}
	for i := k.next; i < to; i += line {
		k.touched += open[i] + session[i] + volume[i]
	}
}
