package history

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
)

// open unpacks what is compressed and sees that text comes out.
func (r *reader) open(in io.Reader) error {
	r.in = bufio.NewReaderSize(in, 1<<18)
	if !isGzip(r.in) {
		return r.text()
	}
	z, err := gzip.NewReader(r.in)
	if err != nil {
		return r.broken(err)
	}
	z.Multistream(false)
	r.in = bufio.NewReaderSize(&members{in: r.in, z: z}, 1<<18)
	if isGzip(r.in) {
		return r.whole("unpack it once, as gunzip does", "is compressed twice")
	}
	return r.text()
}

func isGzip(in *bufio.Reader) bool {
	head, _ := in.Peek(2) // what is shorter is none
	return bytes.Equal(head, []byte{0x1f, 0x8b})
}

// text refuses what is no text in UTF-8 by its first bytes. Errors of reading
// come again when the lines are read.
func (r *reader) text() error {
	head, _ := r.in.Peek(512)
	mark := bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff})
	switch {
	case mark || everySecondIsZero(head):
		return r.whole("save it as UTF-8", "is text in UTF-16")
	case bytes.ContainsFunc(head, func(c rune) bool { return c < ' ' && c != '\t' && c != '\r' && c != '\n' }):
		return r.whole("import a CSV file of bars", "is not a text file")
	}
	return nil
}

// everySecondIsZero knows ASCII in UTF-16 without a mark.
func everySecondIsZero(head []byte) bool {
	if len(head) < 8 {
		return false
	}
	for i := 0; i+1 < len(head); i += 2 {
		if (head[i] == 0) != (head[0] == 0) || (head[i+1] == 0) == (head[0] == 0) {
			return false
		}
	}
	return true
}

// errBehind says that what follows a compressed part is no such part.
var errBehind = errors.New("something follows the compressed part")

// members reads the parts of a gzip file one after the other, as the standard
// library does too, but knows what was appended from what is damaged.
type members struct {
	in  *bufio.Reader
	z   *gzip.Reader
	err error
}

// Read implements io.Reader.
func (m *members) Read(p []byte) (n int, err error) {
	if m.err != nil {
		return 0, m.err
	}
	if n, m.err = m.z.Read(p); errors.Is(m.err, io.EOF) {
		m.err = m.advance()
	}
	return n, m.err
}

// advance begins the next part; it is io.EOF when there is none.
func (m *members) advance() error {
	if _, err := m.in.Peek(1); err != nil {
		return err
	}
	if !isGzip(m.in) {
		return errBehind
	}
	err := m.z.Reset(m.in)
	m.z.Multistream(false)
	return err
}
