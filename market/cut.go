package market

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"

	"assay"
)

// Truncate returns the first n bars, as they were known when bar n-1 closed.
// n is between 1 and Len.
func (b *Bars) Truncate(n int) *Bars { return b.Slice(0, n) }

// Slice returns bars from ≤ i < to with sessions counted from 0 and gaps
// summed from the first contract in it. It shares the columns with b. It
// panics when 0 ≤ from < to ≤ Len does not hold, as slicing does.
func (b *Bars) Slice(from, to int) *Bars {
	if from >= to {
		panic("market: a slice of bars needs at least one bar")
	}
	out := &Bars{
		Root: b.Root, Interval: b.Interval,
		Time: b.Time[from:to:to], Open: b.Open[from:to:to], High: b.High[from:to:to],
		Low: b.Low[from:to:to], Close: b.Close[from:to:to], Volume: b.Volume[from:to:to],
		Minute: b.Minute[from:to:to], Session: b.Session[from:to:to], Last: b.Last[from:to:to],
		Dates:    b.Dates[b.Session[from] : b.Session[to-1]+1 : b.Session[to-1]+1],
		Segments: b.segments(from, to),
	}
	if b.Locked != nil {
		out.Locked = b.Locked[from:to:to]
	}
	if first := b.Session[from]; first > 0 {
		out.Session = make([]int32, to-from)
		for i := range out.Session {
			out.Session[i] = b.Session[from+i] - first
		}
	}
	return out
}

// segments returns the segments of the bars from ≤ i < to.
func (b *Bars) segments(from, to int) []Segment {
	var out []Segment
	for i, s := range b.Segments {
		if i+1 < len(b.Segments) && b.Segments[i+1].First <= from {
			continue
		}
		if s.First >= to {
			break
		}
		if len(out) == 0 {
			out = append(out, Segment{Contract: s.Contract})
			continue
		}
		s.First -= from
		s.Offset = out[len(out)-1].Offset + s.Gap
		out = append(out, s)
	}
	return out
}

// Contract returns the index of the segment that bar i belongs to.
func (b *Bars) Contract(i int) int {
	at := len(b.Segments) - 1
	for at > 0 && b.Segments[at].First > i {
		at--
	}
	return at
}

// Aggregate returns longer bars, counted from the session's open, that never
// cross a session or a roll. A bar begins where the exchange's grid says, even
// when its first part is missing; after a roll it begins at the new contract's
// first bar. The interval is a multiple of b's.
func (b *Bars) Aggregate(interval time.Duration) (*Bars, error) {
	if interval == b.Interval {
		return b, nil
	}
	if interval < b.Interval || interval%b.Interval != 0 {
		return nil, assay.Errorf(assay.Invalid, "use a multiple of "+b.Interval.String(),
			"bars of %s cannot be made from bars of %s", interval, b.Interval)
	}
	var c Columns
	var segments []Segment
	length, grid, next := int64(interval/time.Second), int64(0), 0
	for i, at := range b.Time {
		session := i == 0 || b.Session[i] != b.Session[i-1]
		if session {
			grid = openOf(b.Date(i))
		}
		start := at - ((at-grid)%length+length)%length
		roll := next < len(b.Segments) && b.Segments[next].First == i
		if roll {
			segments = append(segments, Segment{First: len(c.Time), Contract: b.Segments[next].Contract})
			next++
		}
		last := len(c.Time) - 1
		switch {
		case last >= 0 && !session && !roll && start <= c.Time[last]:
			c.High[last] = max(c.High[last], b.High[i])
			c.Low[last] = min(c.Low[last], b.Low[i])
			c.Close[last] = b.Close[i]
			c.Volume[last] += b.Volume[i]
			continue
		case last >= 0 && start <= c.Time[last]:
			start = at
		}
		c.Time = append(c.Time, start)
		c.Open, c.High = append(c.Open, b.Open[i]), append(c.High, b.High[i])
		c.Low, c.Close = append(c.Low, b.Low[i]), append(c.Close, b.Close[i])
		c.Volume = append(c.Volume, b.Volume[i])
	}
	return NewBars(b.Root, interval, c, segments)
}

// openOf returns when the session of a trade date opens, in Unix seconds.
func openOf(d Date) int64 { return at(d-1, SessionOpen).Unix() }

// Fingerprint names the content of bars: the hex SHA-256 over
//
//	"assay bars 1\n" root "\n"
//	interval in seconds, number of bars, number of segments (int64 each)
//	Time (int64 each), Open, High, Low, Close, Volume (int32 each)
//	for each segment: first bar (int64), length of the name (int64), name
//
// with all numbers little-endian. What NewBars derives is not part of it.
func Fingerprint(b *Bars) string {
	h := sha256.New()
	buf := make([]byte, 0, 1<<16)
	flush := func(room int) {
		if len(buf)+room > cap(buf) {
			h.Write(buf)
			buf = buf[:0]
		}
	}
	int64s := func(values ...int64) {
		for _, v := range values {
			flush(8)
			buf = binary.LittleEndian.AppendUint64(buf, uint64(v))
		}
	}
	buf = append(buf, "assay bars 1\n"+b.Root+"\n"...)
	int64s(int64(b.Interval/time.Second), int64(b.Len()), int64(len(b.Segments)))
	int64s(b.Time...)
	for _, column := range [][]int32{b.Open, b.High, b.Low, b.Close, b.Volume} {
		for _, v := range column {
			flush(4)
			buf = binary.LittleEndian.AppendUint32(buf, uint32(v))
		}
	}
	for _, s := range b.Segments {
		int64s(int64(s.First), int64(len(s.Contract)))
		flush(len(s.Contract))
		buf = append(buf, s.Contract...)
	}
	h.Write(buf)
	return hex.EncodeToString(h.Sum(nil))
}
