package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/bot"
	"assay/plan"
	"assay/store"
)

// send posts a body as a browser on this machine does.
func (l *lab) send(path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(l.ctx, http.MethodPost, path, strings.NewReader(body))
	r.Host = "localhost:5000"
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	l.ServeHTTP(w, r)
	return w
}

// do posts a body that must succeed, holds the answer against the document and
// decodes it.
func do[T any](l *lab, path, body string) (v T) {
	l.t.Helper()
	w := l.send(path, body)
	if w.Code != http.StatusOK {
		l.t.Fatalf("POST %s %s: %d %s", path, body, w.Code, w.Body)
	}
	c := newContract()
	for _, p := range c.check(c.answer(path, "200", "application/json"), w.Body.Bytes()) {
		l.t.Errorf("POST %s: %s", path, p)
	}
	d := json.NewDecoder(w.Body)
	d.DisallowUnknownFields()
	l.must(d.Decode(&v))
	return v
}

func TestRevertByTheHashOfItsDryRun(t *testing.T) {
	l := inhabited(t)
	l.must(l.db.MoveBot(l.ctx, "mes-vwap", bot.Paper, bot.ByOperator, "TEST"))
	seen := do[Reversal](l, "/api/admin/revert-to-lab", `{"scope":"ALL"}`)
	now := noon.Add(7 * time.Second)
	want := Reversal{
		DryRun: true, Scope: "ALL", ReasonCode: "BULK_REVERT_SEV1_RESET", PreviewHash: seen.PreviewHash, At: now,
		StageLockedUntil: now.Add(24 * time.Hour),
		Counts:           ReversalCounts{Bots: 4, From: StageCounts{Lab: 3, Paper: 1}, JobsCancelled: 2},
		Bots: List[RevertedBot]{
			{ID: "mes-gap", Name: "Gap Fade", FromStage: bot.Lab, ToStage: bot.Lab, FromMode: bot.Manual, ToMode: bot.Manual},
			{
				ID: "mes-orb", Name: "ORB Breakout", FromStage: bot.Lab, ToStage: bot.Lab, FromMode: bot.Manual, ToMode: bot.Manual,
				Cancels: &CancelledJob{2, "BASELINE_BACKTEST", "RUNNING"},
			},
			{
				ID: "mes-trend", Name: "Trend Following", FromStage: bot.Lab, ToStage: bot.Lab, FromMode: bot.Manual, ToMode: bot.Manual,
				Cancels: &CancelledJob{3, "BASELINE_BACKTEST", "QUEUED"},
			},
			{ID: "mes-vwap", Name: "VWAP Scalper", FromStage: bot.Paper, ToStage: bot.Lab, FromMode: bot.Manual, ToMode: bot.Manual},
		},
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("dry run (-want +got):\n%s", diff)
	}
	if got := read[Bot](l, "/api/bots/mes-vwap").Stage; got != bot.Paper {
		t.Fatalf("the dry run moved a bot to %s", got)
	}
	done := do[Reversal](l, "/api/admin/revert-to-lab", fmt.Sprintf(`{"dryRun":false,"scope":"ALL","previewHash":%q}`, seen.PreviewHash))
	want.DryRun, want.AuditID = false, done.AuditID
	if diff := cmp.Diff(want, done); diff != "" || done.AuditID == nil {
		t.Errorf("execution (-dry run +got):\n%s", diff)
	}
	b := read[Bot](l, "/api/bots/mes-vwap")
	if b.Stage != bot.Lab || !b.BotNow.StageInfo.LockedUntil.Equal(now.Add(24*time.Hour)) {
		t.Errorf("after the revert: %+v", b)
	}
}

func TestResetAnswersWhatCounts(t *testing.T) {
	l := inhabited(t)
	done := do[Resetting](l, "/api/admin/reset-metrics", `{"dryRun":false,"scope":["mes-gap","mes-orb"],"reasonCode":"SEV1_RESET"}`)
	now := noon.Add(7 * time.Second)
	if done.Counts != (ResetCounts{Bots: 2, JobsCancelled: 1, Sessions: 1}) || !done.MetricsResetAt.Equal(now) || done.Scope != "mes-gap,mes-orb" {
		t.Errorf("reset: %+v", done)
	}
	if diff := cmp.Diff(Metrics{Equity: List[float64]{}, Since: &now}, read[Bot](l, "/api/bots/mes-gap").Metrics); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
	if strip := read[Overview](l, "/api/bots-overview").Strip; strip.NetPnl != nil || strip.Trades != nil {
		t.Errorf("the strip still counts %v in %v trades", *strip.NetPnl, *strip.Trades)
	}
	if s := read[Session](l, "/api/sessions/1"); !s.BeforeReset || !s.ResetAt.Equal(now) || s.Metrics.Trades != 2 {
		t.Errorf("the older session: %+v", s)
	}
	list := read[Sessions](l, "/api/bots/mes-gap/sessions")
	if len(list.Data) != 1 || !list.Data[0].BeforeReset || list.Data[0].Standing != BeforeReset || list.Meta.Total != 1 {
		t.Errorf("history: %+v", list)
	}
	proof := read[ProofData](l, "/api/_proof/data")
	if len(proof.Sessions) != 1 || !proof.Sessions[0].BeforeReset || proof.DataSets[0].Name != "SIM-ES-5m" {
		t.Errorf("proof of data: %+v", proof)
	}
}

func TestPauseAndResume(t *testing.T) {
	l := inhabited(t)
	row := func(id int64) *int64 { return &id }
	at := noon.Add(7 * time.Second)
	state := do[PauseState](l, "/api/autonomy/pause", `{"scope":"ALL","reason":"roll week"}`)
	if diff := cmp.Diff(PauseState{Scope: "ALL", Changed: 1, FleetPaused: true, PausedAt: &at, Reason: "roll week", AuditID: row(1)}, state); diff != "" {
		t.Errorf("paused (-want +got):\n%s", diff)
	}
	if proof := read[ProofAutonomy](l, "/api/_proof/autonomy"); proof.PausedReason != "roll week" || proof.PausedAt == nil {
		t.Errorf("proof: %+v", proof)
	}
	do[PauseState](l, "/api/autonomy/pause", `{"scope":["mes-gap"],"reason":"it is looked at"}`)
	state = do[PauseState](l, "/api/autonomy/resume", `{"scope":"ALL","reason":"the roll is over"}`)
	if diff := cmp.Diff(PauseState{Scope: "ALL", Changed: 1, BotsPaused: 1, AuditID: row(3)}, state); diff != "" {
		t.Errorf("resumed (-want +got):\n%s", diff)
	}
	state = do[PauseState](l, "/api/autonomy/resume", `{"scope":"ALL","reason":"again"}`)
	if diff := cmp.Diff(PauseState{Scope: "ALL", BotsPaused: 1}, state); diff != "" {
		t.Errorf("resumed again (-want +got):\n%s", diff)
	}
}

func TestBadOrdersChangeNothing(t *testing.T) {
	l, empty := inhabited(t), newLab(t)
	revert, reset, pause := "/api/admin/revert-to-lab", "/api/admin/reset-metrics", "/api/autonomy/pause"
	for _, c := range []struct {
		lab        *lab
		path, body string
		status     int
		says       string
	}{
		{l, revert, `{"scope":"MOON"}`, 404, `scope: there is no bot "MOON"; give ALL, a stage, or ids`},
		{l, revert, `{"scope":["mes-gap","nobody"]}`, 404, `scope: there is no bot "nobody"`},
		{l, revert, `{"scope":["ALL","mes-gap"]}`, 422, `scope: ALL stands alone or not at all`},
		{l, revert, `{"scope":[]}`, 422, `scope: it names no bot`},
		{l, revert, `{"scope":7}`, 422, `body.scope`},
		{l, revert, `{}`, 422, `body.scope: it is missing; give ALL, or a stage such as LAB, or a list of bots' ids`},
		{l, revert, `{"scope":"LIVE"}`, 409, `scope: there is no bot in LIVE`},
		{l, revert, `{"scope":"ALL","lockHours":-3}`, 422, `lockHours: a lock of -3 hours lies in the past; give more than 0 hours`},
		{l, revert, `{"scope":"ALL","lockHours":0}`, 422, `lockHours: a lock of 0 hours`},
		{l, revert, `{"scope":"ALL","lockHours":1e9}`, 422, `lockHours: a lock of more than 8784 hours is too long; give at most 8784 hours, a year`},
		{l, revert, `{"scope":"ALL","lockHours":1e300}`, 422, `lockHours: a lock of more than 8784 hours`},
		{l, revert, `{"scope":"ALL","lockHours":-1e9}`, 422, `lockHours: a lock of -1000000000 hours lies in the past`},
		{l, revert, `{"scope":"ALL","reasonCode":""}`, 422, `reasonCode: it is missing`},
		{l, revert, `{"scope":"ALL","reasonCode":"because"}`, 422, `reasonCode: "because" is no reason code`},
		{l, revert, `{"scope":"ALL","dryRun":false}`, 422, `previewHash: it is missing, or none of ours; make a dry run`},
		{l, revert, `{"scope":"ALL","dryRun":false,"previewHash":"1-2-3"}`, 409, `previewHash: it is of another order`},
		{l, revert, `{"scope":"ALL","dry":false}`, 422, `unexpected property`},
		{l, reset, `{"scope":"ALL","dryRun":false}`, 422, `body.reasonCode: it is missing; give a text`},
		{l, reset, `{"scope":"ALL","dryRun":false,"reasonCode":""}`, 422, `reasonCode: it is missing; say why`},
		{l, pause, `{"scope":"ALL","reason":" "}`, 422, `reason: it is missing; say why`},
		{l, pause, `{"scope":["nobody"],"reason":"x"}`, 404, `scope: there is no bot "nobody"`},
		{l, pause, `{"scope":`, 400, ``},
		{empty, revert, `{"scope":"ALL"}`, 409, `scope: the fleet is empty; add bots first`},
		{empty, reset, `{"scope":"ALL","dryRun":false,"reasonCode":"R1"}`, 409, `scope: the fleet is empty`},
	} {
		before := c.lab.call(http.MethodGet, "/api/bots", nil).Body.String()
		w := c.lab.send(c.path, c.body)
		if w.Code != c.status || !strings.Contains(w.Body.String(), strings.ReplaceAll(c.says, `"`, `\"`)) ||
			w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s: %d %s\nwant %d %s", c.path, c.body, w.Code, w.Body, c.status, c.says)
		}
		if after := c.lab.call(http.MethodGet, "/api/bots", nil).Body.String(); after != before {
			t.Errorf("%s %s: the fleet changed", c.path, c.body)
		}
	}
	if log, err := l.db.AuditLog(l.ctx, 0, 10); err != nil || len(log) > 0 {
		t.Errorf("refused orders left %v in the audit log, %v", log, err)
	}
}

func TestAuditFindsWhatIsBroken(t *testing.T) {
	l := inhabited(t)
	audit := do[Audit](l, "/api/audit", "")
	if audit.Verdict != Pass || audit.Checked != len(store.Invariants())+3 || audit.Failed != 0 || audit.ID != 1 {
		t.Errorf("audit: %+v", audit)
	}
	l.must(l.db.InTx(l.ctx, func(tx *store.DB) error {
		return tx.SavePlans(l.ctx, []store.BotPlan{{BotID: "mes-gap", Reason: string(plan.NotDue), Next: plan.Next{Action: "x", Reason: "y"}}})
	}))
	proof := read[ProofInvariants](l, "/api/_proof/invariants")
	broken := ProofInvariant{}
	for _, i := range proof.Invariants {
		if i.Verdict == Fail {
			broken = i
		}
	}
	if proof.Verdict != Fail || proof.Failed != 1 || broken.ID != "HELD_BOT_HAS_SENTENCE" || broken.Offending != 1 ||
		broken.Samples[0] != "mes-gap" || proof.LastAudit.Verdict != Pass || proof.Chain.Rows != 1 {
		t.Errorf("proof: %+v, broken %+v", proof, broken)
	}
	if audit := do[Audit](l, "/api/audit", ""); audit.Verdict != Fail || audit.Findings[0].ID != broken.ID {
		t.Errorf("audit: %+v", audit)
	}
}

func TestStarvingBotsComeFirst(t *testing.T) {
	l := inhabited(t)
	l.pass(61 * time.Second)
	proof := read[ProofStarvation](l, "/api/_proof/lab-starvation?limit=1")
	if proof.Verdict != Fail || proof.BotsInLab != 4 || proof.Breached != 1 || len(proof.Bots) != 1 ||
		proof.Meta != (Page{4, 1, 0}) || proof.Bots[0].BotID != "mes-vwap" || !proof.Bots[0].Breached {
		t.Errorf("with a bot nobody planned for: %+v", proof)
	}
	l.must(l.db.SavePlans(l.ctx, []store.BotPlan{{
		BotID: "mes-vwap", Reason: string(plan.NoData), Detail: "there are no bars", Next: plan.Next{Action: "Import data", Reason: "waits for data"},
	}}))
	proof = read[ProofStarvation](l, "/api/_proof/lab-starvation")
	if proof.Verdict != Pass || proof.Breached != 0 {
		t.Errorf("with a plan for every bot: %+v", proof)
	}
	at, reset := noon, noon.Add(6*time.Hour)
	want := ProofLabBot{
		BotID: "mes-gap", Why: "the baseline is recent; it is refreshed every 6h", ReasonCode: "NOT_DUE", NextAction: "Refresh backtest",
		NextDueAt: &reset, NextReason: "every 6h", PlannedAt: &at, LastBacktestAt: &at, CountedAt: &at,
	}
	if diff := cmp.Diff(want, proof.Bots[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	l.pass(24 * time.Hour)
	if proof := read[ProofStarvation](l, "/api/_proof/lab-starvation"); proof.Bots[0].Why != "its next action was due at Nov 24, 00:38:47 UTC, and nothing is queued" {
		t.Errorf("overdue: %+v", proof.Bots[0])
	}
}

func TestJobsOverTheirLimitAreStuck(t *testing.T) {
	l := inhabited(t)
	l.pass(11 * time.Minute)
	if _, err := l.db.Heartbeat(l.ctx, "worker-1"); err != nil {
		t.Fatal(err)
	}
	stuck := read[ProofJobs](l, "/api/_proof/jobs").Stuck
	if len(stuck) != 1 || stuck[0].SilentSeconds != 0 || stuck[0].RunningSeconds != 667 || stuck[0].Why != "it outlives its time limit of 10m0s" {
		t.Errorf("stuck: %+v", stuck)
	}
}

func TestOlderTicks(t *testing.T) {
	l := newLab(t)
	for n := range 3 {
		l.tick(store.Tick{BotsEvaluated: n, BotsHeld: n, HeldBy: map[plan.Reason]int{plan.NotDue: n}})
	}
	proof := read[ProofAutonomy](l, "/api/_proof/autonomy?ticks=1&offset=1")
	if len(proof.Ticks) != 1 || proof.Ticks[0].ID != 2 || proof.Verdict != Alive || proof.Offset != 1 {
		t.Errorf("the second page: %+v", proof)
	}
}
