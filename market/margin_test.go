package market

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// What the table says of money, a contract a line: fee of a side, margins, day
// margin, and of which day they are.
func TestMoneyOfEachContract(t *testing.T) {
	const want = `
ES   2.25 of 2025-01-01, 22302.00 and 20275.00 of 2025-01-01, day 500.00 of 2025-01-01
MES  0.62 of 2025-01-01, 2230.00 and 2027.00 of 2025-01-01, day 50.00 of 2025-01-01
NQ   2.25 of 2025-01-01, 33305.00 and 30277.00 of 2025-01-01, day 1000.00 of 2025-01-01
MNQ  0.62 of 2025-01-01, 3330.00 and 3027.00 of 2025-01-01, day 100.00 of 2025-01-01
YM   2.25 of 2025-01-01, 14220.00 and 12927.00 of 2025-01-01, day 500.00 of 2025-01-01
MYM  0.62 of 2025-01-01, 1422.00 and 1292.00 of 2025-01-01, day 50.00 of 2025-01-01
RTY  2.25 of 2025-01-01, 9259.00 and 8418.00 of 2025-01-01, day 500.00 of 2025-01-01
M2K  0.62 of 2025-01-01, 925.00 and 841.00 of 2025-01-01, day 50.00 of 2025-01-01
CL   2.47 of 2025-01-01, 7480.00 and 6800.00 of 2022-01-01, day 2872.00 of 2025-01-01
MCL  0.77 of 2025-01-01, 748.00 and 680.00 of 2022-01-01, day 288.00 of 2025-01-01
GC   2.47 of 2025-01-01, 5.5 % of the value and 5 % of the value of 2026-01-13, day 11000.00 of 2025-01-01
MGC  0.87 of 2025-01-01, 5.5 % of the value and 5 % of the value of 2026-01-13
SI   2.47 of 2025-01-01, 12.1 % of the value and 11 % of the value of 2026-01-28, day 11000.00 of 2025-01-01
SIL  1.27 of 2025-01-01, 12.1 % of the value and 11 % of the value of 2026-01-28
ZB   1.82 of 2025-01-01, 3850.00 and 3500.00 of 2022-01-01
ZN   1.67 of 2025-01-01, 1650.00 and 1500.00 of 2022-01-01
ZF   1.52 of 2025-01-01, 1018.00 and 925.00 of 2022-01-01
6E   2.47 of 2025-01-01, 2420.00 and 2200.00 of 2022-01-01, day 1485.00 of 2025-01-01
M6E  0.41 of 2025-01-01, 242.00 and 220.00 of 2022-01-01
BTC  11.02 of 2025-01-01, 50 % of the value and 50 % of the value of 2022-01-01
MBT  4.77 of 2025-01-01, 50 % of the value and 50 % of the value of 2022-01-01, day 2441.00 of 2025-01-01
`
	var got strings.Builder
	got.WriteByte('\n')
	for _, c := range Contracts() {
		m := c.Margin
		fmt.Fprintf(&got, "%-4s %s of %s, %s and %s of %s", c.Root, c.Fee(), c.FeesFrom.AsOf, m.Initial, m.Maintenance, m.From.AsOf)
		if m.Day > 0 {
			fmt.Fprintf(&got, ", day %s of %s", m.Day, m.DayFrom.AsOf)
		}
		got.WriteByte('\n')
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Error(diff)
	}
}

// A row that cannot be right is refused, with its line, its root and what is
// wrong in it.
func TestBadRowsOfTheTableAreRefused(t *testing.T) {
	const row = 3 // MES
	lines := strings.Split(strings.TrimSpace(contractsCSV), "\n")
	header := strings.Split(lines[0], ",")
	for _, c := range []struct{ column, value, want string }{
		{"initial_margin", "2000", "its initial margin 2000.00 is below the maintenance margin 2027.00"},
		{"initial_margin", "5.5%", "one of its margins 5.5 % of the value and 2027.00 is in dollars and one a share"},
		{"initial_margin", "5.555%", "initial_margin: 5.555% is no share of at most 100% with two decimals"},
		{"initial_margin", "101%", "initial_margin: 101% is no share of at most 100% with two decimals"},
		{"initial_margin", "about 2000", `initial_margin: "about 2000" is neither dollars nor a share like 5.5%`},
		{"initial_margin", "", "initial_margin: there is nothing"},
		{"maintenance_margin", "0", "maintenance_margin: 0 is not above zero"},
		{"maintenance_margin", "-1", "maintenance_margin: -1 is not above zero"},
		{"day_margin_usd", "2231", "its day margin 2231.00 is not between 0 and the initial margin 2230.00"},
		{"day_margin_as_of", "", "day_margin_as_of: there is nothing"},
		{"margins_as_of", "", "margins_as_of: there is nothing"},
		{"margins_as_of", "2025", `margins_as_of: "2025" is not a date like 2026-11-22`},
		{"margins_as_of", "1925-01-01", "margins_as_of: 1925-01-01 is too long ago"},
		{"margins_source", " ", "margins_source: there is nothing"},
		{"fees_as_of", "", "fees_as_of: there is nothing"},
		{"fees_source", "", "fees_source: there is nothing"},
		{"exchange_fee_side_usd", "0", "its exchange fee must be above zero, the others not below"},
		{"commission_side_usd", "-0.25", "its exchange fee must be above zero, the others not below"},
		{"commission_side_usd", "0.12345", `commission_side_usd: "0.12345" has more than four decimals`},
		{"tick_value", "1.50", "its tick of 250000000 nano-units at a multiplier of 5.00 is not worth 1.50"},
		{"day_open_ct", "15:00", "its day session closes before it opens"},
		{"day_open_ct", "8h", `day_open_ct: "8h" is not a time like 08:30`},
		{"group", "stocks", `"stocks" is no group of contracts`},
		{"liquid_months", "HMUA", `its liquid months "HMUA" are not all of FGHJKMNQUVXZ`},
		{"root", "ES", "it is there twice"},
	} {
		rows, err := records("contracts.csv", contractsCSV)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(header, ",") + "\n"
		for i, r := range rows {
			for k, column := range header {
				if i+2 == row && column == c.column {
					r.cells[column] = c.value
				}
				text += map[bool]string{true: ","}[k > 0] + `"` + r.cells[column] + `"`
			}
			text += "\n"
		}
		root := "MES"
		if c.column == "root" {
			root = c.value
		}
		want := fmt.Sprintf("contracts.csv:%d: %s: %s", row, root, c.want)
		if all, err := readContracts(text); err == nil || err.Error() != want || all != nil {
			t.Errorf("%s %q: error %v\nwant %s", c.column, c.value, err, want)
		}
	}
	cut := strings.Join(lines[:2], "\n") + "\nMES,too,short\n"
	if _, err := readContracts(cut); err == nil || !strings.HasPrefix(err.Error(), "contracts.csv: record on line 3: wrong number of fields") {
		t.Errorf("a short row: %v", err)
	}
}

func TestRequirementsInDollars(t *testing.T) {
	es, gc := contract(t, "ES"), contract(t, "GC")
	if got := es.Margin.Initial.For(es, 20_000); got != 22_302*Dollar {
		t.Errorf("ES needs %s", got)
	}
	// 4505.2 an ounce: a contract is worth 450,520 dollars, 5.5 % of it are 24,778.60.
	if got := gc.Margin.Initial.For(gc, 45_052); got != 247_786_000 {
		t.Errorf("GC needs %s", got)
	}
	if got := (Requirement{Share: 1}).For(gc, 1); got != 10 { // 10 dollars a tick: a tenth of a cent
		t.Errorf("a hundredth of a percent of a tick is %s", got)
	}
	if got := (Requirement{Share: 1}).For(contract(t, "MBT"), 1); got != 1 { // rounded up
		t.Errorf("a hundredth of a percent of half a dollar is %s", got)
	}
}

func TestFiguresAgeInTheOpen(t *testing.T) {
	at := func(s string) time.Time { return date(s).Time().Add(23 * time.Hour) }
	for _, c := range []struct {
		age  Age
		want string
	}{
		{FeesAge(date("2025-01-01"), at("2025-01-01")), "as of 2025-01-01, 0 days old"},
		{FeesAge(date("2025-01-01"), at("2025-01-02")), "as of 2025-01-01, 1 day old"},
		{FeesAge(date("2025-01-01"), at("2025-06-30")), "as of 2025-01-01, 180 days old"},
		{FeesAge(date("2025-01-01"), at("2025-07-01")), "as of 2025-01-01, 181 days old and ageing: confirm before money depends on it"},
		{FeesAge(date("2025-01-01"), at("2026-01-31")), "as of 2025-01-01, 395 days old and ageing: confirm before money depends on it"},
		{FeesAge(date("2025-01-01"), at("2026-02-01")), "as of 2025-01-01, 396 days old and stale: confirm before money depends on it"},
		{FeesAge(date("2025-01-01"), at("2024-12-01")), "as of 2025-01-01, 0 days old"}, // never a negative age
		{FeesAge(0, at("2025-01-01")), "as of a day that was not stored: confirm before money depends on it"},
		{MarginsAge(date("2026-01-13"), at("2026-01-20")), "as of 2026-01-13, 7 days old"},
		{MarginsAge(date("2026-01-13"), at("2026-01-21")), "as of 2026-01-13, 8 days old and ageing: confirm before money depends on it"},
		{MarginsAge(date("2026-01-13"), at("2026-02-13")), "as of 2026-01-13, 31 days old and stale: confirm before money depends on it"},
	} {
		if got := c.age.String(); got != c.want {
			t.Errorf("%s\nwant %s", got, c.want)
		}
	}
}

// As time passes a figure only gets older and less trusted.
func TestTrustOnlyFalls(t *testing.T) {
	rank := map[Trust]int{Current: 0, Ageing: 1, Stale: 2}
	rapid.Check(t, func(t *rapid.T) {
		asOf := Date(rapid.IntRange(11_000, 25_000).Draw(t, "as of"))
		now := time.Unix(rapid.Int64Range(0, year2100).Draw(t, "now"), 0)
		later := now.Add(time.Duration(rapid.Int64Range(0, 1e9).Draw(t, "seconds")) * time.Second)
		of := rapid.SampledFrom([]func(Date, time.Time) Age{FeesAge, MarginsAge}).Draw(t, "figure")
		a, b := of(asOf, now), of(asOf, later)
		if a.Days < 0 || b.Days < a.Days || rank[b.Trust] < rank[a.Trust] {
			t.Fatalf("%v becomes %v", a, b)
		}
	})
}
