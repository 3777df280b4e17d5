package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Decimal is a price or an amount as a provider writes it, in billionths: the
// scale of market.Nano. JSON numbers are read without passing through a float.
type Decimal int64

// digits is how many decimals a Decimal keeps.
const digits = 9

// longestNumber bounds the text of a number, and largestExponent its exponent,
// so that a short text cannot ask for much work.
const (
	longestNumber   = 64
	largestExponent = 30
)

// UnmarshalJSON reads a number, or a text that holds one. Decimals beyond the
// ninth are rounded: providers that compute in floats send their noise.
func (d *Decimal) UnmarshalJSON(text []byte) error {
	if bytes.Equal(text, []byte("null")) {
		return nil
	}
	var number json.Number // reads a text too, if it holds a number
	if err := json.Unmarshal(text, &number); err != nil {
		return fmt.Errorf("%.40q is no number", text)
	}
	value, err := ParseDecimal(number.String())
	if err == nil {
		*d = value
	}
	return err
}

// ParseDecimal reads what JSON calls a number.
func ParseDecimal(text string) (Decimal, error) {
	_, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	if n, err := strconv.Atoi(exponent); exponent != "" && (err != nil || max(n, -n) > largestExponent) {
		return 0, fmt.Errorf("%.40q is no number of a usual size", text)
	}
	value, ok := new(big.Rat), len(text) <= longestNumber && !strings.ContainsAny(text, "/_xXpPoObB")
	if ok {
		value, ok = value.SetString(text)
	}
	if !ok {
		return 0, fmt.Errorf("%.40q is no number", text)
	}
	billionths, rest := new(big.Int).QuoRem(
		value.Mul(value, big.NewRat(int64(math.Pow10(digits)), 1)).Num(), value.Denom(), new(big.Int))
	if rest.Lsh(rest.Abs(rest), 1).Cmp(value.Denom()) >= 0 { // half away from zero
		billionths.Add(billionths, big.NewInt(int64(value.Sign())))
	}
	if !billionths.IsInt64() {
		return 0, fmt.Errorf("%.40q is too large", text)
	}
	return Decimal(billionths.Int64()), nil
}

// String prints the number without trailing zeros.
func (d Decimal) String() string {
	text := new(big.Rat).SetFrac64(int64(d), int64(math.Pow10(digits))).FloatString(digits)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// MarshalJSON prints the number as String does.
func (d Decimal) MarshalJSON() ([]byte, error) { return []byte(d.String()), nil }
