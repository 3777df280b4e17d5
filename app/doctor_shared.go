package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"assay/store"
)

// examineShared is Examine where PostgreSQL has the database.
func examineShared(ctx context.Context, c Checkup) []Finding {
	dir := c.Home.Dir
	list := []Finding{}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		list = append(list, Finding{Check: "home", Found: "there is no home at " + dir + " yet"}, disk(parent(dir)))
	} else {
		list = append(list, writable(dir), disk(dir))
	}
	address, err := c.Home.address()
	if err != nil {
		return append(list, trouble("database", err))
	}
	i, planned, err := store.InspectPostgres(ctx, address)
	if err != nil {
		return append(list, trouble("database", err))
	}
	database, current := examineVersion(i)
	list = append(list, database)
	if !current {
		return list
	}
	f := Finding{Check: "server", Found: "no Assay plans for this database now"}
	if planned {
		f.Found = "an Assay plans for this database"
	}
	list = append(list, f)
	err = WithHome(ctx, c.Home, func(h *Home) error {
		list = append(list, h.examine(ctx, c, planned)...)
		return nil
	})
	if err != nil {
		list = append(list, trouble("database", err))
	}
	return list
}

// examineVersion says whether this Assay may open a PostgreSQL database
// without changing it.
func examineVersion(i store.Inspection) (f Finding, current bool) {
	f.Check = "database"
	switch {
	case !i.Exists:
		f.Found = i.Path + " answers and is empty; assay serve makes its tables"
	case i.Version > i.Known:
		f.Found = fmt.Sprintf("%s has schema version %d, and this Assay knows versions up to %d", i.Path, i.Version, i.Known)
		f.Wrong, f.Fix = true, "start the newer Assay that made it"
	case i.Version < i.Known:
		f.Found = fmt.Sprintf("%s answers; its schema version %d becomes %d when Assay opens it next", i.Path, i.Version, i.Known)
	default:
		f.Found = fmt.Sprintf("%s answers, with schema version %d, the newest", i.Path, i.Version)
		current = true
	}
	return f, current
}
