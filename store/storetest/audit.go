package storetest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"assay/bot"
	"assay/store"
)

func auditLogIsChained(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	AddBots(t, db, 2)
	for _, reason := range []string{"one", "two", "three"} {
		if err := db.PauseBot(t.Context(), "bot-0000", reason); err != nil {
			t.Fatal(err)
		}
	}
	log, err := db.AuditLog(t.Context(), 0, 10)
	if err != nil || len(log) != 3 {
		t.Fatalf("%d rows, %v", len(log), err)
	}
	same(t, "canonical text", log[0].Hash+"\n2\n2026-11-23T15:00:00.000Z\noperator\npause\nbot-0000\ntwo\n"+
		`{"bots":1,"paused_before":1}`, log[1].Canonical())
	chain, err := db.VerifyChain(t.Context())
	same(t, "chain", []any{store.Chain{Rows: 3, Head: log[2].Hash}, nil}, []any{chain, err})
	for _, query := range []string{`update audit_log set reason = 'another' where id = 2`, `delete from audit_log where id = 3`} {
		if _, err := h.SQL(t, db).ExecContext(t.Context(), query); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v, want a refusal", query, err)
		}
	}
}

// Someone who may drop the triggers is found out all the same.
func tamperingIsFound(t *testing.T, h Harness) {
	for name, c := range map[string]struct{ query, says string }{
		"changed":      {`update audit_log set reason = 'another' where id = 2`, "the content of row 2 is not the one that was hashed"},
		"taken out":    {`delete from audit_log where id = 2`, "row 2 is missing"},
		"cut off":      {`delete from audit_log where id = 3`, "3 rows were written, and 2 are there"},
		"hashed again": {`update audit_log set hash = 'f00' where id = 1`, "the content of row 1 is not the one that was hashed"},
	} {
		t.Run(name, func(t *testing.T) {
			db := h.Open(t, NewClock().Now)
			AddBots(t, db, 1)
			for _, reason := range []string{"one", "two", "three"} {
				if err := db.PauseBot(t.Context(), "bot-0000", reason); err != nil {
					t.Fatal(err)
				}
			}
			dropTriggers(t, h, db)
			plain(t, h, db, c.query)
			run, err := db.RunAudit(t.Context(), store.Operator)
			same(t, "audit", []any{c.says, false, nil}, []any{run.Chain.Broken, run.Passed, err})
			if err := db.ResumeBot(t.Context(), "bot-0000"); err != nil {
				t.Errorf("the next act: %v", err)
			}
		})
	}
}

func dropTriggers(t *testing.T, h Harness, db *store.DB) {
	t.Helper()
	on := ""
	if db.Pool() != nil {
		on = " on audit_log"
	}
	plain(t, h, db, `drop trigger audit_log_keeps`+on)
	plain(t, h, db, `drop trigger audit_log_stays`+on)
}

func auditsAreStored(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	if _, found, err := db.LastAudit(t.Context()); found || err != nil {
		t.Fatalf("an audit before the first: %v", err)
	}
	AddBots(t, db, 1)
	if err := db.PauseBot(t.Context(), "bot-0000", "one"); err != nil {
		t.Fatal(err)
	}
	first, err := db.RunAudit(t.Context(), "ann")
	last, found, readErr := db.LastAudit(t.Context())
	same(t, "the first", []any{first, true, nil, nil}, []any{last, found, err, readErr})
	same(t, "passed", []any{true, int64(1), len(store.Invariants()) + 3, 0}, []any{first.Passed, first.Chain.Rows, first.Checked, first.Failed})
	plain(t, h, db, `update bots set stage = 'LIVE'`)
	second, err := db.RunAudit(t.Context(), "ann")
	if err != nil || second.Passed || second.Failed != 1 || second.Chain.Rows != 2 {
		t.Errorf("with a bot that moved without an event: %+v, %v", second, err)
	}
	last, _, err = db.LastAudit(t.Context())
	same(t, "the second", []any{second, nil}, []any{last, err})
	same(t, "found", []store.BrokenRule{{
		ID: "STAGE_IS_LAST_EVENT", Sentence: "Every bot is in the stage that its last stage event says.", Offending: 1, Samples: []string{"bot-0000"},
	}}, second.Findings)
}

// Many who write at once make one chain.
func oneChain(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	AddBots(t, db, 4)
	var all sync.WaitGroup
	errs := make(chan error, 4)
	for i := range 4 {
		all.Go(func() {
			for n := range 10 {
				if err := db.PauseBot(context.Background(), bot.ID(fmt.Sprintf("bot-%04d", i)), fmt.Sprint("turn ", n)); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	all.Wait()
	select {
	case err := <-errs:
		t.Fatal(err)
	default:
	}
	chain, err := db.VerifyChain(t.Context())
	same(t, "chain", []any{int64(40), "", nil}, []any{chain.Rows, chain.Broken, err})
}
