package engine

import (
	"assay/market"
	"assay/strategy"
)

// What follows are short ways through settle for what happens most often. They
// may be left out without changing any result: TestStepsAndJumpsAgree.

// hopeless says that an entry order made while flat would be dropped in bar i,
// the one after the decision: fills.md, section 4.
func (k *Book) hopeless(i int) bool {
	b, l := k.bars, &k.lim
	if i >= b.Len() {
		return false
	}
	same := b.Session[i] == k.day.session
	return l.EntryFrom != l.EntryTo && !inWindow(b.Minute[i], l.EntryFrom, l.EntryTo) || k.pastFlat(i) ||
		same && (k.day.lost || l.TradesPerDay > 0 && k.day.entries >= l.TradesPerDay) ||
		b.Session[i] != b.Session[i-1] && !k.costs.CarryOver
}

// pass leaves out the signals of the next bar.
func (p *signals) pass() bool {
	bar, _ := p.at()
	for ; p.enter < len(p.Enter) && int(p.Enter[p.enter].Bar) == bar; p.enter++ {
	}
	for ; p.leave < len(p.Leave) && int(p.Leave[p.leave].Bar) == bar; p.leave++ {
	}
	return true
}

// flips says that limits and costs leave nothing to look at when an order at
// the market turns a position.
func flips(l strategy.Limits, c Costs) bool {
	return l.Reverse && l.EntryFrom == l.EntryTo && l.Flat < 0 && !l.FlatAtClose &&
		l.TradesPerDay == 0 && l.DailyLoss <= 0 && c.VolumeCap == 0
}

// flip takes the next signals as long as each is an order at the market, without
// levels, that turns a position without levels at the next open, before bar to;
// or one for the side that is held. It says whether it took any.
func (k *Book) flip(p *signals, to int) bool {
	if !k.flips || !k.bare() {
		return false
	}
	first := p.enter
	for p.enter < len(p.Enter) {
		e := &p.Enter[p.enter]
		i := int(e.Bar) + 1
		if i >= to || !bare(e) || !p.lone() || !k.calm(i) {
			break
		}
		p.enter++
		if e.Side != k.pos.side {
			k.turn(i, p.why(e)) // leaves a position without levels too
		}
	}
	return p.enter > first
}

// bare says that no order waits, and that the position is one entry without
// levels.
func (k *Book) bare() bool {
	p := &k.pos
	return k.order.Side == market.Flat && k.due == 0 && len(p.lots) == 1 &&
		p.stop == noStop && p.target == noTarget && p.trail == 0 && p.timeout == 0
}

// turn closes the position at the open of bar i and opens the other side. Both
// fills lose the same ticks in the same direction, so they have one price.
func (k *Book) turn(i int, why string) {
	p := &k.pos
	l, qty := &p.lots[0], p.qty
	price := k.bars.Open[i] - k.costs.SlipMarket*int32(p.side)
	gross := k.ticks((int64(price) - int64(l.price)) * int64(qty) * int64(p.side))
	fee := k.costs.Fee * market.Money(qty)
	if k.tally == nil {
		k.write(k.newTrade(i), l, qty, price, i, Reversed)
		k.led.Fills = append(roomy(k.led.Fills, 2, i, k.bars.Len()),
			Fill{int32(i), qty, price, -p.side, Reversed}, Fill{int32(i), k.lim.Contracts, price, -p.side, Entered})
	} else {
		k.tally.Trades++
		k.tally.Gross += gross
		k.tally.Fees += 2 * fee
		k.tally.Net += gross - 2*fee
	}
	qty = k.lim.Contracts
	k.cash += gross - fee - k.costs.Fee*market.Money(qty)
	p.side, p.qty, p.cost = -p.side, qty, int64(price)*int64(qty)
	p.session, p.why, p.contract = k.day.session, why, k.contract()
	*l = lot{bar: int32(i), qty: qty, price: price}
	k.day.entries++
	k.next = i + 1
}

// bare says that an entry is an order at the market without levels.
func bare(e *strategy.Entry) bool {
	return e.Stop.Kind == strategy.None && e.Target.Kind == strategy.None && e.Trail|e.MaxBars|e.Wait == 0
}

// lone says that the next entry is the only signal of its bar and comes before
// all leaves.
func (p *signals) lone() bool {
	bar := p.Enter[p.enter].Bar
	return (p.leave == len(p.Leave) || p.Leave[p.leave].Bar > bar) &&
		(p.enter+1 == len(p.Enter) || p.Enter[p.enter+1].Bar != bar)
}

// calm says that bar i trades and that, up to it, the contract stays and no day
// has to be written down.
func (k *Book) calm(i int) bool {
	if s := k.bars.Segments; k.segment+1 < len(s) && s[k.segment+1].First <= i || !k.canFill(i) {
		return false
	}
	if s := k.bars.Session; s[i] != k.day.session {
		if k.tally == nil || !k.costs.CarryOver && s[i] != s[i-1] {
			return false
		}
		k.day = day{session: s[i]} // a tally counts no days without a loss limit
	}
	return true
}
