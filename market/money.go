package market

import (
	"fmt"
	"strconv"
	"strings"
)

// Price is a price in ticks of its contract. Columns hold prices as int32;
// single values and sums are int64, so that no sum can overflow.
type Price int64

// Money is an amount in 1/10,000 dollar: a tick of ZN is 15.625 dollars, of ZF
// 7.8125, so whole cents are not enough.
type Money int64

// Dollar is one dollar.
const Dollar Money = 10_000

// Dollars returns the amount as a float, for ratios and for display only.
func (m Money) Dollars() float64 { return float64(m) / float64(Dollar) }

// String prints the amount with two decimals, or four when it needs them.
func (m Money) String() string {
	sign := ""
	if m < 0 {
		sign, m = "-", -m
	}
	whole, rest := m/Dollar, m%Dollar
	if rest%100 == 0 {
		return fmt.Sprintf("%s%d.%02d", sign, whole, rest/100)
	}
	return fmt.Sprintf("%s%d.%04d", sign, whole, rest)
}

// Side is the direction of a position or an order.
type Side int8

// Long is +1 so that PnL is (exit - entry) * side.
const (
	Short Side = -1
	Flat  Side = 0
	Long  Side = +1
)

// String is the word stored in the trades table.
func (s Side) String() string {
	switch s {
	case Long:
		return "LONG"
	case Short:
		return "SHORT"
	default:
		return "FLAT"
	}
}

// MarshalJSON prints dollars as an exact decimal number, e.g. 15.625.
func (m Money) MarshalJSON() ([]byte, error) { return []byte(m.Decimal()), nil }

// UnmarshalJSON reads what MarshalJSON wrote.
func (m *Money) UnmarshalJSON(text []byte) error {
	v, err := ParseMoney(string(text))
	if err == nil {
		*m = v
	}
	return err
}

// Decimal prints dollars without trailing zeros, e.g. "-15.625" or "3020".
func (m Money) Decimal() string {
	s := m.String()
	if len(s) > 3 && s[len(s)-3:] == ".00" {
		return s[:len(s)-3]
	}
	return strings.TrimRight(s, "0")
}

// ParseMoney reads dollars with at most four decimals.
func ParseMoney(s string) (Money, error) {
	digits, negative := strings.CutPrefix(s, "-")
	whole, rest, _ := strings.Cut(digits, ".")
	if len(rest) > 4 {
		return 0, fmt.Errorf("%q has more than four decimals", s)
	}
	v, err := strconv.ParseInt(whole+rest+"0000"[len(rest):], 10, 64)
	if err != nil || whole == "" || v < 0 {
		return 0, fmt.Errorf("%q is not an amount in dollars like 15.625", s)
	}
	if negative {
		v = -v
	}
	return Money(v), nil
}
