package app

import (
	"context"
	"fmt"
	"time"

	"assay/plan"
	"assay/store"
	"assay/task"
)

// examine looks at what the database says.
func (h *Home) examine(ctx context.Context, c Checkup, serving bool) []Finding {
	ticks, err := h.DB.Ticks(ctx, 1)
	if err != nil {
		return []Finding{trouble("planner", err)}
	}
	sets, err := h.DB.DataSets(ctx)
	if err != nil {
		return []Finding{trouble("data", err)}
	}
	list := []Finding{clock(ticks, sets, c.Now), planner(ticks, serving, c.Now)}
	list = append(list, published(c.Now)...)
	for _, s := range sets {
		list = append(list, h.examineSet(ctx, s))
	}
	if len(sets) == 0 {
		list = append(list, Finding{Check: "data", Found: "there are no data sets yet"})
	}
	list = append(list, h.examineEvidence(ctx))
	return append(list, h.examineNeeds(ctx, sets, c.AllowSim)...)
}

// clock finds a clock that went back: what is stored must not lie ahead.
func clock(ticks []store.Tick, sets []store.DataSet, now time.Time) Finding {
	now = now.UTC()
	newest, what := time.Time{}, ""
	for _, t := range ticks {
		newest, what = t.FinishedAt, "the last tick"
	}
	for _, s := range sets {
		if s.CreatedAt.After(newest) {
			newest, what = s.CreatedAt, "the data set "+s.Name
		}
	}
	f := Finding{Check: "clock", Found: "it is " + now.Format(time.RFC3339) + " here, and nothing stored lies ahead"}
	if newest.After(now.Add(time.Minute)) {
		f.Found = fmt.Sprintf("it is %s here, but %s was stored at %s", now.Format(time.RFC3339), what, newest.Format(time.RFC3339))
		f.Wrong, f.Fix = true, "set the clock of this machine"
	}
	return f
}

func planner(ticks []store.Tick, serving bool, now time.Time) Finding {
	f := Finding{Check: "planner", Found: "it has not ticked yet"}
	if len(ticks) == 0 {
		return f
	}
	age := max(now.Sub(ticks[0].FinishedAt), 0).Round(time.Second)
	f.Found = fmt.Sprintf("its last tick was %s ago", age)
	switch {
	case ticks[0].Error != "":
		f.Found += " and failed: " + ticks[0].Error
		f.Wrong, f.Fix = true, "mend what it names; the planner tries again by itself"
	case serving && plan.Signs{Now: now, TickedAt: ticks[0].FinishedAt}.Stalled():
		f.Found += ", although an Assay serves this home"
		f.Wrong, f.Fix = true, "read the log of the server, and start it again"
	}
	return f
}

// examineSet reads the bars, which proves that they give the fingerprint.
func (h *Home) examineSet(ctx context.Context, s store.DataSet) Finding {
	b, err := h.Bars.Load(ctx, s.Fingerprint)
	if err != nil {
		f := trouble("data", err)
		f.Found = s.Name + ": " + f.Found
		return f
	}
	if b.Len() != s.Bars {
		return Finding{
			Check: "data", Found: fmt.Sprintf("%s: %d bars are on disk and %d in the database", s.Name, b.Len(), s.Bars), Wrong: true,
			Fix: "import its file again",
		}
	}
	label := ""
	if s.Sim {
		label = " of SIM DATA"
	}
	return Finding{Check: "data", Found: fmt.Sprintf("%s: %d bars%s to %s are readable and give their fingerprint %.16s",
		s.Name, s.Bars, label, s.LastBar.Format(time.DateOnly), s.Fingerprint)}
}

// examineEvidence looks for the bars of every session, those of superseded
// sets too: without them it cannot be replayed.
func (h *Home) examineEvidence(ctx context.Context) Finding {
	sessions, err := h.DB.Evidence(ctx)
	if err != nil {
		return trouble("evidence", err)
	}
	kept, err := h.Bars.List(ctx)
	if err != nil {
		return trouble("evidence", err)
	}
	sets, all, lost := len(sessions), 0, 0
	for _, n := range sessions {
		all += n
	}
	for _, set := range kept {
		delete(sessions, set.Fingerprint)
	}
	for _, n := range sessions {
		lost += n
	}
	if lost > 0 {
		return Finding{
			Check: "evidence", Found: fmt.Sprintf("%d of %d sessions rest on bars that are gone", lost, all), Wrong: true,
			Fix: "bring the folder data/sets back from a backup; until then they cannot be replayed",
		}
	}
	return Finding{Check: "evidence", Found: fmt.Sprintf("%d sessions rest on %d sets of bars, all of them on disk", all, sets)}
}

// examineNeeds says on what each symbol of the bots in LAB is tested.
func (h *Home) examineNeeds(ctx context.Context, sets []store.DataSet, allowSim bool) []Finding {
	needs, err := h.DB.DataNeeds(ctx)
	if err != nil {
		return []Finding{trouble("bots", err)}
	}
	allowed := "simulated data is allowed (--no-sim-data forbids it)"
	if !allowSim {
		allowed = "simulated data is forbidden"
	}
	list := []Finding{{Check: "sim data", Found: allowed}}
	for _, n := range needs {
		f := Finding{Check: "bots", Found: fmt.Sprintf("bots on %s at %s are ", n.Symbol, task.IntervalName(n.Interval))}
		choice := task.Choose(sets, n.Symbol, n.Interval, allowSim)
		switch {
		case choice.Set == nil:
			f.Found += "held: " + choice.Why
			f.Wrong, f.Fix = true, choice.Fix
		case choice.Set.Sim:
			f.Found += "tested on " + choice.Set.Name + ", which is SIM DATA"
		default:
			f.Found += "tested on " + choice.Set.Name
		}
		list = append(list, f)
	}
	return list
}
