package plan

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"assay/job"
)

func printed(steps []Step) string {
	var b strings.Builder
	for _, s := range steps {
		at := "?"
		if !s.At.IsZero() {
			at = s.At.Sub(now).String()
		}
		fmt.Fprintf(&b, "%s %s: %s\n", at, s.Action, s.Reason)
	}
	return b.String()
}

func TestForecast(t *testing.T) {
	able := DefaultPolicy()
	able.Can = kinds
	running := &Active{JobID: 7, Type: job.Baseline, Status: job.Running}
	for _, c := range []struct {
		name   string
		fleet  Fleet
		bot    Facts
		policy Policy
		hours  int
		want   string
	}{
		{"refreshes alone", Fleet{}, tested(time.Hour, nil), DefaultPolicy(), 12, `
			5h0m0s Refresh backtest: BASELINE_STALE
			11h0m0s Refresh backtest: BASELINE_STALE`},
		{"a new bot, and all kinds of job", Fleet{}, due(nil), able, 2, `
			0s Backtest: BASELINE_MISSING
			0s Improve: IMPROVE_DUE
			15m0s Improve: IMPROVE_DUE
			30m0s Improve: IMPROVE_DUE
			30m0s Evolve: EVOLVE_DUE
			45m0s Improve: IMPROVE_DUE
			1h0m0s Improve: IMPROVE_DUE
			1h15m0s Improve: IMPROVE_DUE
			1h30m0s Evolve: EVOLVE_DUE
			1h30m0s Improve: IMPROVE_DUE
			1h45m0s Improve: IMPROVE_DUE
			2h0m0s Improve: IMPROVE_DUE`},
		{"a job runs", Fleet{}, due(func(f *Facts) { f.Active = running }), DefaultPolicy(), 6, `
			0s Backtest: job 7 (BASELINE_BACKTEST) is running
			6h0m0s Refresh backtest: BASELINE_STALE`},
		{"after a cool-down", Fleet{}, due(func(f *Facts) { f.LastJob = failed(1, 10*time.Minute) }), DefaultPolicy(), 1, `
			20m0s Backtest: BASELINE_MISSING`},
		{"a person must come first", Fleet{Paused: true, PausedReason: "FOMC"}, due(nil), DefaultPolicy(), 24, `
			? Resume: PAUSED: waits until a person resumes the whole fleet: FOMC; the planner looks again every 15s`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := printed(Forecast(c.fleet, c.bot, c.policy, now, now.Add(time.Duration(c.hours)*time.Hour)))
			want := strings.ReplaceAll(strings.TrimPrefix(c.want, "\n"), "\t", "") + "\n"
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// A forecast goes forward in time, is bounded, and begins with what the plan
// says of the bot's next action.
func TestForecastBeginsWithTheNextAction(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fleet, policy := drawFleet(t)
		policy.MaxTotalJobs = 1000
		p := Decide(fleet, policy, now)
		for _, f := range fleet.Bots {
			steps := Forecast(fleet, f, policy, now, now.Add(24*time.Hour))
			if len(steps) == 0 || len(steps) > maxSteps+1 {
				t.Fatalf("%d steps", len(steps))
			}
			if d := decisionOn(p, f.ID); d.Next.Action != steps[0].Action || !d.Next.DueAt.Equal(steps[0].At) && d.Enqueue == nil && f.Active == nil {
				t.Fatalf("the plan says %+v, the forecast %+v", d.Next, steps[0])
			}
			for i, s := range steps[1:] {
				if !s.At.IsZero() && s.At.Before(steps[i].At) {
					t.Fatalf("step %d lies before the one before it: %+v", i+1, steps)
				}
			}
		}
	})
}

// Six hours are six hours, also in the night in which Chicago's clocks go back.
func TestDaylightSaving(t *testing.T) {
	chicago, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	for _, evening := range []time.Time{
		time.Date(2026, 10, 31, 22, 0, 0, 0, chicago), time.Date(2026, 3, 7, 22, 0, 0, 0, chicago),
	} {
		f := tested(0, func(f *Facts) { f.Baseline.CompletedAt = evening })
		early := Decide(Fleet{Bots: []Facts{f}}, DefaultPolicy(), evening.Add(6*time.Hour-time.Second))
		due := Decide(Fleet{Bots: []Facts{f}}, DefaultPolicy(), evening.Add(6*time.Hour))
		if early.Enqueued != 0 || due.Enqueued != 1 {
			t.Errorf("%s: %d enqueued after less than 6 hours, %d after 6", evening, early.Enqueued, due.Enqueued)
		}
	}
}
