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

// Served says whether an Assay serves this home, or plans for its database.
func (h *Home) Served(ctx context.Context) (bool, error) {
	if h.shared {
		return h.DB.Led(ctx, store.PlannerRole)
	}
	return store.Serving(h.dir)
}

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

// WithExisting is WithHome for what only looks at a home, or changes what is in
// it: a name that was mistyped makes none.
func WithExisting(ctx context.Context, p Place, fn func(*Home) error) error {
	if !p.Exists() {
		return p.absent("there is no home at %s", p.Dir)
	}
	return WithHome(ctx, p, fn)
}

// Exists says whether the place has been made; a database that several
// processes share answers for itself.
func (p Place) Exists() bool { return p.shared() || store.Exists(p.Dir) }

func (p Place) absent(format string, args ...any) error {
	return assay.Errorf(assay.NotFound, "check --home and ASSAY_HOME; assay data import makes a home, and so does assay serve", format, args...)
}
