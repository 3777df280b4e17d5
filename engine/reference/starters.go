package reference

import (
	"assay/market"
	"assay/strategy"
)

// Starter is one of the strategies of strategy/library, written out by hand.
type Starter struct {
	File   string // its name there
	Limits strategy.Limits
	Rules  func(*market.Bars, Params) strategy.Signals
}

// Params are the values of a strategy's parameters by name.
type Params map[string]float64

// tick is that of ES and MES, in points.
const tick = 0.25

// Starters returns them all, ordered by file name.
func Starters() []Starter {
	day := strategy.Limits{Contracts: 1, EntryFrom: 510, EntryTo: 900, FlatAtClose: true}
	limits := func(flat int16, trades int32, loss market.Money) strategy.Limits {
		l := day
		l.Flat, l.TradesPerDay, l.DailyLoss = flat, trades, loss*market.Dollar
		return l
	}
	allHours := func(loss market.Money) strategy.Limits {
		return strategy.Limits{Contracts: 1, Flat: -1, TradesPerDay: 2, DailyLoss: loss * market.Dollar}
	}
	return []Starter{
		{"mes_gap_fade.yaml", limits(14*60, 1, 500), mesGapFade},
		{"mes_mean_reversion.yaml", limits(14*60+50, 4, 400), mesMeanReversion},
		{"mes_momentum_surge.yaml", limits(14*60+50, 3, 400), mesMomentumSurge},
		{"mes_orb_breakout.yaml", limits(14*60+55, 2, 400), mesOrbBreakout},
		{"mes_range_scalper.yaml", limits(14*60+50, 4, 300), mesRangeScalper},
		{"mes_reversal_hunter.yaml", limits(14*60+55, 2, 400), mesReversalHunter},
		{"mes_rth_breakout.yaml", limits(14*60+55, 2, 400), mesRthBreakout},
		{"mes_trend_following.yaml", allHours(1000), mesTrendFollowing},
		{"mes_vwap_bounce.yaml", limits(14*60+50, 4, 300), mesVwapBounce},
		{"mes_vwap_scalper.yaml", limits(14*60+50, 6, 300), mesVwapScalper},
		{"mnq_breakout_retest.yaml", limits(14*60+50, 3, 400), mnqBreakoutRetest},
		{"mnq_exhaustion_fade.yaml", limits(14*60+50, 3, 400), mnqExhaustionFade},
		{"mnq_gap_fill.yaml", limits(14*60, 1, 500), mnqGapFill},
		{"mnq_mean_reversion.yaml", limits(14*60+50, 4, 500), mnqMeanReversion},
		{"mnq_micro_pullback.yaml", limits(14*60+50, 4, 400), mnqMicroPullback},
		{"mnq_momentum_burst.yaml", limits(14*60+50, 4, 400), mnqMomentumBurst},
		{"mnq_orb_breakout.yaml", limits(14*60+30, 1, 500), mnqOrbBreakout},
		{"mnq_trend_rider.yaml", allHours(800), mnqTrendRider},
		{"mnq_vwap_bias.yaml", limits(14*60+50, 4, 400), mnqVwapBias},
		{"mnq_vwap_reclaim.yaml", limits(14*60+50, 3, 400), mnqVwapReclaim},
	}
}
