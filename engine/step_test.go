package engine

import (
	"testing"

	"assay/market"

	"pgregory.net/rapid"
)

// A backtest jumps from decision to decision and a runner plays one bar at a
// time; the account cannot tell the difference. Orders of every kind, trailing
// stops and volume caps included.
func TestStepsAndJumpsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRun(t)
		r.costs.VolumeCap = rapid.SampledFrom([]int32{0, 3, 10}).Draw(t, "volume cap")
		wants := drawIntents(t, r.bars)
		play := func(stride func(from int) int) Ledger {
			k := NewBook(r.bars, r.limits, r.costs)
			for from := 0; from < r.bars.Len(); {
				to := min(from+max(1, stride(from)), r.bars.Len())
				for i := from; i < to; i++ {
					if _, ok := wants[i]; ok {
						to = i + 1
					}
				}
				k.Advance(from, to)
				k.Want(wants[to-1])
				from = to
			}
			return k.Ledger()
		}
		jumps := play(func(int) int { return r.bars.Len() })
		checkIdentity(t, r, jumps)
		compare(t, jumps, play(func(int) int { return 1 }))
		strides := rapid.SliceOfN(rapid.IntRange(1, 40), r.bars.Len(), r.bars.Len()).Draw(t, "strides")
		compare(t, jumps, play(func(from int) int { return strides[from] }))
	})
}

// Run is the same book, driven by a strategy's signals.
func TestRunIsABookOneBarAtATime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRun(t)
		k := NewBook(r.bars, r.limits, r.costs)
		p := signals{Signals: r.signals}
		bar, in, ok := p.next()
		for i := range r.bars.Len() {
			k.Advance(i, i+1)
			if ok && bar == i {
				k.Want(in)
				bar, in, ok = p.next()
			}
			k.Ledger() // may be asked for at any time
		}
		compare(t, r.ledger(), k.Ledger())
	})
}

func drawIntents(t *rapid.T, b *market.Bars) map[int]Intent {
	order := rapid.Custom(func(t *rapid.T) Order {
		return Order{
			Kind: OrderKind(rapid.IntRange(0, 2).Draw(t, "kind")), Side: drawSide(t),
			Price: rapid.Int32Range(980, 1020).Draw(t, "price"),
			Stop:  drawBracket(t), Target: drawBracket(t),
			Trail: max(0, rapid.Int32Range(-10, 10).Draw(t, "trail")), Why: "drawn",
			Wait:    max(0, rapid.Int32Range(-6, 6).Draw(t, "wait")),
			MaxBars: max(0, rapid.Int32Range(-9, 9).Draw(t, "bars held")),
		}
	})
	intent := rapid.Custom(func(t *rapid.T) Intent {
		in := Intent{LeaveLong: rapid.Bool().Draw(t, "leave long"), LeaveShort: rapid.Bool().Draw(t, "leave short")}
		if rapid.Bool().Draw(t, "enter") {
			in.Enter = order.Draw(t, "order")
		}
		return in
	})
	return rapid.MapOfN(rapid.IntRange(0, b.Len()-1), intent, 0, 30).Draw(t, "intents")
}
