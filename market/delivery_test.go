package market

import (
	_ "embed"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// lastTrades are last trade dates that the exchange published: collected by
// QuantConnect's LEAN for its own tests, and those of exchange definitions.
// Left out are GC and SI of December 2021, where LEAN takes 2021-12-31 for a
// holiday and the exchange traded.
//
//go:embed testdata/last_trades.txt
var lastTrades string

func contract(t testing.TB, root string) Contract {
	t.Helper()
	c, err := ContractOf(root)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLastTradesAreThePublishedOnes(t *testing.T) {
	n := 0
	for line := range strings.Lines(lastTrades) {
		f := strings.Fields(line)
		c, m := contract(t, f[0]), DeliveryIn(date(f[1]+"-01"))
		if got := c.LastTrade(m).String(); got != f[2] {
			t.Errorf("%s %s is last traded on %s, want %s", f[0], f[1], got, f[2])
		}
		n++
	}
	if n < 190 {
		t.Errorf("%d dates are held against the rule", n)
	}
}

// The table of exceptions was written from what the exchange published and
// from bars; the rule knows its holidays, and no others.
func TestHolidaysAreThoseOfTheTable(t *testing.T) {
	eves := []string{"Christmas Eve", "day after", "day before", "National Day of Mourning"}
	for _, group := range []string{"ES", "CL", "GC", "ZN"} {
		calendar := contract(t, group).Calendar()
		for d := calendar.first; d <= calendar.last; d++ {
			if wd := d.Weekday(); wd == 0 || wd == 6 {
				continue
			}
			e, ok := calendar.Exception(d)
			for _, eve := range eves {
				ok = ok && !strings.HasPrefix(e.Reason, eve)
			}
			if BusinessDay(d) == ok {
				t.Errorf("%s %s (%q): business day %v", group, d, e.Reason, BusinessDay(d))
			}
		}
	}
}

func TestEaster(t *testing.T) {
	for _, want := range []string{
		"1981-04-19", "2000-04-23", "2008-03-23", "2011-04-24", "2013-03-31", "2018-04-01",
		"2019-04-21", "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25", "2049-04-18", "2076-04-19",
	} {
		d := date(want)
		if got := easter(d.Time().Year()); got != d {
			t.Errorf("Easter is %s, want %s", got, want)
		}
	}
}

// The rolls of 2025, each as the contract left and the first trade date of the
// next.
func TestRollsByTheCalendar(t *testing.T) {
	const want = `
ES  H 2025-03-17 M 2025-06-13 U 2025-09-15 Z 2025-12-15
CL  G 2025-01-15 H 2025-02-14 J 2025-03-17 K 2025-04-16 M 2025-05-15 N 2025-06-16 Q 2025-07-17 U 2025-08-15 V 2025-09-17 X 2025-10-16 Z 2025-11-17 F 2025-12-16
GC  G 2025-01-28 J 2025-03-26 M 2025-05-27 Q 2025-07-28 V 2025-09-25 Z 2025-11-24
SI  H 2025-02-25 K 2025-04-25 N 2025-06-25 U 2025-08-26 Z 2025-11-24
ZN  H 2025-02-25 M 2025-05-27 U 2025-08-26 Z 2025-11-24
ZF  H 2025-02-25 M 2025-05-27 U 2025-08-26 Z 2025-11-24
6E  H 2025-03-12 M 2025-06-11 U 2025-09-10 Z 2025-12-10
BTC F 2025-01-28 G 2025-02-25 H 2025-03-25 J 2025-04-22 K 2025-05-27 M 2025-06-24 N 2025-07-22 Q 2025-08-26 U 2025-09-23 V 2025-10-28 X 2025-11-24 Z 2025-12-19
`
	var got strings.Builder
	got.WriteByte('\n')
	for _, root := range []string{"ES", "CL", "GC", "SI", "ZN", "ZF", "6E", "BTC"} {
		c := contract(t, root)
		fmt.Fprintf(&got, "%-3s", root)
		held := c.Front(date("2025-01-01"), c.RollDays())
		for d := date("2025-01-01"); d < date("2026-01-01"); d++ {
			if next := c.Front(d, c.RollDays()); next != held {
				fmt.Fprintf(&got, " %c %s", MonthCodes[held%12], d)
				held = next
			}
		}
		got.WriteByte('\n')
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Error(diff)
	}
}

// Whatever the contract, the day and the choice: the delivery held is liquid,
// is left before its deadline and before it expires, never gives way to an
// earlier one, and is the nearest of those.
func TestTheFrontIsNeverPastItsDeadline(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(Contracts()).Draw(t, "contract")
		d := Date(rapid.IntRange(0, 30_000).Draw(t, "date"))
		days := rapid.IntRange(0, MaxRollDays).Draw(t, "days")
		m := c.Front(d, days)
		if !c.Liquid(m) || c.RollDate(m, days) <= d || c.Deadline(m) <= d || c.LastTrade(m) <= d {
			t.Fatalf("%s on %s: %s, deadline %s, last trade %s", c.Root, d, m.Of(c.Root), c.Deadline(m), c.LastTrade(m))
		}
		if !BusinessDay(c.LastTrade(m)) || !BusinessDay(c.Deadline(m)) {
			t.Fatalf("%s: %s or %s is no business day", m.Of(c.Root), c.LastTrade(m), c.Deadline(m))
		}
		for earlier := DeliveryIn(d) - 3; earlier < m; earlier++ {
			if c.Liquid(earlier) && c.RollDate(earlier, days) > d {
				t.Fatalf("%s on %s: %s is nearer than %s", c.Root, d, earlier.Of(c.Root), m.Of(c.Root))
			}
		}
		if next := c.Front(d+1, days); next < m {
			t.Fatalf("%s on %s: %s gives way to %s", c.Root, d, m.Of(c.Root), next.Of(c.Root))
		}
	})
}
