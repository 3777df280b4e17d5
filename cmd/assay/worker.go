package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

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
	Workers int  `help:"Backtests at once; one less than the cores when absent." env:"ASSAY_WORKERS" placeholder:"N"`
	Pace    pace `embed:""`
}

func (c workerCmd) Run(ctx context.Context, io console, all *cli) error {
	return app.Work(ctx, app.WorkConfig{
		Home:     all.Home,
		AllowSim: c.SimData,
		Slots:    c.Workers,
		Pace:     app.Pace(c.Pace),
		Log:      slog.New(trace.Handler(slog.NewTextHandler(io.err, nil))),
		Ready: func(worker, database string) {
			fmt.Fprintf(io.out, "Worker:   %s\n", worker)
			fmt.Fprintf(io.out, "Database: %s\n", database)
		},
	})
}
