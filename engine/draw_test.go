package engine

import (
	"slices"
	"testing"
	"time"

	"assay/market"
	"assay/strategy"

	"pgregory.net/rapid"
)

// run is everything that a run is given.
type run struct {
	bars    *market.Bars
	signals strategy.Signals
	limits  strategy.Limits
	costs   Costs
}

func (r run) ledger() Ledger { return Run(r.bars, r.signals, r.limits, r.costs) }

func drawRun(t *rapid.T) run {
	b := drawBars(t)
	return run{b, drawSignals(t, b), drawLimits(t), drawCosts(t)}
}

// drawBars draws half-hourly bars around a holiday or a change of the clocks,
// with holes, bars without volume, locked bars and rolls. A bar is one draw,
// so that a failing case shrinks to few odd bars.
func drawBars(t *rapid.T) *market.Bars {
	at := rapid.SampledFrom([]time.Time{
		time.Date(2024, 7, 3, 8, 0, 0, 0, time.UTC),
		time.Date(2024, 11, 27, 15, 0, 0, 0, time.UTC),
		time.Date(2024, 3, 8, 12, 0, 0, 0, time.UTC),
	}).Draw(t, "start")
	calendar, err := market.CalendarOf("ES")
	if err != nil {
		t.Fatal(err)
	}
	var c market.Columns
	var locked []bool
	var segments []market.Segment
	price := int32(1000)
	for _, bits := range rapid.SliceOfN(rapid.Uint32(), 60, 150).Draw(t, "bars") {
		take := func(n uint32) int32 { v := bits % n; bits /= n; return int32(v) }
		for at = at.Add(30 * time.Minute); calendar.At(at) == market.Shut; {
			at = at.Add(30 * time.Minute)
		}
		if take(20) == 1 && len(segments) > 0 {
			continue // a hole
		}
		if len(segments) == 0 || take(40) == 1 {
			name := string(rune('A' + len(segments)))
			segments = append(segments, market.Segment{First: len(c.Time), Contract: name})
			price += take(41) - 20
		}
		open := price + take(7) - 3
		price = open + take(11) - 5
		c.Time = append(c.Time, at.Unix())
		c.Open, c.Close = append(c.Open, open), append(c.Close, price)
		c.High = append(c.High, max(open, price)+take(5))
		c.Low = append(c.Low, min(open, price)-take(5))
		c.Volume = append(c.Volume, 77-7*take(12))
		locked = append(locked, take(20) == 1)
	}
	b, err := market.NewBars("ES", 30*time.Minute, c, segments)
	if err != nil {
		t.Fatal(err)
	}
	b.Locked = locked
	return b
}

func drawSide(t *rapid.T) market.Side {
	return rapid.SampledFrom([]market.Side{market.Long, market.Short}).Draw(t, "side")
}

func drawBracket(t *rapid.T) strategy.Bracket {
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		return strategy.Bracket{}
	case 1:
		return strategy.Bracket{Kind: strategy.Level, Ticks: rapid.Int32Range(970, 1030).Draw(t, "level")}
	default:
		return strategy.Bracket{Kind: strategy.Distance, Ticks: rapid.SampledFrom([]int32{1, 3, 8, 15, 40}).Draw(t, "distance")}
	}
}

func drawSignals(t *rapid.T, b *market.Bars) strategy.Signals {
	bar := rapid.Int32Range(0, int32(b.Len()-1))
	entry := rapid.Custom(func(t *rapid.T) strategy.Entry {
		e := strategy.Entry{
			Bar: bar.Draw(t, "bar"), Side: drawSide(t), Reason: rapid.Int16Range(0, 1).Draw(t, "reason"),
			Stop: drawBracket(t), Target: drawBracket(t),
			Trail:   max(0, rapid.Int32Range(-8, 8).Draw(t, "trail")),
			MaxBars: max(0, rapid.Int32Range(-9, 9).Draw(t, "bars held")),
		}
		if e.Wait = max(0, rapid.Int32Range(-6, 6).Draw(t, "wait")); e.Wait > 0 {
			e.Price = b.Close[e.Bar] - int32(e.Side)*rapid.Int32Range(0, 8).Draw(t, "better")
		}
		return e
	})
	leave := rapid.Custom(func(t *rapid.T) strategy.Leave {
		return strategy.Leave{Bar: bar.Draw(t, "bar"), Side: market.Side(rapid.IntRange(-1, 1).Draw(t, "side"))}
	})
	s := strategy.Signals{
		Enter: rapid.SliceOfN(entry, 6, 30).Draw(t, "enter"), Leave: rapid.SliceOfN(leave, 2, 12).Draw(t, "leave"),
		Reasons: []string{"one", "two"},
	}
	slices.SortStableFunc(s.Enter, func(a, b strategy.Entry) int { return int(a.Bar - b.Bar) })
	slices.SortStableFunc(s.Leave, func(a, b strategy.Leave) int { return int(a.Bar - b.Bar) })
	return s
}

func drawLimits(t *rapid.T) strategy.Limits {
	minute := rapid.SampledFrom([]int16{510, 720, 930, 955, 1020, 1200})
	l := strategy.Limits{
		Contracts:    rapid.Int32Range(1, 3).Draw(t, "contracts"),
		TradesPerDay: rapid.Int32Range(0, 2).Draw(t, "trades a day"),
		DailyLoss:    rapid.SampledFrom([]market.Money{0, 100_000, 400_000}).Draw(t, "daily loss"),
		Flat:         -1,
		FlatAtClose:  rapid.SampledFrom([]bool{true, false}).Draw(t, "flat at close"),
		Reverse:      rapid.Bool().Draw(t, "reverse"),
	}
	if rapid.Bool().Draw(t, "window") {
		l.EntryFrom, l.EntryTo = minute.Draw(t, "from"), minute.Draw(t, "to")
	}
	if rapid.SampledFrom([]bool{true, false}).Draw(t, "flat time") {
		l.Flat = rapid.SampledFrom([]int16{955, 720, 300}).Draw(t, "flat")
	}
	return l
}

func drawCosts(t *rapid.T) Costs {
	ticks := rapid.Int32Range(0, 2)
	return Costs{
		TickValue: 12_500, Fee: rapid.SampledFrom([]market.Money{0, 6_201}).Draw(t, "fee"),
		SlipMarket: ticks.Draw(t, "slip"), SlipStop: ticks.Draw(t, "slip of stops"),
		SlipLimit: ticks.Draw(t, "slip of limits"), Through: ticks.Draw(t, "through"),
		GapAtOpen: rapid.Bool().Draw(t, "gap at open"), FillAnyway: rapid.Bool().Draw(t, "fill anyway"),
		CarryOver: rapid.Bool().Draw(t, "carry over"),
	}
}

// The properties are worth something only if the draws meet every rule.
func TestDrawsMeetEveryRule(t *testing.T) {
	seen := map[FillReason]int{}
	for range 5 {
		rapid.Check(t, func(t *rapid.T) {
			for _, f := range drawRun(t).ledger().Fills {
				seen[f.Reason]++
			}
		})
	}
	for _, why := range []FillReason{
		Entered, Stopped, StoppedGap, Targeted, Signalled, Reversed, Flattened, TimeStop, SessionEnd, LossLimit, Rolled,
	} {
		if seen[why] == 0 {
			t.Errorf("no draw met %s: %v", why, seen)
		}
	}
}
