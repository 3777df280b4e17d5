package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/bot"
	"assay/health"
	"assay/plan"
	"assay/store"
)

// event is one message of the stream as a reader sees it.
type event struct {
	id, name string
	data     []byte
}

func nextEvent(r *bufio.Reader) (e event, err error) {
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return e, err
		}
		field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch field {
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			e.data = []byte(value)
		case "":
			return e, nil
		}
	}
}

// summary is what a message is about.
func (e event) summary(l *lab) string {
	l.t.Helper()
	switch e.name {
	case "bots":
		var v BotsEvent
		l.must(json.Unmarshal(e.data, &v))
		text := "bots"
		for _, b := range v.Bots {
			text += fmt.Sprintf(" %s(%s)", b.ID, strings.TrimSuffix(displays(b.BotNow), "|"))
		}
		return fmt.Sprintf("%s; %d working, %d queued", text, v.Strip.Working, v.Strip.Queued)
	case "tick":
		var v TickEvent
		l.must(json.Unmarshal(e.data, &v))
		return fmt.Sprintf("tick %d", v.Tick.ID)
	default:
		return e.name
	}
}

// open reads the stream over a real connection.
func (l *lab) open(url, lastEventID string) *bufio.Reader {
	l.t.Helper()
	r, err := http.NewRequestWithContext(l.ctx, http.MethodGet, url+"/api/events", nil)
	l.must(err)
	if lastEventID != "" {
		r.Header.Set("Last-Event-ID", lastEventID)
	}
	answer, err := http.DefaultClient.Do(r)
	l.must(err)
	l.t.Cleanup(func() { _ = answer.Body.Close() })
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "text/event-stream" {
		l.t.Fatalf("the stream answered %s %s", answer.Status, answer.Header.Get("Content-Type"))
	}
	return bufio.NewReader(answer.Body)
}

// serve runs the server and its hub on a port of this machine.
func (l *lab) serve() (url string) {
	ctx, stop := context.WithCancel(l.ctx)
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	server := httptest.NewUnstartedServer(l)
	server.Config = l.HTTPServer()
	server.Start()
	l.t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			l.t.Error(err)
		}
		server.Close()
	})
	return server.URL
}

func TestStreamKeepsTheContract(t *testing.T) {
	l, c := inhabited(t), newContract()
	schema := c.answer("/api/events", "200", "text/event-stream")
	stream := l.open(l.serve(), "2")
	expect := func(want string) (e event) {
		t.Helper()
		e, err := nextEvent(stream)
		l.must(err)
		if got := e.summary(l); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
		for _, p := range c.check(schema, fmt.Appendf(nil, `{"event":%q,"data":%s}`, e.name, e.data)) {
			t.Errorf("%s: %s", e.name, p)
		}
		return e
	}
	expect("heartbeat")
	missed := expect("bots mes-gap(Backtesting ×1 • 7s ago) mes-orb(Backtesting ×1 • 7s) " +
		"mes-trend(Queued • Backtest ×1) mes-vwap(Fresh); 1 working, 1 queued")
	revision, err := l.db.Revision(l.ctx)
	l.must(err)
	if missed.id != fmt.Sprint(revision) {
		t.Errorf("id %s, want the revision %d", missed.id, revision)
	}

	l.must(l.db.PauseBot(l.ctx, "mes-gap", "holiday"))
	changed := expect("bots mes-gap(Backtesting ×1 • 7s ago); 1 working, 1 queued")
	var sent BotsEvent
	l.must(json.Unmarshal(changed.data, &sent))
	var raw struct{ Bots []json.RawMessage }
	l.must(json.Unmarshal(changed.data, &raw))
	if one := l.call(http.MethodGet, "/api/bots/mes-gap", nil).Body.Bytes(); !bytes.Equal(bytes.TrimSpace(one), raw.Bots[0]) {
		t.Errorf("the stream and the call differ:\n%s\n%s", raw.Bots[0], one)
	}

	l.tick(store.Tick{BotsEvaluated: 4, BotsHeld: 4, HeldBy: map[plan.Reason]int{plan.JobActive: 4}})
	expect("tick 2")
	told := expect("readiness")
	var ready ReadinessEvent
	l.must(json.Unmarshal(told.data, &ready))
	if diff := cmp.Diff(read[health.Readiness](l, "/api/readiness").Checks[1], ready.Readiness.Checks[1]); diff != "" {
		t.Errorf("the stream and the call differ:\n%s", diff)
	}
}

func TestWhatANewReaderGetsFirst(t *testing.T) {
	l := inhabited(t)
	revision, err := l.db.Revision(l.ctx)
	l.must(err)
	all := "heartbeat|bots mes-gap(Backtesting ×1 • 7s ago) mes-orb(Backtesting ×1 • 7s) " +
		"mes-trend(Queued • Backtest ×1) mes-vwap(Fresh); 1 working, 1 queued|"
	for lastEventID, want := range map[string]string{
		"":                         "heartbeat|",
		"not a number":             "heartbeat|",
		fmt.Sprint(revision):       "heartbeat|",
		fmt.Sprint(revision - 1):   "heartbeat|bots mes-vwap(Fresh); 1 working, 1 queued|",
		"0":                        all,
		fmt.Sprint(revision + 100): all, // it read from another database
	} {
		raw, err := l.missed(l.ctx, lastEventID)
		l.must(err)
		if got := summaries(l, raw); got != want {
			t.Errorf("Last-Event-ID %q: %s, want %s", lastEventID, got, want)
		}
	}
}

func summaries(l *lab, raw []byte) (text string) {
	for r := bufio.NewReader(bytes.NewReader(raw)); ; {
		e, err := nextEvent(r)
		if err != nil {
			return text
		}
		text += e.summary(l) + "|"
	}
}

// listening is a lab in a bubble of synctest, with a reader of its hub and the
// bubble's clock.
func listening(t *testing.T) (l *lab, messages chan []byte) {
	l = inhabited(t)
	ctx, stop := context.WithCancel(t.Context())
	messages = l.hub.join()
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	synctest.Wait()
	return l, messages
}

func drain(l *lab, messages chan []byte) (text string) {
	for {
		select {
		case m := <-messages:
			text += summaries(l, m)
		default:
			return text
		}
	}
}

func TestHeartbeatEveryTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, messages := listening(t)
		time.Sleep(35 * time.Second)
		synctest.Wait()
		if diff := cmp.Diff("heartbeat|heartbeat|heartbeat|", drain(l, messages)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestAtMostFourMessagesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, messages := listening(t)
		for i := range 100 { // a second of changes
			l.must(l.db.PauseBot(l.ctx, "mes-gap", fmt.Sprint("reason ", i)))
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(messageGap)
		synctest.Wait()
		got := strings.Count(drain(l, messages), "bots mes-gap(Backtesting ×1 • 7s ago)")
		if got < 4 || got > 5 { // one at once, then four in a second
			t.Errorf("%d messages for 100 changes in a second, want 4 or 5", got)
		}
	})
}

// After ten minutes a badge goes away without any change in the database, and
// readers are told.
func TestTheClockAloneIsToldToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, messages := listening(t)
		l.pass(10 * time.Minute)
		time.Sleep(heartbeatEvery)
		synctest.Wait()
		want := "heartbeat|bots mes-gap() mes-vwap(Needs Backtest); 1 working, 1 queued|readiness|"
		if diff := cmp.Diff(want, drain(l, messages)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestChangesOfSeveralBotsComeTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, messages := listening(t)
		l.must(l.db.InTx(l.ctx, func(tx *store.DB) error {
			for _, id := range []bot.ID{"mes-trend", "mes-gap"} {
				if err := tx.PauseBot(l.ctx, id, "holiday"); err != nil {
					return err
				}
			}
			_, err := tx.AddTick(l.ctx, store.Tick{StartedAt: noon, Error: "disk full"})
			return err
		}))
		synctest.Wait()
		want := "bots mes-gap(Backtesting ×1 • 7s ago) mes-trend(Queued • Backtest ×1); 1 working, 1 queued|tick 2|readiness|"
		if diff := cmp.Diff(want, drain(l, messages)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// Nothing is told when nothing shown has changed, such as a worker's beat.
func TestQuietCommitsAreNotTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, messages := listening(t)
		_, err := l.db.Heartbeat(l.ctx, "worker-1")
		l.must(err)
		synctest.Wait()
		if got := drain(l, messages); got != "" {
			t.Errorf("told: %s", got)
		}
	})
}

func TestASlowReaderIsSentAway(t *testing.T) {
	h := newHub()
	slow, quick := h.join(), h.join()
	for range readerBacklog + 1 {
		h.send([]byte("m"))
		<-quick
	}
	n := 0
	for range slow { // ends because it was closed
		n++
	}
	if n != readerBacklog {
		t.Errorf("%d messages before it was sent away, want %d", n, readerBacklog)
	}
	h.close()
	if _, open := <-quick; open {
		t.Error("the stream outlives the hub")
	}
	if _, open := <-h.join(); open {
		t.Error("a reader can join a closed hub")
	}
}
