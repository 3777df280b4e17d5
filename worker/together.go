package worker

import (
	"context"
	"runtime"
	"sync"
	"time"

	"assay/internal/pause"
)

// most bounds how many asks are served in one transaction.
const most = 64

// together does in one transaction what many goroutines ask for. Those that ask
// while others are being served are served together: a transaction costs as much
// as several small jobs.
type together[Ask, Answer any] struct {
	// do serves all asks, or none of them and says why. Its answers are in the
	// order of the asks.
	do      func(ctx context.Context, asks []Ask) ([]Answer, error)
	gather  time.Duration // how long the next are waited for when the last ones came together
	serving chan struct{} // holds a token of whoever serves all that wait
	company bool          // the last batch was of several; whoever holds the token may touch it

	mu      sync.Mutex
	waiting []*turn[Ask, Answer]
}

// turn is one that waits until it is served.
type turn[Ask, Answer any] struct {
	ask    Ask
	served chan struct{} // closed then, and only then the rest may be read
	answer Answer
	err    error
	shared bool // others were served with it
}

func newTogether[Ask, Answer any](gather time.Duration, do func(context.Context, []Ask) ([]Answer, error)) together[Ask, Answer] {
	return together[Ask, Answer]{do: do, gather: gather, serving: make(chan struct{}, 1)}
}

// await asks and waits for the answer. What failed together is tried again
// alone: one must not take the others with it.
func (t *together[Ask, Answer]) await(ctx context.Context, ask Ask) (answer Answer, err error) {
	mine := &turn[Ask, Answer]{ask: ask, served: make(chan struct{})}
	t.mu.Lock()
	t.waiting = append(t.waiting, mine)
	t.mu.Unlock()
	select {
	case <-mine.served:
	case t.serving <- struct{}{}:
		t.serveUntil(ctx, mine.served)
		<-t.serving
	}
	if mine.err == nil || !mine.shared {
		return mine.answer, mine.err
	}
	answers, err := t.do(ctx, []Ask{ask})
	if err != nil {
		return answer, err
	}
	return answers[0], nil
}

// serveUntil serves those that wait, once those that are about to ask have
// asked. One that asks alone as the last one did waits for nobody.
func (t *together[Ask, Answer]) serveUntil(ctx context.Context, served <-chan struct{}) {
	if t.company && t.gather > 0 {
		pause.For(ctx, t.gather)
	} else {
		runtime.Gosched()
	}
	for {
		select {
		case <-served:
			return
		default:
			t.serve(ctx, t.next())
		}
	}
}

func (t *together[Ask, Answer]) next() []*turn[Ask, Answer] {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := min(len(t.waiting), most)
	batch := t.waiting[:n:n]
	t.waiting = t.waiting[n:]
	return batch
}

func (t *together[Ask, Answer]) serve(ctx context.Context, batch []*turn[Ask, Answer]) {
	asks := make([]Ask, len(batch))
	for i, b := range batch {
		asks[i] = b.ask
	}
	t.company = len(batch) > 1
	answers, err := t.do(ctx, asks)
	for i, b := range batch {
		if err == nil {
			b.answer = answers[i]
		}
		b.err, b.shared = err, len(batch) > 1
		close(b.served)
	}
}
