package api

import "testing"

func TestOneSessionCounts(t *testing.T) {
	l := newLab(t)
	l.addBot("mes-gap", "Gap Fade")
	for range 2 {
		l.enqueue("mes-gap")
		l.finish(l.start())
	}
	older, newer := read[Session](l, "/api/sessions/1"), read[Session](l, "/api/sessions/2")
	if older.Standing != Superseded || newer.Standing != Counts || *older.CountingID != 2 || *newer.CountingID != 2 {
		t.Errorf("two sessions stand as %s and %s", older.Standing, newer.Standing)
	}
	do[Resetting](l, "/api/admin/reset-metrics", `{"dryRun":false,"scope":"ALL","reasonCode":"SEV1_RESET"}`)
	for _, s := range read[Sessions](l, "/api/bots/mes-gap/sessions").Data {
		if s.Standing != BeforeReset {
			t.Errorf("session %d stands as %s after a reset", s.ID, s.Standing)
		}
	}
	if s := read[Session](l, "/api/sessions/2"); s.Standing != BeforeReset || s.CountingID != nil {
		t.Errorf("after a reset: %s, %v", s.Standing, s.CountingID)
	}
}
