package history

import (
	"slices"

	"assay"
	"assay/market"
)

// priceRanges are the prices in points that are believed, by the root whose
// bars they are: wide of all that ever traded, and narrow enough that prices a
// hundred times too large or too small fall outside. Files scaled wrongly are
// on the tick and in order, and nothing else would notice them.
var priceRanges = map[string][2]float64{
	"ES": {200, 50_000}, "NQ": {400, 100_000}, "YM": {3_000, 400_000}, "RTY": {200, 20_000},
	"CL": {2, 900}, "GC": {100, 20_000}, "SI": {2, 300},
	"ZB": {40, 400}, "ZN": {40, 400}, "ZF": {40, 400},
	"6E": {0.3, 5}, "M6E": {0.3, 5}, "BTC": {500, 1_000_000},
}

// believable refuses bars whose prices cannot be those of the contract.
func believable(source string, c market.Contract, b *market.Bars) error {
	believed, ok := priceRanges[c.Root]
	if !ok {
		return nil
	}
	low := slices.Index(b.Low, slices.Min(b.Low))
	high := slices.Index(b.High, slices.Max(b.High))
	for _, p := range []struct {
		at    int
		ticks int32
	}{{low, b.Low[low]}, {high, b.High[high]}} {
		points := float64(p.ticks) * c.TickSize()
		if points < believed[0] || points > believed[1] {
			return assay.Errorf(assay.Invalid, "check --symbol, and whether the file scales its prices",
				"%s: %s at %s on %s is not believed; prices from %.10g to %.10g are",
				source, c.Root, c.FormatPrice(market.Price(p.ticks)), rfc3339(b.Time[p.at]), believed[0], believed[1])
		}
	}
	return nil
}
