package app

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"assay"
	"assay/store"
)

// addressFile holds the URL of the Assay that serves a home, so that commands
// about a home ask that one and no other that happens to run.
const addressFile = "serve.url"

func (p Place) announce(url string) error {
	if err := os.MkdirAll(p.Dir, 0o750); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(p.Dir, addressFile), []byte(url+"\n"), 0o600)
}

func (p Place) withdraw() { _ = os.Remove(filepath.Join(p.Dir, addressFile)) }

// Server returns the URL of the Assay that serves this home. Without one it is
// Unavailable.
func (p Place) Server() (string, error) {
	none := assay.Errorf(assay.Unavailable, "start assay serve, or name one elsewhere with --server",
		"no Assay serves the home %s", p.Dir)
	text, err := os.ReadFile(filepath.Join(p.Dir, addressFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", none
	}
	if err != nil {
		return "", err
	}
	if p.shared() {
		return strings.TrimSpace(string(text)), nil
	}
	serving, err := store.Serving(p.Dir)
	if err == nil && !serving {
		return "", none // what wrote the file was killed
	}
	return strings.TrimSpace(string(text)), err
}
