package reference

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"assay/engine"
	"assay/internal/splitmix"
	"assay/market"
	"assay/strategy"
)

// given is all that a book is given.
type given struct {
	bars    *market.Bars
	signals strategy.Signals
	limits  strategy.Limits
	costs   engine.Costs
}

var anything = rapid.Custom(func(t *rapid.T) given {
	b := drawBars(t)
	return given{b, drawSignals(t, b), drawLimits(t), drawCosts(t)}
})

// Whatever the market, the signals, the limits and the costs: the account that
// jumps from signal to signal books what the one that plodded booked.
func TestRandomAccountsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { anything.Draw(t, "given").agree(t) })
}

// The random accounts see everything that can happen.
func TestRandomAccountsMeetEveryReason(t *testing.T) {
	seen := map[engine.FillReason]int{}
	for seed := range 5000 {
		for _, f := range anything.Example(seed).agree(t).Fills {
			seen[f.Reason]++
		}
	}
	for _, reason := range []engine.FillReason{
		engine.Entered, engine.Stopped, engine.StoppedGap, engine.Targeted, engine.Signalled,
		engine.Reversed, engine.Flattened, engine.TimeStop, engine.SessionEnd, engine.LossLimit, engine.Rolled,
	} {
		if seen[reason] < 5 {
			t.Errorf("%d fills %s, want at least 5", seen[reason], reason)
		}
	}
	t.Log(seen)
}

func (g given) agree(t interface{ Fatalf(string, ...any) }) engine.Ledger {
	slow, fast := Run(g.bars, g.signals, g.limits, g.costs), engine.Run(g.bars, g.signals, g.limits, g.costs)
	if d := FirstDifference(g.bars, slow, fast); d != "" {
		t.Fatalf("%ssignals %+v\nlimits %+v\ncosts %+v", d, g.signals, g.limits, g.costs)
	}
	checkIdentity(t, fast)
	return fast
}

// checkIdentity: the days, the trades and the fills tell one story, to the
// 1/10,000 dollar.
func checkIdentity(t interface{ Fatalf(string, ...any) }, l engine.Ledger) {
	days, nets := market.Money(0), market.Money(0)
	for _, d := range l.Days {
		days += d.PnL
	}
	for _, trade := range l.Trades {
		nets += trade.Net
	}
	if l.Open != nil {
		nets += l.Open.Net
	}
	if days != nets {
		t.Fatalf("the days sum to %s, the trades to %s", days, nets)
	}
}

// drawBars draws hourly bars over some sessions with early closes, holes,
// bars without volume, locked bars and rolls.
func drawBars(t *rapid.T) *market.Bars {
	start := rapid.SampledFrom([]time.Time{
		time.Date(2024, 12, 22, 23, 0, 0, 0, time.UTC), // Christmas week
		time.Date(2024, 3, 8, 0, 0, 0, 0, time.UTC),    // the clocks change
		time.Date(2025, 1, 19, 23, 0, 0, 0, time.UTC),  // a holiday halt inside a trade date
	}).Draw(t, "start")
	// A bar is one seed, so that a failing case shrinks to few bars.
	draws := rapid.SliceOfN(rapid.Uint8(), 20, 150).Draw(t, "bars")
	hours := openHours(t, start, len(draws))
	var c market.Columns
	var locked []bool
	var segments []market.Segment
	price := int32(1000)
	for k, seed := range draws {
		rng := splitmix.New(uint64(seed)<<32 + uint64(k))
		take := func(n int) int32 { return int32(rng.Below(n)) }
		if take(16) == 15 && k > 0 { // a hole
			continue
		}
		if take(24) == 23 || len(segments) == 0 {
			segments = append(segments, market.Segment{First: len(c.Time), Contract: string(rune('A' + len(segments)))})
			price += take(20) - 10
		}
		open := price + take(7) - 3
		last := open + take(9) - 4
		c.Time = append(c.Time, hours[k].Unix())
		c.Open, c.Close = append(c.Open, open), append(c.Close, last)
		c.High, c.Low = append(c.High, max(open, last)+take(5)), append(c.Low, min(open, last)-take(5))
		c.Volume = append(c.Volume, []int32{0, 100, 200, 300, 500, 500, 500, 500}[take(8)])
		locked = append(locked, take(16) == 15)
		price = last
	}
	b, err := market.NewBars("ES", time.Hour, c, segments)
	if err != nil {
		t.Fatal(err)
	}
	b.Locked = locked
	return b
}

// openHours are the first n hours from start on in which the exchange trades.
func openHours(t *rapid.T, start time.Time, n int) []time.Time {
	calendar, err := market.CalendarOf("ES")
	if err != nil {
		t.Fatal(err)
	}
	var hours []time.Time
	for at := start; len(hours) < n; at = at.Add(time.Hour) {
		if calendar.At(at) != market.Shut {
			hours = append(hours, at)
		}
	}
	return hours
}

func drawSignals(t *rapid.T, b *market.Bars) strategy.Signals {
	n := b.Len()
	side := rapid.SampledFrom([]market.Side{market.Long, market.Short})
	bracket := rapid.Custom(func(t *rapid.T) strategy.Bracket {
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			return strategy.Bracket{}
		case 1:
			return strategy.Bracket{Kind: strategy.Level, Ticks: rapid.Int32Range(980, 1020).Draw(t, "level")}
		default:
			return strategy.Bracket{Kind: strategy.Distance, Ticks: rapid.Int32Range(1, 15).Draw(t, "distance")}
		}
	})
	entry := rapid.Custom(func(t *rapid.T) strategy.Entry {
		e := strategy.Entry{
			Bar: rapid.Int32Range(0, int32(n-1)).Draw(t, "bar"), Side: side.Draw(t, "side"),
			Reason: rapid.Int16Range(0, 1).Draw(t, "reason"),
			Stop:   bracket.Draw(t, "stop"), Target: bracket.Draw(t, "target"),
			Trail:   rapid.SampledFrom([]int32{0, 0, 2, 5, 12}).Draw(t, "trail"),
			MaxBars: rapid.SampledFrom([]int32{0, 0, 1, 3, 10}).Draw(t, "after"),
			Wait:    rapid.SampledFrom([]int32{0, 0, 1, 2, 6}).Draw(t, "for"),
		}
		if e.Wait > 0 {
			e.Price = b.Close[e.Bar] - rapid.Int32Range(-2, 10).Draw(t, "at")*int32(e.Side)
		}
		return e
	})
	leave := rapid.Custom(func(t *rapid.T) strategy.Leave {
		return strategy.Leave{
			Bar:  rapid.Int32Range(0, int32(n-1)).Draw(t, "bar"),
			Side: rapid.SampledFrom([]market.Side{market.Long, market.Short, market.Flat}).Draw(t, "side"),
		}
	})
	s := strategy.Signals{
		Enter:   rapid.SliceOfN(entry, 1, 40).Draw(t, "entries"),
		Leave:   rapid.SliceOfN(leave, 0, 20).Draw(t, "leaves"),
		Reasons: []string{"first", "second"},
	}
	slices.SortStableFunc(s.Enter, func(a, b strategy.Entry) int { return int(a.Bar - b.Bar) })
	slices.SortStableFunc(s.Leave, func(a, b strategy.Leave) int { return int(a.Bar - b.Bar) })
	return s
}

func drawLimits(t *rapid.T) strategy.Limits {
	minute := rapid.SampledFrom([]int16{0, 0, 0, 480, 510, 840, 1020, 1200})
	return strategy.Limits{
		Contracts:    rapid.Int32Range(1, 6).Draw(t, "contracts"),
		TradesPerDay: rapid.Int32Range(0, 3).Draw(t, "trades per day"),
		DailyLoss:    market.Money(rapid.SampledFrom([]int64{0, 0, 10, 40}).Draw(t, "daily loss")) * market.Dollar,
		EntryFrom:    minute.Draw(t, "from"),
		EntryTo:      minute.Draw(t, "to"),
		Flat:         rapid.SampledFrom([]int16{-1, -1, 0, 600, 840, 900, 960, 1200}).Draw(t, "flat"),
		FlatAtClose:  rapid.Bool().Draw(t, "flat at close"),
		Reverse:      rapid.Bool().Draw(t, "reverse"),
	}
}

func drawCosts(t *rapid.T) engine.Costs {
	slip := rapid.Int32Range(0, 2)
	return engine.Costs{
		TickValue:  12_500,
		Fee:        market.Money(rapid.Int64Range(0, 30_000).Draw(t, "fee")),
		SlipMarket: slip.Draw(t, "market"), SlipStop: slip.Draw(t, "stop"), SlipLimit: slip.Draw(t, "limit"),
		Through:    rapid.Int32Range(0, 1).Draw(t, "through"),
		VolumeCap:  rapid.SampledFrom([]int32{0, 0, 1}).Draw(t, "cap"),
		GapAtOpen:  rapid.Bool().Draw(t, "gap at open"),
		CarryOver:  rapid.Bool().Draw(t, "carry over"),
		FillAnyway: rapid.Bool().Draw(t, "fill anyway"),
	}
}
