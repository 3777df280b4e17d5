package app

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"assay"
	"assay/control"
	"assay/history"
	"assay/market"
	"assay/store"
	"assay/task"
)

// Keep judges the bars read from files and keeps them as the current version
// of a named set. The name defaults to root and interval, such as "ES-5m". A
// set that the check refuses is kept too, but no bot is tested on it until a
// person accepts it. Without replace a set gives way only to one that covers
// all it covered, and a usable one only to a usable one.
func (h *Home) Keep(
	ctx context.Context, bars *market.Bars, about history.About, replace bool,
) (store.DataSet, history.Report, error) {
	if about.Name == "" {
		about.Name = control.SetName(bars)
	}
	return control.SaveSet(ctx, h.DB, h.Bars, bars, about, replace)
}

// Check judges a file of bars or a folder of them without keeping it, or anew a
// set kept in the data directory, which a file does not need. The verdict on a
// kept set is stored.
func Check(ctx context.Context, p Place, what string, o history.Options) (report history.Report, err error) {
	bars, about, err := readFile(ctx, what, o)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !p.Exists():
		return report, p.absent("there is no file %s, and no home at %s that could hold such a set", what, p.Dir)
	case errors.Is(err, fs.ErrNotExist):
		err = WithHome(ctx, p, func(h *Home) error {
			report, err = h.judge(ctx, what)
			return err
		})
		return report, err
	case err != nil:
		return report, err
	}
	contract, err := market.ContractOf(bars.Root)
	if err != nil {
		return report, err
	}
	return history.Check(bars, contract.Calendar()).Of(about), nil
}

func readFile(ctx context.Context, path string, o history.Options) (*market.Bars, history.About, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, history.About{}, err
	}
	if o.Symbol == "" {
		return nil, history.About{}, assay.Errorf(assay.Invalid, "say whose bars they are, as in --symbol ES",
			"%s is a file and does not name its contract", path)
	}
	return history.ReadFiles(ctx, []string{path}, o)
}

// judge judges a kept set anew.
func (h *Home) judge(ctx context.Context, name string) (report history.Report, err error) {
	set, err := h.DB.DataSet(ctx, name)
	if assay.KindOf(err) == assay.NotFound {
		return report, assay.Errorf(assay.NotFound, "see assay data ls", "%s is neither a file nor a data set", name)
	}
	if err == nil {
		_, report, err = control.JudgeAnew(ctx, h.DB, h.Bars, set)
	}
	return report, err
}

// A Set is a data set and how many bots in LAB are tested on it.
type Set struct {
	store.DataSet
	Bots int
}

// Sets returns the current data sets by name.
func (h *Home) Sets(ctx context.Context) ([]Set, error) {
	stored, err := h.DB.DataSets(ctx)
	if err != nil {
		return nil, err
	}
	needs, err := h.DB.DataNeeds(ctx)
	if err != nil {
		return nil, err
	}
	bots := map[int64]int{}
	for _, n := range needs {
		if chosen := task.Choose(stored, n.Symbol, n.Interval, true).Set; chosen != nil {
			bots[chosen.ID] += n.Bots
		}
	}
	sets := make([]Set, len(stored))
	for i, d := range stored {
		sets[i] = Set{d, bots[d.ID]}
	}
	return sets, nil
}
