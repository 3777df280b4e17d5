package dbn

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"

	"assay"
)

// Limits bound what a stream may cost. Zero values are the defaults.
type Limits struct {
	Bytes    int64 // of the unpacked stream; default 16 GiB
	Metadata int   // bytes of its metadata; default 128 MiB
}

// The defaults of Limits, and the largest window of a zstd frame: a frame may
// ask its reader for gigabytes.
const (
	defaultBytes    = 16 << 30
	defaultMetadata = 128 << 20
	maxWindow       = 32 << 20
)

// bufferSize is what is read ahead: many records, and any single one.
const bufferSize = 1 << 18

// Reader reads one stream, plain or compressed with zstd in one or several
// frames. Its errors name the stream, the record and the byte. Close it.
type Reader struct {
	name   string
	limits Limits
	source *source
	unpack *zstd.Decoder // nil for a plain stream
	in     io.Reader

	buffer   []byte // what is read and not consumed is buffer[from:to]
	from, to int
	offset   int64 // of buffer[from] in the unpacked stream
	end      error // why nothing more can be read, io.EOF at the end
	failed   error // a reader that failed once stays so
	records  int64 // consumed so far
	counts   [256]int64

	metadata Metadata
	symbols  symbols
}

// source remembers the error of the file below the decompression.
type source struct {
	io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// NewReader finds out how a stream is packed and reads its metadata; name
// stands for the stream in errors.
func NewReader(in io.Reader, name string, limits Limits) (*Reader, error) {
	if limits.Bytes == 0 {
		limits.Bytes = defaultBytes
	}
	if limits.Metadata == 0 {
		limits.Metadata = defaultMetadata
	}
	r := &Reader{name: name, limits: limits, source: &source{Reader: in}, buffer: make([]byte, bufferSize)}
	err := r.open()
	if err == nil {
		err = r.readMetadata()
	}
	if err != nil {
		r.Close()
		return nil, err
	}
	r.symbols = symbolsOf(r.metadata)
	return r, nil
}

// Close releases the decompression's memory. The source stays open.
func (r *Reader) Close() {
	if r.unpack != nil {
		r.unpack.Close()
		r.unpack = nil
	}
	if r.failed == nil {
		r.failed = errors.New("dbn: the reader is closed")
	}
}

// Metadata returns what the stream says of itself.
func (r *Reader) Metadata() Metadata { return r.metadata }

// Count returns how many records of a type were read so far.
func (r *Reader) Count(t Type) int64 { return r.counts[t] }

// Records returns how many records were read so far.
func (r *Reader) Records() int64 { return r.records }

// IsPacked says whether a stream that begins with head, of four bytes at
// least, is one for this package to read or to refuse: DBN, zstd or DBZ.
func IsPacked(head []byte) bool {
	return bytes.HasPrefix(head, []byte("DBN")) || isZstd(head) || isDBZ(head)
}

func isZstd(head []byte) bool { return bytes.HasPrefix(head, []byte{0x28, 0xB5, 0x2F, 0xFD}) }

// isDBZ knows the container that came before DBN, whose metadata is a zstd
// frame of the kind that unpackers ignore.
func isDBZ(head []byte) bool { return bytes.HasPrefix(head, []byte{0x50, 0x2A, 0x4D, 0x18}) }

func (r *Reader) open() error {
	in := bufio.NewReaderSize(r.source, 1<<16)
	head, err := in.Peek(4)
	switch {
	case r.source.err != nil:
		return fmt.Errorf("read %s: %w", r.name, r.source.err)
	case len(head) == 0 && errors.Is(err, io.EOF):
		return r.whole("fetch it again", "is empty")
	case isDBZ(head):
		return r.whole("download the data again as DBN", "is in the old DBZ container, which is no longer read")
	case !isZstd(head):
		r.in = in
		return nil
	}
	r.unpack, err = zstd.NewReader(in,
		zstd.WithDecoderMaxMemory(maxWindow), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return r.broken(err)
	}
	r.in = r.unpack
	return nil
}

// need makes at least n bytes available in the buffer, fewer only at the end
// of the stream. n is at most the buffer's size.
func (r *Reader) need(n int) error {
	for r.to-r.from < n && r.end == nil {
		if r.from > 0 {
			copy(r.buffer, r.buffer[r.from:r.to])
			r.from, r.to = 0, r.to-r.from
		}
		room := min(int64(len(r.buffer))-1, r.limits.Bytes-r.offset) + 1 // one more than allowed, to notice it
		if room <= int64(r.to) {
			return r.wrong("split it by days or months", "the stream is longer than %d bytes", r.limits.Bytes)
		}
		got, err := r.in.Read(r.buffer[r.to:room])
		r.to += got
		if err != nil {
			r.end = err
		}
	}
	if r.to-r.from < n && !errors.Is(r.end, io.EOF) {
		return r.broken(r.end)
	}
	return nil
}

// advance consumes n bytes of the buffer.
func (r *Reader) advance(n int) {
	r.from += n
	r.offset += int64(n)
}

// broken is the error of a stream that cannot be read on.
func (r *Reader) broken(err error) error {
	switch {
	case r.source.err != nil:
		return fmt.Errorf("read %s: %w", r.name, r.source.err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return r.wrong("fetch it again", "the compressed data is cut")
	case errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return r.wrong("pack it again with a window of at most 32 MiB", "the compressed data wants too much memory")
	default:
		return r.wrong("fetch it again", "the compressed data is damaged (%s)", err)
	}
}

// wrong is the error of the place that the reader has come to.
func (r *Reader) wrong(fix, format string, args ...any) error {
	return assay.Errorf(assay.Invalid, fix, "%s: record %d at byte %d: %s",
		r.name, r.records+1, r.offset, fmt.Sprintf(format, args...))
}

// whole is an error of the stream as such.
func (r *Reader) whole(fix, format string, args ...any) error {
	return assay.Errorf(assay.Invalid, fix, "%s %s", r.name, fmt.Sprintf(format, args...))
}
