package api

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/bot"
)

func TestProofOfWhatOperatorsDid(t *testing.T) {
	l := inhabited(t)
	do[PauseState](l, "/api/autonomy/pause", `{"scope":"ALL","reason":"roll week"}`)
	do[PauseState](l, "/api/autonomy/resume", `{"scope":"ALL","reason":"the roll is over"}`)
	do[Audit](l, "/api/audit", "")
	log := read[ProofAuditLog](l, "/api/_proof/audit-log?limit=2&offset=1")
	at := noon.Add(7 * time.Second)
	want := ProofAuditLog{
		GeneratedAt: at, Meta: Page{Total: 3, Limit: 2, Offset: 1},
		Rows: List[ProofAct]{
			{ID: 2, At: at, Actor: "operator", Action: "resume", Scope: "ALL", Reason: "the roll is over"},
			{ID: 1, At: at, Actor: "operator", Action: "pause", Scope: "ALL", Reason: "roll week"},
		},
	}
	stored, err := l.db.AuditLog(l.ctx, 0, 2)
	l.must(err)
	want.Rows[0].Hash, want.Rows[0].PreviousHash, want.Rows[1].Hash = stored[1].Hash, stored[0].Hash, stored[0].Hash
	want.Rows[0].Detail = map[string]any{"bots": 1.0, "paused_before": true}
	want.Rows[1].Detail = map[string]any{"bots": 1.0, "paused_before": false}
	if diff := cmp.Diff(want, log); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if audits := read[ProofAuditLog](l, "/api/_proof/audit-log?action=audit"); audits.Meta.Total != 1 || audits.Rows[0].ID != 3 {
		t.Errorf("audits only: %+v", audits)
	}
}

func TestProofOfMovesBetweenStages(t *testing.T) {
	l := inhabited(t)
	l.must(l.db.MoveBot(l.ctx, "mes-vwap", bot.Paper, bot.ByOperator, "TEST"))
	moves := read[ProofStageEvents](l, "/api/_proof/stage-events?limit=1")
	at := noon.Add(7 * time.Second)
	want := ProofStageEvents{
		GeneratedAt: at, Meta: Page{Total: 5, Limit: 1},
		Events: List[ProofStageEvent]{{
			ID: 5, BotID: "mes-vwap", FromStage: "LAB", ToStage: bot.Paper, ReasonCode: "TEST", CreatedAt: at,
			Sentence: "went from LAB to PAPER",
		}},
	}
	if diff := cmp.Diff(want, moves); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	one := read[ProofStageEvents](l, "/api/_proof/stage-events?bot_id=mes-vwap&offset=1")
	if one.Meta.Total != 2 || len(one.Events) != 1 || one.Events[0].Sentence != "began in LAB" || one.Events[0].FromStage != "" {
		t.Errorf("of one bot: %+v", one)
	}
	if w := l.call(http.MethodGet, "/api/_proof/stage-events?bot_id=nobody", nil); w.Code != http.StatusNotFound {
		t.Errorf("of no bot: %d %s", w.Code, w.Body)
	}
}
