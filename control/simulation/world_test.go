package simulation

import (
	"container/heap"
	"context"
	"fmt"
	"hash"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"time"

	"assay/job"
	"assay/plan"
	"assay/store"
	"assay/worker"
)

// size is how large a simulated world is.
type size struct {
	bots int
	days int
}

// world is one run: everything in it follows from its seed.
type world struct {
	size
	rand   *rand.Rand
	start  time.Time
	now    time.Duration // since the start, by a clock that nobody moves
	jumped time.Duration // how far the wall clock has been moved
	zone   *time.Location
	queue  queue
	count  int // events ever queued
	set    settings
	procs  []*process
	byHand *store.DB // the operator's own connection
	fleet  *fleet
	oracle *oracle
	former map[int64][]former // attempts by active job
	acting *step              // who changes the database now
	calm   bool               // no more faults
	depth  int                // steps that wait within steps
	steps  int
	faults int
	trail  []string    // the last events, for the report of a failure
	print  hash.Hash64 // of every event, to see that a seed repeats
	broken string      // the first thing that must not happen, and did
}

// settings are what a seed decides about the policy and the machines.
type settings struct {
	policy  plan.Policy
	config  worker.Config
	caps    store.Caps
	cluster bool // several processes, of which one leads
	procs   int
	breath  time.Duration
	leadFor time.Duration
	fails   float64       // of each statement
	waits   float64       // of each transaction
	trouble time.Duration // between two calamities, on average
	acts    time.Duration // between two acts of the operator, on average
}

func newWorld(seed uint64, s size) *world {
	w := &world{size: s, former: map[int64][]former{}, print: fnv.New64a(), rand: rand.New(rand.NewPCG(seed, 0x5eed))}
	w.zone = pick(w, chicago(), chicago(), time.UTC)
	w.start = pick(w, // the third is an ordinary week; clocks change in the first two
		time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC), time.Date(2026, 10, 31, 12, 0, 0, 0, time.UTC),
		time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)).Add(w.between(0, 20*time.Hour))
	w.set = w.settings()
	return w
}

func chicago() *time.Location {
	zone, err := time.LoadLocation("America/Chicago")
	if err != nil {
		panic(err) // package market embeds the zones
	}
	return zone
}

func (w *world) settings() settings {
	s := settings{policy: plan.DefaultPolicy(), config: worker.DefaultConfig(2)}
	s.policy.TickInterval = 10 * time.Minute
	if w.chance(0.03) {
		s.policy.TickInterval = 2 * time.Minute
	}
	s.policy.RefreshAfter = pick(w, 6*time.Hour, 24*time.Hour, 24*time.Hour, 24*time.Hour)
	if w.chance(0.3) { // a laboratory that can also improve and evolve
		s.policy.Can = []job.Type{job.Baseline, job.Refresh, job.Improve, job.Evolve}
		s.policy.ImproveInterval = pick(w, 8*time.Hour, 16*time.Hour)
		s.policy.EvolveInterval = pick(w, 16*time.Hour, 24*time.Hour)
		s.policy.ImprovesPerEvolve = 2
	}
	s.policy.MaxAttempts = pick(w, 1, 2, 3, 3, 4)
	s.policy.CoolDown = pick(w, 10*time.Minute, 30*time.Minute)
	s.policy.MaxCoolDown = pick(w, 2*time.Hour, 6*time.Hour)
	s.policy.MaxTotalJobs = pick(w, 10_000, 10_000, max(w.bots/3, 1))
	s.caps = store.Caps{Backtests: (1 + w.rand.IntN(8)) * w.scale(), Improve: (1 + w.rand.IntN(3)) * w.scale(), Total: s.policy.MaxTotalJobs}
	s.config.Beat = pick(w, time.Minute, 2*time.Minute)
	s.config.StuckAfter = 6 * s.config.Beat
	s.config.Slots = (1 + w.rand.IntN(4)) * w.scale()
	s.procs = 1
	if s.cluster = w.chance(0.6); s.cluster {
		s.procs = 2 + w.rand.IntN(3)
	}
	s.breath = pick(w, 250*time.Millisecond, time.Minute, time.Minute)
	s.leadFor = pick(w, 20*time.Minute, 40*time.Minute)
	s.fails = pick(w, 0, 0.0003, 0.003)
	s.waits = pick(w, 0, 0.002, 0.01)
	s.trouble = pick(w, 10*time.Minute, time.Hour, 4*time.Hour)
	s.acts = pick(w, time.Hour, 3*time.Hour)
	return s
}

// scale is how many times larger the machines of a large fleet are.
func (w *world) scale() int { return max(w.bots/50, 1) }

// wall is the clock of the database, in whatever zone the machine stands.
func (w *world) wall() time.Time { return w.start.Add(w.now + w.jumped).In(w.zone) }

// own is a process's own clock, which no jump of the wall clock moves.
func (w *world) own() time.Time { return w.start.Add(w.now) }

func (w *world) chance(p float64) bool { return w.rand.Float64() < p }

func (w *world) between(a, b time.Duration) time.Duration {
	return a + time.Duration(w.rand.Int64N(int64(b-a)+1))
}

// about draws a time between a and b of any magnitude.
func (w *world) about(a, b time.Duration) time.Duration {
	x := w.rand.Float64()
	return time.Duration(float64(a) * math.Pow(float64(b)/float64(a), x)).Round(time.Millisecond)
}

// rarely draws the time to the next of events that come once in mean.
func (w *world) rarely(mean time.Duration) time.Duration {
	return time.Duration(w.rand.ExpFloat64()*float64(mean)) + time.Millisecond
}

func pick[T any](w *world, from ...T) T { return from[w.rand.IntN(len(from))] }

// event is something that will happen.
type event struct {
	at   time.Duration
	n    int // of two at the same time the first one queued comes first
	what string
	do   func()
}

// after queues an event.
func (w *world) after(d time.Duration, what string, do func()) {
	w.count++
	heap.Push(&w.queue, event{w.now + d, w.count, what, do})
}

// run lets everything happen until a time, or until something broke.
func (w *world) run(until time.Duration) {
	for w.broken == "" && len(w.queue) > 0 && w.queue[0].at <= until {
		e := heap.Pop(&w.queue).(event)
		w.now = max(w.now, e.at)
		w.note("%s", e.what)
		w.steps++
		e.do()
	}
	w.now = max(w.now, until)
}

// note keeps the last events.
func (w *world) note(format string, args ...any) {
	if len(w.trail) >= 60 {
		w.trail = append(w.trail[:0], w.trail[30:]...)
	}
	line := fmt.Sprintf("%12s  %s", w.now.Round(time.Millisecond), fmt.Sprintf(format, args...))
	w.trail = append(w.trail, line)
	_, _ = io.WriteString(w.print, line)
}

// fail records the first thing that must not happen.
func (w *world) fail(format string, args ...any) {
	if w.broken == "" {
		w.broken = fmt.Sprintf(format, args...)
		w.note("BROKEN: %s", w.broken)
	}
}

// step is one act of somebody, which the oracle holds the changes against.
type step struct {
	by       *process // nil: the operator
	lease    *store.Lease
	takeOver bool
	began    time.Duration
	bots     int // in the fleet as it began
	enqueued int
}

// act runs do as somebody and then looks at what it changed.
func (w *world) act(s *step, do func(ctx context.Context)) {
	outer := w.acting
	s.began, s.bots = w.now, len(w.fleet.bots)
	w.acting = s
	do(context.Background())
	w.oracle.unread = w.oracle.unread || s.by == nil // whose transactions nobody watches
	w.oracle.look()
	w.acting = outer
}

// await lets the others act for a while, in the middle of somebody's step.
func (w *world) await(d time.Duration) {
	w.oracle.look()
	outer, until := w.acting, w.now+d
	w.depth++
	w.run(until)
	w.depth--
	w.acting = outer
}

type queue []event

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return q[i].at < q[j].at || q[i].at == q[j].at && q[i].n < q[j].n
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(e any)   { *q = append(*q, e.(event)) }
func (q *queue) Pop() any {
	last := len(*q) - 1
	e := (*q)[last]
	*q = (*q)[:last]
	return e
}
