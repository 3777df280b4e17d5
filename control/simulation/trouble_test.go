package simulation

import (
	"context"
	"time"

	"assay/bot"
	"assay/store"
)

// trouble happens to a process, or to all of them, or to the clock.
func (w *world) trouble() {
	w.after(w.rarely(w.set.trouble), "trouble", w.trouble)
	if w.calm || w.depth > 0 {
		return
	}
	p := w.procs[w.rand.IntN(len(w.procs))]
	switch x := w.rand.IntN(100); {
	case p.dead:
	case x < 75:
		w.hit(p)
	case x < 85:
		w.note("%s shuts down", p.name)
		p.shutDown()
	case x < 92:
		w.note("every process is killed")
		for _, p := range w.procs {
			if !p.dead {
				p.die()
			}
		}
	default:
		w.jump()
	}
}

// hit kills a process, stops it or takes its database away.
func (w *world) hit(p *process) {
	w.faults++
	stuck := w.set.config.StuckAfter
	switch d := w.about(time.Second, 4*stuck); w.rand.IntN(3) {
	case 0:
		w.note("%s is killed", p.name)
		p.die()
	case 1:
		w.note("%s is stopped for %s", p.name, d)
		p.stoppedUntil = w.now + d
		p.disturbed(d)
	default:
		w.note("%s cannot reach its database for %s", p.name, d)
		p.awayUntil = w.now + d
		p.disturbed(d)
	}
}

// jump moves the wall clock, as an operator or a time server does.
func (w *world) jump() {
	d := w.about(time.Second, 3*time.Hour)
	if w.chance(0.5) {
		d = -d
	}
	w.note("the wall clock jumps by %s", d)
	w.jumped += d
	w.oracle.jumped(d)
	for _, p := range w.procs {
		p.disturbed(0)
	}
}

// disturbed remembers that a process needs some time to come back to order.
func (p *process) disturbed(d time.Duration) {
	w := p.w
	p.wellFrom = max(p.wellFrom, w.now+d)
	w.oracle.troubled(w.now + d)
}

// operate is an act of the operator.
func (w *world) operate() {
	w.after(w.rarely(w.set.acts), "the operator acts", w.operate)
	if w.calm {
		return
	}
	f := w.fleet
	switch x := w.rand.IntN(100); {
	case x < 10:
		w.pauseFleet(true)
		w.after(w.about(time.Minute, 3*time.Hour), "the fleet is resumed", func() { w.pauseFleet(false) })
	case x < 40:
		for _, b := range f.some() {
			w.pause(b, true)
			w.after(w.about(time.Minute, 3*time.Hour), "a bot is resumed", func() { w.pause(b, false) })
		}
	case x < 55:
		f.reset(f.some())
	case x < 60:
		f.revert(f.some())
	case x < 70:
		b := f.some()[0]
		w.move(b, bot.Paper)
		w.after(w.about(time.Minute, 5*time.Hour), "a bot goes back to LAB", func() { w.move(b, bot.Lab) })
	case x < 80:
		b := f.some()[0]
		w.byOperator(func(ctx context.Context) error { return w.byHand.RequestCancel(ctx, b.ID, "cancelled by hand") })
	case x < 88:
		root := rootOf(pick(w, symbols[:]...))
		f.retire(root)
		w.after(w.about(time.Minute, 5*time.Hour), "bars come back", func() { f.publish(root, store.VerdictPass) })
	case x < 94:
		w.set.caps.Backtests = (1 + w.rand.IntN(8)) * w.scale()
		w.byOperator(func(ctx context.Context) error { return w.byHand.SetCaps(ctx, w.set.caps) })
	case len(f.bots) < w.bots+5:
		f.add()
	}
}

// byOperator does what nothing disturbs.
func (w *world) byOperator(do func(ctx context.Context) error) {
	w.act(&step{}, func(ctx context.Context) {
		if err := do(ctx); err != nil {
			w.fail("the operator was refused: %v", err)
		}
	})
}

func (w *world) pauseFleet(paused bool) {
	w.oracle.pausedFrom = -1
	if paused {
		w.oracle.pausedFrom = w.now
		w.byOperator(func(ctx context.Context) error { return w.byHand.PauseFleet(ctx, "holiday") })
		return
	}
	w.byOperator(w.byHand.ResumeFleet)
}

func (w *world) pause(b *simBot, paused bool) {
	if paused {
		w.byOperator(func(ctx context.Context) error { return w.byHand.PauseBot(ctx, b.ID, "under repair") })
	} else {
		w.byOperator(func(ctx context.Context) error { return w.byHand.ResumeBot(ctx, b.ID) })
	}
	w.know(b)
}

// move moves a bot up to PAPER or back to LAB, which moves its boundary.
func (w *world) move(b *simBot, to bot.Stage) {
	if b.Stage == to {
		return
	}
	if to != bot.Lab && w.wall().Before(b.StageLockedUntil) {
		return // a revert locked it
	}
	w.byOperator(func(ctx context.Context) error { return w.byHand.MoveBot(ctx, b.ID, to, bot.ByOperator, "TEST") })
	if to == bot.Lab {
		w.oracle.bounded(b, &b.stagedAt, w.wall().UTC().Truncate(time.Millisecond))
	}
	w.know(b)
}

// know reads what the operator sees of a bot.
func (w *world) know(b *simBot) {
	now, err := w.byHand.Bot(context.Background(), b.ID)
	if err != nil {
		w.fail("read bot %s: %v", b.ID, err)
		return
	}
	b.Bot = now
	held := now.Stage != bot.Lab || !now.PausedAt.IsZero()
	switch {
	case !held:
		b.heldFrom = -1
	case b.heldFrom < 0:
		b.heldFrom = w.now
	}
}
