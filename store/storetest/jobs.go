package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay"
	"assay/bot"
	"assay/job"
	"assay/store"
)

func baseline(id bot.ID) store.NewJob {
	return store.NewJob{BotID: id, Type: job.Baseline, Reason: "BASELINE_MISSING", MaxAttempts: 3}
}

func setCaps(t *testing.T, db *store.DB, c store.Caps) {
	t.Helper()
	if err := db.SetCaps(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

func readJob(t *testing.T, db *store.DB, id int64) job.Job {
	t.Helper()
	j, err := db.Job(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func same(t *testing.T, what string, want, got any, opts ...cmp.Option) {
	t.Helper()
	if diff := cmp.Diff(want, got, opts...); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func oneActiveJob(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	AddBots(t, db, 2)
	got := enqueue(t, db, baseline("bot-0000"), baseline("bot-0000"), baseline("bot-0001"))
	same(t, "first answers", []store.Queued{{ID: got[0].ID}, {Busy: true}, {ID: got[2].ID}}, got)
	if got[0].ID == 0 || got[2].ID == 0 {
		t.Fatal("a free bot got no job")
	}
	j := StartNext(t, db, "w")
	same(t, "while it runs", []store.Queued{{Busy: true}}, enqueue(t, db, baseline(bot.ID(j.BotID))))
	if err := db.Finish(t.Context(), store.LeaseOf(j), nil); err != nil {
		t.Fatal(err)
	}
	if again := enqueue(t, db, baseline(bot.ID(j.BotID))); again[0].ID == 0 {
		t.Error("a bot whose job ended gets no new one")
	}
}

func totalCap(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	AddBots(t, db, 5)
	setCaps(t, db, store.Caps{Backtests: 1, Improve: 1, Total: 2})
	var jobs []store.NewJob
	for i := range 4 {
		jobs = append(jobs, baseline(bot.ID(fmt.Sprintf("bot-%04d", i))))
	}
	got := enqueue(t, db, jobs...)
	same(t, "answers", []store.Queued{{ID: 1}, {ID: 2}, {Full: true}, {Full: true}}, got)
	used, err := db.CapsUsed(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	same(t, "used", store.Caps{Total: 2}, used)
	if err := db.SetCaps(t.Context(), store.Caps{Backtests: 0, Improve: 1, Total: 1}); assay.KindOf(err) != assay.Invalid {
		t.Errorf("a cap of 0: %v, want a refusal", err)
	}
}

func admissionKeepsCaps(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	AddBots(t, db, 6)
	setCaps(t, db, store.Caps{Backtests: 2, Improve: 1, Total: 100})
	for i := range 6 {
		j := baseline(bot.ID(fmt.Sprintf("bot-%04d", i)))
		if i >= 4 {
			j.Type = job.Improve
		}
		enqueue(t, db, j)
	}
	counts := func() (used store.Caps) {
		t.Helper()
		for range 2 { // a second admission must find no room
			if _, err := db.Admit(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		used, err := db.CapsUsed(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return used
	}
	same(t, "admitted at first", store.Caps{Backtests: 2, Improve: 1, Total: 6}, counts())
	admit, start, err := db.Ready(t.Context())
	same(t, "ready when full", []any{false, true, nil}, []any{admit, start, err})
	j := StartNext(t, db, "w")
	same(t, "a running job keeps its place", store.Caps{Backtests: 2, Improve: 1, Total: 6}, counts())
	if err := db.Finish(t.Context(), store.LeaseOf(j), nil); err != nil {
		t.Fatal(err)
	}
	admit, _, err = db.Ready(t.Context())
	same(t, "ready after an end", []any{true, nil}, []any{admit, err})
	same(t, "an ended job gives its place on", store.Caps{Backtests: 2, Improve: 1, Total: 5}, counts())
}

func jobLife(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	AddBot(t, db, "a")
	id := enqueue(t, db, baseline("a"))[0].ID
	want := job.Job{
		ID: id, BotID: "a", Type: job.Baseline, Status: job.Queued, MaxAttempts: 3, Reason: "BASELINE_MISSING", CreatedAt: Start,
	}
	same(t, "queued", want, readJob(t, db, id))

	clock.Add(time.Second)
	started := StartNext(t, db, "w1")
	want.Status, want.Attempt, want.LeaseSeq, want.WorkerID = job.Running, 1, 1, "w1"
	want.StartedAt, want.HeartbeatAt = clock.Now(), clock.Now()
	same(t, "started", want, started)

	clock.Add(time.Second)
	if err := db.SetProgress(t.Context(), store.LeaseOf(started), 0.5); err != nil {
		t.Fatal(err)
	}
	beats, err := db.Heartbeat(t.Context(), "w1")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "beats", []store.Beat{{Lease: store.LeaseOf(started)}}, beats)
	want.HeartbeatAt, want.Progress = clock.Now(), 0.5
	same(t, "beating", want, readJob(t, db, id))

	clock.Add(time.Second)
	if err := db.Finish(t.Context(), store.LeaseOf(started), nil); err != nil {
		t.Fatal(err)
	}
	want.Status, want.CompletedAt, want.Progress = job.Completed, clock.Now(), 1
	same(t, "completed", want, readJob(t, db, id))
	attempts, err := db.Attempts(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "attempts", []store.Attempt{{
		JobID: id, Attempt: 1, LeaseSeq: 1, WorkerID: "w1", StartedAt: want.StartedAt, EndedAt: clock.Now(),
		Outcome: job.OutcomeCompleted,
	}}, attempts)
}

func failedAttemptWaits(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	AddBot(t, db, "a")
	j := StartJob(t, db, "a", "w1")
	for attempt := 1; attempt <= 3; attempt++ {
		d := job.After(j.Attempt, j.MaxAttempts, job.OutcomeFailed, clock.Now())
		if err := db.EndAttempt(t.Context(), store.LeaseOf(j), job.OutcomeFailed, "no luck", d); err != nil {
			t.Fatal(err)
		}
		if attempt == 3 {
			break
		}
		if ids, err := db.Admit(t.Context()); err != nil || len(ids) > 0 {
			t.Fatalf("attempt %d: admitted %v before its time, %v", attempt, ids, err)
		}
		got := readJob(t, db, j.ID)
		same(t, "waiting", []any{job.Queued, attempt, "no luck", time.Time{}}, []any{got.Status, got.Attempt, got.Error, got.StartedAt})
		clock.Add(d.At.Sub(clock.Now()))
		j = StartNext(t, db, "w1")
	}
	got := readJob(t, db, j.ID)
	same(t, "at the end", []any{job.Failed, 3, "no luck", clock.Now()}, []any{got.Status, got.Attempt, got.Error, got.CompletedAt})
	attempts, err := db.Attempts(t.Context(), j.ID)
	if err != nil || len(attempts) != 3 {
		t.Fatalf("%d attempts, %v, want 3", len(attempts), err)
	}
}

func releasedAttempt(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	AddBot(t, db, "a")
	j := StartJob(t, db, "a", "w1")
	d := job.After(j.Attempt, j.MaxAttempts, job.OutcomeReleased, db.Now())
	if err := db.EndAttempt(t.Context(), store.LeaseOf(j), job.OutcomeReleased, "shut down", d); err != nil {
		t.Fatal(err)
	}
	again := StartNext(t, db, "w2")
	same(t, "second start", []any{1, int64(3), "w2"}, []any{again.Attempt, again.LeaseSeq, again.WorkerID})
}

func fence(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	AddBot(t, db, "a")
	old := StartJob(t, db, "a", "w1")
	d := job.After(old.Attempt, old.MaxAttempts, job.OutcomeStalled, db.Now())
	if err := db.EndAttempt(t.Context(), store.LeaseOf(old), job.OutcomeStalled, "silent", d); err != nil {
		t.Fatal(err)
	}
	newer := StartNext(t, db, "w2")
	before := readJob(t, db, newer.ID)
	for what, err := range map[string]error{
		"finish":   db.Finish(t.Context(), store.LeaseOf(old), nil),
		"fail":     db.EndAttempt(t.Context(), store.LeaseOf(old), job.OutcomeFailed, "late", job.Decision{Status: job.Failed}),
		"progress": db.SetProgress(t.Context(), store.LeaseOf(old), 0.9),
	} {
		if !errors.Is(err, store.ErrLeaseLost) {
			t.Errorf("%s of the old attempt: %v, want a lost lease", what, err)
		}
	}
	beats, err := db.Heartbeat(t.Context(), "w1")
	if err != nil || len(beats) != 0 {
		t.Errorf("the old worker still holds %v, %v", beats, err)
	}
	same(t, "the newer attempt", before, readJob(t, db, newer.ID))
}

func lostLeaseSavesNothing(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	AddBot(t, db, "a")
	set := AddDataSet(t, db, DataSet("sim-es", "f1"))
	j := StartJob(t, db, "a", "w1")
	result := ResultFor(t, db, j, set)
	lease := store.LeaseOf(j)
	lease.Seq++
	err := db.Finish(t.Context(), lease, func(tx *store.DB) error {
		_, err := tx.SaveResult(t.Context(), result)
		return err
	})
	if !errors.Is(err, store.ErrLeaseLost) {
		t.Fatalf("finish: %v, want a lost lease", err)
	}
	sessions, err := db.Sessions(t.Context(), "a", 10)
	if err != nil || len(sessions) != 0 {
		t.Errorf("%d sessions, %v, want none", len(sessions), err)
	}
}

func stalledAndOverdue(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	AddBots(t, db, 2)
	setCaps(t, db, store.Caps{Backtests: 2, Improve: 1, Total: 10})
	silent := StartJob(t, db, "bot-0000", "w1")
	clock.Add(20 * time.Second)
	lively := StartJob(t, db, "bot-0001", "w2")
	ids := func(jobs []job.Job, err error) (ids []int64) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range jobs {
			ids = append(ids, j.ID)
		}
		return ids
	}
	clock.Add(10 * time.Second)
	same(t, "stalled at the limit", []int64(nil), ids(db.Stalled(t.Context(), 30*time.Second)))
	clock.Add(time.Millisecond)
	same(t, "stalled after it", []int64{silent.ID}, ids(db.Stalled(t.Context(), 30*time.Second)))
	seen := readJob(t, db, silent.ID)
	clock.Add(time.Second)
	if _, err := db.Heartbeat(t.Context(), "w1"); err != nil { // it comes back after the look
		t.Fatal(err)
	}
	again := job.After(1, 3, job.OutcomeStalled, clock.Now())
	if err := db.EndSilent(t.Context(), seen, "silent", again); !errors.Is(err, store.ErrLeaseLost) {
		t.Errorf("an attempt that beats was ended: %v", err)
	}
	same(t, "it goes on", job.Running, readJob(t, db, silent.ID).Status)
	same(t, "overdue", []int64{silent.ID}, ids(db.Overdue(t.Context(), job.Baseline, 25*time.Second)))
	same(t, "overdue of another type", []int64(nil), ids(db.Overdue(t.Context(), job.Evolve, time.Second)))
	same(t, "elsewhere", []int64{lively.ID}, ids(db.RunningElsewhere(t.Context(), "w1")))
	same(t, "ended in silence", error(nil), db.EndSilent(t.Context(), readJob(t, db, silent.ID), "silent", again))
	same(t, "it went back", job.Queued, readJob(t, db, silent.ID).Status)
}

func cancelling(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	AddBots(t, db, 2)
	running := StartJob(t, db, "bot-0000", "w1")
	queued := enqueue(t, db, baseline("bot-0001"))[0].ID
	for _, id := range []bot.ID{"bot-0000", "bot-0001"} {
		if err := db.RequestCancel(t.Context(), id, "reset"); err != nil {
			t.Fatal(err)
		}
	}
	got := readJob(t, db, queued)
	same(t, "queued", []any{job.Cancelled, "reset"}, []any{got.Status, got.Error})
	beats, err := db.Heartbeat(t.Context(), "w1")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "beats", []store.Beat{{Lease: store.LeaseOf(running), Cancel: true}}, beats)
}
