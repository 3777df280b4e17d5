package archive

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"assay"
	"assay/history/dbn"
	"assay/market"
	"assay/provider/standin"
)

// firstID is the number of the first made-up contract.
const firstID = 5000

// Generate makes an archive of made-up bars. Those longer than a minute are
// spread over their minutes.
func Generate(all ...*market.Bars) (*Archive, error) {
	a := &Archive{Simulated: true}
	for _, b := range all {
		contract, err := market.ContractOf(b.Root)
		if err != nil {
			return nil, err
		}
		for k, s := range b.Segments {
			end := b.Len()
			if k+1 < len(b.Segments) {
				end = b.Segments[k+1].First
			}
			a.segment(contract, b, s, end)
		}
	}
	return a, nil
}

// Of returns the archive that the options of a stand-in ask for.
func Of(o standin.Options) (*Archive, error) {
	if o.Folder != "" {
		return Open(o.Folder)
	}
	return Generate(o.Bars...)
}

// segment adds the bars of one contract. Those of the evening on which it
// takes over belong to the one before, whose day is not over: continuous
// series change at UTC midnight.
func (a *Archive) segment(contract market.Contract, b *market.Bars, s market.Segment, end int) {
	before := a.latest(contract.Root)
	c := a.contract(s.Contract, uint32(firstID+len(a.contracts)))
	for i := s.First; i < end; i++ {
		to := c
		if at := b.Time[i] * market.Nano; before != nil && day(at) == day(before.last()) {
			to = before
		}
		spread(to, b, i, contract.TickNano)
	}
}

func (a *Archive) latest(root string) *Contract {
	for _, c := range slices.Backward(a.contracts) {
		if c.Root == root && len(c.Bars) > 0 {
			return c
		}
	}
	return nil
}

// spread adds the minutes of one bar: the first has its open, the last its
// close, the second its extremes, so that together they are the bar again.
func spread(c *Contract, b *market.Bars, i int, tick int64) {
	n := int64(b.Interval / time.Minute)
	price := func(ticks int32) int64 { return int64(ticks) * tick }
	open, last := price(b.Open[i]), price(b.Close[i])
	for k := range n {
		bar := dbn.Bar{
			Type: dbn.OHLCV1m, Time: (b.Time[i] + 60*k) * market.Nano, Open: open, Close: last,
			Volume: uint64(int64(b.Volume[i])*(k+1)/n - int64(b.Volume[i])*k/n),
		}
		if k > 0 {
			bar.Open = last
		}
		bar.High, bar.Low = max(bar.Open, bar.Close), min(bar.Open, bar.Close)
		if k == min(1, n-1) {
			bar.High, bar.Low = price(b.High[i]), price(b.Low[i])
		}
		if bar.Volume > 0 { // a minute in which nothing trades has no bar
			c.add(bar)
		}
	}
}

// Open reads the bars of a minute from the DBN files of a folder.
func Open(folder string) (*Archive, error) {
	a := &Archive{}
	paths, err := filepath.Glob(filepath.Join(folder, "*.dbn*"))
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", folder, err)
	}
	for _, path := range paths {
		if err := a.read(path); err != nil {
			return nil, err
		}
	}
	if len(a.contracts) == 0 {
		return nil, assay.Errorf(assay.Invalid, "name a folder with .dbn or .dbn.zst files of ohlcv-1m",
			"the folder %s holds no bars of a minute", folder)
	}
	for _, c := range a.contracts {
		slices.SortStableFunc(c.Bars, func(x, y dbn.Bar) int { return int(min(max(x.Time-y.Time, -1), 1)) })
	}
	return a, nil
}

func (a *Archive) read(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // nothing was written
	r, err := dbn.NewReader(f, filepath.Base(path), dbn.Limits{})
	if err != nil {
		return err
	}
	defer r.Close()
	var block dbn.Block
	for {
		err := r.Next(&block)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		a.take(r, &block.Bars)
	}
}

// take adds the bars of a minute of outright contracts.
func (a *Archive) take(r *dbn.Reader, b *dbn.Bars) {
	for i, kind := range b.Type {
		name, _, ok := r.Symbol(b.Instrument[i], b.Time[i])
		if !ok || kind != dbn.OHLCV1m || strings.ContainsAny(name, "-:. ") || b.Volume[i] > math.MaxInt32 {
			continue
		}
		a.contract(name, b.Instrument[i]).add(dbn.Bar{
			Type: kind, Time: b.Time[i], Open: b.Open[i], High: b.High[i], Low: b.Low[i], Close: b.Close[i], Volume: b.Volume[i],
		})
	}
}
