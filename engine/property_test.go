package engine

import (
	"slices"
	"sync"
	"testing"

	"assay/market"
	"assay/strategy"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// Days, trades and fills are three accounts of the same money.
func TestIdentity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRun(t)
		r.costs.VolumeCap = rapid.SampledFrom([]int32{0, 5}).Draw(t, "volume cap")
		checkIdentity(t, r, r.ledger())
	})
}

func checkIdentity(t *rapid.T, r run, l Ledger) {
	type total struct{ Days, Trades, Fills market.Money }
	var sum total
	for _, d := range l.Days {
		sum.Days += d.PnL
	}
	trades := l.Trades
	if l.Open != nil {
		trades = append(slices.Clip(trades), *l.Open)
		mark := int64(l.Open.Exit) * int64(l.Open.Qty) * int64(l.Open.Side)
		sum.Fills += market.Money(mark) * r.costs.TickValue
	}
	for _, tr := range trades {
		sum.Trades += tr.Net
		if tr.Net != tr.Gross-tr.Fees {
			t.Fatalf("net of %+v", tr)
		}
	}
	for _, f := range l.Fills {
		sum.Fills -= market.Money(int64(f.Price)*int64(f.Qty)*int64(f.Side)) * r.costs.TickValue
		sum.Fills -= r.costs.Fee * market.Money(f.Qty)
	}
	if sum != (total{sum.Days, sum.Days, sum.Days}) {
		t.Fatalf("%+v\n%+v", sum, l)
	}
	if len(l.Days) != len(r.bars.Dates) {
		t.Fatalf("%d days of %d sessions", len(l.Days), len(r.bars.Dates))
	}
}

// Twice the contracts, and twice the loss allowed, are twice the money.
func TestScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRun(t)
		want := r.ledger()
		double(&want)
		r.limits.Contracts *= 2
		r.limits.DailyLoss *= 2
		compare(t, want, r.ledger())
	})
}

func double(l *Ledger) {
	for i := range l.Fills {
		l.Fills[i].Qty *= 2
	}
	all := []*Trade{}
	for i := range l.Trades {
		all = append(all, &l.Trades[i])
	}
	if l.Open != nil {
		all = append(all, l.Open)
	}
	for _, t := range all {
		t.Qty, t.Risk, t.Gross, t.Fees, t.Net = 2*t.Qty, 2*t.Risk, 2*t.Gross, 2*t.Fees, 2*t.Net
	}
	for i := range l.Days {
		l.Days[i].PnL *= 2
	}
}

// In a mirror every short is a long that earns the same.
func TestMirror(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRun(t)
		want := r.ledger()
		moveLedger(&want, -1, 0)
		compare(t, want, r.moved(-1, 0).ledger())
	})
}

// A constant added to all prices changes no money.
func TestShift(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRun(t)
		shift := rapid.Int32Range(-3000, 3000).Draw(t, "shift")
		want := r.ledger()
		moveLedger(&want, 1, shift)
		compare(t, want, r.moved(1, shift).ledger())
	})
}

// moved gives the run with every price p at side x p + shift, and the sides
// turned with it.
func (r run) moved(side, shift int32) run {
	b := *r.bars
	column := func(c []int32) []int32 {
		out := make([]int32, len(c))
		for i, p := range c {
			out[i] = side*p + shift
		}
		return out
	}
	b.Open, b.Close = column(b.Open), column(b.Close)
	b.High, b.Low = column(b.High), column(b.Low)
	if side < 0 {
		b.High, b.Low = b.Low, b.High
	}
	b.Segments = slices.Clone(b.Segments)
	for i := range b.Segments {
		b.Segments[i].Gap *= side
	}
	r.bars = &b
	r.signals.Enter, r.signals.Leave = slices.Clone(r.signals.Enter), slices.Clone(r.signals.Leave)
	for i := range r.signals.Enter {
		e := &r.signals.Enter[i]
		e.Side *= market.Side(side)
		if e.Wait > 0 {
			e.Price = side*e.Price + shift
		}
		for _, level := range []*strategy.Bracket{&e.Stop, &e.Target} {
			if level.Kind == strategy.Level {
				level.Ticks = side*level.Ticks + shift
			}
		}
	}
	for i := range r.signals.Leave {
		r.signals.Leave[i].Side *= market.Side(side)
	}
	return r
}

func moveLedger(l *Ledger, side, shift int32) {
	for i := range l.Fills {
		f := &l.Fills[i]
		f.Side, f.Price = f.Side*market.Side(side), side*f.Price+shift
	}
	move := func(t *Trade) {
		t.Side *= market.Side(side)
		t.Entry, t.Exit = side*t.Entry+shift, side*t.Exit+shift
	}
	for i := range l.Trades {
		move(&l.Trades[i])
	}
	if l.Open != nil {
		move(l.Open)
	}
}

// Where costs cannot change which trades there are (no distance from the fill,
// trailing or not, no loss limit), more of them never earn more.
func TestCostsNeverEarn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRun(t)
		r.limits.DailyLoss = 0
		for i := range r.signals.Enter {
			e := &r.signals.Enter[i]
			e.Trail = 0
			for _, b := range []*strategy.Bracket{&e.Stop, &e.Target} {
				if b.Kind == strategy.Distance {
					b.Kind = strategy.None
				}
			}
		}
		dear := r
		dear.costs = Stress(r.costs)
		a, b := r.ledger(), dear.ledger()
		if len(a.Trades) != len(b.Trades) {
			t.Fatalf("%d trades, and %d under stress", len(a.Trades), len(b.Trades))
		}
		for i := range a.Trades {
			if a.Trades[i].Net < b.Trades[i].Net {
				t.Fatalf("%+v earns more as\n%+v", a.Trades[i], b.Trades[i])
			}
		}
	})
}

// What happened up to a bar is not changed by what comes after it, nor by
// its absence.
func TestTruncation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRun(t)
		n := rapid.IntRange(1, r.bars.Len()).Draw(t, "bars kept")
		whole, noisy, cut := r.ledger(), r, r
		noisy.bars = noise(r.bars, n)
		cut.bars = truncate(r.bars, n)
		short := cut.ledger()
		compare(t, upTo(whole, n), upTo(short, n))
		compare(t, upTo(noisy.ledger(), n), upTo(short, n))
		for i := range len(short.Days) - 1 {
			compare(t, whole.Days[i], short.Days[i])
		}
	})
}

// upTo keeps the fills and trades of the first n bars.
func upTo(l Ledger, n int) Ledger {
	l.Fills = slices.DeleteFunc(l.Fills, func(f Fill) bool { return int(f.Bar) >= n })
	l.Trades = slices.DeleteFunc(l.Trades, func(t Trade) bool { return int(t.ExitBar) >= n })
	return Ledger{Fills: slices.Clip(l.Fills), Trades: slices.Clip(l.Trades)}
}

func truncate(b *market.Bars, n int) *market.Bars {
	c := *b
	c.Time, c.Open, c.High, c.Low, c.Close = c.Time[:n], c.Open[:n], c.High[:n], c.Low[:n], c.Close[:n]
	c.Volume, c.Minute, c.Session, c.Last = c.Volume[:n], c.Minute[:n], c.Session[:n], c.Last[:n]
	c.Locked, c.Dates = c.Locked[:n], c.Dates[:c.Session[n-1]+1]
	c.Segments = slices.DeleteFunc(slices.Clone(c.Segments), func(s market.Segment) bool { return s.First >= n })
	return &c
}

// noise replaces the prices of all bars from n on.
func noise(b *market.Bars, n int) *market.Bars {
	c := *b
	for _, column := range []*[]int32{&c.Open, &c.High, &c.Low, &c.Close} {
		*column = slices.Clone(*column)
		for i := n; i < len(*column); i++ {
			(*column)[i] = (*column)[i]*3 - 1777
		}
	}
	return &c
}

// Runs share nothing but their bars, so neither their order nor their number
// matters.
func TestOrderOfRunsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		runs := make([]run, 4)
		runs[0] = drawRun(t)
		for i := range runs[1:] {
			runs[i+1] = run{runs[0].bars, drawSignals(t, runs[0].bars), drawLimits(t), drawCosts(t)}
		}
		alone, together := make([]string, len(runs)), make([]string, len(runs))
		for i, r := range runs {
			alone[i] = Hash(r.ledger())
		}
		var all sync.WaitGroup
		for i, r := range slices.Backward(runs) {
			all.Go(func() { together[i] = Hash(r.ledger()) })
		}
		all.Wait()
		compare(t, alone, together)
	})
}

func compare[T any](t *rapid.T, want, got T) {
	t.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("(-want +got)\n%s", d)
	}
}
