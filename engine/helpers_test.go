package engine

import (
	"assay/market"
	"assay/strategy"
)

// ohlcv is a bar as one writes it down.
type ohlcv [5]int32

// barsOf makes one session of five-minute bars of one contract, from 09:00.
func barsOf(rows ...ohlcv) *market.Bars {
	b := &market.Bars{Root: "ES", Dates: []market.Date{20_000}, Segments: []market.Segment{{}}}
	for i, r := range rows {
		b.Time = append(b.Time, int64(i)*300)
		b.Open = append(b.Open, r[0])
		b.High = append(b.High, r[1])
		b.Low = append(b.Low, r[2])
		b.Close = append(b.Close, r[3])
		b.Volume = append(b.Volume, r[4])
		b.Minute = append(b.Minute, int16(540+5*i))
		b.Session = append(b.Session, 0)
		b.Last = append(b.Last, false)
	}
	return b
}

// plain is one contract, without limits of any kind.
func plain() strategy.Limits { return strategy.Limits{Contracts: 1, Flat: -1} }

// mes is the standard cost model of a tick of 1.25 dollars and 2.25 a side.
func mes() Costs {
	return Costs{
		Name: "standard", TickValue: 12_500, Fee: 22_500, SlipMarket: 1, SlipStop: 1, Through: 1,
	}
}

// hold gives the book a position that it did not open itself.
func (k *Book) hold(side market.Side, qty, price int32) {
	k.pos.side, k.pos.stop, k.pos.target, k.pos.flatAt = side, noStop, noTarget, never
	k.add(lot{qty: qty, price: price})
}
