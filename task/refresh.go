package task

import (
	"context"

	"assay/job"
	"assay/store"
	"assay/worker"
)

// refresh is a later backtest of the same version on the bars of today. When
// nothing that the result depends on has changed, it also checks that the
// same input gave the same result hash again.
func (l Lab) refresh(ctx context.Context, j job.Job, progress func(float64)) (worker.Save, error) {
	s, err := l.load(ctx, j)
	if err != nil {
		return nil, err
	}
	r, err := study(ctx, s, progress)
	if err != nil {
		return nil, err
	}
	before, err := l.DB.Sessions(ctx, s.bot.ID, 1)
	if err != nil {
		return nil, err
	}
	if len(before) == 1 && sameInput(before[0], r.Session) {
		r.Checks = append(r.Checks, repeat(before[0], r.Session))
	}
	return save(r), nil
}

func sameInput(a, b store.Session) bool {
	return a.RuleHash == b.RuleHash && a.Fingerprint == b.Fingerprint && a.Costs == b.Costs &&
		a.EngineVersion == b.EngineVersion && a.Seed == b.Seed
}

func repeat(before, now store.Session) store.Check {
	return check(CheckRepeat, passIf(before.ResultHash == now.ResultHash), map[string]any{
		"session": before.ID, "before": before.ResultHash, "now": now.ResultHash,
	})
}
