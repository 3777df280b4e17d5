package engine

import (
	"testing"

	"assay/strategy"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// drawTurns draws a run in which many positions are turned the short way.
func drawTurns(t *rapid.T) run {
	r := drawRun(t)
	r.limits = strategy.Limits{Contracts: r.limits.Contracts, Flat: -1, Reverse: true}
	for i := range r.signals.Enter {
		if e := &r.signals.Enter[i]; rapid.IntRange(0, 3).Draw(t, "bare") > 0 {
			*e = strategy.Entry{Bar: e.Bar, Side: e.Side, Reason: e.Reason}
		}
	}
	if rapid.Bool().Draw(t, "no leaves") {
		r.signals.Leave = nil
	}
	return r
}

func drawAny(t *rapid.T) run {
	if rapid.Bool().Draw(t, "turns") {
		return drawTurns(t)
	}
	return drawRun(t)
}

// The short ways through a bar end where the long way ends.
func TestTurnsOneBarAtATime(t *testing.T) {
	turned := 0
	rapid.Check(t, func(t *rapid.T) {
		r := drawTurns(t)
		k, p := NewBook(r.bars, r.limits, r.costs), signals{Signals: r.signals}
		for bar, ok := p.at(); ok; bar, ok = p.at() {
			k.Advance(k.next, max(k.next, bar+1))
			if k.flip(&p, r.bars.Len()) {
				turned++
				continue
			}
			_, in, _ := p.next()
			k.Want(in)
		}
		compare(t, r.steps(), r.ledger())
	})
	if turned == 0 {
		t.Error("no position was turned the short way")
	}
}

// steps is the run played bar by bar, by no short way.
func (r run) steps() Ledger {
	k, p := NewBook(r.bars, r.limits, r.costs), signals{Signals: r.signals}
	bar, in, ok := p.next()
	for i := range r.bars.Len() {
		k.Advance(i, i+1)
		if ok && bar == i {
			k.Want(in)
			bar, in, ok = p.next()
		}
	}
	return k.Ledger()
}

// A book that only counts, played in pieces, counts what the ledger says.
func TestTalliesAreTheLedgersOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawAny(t)
		k := NewBook(r.bars, r.limits, r.costs)
		k.tally = new(Tally)
		rest := r.signals
		for at := 0; at < r.bars.Len(); {
			at = min(r.bars.Len(), at+rapid.IntRange(1, 40).Draw(t, "stretch"))
			var piece strategy.Signals
			piece, rest = cut(rest, int32(at))
			k.play(piece, at)
		}
		if d := cmp.Diff(TallyOf(r.ledger()), k.result()); d != "" {
			t.Fatalf("tally (-ledger +counted)\n%s", d)
		}
	})
}

// cut parts signals at a bar.
func cut(s strategy.Signals, bar int32) (before, after strategy.Signals) {
	i, j := 0, 0
	for ; i < len(s.Enter) && s.Enter[i].Bar < bar; i++ {
	}
	for ; j < len(s.Leave) && s.Leave[j].Bar < bar; j++ {
	}
	before, after = s, s
	before.Enter, after.Enter = s.Enter[:i], s.Enter[i:]
	before.Leave, after.Leave = s.Leave[:j], s.Leave[j:]
	return before, after
}
