package history

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"assay/market"
)

func TestParseRolls(t *testing.T) {
	es, err := market.ContractOf("ES")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"volume": "volume", "calendar": "calendar:4", "calendar:0": "calendar:0", "calendar:15": "calendar:15",
	} {
		r, err := ParseRolls(text)
		if got := r.of(es).String(); err != nil || got != want {
			t.Errorf("%s is %s, %v, want %s", text, got, err, want)
		}
	}
	const fix = "use volume, calendar, or calendar with 0 to 15 business days, as in calendar:4"
	for _, text := range []string{"", "calendar:", "calendar:16", "calendar:-1", "calendar:4x", "volume:3", "open interest", "\x1b[2J"} {
		if _, err := ParseRolls(text); err == nil || !strings.HasSuffix(err.Error(), " is no way to roll; "+fix) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// days are the sessions of a stretch of dates for a contract each: one bar at
// 15:00 UTC of each weekday, whose price tells the contract and the day.
func days(bars map[string][2]string) *months {
	all := &months{}
	for _, name := range slices.Sorted(maps.Keys(bars)) {
		first, last := dayOf(bars[name][0]), dayOf(bars[name][1])
		var m *month
		for d := first; d <= last; d++ {
			if wd := d.Weekday(); wd == time.Saturday || wd == time.Sunday {
				continue
			}
			at := d.Time().Unix() + 15*3600
			if m == nil {
				m = all.at(name, deliveryOf(name, at))
			}
			price := 20_000 + 10*int32(m.due) + int32(d%7)
			c := &m.columns
			c.Time, c.Volume = append(c.Time, at), append(c.Volume, 1)
			c.Open, c.High = append(c.Open, price), append(c.High, price)
			c.Low, c.Close = append(c.Low, price), append(c.Close, price)
		}
	}
	return all
}

func dayOf(s string) market.Date {
	d, err := market.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func TestContractsRollByTheCalendar(t *testing.T) {
	bars := map[string][2]string{
		"ESH4": {"2024-03-04", "2024-03-15"}, "ESM4": {"2024-03-04", "2024-06-21"}, "ESU4": {"2024-03-04", "2024-06-28"},
	}
	for _, c := range []struct {
		rolls int
		want  []string
	}{
		{OwnDays, []string{"ESH4 2024-03-04", "ESM4 2024-03-11", "ESU4 2024-06-14"}}, // Juneteenth in that week
		{4, []string{"ESH4 2024-03-04", "ESM4 2024-03-11", "ESU4 2024-06-14"}},
		{0, []string{"ESH4 2024-03-04", "ESM4 2024-03-15", "ESU4 2024-06-21"}},
		{15, []string{"ESM4 2024-03-04", "ESU4 2024-05-30"}},
	} {
		es, err := market.ContractOf("ES")
		if err != nil {
			t.Fatal(err)
		}
		b, unused, err := days(bars).join("f", "ES", time.Minute, Rolls{true, c.rolls}.of(es))
		if err != nil {
			t.Errorf("%d days: %v", c.rolls, err)
			continue
		}
		var got []string
		for _, s := range b.Segments {
			got = append(got, s.Contract+" "+b.Date(s.First).String())
		}
		if diff := cmp.Diff(c.want, got); diff != "" || unused != days(bars).bars()-b.Len() {
			t.Errorf("%d days: %d unused, %s", c.rolls, unused, diff)
		}
	}
}

func TestACalendarRollNeedsItsContract(t *testing.T) {
	for _, c := range []struct {
		bars map[string][2]string
		want string
	}{
		{
			map[string][2]string{"ESH4": {"2024-03-04", "2024-03-15"}, "ESU4": {"2024-03-04", "2024-03-15"}},
			"f has no bars of ESM4 on 2024-03-11, which the calendar holds then and leaves on 2024-06-14; ",
		},
		{
			map[string][2]string{"ESH4": {"2024-03-04", "2024-03-15"}},
			"f has no bars of ESM4 on 2024-03-11, which the calendar holds then and leaves on 2024-06-14; ",
		},
		{
			map[string][2]string{"ESH4": {"2024-03-04", "2024-03-15"}, "ESM4": {"2024-03-13", "2024-03-20"}},
			"f has no bars of ESM4 on 2024-03-11, which the calendar holds then and leaves on 2024-06-14; ",
		},
	} {
		b, _, err := days(c.bars).join("f", "ES", time.Minute, Rolls{true, 4})
		if want := c.want + "import its bars too, or roll by volume"; err == nil || err.Error() != want || b != nil {
			t.Errorf("error %v\nwant  %s", err, want)
		}
	}
}

func TestSeriesThatRollByThemselvesTakeNoCalendar(t *testing.T) {
	all := &months{}
	m := all.at("ES.c.0", 0)
	m.columns = market.Columns{Time: []int64{60}, Open: []int32{1}, High: []int32{1}, Low: []int32{1}, Close: []int32{1}}
	m.segment(7)
	_, _, err := all.join("f", "ES", time.Minute, Rolls{true, 4})
	if want := "f holds ES.c.0, which changes its contracts by itself; leave --roll out"; err == nil || err.Error() != want {
		t.Errorf("error %v\nwant  %s", err, want)
	}
	calendar := Options{Symbol: "ES", Contract: "ESH4", Rolls: Rolls{true, 4}}
	_, err = newIntake("f", calendar)
	if want := "f gives one contract alone with --contract, which never rolls; leave --roll out"; err == nil || err.Error() != want {
		t.Errorf("error %v\nwant  %s", err, want)
	}
	calendar.Contract = ""
	_, err = Read(t.Context(), strings.NewReader(""), "f.csv", calendar)
	if want := "f.csv is one series already, which rolls where its contracts change; leave --roll out"; err == nil || err.Error() != want {
		t.Errorf("error %v\nwant  %s", err, want)
	}
}

// Whatever the root, the time and the days: rolls go strictly forward to the
// next liquid delivery, no bar is of a contract past its deadline, and each
// session is, bar for bar, the one contract's that the calendar holds in it.
func TestCalendarRollsGoForward(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		root := rapid.SampledFrom([]string{"ES", "NQ", "CL", "GC", "SI", "ZN", "ZF", "6E", "BTC"}).Draw(t, "root")
		c, err := market.ContractOf(root)
		if err != nil {
			t.Fatal(err)
		}
		from := market.Date(rapid.IntRange(12_000, 20_000).Draw(t, "from"))
		to := from + market.Date(rapid.IntRange(1, 150).Draw(t, "length"))
		rolls := Rolls{true, rapid.IntRange(0, market.MaxRollDays).Draw(t, "days")}
		bars := map[string][2]string{}
		for m := market.DeliveryIn(from); m <= market.DeliveryIn(to)+8; m++ {
			bars[m.Of(root)] = [2]string{from.String(), to.String()}
		}
		all := days(bars)
		if len(all.list) == 0 {
			return // a weekend
		}
		b, unused, err := all.join("f", root, time.Minute, rolls)
		if err != nil {
			t.Fatal(err)
		}
		var before market.Delivery
		for k, s := range b.Segments {
			due := deliveryOf(s.Contract, b.Time[s.First])
			if due <= before || !c.Liquid(due) {
				t.Fatalf("%s follows on month %d", s.Contract, before)
			}
			for m := before + 1; k > 0 && m < due; m++ {
				if c.Liquid(m) {
					t.Fatalf("%s follows on month %d, and %s lies between", s.Contract, before, m.Of(root))
				}
			}
			before = due
		}
		sessions := 0
		for i := range b.Len() {
			due := deliveryOf(b.Segments[b.Contract(i)].Contract, b.Time[i])
			d := b.Date(i)
			if d >= c.Deadline(due) || due != c.Front(d, rolls.Days) {
				t.Fatalf("%s is held on %s, and its deadline is %s", due.Of(root), d, c.Deadline(due))
			}
			if want := 20_000 + 10*int32(due) + int32(market.DateOf(b.Start(i))%7); b.Close[i] != want {
				t.Fatalf("%s on %s has a price of another contract", due.Of(root), d)
			}
			sessions++
		}
		if all.bars()-unused != sessions {
			t.Fatalf("%d bars, %d unused, %d taken", all.bars(), unused, sessions)
		}
	})
}
