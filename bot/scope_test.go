package bot

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay"
)

func TestParseScope(t *testing.T) {
	for _, c := range []struct {
		words []string
		want  Scope
		print string
	}{
		{[]string{"ALL"}, Scope{All: true}, "ALL"},
		{[]string{"SHADOW"}, Scope{Stage: Shadow}, "SHADOW"},
		{[]string{"b", " a ", "b"}, Scope{IDs: []ID{"a", "b"}}, "a,b"},
		{[]string{"MOON"}, Scope{IDs: []ID{"MOON"}}, "MOON"}, // who looks for the bot says that there is none
	} {
		got, err := ParseScope(c.words...)
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" || got.String() != c.print {
			t.Errorf("%q: %v, %s (-want +got):\n%s", c.words, err, got, diff)
		}
	}
	for _, words := range [][]string{nil, {""}, {"ALL", "a"}, {"a", "LAB"}, {"a", " "}} {
		if got, err := ParseScope(words...); assay.KindOf(err) != assay.Invalid {
			t.Errorf("%q: %+v, %v, want a refusal", words, got, err)
		}
	}
}

func TestRevert(t *testing.T) {
	before := Bot{ID: "a", Stage: Live, PromotionMode: Auto, StageLockedUntil: now.Add(time.Minute), Generation: 3}
	after, event, err := Revert(before, ReasonRevert, DefaultLock, now)
	want := before
	want.Stage, want.StageSince, want.StageReason, want.PromotionMode = Lab, now, ReasonRevert, Manual
	want.StageLockedUntil = now.Add(24 * time.Hour)
	if diff := cmp.Diff(want, after); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if diff := cmp.Diff(Event{BotID: "a", From: Live, To: Lab, Reason: ReasonRevert, At: now}, event); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
	for _, lock := range []time.Duration{0, -time.Hour, 10_000 * time.Hour} {
		if same, event, err := Revert(before, ReasonRevert, lock, now); assay.KindOf(err) != assay.Invalid || same != before || event != (Event{}) {
			t.Errorf("a lock of %s: %v, %+v", lock, err, same)
		}
	}
}

func TestReasons(t *testing.T) {
	for code, want := range map[string]bool{"SEV1_RESET": true, "R2": true, "": false, "r": false, "A B": false, "_A": false, "A\nB": false} {
		if err := CheckReasonCode(code); (err == nil) != want {
			t.Errorf("code %q: %v", code, err)
		}
	}
	for reason, want := range map[string]bool{"the roll week; see R. Lo": true, "": false, " \t": false, "two\nlines": false} {
		if err := CheckReason(reason); (err == nil) != want {
			t.Errorf("reason %q: %v", reason, err)
		}
	}
}
