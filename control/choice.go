package control

import (
	"context"
	"slices"
	"time"

	"assay/market"
	"assay/plan"
	"assay/store"
	"assay/task"
)

// chooser tells the planner which data set a bot would be tested on; the job
// itself asks the same function.
func chooser(allowSim bool) func([]store.DataSet) store.ChooseData {
	return func(sets []store.DataSet) store.ChooseData {
		return func(symbol string, interval time.Duration) plan.Data {
			choice := task.Choose(sets, symbol, interval, allowSim)
			if choice.Set == nil {
				return plan.Data{Why: choice.Why, Fix: choice.Fix}
			}
			return plan.Data{
				Usable: true, Set: choice.Set.Name, Fingerprint: choice.Set.Fingerprint, SessionClosed: choice.Set.SessionClosed,
			}
		}
	}
}

// roots lists the data roots of bots in LAB that no real set serves.
func (s SimData) roots(ctx context.Context) (roots []string, err error) {
	needs, err := s.DB.DataNeeds(ctx)
	if err != nil {
		return nil, err
	}
	sets, err := s.DB.DataSets(ctx)
	if err != nil {
		return nil, err
	}
	for _, n := range needs {
		root, err := market.DataRoot(n.Symbol)
		if err != nil {
			continue // its bots are held with that reason
		}
		choice := task.Choose(sets, n.Symbol, n.Interval, true)
		if (choice.Set == nil || choice.Set.Sim) && !slices.Contains(roots, root) {
			roots = append(roots, root)
		}
	}
	return roots, nil
}
