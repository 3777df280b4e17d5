package api

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"assay/bot"
	"assay/internal/stopwatch"
	"assay/store"
	"assay/store/storetest"
)

// serverOf is a server over a database of storetest.
func serverOf(t testing.TB, db *store.DB) *Server {
	t.Helper()
	s, err := New(Config{
		Store: db, StuckAfter: time.Minute, Console: fstest.MapFS{"index.html": {}},
		Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func overviewOf(t testing.TB, s *Server) string {
	t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/api/bots-overview", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

// What is kept between requests is never stale: after every change it answers
// what a server that knows nothing yet answers.
func TestOverviewIsNeverStale(t *testing.T) {
	clock := storetest.NewClock()
	db := storetest.Open(t, clock.Now)
	set := storetest.AddDataSet(t, db, storetest.DataSet("SIM-ES", "f1"))
	s := serverOf(t, db)
	changes := map[string]func() error{
		"a bot is added":     func() error { storetest.AddBot(t, db, "bot-0000"); return nil },
		"a job starts":       func() error { storetest.StartJob(t, db, "bot-0000", "w"); return nil },
		"another bot":        func() error { storetest.AddBot(t, db, "bot-0001"); return nil },
		"a job ends":         func() error { return finishRunning(t, db, set) },
		"a bot is paused":    func() error { return db.PauseBot(t.Context(), "bot-0001", "holiday") },
		"a bot climbs":       func() error { return db.MoveBot(t.Context(), "bot-0001", bot.Paper, bot.ByOperator, "TEST") },
		"nothing, time goes": func() error { clock.Add(time.Hour); return nil },
	}
	for _, name := range []string{
		"a bot is added", "a job starts", "another bot", "a job ends", "a bot is paused", "a bot climbs", "nothing, time goes",
	} {
		clock.Add(time.Second)
		if err := changes[name](); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(overviewOf(t, serverOf(t, db)), overviewOf(t, s)); diff != "" {
			t.Errorf("%s (-anew +kept):\n%s", name, diff)
		}
	}
}

func finishRunning(t testing.TB, db *store.DB, set store.DataSet) error {
	t.Helper()
	jobs, err := db.Jobs(t.Context(), "bot-0000", 1)
	if err == nil {
		storetest.CompleteJob(t, db, jobs[0], set)
	}
	return err
}

// What is put together from kept pieces is what encoding the whole would give,
// also when time goes by or back and some pieces are used again.
func TestOverviewIsWhatEncodingGives(t *testing.T) {
	l := inhabited(t)
	for _, d := range []time.Duration{0, time.Second, time.Minute, -time.Minute, 9 * time.Minute, time.Hour} {
		l.pass(d)
		for _, path := range []string{"/api/bots-overview", "/api/bots-overview?offset=3", "/api/bots-overview?offset=9"} {
			want := read[Overview](l, path)
			for i := range want.Data {
				want.Data[i] = read[Bot](l, "/api/bots/"+string(want.Data[i].ID))
			}
			got := l.call(http.MethodGet, path, nil).Body.String()
			if diff := cmp.Diff(string(compact(want))+"\n", got); diff != "" {
				t.Errorf("%v later, %s (-encoded +put together):\n%s", d, path, diff)
			}
		}
	}
}

// sink takes an answer as a connection does: it keeps nothing.
type sink struct {
	header http.Header
	bytes  int64
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(int)             {}
func (s *sink) Write(b []byte) (int, error) { s.bytes += int64(len(b)); return len(b), nil }

// BenchmarkOverview1000 asks again within the second, after a second in which
// the age of every bot has changed, and as a browser does, packed.
func BenchmarkOverview1000(b *testing.B) {
	clock := storetest.NewClock()
	db := storetest.Open(b, clock.Now)
	set := storetest.AddDataSet(b, db, storetest.DataSet("SIM-ES", "f1"))
	for _, added := range storetest.AddBots(b, db, 1000) {
		storetest.CompleteJob(b, db, storetest.StartJob(b, db, added.ID, "w"), set)
	}
	s := serverOf(b, db)
	ask := func(b *testing.B, coding string, step time.Duration) {
		r := httptest.NewRequest(http.MethodGet, "http://localhost/api/bots-overview", nil)
		r.Header.Set("Accept-Encoding", coding)
		w := &sink{header: http.Header{}}
		s.ServeHTTP(w, r)
		b.SetBytes(w.bytes)
		b.ReportAllocs()
		best := stopwatch.NewBest()
		for b.Loop() {
			clock.Add(step)
			step = -step
			best.Take(func() { s.ServeHTTP(&sink{header: http.Header{}}, r) })
		}
		b.ReportMetric(best.Seconds()*1e3, "best-cpu-ms")
	}
	b.Run("again", func(b *testing.B) { ask(b, "", 0) })
	b.Run("aged", func(b *testing.B) { ask(b, "", time.Second) })
	b.Run("packed", func(b *testing.B) { ask(b, "gzip", time.Second) })
}
