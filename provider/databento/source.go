package databento

import (
	"context"
	"time"

	"assay"
	"assay/history/fetch"
	"assay/market"
)

// Source sells the bars of the historical API to history. It remembers what it
// quoted last, so that the purchase that follows is recorded with its price.
type Source struct {
	Client *Client
	quoted fetch.Lot
	price  market.Money
}

// schemas of bars, by their length.
var schemas = map[time.Duration]string{
	time.Second: "ohlcv-1s", time.Minute: "ohlcv-1m", time.Hour: "ohlcv-1h",
}

func query(lot fetch.Lot) (Query, error) {
	schema, ok := schemas[lot.Bar]
	if !ok {
		return Query{}, assay.Errorf(assay.Invalid, "ask for bars of 1s, 1m or 1h", "Databento has no bars of %s", lot.Bar)
	}
	return Query{
		Dataset: lot.Dataset, Schema: schema, SType: STypeOf(lot.Symbol), Symbols: lot.Symbol,
		Span: Span{From: lot.From, To: lot.To},
	}, nil
}

// Available implements fetch.Source.
func (s *Source) Available(ctx context.Context, lot fetch.Lot) (from, to time.Time, err error) {
	q, err := query(lot)
	if err != nil {
		return from, to, err
	}
	r, _, err := s.Client.Range(ctx, lot.Dataset)
	span := r.Of(q.Schema)
	return span.From, span.To, err
}

// Quote implements fetch.Source. A symbol that is none is an error.
func (s *Source) Quote(ctx context.Context, lot fetch.Lot) (quote fetch.Quote, err error) {
	q, err := query(lot)
	if err != nil {
		return quote, err
	}
	if quote.Records, err = s.Client.Count(ctx, q); err != nil {
		return quote, err
	}
	if quote.Records == 0 {
		return quote, s.unknown(ctx, q)
	}
	if quote.Cost, err = s.Client.Cost(ctx, q); err == nil {
		s.quoted, s.price = lot, quote.Cost
	}
	return quote, err
}

// unknown finds out whether a symbol of which there is nothing is one at all.
func (s *Source) unknown(ctx context.Context, q Query) error {
	r, err := s.Client.Resolve(ctx, q.Dataset, []string{q.Symbols}, q.SType, InstrumentID, q.Span)
	if err != nil || len(r.NotFound) == 0 && len(r.Symbols[q.Symbols]) > 0 {
		return err
	}
	return assay.Errorf(assay.NotFound, "check the symbol and the dates",
		"Databento knows no %s in %s from %s to %s", q.Symbols, q.Dataset,
		q.From.Format(time.DateOnly), q.To.Format(time.DateOnly))
}

// Open implements fetch.Source.
func (s *Source) Open(ctx context.Context, lot fetch.Lot) (fetch.Delivery, error) {
	q, err := query(lot)
	if err != nil {
		return fetch.Delivery{}, err
	}
	if lot == s.quoted { // what is left after a cut was not quoted again
		q.Cost = &s.price
	}
	r, err := s.Client.Records(ctx, q)
	if err != nil {
		return fetch.Delivery{}, err
	}
	return fetch.Delivery{ReadCloser: r, Simulated: r.Simulated, Warnings: r.Warnings}, nil
}
