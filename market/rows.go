package market

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// readContracts reads and checks the table of contracts. The error names the
// line, the contract and what is wrong.
func readContracts(text string) ([]Contract, error) {
	rows, err := records("contracts.csv", text)
	if err != nil {
		return nil, err
	}
	var all []Contract
	for _, r := range rows {
		c, err := contractOf(r.cells)
		if err == nil && slices.ContainsFunc(all, func(o Contract) bool { return o.Root == c.Root }) {
			err = errors.New("it is there twice")
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", r.place, r.cells["root"], err)
		}
		all = append(all, c)
	}
	return all, nil
}

// contractOf reads one row of the table.
func contractOf(row map[string]string) (Contract, error) {
	r := reader{cells: row}
	c := Contract{
		Root: r.text("root"), Name: r.text("name"), Exchange: r.text("exchange"), Group: Group(r.text("group")),
		Multiplier: read(&r, "multiplier", ParseMoney),
		TickNano:   read(&r, "tick_size", parseNano),
		TickValue:  read(&r, "tick_value", ParseMoney),
		FullSize:   r.text("full_size_root"),
		DayOpen:    read(&r, "day_open_ct", minuteOf),
		DayClose:   read(&r, "day_close_ct", minuteOf),

		LiquidMonths: r.text("liquid_months"),

		ExchangeFee: read(&r, "exchange_fee_side_usd", ParseMoney),
		NFAFee:      read(&r, "nfa_fee_side_usd", ParseMoney),
		Commission:  read(&r, "commission_side_usd", ParseMoney),
		FeesFrom:    Origin{read(&r, "fees_as_of", parseAsOf), r.text("fees_source")},

		Margin: Margin{
			Initial:     read(&r, "initial_margin", parseRequirement),
			Maintenance: read(&r, "maintenance_margin", parseRequirement),
			From:        Origin{read(&r, "margins_as_of", parseAsOf), r.text("margins_source")},
		},
	}
	if row["day_margin_usd"] != "" {
		c.Margin.Day = read(&r, "day_margin_usd", ParseMoney)
		c.Margin.DayFrom = Origin{read(&r, "day_margin_as_of", parseAsOf), "broker list"}
	}
	if r.err != nil {
		return c, r.err
	}
	for step := int64(Nano); c.TickNano%step != 0; step /= 10 {
		c.Decimals++
	}
	if wrong := c.wrong(); wrong != "" {
		return c, errors.New(wrong)
	}
	return c, nil
}

// wrong says what in a contract cannot be, "" if nothing.
func (c Contract) wrong() string {
	switch {
	case !slices.Contains([]Group{Equity, Energy, Metals, Rates, FX, Crypto}, c.Group):
		return fmt.Sprintf("%q is no group of contracts", c.Group)
	case c.TickNano <= 0 || c.TickNano*int64(c.Multiplier) != int64(c.TickValue)*Nano:
		return fmt.Sprintf("its tick of %d nano-units at a multiplier of %s is not worth %s", c.TickNano, c.Multiplier, c.TickValue)
	case c.DayOpen >= c.DayClose:
		return "its day session closes before it opens"
	case strings.Trim(c.LiquidMonths, MonthCodes) != "":
		return fmt.Sprintf("its liquid months %q are not all of %s", c.LiquidMonths, MonthCodes)
	case c.ExchangeFee <= 0 || c.NFAFee < 0 || c.Commission < 0:
		return "its exchange fee must be above zero, the others not below"
	default:
		return c.Margin.fits()
	}
}

// reader reads the cells of a row and keeps the first error.
type reader struct {
	cells map[string]string
	err   error
}

func read[T any](r *reader, column string, parse func(string) (T, error)) (v T) {
	if text := r.text(column); text != "" {
		var err error
		if v, err = parse(text); err != nil && r.err == nil {
			r.err = fmt.Errorf("%s: %w", column, err)
		}
	}
	return v
}

// text returns a cell that must not be empty.
func (r *reader) text(column string) string {
	text := strings.TrimSpace(r.cells[column])
	if text == "" && r.err == nil {
		r.err = fmt.Errorf("%s: there is nothing", column)
	}
	return text
}

// parseAsOf reads a day of which a figure may be: no exchange published one of
// ours before 2000.
func parseAsOf(s string) (Date, error) {
	d, err := ParseDate(s)
	if err == nil && d.Time().Year() < 2000 {
		err = fmt.Errorf("%s is too long ago", s)
	}
	return d, err
}
