package history

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"assay/market"
)

func TestDeliveryOf(t *testing.T) {
	for _, c := range []struct {
		name, day string
		want      market.Delivery
	}{
		{"ESH4", "2024-01-10", 12*2024 + 2},
		{"ESH4", "2024-04-01", 12*2024 + 2}, // a month late at most
		{"ESH4", "2024-05-01", 12*2034 + 2},
		{"ESH4", "2014-01-10", 12*2014 + 2},
		{"ESZ5", "2020-12-28", 12*2025 + 11},
		{"CLF0", "2019-12-10", 12 * 2020},
		{"ESH24", "2024-01-10", 12*2024 + 2},
		{"ESH24", "2099-01-10", 12*2124 + 2},
		{"ESH2024", "2013-01-10", 12*2024 + 2},
		{"6EM9", "2018-12-31", 12*2019 + 5},
	} {
		d, err := market.ParseDate(c.day)
		if err != nil {
			t.Fatal(err)
		}
		if got := deliveryOf(c.name, d.Time().Unix()); got != c.want {
			t.Errorf("%s on %s is due in %d/%d, want %d/%d", c.name, c.day, got%12+1, got/12, c.want%12+1, c.want/12)
		}
	}
	if got := market.Delivery(12*2013 + 11).Of("ES"); got != "ESZ3" {
		t.Errorf("December 2013 is %s", got)
	}
}

// opens are four sessions of March 2024, by the open of each in UTC.
var opens = []time.Time{
	time.Date(2024, 3, 11, 22, 0, 0, 0, time.UTC), time.Date(2024, 3, 12, 22, 0, 0, 0, time.UTC),
	time.Date(2024, 3, 13, 22, 0, 0, 0, time.UTC), time.Date(2024, 3, 14, 22, 0, 0, 0, time.UTC),
}

// contracts makes a bar a session for each contract; volume 0 is no bar.
func contracts(volumes map[string][]int32) *months {
	all := &months{}
	for _, name := range []string{"ESH4", "ESM4", "ESU4"} {
		for k, v := range volumes[name] {
			if v == 0 {
				continue
			}
			at := opens[k].Unix()
			m := all.at(name, deliveryOf(name, at))
			price := 20_000 + int32(m.due%12)
			c := &m.columns
			c.Time, c.Volume = append(c.Time, at), append(c.Volume, v)
			c.Open, c.High = append(c.Open, price), append(c.High, price)
			c.Low, c.Close = append(c.Low, price), append(c.Close, price)
		}
	}
	return all
}

func TestTheFrontOfEachSession(t *testing.T) {
	for name, c := range map[string]struct {
		volumes map[string][]int32
		want    []string // the contract of each bar
	}{
		"rolls the session after": {
			map[string][]int32{"ESH4": {90, 40, 30, 20}, "ESM4": {10, 60, 70, 80}},
			[]string{"ESH4", "ESH4", "ESM4", "ESM4"},
		},
		"first session by itself": {
			map[string][]int32{"ESH4": {10, 10, 10, 10}, "ESM4": {20, 5, 5, 5}},
			[]string{"ESM4", "ESM4", "ESM4", "ESM4"},
		},
		"never back": {
			map[string][]int32{"ESH4": {90, 10, 90, 90}, "ESM4": {10, 90, 10, 10}},
			[]string{"ESH4", "ESH4", "ESM4", "ESM4"},
		},
		"expired": {
			map[string][]int32{"ESH4": {90, 90, 0, 0}, "ESM4": {10, 10, 10, 10}},
			[]string{"ESH4", "ESH4", "ESM4", "ESM4"},
		},
		"the nearer of equals": {
			map[string][]int32{"ESH4": {5, 5, 5, 5}, "ESM4": {5, 5, 5, 5}, "ESU4": {5, 5, 5, 5}},
			[]string{"ESH4", "ESH4", "ESH4", "ESH4"},
		},
		"nothing but what was left": {
			map[string][]int32{"ESH4": {1, 1, 1, 1}, "ESU4": {9, 0, 9, 9}},
			[]string{"ESU4", "ESU4", "ESU4"},
		},
		"over a month": {
			map[string][]int32{"ESH4": {9, 1, 1, 1}, "ESM4": {2, 2, 2, 2}, "ESU4": {1, 8, 8, 8}},
			[]string{"ESH4", "ESH4", "ESU4", "ESU4"},
		},
	} {
		all := contracts(c.volumes)
		b, unused, err := all.join("f", "ES", time.Minute, Rolls{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []string
		for i := range b.Len() {
			got = append(got, b.Segments[b.Contract(i)].Contract)
		}
		if diff := cmp.Diff(c.want, got); diff != "" || unused != all.bars()-len(c.want) {
			t.Errorf("%s: %d unused, %s", name, unused, diff)
		}
	}
}

// Whatever the volumes, a session is of one contract, contracts follow in the
// order of their delivery, and volumes of a session cannot change the choice
// for it, except for the first.
func TestTheFrontLooksBackOnly(t *testing.T) {
	names := []string{"ESH4", "ESM4", "ESU4"}
	rapid.Check(t, func(t *rapid.T) {
		volumes := map[string][]int32{}
		for _, name := range names {
			volumes[name] = rapid.SliceOfN(rapid.Int32Range(1, 5), len(opens), len(opens)).Draw(t, name)
		}
		chosen := func() []string {
			b, _, err := contracts(volumes).join("f", "ES", time.Minute, Rolls{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for i := range b.Len() {
				got = append(got, b.Segments[b.Contract(i)].Contract)
			}
			return got
		}
		before := chosen()
		if len(before) != len(opens) || !slices.IsSorted(before) { // H, M and U are in order
			t.Fatalf("held %v", before)
		}
		k := rapid.IntRange(1, len(opens)-1).Draw(t, "session")
		volumes[rapid.SampledFrom(names).Draw(t, "contract")][k] = 1000
		if after := chosen(); !slices.Equal(after[:k+1], before[:k+1]) {
			t.Fatalf("the volume of session %d changes %v to %v", k, before, after)
		}
	})
}
