package history

import (
	"math"
	"time"
)

// clock reads the times of a file: Unix seconds, milliseconds, micro- or
// nanoseconds, RFC 3339, or "2006-01-02 15:04:05", which is UTC. It remembers
// the last day, because neighbours share it.
type clock struct {
	day  [10]byte
	unix int64
}

// parse returns Unix seconds; ok is false when s is no time or lies between
// two seconds.
func (c *clock) parse(s []byte) (unix int64, ok bool) {
	if len(s) >= 16 && s[4] == '-' {
		return c.calendar(s)
	}
	negative := len(s) > 0 && s[0] == '-'
	var v int64
	for _, ch := range s {
		if ch < '0' || ch > '9' || v > (math.MaxInt64-9)/10 {
			return 0, false
		}
		v = v*10 + int64(ch-'0')
	}
	unit := int64(1)
	for v/unit >= 1e11 { // 1e11 seconds are the year 5138
		unit *= 1000
	}
	return v / unit, len(s) > 0 && !negative && v%unit == 0
}

// calendar reads "2006-01-02 15:04:05" and its relatives. What follows the
// minutes is rare enough for the standard library.
func (c *clock) calendar(s []byte) (int64, bool) {
	if c.day != [10]byte(s[:10]) {
		d, err := time.Parse(time.DateOnly, string(s[:10]))
		if err != nil {
			return 0, false
		}
		c.day, c.unix = [10]byte(s[:10]), d.Unix()
	}
	plain := len(s) == 19 || len(s) == 20 && s[19] == 'Z'
	if !plain || s[10] != ' ' && s[10] != 'T' || s[13] != ':' || s[16] != ':' {
		return general(string(s))
	}
	h, okH := twoDigits(s[11:])
	m, okM := twoDigits(s[14:])
	sec, okS := twoDigits(s[17:])
	return c.unix + h*3600 + m*60 + sec, okH && okM && okS && h < 24 && m < 60 && sec < 60
}

func twoDigits(s []byte) (int64, bool) {
	a, b := s[0]-'0', s[1]-'0'
	return int64(a)*10 + int64(b), a <= 9 && b <= 9
}

// layouts are the spellings that the fast path does not know; those without a
// zone are UTC.
var layouts = [...]string{
	time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999",
	"2006-01-02T15:04:05.999999999", "2006-01-02 15:04", "2006-01-02T15:04",
}

func general(s string) (int64, bool) {
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Unix(), t.Nanosecond() == 0
		}
	}
	return 0, false
}
