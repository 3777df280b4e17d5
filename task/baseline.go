package task

import (
	"context"

	"assay/job"
	"assay/worker"
)

// baseline is the first backtest of a strategy version on a data set: the run,
// its cost stress, its parameter neighbours and its look-ahead check.
func (l Lab) baseline(ctx context.Context, j job.Job, progress func(float64)) (worker.Save, error) {
	s, err := l.load(ctx, j)
	if err != nil {
		return nil, err
	}
	r, err := study(ctx, s, progress)
	if err != nil {
		return nil, err
	}
	return save(r), nil
}
