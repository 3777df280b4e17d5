package history

import (
	"errors"
	"io/fs"
	"os"

	"assay"
)

// openFile opens a file of bars. Folders are refused, and so are devices and
// pipes, which cannot be looked at first and read afterwards.
func openFile(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, unopened(path, err)
	}
	switch {
	case info.IsDir():
		return nil, assay.Errorf(assay.Invalid, "name the file in it", "%s is a folder", pathName(path))
	case !info.Mode().IsRegular():
		return nil, assay.Errorf(assay.Invalid, "write the bars to a file and name that",
			"%s is a device or a pipe", pathName(path))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, unopened(path, err)
	}
	return f, nil
}

// unopened says why a file or a folder cannot be opened.
func unopened(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return assay.Errorf(assay.NotFound, "check the path", "there is no file %s", pathName(path))
	case errors.Is(err, fs.ErrPermission):
		return assay.Errorf(assay.Invalid, "give yourself the right to, as with chmod u+r",
			"%s may not be read", pathName(path))
	}
	return assay.Errorf(assay.Invalid, "check the path", "%s cannot be opened (%v)", pathName(path), cause(err))
}

// cause is what the system said, without the path that our sentence names.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}
