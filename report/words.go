package report

import (
	"math"
	"strconv"
	"strings"

	"assay/market"
)

// undefined stands for a figure that has no value.
const undefined = "—"

// dollars prints "−$1,234.50"; a tenth of a cent is rounded away.
func dollars(m market.Money) string { return signed(m.Dollars(), 2, "$") }

// whole prints dollars without cents, for axes and narrow tables.
func whole(dollars float64) string { return signed(dollars, 0, "$") }

// number prints a figure with two decimals, or an em dash.
func number(v *float64) string {
	if v == nil {
		return undefined
	}
	return signed(*v, 2, "")
}

// percent prints a share as "12.34 %".
func percent(v *float64) string {
	if v == nil {
		return undefined
	}
	return signed(100**v, 2, "") + " %"
}

// amount prints dollars that may be undefined.
func amount(v *float64) string {
	if v == nil {
		return undefined
	}
	return signed(*v, 2, "$")
}

// signed prints thousands apart, with a true minus and no minus zero.
func signed(v float64, decimals int, unit string) string {
	digits := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	sign := ""
	if v < 0 && strings.Trim(digits, "0.") != "" {
		sign = "−"
	}
	wholes, rest, fraction := strings.Cut(digits, ".")
	for i := len(wholes) - 3; i > 0; i -= 3 {
		wholes = wholes[:i] + "," + wholes[i:]
	}
	if fraction {
		rest = "." + rest
	}
	return sign + unit + wholes + rest
}

func grouped(n int64) string { return signed(float64(n), 0, "") }

// tone is the class of a figure that may be good or bad.
func tone(v float64) string {
	switch {
	case v > 0:
		return "pos"
	case v < 0:
		return "neg"
	default:
		return ""
	}
}

// share is a over b, undefined when b is 0.
func share(a, b float64) *float64 {
	if b == 0 {
		return nil
	}
	v := a / b
	return &v
}
