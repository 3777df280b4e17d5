package databento

import (
	"context"
	"net/url"
	"strings"
	"time"

	"assay/market"
	"assay/provider/wire"
)

// The ways to name instruments.
const (
	InstrumentID = "instrument_id"
	RawSymbol    = "raw_symbol"
	Continuous   = "continuous"
)

// STypeOf tells a continuous series, such as ES.v.0, from a contract.
func STypeOf(symbol string) string {
	if strings.Count(symbol, ".") == 2 {
		return Continuous
	}
	return RawSymbol
}

// Stretch is what a symbol was over some days, To exclusive.
type Stretch struct {
	From   market.Date `json:"d0"`
	To     market.Date `json:"d1"`
	Symbol string      `json:"s"`
}

// Resolution says what symbols were, day by day.
type Resolution struct {
	Symbols  map[string][]Stretch `json:"result"`
	Partial  []string             `json:"partial"`
	NotFound []string             `json:"not_found"`
}

// Resolve asks what symbols were called in another way of naming, over the
// UTC days of a span. It is free.
func (c *Client) Resolve(ctx context.Context, dataset string, symbols []string, in, out string, span Span) (Resolution, error) {
	const method = "symbology.resolve"
	last := span.To.Add(-time.Nanosecond).UTC().AddDate(0, 0, 1) // the day of the last nanosecond, exclusive
	request := wire.Request{Name: method, Path: path(method), Form: url.Values{
		"dataset": {dataset}, "symbols": {strings.Join(symbols, ",")}, "stype_in": {in}, "stype_out": {out},
		"start_date": {span.From.UTC().Format(time.DateOnly)}, "end_date": {last.Format(time.DateOnly)},
	}}
	var r Resolution
	answer, err := c.http.JSON(ctx, request, &r)
	if err == nil && r.Symbols == nil {
		err = c.http.Malformed(request, answer.Status, "it resolves nothing and says nothing")
	}
	return r, err
}
