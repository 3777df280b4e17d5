package polygon

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"assay"
	"assay/provider/wire"
)

// mostPages bounds a list that is fetched page by page.
const mostPages = 1000

// pageSize is the most that a page holds.
const pageSize = "50000"

// Bar is one bar. Prices are decimal text, as they came.
type Bar struct {
	Start  time.Time // bars are stamped at the start
	Open   json.Number
	High   json.Number
	Low    json.Number
	Close  json.Number
	Volume json.Number // "" for an index, which trades nothing
}

// Bars is a list of bars. Delayed says that the plan has no newer ones.
type Bars struct {
	Bars    []Bar
	Delayed bool
}

// Aggregates asks for the bars of a stock or an index over a stretch of time,
// oldest first: n units each, such as 1 minute. The last day is included.
func (c *Client) Aggregates(ctx context.Context, ticker string, n int, unit string, from, to time.Time) (Bars, error) {
	path := fmt.Sprintf("/v2/aggs/ticker/%s/range/%d/%s/%d/%d", ticker, n, unit, from.UnixMilli(), to.UnixMilli())
	var out Bars
	err := c.pages(ctx, wire.Request{
		Name: "aggregates of " + ticker, Path: path, Body: 32 << 20,
		Query: url.Values{"adjusted": {"true"}, "sort": {"asc"}, "limit": {pageSize}},
	}, func(text []byte) error {
		var page struct {
			Status  string `json:"status"`
			Results []struct {
				T          int64
				O, H, L, C json.Number
				V          json.Number
			} `json:"results"`
		}
		if err := json.Unmarshal(text, &page); err != nil {
			return err
		}
		out.Delayed = out.Delayed || page.Status == "DELAYED"
		for _, r := range page.Results {
			out.Bars = append(out.Bars, Bar{time.UnixMilli(r.T).UTC(), r.O, r.H, r.L, r.C, r.V})
		}
		return nil
	})
	return out, err
}

// Futures asks for the bars of a contract, such as ESU6, from a moment on,
// oldest first. A resolution is like 1min.
func (c *Client) Futures(ctx context.Context, contract, resolution string, from, to time.Time) (Bars, error) {
	nano := func(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }
	var out Bars
	err := c.pages(ctx, wire.Request{
		Name: "bars of " + contract, Path: "/futures/v1/aggs/" + contract, Body: 32 << 20,
		Query: url.Values{
			"resolution": {resolution}, "window_start.gte": {nano(from)}, "window_start.lt": {nano(to)},
			"limit": {pageSize}, "sort": {"window_start.asc"},
		},
	}, func(text []byte) error {
		var page struct {
			Status  string `json:"status"`
			Results []struct {
				Start  int64       `json:"window_start"`
				Open   json.Number `json:"open"`
				High   json.Number `json:"high"`
				Low    json.Number `json:"low"`
				Close  json.Number `json:"close"`
				Volume json.Number `json:"volume"`
			} `json:"results"`
		}
		if err := json.Unmarshal(text, &page); err != nil {
			return err
		}
		out.Delayed = out.Delayed || page.Status == "DELAYED"
		for _, r := range page.Results {
			out.Bars = append(out.Bars, Bar{time.Unix(0, r.Start).UTC(), r.Open, r.High, r.Low, r.Close, r.Volume})
		}
		return nil
	})
	return out, err
}

// Contract is a contract of a product.
type Contract struct {
	Ticker     string      `json:"ticker"`
	Product    string      `json:"product_code"`
	Venue      string      `json:"trading_venue"`
	Name       string      `json:"name"`
	FirstTrade string      `json:"first_trade_date"`
	LastTrade  string      `json:"last_trade_date"`
	Tick       json.Number `json:"trade_tick_size"`
}

// Contracts lists the contracts of a product, such as ES, that trade now.
func (c *Client) Contracts(ctx context.Context, product string) (all []Contract, err error) {
	err = c.pages(ctx, wire.Request{
		Name: "contracts of " + product, Path: "/futures/v1/contracts",
		Query: url.Values{"product_code": {product}, "active": {"true"}, "type": {"single"}},
	}, func(text []byte) error {
		var page struct {
			Results []Contract `json:"results"`
		}
		err := json.Unmarshal(text, &page)
		all = append(all, page.Results...)
		return err
	})
	return all, err
}

// pages follows a list from page to page. The address of the next one is
// taken from the answer, but not its host: the key is sent nowhere else.
func (c *Client) pages(ctx context.Context, r wire.Request, take func(page []byte) error) error {
	for range mostPages {
		var page struct{ head }
		answer, err := c.http.JSON(ctx, r, &page)
		if err != nil {
			return err
		}
		if err := take(answer.Body); err != nil {
			return c.http.Malformed(r, answer.Status, "its results do not read (%v)", err)
		}
		if page.Next == "" {
			return nil
		}
		next, err := url.Parse(page.Next)
		if err != nil || next.Path == "" {
			return c.http.Malformed(r, answer.Status, "the address of its next page is none")
		}
		query := next.Query()
		query.Del("apiKey")
		if next.Path == r.Path && query.Encode() == r.Query.Encode() {
			return c.http.Malformed(r, answer.Status, "its next page is itself")
		}
		r.Path, r.Query = next.Path, query
	}
	return assay.Errorf(assay.Invalid, "ask for a shorter time", "polygon: %s has more than %d pages", r.Name, mostPages)
}
