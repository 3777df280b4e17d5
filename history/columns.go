package history

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"unsafe"

	"assay/market"
)

// barBytes is the size of one bar in columns.bin.
const barBytes = 8 + 5*4

// encode writes the columns one after the other, little-endian: Time (int64),
// then Open, High, Low, Close and Volume (int32). Each begins on a multiple of
// its own size, so that the file can be used where it lies.
func encode(w io.Writer, b *market.Bars) error {
	buffer := make([]byte, 0, 1<<16)
	flush := func(room int) error {
		if len(buffer)+room <= cap(buffer) {
			return nil
		}
		_, err := w.Write(buffer)
		buffer = buffer[:0]
		return err
	}
	for _, v := range b.Time {
		if err := flush(8); err != nil {
			return err
		}
		buffer = binary.LittleEndian.AppendUint64(buffer, uint64(v))
	}
	for _, column := range [][]int32{b.Open, b.High, b.Low, b.Close, b.Volume} {
		for _, v := range column {
			if err := flush(4); err != nil {
				return err
			}
			buffer = binary.LittleEndian.AppendUint32(buffer, uint32(v))
		}
	}
	_, err := w.Write(buffer)
	return err
}

// decode returns the columns that encode wrote, of bars×barBytes bytes. They
// share data's memory where the machine's numbers are those of the file.
func decode(data []byte, bars int) (c market.Columns) {
	c.Time = numbers[int64](data[:8*bars])
	data = data[8*bars:]
	for _, column := range []*[]int32{&c.Open, &c.High, &c.Low, &c.Close, &c.Volume} {
		*column = numbers[int32](data[:4*bars])
		data = data[4*bars:]
	}
	return c
}

// numbers returns little-endian bytes as numbers.
func numbers[T int32 | int64](data []byte) []T {
	var one T
	size := int(unsafe.Sizeof(one))
	first := unsafe.Pointer(unsafe.SliceData(data)) //nolint:gosec // bounds and alignment are held
	if binary.NativeEndian.Uint16([]byte{1, 0}) == 1 && uintptr(first)%uintptr(size) == 0 {
		return unsafe.Slice((*T)(first), len(data)/size) //nolint:gosec // as above
	}
	out := make([]T, len(data)/size)
	for i := range out {
		if size == 8 {
			out[i] = T(binary.LittleEndian.Uint64(data[8*i:]))
		} else {
			out[i] = T(binary.LittleEndian.Uint32(data[4*i:]))
		}
	}
	return out
}

// errSize says that a file has not the size that its description says.
var errSize = errors.New("the file has another size")

// file is what a set is written to.
type file interface {
	io.Writer
	Sync() error
	Close() error
}

func createFile(path string) (file, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

// writeFile writes a file and waits until the disk has it.
func (s *Store) writeFile(path string, fill func(io.Writer) error) (err error) {
	f, err := s.create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := fill(f); err != nil {
		return err
	}
	return f.Sync()
}

// syncFolder waits until the disk has a folder's entries.
func syncFolder(path string) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return f.Sync()
}
