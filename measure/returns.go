package measure

import "math"

// tradingDays annualises: exchange days in a year.
const tradingDays = 252

// Mean returns the arithmetic mean of x; not ok when x is empty.
func Mean(x []float64) (mean float64, ok bool) {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x)), len(x) > 0
}

// Deviation returns the mean and the sample deviation (n-1) of x. It is not ok
// for fewer than two values, nor when the deviation is nothing but rounding.
func Deviation(x []float64) (mean, deviation float64, ok bool) {
	mean, _ = Mean(x)
	squares := 0.0
	for _, v := range x {
		squares += float64((v - mean) * (v - mean))
	}
	deviation = math.Sqrt(squares / float64(len(x)-1))
	return mean, deviation, len(x) > 1 && deviation >= 1e-12*max(1, math.Abs(mean))
}

// Sharpe returns the annual Sharpe ratio of daily returns at a risk-free rate
// of 0: mean over sample deviation, times the root of 252.
func Sharpe(daily []float64) (float64, bool) {
	m, s, ok := Deviation(daily)
	return m / s * math.Sqrt(tradingDays), ok
}

// Sortino returns the annual Sortino ratio: like Sharpe, but over the root
// mean square of the losses. The mean runs over all days, so that a gain
// counts as no loss rather than as no day. Not ok without a losing day.
func Sortino(daily []float64) (float64, bool) {
	m, _ := Mean(daily)
	squares := 0.0
	for _, v := range daily {
		if v < 0 {
			squares += float64(v * v)
		}
	}
	return m / math.Sqrt(squares/float64(len(daily))) * math.Sqrt(tradingDays), squares > 0
}

// AnnualReturn returns the mean daily return times 252.
func AnnualReturn(daily []float64) (float64, bool) {
	m, ok := Mean(daily)
	return m * tradingDays, ok
}

// Volatility returns the sample deviation of daily returns times the root of
// 252; 0 when the returns are all alike.
func Volatility(daily []float64) (float64, bool) {
	_, s, ok := Deviation(daily)
	if !ok {
		s = 0
	}
	return s * math.Sqrt(tradingDays), len(daily) > 1
}

// TStat returns the t statistic of the mean of x.
func TStat(x []float64) (float64, bool) {
	m, s, ok := Deviation(x)
	return m / (s / math.Sqrt(float64(len(x)))), ok
}

// NeweyWestT returns the t statistic of the mean of x with the variance of
// Newey and West (1987): Bartlett weights up to floor(4 (n/100)^(2/9)) lags.
func NeweyWestT(x []float64) (float64, bool) {
	mean, _, ok := Deviation(x)
	if !ok {
		return 0, false
	}
	n := float64(len(x))
	lags := int(4 * math.Pow(n/100, 2.0/9))
	variance := autocovariance(x, mean, 0)
	for k := 1; k <= lags; k++ {
		weight := 1 - float64(k)/float64(lags+1)
		variance += float64(2 * weight * autocovariance(x, mean, k))
	}
	return mean / math.Sqrt(variance/n), variance > 0
}

// autocovariance is the population one, divided by n at every lag.
func autocovariance(x []float64, mean float64, lag int) float64 {
	sum := 0.0
	for i := lag; i < len(x); i++ {
		sum += float64((x[i] - mean) * (x[i-lag] - mean))
	}
	return sum / float64(len(x))
}

// LoFactor returns what takes the place of sqrt(periods) when a Sharpe ratio
// is annualised over returns with first autocorrelation rho, |rho| < 1 (Lo
// 2002, AR(1)).
func LoFactor(rho float64, periods int) float64 {
	q, sum := float64(periods), 0.0
	for k := 1; k < periods; k++ {
		sum += float64((q - float64(k)) * math.Pow(rho, float64(k)))
	}
	return q / math.Sqrt(q+2*sum)
}
