package history

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"assay"
	"assay/history/dbn"
	"assay/market"
)

// readDBN takes the bars of the root from one DBN file.
func (in *intake) readDBN(ctx context.Context, path string) error {
	f, err := openFile(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // nothing was written
	return in.dbn(ctx, f, baseName(path))
}

// dbn takes the bars of the root from one stream.
func (in *intake) dbn(ctx context.Context, stream io.Reader, name string) error {
	r, err := dbn.NewReader(stream, name, dbn.Limits{})
	if err != nil {
		return err
	}
	defer r.Close()
	in.source = name
	s := dbnStream{intake: in, r: r, owners: map[part]*owner{}}
	var block dbn.Block
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := r.Next(&block)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = s.take(&block)
		}
		if err != nil {
			return err
		}
	}
	for t := range dbn.Type(255) {
		if n := r.Count(t); n > 0 && !decoded(t) {
			in.left["records of "+t.String()] += int(n)
		}
	}
	return nil
}

func decoded(t dbn.Type) bool {
	return t == dbn.Trade || t >= dbn.OHLCV1s && t <= dbn.OHLCVEod || t == dbn.Instrument || t == dbn.SymbolMapping
}

// dbnStream sorts the records of one stream by contract.
type dbnStream struct {
	*intake
	r       *dbn.Reader
	owners  map[part]*owner
	unnamed uint32 // the instrument without a name that --contract names, or 0
}

// part is what one instrument has of one kind of record.
type part struct {
	instrument uint32
	kind       dbn.Type
}

// owner is the contract that an instrument is over a stretch of time.
type owner struct {
	from, until int64  // ns, until exclusive
	left        string // under what its records are counted when they are not ours
	month       *month
}

// kinds are the records that become bars. Days of UTC are no sessions.
var kinds = map[dbn.Type]series{
	dbn.OHLCV1m: minuteBars, dbn.OHLCV1s: secondBars, dbn.Trade: trades, dbn.OHLCV1h: hourBars,
}

func (s *dbnStream) take(block *dbn.Block) error {
	clear(s.owners) // a block ends where names change
	for _, d := range block.Definitions {
		if err := s.define(d); err != nil {
			return err
		}
	}
	b, t := &block.Bars, &block.Trades
	for i, at := range b.Time {
		nano := [4]int64{b.Open[i], b.High[i], b.Low[i], b.Close[i]}
		if err := s.record(part{b.Instrument[i], b.Type[i]}, at, nano, int64(min(b.Volume[i], 1<<62))); err != nil {
			return err
		}
	}
	for i, at := range t.Time {
		p := t.Price[i]
		if t.Action[i] != 'T' {
			s.left["records of trades that are none"]++
			continue
		}
		if err := s.record(part{t.Instrument[i], dbn.Trade}, at, [4]int64{p, p, p, p}, int64(t.Size[i])); err != nil {
			return err
		}
	}
	return nil
}

// record takes one bar or trade. Prices are in nano-units, at is in ns.
func (s *dbnStream) record(p part, at int64, nano [4]int64, volume int64) error {
	kind, ok := kinds[p.kind]
	if !ok {
		s.left["records of "+p.kind.String()]++
		return nil
	}
	o := s.owners[p]
	if o == nil || at < o.from || at >= o.until {
		var err error
		if o, err = s.owner(p, kind, at); err != nil {
			return err
		}
		s.owners[p] = o
	}
	if o.month == nil {
		s.left[o.left]++
		return nil
	}
	second := at / market.Nano
	if !kind.merges() && at%market.Nano != 0 {
		return s.wrong(o.month.name, second, "fetch it again", "%s begin on the grid, and this one does not", kind)
	}
	prices, err := s.ticks(o.month.name, second, nano)
	if err != nil {
		return err
	}
	o.month.segment(p.instrument)
	return s.add(kind, o.month, piece{second, prices, volume})
}

// ticks turns nano-units into ticks.
func (s *dbnStream) ticks(name string, second int64, nano [4]int64) (prices [4]int32, err error) {
	for k, n := range nano {
		ticks := n / s.contract.TickNano
		switch {
		case n == dbn.Undefined:
			return prices, s.wrong(name, second, "fetch it again", "a price is undefined")
		case n <= 0:
			return prices, s.wrong(name, second, "remove it from the file", "the price %s is not above zero", points(n))
		case n%s.contract.TickNano != 0 || ticks > 1<<31-1:
			return prices, s.wrong(name, second, "check --symbol, and whether the file scales its prices",
				"the price %s is not on %s's tick of %s", points(n), s.contract.Root, s.contract.FormatPrice(1))
		}
		prices[k] = int32(ticks)
	}
	return prices, nil
}

// points prints nano-units.
func points(nano int64) string {
	sign := ""
	if nano < 0 {
		sign, nano = "-", -max(nano, -dbn.Undefined)
	}
	text := fmt.Sprintf("%s%d.%09d", sign, nano/market.Nano, nano%market.Nano)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// owner finds out whose the records of an instrument are at a time.
func (s *dbnStream) owner(p part, kind series, at int64) (*owner, error) {
	name, until, ok := s.r.Symbol(p.instrument, at)
	if !ok {
		var err error
		if name, err = s.name(p.instrument); err != nil {
			return nil, err
		}
	}
	o := &owner{from: at, until: until}
	root, outright := rootOf(name)
	what := "bars of "
	if kind == trades {
		what = "trades of "
	}
	switch wanted := s.options.Contract; {
	case outright && root == s.contract.Root && (wanted == "" || wanted == name):
		o.month = s.month(kind, name, deliveryOf(name, at/market.Nano))
	case continuous(s.contract.Root, name) && (wanted == "" || wanted == name):
		o.month = s.month(kind, name, 0)
	case outright && root == s.contract.Root:
		o.left = what + name
	case outright:
		o.left = what + root
	case strings.ContainsAny(name, "-:"):
		o.left = what + "spreads"
	default:
		o.left = what + "other instruments"
	}
	return o, nil
}

// name returns what --contract calls the one instrument that has no name.
func (s *dbnStream) name(instrument uint32) (string, error) {
	if s.options.Contract != "" && (s.unnamed == 0 || s.unnamed == instrument) {
		s.unnamed = instrument
		return s.options.Contract, nil
	}
	if s.unnamed != 0 {
		return "", assay.Errorf(assay.Invalid, "fetch the data again with its mappings",
			"%s does not name its instruments %d and %d", s.source, s.unnamed, instrument)
	}
	example := example.Of(s.contract.Root)
	return "", assay.Errorf(assay.Invalid, "say which contract it is, as in --contract "+example,
		"%s does not name its instrument %d", s.source, instrument)
}

// define holds a definition against our own table: a contract with another
// tick is another contract, or one of us is wrong.
func (s *dbnStream) define(d dbn.Definition) error {
	s.defined++
	root, ok := rootOf(d.Symbol)
	if !ok || root != s.contract.Root || d.Class != 'F' {
		return nil
	}
	value, known := d.TickValue()
	ours := int64(s.contract.TickValue) * (market.Nano / int64(market.Dollar))
	if d.Tick == s.contract.TickNano && (!known || value == ours) {
		return nil
	}
	return assay.Errorf(assay.Invalid, "check --symbol; if the exchange changed the contract, use an Assay that knows",
		"%s defines %s with a tick of %s worth %s, and here it is %s worth %s", s.source, d.Symbol,
		points(d.Tick), points(value), points(s.contract.TickNano), points(ours))
}

// segment begins a new contract in a series that changes them by itself. The
// file calls it by its number alone.
func (m *month) segment(instrument uint32) {
	if m.due != 0 {
		return
	}
	name := fmt.Sprintf("%s %d", m.name, instrument)
	if n := len(m.segments); n == 0 || m.segments[n-1].Contract != name {
		m.segments = append(m.segments, market.Segment{First: len(m.columns.Time), Contract: name})
	}
}
