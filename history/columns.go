package history

import (
	"encoding/binary"
	"errors"
	"os"

	"assay/market"
)

// barBytes is the size of one bar in columns.bin.
const barBytes = 8 + 5*4

// encode writes the columns one after the other, little-endian: Time (int64),
// then Open, High, Low, Close and Volume (int32).
func encode(b *market.Bars) []byte {
	out := make([]byte, 0, b.Len()*barBytes)
	for _, v := range b.Time {
		out = binary.LittleEndian.AppendUint64(out, uint64(v))
	}
	for _, column := range [][]int32{b.Open, b.High, b.Low, b.Close, b.Volume} {
		for _, v := range column {
			out = binary.LittleEndian.AppendUint32(out, uint32(v))
		}
	}
	return out
}

// decode reads what encode wrote; ok is false when the size is wrong.
func decode(data []byte, bars int) (c market.Columns, ok bool) {
	if bars < 0 || bars > maxBars || len(data) != bars*barBytes {
		return c, false
	}
	c.Time = make([]int64, bars)
	for i := range c.Time {
		c.Time[i] = int64(binary.LittleEndian.Uint64(data[8*i:]))
	}
	data = data[8*bars:]
	for _, column := range []*[]int32{&c.Open, &c.High, &c.Low, &c.Close, &c.Volume} {
		*column = make([]int32, bars)
		for i := range *column {
			(*column)[i] = int32(binary.LittleEndian.Uint32(data[4*i:]))
		}
		data = data[4*bars:]
	}
	return c, true
}

// writeFile writes a file and waits until the disk has it.
func writeFile(path string, data []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(data); err != nil {
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
