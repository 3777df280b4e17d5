package plan

import (
	"reflect"
	"slices"
	"time"

	"assay/job"
)

// Policy is the operator's cadence and bounds.
type Policy struct {
	TickInterval      time.Duration `json:"tickInterval"`
	RefreshAfter      time.Duration `json:"refreshAfter"`
	ImproveInterval   time.Duration `json:"improveInterval"`
	EvolveInterval    time.Duration `json:"evolveInterval"`
	ImprovesPerEvolve int           `json:"improvesPerEvolve"`
	MinTrades         int           `json:"minTrades"`
	TrialBudget       int           `json:"trialBudget"`  // variants tried in one lineage
	MaxTotalJobs      int           `json:"maxTotalJobs"` // active jobs in the whole fleet
	MaxAttempts       int           `json:"maxAttempts"`
	CoolDown          time.Duration `json:"coolDown"`    // doubling with each failed job in a row …
	MaxCoolDown       time.Duration `json:"maxCoolDown"` // … up to this
	// Can lists the kinds of job that the laboratory has somebody to do. No
	// other kind is ever enqueued.
	Can []job.Type `json:"can"`
}

// DefaultPolicy is the cadence of product.md's scheduling contract, for a
// laboratory that can do backtests.
func DefaultPolicy() Policy {
	return Policy{
		TickInterval:      15 * time.Second,
		RefreshAfter:      6 * time.Hour,
		ImproveInterval:   15 * time.Minute,
		EvolveInterval:    60 * time.Minute,
		ImprovesPerEvolve: 3,
		MinTrades:         30,
		TrialBudget:       10_000,
		MaxTotalJobs:      10_000,
		MaxAttempts:       3,
		CoolDown:          30 * time.Minute,
		MaxCoolDown:       6 * time.Hour,
		Can:               []job.Type{job.Baseline, job.Refresh},
	}
}

func (p Policy) can(t job.Type) bool { return slices.Contains(p.Can, t) }

// Equal says whether two policies ask for the same.
func (p Policy) Equal(q Policy) bool { return reflect.DeepEqual(p, q) }
