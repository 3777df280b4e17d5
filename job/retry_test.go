package job

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var now = time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)

func TestAfter(t *testing.T) {
	again := func(wait time.Duration) Decision { return Decision{Status: Queued, At: now.Add(wait)} }
	for _, c := range []struct {
		attempt int
		outcome Outcome
		want    Decision
	}{
		{1, OutcomeFailed, again(2 * time.Second)},
		{2, OutcomeFailed, again(4 * time.Second)},
		{3, OutcomeFailed, again(8 * time.Second)},
		{9, OutcomeFailed, again(time.Minute)},
		{10, OutcomeFailed, Decision{Status: Failed}},
		{11, OutcomeFailed, Decision{Status: Failed}},
		{2, OutcomeTimedOut, again(4 * time.Second)},
		{10, OutcomeTimedOut, Decision{Status: Failed}},
		{1, OutcomeStalled, Decision{Status: Queued}},
		{10, OutcomeStalled, Decision{Status: Failed}},
		{1, OutcomeRefused, Decision{Status: Failed}},
		{1, OutcomeCancelled, Decision{Status: Cancelled}},
		{10, OutcomeReleased, Decision{Status: Queued}},
	} {
		if diff := cmp.Diff(c.want, After(c.attempt, 10, c.outcome, now)); diff != "" {
			t.Errorf("attempt %d of 10, %s (-want +got):\n%s", c.attempt, c.outcome, diff)
		}
	}
}

// A job is never tried for ever, whatever goes wrong with it.
func TestAttemptsAreBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(1, 5).Draw(t, "max attempts")
		outcome := rapid.SampledFrom([]Outcome{OutcomeFailed, OutcomeRefused, OutcomeStalled, OutcomeTimedOut})
		for attempt := 1; ; attempt++ {
			d := After(attempt, most, outcome.Draw(t, "outcome"), now)
			if d.Status == Failed {
				return
			}
			if attempt >= most || d.At.Sub(now) > MaxBackoff {
				t.Fatalf("attempt %d of %d goes on: %+v", attempt, most, d)
			}
		}
	})
}

func TestCoolDown(t *testing.T) {
	var got []time.Duration
	for failures := range 8 {
		got = append(got, CoolDown(failures, 30*time.Minute, 6*time.Hour))
	}
	want := []time.Duration{
		0, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 6 * time.Hour, 6 * time.Hour, 6 * time.Hour,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := CoolDown(1_000_000, time.Hour, 6*time.Hour); got != 6*time.Hour {
		t.Errorf("a million failures: %s", got)
	}
}

func TestClasses(t *testing.T) {
	got := map[Type]Class{}
	for _, kind := range []Type{Baseline, Refresh, Improve, Evolve} {
		got[kind] = kind.Class()
	}
	want := map[Type]Class{Baseline: ClassBacktest, Refresh: ClassBacktest, Improve: ClassImprove, Evolve: ClassImprove}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
