package history

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"assay"
	"assay/market"
)

// Bounds against hostile zips: of the file, of its entries, and of what they
// unpack to together. A day of minutes has 100 kB.
const (
	maxZip      = 64 << 20
	maxEntries  = 2_000
	maxUnpacked = 64 << 20
)

// minuteEntry and hourEntry are the names of a zip's entries; a path in them
// is refused with everything else.
var (
	minuteEntry = regexp.MustCompile(`^(\d{8})_([a-z0-9]{1,4})_minute_trade_(\d{4})(0[1-9]|1[0-2])\.csv$`)
	hourEntry   = regexp.MustCompile(`^()([a-z0-9]{1,4})_trade_(\d{4})(0[1-9]|1[0-2])\.csv$`)
)

// readLEAN takes the bars of the root from one zip: one CSV without a header
// for each contract, with times in UTC.
func (in *intake) readLEAN(ctx context.Context, path string) error {
	f, err := openFile(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // nothing was written
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("open bars: %w", err)
	}
	return in.lean(ctx, f, info.Size(), baseName(path))
}

func (in *intake) lean(ctx context.Context, f io.ReaderAt, size int64, name string) error {
	in.source = name
	if size > maxZip {
		return in.zipError("import the zips of single days", "has %d bytes, more than the %d allowed", size, maxZip)
	}
	z, err := zip.NewReader(f, size)
	if err != nil {
		return in.zipError("fetch it again", "is no zip file, or is damaged (%s)", err)
	}
	if len(z.File) > maxEntries {
		return in.zipError("import the zips of single days",
			"has %d entries, more than the %d allowed", len(z.File), maxEntries)
	}
	before := in.count
	daily := true
	unpacked := &io.LimitedReader{N: maxUnpacked}
	for _, entry := range z.File {
		if err := ctx.Err(); err != nil {
			return err
		}
		e, err := in.entry(entry.Name)
		if err == nil {
			err = e.read(entry, unpacked)
		}
		if err != nil {
			return err
		}
		daily = daily && e.daily
	}
	if daily && in.count > before {
		return in.zipError("import minutes or hours: a day of UTC is no session", "holds daily bars")
	}
	return nil
}

func (in *intake) zipError(fix, format string, args ...any) error {
	return assay.Errorf(assay.Invalid, fix, "%s %s", in.source, fmt.Sprintf(format, args...))
}

// leanEntry is the CSV of one contract.
type leanEntry struct {
	*intake
	reader reader
	kind   series
	day    int64 // Unix seconds of its midnight, for minutes
	month  *month
	daily  bool // no time was off midnight, and none is a minute's
}

// entry reads what the name of an entry says.
func (in *intake) entry(name string) (*leanEntry, error) {
	e := &leanEntry{intake: in, kind: minuteBars, reader: reader{
		name: in.source + ", " + name, contract: in.contract,
		layout: layout{names: [len(fields)]string{"time", "open", "high", "low", "close", "volume"}},
	}}
	words := minuteEntry.FindStringSubmatch(name)
	if words == nil {
		words = hourEntry.FindStringSubmatch(name)
		e.kind, e.daily = hourBars, true
	}
	if words == nil {
		return nil, in.zipError("import LEAN zips of trades by minute or hour", "holds %s, which is no such file", cite(name))
	}
	if root := strings.ToUpper(words[2]); root != in.contract.Root {
		return nil, in.zipError("import it with its own --symbol", "holds bars of %s, not of %s", root, in.contract.Root)
	}
	if words[1] != "" {
		day, err := time.Parse("20060102", words[1])
		if err != nil {
			return nil, in.zipError("fetch it again", "holds %s, whose day does not exist", name)
		}
		e.day = day.Unix()
	}
	year, _ := strconv.Atoi(words[3]) // digits, by the pattern
	m, _ := strconv.Atoi(words[4])
	due := market.Delivery(12*year + m - 1)
	if called := due.Of(in.contract.Root); in.options.Contract == "" || in.options.Contract == called {
		e.month = in.month(e.kind, called, due)
	}
	return e, nil
}

// read takes the bars of an entry; unpacked is what the zip may still unpack to.
func (e *leanEntry) read(entry *zip.File, unpacked *io.LimitedReader) error {
	f, err := entry.Open()
	if err != nil {
		return e.zipError("fetch it again", "is damaged (%s)", err)
	}
	defer func() { _ = f.Close() }() // nothing was written
	r := &e.reader
	unpacked.R = f
	// The zip's checksum says that an entry is whole; the last line needs no end.
	r.in = bufio.NewReaderSize(io.MultiReader(unpacked, strings.NewReader("\n")), maxLine+1)
	for {
		line, err := r.next()
		if errors.Is(err, io.EOF) && unpacked.N > 0 {
			break
		}
		if unpacked.N == 0 {
			return e.zipError("import the zips of single days", "unpacks to more than %d bytes", maxUnpacked)
		}
		if err == nil && len(line) > 0 {
			err = e.line(line)
		}
		if errors.Is(err, zip.ErrChecksum) || errors.Is(err, zip.ErrFormat) {
			return e.zipError("fetch it again", "is damaged (%s)", err)
		}
		if err != nil {
			return err
		}
	}
	if r.offTick > 0 {
		return r.tickError()
	}
	return nil
}

// line takes one bar.
func (e *leanEntry) line(line []byte) error {
	r := &e.reader
	values := bytes.Split(line, []byte{','})
	if len(values) != 6 {
		return r.wrong("fetch it again", "%d columns, and LEAN's bars have 6", len(values))
	}
	if e.month == nil {
		e.left["bars of other contracts"]++
		return nil
	}
	at, ok := e.time(values[0])
	if !ok {
		return r.wrong("fetch it again", "time %s is none of LEAN's", cite(values[0]))
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
		return r.wrong("fetch it again", "volume %s is none", cite(values[5]))
	}
	if err := r.shape(prices); err != nil {
		return err
	}
	e.daily = e.daily && at%86400 == 0
	return e.add(e.kind, e.month, piece{at, prices, int64(volume)})
}

// time reads milliseconds since midnight, or 20131006 22:00.
func (e *leanEntry) time(text []byte) (unix int64, ok bool) {
	if e.kind == minuteBars {
		ms, ok := parseWhole(text)
		return e.day + int64(ms)/1000, ok && ms%1000 == 0 && ms < 86_400_000
	}
	t, err := time.Parse("20060102 15:04", string(text))
	return t.Unix(), err == nil
}
