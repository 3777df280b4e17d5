package history_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"assay/history"
	"assay/history/historytest"
	"assay/market"
	"assay/market/simbars"
)

func check(t interface{ Fatal(...any) }, b *market.Bars) history.Report {
	c, err := market.CalendarOf(b.Root)
	if err != nil {
		t.Fatal(err)
	}
	return history.Check(b, c)
}

func generated(days int) *market.Bars {
	es, err := market.ContractOf("ES")
	if err != nil {
		panic(err)
	}
	return simbars.Generate(es, simbars.First+market.Date(days))
}

// without returns b less the bars for which drop says so.
func without(b *market.Bars, drop func(i int) bool) *market.Bars {
	var c market.Columns
	var segments []market.Segment
	for i := range b.Len() {
		if drop(i) {
			continue
		}
		name := b.Segments[b.Contract(i)].Contract
		if n := len(segments); n == 0 || segments[n-1].Contract != name {
			segments = append(segments, market.Segment{First: len(c.Time), Contract: name})
		}
		c.Time = append(c.Time, b.Time[i])
		c.Open, c.High = append(c.Open, b.Open[i]), append(c.High, b.High[i])
		c.Low, c.Close = append(c.Low, b.Low[i]), append(c.Close, b.Close[i])
		c.Volume = append(c.Volume, b.Volume[i])
	}
	out, err := market.NewBars(b.Root, b.Interval, c, segments)
	if err != nil {
		panic(err)
	}
	return out
}

func TestFullBarsPass(t *testing.T) {
	b := generated(400)
	got := check(t, b)
	want := history.Report{
		Symbol: "ES", Interval: "5m", Bars: b.Len(), Sessions: len(b.Dates),
		FirstBar: b.Start(0), LastBar: b.Start(b.Len() - 1), SessionClosed: b.Start(b.Len() - 1).Add(b.Interval),
		Rules: 4, Verdict: history.Pass, Reasons: []string{}, Notes: []string{},
		Judged: len(b.Dates), JudgedFrom: b.Dates[0], JudgedTo: b.Dates[len(b.Dates)-1],
		RTH:     history.Coverage{Due: got.DayBars, Present: got.DayBars},
		ETH:     history.Coverage{Due: b.Len() - got.DayBars, Present: b.Len() - got.DayBars},
		Missing: []market.Date{}, Holes: []history.Hole{}, Weekly: []history.WeeklyHole{},
		Rolls: got.Rolls, Jumps: []history.Jump{}, DayBars: got.DayBars, Outside: history.Outside{Of: b.Len()}, Days: len(b.Dates) - 1, // a day of mourning closed at 08:30
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(got.Rolls) != len(b.Segments)-1 || got.DayBars < b.Len()/4 || got.DayBars > b.Len()/3 {
		t.Errorf("%d rolls, %d bars in regular hours", len(got.Rolls), got.DayBars)
	}
}

// What is dropped inside is what is missing, wherever it lies.
func TestEveryMissingBarIsCounted(t *testing.T) {
	all := generated(60)
	rapid.Check(t, func(t *rapid.T) {
		dropped := map[int]bool{}
		for range rapid.IntRange(0, 5).Draw(t, "holes") {
			from := rapid.IntRange(1, all.Len()-2).Draw(t, "from")
			for i := from; i < min(from+rapid.IntRange(1, 700).Draw(t, "bars"), all.Len()-1); i++ {
				dropped[i] = true
			}
		}
		r := check(t, without(all, func(i int) bool { return dropped[i] }))
		if got := r.RTH.Due + r.ETH.Due - r.RTH.Present - r.ETH.Present; got != len(dropped) {
			t.Fatalf("%d bars are missing, %d were dropped", got, len(dropped))
		}
	})
}

// The report of a set with one fault of each kind, as a person reads it. UPDATE=1
// in the environment writes the files anew.
func TestReportReadsWell(t *testing.T) {
	all := generated(200)
	spoiled := without(all, func(i int) bool {
		d, m := all.Date(i).String(), all.Minute[i]
		tuesday := all.Date(i).Weekday() == time.Tuesday && m >= 3*60 && m < 16*60
		return tuesday || d == "2024-04-17" || d == "2024-05-15" && m >= 600 && m < 630
	})
	for i := range spoiled.Volume {
		if spoiled.Date(i).String() == "2024-03-06" && spoiled.Minute[i] < 600 {
			spoiled.Volume[i] = 0
		}
	}
	golden(t, "testdata/report.txt", check(t, spoiled).String())
	text, err := json.MarshalIndent(check(t, spoiled), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/report.json", string(text)+"\n")
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s: %s", path, diff)
	}
}

func TestReasonsToRefuse(t *testing.T) {
	all := generated(100)
	moved := func(seconds int64) *market.Bars {
		b, err := read(text(all, seconds), history.Options{Stamp: history.StampStart})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	idle := without(all, func(int) bool { return false })
	for i, m := range idle.Minute {
		if m >= 600 && m < 630 {
			idle.Volume[i] = 0
		}
	}
	for _, c := range []struct {
		name string
		bars *market.Bars
		want []string
	}{
		{"whole", all, []string{}},
		{"nights only missing", without(all, func(i int) bool { return all.Minute[i] < 510 || all.Minute[i] >= 900 }), []string{}},
		{"a day missing", without(all, func(i int) bool { return all.Date(i).String() == "2024-03-06" }), []string{}},
		{"a lunch hour on Fridays", without(all, func(i int) bool {
			return all.Date(i).Weekday() == time.Friday && all.Minute[i] >= 720 && all.Minute[i] < 780
		}), []string{"Friday: regular hours are missing from 12:00 to 13:00 Chicago, 13 times in 13 sessions"}},
		{"no volume at ten", idle, []string{"nothing traded in 7.8 % of the bars of regular hours"}},
		{"an hour late", moved(3600), []string{
			"4.4 % of the bars lie outside the exchange's hours, so the times are likely in a wrong zone or stamped at the end",
		}},
	} {
		r := check(t, c.bars)
		if diff := cmp.Diff(c.want, r.Reasons); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		if refused := r.Verdict == history.Refused; refused != (len(c.want) > 0) || (r.Refusal() != "") != refused {
			t.Errorf("%s: %s (%s)", c.name, r.Verdict, r.Refusal())
		}
	}
}

// The hours of 2013 were others than today's, and a share just above a limit is
// not printed as the limit.
func TestHoursOutside(t *testing.T) {
	for _, c := range []struct {
		seconds int64 // earlier than generated
		late    int   // bars of the last hour that are an hour late
		want    []string
	}{
		{11 * 52 * 7 * 24 * 3600, 480, []string{"44 of 44 trade dates lie outside the calendar's years, " +
			"2024-01-01 to 2027-12-31, so their holes and hours are not judged"}},
		{0, 120, []string{"1.001 % of the bars lie outside the exchange's hours, " +
			"so the times are likely in a wrong zone or stamped at the end"}},
	} {
		b := generated(70).Truncate(11_990)
		for i := range b.Time {
			if b.Minute[i] >= 15*60 && b.Minute[i] < 16*60 && c.late > 0 {
				b.Time[i] += 3600
				c.late--
			}
			b.Time[i] -= c.seconds
		}
		if diff := cmp.Diff(c.want, check(t, named(b, "ESH4")).Reasons); diff != "" {
			t.Errorf("%d seconds earlier: %s", c.seconds, diff)
		}
	}
}

// Nothing due is not all of it seen.
func TestNoRegularHours(t *testing.T) {
	all := generated(5)
	got := check(t, all.Truncate(12)).String()
	for _, line := range []string{
		"\nregular    no regular hours lie between the first bar and the last\n",
		"\novernight  12 of 12 bars (100.0 %)\n",
	} {
		if !strings.Contains(got, line) {
			t.Errorf("want %q:\n%s", line, got)
		}
	}
}

// Bars too few to test anything on do not pass for want of faults.
func TestTooFewSessionsAreRefused(t *testing.T) {
	all := generated(60)
	first := func(sessions int) *market.Bars {
		return without(all, func(i int) bool { return all.Date(i) >= all.Dates[sessions] })
	}
	nights := without(all, func(i int) bool { return all.Minute[i] >= 510 && all.Minute[i] < 900 && all.Date(i) >= all.Dates[19] })
	for _, c := range []struct {
		name string
		bars *market.Bars
		want string
	}{
		{"two bars", without(all, func(i int) bool { return i > 1 }), "2 bars in 1 session, 0 with regular hours, " +
			"are too few to test a bot on: import at least 20 sessions with regular hours"},
		{"19 sessions", first(19), fmt.Sprintf("%d bars in 19 sessions, 19 with regular hours, "+
			"are too few to test a bot on: import at least 20 sessions with regular hours", first(19).Len())},
		{"20 sessions", first(20), ""},
		{"nights after 19", nights, fmt.Sprintf("%d bars in %d sessions, 19 with regular hours, "+
			"are too few to test a bot on: import at least 20 sessions with regular hours", nights.Len(), len(nights.Dates))},
	} {
		r := check(t, c.bars)
		got := ""
		for _, reason := range r.Reasons {
			if strings.Contains(reason, "too few") {
				got = reason
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" || (r.Verdict == history.Refused) != (c.want != "") {
			t.Errorf("%s: %s: %s", c.name, r.Verdict, diff)
		}
	}
}

func TestYearsOutsideTheCalendarAreNotJudged(t *testing.T) {
	w := simbars.Workload(400_000, 42) // 2022 and 2023
	b, err := w.Aggregate(5 * time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	b = named(without(b, func(i int) bool { return b.Date(i).Weekday() == time.Tuesday }), "ESH4")
	r := check(t, b)
	want := []string{"290 of 290 trade dates lie outside the calendar's years, 2024-01-01 to 2027-12-31, " +
		"so their holes and hours are not judged"}
	if diff := cmp.Diff(want, r.Reasons); diff != "" || r.Verdict != history.Refused || r.Judged != 0 || r.HoleCount != 0 {
		t.Errorf("%s, %d judged, %d holes: %s", r.Verdict, r.Judged, r.HoleCount, diff)
	}
	for _, line := range []string{"\nholes      not judged\n", "\noutside    not judged\n"} {
		if !strings.Contains(r.String(), line) {
			t.Errorf("something is counted that nobody looked for, want %q:\n%s", line, r)
		}
	}
}

// A set passes only when the calendar knows the greater part of it.
func TestMostOfASetMustBeJudged(t *testing.T) {
	for _, c := range []struct {
		weeks          int64 // earlier than generated, into 2023
		reasons, notes []string
	}{
		{4, []string{}, []string{"19 trade dates outside the calendar (2024-01-01 to 2027-12-31): holes there are not judged"}},
		{5, []string{"24 of 43 trade dates lie outside the calendar's years, 2024-01-01 to 2027-12-31, " +
			"so their holes and hours are not judged"}, []string{}},
	} {
		r := check(t, earlier(generated(60), c.weeks*7*24*3600))
		if diff := cmp.Diff([][]string{c.reasons, c.notes}, [][]string{r.Reasons, r.Notes}); diff != "" {
			t.Errorf("%d weeks earlier: %s", c.weeks, diff)
		}
	}
}

// earlier moves bars back, and leaves out what falls on New Year's Day.
func earlier(b *market.Bars, seconds int64) *market.Bars {
	moved := named(b, "ESH4")
	for i := range moved.Time {
		moved.Time[i] -= seconds
	}
	return without(named(moved, "ESH4"), func(i int) bool { return moved.Start(i).YearDay() == 1 || moved.Start(i).YearDay() == 365 })
}

// TestRealSets holds the check against what is known of the real files.
func TestRealSets(t *testing.T) {
	if _, ok := historytest.Path(t, "futures-5m"); !ok {
		t.Logf("%s is not set: the generated sets alone are judged", historytest.RealData)
		return
	}
	type summary struct {
		Verdict history.Verdict
		Reasons []string
		Missing string
		Holes   int
	}
	for root, want := range map[string]summary{
		"ES": {history.Pass, []string{}, "2025-06-30", 1},
		"CL": {history.Pass, []string{}, "2025-06-30", 10},
		"NQ": {history.Refused, []string{
			"Tuesday: regular hours are missing from 08:30 to 15:00 Chicago, 104 times in 111 sessions",
			"19.1 % of the bars of regular hours are missing",
		}, "", 106},
		"6E": {history.Refused, []string{
			"Monday: regular hours are missing from 07:20 to 14:00 Chicago, 100 times in 103 sessions",
			"20.1 % of the bars of regular hours are missing",
		}, "2025-08-26 2026-01-13 2026-02-10", 100},
		"GC": {history.Refused, []string{
			"Friday: regular hours are missing from 07:20 to 12:30 Chicago, 99 times in 110 sessions",
			"20.5 % of the bars of regular hours are missing",
			"nothing traded in 34.2 % of the bars of regular hours",
		}, "2024-03-08 2024-03-15 2024-06-21 2024-06-24 2024-06-25 2024-06-26 2024-06-27 2024-06-28 2024-09-06 " +
			"2024-09-10 2024-09-16 2024-12-23 2024-12-24 2024-12-26 2024-12-27 2024-12-30 2025-06-30 2025-09-19 2025-12-19", 292},
	} {
		r := check(t, historytest.Bars(t, root))
		var missing []string
		for _, d := range r.Missing {
			missing = append(missing, d.String())
		}
		got := summary{r.Verdict, r.Reasons, strings.Join(missing, " "), r.HoleCount}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", root, diff)
		}
	}
	halt := check(t, historytest.Bars(t, "ES")).Holes[0]
	want := "2025-11-28 02:50 to 13:30 UTC, 128 bars, overnight: the exchange halted, data-centre failure"
	if halt.String() != want {
		t.Errorf("hole %s, want %s", halt, want)
	}
}
