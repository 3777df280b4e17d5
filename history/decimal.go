package history

import (
	"bytes"
	"math"
	"strings"
)

// parseNano reads a plain decimal number as nano-units (1e-9), rounded half
// away from zero at the ninth decimal: floats written in full, such as
// 1.1298499999999998, are a price on a tick all the same. ok is false for
// anything else, exponents, signs other than one minus, and numbers beyond
// nine billion.
func parseNano(s []byte) (nano int64, ok bool) {
	negative := len(s) > 0 && s[0] == '-'
	if negative {
		s = s[1:]
	}
	var v int64
	i := 0
	for ; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
		if v = v*10 + int64(s[i]-'0'); v > math.MaxInt64/1_000_000_000-1 {
			return 0, false
		}
	}
	if i == 0 {
		return 0, false
	}
	places := 0
	if i < len(s) && s[i] == '.' {
		for i++; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
			switch places++; {
			case places <= 9:
				v = v*10 + int64(s[i]-'0')
			case places == 10 && s[i] >= '5':
				v++
			}
		}
	}
	for ; places < 9; places++ {
		v *= 10
	}
	if negative {
		v = -v
	}
	return v, i == len(s)
}

// parseThirtySeconds reads a price as screens and brokers write those of
// Treasuries, whole points and 32nds, in nano-units: 110'16, or 110-16, is 110
// and 16/32. A third digit is the eighth of a 32nd, of which prices have 0, 2,
// 5 and 7, the last ones cut: 110'165 is 16.5/32, 110'167 is 16.75/32. A + is a
// half.
func parseThirtySeconds(s []byte) (nano int64, ok bool) {
	at := bytes.IndexAny(s, "'-")
	if at < 1 {
		return 0, false
	}
	points, whole := parseWhole(s[:at])
	parts := s[at+1:]
	if !whole || bytes.IndexByte(s[:at], '.') >= 0 || len(parts) < 2 || len(parts) > 3 {
		return 0, false
	}
	n, whole := parseWhole(parts[:2])
	quarters := 0
	if len(parts) == 3 {
		if quarters = strings.IndexByte("0257", parts[2]); parts[2] == '+' {
			quarters = 2
		}
	}
	if !whole || n > 31 || quarters < 0 {
		return 0, false
	}
	const quarter = 1_000_000_000 / 128 // of a 32nd
	return int64(points)*1_000_000_000 + (int64(n)*4+int64(quarters))*quarter, true
}

// parseWhole reads a count; "205.0" is 205.
func parseWhole(s []byte) (int32, bool) {
	nano, ok := parseNano(s)
	v := nano / 1_000_000_000
	return int32(v), ok && nano%1_000_000_000 == 0 && v >= 0 && v <= math.MaxInt32
}
