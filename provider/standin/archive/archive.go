// Package archive holds the bars that stand-ins serve: by contract, and under
// the names of continuous series that change their contract at UTC midnight.
package archive

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"assay/history/dbn"
	"assay/market"
)

// Archive is all bars of a stand-in. It is not changed once it is made.
type Archive struct {
	Simulated bool
	contracts []*Contract
}

// Contract is one contract and its bars of a minute, oldest first.
type Contract struct {
	ID     uint32
	Symbol string // e.g. "ESU4"
	Root   string // e.g. "ES"
	Bars   []dbn.Bar
	volume map[market.Date]uint64 // by UTC day
}

// day returns the UTC day of a time in ns.
func day(ns int64) market.Date { return market.Date(ns / int64(24*time.Hour)) }

// add appends a bar, which must not be older than the last.
func (c *Contract) add(b dbn.Bar) {
	b.Instrument, b.Publisher = c.ID, 1
	c.Bars = append(c.Bars, b)
	c.volume[day(b.Time)] += b.Volume
}

// contract returns the contract of a symbol, made when it is new.
func (a *Archive) contract(symbol string, id uint32) *Contract {
	for _, c := range a.contracts {
		if c.Symbol == symbol {
			return c
		}
	}
	root := strings.TrimRight(symbol, "0123456789")
	c := &Contract{ID: id, Symbol: symbol, Root: root[:max(len(root)-1, 0)], volume: map[market.Date]uint64{}}
	a.contracts = append(a.contracts, c)
	return c
}

// Span returns from when until when there are bars, in ns.
func (a *Archive) Span() (from, to int64) {
	for _, c := range a.contracts {
		if n := len(c.Bars); n > 0 {
			if from == 0 || c.Bars[0].Time < from {
				from = c.Bars[0].Time
			}
			to = max(to, c.Bars[n-1].Time+int64(time.Minute))
		}
	}
	return from, to
}

// Stretch is what a symbol is over some UTC days, To exclusive.
type Stretch struct {
	From, To market.Date
	Contract *Contract
}

// Resolve returns what a symbol is, day by day: a contract, its number, or a
// series like ES.c.0 or ES.v.0. It returns nothing for what it does not know.
func (a *Archive) Resolve(symbol string, from, to market.Date) []Stretch {
	parts := strings.Split(symbol, ".")
	for _, c := range a.contracts {
		if c.Symbol == symbol || strconv.FormatUint(uint64(c.ID), 10) == symbol {
			return []Stretch{{from, to, c}}
		}
	}
	if len(parts) != 3 || parts[1] != "c" && parts[1] != "v" {
		return nil
	}
	rank, err := strconv.Atoi(parts[2])
	if err != nil {
		return nil
	}
	var out []Stretch
	for d := from; d < to; d++ {
		c := a.front(parts[0], parts[1], rank, d)
		switch n := len(out); {
		case c == nil:
		case n > 0 && out[n-1].Contract == c:
			out[n-1].To = d + 1 // over weekends, too
		default:
			out = append(out, Stretch{d, d + 1, c})
		}
	}
	return out
}

// front returns the contract that is the rank-th of a root on a day, among
// those that trade on it: by nearness of expiry, or by the volume of the last
// day on which any traded.
func (a *Archive) front(root, rule string, rank int, d market.Date) *Contract {
	var trading []*Contract
	for _, c := range a.contracts {
		if c.Root == root && c.volume[d] > 0 {
			trading = append(trading, c)
		}
	}
	slices.SortStableFunc(trading, func(x, y *Contract) int {
		if rule == "v" {
			if order := cmp.Compare(y.before(d), x.before(d)); order != 0 {
				return order
			}
		}
		return cmp.Compare(x.last(), y.last())
	})
	if rank < 0 || rank >= len(trading) {
		return nil
	}
	return trading[rank]
}

// before is the volume of the last day with any, up to four days before d.
func (c *Contract) before(d market.Date) uint64 {
	for back := market.Date(1); back <= 4; back++ {
		if v := c.volume[d-back]; v > 0 {
			return v
		}
	}
	return 0
}

// last is when a contract stops trading, as far as the archive knows.
func (c *Contract) last() int64 { return c.Bars[len(c.Bars)-1].Time }

// Records returns the bars of stretches from ≤ t < to, in ns, oldest first.
func Records(stretches []Stretch, from, to int64) (out []dbn.Bar) {
	for _, s := range stretches {
		first := max(from, s.From.Time().UnixNano())
		end := min(to, s.To.Time().UnixNano())
		at := func(b dbn.Bar, t int64) int { return cmp.Compare(b.Time, t) }
		i, _ := slices.BinarySearchFunc(s.Contract.Bars, first, at)
		k, _ := slices.BinarySearchFunc(s.Contract.Bars, end, at)
		if i < k {
			out = append(out, s.Contract.Bars[i:k]...)
		}
	}
	return out
}
