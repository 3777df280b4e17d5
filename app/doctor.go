package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"assay"
	"assay/store"
)

// Checkup is what the doctor looks at.
type Checkup struct {
	Home     Place
	Listen   string // where a server listens, or would
	AllowSim bool
	Now      time.Time
}

// Finding is what one check found, in sentences without a full stop.
type Finding struct {
	Check string `json:"check"`
	Found string `json:"found"`
	Wrong bool   `json:"wrong"`
	Fix   string `json:"fix,omitempty"`
}

// scarce is the free space below which a laboratory should not go on: a year
// of results of a large fleet.
const scarce = 1 << 30

// Examine looks at the machine and the home and changes neither: it makes no
// home, and a database of an older version stays one.
func Examine(ctx context.Context, c Checkup) []Finding {
	dir := c.Home.Dir
	info, err := os.Stat(dir)
	missing := errors.Is(err, fs.ErrNotExist)
	switch {
	case !missing && (err != nil || !info.IsDir()):
		return []Finding{{Check: "home", Found: dir + " is not a folder", Wrong: true, Fix: "name a folder with --home"}}
	case c.Home.shared():
		return examineShared(ctx, c)
	case missing:
		return []Finding{
			{Check: "home", Found: "there is no home at " + dir + " yet; assay serve makes it"},
			disk(parent(dir)), port(ctx, c.Listen, false),
		}
	}
	serving, err := store.Serving(dir)
	if err != nil {
		return []Finding{trouble("home", err)}
	}
	list := []Finding{writable(dir), disk(dir), server(serving), port(ctx, c.Listen, serving)}
	database, current := examineDatabase(ctx, dir)
	list = append(list, database)
	if !current {
		return list
	}
	err = WithHome(ctx, c.Home, func(h *Home) error {
		list = append(list, h.examine(ctx, c, serving)...)
		return nil
	})
	if err != nil {
		list = append(list, trouble("database", err))
	}
	return list
}

// trouble makes an error a finding.
func trouble(check string, err error) Finding {
	f := Finding{Check: check, Found: err.Error(), Wrong: true, Fix: "read the sentence above; it names the place"}
	if e, ok := errors.AsType[*assay.Error](err); ok && e.Fix != "" {
		f.Fix = e.Fix
		f.Found = strings.TrimSuffix(f.Found, "; "+e.Fix)
	}
	return f
}

// parent returns the nearest folder above a path that exists.
func parent(path string) string {
	for {
		path = filepath.Dir(path)
		if _, err := os.Stat(path); err == nil || path == filepath.Dir(path) {
			return path
		}
	}
}

func writable(dir string) Finding {
	f, err := os.CreateTemp(dir, ".doctor-*")
	if err == nil {
		err = errors.Join(f.Close(), os.Remove(f.Name()))
	}
	if err != nil {
		return Finding{
			Check: "home", Found: fmt.Sprintf("%s cannot be written to: %v", dir, err), Wrong: true,
			Fix: "give this user the folder, or name another with --home",
		}
	}
	return Finding{Check: "home", Found: dir + " is a folder and can be written to"}
}

func disk(dir string) Finding {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return trouble("disk", fmt.Errorf("ask for the free space of %s: %w", dir, err))
	}
	free := s.Bavail * uint64(s.Bsize)
	f := Finding{Check: "disk", Found: fmt.Sprintf("%.1f GB are free at %s", float64(free)/1e9, dir)}
	if free < scarce {
		f.Wrong, f.Fix = true, "make room, or move the home with --home"
	}
	return f
}

func server(serving bool) Finding {
	if serving {
		return Finding{Check: "server", Found: "an Assay serves this home"}
	}
	return Finding{Check: "server", Found: "no Assay serves this home now"}
}

// port tries the address as a server would, or asks whether the one that runs
// is to be found there.
func port(ctx context.Context, address string, serving bool) Finding {
	if serving {
		conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", address)
		if err != nil {
			return Finding{Check: "port", Found: "nothing answers at " + address + "; the Assay of this home listens elsewhere"}
		}
		_ = conn.Close() // nothing was sent
		return Finding{Check: "port", Found: address + " answers"}
	}
	listener, err := listen(ctx, address)
	if err != nil {
		return trouble("port", err)
	}
	_ = listener.Close() // nobody knew of it
	return Finding{Check: "port", Found: address + " is free"}
}

func examineDatabase(ctx context.Context, dir string) (f Finding, current bool) {
	i, err := store.Inspect(ctx, dir)
	f = Finding{Check: "database", Wrong: true, Fix: "restore it from a backup, or choose another home with --home"}
	switch {
	case err != nil:
		f.Found = err.Error()
	case !i.Exists:
		return Finding{Check: "database", Found: "there is no database at " + i.Path + " yet; assay serve makes it"}, false
	case i.Damage != "":
		f.Found = i.Path + " is damaged: " + i.Damage
	case i.Version > i.Known:
		f.Found = fmt.Sprintf("%s has schema version %d, and this Assay knows versions up to %d", i.Path, i.Version, i.Known)
		f.Fix = "start the newer Assay that made it"
	case i.Version < i.Known:
		return Finding{Check: "database", Found: fmt.Sprintf(
			"%s opens and is whole; its schema version %d becomes %d when Assay opens it next", i.Path, i.Version, i.Known)}, false
	default:
		return Finding{Check: "database", Found: fmt.Sprintf("%s opens and is whole, with schema version %d, the newest", i.Path, i.Version)}, true
	}
	return f, false
}
