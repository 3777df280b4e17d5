// Package app builds the parts of Assay and runs them. It is the only package
// that knows them all.
package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"assay"
	"assay/history"
	"assay/store"
)

// Home is an open data directory: the database, and the bars beside it.
// Several processes may have it open; one of them serves.
type Home struct {
	DB   *store.DB
	Bars *history.Store
}

// OpenHome opens a data directory and makes it when it is not there.
func OpenHome(ctx context.Context, dir string) (*Home, error) {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, assay.Errorf(assay.Invalid, "name a folder with --home", "%s is a file, not a folder", dir)
	}
	db, err := store.Open(ctx, dir, time.Now)
	if err != nil {
		return nil, err
	}
	return &Home{DB: db, Bars: history.OpenStore(filepath.Join(dir, "data"))}, nil
}

// Close closes the database.
func (h *Home) Close() error { return h.DB.Close() }

// WithHome opens a data directory for the length of fn.
func WithHome(ctx context.Context, dir string, fn func(*Home) error) (err error) {
	h, err := OpenHome(ctx, dir)
	if err != nil {
		return err
	}
	defer func() {
		if closing := h.Close(); closing != nil {
			err = errors.Join(err, fmt.Errorf("close %s: %w", dir, closing))
		}
	}()
	return fn(h)
}
