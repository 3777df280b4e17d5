package ironbeam

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"assay/provider/wire"
)

// Trader is who is logged in.
type Trader struct {
	ID       wire.Text   `json:"traderId"`
	Live     wire.Flag   `json:"isLive"`
	Accounts []wire.Text `json:"accounts"`

	Skew time.Duration `json:"-"` // how far the broker's clock is from ours, at least
}

// Trader asks who is logged in, and where.
func (c *Client) Trader(ctx context.Context) (t Trader, err error) {
	_, answer, err := c.call(ctx, wire.Request{Name: "trader info", Path: "/info/trader"}, &t)
	t.Skew = answer.Skew
	return t, err
}

// Accounts lists the accounts of the login.
func (c *Client) Accounts(ctx context.Context) ([]wire.Text, error) {
	var got struct{ Accounts []wire.Text }
	_, _, err := c.call(ctx, wire.Request{Name: "accounts", Path: "/account/getAllAccounts"}, &got)
	return got.Accounts, err
}

// BalanceType says of which moment a balance is.
type BalanceType string

// The moments.
const (
	CurrentOpen BalanceType = "CURRENT_OPEN"
	StartOfDay  BalanceType = "START_OF_DAY"
)

// UnmarshalJSON reads a word, or its number as the stream sends it.
func (b *BalanceType) UnmarshalJSON(text []byte) error {
	return decodeWord(b, text, string(CurrentOpen), string(StartOfDay))
}

// Balance is an account's money in one currency.
type Balance struct {
	Account         wire.Text    `json:"accountId"`
	Currency        string       `json:"currencyCode"`
	Type            BalanceType  `json:"balanceType"`
	Cash            wire.Decimal `json:"cashBalance"`
	OpenTradeEquity wire.Decimal `json:"openTradeEquity"`
	TotalEquity     wire.Decimal `json:"totalEquity"`
	NetLiquidity    wire.Decimal `json:"netLiquidity"`
}

// Balances returns the current balances of an account, one a currency.
func (c *Client) Balances(ctx context.Context, account string) ([]Balance, error) {
	var got struct{ Balances []Balance }
	_, _, err := c.call(ctx, wire.Request{
		Name: "balance", Path: "/account/" + url.PathEscape(account) + "/balance",
		Query: url.Values{"balanceType": {string(CurrentOpen)}},
	}, &got)
	return got.Balances, err
}

// PositionSide says which way a position goes.
type PositionSide string

// The sides. Which number the stream sends for which is not documented, so
// that numbers are refused.
const (
	Long  PositionSide = "LONG"
	Short PositionSide = "SHORT"
)

// UnmarshalJSON reads the word.
func (s *PositionSide) UnmarshalJSON(text []byte) error {
	var word string
	if err := json.Unmarshal(text, &word); err != nil {
		return fmt.Errorf("%.40q is no side of a position", text)
	}
	switch side := PositionSide(strings.ToUpper(word)); side {
	case Long, Short:
		*s = side
	case "": // absent, which Positions refuses
	default:
		return fmt.Errorf("%.40q is no side of a position", text)
	}
	return nil
}

// Position is what an account holds of one contract.
type Position struct {
	ID           wire.Text    `json:"positionId"`
	Account      wire.Text    `json:"accountId"`
	Currency     string       `json:"currencyCode"`
	Symbol       string       `json:"exchSym"`
	Side         PositionSide `json:"side"`
	Quantity     wire.Whole   `json:"quantity"` // ≥ 0; Side carries the sign
	Price        wire.Decimal `json:"price"`
	Opened       wire.Text    `json:"dateOpened"` // YYYYMMDD
	UnrealizedPL wire.Decimal `json:"unrealizedPL"`
}

// Positions returns what an account holds. A position without a side, a
// symbol, or with a negative quantity is no position.
func (c *Client) Positions(ctx context.Context, account string) ([]Position, error) {
	r := wire.Request{Name: "positions", Path: "/account/" + url.PathEscape(account) + "/positions"}
	var got struct{ Positions []Position }
	_, answer, err := c.call(ctx, r, &got)
	if err != nil {
		return nil, err
	}
	for _, p := range got.Positions {
		if p.Side == "" || p.Symbol == "" || p.Quantity < 0 {
			return nil, c.door.Malformed(r, answer.Status, "a position of %q holds %d %q", p.Symbol, p.Quantity, p.Side)
		}
	}
	return got.Positions, nil
}
