package engine

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/strategy/workload"
)

// Whoever plays while the rules are evaluated gets the ledger of who evaluates
// them first.
func TestPlayIsRunOfEval(t *testing.T) {
	bars := million().Truncate(100_003)
	for name, w := range map[string]swept{"W1": w1(), "W3": w3()} {
		got, err := Play(bars, w.program(t, nil), w.Limits, Simple())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(w.alone(t, bars, nil), got); d != "" {
			t.Errorf("%s (-run +played)\n%s", name, d)
		}
	}
}

// The published answers, through the rules as a user would write them.
func TestWorkloadsThroughTheRules(t *testing.T) {
	for name, c := range map[string]struct {
		work swept
		want workload.Answer
	}{"W1": {w1(), workload.AnswerW1()}, "W3": {w3(), workload.AnswerW3()}} {
		l, err := Play(million(), c.work.program(t, nil), c.work.Limits, Simple())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(c.want, answerOf(l)); d != "" {
			t.Errorf("%s (-want +got)\n%s", name, d)
		}
	}
}

// However the pace of a ledger changes, it is copied only a few times.
func TestLongListsGrowInFewSteps(t *testing.T) {
	for name, pace := range map[string]func(i int) bool{
		"even":       func(i int) bool { return i%38 == 0 },
		"early":      func(i int) bool { return i < 50_000 },
		"late":       func(i int) bool { return i >= 950_000 },
		"every time": func(int) bool { return true },
	} {
		const n = 1_000_000
		var list []int
		steps := 0
		for i := range n {
			if !pace(i) {
				continue
			}
			if len(list) == cap(list) {
				steps++
			}
			list = append(roomy(list, 1, i, n), i)
		}
		if spare := cap(list) - len(list); steps > 20 || spare > max(1<<16, len(list)) {
			t.Errorf("%s: %d entries grew in %d steps, %d to spare", name, len(list), steps, spare)
		}
	}
}
