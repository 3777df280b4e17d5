package main

import (
	"context"
	"fmt"
	"time"

	"assay"
	"assay/app"
)

type doctorCmd struct {
	Listen  string `help:"Address of the server." default:"127.0.0.1:5000" env:"ASSAY_LISTEN" placeholder:"ADDRESS"`
	SimData bool   `help:"Whether the server may test on simulated bars." default:"true" negatable:"" env:"ASSAY_SIM_DATA"`
	JSON    bool   `name:"json" help:"Print the findings as JSON."`
}

func (c doctorCmd) Run(ctx context.Context, to console, all *cli) error {
	findings := app.Examine(ctx, app.Checkup{Home: all.Home, Listen: c.Listen, AllowSim: c.SimData, Now: time.Now()})
	if err := printFindings(to, findings, c.JSON); err != nil {
		return err
	}
	wrong := 0
	for _, f := range findings {
		if f.Wrong {
			wrong++
		}
	}
	if wrong > 0 {
		return assay.Errorf(assay.Unavailable, "the remedies stand above", "%d of %d checks found something wrong", wrong, len(findings))
	}
	return nil
}

func printFindings(to console, findings []app.Finding, asJSON bool) error {
	if asJSON {
		return printJSON(to, findings)
	}
	for _, f := range findings {
		sentence := f.Found
		if f.Wrong {
			sentence = "WRONG: " + f.Found + "; " + f.Fix
		}
		if _, err := fmt.Fprintf(to.out, "%-9s %s\n", f.Check, sentence); err != nil {
			return err
		}
	}
	return nil
}
