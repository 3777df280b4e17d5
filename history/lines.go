package history

import (
	"archive/zip"
	"bufio"
	"cmp"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"assay"
)

// next returns the next line without its end, valid until the next call.
func (r *reader) next() ([]byte, error) {
	line, err := r.in.ReadSlice('\n')
	r.line++
	r.bytes += int64(len(line))
	most := cmp.Or(r.most, maxText)
	switch {
	case errors.Is(err, bufio.ErrBufferFull) || len(line) > maxLine:
		return nil, r.wrong("import a CSV file of bars", "the line is longer than %d bytes", maxLine)
	case errors.Is(err, io.EOF) && len(line) == 0:
		return nil, io.EOF
	case errors.Is(err, io.EOF):
		return nil, r.wrong("fetch it again, or end the last line if the file is whole",
			"the file ends in the middle of a line")
	case err != nil:
		return nil, r.broken(err)
	case r.bytes > most:
		return nil, r.whole("split it by years", "has more than %d bytes of text", most)
	case r.line > maxBars:
		return nil, r.whole("split it by years", "has more than %d lines", maxBars)
	}
	line = line[:len(line)-1]
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line, nil
}

// broken is the error of a file that cannot be read to its end.
func (r *reader) broken(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return r.wrong("fetch it again", "the compressed file is cut in the middle")
	}
	if errors.Is(err, errBehind) {
		return r.whole("fetch it again, or import what gunzip makes of it",
			"has something else behind its compressed part")
	}
	var corrupt flate.CorruptInputError
	if errors.As(err, &corrupt) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) ||
		errors.Is(err, io.ErrNoProgress) {
		return r.wrong("fetch it again", "the compressed file is damaged")
	}
	if errors.Is(err, zip.ErrChecksum) || errors.Is(err, zip.ErrFormat) {
		return err // whoever opened the zip says so
	}
	return r.wrong("check the disk, or fetch the file again", "the file cannot be read on (%v)", cause(err))
}

// wrong is the error of the current line.
func (r *reader) wrong(fix, format string, args ...any) error {
	return assay.Errorf(assay.Invalid, fix, "%s:%d: %s", r.name, r.line, fmt.Sprintf(format, args...))
}

// whole is an error of the file as such.
func (r *reader) whole(fix, format string, args ...any) error {
	return assay.Errorf(assay.Invalid, fix, "%s %s", r.name, fmt.Sprintf(format, args...))
}
