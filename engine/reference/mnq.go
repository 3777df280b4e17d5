package reference

import (
	"math"

	"assay/market"
	"assay/strategy"
)

// The ten strategies on MNQ, in the order of their files.

func mnqBreakoutRetest(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	high, low := donchian(p, int(v["lookback"]))
	span, elapsed, left := atr(p, 14), sinceOpen(b), toClose(b)
	s := newSheet(b, v,
		"close > donchian({lookback}).high + 0.25 * atr(14)",
		"close < donchian({lookback}).low - 0.25 * atr(14)",
		"minutes_since_open >= 15 and minutes_to_close >= 75")
	for i := range b.Len() {
		when := elapsed[i] >= 15 && left[i] >= 75
		long, short := p.close[i] > high[i]+0.25*span[i], p.close[i] < low[i]-0.25*span[i]
		broken := high[i]
		if short {
			broken = low[i]
		}
		stop := away(v["stop_atr"] * span[i])
		s.enter(i, long && when, short && when, order{
			stop: stop, target: away(v["target_r"] * risk(stop)),
			limit: s.at(i, broken), wait: v["patience"],
		})
	}
	return s.said
}

func mnqExhaustionFade(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	mean, span := ema(p.close, 20), atr(p, 14)
	_, d := stochastic(p, 14, 3, 3)
	elapsed, left := sinceOpen(b), toClose(b)
	s := newSheet(b, v,
		"ema(close, 20) - low > {stretch} * atr(14) and stochastic(14, 3, 3).d < {extreme} and "+
			"close > open and close > ago(close, 1)",
		"high - ema(close, 20) > {stretch} * atr(14) and stochastic(14, 3, 3).d > 100 - {extreme} and "+
			"close < open and close < ago(close, 1)",
		"minutes_since_open >= 30 and minutes_to_close >= 45")
	for i := range b.Len() {
		when := elapsed[i] >= 30 && left[i] >= 45
		far, before := v["stretch"]*span[i], ago(p.close, i, 1)
		long := mean[i]-p.low[i] > far && d[i] < v["extreme"] && p.close[i] > p.open[i] && p.close[i] > before
		short := p.high[i]-mean[i] > far && d[i] > 100-v["extreme"] && p.close[i] < p.open[i] && p.close[i] < before
		stop := away(v["stop_atr"] * span[i])
		s.enter(i, long && when, short && when, order{
			stop: stop, target: away(v["target_r"] * risk(stop)), after: v["hold"],
		})
	}
	return s.said
}

func mnqGapFill(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	gap, yesterday := gapAndClose(b, p)
	opened, span, elapsed := daysOpen(b, p), atr(p, 14), sinceOpen(b)
	s := newSheet(b, v,
		"close crosses above session_open and gap < -{smallest} * atr(14) and gap > -{largest} * atr(14)",
		"close crosses below session_open and gap > {smallest} * atr(14) and gap < {largest} * atr(14)",
		"minutes_since_open <= {patience}")
	for i := range b.Len() {
		when := elapsed[i] <= v["patience"]
		small, large := v["smallest"]*span[i], v["largest"]*span[i]
		long := crossesAbove(p.close, opened, i) && gap[i] < -small && gap[i] > -large
		short := crossesBelow(p.close, opened, i) && gap[i] > small && gap[i] < large
		s.enter(i, long && when, short && when, order{
			stop: away(v["stop_gap"] * math.Abs(gap[i])), target: s.at(i, yesterday[i]),
		})
	}
	return s.said
}

func mnqMeanReversion(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	lower, middle, upper := keltner(p, int(v["length"]), v["width"])
	strength, span := rsi(p.close, 2), atr(p, 14)
	elapsed, left := sinceOpen(b), toClose(b)
	s := newSheet(b, v,
		"close < keltner({length}, {width}).lower and rsi(2) < {spent}",
		"close > keltner({length}, {width}).upper and rsi(2) > 100 - {spent}",
		"minutes_since_open >= 30 and minutes_to_close >= 60")
	for i := range b.Len() {
		when := elapsed[i] >= 30 && left[i] >= 60
		long := p.close[i] < lower[i] && strength[i] < v["spent"]
		short := p.close[i] > upper[i] && strength[i] > 100-v["spent"]
		s.enter(i, long && when, short && when, order{
			stop: away(v["stop_atr"] * span[i]), target: s.at(i, middle[i]), after: v["hold"],
		})
	}
	return s.said
}

func mnqMicroPullback(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	high, low := donchian(p, int(v["extreme"]))
	fast, slow := ema(p.close, 9), ema(p.close, 21)
	trend, span := adx(p, 14), atr(p, 14)
	s := newSheet(b, v,
		"close > donchian({extreme}).high and ema(close, 9) > ema(close, 21)",
		"close < donchian({extreme}).low and ema(close, 9) < ema(close, 21)",
		"adx(14) > 20 and time >= 09:00 and time <= 14:00")
	for i := range b.Len() {
		when := trend[i] > 20 && clock(b, i) >= 9*60 && clock(b, i) <= 14*60
		long := p.close[i] > high[i] && fast[i] > slow[i]
		short := p.close[i] < low[i] && fast[i] < slow[i]
		stop, back := away(v["stop_atr"]*span[i]), v["pullback"]*span[i]
		if short {
			back = -back
		}
		s.enter(i, long && when, short && when, order{
			stop: stop, target: away(v["target_r"] * risk(stop)),
			limit: s.at(i, p.close[i]-back), wait: v["patience"],
		})
	}
	return s.said
}

func mnqMomentumBurst(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	histogram := macd(p.close, int(v["quick"]), int(v["steady"]), 9)
	zero := make([]float64, b.Len())
	mean, span, usual := ema(p.close, int(v["steady"])), atr(p, 14), sma(p.volume, 20)
	elapsed, left := sinceOpen(b), toClose(b)
	s := newSheet(b, v,
		"macd({quick}, {steady}, 9).histogram crosses above 0 ticks and close - ema(close, {steady}) > {lead} * atr(14)",
		"macd({quick}, {steady}, 9).histogram crosses below 0 ticks and ema(close, {steady}) - close > {lead} * atr(14)",
		"volume > average(volume, 20) and minutes_since_open >= 15 and minutes_to_close >= 60")
	for i := range b.Len() {
		when := p.volume[i] > usual[i] && elapsed[i] >= 15 && left[i] >= 60
		long := crossesAbove(histogram, zero, i) && p.close[i]-mean[i] > v["lead"]*span[i]
		short := crossesBelow(histogram, zero, i) && mean[i]-p.close[i] > v["lead"]*span[i]
		s.enter(i, long && when, short && when, order{trail: away(v["trail_atr"] * span[i])})
		s.leave(i, histogram[i] < 0, histogram[i] > 0)
	}
	return s.said
}

func mnqOrbBreakout(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	high, low := openingRange(b, p, int(v["range_minutes"]))
	span := atr(p, 14)
	s := newSheet(b, v,
		"close crosses above opening_range({range_minutes}).high",
		"close crosses below opening_range({range_minutes}).low",
		"time <= 11:00 and "+
			"opening_range({range_minutes}).high - opening_range({range_minutes}).low < {widest} * atr(14)")
	for i := range b.Len() {
		width := high[i] - low[i]
		when := clock(b, i) <= 11*60 && width < v["widest"]*span[i]
		long, short := crossesAbove(p.close, high, i), crossesBelow(p.close, low, i)
		trail := away(v["stop_range"] * width)
		s.enter(i, long && when, short && when, order{trail: trail, target: away(v["target_r"] * risk(trail))})
	}
	return s.said
}

func mnqTrendRider(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	line, up, down := supertrend(p, int(v["length"]), v["width"])
	trend, span := ema(p.close, int(v["trend"])), atr(p, 100)
	s := newSheet(b, v,
		"close crosses above supertrend({length}, {width}).line and close > ema(close, {trend})",
		"close crosses below supertrend({length}, {width}).line and close < ema(close, {trend})",
		"")
	for i := range b.Len() {
		long := crossesAbove(p.close, line, i) && p.close[i] > trend[i]
		short := crossesBelow(p.close, line, i) && p.close[i] < trend[i]
		s.enter(i, long, short, order{stop: away(v["stop_atr"] * span[i])})
		s.leave(i, down[i], up[i])
	}
	return s.said
}

func mnqVwapBias(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	_, mean, _ := vwap(b, p, 1)
	fast, slow, span := ema(p.close, int(v["quick"])), ema(p.close, int(v["steady"])), atr(p, 14)
	elapsed, left := sinceOpen(b), toClose(b)
	s := newSheet(b, v,
		"ema(close, {quick}) crosses above ema(close, {steady}) and close > vwap + {clear} * atr(14)",
		"ema(close, {quick}) crosses below ema(close, {steady}) and close < vwap - {clear} * atr(14)",
		"minutes_since_open >= 30 and minutes_to_close >= 60")
	for i := range b.Len() {
		when := elapsed[i] >= 30 && left[i] >= 60
		long := crossesAbove(fast, slow, i) && p.close[i] > mean[i]+v["clear"]*span[i]
		short := crossesBelow(fast, slow, i) && p.close[i] < mean[i]-v["clear"]*span[i]
		s.enter(i, long && when, short && when, order{stop: away(v["stop_atr"] * span[i])})
		s.leave(i, p.close[i] < mean[i], p.close[i] > mean[i])
	}
	return s.said
}

func mnqVwapReclaim(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	_, mean, _ := vwap(b, p, 1)
	above := each(b.Len(), func(i int) float64 { return p.close[i] - mean[i] })
	most, least := highest(above, int(v["away"])), lowest(above, int(v["away"]))
	span, usual, left := atr(p, 14), sma(p.volume, 20), toClose(b)
	s := newSheet(b, v,
		"close crosses above vwap and ago(highest(close - vwap, {away}), 1) < 0 ticks",
		"close crosses below vwap and ago(lowest(close - vwap, {away}), 1) > 0 ticks",
		"volume > average(volume, 20) and minutes_to_close >= 60")
	for i := range b.Len() {
		when := p.volume[i] > usual[i] && left[i] >= 60
		long := crossesAbove(p.close, mean, i) && ago(most, i, 1) < 0
		short := crossesBelow(p.close, mean, i) && ago(least, i, 1) > 0
		stop, slack := away(v["stop_atr"]*span[i]), v["relapse"]*span[i]
		s.enter(i, long && when, short && when, order{stop: stop, target: away(v["target_r"] * risk(stop))})
		s.leave(i, p.close[i] < mean[i]-slack, p.close[i] > mean[i]+slack)
	}
	return s.said
}
