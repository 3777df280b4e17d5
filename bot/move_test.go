package bot

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"assay"
)

var now = time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)

func TestMove(t *testing.T) {
	locked := now.Add(time.Hour)
	for name, c := range map[string]struct {
		from  Stage
		mode  PromotionMode
		lock  time.Time
		to    Stage
		by    Mover
		error assay.Kind // "" when it moves
	}{
		"a person promotes":             {Lab, Manual, time.Time{}, Paper, ByOperator, ""},
		"a gate promotes an AUTO bot":   {Shadow, Auto, time.Time{}, Canary, ByGate, ""},
		"a gate and a MANUAL bot":       {Shadow, Manual, time.Time{}, Canary, ByGate, assay.Conflict},
		"a gate demotes an AUTO bot":    {Canary, Auto, time.Time{}, Lab, ByGate, ""},
		"a gate and a lock":             {Lab, Auto, locked, Paper, ByGate, assay.Conflict},
		"a gate's demotion and a lock":  {Canary, Auto, locked, Lab, ByGate, assay.Conflict},
		"a person and a lock":           {Lab, Manual, locked, Paper, ByOperator, assay.Conflict},
		"a lock that ends now":          {Lab, Manual, now, Paper, ByOperator, ""},
		"a revert goes through a lock":  {Live, Manual, locked, Lab, ByOperator, ""},
		"a revert of a bot in LAB":      {Lab, Manual, locked, Lab, ByOperator, ""},
		"a kill goes through a lock":    {Live, Auto, locked, Lab, ByKill, ""},
		"a kill does not promote":       {Lab, Auto, time.Time{}, Paper, ByKill, assay.Invalid},
		"no stage is left out":          {Lab, Manual, time.Time{}, Shadow, ByOperator, assay.Invalid},
		"down to LAB only":              {Live, Manual, time.Time{}, Canary, ByOperator, assay.Invalid},
		"where it is":                   {Paper, Manual, time.Time{}, Paper, ByOperator, assay.Conflict},
		"a gate moves LAB to LAB":       {Lab, Auto, time.Time{}, Lab, ByGate, assay.Conflict},
		"a stage that does not exist":   {Lab, Manual, time.Time{}, "HEAVEN", ByOperator, assay.Invalid},
		"beyond LIVE there is no stage": {Live, Manual, time.Time{}, "", ByOperator, assay.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			before := Bot{
				ID: "a", Stage: c.from, StageSince: now.Add(-time.Hour), StageReason: "OLD", PromotionMode: c.mode,
				StageLockedUntil: c.lock, Generation: 7,
			}
			after, event, err := Move(before, c.to, c.by, "WHY", now)
			if c.error != "" {
				if assay.KindOf(err) != c.error || err == nil || after != before || event != (Event{}) {
					t.Errorf("moved to %s with %+v, %v; want an error of kind %s", after.Stage, event, err, c.error)
				}
				return
			}
			want := before
			want.Stage, want.StageSince, want.StageReason = c.to, now, "WHY"
			if diff := cmp.Diff(want, after); err != nil || diff != "" {
				t.Errorf("%v, bot (-want +got):\n%s", err, diff)
			}
			if diff := cmp.Diff(Event{BotID: "a", From: c.from, To: c.to, Reason: "WHY", At: now}, event); diff != "" {
				t.Errorf("event (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMoveNeedsAReason(t *testing.T) {
	if _, _, err := Move(Bot{Stage: Lab}, Paper, ByOperator, "", now); assay.KindOf(err) != assay.Invalid {
		t.Errorf("%v, want a refusal", err)
	}
}

// Nothing automatic moves a MANUAL or locked bot, and nobody leaps over a stage.
func TestNoBotLeavesBySurprise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stage := rapid.SampledFrom(Stages[:])
		b := Bot{
			Stage:         stage.Draw(t, "from"),
			PromotionMode: rapid.SampledFrom([]PromotionMode{Manual, Auto}).Draw(t, "mode"),
		}
		if rapid.Bool().Draw(t, "locked") {
			b.StageLockedUntil = now.Add(time.Minute)
		}
		by := rapid.SampledFrom([]Mover{ByGate, ByOperator, ByKill}).Draw(t, "by")
		after, _, err := Move(b, stage.Draw(t, "to"), by, "WHY", now)
		held := b.PromotionMode == Manual || now.Before(b.StageLockedUntil)
		if err == nil && by == ByGate && held {
			t.Fatalf("a gate moved a held bot from %s to %s", b.Stage, after.Stage)
		}
		if err == nil && now.Before(b.StageLockedUntil) && after.Stage != Lab {
			t.Fatalf("a locked bot moved from %s to %s", b.Stage, after.Stage)
		}
		if place(after.Stage) > place(b.Stage)+1 {
			t.Fatalf("leapt from %s to %s", b.Stage, after.Stage)
		}
	})
}

func place(s Stage) int {
	for i := range Stages {
		if Stages[i] == s {
			return i
		}
	}
	return -1
}

func TestAnEventInASentence(t *testing.T) {
	for want, e := range map[string]Event{
		"began in LAB":                         {To: Lab, Reason: ReasonCreated},
		"went from PAPER to SHADOW":            {From: Paper, To: Shadow, Reason: "TEST"},
		"went from LIVE to LAB":                {From: Live, To: Lab, Reason: "SEV1_RESET"},
		"stayed in LAB (reverted, SEV1_RESET)": {From: Lab, To: Lab, Reason: "SEV1_RESET"},
	} {
		if got := e.Sentence(); got != want {
			t.Errorf("%+v: %q, want %q", e, got, want)
		}
	}
}

func TestLockOfHours(t *testing.T) {
	for hours, want := range map[float64]string{
		24:           "",
		0.001:        "",
		8784:         "",
		0:            "lockHours: a lock of 0 hours lies in the past",
		-1e9:         "lockHours: a lock of -1000000000 hours lies in the past",
		math.Inf(-1): "lockHours: a lock of -Inf hours lies in the past",
		1e-300:       "lockHours: a lock of 0 hours lies in the past",
		8785:         "lockHours: a lock of more than 8784 hours is too long",
		math.Inf(1):  "lockHours: a lock of more than 8784 hours is too long",
	} {
		lock, err := LockOf(hours)
		if (err == nil) != (want == "") || err != nil && !strings.HasPrefix(err.Error(), want) || err == nil && lock.Hours() != hours {
			t.Errorf("%v hours: %s, %v; want %q", hours, lock, err, want)
		}
	}
}
