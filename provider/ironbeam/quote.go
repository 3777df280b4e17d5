package ironbeam

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"assay"
	"assay/provider/wire"
)

// maxSymbols is how many one question, and one stream, may name.
const maxSymbols = 10

// maxKnown bounds what a stream remembers; no more than maxSymbols are asked
// for at a time.
const maxKnown = 100

// Aggressor says who made a trade happen.
type Aggressor string

// The aggressors.
const (
	NoAggressor Aggressor = "NONE"
	Buyer       Aggressor = "BUY"
	Seller      Aggressor = "SELL"
)

// UnmarshalJSON reads a word, or its number as the stream sends it.
func (a *Aggressor) UnmarshalJSON(text []byte) error {
	return decodeWord(a, text, string(NoAggressor), string(Buyer), string(Seller))
}

// Quote is the market of one contract. An update holds only what changed.
type Quote struct {
	Symbol     string       `json:"s"` // e.g. "XCME:ES.Z26"
	Last       wire.Decimal `json:"l"`
	LastSize   wire.Whole   `json:"sz"`
	Aggressor  Aggressor    `json:"ags"`
	Bid        wire.Decimal `json:"b"`
	BidSize    wire.Whole   `json:"bs"`
	Ask        wire.Decimal `json:"a"`
	AskSize    wire.Whole   `json:"as"`
	Settlement wire.Decimal `json:"stt"`
	Volume     wire.Whole   `json:"tv"` // of the day; bars need its differences, as a trade may come twice
	TradedAt   millis       `json:"tt"`
	BidAt      millis       `json:"bt"`
	AskAt      millis       `json:"at"`
}

// At is when the newest part of the quote was made; zero when it does not say.
func (q Quote) At() time.Time {
	newest := max(q.TradedAt, q.BidAt, q.AskAt)
	if newest <= 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(newest)).UTC()
}

// millis is a moment, in milliseconds since 1970.
type millis int64

// Quotes asks for the market of at most ten contracts. The first question for
// a symbol may be answered with nothing; asking again helps.
func (c *Client) Quotes(ctx context.Context, symbols ...string) ([]Quote, error) {
	if err := countable(symbols); err != nil {
		return nil, err
	}
	var got struct{ Quotes []Quote }
	_, _, err := c.call(ctx, wire.Request{
		Name: "quotes", Path: "/market/quotes", Query: url.Values{"symbols": {strings.Join(symbols, ",")}},
	}, &got)
	return got.Quotes, err
}

func countable(symbols []string) error {
	if len(symbols) < 1 || len(symbols) > maxSymbols {
		return assay.Errorf(assay.Invalid, fmt.Sprintf("name 1 to %d", maxSymbols),
			"Ironbeam was asked for the quotes of %d symbols", len(symbols))
	}
	return nil
}

// merge puts an update on top of what is known of its symbol.
func merge(known map[string]Quote, update json.RawMessage) (Quote, error) {
	var named struct {
		Symbol string `json:"s"`
	}
	if err := json.Unmarshal(update, &named); err != nil || named.Symbol == "" {
		return Quote{}, fmt.Errorf("a quote names no symbol")
	}
	quote, old := known[named.Symbol]
	if !old && len(known) >= maxKnown {
		return Quote{}, fmt.Errorf("quotes of more than %d symbols", maxKnown)
	}
	if err := json.Unmarshal(update, &quote); err != nil {
		return Quote{}, fmt.Errorf("the quote of %.40q: %w", named.Symbol, err)
	}
	known[named.Symbol] = quote
	return quote, nil
}
