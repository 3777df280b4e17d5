package reference

import (
	"assay/market"
	"assay/strategy"
)

// The ten strategies on MES, in the order of their files.

func mesGapFade(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	gap, yesterday := gapAndClose(b, p)
	elapsed, stop := sinceOpen(b), atr(p, 14)
	small, large := v["smallest"], v["largest"]
	s := newSheet(b, v,
		"gap < -{smallest} points and gap > -{largest} points and close > open and close < previous_session.close - 2 points",
		"gap > {smallest} points and gap < {largest} points and close < open and close > previous_session.close + 2 points",
		"minutes_since_open <= {patience}")
	for i := range b.Len() {
		when := elapsed[i] <= v["patience"]
		long := gap[i] < -small && gap[i] > -large && p.close[i] > p.open[i] && p.close[i] < yesterday[i]-2
		short := gap[i] > small && gap[i] < large && p.close[i] < p.open[i] && p.close[i] > yesterday[i]+2
		s.enter(i, long && when, short && when, order{
			stop: away(v["stop_atr"] * stop[i]), target: s.at(i, yesterday[i]),
		})
	}
	return s.said
}

func mesMeanReversion(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	lower, middle, upper := bollinger(p.close, int(v["length"]), v["width"])
	strength, stop := rsi(p.close, 14), atr(p, 14)
	elapsed, left := sinceOpen(b), toClose(b)
	s := newSheet(b, v,
		"close < bollinger({length}, {width}).lower and rsi(14) < {tired}",
		"close > bollinger({length}, {width}).upper and rsi(14) > 100 - {tired}",
		"minutes_since_open >= 15 and minutes_to_close >= 45")
	for i := range b.Len() {
		when := elapsed[i] >= 15 && left[i] >= 45
		long := p.close[i] < lower[i] && strength[i] < v["tired"]
		short := p.close[i] > upper[i] && strength[i] > 100-v["tired"]
		s.enter(i, long && when, short && when, order{
			stop: away(v["stop_atr"] * stop[i]), target: s.at(i, middle[i]),
		})
	}
	return s.said
}

func mesMomentumSurge(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	span, usual := atr(p, 14), sma(p.volume, 20)
	elapsed, left := sinceOpen(b), toClose(b)
	s := newSheet(b, v,
		"close - open > {surge} * ago(atr(14), 1) and high - close < 0.25 * (high - low)",
		"open - close > {surge} * ago(atr(14), 1) and close - low < 0.25 * (high - low)",
		"volume > {busy} * average(volume, 20) and minutes_since_open >= 15 and minutes_to_close >= 60")
	for i := range b.Len() {
		when := p.volume[i] > v["busy"]*usual[i] && elapsed[i] >= 15 && left[i] >= 60
		move, reach := p.close[i]-p.open[i], v["surge"]*ago(span, i, 1)
		quarter := 0.25 * (p.high[i] - p.low[i])
		long := move > reach && p.high[i]-p.close[i] < quarter
		short := -move > reach && p.close[i]-p.low[i] < quarter
		s.enter(i, long && when, short && when, order{
			trail: away(v["trail_atr"] * span[i]), after: v["hold"],
		})
	}
	return s.said
}

func mesOrbBreakout(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	high, low := openingRange(b, p, int(v["range_minutes"]))
	usual, elapsed, stop := sma(p.volume, 20), sinceOpen(b), atr(p, 14)
	s := newSheet(b, v,
		"close crosses above opening_range({range_minutes}).high",
		"close crosses below opening_range({range_minutes}).low",
		"minutes_since_open <= 240 and volume > {busy} * average(volume, 20)")
	for i := range b.Len() {
		when := elapsed[i] <= 240 && p.volume[i] > v["busy"]*usual[i]
		long, short := crossesAbove(p.close, high, i), crossesBelow(p.close, low, i)
		stop := away(v["stop_atr"] * stop[i])
		s.enter(i, long && when, short && when, order{stop: stop, target: away(v["target_r"] * risk(stop))})
	}
	return s.said
}

func mesRangeScalper(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	high, low := donchian(p, int(v["range_bars"]))
	trend, span := adx(p, 14), atr(p, 14)
	elapsed, left := sinceOpen(b), toClose(b)
	s := newSheet(b, v,
		"close - donchian({range_bars}).low < 0.4 * (donchian({range_bars}).high - donchian({range_bars}).low)",
		"donchian({range_bars}).high - close < 0.4 * (donchian({range_bars}).high - donchian({range_bars}).low)",
		"adx(14) < {calm} and minutes_since_open >= 30 and minutes_to_close >= 60")
	for i := range b.Len() {
		when := trend[i] < v["calm"] && elapsed[i] >= 30 && left[i] >= 60
		width := high[i] - low[i]
		long, short := p.close[i]-low[i] < 0.4*width, high[i]-p.close[i] < 0.4*width
		edge := low[i]
		if short {
			edge = high[i]
		}
		s.enter(i, long && when, short && when, order{
			stop: away(v["stop_atr"] * span[i]), target: away(0.5 * width),
			limit: s.at(i, edge), wait: v["patience"],
		})
	}
	return s.said
}

func mesReversalHunter(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	high, low := yesterdaysRange(b, p)
	lows, highs := lowest(p.low, int(v["trap"])), highest(p.high, int(v["trap"]))
	span, left := atr(p, 14), toClose(b)
	s := newSheet(b, v,
		"close crosses above previous_session.low and "+
			"lowest(low, {trap}) < previous_session.low - 0.25 * atr(14) and close > open",
		"close crosses below previous_session.high and "+
			"highest(high, {trap}) > previous_session.high + 0.25 * atr(14) and close < open",
		"minutes_to_close >= 60")
	for i := range b.Len() {
		when := left[i] >= 60
		long := crossesAbove(p.close, low, i) && lows[i] < low[i]-0.25*span[i] && p.close[i] > p.open[i]
		short := crossesBelow(p.close, high, i) && highs[i] > high[i]+0.25*span[i] && p.close[i] < p.open[i]
		stop := away(v["stop_atr"] * span[i])
		s.enter(i, long && when, short && when, order{
			stop: stop, target: away(v["target_r"] * risk(stop)), after: v["hold"],
		})
	}
	return s.said
}

func mesRthBreakout(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	high, low := yesterdaysRange(b, p)
	span, elapsed, left := atr(p, 14), sinceOpen(b), toClose(b)
	above := each(b.Len(), func(i int) float64 { return high[i] + v["beyond"]*span[i] })
	below := each(b.Len(), func(i int) float64 { return low[i] - v["beyond"]*span[i] })
	s := newSheet(b, v,
		"close crosses above previous_session.high + {beyond} * atr(14)",
		"close crosses below previous_session.low - {beyond} * atr(14)",
		"minutes_since_open >= {settle} and minutes_to_close >= 60")
	for i := range b.Len() {
		when := elapsed[i] >= v["settle"] && left[i] >= 60
		long, short := crossesAbove(p.close, above, i), crossesBelow(p.close, below, i)
		stop := away(v["stop_atr"] * span[i])
		s.enter(i, long && when, short && when, order{stop: stop, target: away(v["target_r"] * risk(stop))})
	}
	return s.said
}

func mesTrendFollowing(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	high, low := donchian(p, int(v["breakout"]))
	fast, slow := ema(p.close, int(v["fast"])), ema(p.close, int(v["slow"]))
	trend, stop := adx(p, 14), atr(p, 100)
	s := newSheet(b, v,
		"close > donchian({breakout}).high and ema(close, {fast}) > ema(close, {slow})",
		"close < donchian({breakout}).low and ema(close, {fast}) < ema(close, {slow})",
		"adx(14) > 20")
	for i := range b.Len() {
		long := p.close[i] > high[i] && fast[i] > slow[i]
		short := p.close[i] < low[i] && fast[i] < slow[i]
		s.enter(i, long && trend[i] > 20, short && trend[i] > 20, order{stop: away(v["stop_atr"] * stop[i])})
		s.leave(i, crossesBelow(fast, slow, i), crossesAbove(fast, slow, i))
	}
	return s.said
}

func mesVwapBounce(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	_, mean, _ := vwap(b, p, 1)
	span, elapsed, left := atr(p, 14), sinceOpen(b), toClose(b)
	s := newSheet(b, v,
		"vwap > ago(vwap, {slope}) and ago(close, 1) > vwap and "+
			"low <= vwap + {touch} * atr(14) and close > vwap and close > open",
		"vwap < ago(vwap, {slope}) and ago(close, 1) < vwap and "+
			"high >= vwap - {touch} * atr(14) and close < vwap and close < open",
		"minutes_since_open >= 45 and minutes_to_close >= 45")
	for i := range b.Len() {
		when := elapsed[i] >= 45 && left[i] >= 45
		m, then, last, near := mean[i], ago(mean, i, int(v["slope"])), ago(p.close, i, 1), v["touch"]*span[i]
		long := m > then && last > m && p.low[i] <= m+near && p.close[i] > m && p.close[i] > p.open[i]
		short := m < then && last < m && p.high[i] >= m-near && p.close[i] < m && p.close[i] < p.open[i]
		stop := away(v["stop_atr"] * span[i])
		s.enter(i, long && when, short && when, order{stop: stop, target: away(v["target_r"] * risk(stop))})
	}
	return s.said
}

func mesVwapScalper(b *market.Bars, v Params) strategy.Signals {
	p := pricesOf(b)
	lower, middle, upper := vwap(b, p, v["pull"])
	trend, stop := adx(p, 14), atr(p, 14)
	elapsed, left := sinceOpen(b), toClose(b)
	s := newSheet(b, v,
		"close crosses above vwap_bands({pull}).lower",
		"close crosses below vwap_bands({pull}).upper",
		"adx(14) < {calm} and minutes_since_open >= 30 and minutes_to_close >= 45")
	for i := range b.Len() {
		when := trend[i] < v["calm"] && elapsed[i] >= 30 && left[i] >= 45
		long, short := crossesAbove(p.close, lower, i), crossesBelow(p.close, upper, i)
		s.enter(i, long && when, short && when, order{
			stop: away(v["stop_atr"] * stop[i]), target: s.at(i, middle[i]),
		})
	}
	return s.said
}
