package market

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestContractsAreConsistent(t *testing.T) {
	if n := len(Contracts()); n != 21 {
		t.Errorf("%d contracts, want 21", n)
	}
	for _, c := range Contracts() {
		// nano-points * (1/10,000 dollar a point) = tick value * nano
		if c.TickNano*int64(c.Multiplier) != int64(c.TickValue)*Nano {
			t.Errorf("%s: multiplier %s x tick %d is not %s", c.Root, c.Multiplier, c.TickNano, c.TickValue)
		}
		full, err := ContractOf(c.FullSize)
		if err != nil || full.Micro() {
			t.Errorf("%s: full size %s: micro %v, %v", c.Root, c.FullSize, full.Micro(), err)
		}
	}
}

func TestContractsThatMatterMost(t *testing.T) {
	fees := Origin{date("2025-01-01"), "exchange and clearing fees as brokers listed them about 2025, " +
		"the NFA fee of 2018, a discount broker's commission"}
	for _, want := range []Contract{
		{
			Root: "ES", Name: "E-mini S&P 500", Exchange: "CME", Group: Equity, Multiplier: 50 * Dollar,
			TickNano: Nano / 4, TickValue: 125_000, FullSize: "ES", Decimals: 2, DayOpen: 510, DayClose: 900, LiquidMonths: "HMUZ",
			ExchangeFee: 13_800, NFAFee: 200, Commission: 8_500,
			FeesFrom: fees,
			Margin: Margin{
				Initial: Requirement{Dollars: 22302 * Dollar}, Maintenance: Requirement{Dollars: 20275 * Dollar},
				From: Origin{date("2025-01-01"), "broker list of 2025"}, Day: 500 * Dollar, DayFrom: Origin{date("2025-01-01"), "broker list"},
			},
		},
		{
			Root: "MES", Name: "Micro E-mini S&P 500", Exchange: "CME", Group: Equity, Multiplier: 5 * Dollar,
			TickNano: Nano / 4, TickValue: 12_500, FullSize: "ES", Decimals: 2, DayOpen: 510, DayClose: 900, LiquidMonths: "HMUZ",
			ExchangeFee: 3_500, NFAFee: 200, Commission: 2_500,
			FeesFrom: fees,
			Margin: Margin{
				Initial: Requirement{Dollars: 2230 * Dollar}, Maintenance: Requirement{Dollars: 2027 * Dollar},
				From: Origin{date("2025-01-01"), "broker list of 2025"}, Day: 50 * Dollar, DayFrom: Origin{date("2025-01-01"), "broker list"},
			},
		},
		{
			Root: "NQ", Name: "E-mini Nasdaq-100", Exchange: "CME", Group: Equity, Multiplier: 20 * Dollar,
			TickNano: Nano / 4, TickValue: 50_000, FullSize: "NQ", Decimals: 2, DayOpen: 510, DayClose: 900, LiquidMonths: "HMUZ",
			ExchangeFee: 13_800, NFAFee: 200, Commission: 8_500,
			FeesFrom: fees,
			Margin: Margin{
				Initial: Requirement{Dollars: 33305 * Dollar}, Maintenance: Requirement{Dollars: 30277 * Dollar},
				From: Origin{date("2025-01-01"), "broker list of 2025"}, Day: 1000 * Dollar, DayFrom: Origin{date("2025-01-01"), "broker list"},
			},
		},
		{
			Root: "MNQ", Name: "Micro E-mini Nasdaq-100", Exchange: "CME", Group: Equity, Multiplier: 2 * Dollar,
			TickNano: Nano / 4, TickValue: 5_000, FullSize: "NQ", Decimals: 2, DayOpen: 510, DayClose: 900, LiquidMonths: "HMUZ",
			ExchangeFee: 3_500, NFAFee: 200, Commission: 2_500,
			FeesFrom: fees,
			Margin: Margin{
				Initial: Requirement{Dollars: 3330 * Dollar}, Maintenance: Requirement{Dollars: 3027 * Dollar},
				From: Origin{date("2025-01-01"), "broker list of 2025"}, Day: 100 * Dollar, DayFrom: Origin{date("2025-01-01"), "broker list"},
			},
		},
		{
			Root: "ZF", Name: "5-Year T-Note", Exchange: "CBOT", Group: Rates, Multiplier: 1000 * Dollar,
			TickNano: 7_812_500, TickValue: 78_125, FullSize: "ZF", Decimals: 7, DayOpen: 440, DayClose: 840, LiquidMonths: "HMUZ",
			ExchangeFee: 6_500, NFAFee: 200, Commission: 8_500,
			FeesFrom: fees,
			Margin: Margin{
				Initial: Requirement{Dollars: 1018 * Dollar}, Maintenance: Requirement{Dollars: 925 * Dollar},
				From: Origin{date("2022-01-01"), "list of early 2022"},
			},
		},
	} {
		got, err := ContractOf(want.Root)
		if err != nil || got != want {
			t.Errorf("ContractOf(%s) = %+v, %v\nwant %+v", want.Root, got, err, want)
		}
	}
}

func TestContractOfNamesTheKnownRoots(t *testing.T) {
	_, err := ContractOf("SPY")
	want := `"SPY" is not the root of a known contract; use one of ES MES NQ MNQ YM MYM RTY M2K ` +
		`CL MCL GC MGC SI SIL ZB ZN ZF 6E M6E BTC MBT`
	if err == nil || err.Error() != want {
		t.Errorf("error %v\nwant %s", err, want)
	}
}

func TestMicrosTradeTheirSistersBars(t *testing.T) {
	for symbol, want := range map[string]string{
		"ES": "ES", "MES": "ES", "MNQ": "NQ", "MYM": "YM", "M2K": "RTY", "MCL": "CL", "MGC": "GC",
		"SIL": "SI", "MBT": "BTC", "6E": "6E", "M6E": "M6E", "ZN": "ZN",
	} {
		if got, err := DataRoot(symbol); got != want || err != nil {
			t.Errorf("DataRoot(%s) = %q, %v, want %q", symbol, got, err, want)
		}
	}
	if _, err := DataRoot("XX"); err == nil {
		t.Error("DataRoot(XX) gave no error")
	}
}

func TestPrices(t *testing.T) {
	for _, c := range []struct {
		root, in, out string
		ticks         Price
	}{
		{"ES", "5012.25", "5012.25", 20049},
		{"ES", "5012", "5012.00", 20048},
		{"ES", "-0.25", "-0.25", -1},
		{"ZN", "110.515625", "110.515625", 7073},
		{"6E", "1.12985", "1.12985", 22597},
		{"CL", "72.75", "72.75", 7275},
		{"GC", "2047.60", "2047.6", 20476},
		{"BTC", "68005", "68005", 13601},
		{"YM", "38512.000", "38512", 38512},
	} {
		contract, err := ContractOf(c.root)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := contract.ParsePrice(c.in); err != nil || got != c.ticks {
			t.Errorf("%s %s = %d ticks, %v, want %d", c.root, c.in, got, err, c.ticks)
		}
		if got := contract.FormatPrice(c.ticks); got != c.out {
			t.Errorf("%s %d ticks print %s, want %s", c.root, c.ticks, got, c.out)
		}
	}
}

func TestParsePriceRefuses(t *testing.T) {
	es, err := ContractOf("ES")
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		"5012.10":        "5012.10 is not on ES's tick; give a multiple of 0.25",
		"":               `"" is not a price like 5012.25`,
		".5":             `".5" is not a price like 5012.25`,
		"NaN":            `"NaN" is not a price like 5012.25`,
		"1e3":            `"1e3" is not a price like 5012.25`,
		"+1":             `"+1" is not a price like 5012.25`,
		"--1":            `"--1" is not a price like 5012.25`,
		"1.-5":           `"1.-5" is not a price like 5012.25`,
		"1.0000000001":   `"1.0000000001" has more than nine decimals`,
		"9000000000":     "9000000000 is too far out for ES; check the price",
		"99999999999999": `"99999999999999" is not a price like 5012.25`,
	} {
		if p, err := es.ParsePrice(in); err == nil || err.Error() != want {
			t.Errorf("ParsePrice(%q) = %d, %v, want %s", in, p, err, want)
		}
	}
}

func TestPrintedPricesReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(Contracts()).Draw(t, "contract")
		want := Price(rapid.Int32Range(-1e9, 1e9).Draw(t, "ticks"))
		text := c.FormatPrice(want)
		if got, err := c.ParsePrice(text); err != nil || got != want {
			t.Fatalf("%s: %d -> %s -> %d, %v", c.Root, want, text, got, err)
		}
		if _, decimals, _ := strings.Cut(text, "."); len(decimals) != c.Decimals {
			t.Fatalf("%s: %s has not %d decimals", c.Root, text, c.Decimals)
		}
	})
}
