package reference

import (
	"fmt"

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

// because fills a rule's text with the values of parameters; the text is the
// one that a trade must give as its reason.
func (v Params) because(rule string, names ...string) string {
	values := make([]any, len(names))
	for i, name := range names {
		values[i] = v[name]
	}
	return fmt.Sprintf(rule, values...)
}

// tick is that of ES and MES, in points.
const tick = 0.25

// Starters returns the five, ordered by file name.
func Starters() []Starter {
	day := strategy.Limits{Contracts: 1, EntryFrom: 510, EntryTo: 900, FlatAtClose: true}
	limits := func(flat int16, trades int32, loss market.Money) strategy.Limits {
		l := day
		l.Flat, l.TradesPerDay, l.DailyLoss = flat, trades, loss*market.Dollar
		return l
	}
	return []Starter{
		{"mes_gap_fade.yaml", limits(14*60, 1, 500), gapFade},
		{"mes_mean_reversion.yaml", limits(14*60+50, 4, 400), meanReversion},
		{"mes_orb_breakout.yaml", limits(14*60+55, 2, 400), orbBreakout},
		{"mes_trend_following.yaml", strategy.Limits{
			Contracts: 1, Flat: -1, TradesPerDay: 2, DailyLoss: 1000 * market.Dollar,
		}, trendFollowing},
		{"mes_vwap_scalper.yaml", limits(14*60+50, 6, 300), vwapScalper},
	}
}

func gapFade(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	gap, yesterday := gapAndClose(b, p)
	elapsed, stop := sinceOpen(b), atr(p, 14)
	small, large := v["smallest"], v["largest"]
	s := sheet{b: b, reasons: []string{
		v.because("long: gap < -%g points and gap > -%g points and close > open and "+
			"close < previous_session.close - 2 points when minutes_since_open <= %g", "smallest", "largest", "patience"),
		v.because("short: gap > %g points and gap < %g points and close < open and "+
			"close > previous_session.close + 2 points when minutes_since_open <= %g", "smallest", "largest", "patience"),
	}}
	for i := range b.Len() {
		when := elapsed[i] <= v["patience"]
		long := gap[i] < -small && gap[i] > -large && p.close[i] > p.open[i] && p.close[i] < yesterday[i]-2
		short := gap[i] > small && gap[i] < large && p.close[i] < p.open[i] && p.close[i] > yesterday[i]+2
		s.enter(i, long && when, short && when, v["stop_atr"]*stop[i], s.at(i, yesterday[i]))
	}
	return s.signals()
}

func meanReversion(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	lower, middle, upper := bollinger(p.close, int(v["length"]), v["width"])
	strength, stop := rsi(p.close, 14), atr(p, 14)
	elapsed, left := sinceOpen(b), toClose(b)
	s := sheet{b: b, reasons: []string{
		v.because("long: close < bollinger(%g, %g).lower and rsi(14) < %g "+
			"when minutes_since_open >= 15 and minutes_to_close >= 45", "length", "width", "tired"),
		v.because("short: close > bollinger(%g, %g).upper and rsi(14) > 100 - %g "+
			"when minutes_since_open >= 15 and minutes_to_close >= 45", "length", "width", "tired"),
	}}
	for i := range b.Len() {
		when := elapsed[i] >= 15 && left[i] >= 45
		long := p.close[i] < lower[i] && strength[i] < v["tired"]
		short := p.close[i] > upper[i] && strength[i] > 100-v["tired"]
		s.enter(i, long && when, short && when, v["stop_atr"]*stop[i], s.at(i, middle[i]))
	}
	return s.signals()
}

func orbBreakout(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	high, low := openingRange(b, p, int(v["range_minutes"]))
	usual, elapsed, stop := sma(p.volume, 20), sinceOpen(b), atr(p, 14)
	s := sheet{b: b, reasons: []string{
		v.because("long: close crosses above opening_range(%g).high "+
			"when minutes_since_open <= 240 and volume > %g * average(volume, 20)", "range_minutes", "busy"),
		v.because("short: close crosses below opening_range(%g).low "+
			"when minutes_since_open <= 240 and volume > %g * average(volume, 20)", "range_minutes", "busy"),
	}}
	for i := range b.Len() {
		when := elapsed[i] <= 240 && p.volume[i] > v["busy"]*usual[i]
		long, short := crossesAbove(p.close, high, i), crossesBelow(p.close, low, i)
		stop := v["stop_atr"] * stop[i]
		s.enter(i, long && when, short && when, stop, s.away(v["target_r"]*risk(stop)))
	}
	return s.signals()
}

func trendFollowing(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	high, low := donchian(p, int(v["breakout"]))
	fast, slow := ema(p.close, int(v["fast"])), ema(p.close, int(v["slow"]))
	trend, stop := adx(p, 14), atr(p, 100)
	s := sheet{b: b, reasons: []string{
		v.because("long: close > donchian(%g).high and ema(close, %g) > ema(close, %g) when adx(14) > 20",
			"breakout", "fast", "slow"),
		v.because("short: close < donchian(%g).low and ema(close, %g) < ema(close, %g) when adx(14) > 20",
			"breakout", "fast", "slow"),
	}}
	for i := range b.Len() {
		long := p.close[i] > high[i] && fast[i] > slow[i]
		short := p.close[i] < low[i] && fast[i] < slow[i]
		s.enter(i, long && trend[i] > 20, short && trend[i] > 20, v["stop_atr"]*stop[i], target{})
		s.leave(i, crossesBelow(fast, slow, i), crossesAbove(fast, slow, i))
	}
	return s.signals()
}

func vwapScalper(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	lower, middle, upper := vwap(b, p, v["pull"])
	trend, stop := adx(p, 14), atr(p, 14)
	elapsed, left := sinceOpen(b), toClose(b)
	s := sheet{b: b, reasons: []string{
		v.because("long: close crosses above vwap_bands(%g).lower "+
			"when adx(14) < %g and minutes_since_open >= 30 and minutes_to_close >= 45", "pull", "calm"),
		v.because("short: close crosses below vwap_bands(%g).upper "+
			"when adx(14) < %g and minutes_since_open >= 30 and minutes_to_close >= 45", "pull", "calm"),
	}}
	for i := range b.Len() {
		when := trend[i] < v["calm"] && elapsed[i] >= 30 && left[i] >= 45
		long, short := crossesAbove(p.close, lower, i), crossesBelow(p.close, upper, i)
		s.enter(i, long && when, short && when, v["stop_atr"]*stop[i], s.at(i, middle[i]))
	}
	return s.signals()
}
