package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"math"

	"assay/market"
)

// moneyLimit is 2^39 dollars, 549 billion. Below it the floats in which SQLite
// keeps a fraction lie 2^-14 dollar apart at most, so that each 1/10,000 has one
// of its own; from there on two amounts would share one.
const moneyLimit = (1 << 39) * market.Dollar

// Money carries market.Money to and from a NUMERIC column in dollars, exactly:
// it is written as a decimal, and the number read back gives the one written.
// Amounts of moneyLimit and more are refused, on either database.
type Money market.Money

// Value prints dollars, e.g. "3020.5".
func (m Money) Value() (driver.Value, error) {
	amount := market.Money(m)
	if amount <= -moneyLimit || amount >= moneyLimit {
		return nil, fmt.Errorf("%s dollars cannot be stored exactly, only less than %s", amount, moneyLimit)
	}
	return amount.Decimal(), nil
}

// Scan reads an integer, a float or a decimal text of dollars.
func (m *Money) Scan(src any) error {
	switch v := src.(type) {
	case int64:
		if v > math.MaxInt64/int64(market.Dollar) || v < math.MinInt64/int64(market.Dollar) {
			return fmt.Errorf("%d dollars are out of range", v)
		}
		*m = Money(v) * Money(market.Dollar)
	case float64:
		if !(math.Abs(v) < float64(moneyLimit/market.Dollar)) { // so it is for what is no number
			return fmt.Errorf("%g dollars are out of range", v)
		}
		// The fraction alone is multiplied: the product of the whole number would
		// be rounded once more, by enough to give the neighbour.
		whole, fraction := math.Modf(v)
		*m = Money(whole)*Money(market.Dollar) + Money(math.Round(fraction*float64(market.Dollar)))
	case string:
		amount, err := market.ParseMoney(v)
		if err != nil {
			return err
		}
		*m = Money(amount)
	default:
		return fmt.Errorf("an amount came as %T", src)
	}
	return nil
}

// moneyInto scans a column into a market.Money.
func moneyInto(m *market.Money) *Money { return (*Money)(m) }

// jsonInto scans a JSON column.
func jsonInto(to any) *jsonDest { return &jsonDest{to} }

type jsonDest struct{ to any }

// Scan implements sql.Scanner.
func (d *jsonDest) Scan(src any) error {
	switch v := src.(type) {
	case string:
		return json.Unmarshal([]byte(v), d.to)
	case []byte:
		return json.Unmarshal(v, d.to)
	default:
		return fmt.Errorf("JSON came as %T", src)
	}
}

// jsonText prints a value for a JSON column.
type jsonText struct{ of any }

// Value prints the JSON.
func (j jsonText) Value() (driver.Value, error) {
	text, err := json.Marshal(j.of)
	return string(text), err
}
