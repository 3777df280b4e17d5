package engine

import (
	"assay/market"
	"assay/strategy"
)

// Run plays signals against bars and returns the ledger. Entries and leaves
// are sorted by bar. The same input gives the same ledger on any machine.
func Run(b *market.Bars, s strategy.Signals, l strategy.Limits, c Costs) Ledger {
	k := NewBook(b, l, c)
	k.play(s, b.Len())
	return k.Ledger()
}

// play advances to a bar, from signal to signal.
func (k *Book) play(s strategy.Signals, to int) {
	for p := (signals{Signals: s}); ; {
		bar, ok := p.at()
		if !ok || bar >= to {
			break
		}
		if k.flip(&p, to) || k.idle() && k.hopeless(bar+1) && p.pass() {
			continue
		}
		k.Advance(k.next, bar+1)
		if k.flip(&p, to) { // what waited has filled
			continue
		}
		_, in, _ := p.next()
		k.Want(in)
	}
	k.Advance(k.next, to)
}

// signals walks over a strategy's output bar by bar.
type signals struct {
	strategy.Signals
	enter, leave int // first of each that was not taken
}

// next gives the next bar with a signal and what it wants: fills.md, section
// 3.
func (p *signals) next() (bar int, in Intent, ok bool) {
	bar, ok = p.at()
	at := int32(bar)
	if !ok {
		return 0, Intent{}, false
	}
	for ; p.leave < len(p.Leave) && p.Leave[p.leave].Bar == at; p.leave++ {
		side := p.Leave[p.leave].Side
		in.LeaveLong = in.LeaveLong || side != market.Short
		in.LeaveShort = in.LeaveShort || side != market.Long
	}
	in.Enter = p.entry(at)
	return bar, in, true
}

// at gives the next bar with a signal.
func (p *signals) at() (bar int, ok bool) {
	const end = 1<<31 - 1
	at := int32(end)
	if p.enter < len(p.Enter) {
		at = p.Enter[p.enter].Bar
	}
	if p.leave < len(p.Leave) {
		at = min(at, p.Leave[p.leave].Bar)
	}
	return int(at), at < end
}

// entry takes the entries of a bar: the first counts, and both sides at once
// are none.
func (p *signals) entry(bar int32) Order {
	first, clash := p.enter, false
	for ; p.enter < len(p.Enter) && p.Enter[p.enter].Bar == bar; p.enter++ {
		clash = clash || p.Enter[p.enter].Side != p.Enter[first].Side
	}
	if clash || first == p.enter {
		return Order{}
	}
	e := &p.Enter[first]
	o := Order{Side: e.Side, Stop: e.Stop, Target: e.Target, Trail: e.Trail, MaxBars: e.MaxBars, Why: p.why(e)}
	if e.Wait > 0 {
		o.Kind, o.Price, o.Wait = LimitOrder, e.Price, e.Wait
	}
	return o
}

// why is the rule that asked for an entry.
func (p *signals) why(e *strategy.Entry) string {
	if int(e.Reason) < len(p.Reasons) {
		return p.Reasons[e.Reason]
	}
	return ""
}
