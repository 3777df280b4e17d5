package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"assay"
	"assay/control"
	"assay/history"
	"assay/market"
	"assay/store"
)

// Import reads a file of bars, judges it and keeps it as the current version
// of a named set. The name defaults to root and interval, such as "ES-5m". A
// set that the check refuses is kept too, but no bot is tested on it until a
// person accepts it.
func (h *Home) Import(ctx context.Context, path, name string, o history.Options) (store.DataSet, history.Report, error) {
	bars, err := history.ReadCSV(ctx, path, o)
	if err != nil {
		return store.DataSet{}, history.Report{}, err
	}
	about := history.About{Name: name, Provider: history.CSV, Source: filepath.Base(path)}
	if about.Name == "" {
		about.Name = control.SetName(bars)
	}
	return control.SaveSet(ctx, h.DB, h.Bars, bars, about)
}

// Check judges a file of bars without keeping it, or a set that is kept.
func (h *Home) Check(ctx context.Context, what string, o history.Options) (history.Report, error) {
	bars, err := h.load(ctx, what, o)
	if err != nil {
		return history.Report{}, err
	}
	contract, err := market.ContractOf(bars.Root)
	if err != nil {
		return history.Report{}, err
	}
	return history.Check(bars, contract.Calendar()), nil
}

func (h *Home) load(ctx context.Context, what string, o history.Options) (*market.Bars, error) {
	if _, err := os.Stat(what); err == nil {
		if o.Symbol == "" {
			return nil, assay.Errorf(assay.Invalid, "say whose bars they are, as in --symbol ES",
				"%s is a file and does not name its contract", what)
		}
		return history.ReadCSV(ctx, what, o)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	set, err := h.DB.DataSet(ctx, what)
	if assay.KindOf(err) == assay.NotFound {
		return nil, assay.Errorf(assay.NotFound, "see assay data ls", "%s is neither a file nor a data set", what)
	}
	if err != nil {
		return nil, err
	}
	return h.Bars.Load(ctx, set.Fingerprint)
}
