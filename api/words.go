package api

import (
	"fmt"

	"assay/job"
	"assay/plan"
)

// reasons are the codes of the planner in words, so that no page has its own.
// What a code means is said in package plan.
var reasons = map[plan.Reason]string{
	plan.BaselineMissing:      "Baseline missing",
	plan.BaselineStale:        "Baseline due for a refresh",
	plan.EvolveDue:            "Evolve due",
	plan.ImproveDue:           "Improve due",
	plan.NotInLab:             "Not in LAB",
	plan.JobActive:            "Job already active",
	plan.Paused:               "Autonomy paused",
	plan.NoData:               "No usable market data",
	plan.CoolingDown:          "Cooling down after a failure",
	plan.TrialBudgetExhausted: "Trial budget used up",
	plan.TradesBelowMinimum:   "Trades below the minimum",
	plan.CapTotal:             "Cap of all jobs reached",
	plan.NotDue:               "Not due yet",
	plan.BacktestUnavailable:  "Backtest not available",
	plan.ImproveUnavailable:   "Improve not available",
	plan.EvolveUnavailable:    "Evolve not available",
}

// inWords is a reason in words; a code that has none, as it is.
func inWords(code string) string {
	if words, known := reasons[plan.Reason(code)]; known {
		return words
	}
	return code
}

// work is what a job does, in words.
func work(j job.Job) string {
	switch j.Type {
	case job.Baseline:
		return "Baseline backtest"
	case job.Refresh:
		return "Refresh backtest"
	case job.Improve:
		return fmt.Sprintf("Improve #%d", j.Iteration)
	case job.Evolve:
		return "Evolve"
	}
	return string(j.Type)
}
