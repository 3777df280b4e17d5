package market

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"assay"
)

// ParsePrice reads a decimal price exactly and returns it in ticks. A price
// between two ticks is an error, as is one that does not fit a column.
func (c Contract) ParsePrice(s string) (Price, error) {
	nano, err := parseNano(s)
	if err != nil {
		return 0, err
	}
	p := Price(nano / c.TickNano)
	if nano%c.TickNano != 0 {
		return 0, assay.Errorf(assay.Invalid, "give a multiple of "+c.FormatPrice(1),
			"%s is not on %s's tick", s, c.Root)
	}
	if p > math.MaxInt32 || p < math.MinInt32 {
		return 0, assay.Errorf(assay.Invalid, "check the price", "%s is too far out for %s", s, c.Root)
	}
	return p, nil
}

// FormatPrice prints a price with the decimals of the contract, e.g. "5012.25".
func (c Contract) FormatPrice(p Price) string {
	sign := ""
	if p < 0 {
		sign, p = "-", -p
	}
	nano := int64(p) * c.TickNano
	text := sign + strconv.FormatInt(nano/Nano, 10)
	if c.Decimals == 0 {
		return text
	}
	return text + "." + fmt.Sprintf("%09d", nano%Nano)[:c.Decimals]
}

// parseNano reads a decimal with at most nine decimals as nano-units.
func parseNano(s string) (int64, error) {
	digits, negative := strings.CutPrefix(s, "-")
	whole, rest, _ := strings.Cut(digits, ".")
	if len(rest) > 9 {
		return 0, fmt.Errorf("%q has more than nine decimals", s)
	}
	v, err := strconv.ParseUint(whole+rest+"000000000"[len(rest):], 10, 63)
	if err != nil || whole == "" {
		return 0, fmt.Errorf("%q is not a price like 5012.25", s)
	}
	if negative {
		return -int64(v), nil
	}
	return int64(v), nil
}
