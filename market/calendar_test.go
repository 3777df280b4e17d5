package market

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func utc(s string) time.Time {
	t, err := time.Parse("2006-01-02T15:04Z", s)
	if err != nil {
		panic(err)
	}
	return t
}

func date(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func calendar(t *testing.T, root string) *Calendar {
	t.Helper()
	c, err := CalendarOf(root)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSessionHours(t *testing.T) {
	const closed = ""
	for _, c := range []struct{ root, date, open, end, dayOpen, dayClose string }{
		// winter and summer, and the Mondays after the clocks changed
		{"ES", "2024-02-05", "2024-02-04T23:00Z", "2024-02-05T22:00Z", "2024-02-05T14:30Z", "2024-02-05T21:00Z"},
		{"MES", "2025-07-08", "2025-07-07T22:00Z", "2025-07-08T21:00Z", "2025-07-08T13:30Z", "2025-07-08T20:00Z"},
		{"ES", "2026-03-09", "2026-03-08T22:00Z", "2026-03-09T21:00Z", "2026-03-09T13:30Z", "2026-03-09T20:00Z"},
		{"ES", "2025-11-03", "2025-11-02T23:00Z", "2025-11-03T22:00Z", "2025-11-03T14:30Z", "2025-11-03T21:00Z"},
		// holidays and early closes
		{"ES", "2024-03-29", closed, "", "", ""},
		{"ES", "2024-03-30", closed, "", "", ""},
		{"ES", "2024-11-28", "2024-11-27T23:00Z", "2024-11-28T18:00Z", "2024-11-28T14:30Z", "2024-11-28T18:00Z"},
		{"ES", "2024-11-29", "2024-11-28T23:00Z", "2024-11-29T18:15Z", "2024-11-29T14:30Z", "2024-11-29T18:15Z"},
		{"ES", "2025-01-02", "2025-01-01T23:00Z", "2025-01-02T22:00Z", "2025-01-02T14:30Z", "2025-01-02T21:00Z"},
		// no day session at all: closed before or at 08:30
		{"ES", "2025-01-09", "2025-01-08T23:00Z", "2025-01-09T14:30Z", "2025-01-09T14:30Z", "2025-01-09T14:30Z"},
		{"ES", "2026-04-03", "2026-04-02T22:00Z", "2026-04-03T13:15Z", "2026-04-03T13:15Z", "2026-04-03T13:15Z"},
		// other groups keep other holidays
		{"CL", "2025-01-09", "2025-01-08T23:00Z", "2025-01-09T22:00Z", "2025-01-09T14:00Z", "2025-01-09T19:30Z"},
		{"CL", "2024-12-24", "2024-12-23T23:00Z", "2024-12-24T18:45Z", "2024-12-24T14:00Z", "2024-12-24T18:45Z"},
		{"6E", "2024-01-15", "2024-01-14T23:00Z", "2024-01-15T22:00Z", "2024-01-15T13:20Z", "2024-01-15T20:00Z"},
		// outside the known years: the weekly rule
		{"ES", "2023-12-25", "2023-12-24T23:00Z", "2023-12-25T22:00Z", "2023-12-25T14:30Z", "2023-12-25T21:00Z"},
	} {
		got, ok := calendar(t, c.root).Session(date(c.date))
		if c.open == closed {
			if ok {
				t.Errorf("%s %s: open %v, want closed", c.root, c.date, got)
			}
			continue
		}
		want := Session{date(c.date), utc(c.open), utc(c.end), utc(c.dayOpen), utc(c.dayClose)}
		if !ok || got != want {
			t.Errorf("%s %s:\n got %v\nwant %v", c.root, c.date, got, want)
		}
	}
}

func TestTradeDates(t *testing.T) {
	for _, c := range []struct{ root, at, want string }{
		{"ES", "2024-02-04T23:00Z", "2024-02-05"}, // Sunday 17:00 belongs to Monday
		{"ES", "2024-02-05T22:59Z", "2024-02-05"}, // the daily break still to the day that ended
		{"ES", "2024-02-05T23:00Z", "2024-02-06"},
		{"ES", "2024-02-10T12:00Z", "2024-02-12"}, // Saturday
		{"ES", "2024-03-28T22:00Z", "2024-04-01"}, // the evening before Good Friday
		{"ES", "2024-12-24T23:00Z", "2024-12-26"}, // Christmas Eve, in the evening
		{"ES", "2026-03-08T22:00Z", "2026-03-09"}, // clocks changed that morning
		{"ES", "2026-03-06T22:30Z", "2026-03-06"},
		{"ES", "2025-11-02T22:30Z", "2025-11-03"}, // Sunday 16:30, before the open
		{"6E", "2024-01-01T23:00Z", "2024-01-02"}, // New Year's evening
	} {
		if got := calendar(t, c.root).TradeDate(utc(c.at)); got != date(c.want) {
			t.Errorf("%s %s: trade date %s, want %s", c.root, c.at, got, c.want)
		}
	}
}

func TestPhases(t *testing.T) {
	for _, c := range []struct {
		root, at string
		want     Phase
	}{
		{"ES", "2024-02-05T14:29Z", InETH},
		{"ES", "2024-02-05T14:30Z", InRTH},
		{"ES", "2024-02-05T21:00Z", InETH},
		{"ES", "2024-02-05T22:00Z", Shut},
		{"ES", "2024-02-10T12:00Z", Shut},
		{"ES", "2024-03-29T15:00Z", Shut},
		{"ES", "2024-11-28T18:00Z", Shut},
		{"ES", "2023-06-06T15:00Z", Unjudged},
		{"ES", "2023-06-03T15:00Z", Shut}, // a Saturday in any year
		{"BTC", "2026-06-02T15:00Z", Unjudged},
	} {
		if got := calendar(t, c.root).At(utc(c.at)); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.root, c.at, got, c.want)
		}
	}
}

func TestLastClosed(t *testing.T) {
	for at, want := range map[string]string{
		"2024-02-05T21:59Z": "2024-02-02",
		"2024-02-05T22:00Z": "2024-02-05",
		"2024-02-11T12:00Z": "2024-02-09",
		"2024-04-01T12:00Z": "2024-03-28",
		"2024-11-28T18:00Z": "2024-11-28",
	} {
		if got := calendar(t, "ES").LastClosed(utc(at)).Date; got != date(want) {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
}

func TestKnownYears(t *testing.T) {
	for d, want := range map[string]bool{
		"2023-12-31": false, "2024-01-01": true, "2027-12-31": true, "2028-01-01": false,
	} {
		if got := calendar(t, "ES").Known(date(d)); got != want {
			t.Errorf("Known(%s) = %v", d, got)
		}
	}
}

// TestRealSessions holds the calendar against what ES and CL really did. CL's
// source starts some sessions late and lost most of 2026-02-11.
func TestRealSessions(t *testing.T) {
	dir := os.Getenv("ASSAY_REAL_DATA")
	if dir == "" {
		t.Log("ASSAY_REAL_DATA is not set: the hand-made table alone judges the calendar")
		return
	}
	missing := map[string]bool{"2025-06-30": true} // not in the source, a real trading day
	late := map[string]bool{
		"2024-11-22": true, "2025-02-19": true, "2025-05-20": true, "2025-05-23": true, "2025-08-21": true,
		"2025-11-19": true, "2025-11-25": true, "2025-12-03": true, "2026-02-18": true,
	}
	cut := map[string]bool{"2026-02-11": true, "2026-03-30": true}
	for _, root := range []string{"ES", "CL"} {
		c := calendar(t, root)
		next := date("2024-02-05")
		for _, row := range observed(t, dir, root) {
			d, open, end := row[0], utc(row[1]), utc(row[2])
			for missing[next.String()] {
				next = c.Next(next)
			}
			if date(d) != next {
				t.Fatalf("%s: the calendar expects %s, the exchange traded %s", root, next, d)
			}
			s, ok := c.Session(next)
			if !ok || (open != s.Open && (root == "ES" || !late[d])) || (end != s.Close && !cut[d]) {
				t.Errorf("%s %s: traded %v to %v, calendar %v", root, d, open, end, s)
			}
			if got := c.TradeDate(open); got != next {
				t.Errorf("%s: trade date of %v is %s, want %s", root, open, got, d)
			}
			next = c.Next(next)
		}
	}
}

func observed(t *testing.T, dir, root string) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "calendars", "observed_sessions_"+root+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) != 555 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	return rows[1:]
}
