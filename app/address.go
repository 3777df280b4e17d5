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

// announce writes the file whole: a command may read it at any moment.
func (p Place) announce(url string) error {
	if err := os.MkdirAll(p.Dir, 0o750); err != nil {
		return err
	}
	file := filepath.Join(p.Dir, addressFile)
	if err := os.WriteFile(file+".new", []byte(url+"\n"), 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
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
