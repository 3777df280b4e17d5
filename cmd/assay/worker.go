package main

import (
	"context"
	"fmt"
	"log/slog"

	"assay/app"
	"assay/internal/trace"
)

type workerCmd struct {
	SimData bool `help:"Test on labelled simulated bars too; as the server has it." default:"true" negatable:"" env:"ASSAY_SIM_DATA"`
	Workers int  `help:"Backtests at once; one less than the cores when absent." env:"ASSAY_WORKERS" placeholder:"N"`
}

func (c workerCmd) Run(ctx context.Context, io console, all *cli) error {
	return app.Work(ctx, app.WorkConfig{
		Home:     all.Home,
		AllowSim: c.SimData,
		Slots:    c.Workers,
		Log:      slog.New(trace.Handler(slog.NewTextHandler(io.err, nil))),
		Ready: func(worker, database string) {
			fmt.Fprintf(io.out, "Worker:   %s\n", worker)
			fmt.Fprintf(io.out, "Database: %s\n", database)
		},
	})
}
