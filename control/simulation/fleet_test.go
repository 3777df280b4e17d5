package simulation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"assay"
	"assay/bot"
	"assay/engine"
	"assay/job"
	"assay/market"
	"assay/measure"
	"assay/store"
	"assay/worker"
)

// fleet is the bots and their data, as the operator knows them.
type fleet struct {
	w     *world
	bots  []*simBot
	named map[string]*simBot
	sets  map[string]*store.DataSet // by root; nil: nobody may be tested on it now
	print int                       // data sets ever made
}

// simBot is a bot of the fleet.
type simBot struct {
	bot.Bot
	root     string
	resetAt  time.Time     // wall clock
	stagedAt time.Time     // when it came to LAB, or was put back there
	boundary time.Time     // the later of the two
	movedAt  time.Duration // when the boundary was moved
	heldFrom time.Duration // when it was paused or left LAB; -1: it is in LAB and not paused
}

// symbols that the bots trade, each on bars of its own root.
var symbols = [...]string{"MES", "NQ", "CL"}

func newFleet(w *world) *fleet {
	f := &fleet{w: w, named: map[string]*simBot{}, sets: map[string]*store.DataSet{}}
	w.fleet = f
	for range w.bots {
		f.add()
	}
	for _, symbol := range symbols {
		if root := rootOf(symbol); w.chance(0.8) {
			f.publish(root, store.VerdictPass)
		}
		w.after(f.untilClose(symbol), "a session has closed", func() { f.close(symbol) })
	}
	return f
}

func rootOf(symbol string) string {
	root, err := market.DataRoot(symbol)
	if err != nil {
		panic(err)
	}
	return root
}

// add creates a bot.
func (f *fleet) add() {
	n := len(f.bots)
	id := bot.ID(fmt.Sprintf("bot-%05d", n))
	symbol := symbols[n%len(symbols)]
	f.w.act(&step{}, func(ctx context.Context) {
		made, err := f.w.byHand.CreateBot(ctx,
			bot.Bot{ID: id, Name: string(id), Symbol: symbol, PromotionMode: bot.Manual, Capital: 50_000 * market.Dollar},
			store.Version{Hash: "h", Source: "s", Symbol: symbol, Interval: 5 * time.Minute, Origin: "STARTER"})
		if err != nil {
			panic(err)
		}
		b := &simBot{Bot: made, root: rootOf(symbol), heldFrom: -1}
		f.bots, f.named[string(id)] = append(f.bots, b), b
	})
}

// publish makes a new version of a root's bars, which reach to the last closed
// session; refused bars are for nobody.
func (f *fleet) publish(root string, verdict store.Verdict) {
	f.print++
	contract, err := market.ContractOf(root)
	if err != nil {
		panic(err)
	}
	closed := contract.Calendar().LastClosed(f.w.wall()).Close
	f.w.act(&step{}, func(ctx context.Context) {
		set, err := f.w.byHand.SaveDataSet(ctx, store.DataSet{
			Name: root + "-5m", Root: root, Interval: 5 * time.Minute, Provider: "csv", Fingerprint: fmt.Sprintf("print-%d", f.print),
			FirstBar: f.w.start.AddDate(-1, 0, 0), LastBar: closed.Add(-5 * time.Minute), SessionClosed: closed, Bars: 1000,
			Verdict: verdict, Refusal: "spikes", Report: json.RawMessage(`{}`),
		})
		if err != nil {
			panic(err)
		}
		f.sets[root] = nil
		if set.Usable() {
			f.sets[root] = &set
		}
	})
}

// close publishes the bars of a session that has closed, and waits for the next.
func (f *fleet) close(symbol string) {
	root := rootOf(symbol)
	f.w.after(f.untilClose(symbol), "a session has closed", func() { f.close(symbol) })
	switch w := f.w; {
	case w.calm:
	case w.chance(0.05):
		f.publish(root, store.VerdictRefused)
	case f.sets[root] != nil || w.chance(0.5):
		f.publish(root, store.VerdictPass)
	}
}

// untilClose is the time to the end of the session that is open, or opens next,
// and some minutes until its bars are there.
func (f *fleet) untilClose(symbol string) time.Duration {
	calendar, err := market.CalendarOf(rootOf(symbol))
	if err != nil {
		panic(err)
	}
	now := f.w.wall()
	for d := calendar.LastClosed(now).Date; ; {
		d = calendar.Next(d)
		if s, ok := calendar.Session(d); ok && s.Close.After(now) {
			return s.Close.Sub(now) + f.w.between(time.Minute, 10*time.Minute)
		}
	}
}

// retire takes a root's bars away.
func (f *fleet) retire(root string) {
	if f.sets[root] == nil {
		return
	}
	f.w.act(&step{}, func(ctx context.Context) {
		if err := f.w.byHand.RetireDataSet(ctx, f.sets[root].Name, "operator", "a mistake"); err != nil {
			panic(err)
		}
		f.sets[root] = nil
	})
}

func (f *fleet) dataFor(id string) *store.DataSet { return f.sets[f.named[id].root] }

// save stores a result, or fails in the middle of it.
func (f *fleet) save(a *attempt) worker.Save {
	return func(ctx context.Context, tx *store.DB) error {
		if a.job.Type.Class() == job.ClassBacktest {
			if _, err := tx.SaveResult(ctx, f.result(a)); err != nil {
				return err
			}
		}
		switch {
		case a.end != savesBadly:
			return nil
		case f.w.chance(0.5):
			panic("a bug in the saving")
		}
		return errors.New("the disk is full")
	}
}

func (f *fleet) result(a *attempt) store.Result {
	b := f.named[a.job.BotID]
	return store.Result{Session: store.Session{
		BotID: b.ID, JobID: a.job.ID, JobCreatedAt: a.job.CreatedAt, Kind: a.job.Type, VersionID: b.VersionID, Generation: 1,
		CreatedAt: a.job.StartedAt, ResultHash: "r", Metrics: measure.Metrics{Capital: b.Capital, Trades: pick(f.w, 10, 40, 40, 40)},
		Provenance: store.Provenance{
			DataSetID: a.set.ID, DataSet: a.set.Name, Fingerprint: a.set.Fingerprint, Provider: a.set.Provider, Symbol: b.Symbol,
			DataRoot: a.set.Root, Interval: a.set.Interval, TickSize: "0.25", Multiplier: "5", FirstBar: a.set.FirstBar,
			LastBar: a.set.LastBar, Bars: a.set.Bars, StrategyHash: "h", RuleHash: "h", Costs: engine.Costs{Name: "standard"},
			EngineVersion: engine.Version,
		},
	}}
}

// reset makes the results of some bots count anew; its jobs are cancelled with
// it. A clock that went back makes it refuse.
func (f *fleet) reset(bots []*simBot) {
	w := f.w
	w.act(&step{}, func(ctx context.Context) {
		done, err := w.byHand.ResetMetrics(ctx, store.Reset{Actor: "operator", Scope: scopeOf(bots), Reason: "TEST"})
		w.put(bots, func(b *simBot) *time.Time { return &b.resetAt }, done.At, err)
	})
	w.stopped(bots)
}

// revert puts some bots back to LAB and locks them there.
func (f *fleet) revert(bots []*simBot) {
	w := f.w
	w.act(&step{}, func(ctx context.Context) {
		order := store.Revert{Actor: "operator", Scope: scopeOf(bots), Reason: "TEST", Lock: time.Hour}
		seen, err := w.byHand.PreviewRevert(ctx, order)
		if err == nil {
			order.Preview = seen.Hash
			seen, err = w.byHand.Revert(ctx, order)
		}
		w.put(bots, func(b *simBot) *time.Time { return &b.stagedAt }, seen.At, err)
	})
	w.stopped(bots)
	for _, b := range bots {
		w.know(b)
	}
}

// put remembers what a bulk act of the operator did.
func (w *world) put(bots []*simBot, which func(*simBot) *time.Time, at time.Time, err error) {
	switch {
	case assay.KindOf(err) == assay.Conflict && w.oracle.back > 0:
		w.note("refused: %v", err)
		return
	case err != nil:
		w.fail("the operator was refused: %v", err)
		return
	}
	for _, b := range bots {
		w.oracle.bounded(b, which(b), at)
	}
}

// stopped fails when a job of a bot is active across its boundary that the
// operator has just moved, or a result from before it counts.
func (w *world) stopped(bots []*simBot) {
	for _, b := range bots {
		switch id := w.oracle.active[string(b.ID)]; {
		case b.movedAt != w.now: // it was refused
		case id != 0:
			w.fail("the results of %s count anew since %s, and its job %d goes on", b.ID, stamp(b.boundary), id)
		case w.oracle.counts(b):
			w.fail("the results of %s count anew since %s, and one from before counts", b.ID, stamp(b.boundary))
		}
	}
}

func scopeOf(bots []*simBot) bot.Scope {
	ids := make([]bot.ID, len(bots))
	for i, b := range bots {
		ids[i] = b.ID
	}
	return bot.Of(ids...)
}

// some draws one bot, or sometimes all of them.
func (f *fleet) some() []*simBot {
	if f.w.chance(0.08) {
		return slices.Clone(f.bots)
	}
	return []*simBot{f.bots[f.w.rand.IntN(len(f.bots))]}
}
