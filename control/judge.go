package control

import (
	"context"
	"fmt"
	"log/slog"

	"assay/history"
	"assay/store"
)

// JudgeAnew judges a kept set by the check of this version and stores the
// verdict. Nothing changes where it is the same; a set that is refused now is
// taken from the bots until a person accepts it.
func JudgeAnew(ctx context.Context, db *store.DB, disk *history.Store, set store.DataSet) (store.DataSet, history.Report, error) {
	bars, err := disk.Load(ctx, set.Fingerprint)
	if err != nil {
		return set, history.Report{}, err
	}
	kept, err := disk.Describe(set.Fingerprint)
	if err != nil {
		return set, history.Report{}, err
	}
	about := kept.About
	about.Name, about.Provider, about.Sim = set.Name, history.Provider(set.Provider), set.Sim
	return SaveSet(ctx, db, disk, bars, about, true)
}

// JudgeOutdated judges the real sets anew that a version with other rules
// judged. What cannot be loaded here is left as it is: the job that needs it
// fails with the reason.
func JudgeOutdated(ctx context.Context, db *store.DB, disk *history.Store, log *slog.Logger) error {
	sets, err := db.DataSets(ctx)
	if err != nil {
		return err
	}
	for _, set := range sets {
		if set.Sim || !history.Outdated(set.Report) {
			continue
		}
		now, _, err := JudgeAnew(ctx, db, disk, set)
		if ctx.Err() != nil {
			return fmt.Errorf("judge %s anew: %w", set.Name, ctx.Err())
		}
		switch {
		case err != nil:
			log.Warn("a data set could not be judged anew", "set", set.Name, "error", err)
		case now.Verdict != set.Verdict:
			log.Warn("a data set is judged otherwise than before", "set", set.Name, "verdict", now.Verdict, "before", set.Verdict, "because", now.Refusal)
		}
	}
	return nil
}
