package databento

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"assay/history/dbn"
	"assay/market"
	"assay/provider/standin/archive"
)

// recordSize is that of a bar, and unitPrice what a gigabyte costs in dollars.
const (
	recordSize = 56
	unitPrice  = 280.0
)

// records returns what was chosen, oldest first.
func (a asked) records() (out []dbn.Bar) {
	for _, symbol := range a.symbols {
		out = append(out, archive.Records(a.stretches[symbol], a.from.UnixNano(), a.to.UnixNano())...)
	}
	slices.SortStableFunc(out, func(x, y dbn.Bar) int { return cmp.Compare(x.Time, y.Time) })
	if a.limit > 0 {
		out = out[:min(len(out), a.limit)]
	}
	return out
}

func (h *History) count(w http.ResponseWriter, form url.Values) {
	if a, ok := h.choose(w, form); ok {
		say(w, len(a.records()))
	}
}

func (h *History) size(w http.ResponseWriter, form url.Values) {
	if a, ok := h.choose(w, form); ok {
		say(w, len(a.records())*recordSize)
	}
}

func (h *History) cost(w http.ResponseWriter, form url.Values) {
	if a, ok := h.choose(w, form); ok {
		say(w, float64(len(a.records())*recordSize)/(1<<30)*unitPrice)
	}
}

// notFound are the symbols that are nothing on any day.
func (a asked) notFound() (names []string) {
	for _, symbol := range a.symbols {
		if len(a.stretches[symbol]) == 0 {
			names = append(names, symbol)
		}
	}
	return names
}

func (h *History) stream(w http.ResponseWriter, form url.Values) {
	a, ok := h.choose(w, form)
	if !ok {
		return
	}
	if form.Get("encoding") != "dbn" {
		ownError(w, "validation_failed", "Only the encoding 'dbn' is served here.")
		return
	}
	if len(h.Warning) > 0 {
		w.Header().Set("X-Warning", `["`+strings.Join(h.Warning, `","`)+`"]`)
	}
	if h.Archive.Simulated {
		w.Header().Set("X-Assay-Simulated", "1")
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	if len(a.notFound()) > 0 {
		w.WriteHeader(http.StatusPartialContent)
	}
	_ = h.write(w, a, form.Get("compression") == "zstd") // whoever has gone needs no answer
}

// write writes the stream, in one frame or in several.
func (h *History) write(out io.Writer, a asked, packed bool) error {
	records := a.records()
	frame := h.Frame
	if frame == 0 {
		frame = math.MaxInt
	}
	head := h.metadata(a)
	for first := true; first || len(records) > 0; first = false {
		n := min(frame, len(records))
		if err := part(out, head, records[:n], first, packed); err != nil {
			return err
		}
		records = records[n:]
	}
	return nil
}

func part(out io.Writer, head dbn.Metadata, records []dbn.Bar, first, packed bool) error {
	below := out
	var frame io.WriteCloser
	if packed {
		var err error
		if frame, err = dbn.Pack(out); err != nil {
			return err
		}
		below = frame
	}
	err := body(below, head, records, first)
	if frame != nil {
		err = cmp.Or(err, frame.Close())
	}
	return err
}

func body(out io.Writer, head dbn.Metadata, records []dbn.Bar, first bool) error {
	if first {
		if _, err := dbn.NewWriter(out, head); err != nil {
			return err
		}
	}
	var raw []byte
	for _, b := range records {
		raw = b.Append(raw[:0])
		if _, err := out.Write(raw); err != nil {
			return err
		}
	}
	return nil
}

// metadata describes the stream with its mappings.
func (h *History) metadata(a asked) dbn.Metadata {
	m := dbn.Metadata{
		Version: cmp.Or(h.Version, 3), Dataset: dataset, Schema: 6, Start: a.from.UnixNano(), End: a.to.UnixNano(),
		Limit: uint64(a.limit), STypeIn: stypes[a.stypeIn], STypeOut: dbn.InstrumentID,
		Symbols: a.symbols, NotFound: a.notFound(),
	}
	for _, symbol := range a.symbols {
		mapping := dbn.Mapping{Symbol: symbol}
		for _, s := range a.stretches[symbol] {
			mapping.Intervals = append(mapping.Intervals, dbn.Interval{From: s.From, To: s.To, Symbol: number(s.Contract)})
		}
		if len(mapping.Intervals) > 0 {
			m.Mappings = append(m.Mappings, mapping)
		}
	}
	return m
}

// stypes are the numbers of the ways to name instruments.
var stypes = map[string]uint8{"instrument_id": 0, "raw_symbol": 1, "continuous": 3, "parent": 4, "": 1}

func number(c *archive.Contract) string { return strconv.FormatUint(uint64(c.ID), 10) }

// resolve answers what symbols were, day by day.
func (h *History) resolve(w http.ResponseWriter, form url.Values) {
	if !known(w, form) {
		return
	}
	from, err := market.ParseDate(form.Get("start_date"))
	to, bad := market.ParseDate(form.Get("end_date"))
	if err != nil || bad != nil || from >= to {
		refuse(w, http.StatusUnprocessableEntity,
			[]wrongField{{[]string{"body", "start_date"}, "invalid date format", "value_error.date"}})
		return
	}
	in, out := form.Get("stype_in"), form.Get("stype_out")
	if in == out || out == "continuous" {
		ownError(w, "symbology_invalid_request", "Cannot convert %s to %s.", in, out)
		return
	}
	symbols := strings.Split(form.Get("symbols"), ",")
	result, missing := map[string][]map[string]any{}, []string{}
	for _, symbol := range symbols {
		result[symbol] = []map[string]any{}
		for _, s := range h.Archive.Resolve(symbol, from, to) {
			name := s.Contract.Symbol
			if out == "instrument_id" {
				name = number(s.Contract)
			}
			result[symbol] = append(result[symbol], map[string]any{"d0": s.From, "d1": s.To, "s": name})
		}
		if len(result[symbol]) == 0 {
			missing = append(missing, symbol)
		}
	}
	status, words := 0, "OK"
	if len(missing) > 0 {
		status, words = 2, fmt.Sprintf("%d symbols were not found", len(missing))
	}
	say(w, map[string]any{
		"result": result, "symbols": symbols, "stype_in": in, "stype_out": out,
		"start_date": from, "end_date": to, "partial": []string{}, "not_found": missing, "message": words, "status": status,
	})
}
