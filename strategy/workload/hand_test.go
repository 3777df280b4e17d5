package workload

import (
	"testing"

	"assay/market"
)

// The loops by hand have to earn what they are compared with.
func TestHandLoopsGiveTheAnswers(t *testing.T) {
	bars := Series(Bars)
	for name, c := range map[string]struct {
		hand func() (market.Money, int)
		want Answer
	}{
		"W1": {func() (market.Money, int) { return HandW1(bars, 12, 48) }, AnswerW1()},
		"W3": {func() (market.Money, int) { return HandW3(bars) }, AnswerW3()},
	} {
		if net, trades := c.hand(); net != c.want.Net || trades != c.want.Trades {
			t.Errorf("%s by hand: %d trades, %s; want %d, %s", name, trades, net, c.want.Trades, c.want.Net)
		}
	}
}

func TestSetsOfTheSweeps(t *testing.T) {
	if n, m := len(W2().Sets), len(Grid().Sets); n != 90 || m != 810 {
		t.Errorf("%d and %d sets, want 90 and 810", n, m)
	}
}
