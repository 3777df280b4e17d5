package databento

import (
	"context"
	"encoding/json"
	"math/big"
	"net/url"
	"strconv"
	"time"

	"assay/market"
	"assay/provider/wire"
)

// path is where a method of the historical API is.
func path(method string) string { return "/v0/" + method }

// Datasets lists the datasets that there are.
func (c *Client) Datasets(ctx context.Context) ([]string, error) {
	const method = "metadata.list_datasets"
	var names []string
	_, err := c.http.JSON(ctx, wire.Request{Name: method, Path: path(method)}, &names)
	return names, err
}

// Span is a stretch of time, To exclusive.
type Span struct {
	From time.Time `json:"start"`
	To   time.Time `json:"end"`
}

// Range is what a dataset holds.
type Range struct {
	Span
	Schemas map[string]Span `json:"schema"`
}

// Of returns the span of a schema, the whole dataset's where none is said.
func (r Range) Of(schema string) Span {
	if s, ok := r.Schemas[schema]; ok && !s.To.IsZero() {
		return s
	}
	return r.Span
}

// Range asks from when until when a dataset has data; the answer also says
// how far Databento's clock is from ours.
func (c *Client) Range(ctx context.Context, dataset string) (Range, time.Duration, error) {
	const method = "metadata.get_dataset_range"
	request := wire.Request{Name: method, Path: path(method), Query: url.Values{"dataset": {dataset}}}
	var r Range
	answer, err := c.http.JSON(ctx, request, &r)
	if err == nil && (r.To.IsZero() || !r.From.Before(r.To)) {
		err = c.http.Malformed(request, answer.Status, "it names no span of time")
	}
	return r, answer.Skew, err
}

// Query chooses records.
type Query struct {
	Dataset string
	Schema  string
	SType   string // how Symbols name instruments
	Symbols string // joined by commas
	Span
	Cost *market.Money // what it was quoted at, for whoever observes
}

func (q Query) form() url.Values {
	nano := func(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }
	return url.Values{
		"dataset": {q.Dataset}, "schema": {q.Schema}, "stype_in": {q.SType}, "symbols": {q.Symbols},
		"start": {nano(q.From)}, "end": {nano(q.To)},
	}
}

// Cost asks what records cost, in whole ten-thousandths of a dollar, rounded
// up.
func (c *Client) Cost(ctx context.Context, q Query) (market.Money, error) {
	const method = "metadata.get_cost"
	request := wire.Request{Name: method, Path: path(method), Form: q.form()}
	var number json.Number
	answer, err := c.http.JSON(ctx, request, &number)
	if err != nil {
		return 0, err
	}
	cost, ok := dollars(number.String())
	if !ok {
		return 0, c.http.Malformed(request, answer.Status, "%q is no price", number)
	}
	return cost, nil
}

// dollars reads an amount with any number of decimals, rounded up.
func dollars(text string) (market.Money, bool) {
	const most = 1e9
	if f, err := strconv.ParseFloat(text, 64); err != nil || !(f >= 0 && f <= most) || len(text) > 40 {
		return 0, false
	}
	exact, ok := new(big.Rat).SetString(text)
	if !ok {
		return 0, false
	}
	exact.Mul(exact, big.NewRat(int64(market.Dollar), 1))
	whole, rest := new(big.Int).QuoRem(exact.Num(), exact.Denom(), new(big.Int))
	if rest.Sign() > 0 {
		whole.Add(whole, big.NewInt(1))
	}
	return market.Money(whole.Int64()), true
}

// Count asks how many records there are.
func (c *Client) Count(ctx context.Context, q Query) (int64, error) {
	const method = "metadata.get_record_count"
	request := wire.Request{Name: method, Path: path(method), Form: q.form()}
	var n int64
	answer, err := c.http.JSON(ctx, request, &n)
	if err == nil && n < 0 {
		err = c.http.Malformed(request, answer.Status, "it counts %d records", n)
	}
	return n, err
}
