package market

import (
	"fmt"
	"time"

	"assay"
)

// Columns are the six columns that a source supplies, all of one length, in
// the units of Bars. Volume may be nil when the source has none.
type Columns struct {
	Time                           []int64
	Open, High, Low, Close, Volume []int32
}

// NewBars checks the columns and segments of one root's bars, derives the
// exchange's clock and sessions from its calendar, and returns them as Bars.
// It takes the slices over: the caller must not write to them again. Nil
// segments are one nameless contract. A bar outside the exchange's hours is
// kept and belongs to the session of its trade date; history.Check counts it.
//
// An error names the first bar that breaks a rule.
func NewBars(root string, interval time.Duration, c Columns, segments []Segment) (*Bars, error) {
	calendar, err := CalendarOf(root)
	if err != nil {
		return nil, err
	}
	if interval < time.Minute || interval > 24*time.Hour || interval%time.Minute != 0 {
		return nil, assay.Errorf(assay.Invalid, "use whole minutes from 1m to 24h",
			"bars of %s cannot be", interval)
	}
	if c.Volume == nil {
		c.Volume = make([]int32, len(c.Time))
	}
	if err := checkColumns(c); err != nil {
		return nil, err
	}
	segments, err = chain(segments, c)
	if err != nil {
		return nil, err
	}
	b := &Bars{
		Root: root, Interval: interval,
		Time: c.Time, Open: c.Open, High: c.High, Low: c.Low, Close: c.Close, Volume: c.Volume,
		Segments: segments,
	}
	b.derive(calendar)
	return b, nil
}

// broken is the error of one bar.
func broken(at int64, format string, args ...any) error {
	return assay.Errorf(assay.Invalid, "correct the source of the bars", "the bar of %s %s",
		time.Unix(at, 0).UTC().Format(time.RFC3339), fmt.Sprintf(format, args...))
}

// year2100 is 2100-01-01T00:00:00Z; later times are milliseconds by mistake.
const year2100 = 4_102_444_800

func checkColumns(c Columns) error {
	n := len(c.Time)
	for _, column := range [][]int32{c.Open, c.High, c.Low, c.Close, c.Volume} {
		if len(column) != n {
			return assay.Errorf(assay.Invalid, "give columns of equal length",
				"a column has %d values and the times are %d", len(column), n)
		}
	}
	if n == 0 {
		return assay.Errorf(assay.Invalid, "give at least one bar", "there are no bars")
	}
	for i := range n {
		switch at := c.Time[i]; {
		case at < 0 || at >= year2100:
			return broken(at, "is not between 1970 and 2100; are the times seconds?")
		case i > 0 && at == c.Time[i-1]:
			return broken(at, "is there twice")
		case i > 0 && at < c.Time[i-1]:
			return broken(at, "comes after a later one")
		case c.High[i] < max(c.Open[i], c.Close[i], c.Low[i]):
			return broken(at, "has a high below its open, low or close")
		case c.Low[i] > min(c.Open[i], c.Close[i]):
			return broken(at, "has a low above its open or close")
		case c.Volume[i] < 0:
			return broken(at, "has the negative volume %d", c.Volume[i])
		}
	}
	return nil
}

// chain copies the segments and fills in the gaps at their borders.
func chain(segments []Segment, c Columns) ([]Segment, error) {
	if len(segments) == 0 {
		return []Segment{{}}, nil
	}
	out := make([]Segment, len(segments))
	for i, s := range segments {
		out[i] = Segment{First: s.First, Contract: s.Contract}
		if i == 0 && s.First != 0 || i > 0 && s.First <= segments[i-1].First || s.First >= len(c.Time) {
			return nil, assay.Errorf(assay.Invalid, "let the first begin at bar 0 and each later one after it",
				"segment %d (%s) begins at bar %d of %d", i, s.Contract, s.First, len(c.Time))
		}
		if i > 0 {
			out[i].Gap = c.Open[s.First] - c.Close[s.First-1]
			out[i].Offset = out[i-1].Offset + out[i].Gap
		}
	}
	return out, nil
}

// derive fills Minute, Session, Dates and Last.
func (b *Bars) derive(calendar *Calendar) {
	n := b.Len()
	b.Minute, b.Session, b.Last = make([]int16, n), make([]int32, n), make([]bool, n)
	var clock wallClock
	var closing int64
	var until Date // the clock's own date up to which bars belong to the session
	for i, at := range b.Time {
		wall := clock.at(at)
		b.Minute[i] = int16(wall % 86400 / 60)
		if d := Date((wall + 7*3600) / 86400); len(b.Dates) == 0 || d > until {
			if until = d; !calendar.Trades(d) {
				until = calendar.Next(d)
			}
			s, _ := calendar.Session(until)
			closing = s.Close.Unix()
			b.Dates = append(b.Dates, until)
		}
		b.Session[i] = int32(len(b.Dates) - 1)
		b.Last[i] = at < closing && closing <= at+int64(b.Interval/time.Second)
	}
}

// wallClock turns Unix seconds into seconds of the exchange's own clock. It
// looks a zone's offset up once for each change of the clocks.
type wallClock struct{ from, to, offset int64 }

func (w *wallClock) at(unix int64) int64 {
	if unix < w.from || unix >= w.to {
		t := time.Unix(unix, 0).In(Zone())
		_, offset := t.Zone()
		from, to := t.ZoneBounds()
		*w = wallClock{unix, unix + 1, int64(offset)}
		if !from.IsZero() && !to.IsZero() {
			w.from, w.to = from.Unix(), to.Unix()
		}
	}
	return unix + w.offset
}
