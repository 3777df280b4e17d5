package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"assay"
)

// writeWhole writes beside the file and renames, so that a file is whole or
// not there. What names the content for the error.
func writeWhole(path, what string, content func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return unwritable(path, what, err)
	}
	defer os.Remove(f.Name()) // after the rename this does nothing
	err = errors.Join(content(f), f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return unwritable(path, what, err)
	}
	return nil
}

func unwritable(path, what string, err error) error {
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		err = failed.Err // its path is that of the file beside
	}
	return assay.Errorf(assay.Invalid, "choose a file in a folder you may write to", "%s cannot be written to %s: %v", what, path, err)
}
