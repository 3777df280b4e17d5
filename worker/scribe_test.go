package worker

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/bot"
	"assay/job"
	"assay/store"
	"assay/store/storetest"
)

// Jobs that end together are written together; one that cannot be saved, or has
// lost its lease, does not take the others with it.
func TestJobsThatEndTogether(t *testing.T) {
	for name, open := range map[string]func(testing.TB, func() time.Time) *store.DB{
		"SQLite": storetest.Open, "PostgreSQL": storetest.OpenPostgres,
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t, storetest.NewClock().Now)
			storetest.AddBots(t, db, 4)
			if err := db.SetCaps(t.Context(), store.Caps{Backtests: 4, Improve: 1, Total: 10}); err != nil {
				t.Fatal(err)
			}
			all := finishTogether(t, db, map[bot.ID]error{"bot-0002": errFull})
			want := map[bot.ID]error{"bot-0000": nil, "bot-0001": nil, "bot-0002": errFull, "bot-0003": store.ErrLeaseLost}
			for id, err := range all {
				if !errors.Is(err, want[id]) {
					t.Errorf("%s: %v, want %v", id, err, want[id])
				}
			}
			var saved []string
			for _, b := range storeBots(t, db) {
				saved = append(saved, b.PausedReason)
			}
			if diff := cmp.Diff([]string{"saved", "saved", "", ""}, saved); diff != "" {
				t.Errorf("what was saved (-want +got):\n%s", diff)
			}
			storetest.AddBot(t, db, "bot-0004")
			storetest.AddBot(t, db, "bot-0005")
			before := planning(t, db)
			finishTogether(t, db, nil, "bot-0004", "bot-0005")
			if woken := planning(t, db) - before; woken != 2+1 { // both savings wake the planner too
				t.Errorf("two jobs that ended well woke the planner %d times, want 3", woken)
			}
		})
	}
}

var errFull = errors.New("the disk is full")

// finishTogether starts a job of each bot and lets all of them end while the
// scribe is busy. Without names it takes the first four bots, of which the last
// loses its lease before that.
func finishTogether(t *testing.T, db *store.DB, fail map[bot.ID]error, names ...bot.ID) map[bot.ID]error {
	t.Helper()
	late := bot.ID("")
	if len(names) == 0 {
		names, late = []bot.ID{"bot-0000", "bot-0001", "bot-0002", "bot-0003"}, "bot-0003"
	}
	s := newScribe(db, 0)
	s.serving <- struct{}{}
	type answer struct {
		id  bot.ID
		err error
	}
	answers := make(chan answer, len(names))
	for _, id := range names {
		j := storetest.StartJob(t, db, id, "w")
		lease := store.LeaseOf(j)
		if id == late {
			reap(t, db, j)
		}
		go func() {
			answers <- answer{id, s.finish(t.Context(), lease, func(tx *store.DB) error {
				return errors.Join(tx.PauseBot(context.WithoutCancel(t.Context()), id, "saved"), fail[id])
			})}
		}()
	}
	for waiting := 0; waiting < len(names); runtime.Gosched() {
		s.mu.Lock()
		waiting = len(s.waiting)
		s.mu.Unlock()
	}
	<-s.serving
	all := map[bot.ID]error{}
	for range names {
		a := <-answers
		all[a.id] = a.err
	}
	return all
}

func reap(t *testing.T, db *store.DB, j job.Job) {
	t.Helper()
	err := db.EndAttempt(t.Context(), store.LeaseOf(j), job.OutcomeStalled, "silent", job.Decision{Status: job.Failed})
	if err != nil {
		t.Fatal(err)
	}
}

func planning(t *testing.T, db *store.DB) int64 {
	t.Helper()
	n, err := db.Planning(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func storeBots(t *testing.T, db *store.DB) []bot.Bot {
	t.Helper()
	bots, err := db.Bots(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return bots
}
