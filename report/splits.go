package report

import (
	"cmp"
	"fmt"
	"slices"

	"assay/engine"
	"assay/market"
)

// split is the closed trades parted by one of their traits.
type split struct {
	Name  string
	Parts []part
}

// part is the trades of one trait.
type part struct {
	Name, Trades, WinRate, Net, Mean, Fees string
	Tone                                   string
	Bar                                    int // percent of the largest net of the split
}

// trait gives a trade's place in the order of a split, and its name there.
type trait func(engine.Trade) (order int, name string)

func splits(in Input) []split {
	b := in.Bars
	weekday := func(t engine.Trade) (int, string) {
		day := b.Date(int(t.EntryBar)).Weekday()
		return int(day), day.String()
	}
	hour := func(t engine.Trade) (int, string) {
		h := int(b.Minute[t.EntryBar]) / 60
		return (h + 24 - market.SessionOpen/60) % 24, fmt.Sprintf("%02d:00 to %02d:59", h, h) // in the order of a session
	}
	return []split{
		{"Long and short", parts(in.Ledger.Trades, func(t engine.Trade) (int, string) { return -int(t.Side), t.Side.String() })},
		{"Reason of the exit", parts(in.Ledger.Trades, func(t engine.Trade) (int, string) { return 0, t.ExitWhy.String() })},
		{"Weekday of the trade date", parts(in.Ledger.Trades, weekday)},
		{"Hour of the entry, Chicago", parts(in.Ledger.Trades, hour)},
		{"Contract", parts(in.Ledger.Trades, contracts(b))},
	}
}

// contracts orders by the contract's first bar.
func contracts(b *market.Bars) trait {
	first := map[string]int{}
	for i := len(b.Segments) - 1; i >= 0; i-- {
		first[b.Segments[i].Contract] = i
	}
	return func(t engine.Trade) (int, string) {
		return first[t.Contract], cmp.Or(t.Contract, "not named by the source")
	}
}

// sums are totals of one part.
type sums struct {
	order     int
	name      string
	n, wins   int
	net, fees market.Money
}

func parts(trades []engine.Trade, by trait) []part {
	found := map[string]*sums{}
	for _, t := range trades {
		order, name := by(t)
		s := found[name]
		if s == nil {
			s = &sums{order: order, name: name}
			found[name] = s
		}
		s.n++
		s.net, s.fees = s.net+t.Net, s.fees+t.Fees
		if t.Net > 0 {
			s.wins++
		}
	}
	all, most := []*sums{}, market.Money(0)
	for _, s := range found {
		all, most = append(all, s), max(most, s.net, -s.net)
	}
	slices.SortFunc(all, func(a, b *sums) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(b.n, a.n), cmp.Compare(a.name, b.name))
	})
	list := make([]part, len(all))
	for i, s := range all {
		list[i] = part{
			Name: s.name, Trades: grouped(int64(s.n)), WinRate: percent(share(float64(s.wins), float64(s.n))),
			Net: dollars(s.net), Mean: amount(share(s.net.Dollars(), float64(s.n))), Fees: dollars(s.fees),
			Tone: tone(float64(s.net)), Bar: int(100 * max(s.net, -s.net) / max(most, 1)),
		}
	}
	return list
}
