package provider_test

import (
	"fmt"
	"testing"
	"time"

	"assay/provider"
)

func TestFrontES(t *testing.T) {
	for day, want := range map[string]string{
		"2026-01-02": "H2026",
		"2026-03-11": "H2026", // expires on 2026-03-20
		"2026-03-12": "M2026",
		"2026-11-27": "Z2026",
		"2026-12-10": "H2027", // expires on 2026-12-18
		"2026-12-31": "H2027",
	} {
		now, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		letter, year := provider.FrontES(now)
		if got := fmt.Sprintf("%c%d", letter, year); got != want {
			t.Errorf("%s: %s, want %s", day, got, want)
		}
	}
}

func TestESTrades(t *testing.T) {
	for at, want := range map[string]bool{
		"2026-11-24T15:00:00Z": true,  // Tuesday
		"2026-11-28T15:00:00Z": false, // Saturday
		"2026-11-24T22:30:00Z": false, // the daily pause
		"2099-11-24T15:00:00Z": false, // beyond the calendar
	} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := provider.ESTrades(now); got != want || err != nil {
			t.Errorf("%s: %t, %v", at, got, err)
		}
	}
}

func TestEnvironmentsContradict(t *testing.T) {
	for address, want := range map[string][2]bool{ // demo, live
		"https://demo.ironbeamapi.com/v2":   {false, true},
		"https://live.tradovateapi.com/v1":  {true, false},
		"http://127.0.0.1:5080/ironbeam/v2": {false, false},
	} {
		got := [2]bool{provider.Demo.Contradicts(address), provider.Live.Contradicts(address)}
		if got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}
