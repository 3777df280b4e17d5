package engine

import "assay/market"

// exitDue closes at the open what has to leave there: fills.md, 5.1.
func (k *Book) exitDue(i int) {
	later := k.bars.Session[i] != k.pos.session
	why := k.due
	switch {
	case k.lim.FlatAtClose && later:
		why = SessionEnd
	case k.lim.Flat >= 0 && k.bars.Time[i] >= k.pos.flatAt:
		why = Flattened
	case k.lossDue:
		why = LossLimit
	case k.pos.timeout > 0 && i >= k.pos.timeout:
		why = TimeStop
	}
	if why != 0 {
		k.exit(i, k.bars.Open[i]*int32(k.pos.side)-k.costs.SlipMarket, why)
	}
}

// pastFlat says whether bar i starts at or after the flat time of its
// session.
func (k *Book) pastFlat(i int) bool {
	return k.lim.Flat >= 0 && place(k.bars.Minute[i]) >= place(k.lim.Flat)
}

// flatAt is the first moment after the start of bar i at which the clock shows
// the flat time. It is a moment, not a minute of the session, because a
// holiday session stops at noon and goes on in the evening.
func (k *Book) flatAt(i int) int64 {
	if k.lim.Flat < 0 {
		return never
	}
	return k.bars.Time[i] + 60*int64(place(k.lim.Flat)-place(k.bars.Minute[i]))
}

// place is a minute's place in the session, which opens at 17:00.
func place(minute int16) int16 { return (minute - 1020 + 1440) % 1440 }

// stays says that there is a position and that no exit from it has begun. What
// the volume cap held back of one leaves at the next open and nowhere before.
func (k *Book) stays() bool { return k.pos.qty > 0 && k.due == 0 }

// exitPassed closes a position whose stop or target the open has passed:
// fills.md, 5.2.
func (k *Book) exitPassed(i int) {
	if !k.stays() {
		return
	}
	p, c, open := &k.pos, &k.costs, k.bars.Open[i]*int32(k.pos.side)
	switch {
	case open <= p.stop:
		k.exit(i, open-c.SlipStop, StoppedGap)
	case open-c.Through >= p.target && c.GapAtOpen:
		k.exit(i, open-c.SlipLimit, Targeted)
	case open-c.Through >= p.target:
		k.exit(i, p.target-c.SlipLimit, Targeted)
	}
}

// exitPassedBy closes a position at once if the price at which it was entered
// had passed a level already. Such a target is an order at the market: it
// cannot fill at a price that may never have traded.
func (k *Book) exitPassedBy(i int, from int32) {
	switch c := &k.costs; {
	case from <= k.pos.stop:
		k.exit(i, from-c.SlipStop, StoppedGap)
	case from-c.Through >= k.pos.target:
		k.exit(i, from-c.SlipMarket, Targeted)
	}
}

// exitInside closes at a stop or target that the bar reached after its open:
// fills.md, 5.3, 5.4, 5.6 and 9.1. What a bar proves depends on how the position
// came to be in it.
func (k *Book) exitInside(i int, how how) {
	p, c := &k.pos, &k.costs
	if p.stop == noStop && p.target == noTarget || !k.stays() {
		return
	}
	v := k.view(i, p.side)
	proof := v.high
	if how == byLimit {
		proof = v.close // the high may have come before the entry
	}
	reached := v.high-c.Through >= p.target
	switch {
	case v.low <= p.stop:
		if reached || how == byStop && v.close > p.stop {
			p.doubt()
		}
		k.exit(i, p.stop-c.SlipStop, Stopped)
	case proof-c.Through >= p.target:
		k.exit(i, p.target-c.SlipLimit, Targeted)
	case reached:
		p.doubt()
	}
}

// exitAtClose closes at the session's scheduled close: fills.md, 5.5.
func (k *Book) exitAtClose(i int) {
	if k.lim.FlatAtClose && k.bars.Last[i] && k.stays() {
		k.exit(i, k.bars.Close[i]*int32(k.pos.side)-k.costs.SlipMarket, SessionEnd)
	}
}

// moveTrail moves the trailing stop by a finished bar.
func (k *Book) moveTrail(i int, how how) {
	if k.pos.trail == 0 || k.pos.qty == 0 {
		return
	}
	v := k.view(i, k.pos.side)
	best := v.high
	if how == byLimit {
		best = v.close
	}
	k.pos.stop = max(k.pos.stop, best-k.pos.trail)
}

// exit closes the position at a price as its side sees it, or the part of it
// that the bar can still fill, which may be nothing. The rest of anything but a
// target is due at the next open.
func (k *Book) exit(i int, price int32, why FillReason) {
	if k.pos.qty == 0 {
		return
	}
	if n := min(k.pos.qty, k.left); n > 0 {
		k.left -= n
		raw := price * int32(k.pos.side)
		k.fill(i, -k.pos.side, n, raw, why)
		k.reduce(i, n, raw, why)
	}
	if k.order.filled > 0 {
		k.order = waiting{}
	}
	switch {
	case k.pos.qty == 0:
		k.pos.side = market.Flat
		k.due, k.lossDue = 0, false
	case why != Targeted:
		k.due = why
	}
}
