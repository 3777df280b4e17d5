package history

import (
	"bytes"
	"strings"
	"time"

	"assay/market"
)

// row appends the bar of one line. An empty line is allowed.
func (r *reader) row(line []byte) error {
	if len(bytes.TrimSpace(line)) == 0 {
		return nil
	}
	var values [len(fields)][]byte
	if err := r.split(line, &values); err != nil {
		return err
	}
	if ours, err := r.cell(values[contract]); err != nil || !ours {
		return err
	}
	at, ok := r.clock.parse(values[0])
	if !ok {
		return r.wrong("write times as Unix seconds, RFC 3339 or 2006-01-02 15:04:05 in UTC",
			"%s %s is no time", r.layout.names[0], cite(values[0]))
	}
	if err := r.order(at); err != nil {
		return err
	}
	var prices [4]int32
	for k := range prices {
		p, err := r.price(k+1, values[k+1])
		if err != nil {
			return err
		}
		prices[k] = p
	}
	volume, ok := parseWhole(values[5])
	if !ok {
		return r.wrong("give whole contracts, 0 or more", "%s %s is no volume", r.layout.names[5], cite(values[5]))
	}
	if err := r.shape(prices); err != nil {
		return err
	}
	c := &r.columns
	c.Time = append(c.Time, at)
	c.Open, c.High = append(c.Open, prices[0]), append(c.High, prices[1])
	c.Low, c.Close = append(c.Low, prices[2]), append(c.Close, prices[3])
	c.Volume = append(c.Volume, volume)
	return nil
}

// split finds the values of our fields in a line.
func (r *reader) split(line []byte, values *[len(fields)][]byte) error {
	place, from := 0, 0
	for at := 0; at <= len(line); at++ {
		if at < len(line) && line[at] != r.layout.separator {
			continue
		}
		if place < r.layout.columns && r.layout.ours[place] >= 0 {
			values[r.layout.ours[place]] = unquote(line[from:at])
		}
		place, from = place+1, at+1
	}
	if place != r.layout.columns {
		return r.wrong("correct the line, or fetch the file again", "%d columns where the header has %d",
			place, r.layout.columns)
	}
	return nil
}

func (r *reader) order(at int64) error {
	n := len(r.columns.Time)
	switch {
	case n == 0 || at > r.columns.Time[n-1]:
		return nil
	case at == r.columns.Time[n-1]:
		return r.wrong("keep one bar of each time", "the time %s is there twice", rfc3339(at))
	default:
		return r.wrong("sort the file by time", "%s comes after %s", rfc3339(at), rfc3339(r.columns.Time[n-1]))
	}
}

// price reads the price of a field in ticks. Prices off the tick are counted
// and reported together: their number tells a wrong symbol from a stray value.
func (r *reader) price(field int, text []byte) (int32, error) {
	nano, ok := parseNano(text)
	if !ok && r.contract.Group == market.Rates {
		nano, ok = parseThirtySeconds(text)
	}
	if !ok {
		return 0, r.wrong("correct the price or remove the bar", "%s %s is no price", r.layout.names[field], cite(text))
	}
	if nano <= 0 {
		return 0, r.wrong("correct the price or remove the bar", "%s %s is not above zero",
			r.layout.names[field], shown(text))
	}
	ticks := nano / r.contract.TickNano
	if ticks > 1<<31-1 {
		return 0, r.wrong("check --symbol and the price", "%s %s is too large for %s",
			r.layout.names[field], shown(text), r.contract.Root)
	}
	if nano%r.contract.TickNano != 0 {
		if r.offTick++; r.offTick == 1 {
			r.firstOff = r.wrong(r.offTickFix(),
				"%s %s is not on %s's tick of %s", r.layout.names[field], shown(text),
				r.contract.Root, r.contract.FormatPrice(1))
		}
	}
	return int32(ticks), nil
}

// offTickFix is the remedy for prices between two ticks.
func (r *reader) offTickFix() string {
	if r.contract.Group == market.Rates {
		return "check --symbol; 32nds are read as in 110'165, and not behind a point"
	}
	return "check --symbol; ratio-adjusted prices cannot be used"
}

// shape refuses a bar whose high or low does not contain the rest. Prices cut
// to ticks keep their order, so this holds for prices off the tick as well.
func (r *reader) shape(p [4]int32) error {
	open, high, low, last := p[0], p[1], p[2], p[3]
	if high >= max(open, low, last) && low <= min(open, last) {
		return nil
	}
	f := r.contract.FormatPrice
	return r.wrong("correct the bar or remove it", "open %s, high %s, low %s, close %s cannot be one bar",
		f(market.Price(open)), f(market.Price(high)), f(market.Price(low)), f(market.Price(last)))
}

func rfc3339(unix int64) string { return time.Unix(unix, 0).UTC().Format(time.RFC3339) }

// short prints 5m0s as 5m and 1h0m0s as 1h.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
