package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"assay"
	"assay/app"
	"assay/internal/trace"
)

// pace is the same for all processes on a database.
type pace struct {
	Beat       time.Duration `help:"Time between two signs of life of a worker." default:"5s" env:"ASSAY_BEAT" placeholder:"TIME"`
	StuckAfter time.Duration `help:"Silence after which a worker's jobs go on elsewhere." default:"30s" env:"ASSAY_STUCK_AFTER" placeholder:"TIME"`
}

type workerCmd struct {
	SimData bool `help:"Test on labelled simulated bars too; as the server has it." default:"true" negatable:"" env:"ASSAY_SIM_DATA"`
	Workers *int `help:"Backtests at once; one less than the cores when absent." env:"ASSAY_WORKERS" placeholder:"N"`
	Pace    pace `embed:""`
}

func (c workerCmd) Run(ctx context.Context, io console, all *cli) error {
	slots, err := atLeastOne("--workers", c.Workers)
	if err != nil {
		return err
	}
	return app.Work(ctx, app.WorkConfig{
		Home:     all.Home,
		AllowSim: c.SimData,
		Slots:    slots,
		Pace:     app.Pace(c.Pace),
		Log:      slog.New(trace.Handler(slog.NewTextHandler(io.err, nil))),
		Ready: func(worker, database string) {
			fmt.Fprintf(io.out, "Worker:   %s\n", worker)
			fmt.Fprintf(io.out, "Database: %s\n", database)
		},
	})
}

// atLeastOne is the number that a flag gives; 0 when it is absent.
func atLeastOne(flag string, n *int) (int, error) {
	switch {
	case n == nil:
		return 0, nil
	case *n < 1:
		return 0, assay.Errorf(assay.Invalid, "give 1 or more, or leave it out", "%s is %d, and less than one backtest at once is none", flag, *n)
	default:
		return *n, nil
	}
}
