package simbars

import (
	"math"
	"time"

	"assay/internal/splitmix"
	"assay/market"
)

// Workload returns n one-minute bars of the benchmark series on which engines
// are compared (W1 to W3): a seeded geometric random walk, tick 0.25, start
// 4000, eight steps a minute, CME hours without holidays from Sunday
// 2022-01-02 on. Seed 42 and a million bars have published answers.
//
// Sessions follow the series' own count, one an evening from Sunday to
// Thursday, not the calendar: the answers were computed that way.
func Workload(n int, seed uint64) *market.Bars {
	w := walk{rng: splitmix.New(seed), x: math.Log(4000)}
	b := empty("ES", time.Minute, n)
	b.Segments = []market.Segment{{}}
	day := market.DateOf(time.Date(2022, 1, 2, 0, 0, 0, 0, time.UTC))
	for ; b.Len() < n; day++ {
		if day.Weekday() > time.Thursday {
			continue
		}
		w.x += float64(10 * workloadSigma * w.normal()) // overnight gap
		session := int32(len(b.Dates))
		b.Dates = append(b.Dates, day+1)
		y, m, d := day.Time().Date()
		open := time.Date(y, m, d, 17, 0, 0, 0, market.Zone()).Unix()
		for k := 0; k < 1380 && b.Len() < n; k++ {
			minute := (17*60 + k) % 1440
			b.Time = append(b.Time, open+int64(k)*60)
			b.Minute = append(b.Minute, int16(minute))
			b.Session = append(b.Session, session)
			b.Last = append(b.Last, k == 1379)
			w.bar(b, minute)
		}
	}
	return b
}

// workloadSigma is the standard deviation of a minute in the day session.
const workloadSigma = 0.00027

// walk is the state of the random walk: the logarithm of the price.
type walk struct {
	rng *splitmix.Source
	x   float64
}

func (w *walk) unit() float64 { return (float64(w.rng.Uint64()>>11) + 0.5) / (1 << 53) }

func (w *walk) normal() float64 {
	return math.Sqrt(-2*math.Log(w.unit())) * math.Cos(2*math.Pi*w.unit())
}

// bar appends the prices and the volume of one minute.
func (w *walk) bar(b *market.Bars, minute int) {
	const parts = 8
	sigma := workloadSigma
	if minute < 8*60+30 || minute >= 15*60 {
		sigma *= 0.5
	}
	step := sigma / math.Sqrt(parts)
	var open, high, low, last int32
	for k := range parts {
		w.x += float64(step * w.normal())
		last = int32(math.Round(math.Exp(w.x) / 0.25))
		if k == 0 {
			open, high, low = last, last, last
		}
		high, low = max(high, last), min(low, last)
	}
	b.Open, b.High = append(b.Open, open), append(b.High, high)
	b.Low, b.Close = append(b.Low, low), append(b.Close, last)
	b.Volume = append(b.Volume, int32(50+w.rng.Uint64()%2000))
}

// empty returns bars with room for n.
func empty(root string, interval time.Duration, n int) *market.Bars {
	prices := func() []int32 { return make([]int32, 0, n) }
	return &market.Bars{
		Root: root, Interval: interval,
		Time: make([]int64, 0, n),
		Open: prices(), High: prices(), Low: prices(), Close: prices(), Volume: prices(),
		Minute: make([]int16, 0, n), Session: prices(), Last: make([]bool, 0, n),
	}
}
