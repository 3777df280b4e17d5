package control

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"assay"
	"assay/history"
	"assay/market"
	"assay/store"
	"assay/task"
)

// simPrefix begins the names of simulated sets, and of no other.
const simPrefix = "SIM-"

// SetName is the name that bars get when nobody gives them one, e.g. "ES-5m".
func SetName(b *market.Bars) string { return b.Root + "-" + task.IntervalName(b.Interval) }

// SaveSet judges bars against the exchange's calendar, keeps them on disk and
// makes them the current version of their name. What the check refuses is kept
// too, but no bot is tested on it until a person accepts it. Without replace
// a set gives way only to one that covers all it covered, and a usable one only
// to a usable one.
func SaveSet(
	ctx context.Context, db *store.DB, disk *history.Store, b *market.Bars, about history.About, replace bool,
) (saved store.DataSet, report history.Report, err error) {
	if strings.HasPrefix(about.Name, simPrefix) != about.Sim {
		return saved, report, assay.Errorf(assay.Invalid, "choose another name",
			"%q: a name begins with %s if and only if its bars are simulated", about.Name, simPrefix)
	}
	contract, err := market.ContractOf(b.Root)
	if err != nil {
		return saved, report, err
	}
	report = history.Check(b, contract.Calendar()).Of(about)
	text, err := json.Marshal(report)
	if err != nil {
		return saved, report, fmt.Errorf("print the report of %s: %w", about.Name, err)
	}
	if !replace {
		if err := mayReplace(ctx, db, about.Name, report); err != nil {
			return saved, report, err
		}
	}
	fingerprint, err := disk.Save(ctx, b, about)
	if err != nil {
		return saved, report, err
	}
	saved, err = db.SaveDataSet(ctx, store.DataSet{
		Name: about.Name, Root: b.Root, Interval: b.Interval, Provider: string(about.Provider), Sim: about.Sim,
		Fingerprint: fingerprint, FirstBar: report.FirstBar, LastBar: report.LastBar, SessionClosed: report.SessionClosed,
		Bars: b.Len(), Verdict: store.Verdict(report.Verdict), Refusal: report.Refusal(), Report: text,
	})
	return saved, report, err
}

// mayReplace guards a set against a file that was imported under its name by
// mistake. Refused bars may lack any number of those between the first and the
// last, so of two refused sets the one with fewer bars covers less.
func mayReplace(ctx context.Context, db *store.DB, name string, report history.Report) error {
	current, err := db.DataSet(ctx, name)
	if assay.KindOf(err) == assay.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	const fix = "choose another name with --name, or pass --replace"
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	switch {
	case current.Usable() && report.Verdict == history.Refused:
		return assay.Errorf(assay.Conflict, fix, "the data set %s is usable, and the new bars are refused: %s",
			name, report.Refusal())
	case report.FirstBar.After(current.FirstBar) || report.LastBar.Before(current.LastBar):
		return assay.Errorf(assay.Conflict, fix, "the data set %s holds %d bars from %s to %s, and the new bars cover only %s to %s",
			name, current.Bars, day(current.FirstBar), day(current.LastBar), day(report.FirstBar), day(report.LastBar))
	case report.Verdict == history.Refused && report.Bars < current.Bars:
		return assay.Errorf(assay.Conflict, fix, "the data set %s holds %d bars, and the new bars are refused and only %d: %s",
			name, current.Bars, report.Bars, report.Refusal())
	default:
		return nil
	}
}

// SimData keeps a labelled simulated data set for each root that bots in LAB
// need and no real set serves, up to the last closed session.
type SimData struct {
	DB   *store.DB
	Disk *history.Store
	// Generate makes the bars of a contract through a trade date;
	// simbars.Generate does.
	Generate func(market.Contract, market.Date) *market.Bars
}

// Update makes what is missing as of now.
func (s SimData) Update(ctx context.Context, now time.Time) error {
	roots, err := s.roots(ctx)
	if err != nil {
		return err
	}
	for _, root := range roots {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.extend(ctx, root, now); err != nil {
			return fmt.Errorf("simulate bars of %s: %w", root, err)
		}
	}
	return nil
}

// extend brings the set of one root up to the last closed session. Later
// sessions only append, so the whole series is generated anew.
func (s SimData) extend(ctx context.Context, root string, now time.Time) error {
	contract, err := market.ContractOf(root)
	if err != nil {
		return err
	}
	last := contract.Calendar().LastClosed(now)
	name := simPrefix + root
	current, err := s.DB.DataSet(ctx, name)
	if err == nil && !current.SessionClosed.Before(last.Close) {
		return nil
	}
	if err != nil && assay.KindOf(err) != assay.NotFound {
		return err
	}
	_, _, err = SaveSet(ctx, s.DB, s.Disk, s.Generate(contract, last.Date),
		history.About{Name: name, Provider: history.Simulated, Sim: true, Source: "generated"}, true)
	return err
}
