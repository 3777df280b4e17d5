package task

import (
	"context"
	"fmt"

	"assay"
	"assay/bot"
	"assay/engine"
	"assay/store"
	"assay/strategy"
)

// Again runs a stored session again from what it says it came from, and
// returns the rows it should have left, its checks only when asked for: they
// take several times as long. It is an error when the session cannot be run
// again here: its bars are gone, its rules are not those it names, or another
// engine ran it.
func (l Lab) Again(ctx context.Context, stored store.Session, checks bool) (r store.Result, err error) {
	if stored.EngineVersion != engine.Version {
		return r, assay.Errorf(assay.Conflict, "replay it with the Assay that ran it",
			"session %d was run by engine version %s, this Assay has version %s", stored.ID, stored.EngineVersion, engine.Version)
	}
	s, err := l.subjectOf(ctx, stored)
	if err != nil {
		return r, err
	}
	if s.in.Bars, err = l.Bars.Load(ctx, stored.Fingerprint); err != nil {
		return r, fmt.Errorf("the bars of session %d: %w", stored.ID, err)
	}
	if checks {
		r, err = study(ctx, s, func(float64) {})
	} else {
		r, err = result(s)
	}
	if err != nil {
		return r, fmt.Errorf("session %d: %w", stored.ID, err)
	}
	if hash := r.Session.RuleHash; hash != stored.RuleHash {
		return r, assay.Errorf(assay.Conflict, "replay it with the Assay that ran it",
			"the rules of session %d compile to %.16s here and did to %.16s", stored.ID, hash, stored.RuleHash)
	}
	return r, nil
}

// result is the subject's backtest alone.
func result(s subject) (store.Result, error) {
	out, err := Backtest(s.in)
	if err != nil {
		return store.Result{}, err
	}
	return record(s, out), nil
}

// subjectOf reads what a session was about from one snapshot.
func (l Lab) subjectOf(ctx context.Context, stored store.Session) (s subject, err error) {
	err = l.DB.View(ctx, func(tx *store.DB) error {
		if s.job, err = tx.Job(ctx, stored.JobID); err != nil {
			return err
		}
		if s.version, err = tx.Version(ctx, stored.VersionID); err != nil {
			return err
		}
		s.set, err = tx.DataSetVersion(ctx, stored.DataSetID)
		return err
	})
	if err != nil {
		return s, fmt.Errorf("session %d: %w", stored.ID, err)
	}
	rules, err := strategy.Parse([]byte(s.version.Source), fmt.Sprintf("version %d of %s", s.version.ID, s.version.BotID))
	if err != nil {
		return s, err
	}
	if hash := rules.Hash(); hash != stored.StrategyHash {
		return s, assay.Errorf(assay.Conflict, "the text of the version was changed after the run; restore it from a backup",
			"session %d ran a text with the hash %.16s, and that of version %d is %.16s", stored.ID, stored.StrategyHash,
			s.version.ID, hash)
	}
	s.bot.ID = bot.ID(s.job.BotID)
	s.in = Input{Strategy: rules, Fingerprint: stored.Fingerprint, Capital: stored.Metrics.Capital, Costs: &stored.Costs}
	return s, nil
}
