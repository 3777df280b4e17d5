package market

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
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
	t := table{calendars: map[Group]*Calendar{}}
	for _, r := range records(contractsCSV) {
		c := contractOf(r)
		t.contracts = append(t.contracts, c)
		if t.calendars[c.Group] == nil {
			t.calendars[c.Group] = newCalendar(c)
		}
	}
	for _, r := range records(exceptionsCSV) {
		date := must(ParseDate(r["trade_date"]))
		e := Exception{Kind: ExceptionKind(r["kind"]), Reason: r["reason"], Basis: r["basis"]}
		if e.Kind == EarlyClose {
			e.Close = minuteOf(r["close_ct"])
		}
		t.calendars[Group(r["group"])].exceptions[date] = e
	}
	return t
})

func contractOf(r map[string]string) Contract {
	c := Contract{
		Root: r["root"], Name: r["name"], Exchange: r["exchange"], Group: Group(r["group"]),
		Multiplier: must(ParseMoney(r["multiplier"])),
		TickNano:   must(parseNano(r["tick_size"])),
		TickValue:  must(ParseMoney(r["tick_value"])),
		FullSize:   r["full_size_root"],
		DayOpen:    minuteOf(r["day_open_ct"]),
		DayClose:   minuteOf(r["day_close_ct"]),

		LiquidMonths: r["liquid_months"],

		ExchangeFee: must(ParseMoney(r["exchange_fee_side_usd"])),
		NFAFee:      Dollar * 2 / 100,
		Commission:  Dollar * 85 / 100,
	}
	if c.Micro() {
		c.Commission = Dollar * 25 / 100
	}
	for step := int64(Nano); c.TickNano%step != 0; step /= 10 {
		c.Decimals++
	}
	return c
}

// records reads a CSV text into one map a row, keyed by the header.
func records(text string) []map[string]string {
	rows := must(csv.NewReader(strings.NewReader(text)).ReadAll())
	var out []map[string]string
	for _, row := range rows[1:] {
		r := map[string]string{}
		for i, name := range rows[0] {
			r[name] = row[i]
		}
		out = append(out, r)
	}
	return out
}

// minuteOf reads "08:30" as 510.
func minuteOf(s string) int16 {
	h, m, _ := strings.Cut(s, ":")
	return int16(must(strconv.Atoi(h))*60 + must(strconv.Atoi(m)))
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
