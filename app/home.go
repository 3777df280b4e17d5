// Package app builds the parts of Assay and runs them. It is the only package
// that knows them all.
package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"assay"
	"assay/history"
	"assay/store"
)

// Home is an open place: the database, and the bars on disk. Several processes
// may have it open; one of them serves a SQLite database.
type Home struct {
	DB   *store.DB
	Bars *history.Store

	dir    string
	shared bool
}

// OpenHome opens a place and makes what is not there.
func OpenHome(ctx context.Context, p Place) (*Home, error) {
	if info, err := os.Stat(p.Dir); err == nil && !info.IsDir() {
		return nil, assay.Errorf(assay.Invalid, "name a folder with --home", "%s is a file, not a folder", p.Dir)
	}
	db, err := p.open(ctx)
	if err != nil {
		return nil, err
	}
	return &Home{DB: db, Bars: history.OpenStore(filepath.Join(p.Dir, "data")), dir: p.Dir, shared: p.shared()}, nil
}

// Close closes the database.
func (h *Home) Close() error { return h.DB.Close() }

// WithHome opens a place for the length of fn.
func WithHome(ctx context.Context, p Place, fn func(*Home) error) (err error) {
	h, err := OpenHome(ctx, p)
	if err != nil {
		return err
	}
	defer func() {
		if closing := h.Close(); closing != nil {
			err = errors.Join(err, fmt.Errorf("close %s: %w", h.DB.Path(), closing))
		}
	}()
	return fn(h)
}
