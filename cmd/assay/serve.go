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

type serveCmd struct {
	Listen       string        `help:"Loopback address of the console and the API." default:"127.0.0.1:5000" env:"ASSAY_LISTEN" placeholder:"ADDRESS"`
	SimData      bool          `help:"Test bots without usable real data on labelled simulated bars; otherwise they are held." default:"true" negatable:"" env:"ASSAY_SIM_DATA"`
	Workers      *int          `help:"Backtests at once; one less than the cores when absent." env:"ASSAY_WORKERS" placeholder:"N"`
	VerifyEvery  time.Duration `help:"How often each configured provider is verified; 15m when absent." default:"15m" env:"ASSAY_VERIFY_EVERY" placeholder:"15m"`
	AutoFetch    string        `name:"auto-fetch-limit" help:"Most that one automatic purchase of bars for LAB may cost, in dollars; 0 buys nothing." default:"0" env:"ASSAY_AUTO_FETCH_LIMIT" placeholder:"0"`
	MaxBacktests *int          `help:"Backtests at once on all machines of the database; as many as --workers when absent." env:"ASSAY_MAX_BACKTESTS" placeholder:"N"`
	Pace         pace          `embed:""`
}

func (c serveCmd) Run(ctx context.Context, io console, all *cli) error {
	limit, err := amount("--auto-fetch-limit", c.AutoFetch)
	if err != nil {
		return err
	}
	slots, err := atLeastOne("--workers", c.Workers)
	if err != nil {
		return err
	}
	most, err := atLeastOne("--max-backtests", c.MaxBacktests)
	if err != nil {
		return err
	}
	if c.VerifyEvery < time.Second {
		return assay.Errorf(assay.Invalid, "give 1s or more, or leave it out",
			"--verify-every is %s, and providers are verified once a second at most", c.VerifyEvery)
	}
	return app.Serve(ctx, app.Config{
		Home:     all.Home,
		Listen:   c.Listen,
		AllowSim: c.SimData,
		Slots:    slots,
		Cap:      most,
		Pace:     app.Pace(c.Pace),
		Verify:   c.VerifyEvery,

		AutoFetchLimit: limit,

		Log: slog.New(trace.Handler(slog.NewTextHandler(io.err, nil))),
		Ready: func(url, database string) {
			fmt.Fprintf(io.out, "Console: %s\n", url)
			fmt.Fprintf(io.out, "Data:    %s\n", all.Home.Dir)
			fmt.Fprintf(io.out, "SQL:     %s\n", database)
		},
	})
}
