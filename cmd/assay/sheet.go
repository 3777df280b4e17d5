package main

import (
	"io"
	"time"

	"assay/app"
	"assay/report"
)

// writeSheet writes the tear sheet of a backtest.
func writeSheet(to io.Writer, b app.Backtest) error {
	page, err := report.HTML(report.Input{
		Strategy: b.Strategy.Name, Rules: string(b.Strategy.Print()), Contract: b.Contract,
		DataSet: b.Set.Name, Provider: b.Set.Provider, Sim: b.Set.Sim, Bars: b.Bars, Costs: b.Costs,
		Ledger: b.Ledger, Metrics: b.Metrics, Ran: time.Now(),
		Fingerprint: b.Set.Fingerprint, RuleHash: b.RuleHash, ResultHash: b.ResultHash,
	})
	if err != nil {
		return err
	}
	_, err = to.Write(page)
	return err
}
