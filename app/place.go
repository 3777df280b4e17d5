package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

	"assay"
	"assay/store"
)

// Place is where a laboratory is: the folder of its market data, and the
// database, which lies in that folder unless PostgreSQL has it. The tags are
// for the command line.
type Place struct {
	Dir          string `name:"home" help:"Folder of the database and the market data." default:"${home}/.assay" env:"ASSAY_HOME" type:"path" placeholder:"DIR"`
	Database     string `help:"Address of a PostgreSQL database; SQLite in the home when absent." env:"ASSAY_DATABASE" placeholder:"postgres://USER@HOST/NAME"`
	DatabaseFile string `help:"File that holds the address, so that its password stands nowhere else." env:"ASSAY_DATABASE_FILE" type:"path" placeholder:"FILE"`
}

// address returns the address of the PostgreSQL database, "" for SQLite.
func (p Place) address() (string, error) {
	switch {
	case p.DatabaseFile == "":
		return p.Database, nil
	case p.Database != "":
		return "", assay.Errorf(assay.Invalid, "give one of them", "there are an address and a file of the database's address")
	}
	text, err := os.ReadFile(p.DatabaseFile)
	if errors.Is(err, fs.ErrNotExist) {
		return "", assay.Errorf(assay.NotFound, "correct --database-file", "there is no file %s", p.DatabaseFile)
	}
	if err != nil {
		return "", err
	}
	address := strings.TrimSpace(string(text))
	if address == "" {
		return "", assay.Errorf(assay.Invalid, "write an address like postgres://user@host/assay into it",
			"the file %s is empty", p.DatabaseFile)
	}
	return address, nil
}

// shared says whether other processes may work on the same database.
func (p Place) shared() bool { return p.Database != "" || p.DatabaseFile != "" }

func (p Place) open(ctx context.Context) (*store.DB, error) {
	address, err := p.address()
	if err != nil {
		return nil, err
	}
	if address == "" {
		return store.Open(ctx, p.Dir, time.Now)
	}
	return store.OpenPostgres(ctx, address, nil)
}
