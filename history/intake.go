package history

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"assay"
	"assay/market"
)

// intake gathers the bars of one root from files that may hold several
// contracts side by side, and makes one series of them.
type intake struct {
	source   string // what is read, for errors
	contract market.Contract
	options  Options
	series   map[series]*months
	count    int            // bars held, of all series
	left     map[string]int // records left out, by what they were
	defined  int            // definitions seen
	joined   bool           // several contracts became one series
}

// series is one kind of record that bars can come from.
type series string

// The kinds, the one that is taken first where a file has several.
const (
	minuteBars series = "bars of a minute"
	secondBars series = "bars of a second"
	trades     series = "trades"
	hourBars   series = "bars of an hour"
)

var preferred = [...]series{minuteBars, secondBars, trades, hourBars}

// interval returns the length of the bars that a series gives.
func (s series) interval() time.Duration {
	if s == hourBars {
		return time.Hour
	}
	return time.Minute
}

// merges says whether several records make one bar.
func (s series) merges() bool { return s == secondBars || s == trades }

func newIntake(source string, o Options) (*intake, error) {
	r := &reader{}
	if err := r.choose(o); err != nil {
		return nil, err
	}
	if err := askedFor(o, true); err != nil {
		return nil, err
	}
	switch {
	case len(o.Columns) > 0:
		return nil, assay.Errorf(assay.Invalid, "leave --columns out", "%s has no header that names columns", source)
	case o.Stamp == StampEnd:
		return nil, assay.Errorf(assay.Invalid, "leave --stamp out",
			"%s stamps the start of its bars, by its format", source)
	}
	if o.Contract != "" {
		if err := fixedRolls(source, o, "gives one contract alone with --contract, which never rolls"); err != nil {
			return nil, err
		}
	}
	o.Rolls = o.Rolls.of(r.contract)
	return &intake{
		source: source, contract: r.contract, options: o,
		series: map[series]*months{}, left: map[string]int{},
	}, nil
}

// month returns where the bars of a contract go.
func (in *intake) month(s series, name string, due market.Delivery) *month {
	if in.series[s] == nil {
		in.series[s] = &months{}
	}
	return in.series[s].at(name, due)
}

// piece is a bar, or a part of one.
type piece struct {
	time   int64 // Unix seconds of its start
	prices [4]int32
	volume int64
}

// add puts a bar, or a part of one, where it belongs.
func (in *intake) add(s series, m *month, p piece) error {
	if s.merges() {
		p.time -= p.time % 60
	}
	c, n := &m.columns, len(m.columns.Time)
	switch {
	case p.volume < 0 || p.volume > 1<<31-1:
		return in.wrong(m.name, p.time, "fetch it again", "its volume is %d", p.volume)
	case p.time%int64(s.interval()/time.Second) != 0:
		return in.wrong(m.name, p.time, "fetch it again", "%s begin on the grid, and this one does not", s)
	case n > 0 && p.time < c.Time[n-1]:
		return in.wrong(m.name, p.time, "import the files oldest first, each once",
			"it comes after %s", rfc3339(c.Time[n-1]))
	case n > 0 && p.time == c.Time[n-1] && !s.merges():
		return in.wrong(m.name, p.time, "import each file once", "the bar is there twice")
	case n > 0 && p.time == c.Time[n-1]:
		return in.merge(m, p)
	}
	if in.count++; in.count > maxBars {
		return assay.Errorf(assay.Invalid, "import fewer years at once", "%s has more than %d bars", in.source, maxBars)
	}
	c.Time = append(c.Time, p.time)
	c.Open, c.High = append(c.Open, p.prices[0]), append(c.High, p.prices[1])
	c.Low, c.Close = append(c.Low, p.prices[2]), append(c.Close, p.prices[3])
	c.Volume = append(c.Volume, int32(p.volume))
	return nil
}

// merge adds to the last bar of a month.
func (in *intake) merge(m *month, p piece) error {
	c, last := &m.columns, len(m.columns.Time)-1
	sum := int64(c.Volume[last]) + p.volume
	if sum > 1<<31-1 {
		return in.wrong(m.name, p.time, "fetch it again", "its volume is %d", sum)
	}
	c.High[last] = max(c.High[last], p.prices[1])
	c.Low[last] = min(c.Low[last], p.prices[2])
	c.Close[last], c.Volume[last] = p.prices[3], int32(sum)
	return nil
}

// bars makes one series of what was read, and notes on it.
func (in *intake) bars() (*market.Bars, []string, error) {
	for _, s := range preferred {
		all := in.series[s]
		if all == nil || in.options.Interval != 0 && s.interval() != in.options.Interval {
			continue
		}
		b, unused, err := all.join(in.source, in.contract.Root, s.interval(), in.options.Rolls)
		if err != nil {
			return nil, nil, err
		}
		in.joined = len(all.list) > 1
		for other, all := range in.series {
			if other != s {
				in.left[string(other)] += all.bars()
			}
		}
		in.left["bars of contracts that were not the front"] = unused
		var notes []string
		if s.merges() {
			notes = append(notes, fmt.Sprintf("bars of a minute were made from %s", s))
		}
		if list := in.leftOut(); len(list) > 0 {
			notes = append(notes, "left out: "+strings.Join(list, ", "))
		}
		return b, notes, believable(in.source, in.contract, b)
	}
	return nil, nil, in.empty()
}

// empty says why there is no bar.
func (in *intake) empty() error {
	if len(in.series) > 0 {
		return assay.Errorf(assay.Invalid, "leave --interval out", "%s holds no bars of %s",
			in.source, short(in.options.Interval))
	}
	found := "it is empty"
	if in.defined > 0 {
		in.left["definitions"] = in.defined
	}
	if list := in.leftOut(); len(list) > 0 {
		found = "it holds " + strings.Join(list, ", ")
	}
	return assay.Errorf(assay.Invalid, "check --symbol, or fetch bars of a minute (ohlcv-1m)",
		"%s has no bars or trades of %s: %s", in.source, in.contract.Root, found)
}

// leftOut lists what was left out.
func (in *intake) leftOut() (list []string) {
	for _, what := range slices.Sorted(maps.Keys(in.left)) {
		if n := in.left[what]; n > 0 {
			list = append(list, fmt.Sprintf("%s (%d)", what, n))
		}
	}
	return list
}

// wrong is the error of one record.
func (in *intake) wrong(contract string, at int64, fix, format string, args ...any) error {
	return assay.Errorf(assay.Invalid, fix, "%s: %s at %s: %s",
		in.source, contract, rfc3339(at), fmt.Sprintf(format, args...))
}
