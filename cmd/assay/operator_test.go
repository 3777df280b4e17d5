package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"assay/client"
)

// What an operator does to a living lab, through the binary: page, SQL and
// command line tell the same story.
func TestOperator(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	s := serve(t, home)
	s.await("job completed", 1)
	run := func(code int, says string, args ...string) string {
		t.Helper()
		got, said := command(t, append([]string{"--home", home}, args...)...)
		if got != code || !strings.Contains(said, says) {
			t.Errorf("assay %s: exit code %d, %s\nwant %d and %q", strings.Join(args, " "), got, said, code, says)
		}
		return said
	}
	run(0, "the fleet is paused: roll week; paused one by one: 0; row 1 of the audit log", "autonomy", "pause", "--because", "roll week")
	run(0, "the fleet is not paused", "autonomy", "resume", "--because", "the roll is over")
	run(3, `scope: there is no bot "nobody"; give ALL, a stage, or ids as assay bots lists them`, "admin", "revert-to-lab", "nobody")
	run(2, "lockHours: a lock of -1 hours lies in the past", "admin", "revert-to-lab", "ALL", "--lock=-1")

	var seen client.Reversal
	if err := json.Unmarshal([]byte(run(0, "previewHash", "admin", "revert-to-lab", "ALL", "--json")), &seen); err != nil {
		t.Fatal(err)
	}
	run(0, "dry run, nothing was changed; to do it:\nassay admin revert-to-lab ALL --reason BULK_REVERT_SEV1_RESET --lock 24 --execute "+
		seen.PreviewHash, "admin", "revert-to-lab", "ALL")
	run(0, "done; row 3 of the audit log", "admin", "revert-to-lab", "ALL", "--execute", seen.PreviewHash)
	run(4, "previewHash: the fleet has changed since: mes-gap-fade stayed in LAB (reverted, BULK_REVERT_SEV1_RESET), ", "admin", "revert-to-lab", "ALL", "--execute", seen.PreviewHash)
	var reset client.Resetting
	answer := run(0, "previewHash", "admin", "reset-metrics", "ALL", "--reason", "SEV1_RESET", "--json")
	if err := json.Unmarshal([]byte(answer), &reset); err != nil {
		t.Fatal(err)
	}
	before := ask(t, home, "select max(id) from planner_ticks")
	run(0, "done; row 4 of the audit log", "admin", "reset-metrics", "ALL", "--reason", "SEV1_RESET", "--execute", reset.PreviewHash)
	s.eventually("20|20|0", home, "select bots_evaluated, jobs_enqueued, bots_held from planner_ticks where id > "+before+" order by id limit 1")
	for what, c := range map[string]struct{ query, want string }{
		"stages": {"select stage, promotion_mode, count(*) from bots group by 1, 2", "LAB|MANUAL|20"},
		"events": {"select count(*), count(distinct bot_id) from bot_stage_events where reason_code = 'BULK_REVERT_SEV1_RESET'", "20|20"},
		"locked": {"select count(*) from bots where stage_locked_until is null or metrics_reset_at is null", "0"},
		"log":    {"select group_concat(action, ' ') from audit_log", "pause resume revert-to-lab reset-metrics"},
	} {
		if got := ask(t, home, c.query); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
	s.await("job completed", 1)
	s.eventually("1", home, `select count(*) > 0 from backtest_sessions s join bots b on b.id = s.bot_id where s.job_created_at >= b.metrics_reset_at`)
	run(0, "PASS", "audit")
	if code := s.end(syscall.SIGTERM); code != 0 {
		t.Errorf("told to stop, it ended with exit code %d", code)
	}
}

// eventually asks until the answer is the one wanted, or a minute is over.
func (s *server) eventually(want, home, query string) {
	s.t.Helper()
	got := ""
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		if got = ask(s.t, home, query); got == want {
			return
		}
	}
	s.t.Errorf("%s\nanswers %s, want %s", query, fmt.Sprintf("%q", got), want)
}
