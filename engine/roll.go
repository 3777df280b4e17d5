package engine

import "assay/strategy"

// enterSegment notes the segment of bar i and says whether it is another than
// that of the bar before.
func (k *Book) enterSegment(i int) bool {
	before := k.segment
	for s := k.bars.Segments; k.segment+1 < len(s) && s[k.segment+1].First <= i; {
		k.segment++
	}
	return k.segment != before
}

// contract is the name of the contract that the current segment supplies.
func (k *Book) contract() string {
	if k.segment < len(k.bars.Segments) {
		return k.bars.Segments[k.segment].Contract
	}
	return ""
}

// roll changes the contract at bar i, the first of its segment: the position
// is sold at the old contract's last close and bought at the new one's first
// open, and every level moves with the gap. See fills.md, section 7.
func (k *Book) roll(i int) {
	gap := k.bars.Segments[k.segment].Gap
	k.shiftOrder(gap)
	p := &k.pos
	if p.qty == 0 {
		return
	}
	slip := k.costs.SlipMarket * int32(p.side)
	sold, bought := k.bars.Close[i-1]-slip, k.bars.Open[i]+slip
	qty, lots := p.qty, append([]lot(nil), p.lots...)
	k.fill(i, -p.side, qty, sold, Rolled)
	k.reduce(i, qty, sold, Rolled)
	p.contract = k.contract()
	k.fill(i, p.side, qty, bought, Rolled)
	for _, l := range lots {
		l.bar, l.price, l.fromRoll, l.ambiguous = int32(i), bought, true, false
		k.add(l)
	}
	if p.stop != noStop {
		p.stop += gap * int32(p.side)
	}
	if p.target != noTarget {
		p.target += gap * int32(p.side)
	}
}

// shiftOrder moves a waiting order's prices into the new contract.
func (k *Book) shiftOrder(gap int32) {
	o := &k.order
	o.Price += gap
	if o.Stop.Kind == strategy.Level {
		o.Stop.Ticks += gap
	}
	if o.Target.Kind == strategy.Level {
		o.Target.Ticks += gap
	}
}
