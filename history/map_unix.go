//go:build linux || darwin || freebsd || netbsd || openbsd

package history

import (
	"os"
	"syscall"
)

// mapsFiles says that mapFile takes no memory.
const mapsFiles = true

// mapFile returns a file of a known size as memory that the system reads from
// disk when it is touched. Nobody can write to it. Files of sets are renamed
// into their place and never changed; one that somebody cuts short all the
// same stops the process at the next touch.
func mapFile(path string, size int64) (data []byte, release func(), err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = f.Close() }() // the map stays
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	if info.Size() != size {
		return nil, nil, errSize
	}
	data, err = syscall.Mmap(int(f.Fd()), 0, int(size), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, nil, &os.PathError{Op: "map", Path: path, Err: err}
	}
	return data, func() { _ = syscall.Munmap(data) }, nil
}
