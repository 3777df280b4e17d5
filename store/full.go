package store

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"assay"
)

// pgDiskFull is PostgreSQL's code for a disk without room.
const pgDiskFull = "53100"

// explainFull names a full disk as such; any other error stays as it is. What
// was being written was rolled back, and the same works once there is room.
func explainFull(path string, err error) error {
	if !diskFull(err) {
		return err
	}
	return &assay.Error{
		Kind: assay.Unavailable, Err: err, Message: "the disk of the database " + path + " is full, and nothing was written",
		Fix: "make room there; what failed can then be done again",
	}
}

func diskFull(err error) bool {
	if e, ok := errors.AsType[*driver.Error](err); ok {
		return e.Code()&0xff == sqlite3.SQLITE_FULL
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == pgDiskFull
}
