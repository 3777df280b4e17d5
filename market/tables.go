package market

import (
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

//go:embed data/contracts.csv
var contractsCSV string

//go:embed data/cme_exceptions.csv
var exceptionsCSV string

// table holds what the embedded files say. They are part of the program, so a
// fault in them is ours and panics at the first use.
type table struct {
	contracts []Contract
	calendars map[Group]*Calendar
}

// tables reads the embedded files once.
var tables = sync.OnceValue(func() table {
	t := table{contracts: must(readContracts(contractsCSV)), calendars: map[Group]*Calendar{}}
	for _, c := range t.contracts {
		if t.calendars[c.Group] == nil {
			t.calendars[c.Group] = newCalendar(c)
		}
	}
	for _, r := range must(records("cme_exceptions.csv", exceptionsCSV)) {
		date := must(ParseDate(r.cells["trade_date"]))
		e := Exception{Kind: ExceptionKind(r.cells["kind"]), Reason: r.cells["reason"], Basis: r.cells["basis"]}
		if e.Kind == EarlyClose {
			e.Close = must(minuteOf(r.cells["close_ct"]))
		}
		t.calendars[Group(r.cells["group"])].exceptions[date] = e
	}
	return t
})

// record is one row of a CSV file, keyed by the header.
type record struct {
	place string // e.g. "contracts.csv:3"
	cells map[string]string
}

// records reads a CSV text; the error names the line.
func records(name, text string) ([]record, error) {
	r := csv.NewReader(strings.NewReader(text))
	header, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var out []record
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		line, _ := r.FieldPos(0)
		next := record{fmt.Sprintf("%s:%d", name, line), map[string]string{}}
		for i, column := range header {
			next.cells[column] = row[i]
		}
		out = append(out, next)
	}
}

// minuteOf reads "08:30" as 510.
func minuteOf(s string) (int16, error) {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a time like 08:30", s)
	}
	return int16(t.Hour()*60 + t.Minute()), nil
}

// Zone returns the exchange's time zone, America/Chicago.
func Zone() *time.Location { return zone() }

var zone = sync.OnceValue(func() *time.Location {
	return must(time.LoadLocation("America/Chicago"))
})

func must[T any](v T, err error) T {
	if err != nil {
		panic(fmt.Sprintf("market: the embedded tables must read: %v", err))
	}
	return v
}
