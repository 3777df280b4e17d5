package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"assay/market"
)

type contractsCmd struct {
	Root string `arg:"" optional:"" help:"Root of one contract, to see all of it."`
	JSON bool   `name:"json" help:"Print them as JSON."`
}

func (c contractsCmd) Run(to console) error {
	now := time.Now()
	if c.Root == "" {
		return printContracts(to, now, c.JSON)
	}
	contract, err := market.ContractOf(strings.ToUpper(c.Root))
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(to, contractOf(contract, now))
	}
	return printContract(to, contract, now)
}

// contractFacts is the JSON form of a contract.
type contractFacts struct {
	Root       string       `json:"root"`
	Name       string       `json:"name"`
	Exchange   string       `json:"exchange"`
	Group      market.Group `json:"group"`
	Tick       string       `json:"tick"` // points, exact
	TickValue  market.Money `json:"tickValue"`
	Multiplier market.Money `json:"multiplier"`
	BarsOf     string       `json:"barsOf"`

	Fee         market.Money `json:"fee"` // a contract and side, the sum of the three
	ExchangeFee market.Money `json:"exchangeFee"`
	NFAFee      market.Money `json:"nfaFee"`
	Commission  market.Money `json:"commission"`
	Fees        figures      `json:"fees"`

	InitialMargin     string        `json:"initialMargin"`
	MaintenanceMargin string        `json:"maintenanceMargin"`
	Margins           figures       `json:"margins"`
	DayMargin         *market.Money `json:"dayMargin"` // null: none is known
	DayMargins        *figures      `json:"dayMargins"`

	LiquidMonths string      `json:"liquidMonths"`
	Front        string      `json:"front"` // by the calendar, now
	LeftOn       market.Date `json:"leftOn"`
	LastTrade    market.Date `json:"lastTrade"`
}

// figures are where figures come from, and how old they are.
type figures struct {
	market.Age
	Source string `json:"source"`
	Says   string `json:"says"`
}

func contractOf(c market.Contract, now time.Time) contractFacts {
	days := c.RollDays()
	due := c.Front(c.Calendar().TradeDate(now), days)
	bars, _ := market.DataRoot(c.Root) // the root is of the table
	f := contractFacts{
		Root: c.Root, Name: c.Name, Exchange: c.Exchange, Group: c.Group,
		Tick: c.FormatPrice(1), TickValue: c.TickValue, Multiplier: c.Multiplier, BarsOf: bars,
		Fee: c.Fee(), ExchangeFee: c.ExchangeFee, NFAFee: c.NFAFee, Commission: c.Commission,
		Fees:          figuresOf(market.FeesAge(c.FeesFrom.AsOf, now), c.FeesFrom),
		InitialMargin: c.Margin.Initial.String(), MaintenanceMargin: c.Margin.Maintenance.String(),
		Margins:      figuresOf(market.MarginsAge(c.Margin.From.AsOf, now), c.Margin.From),
		LiquidMonths: c.LiquidMonths, Front: due.Of(c.Root), LeftOn: c.RollDate(due, days), LastTrade: c.LastTrade(due),
	}
	if c.Margin.Day > 0 {
		of := figuresOf(market.MarginsAge(c.Margin.DayFrom.AsOf, now), c.Margin.DayFrom)
		f.DayMargin, f.DayMargins = &c.Margin.Day, &of
	}
	return f
}

func figuresOf(a market.Age, from market.Origin) figures { return figures{a, from.Source, a.String()} }

func printContracts(to console, now time.Time, asJSON bool) error {
	var list []contractFacts
	for _, c := range market.Contracts() {
		list = append(list, contractOf(c, now))
	}
	if asJSON {
		return printJSON(to, list)
	}
	w := tabwriter.NewWriter(to.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ROOT\tNAME\tEXCHANGE\tTICK\tWORTH\tFEE\tFEES AS OF\tINITIAL\tMAINTENANCE\tMARGINS AS OF\tFRONT\tLEFT ON")
	for _, f := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", f.Root, f.Name, f.Exchange, f.Tick, f.TickValue.Decimal(), f.Fee,
			short(f.Fees.Age), f.InitialMargin, f.MaintenanceMargin, short(f.Margins.Age), f.Front, f.LeftOn)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(to.out, "\nfees are dollars a contract and side, margins dollars a contract; assay contracts ROOT says where they come from")
	return err
}

// short is an age for a table.
func short(a market.Age) string {
	return fmt.Sprintf("%s, %d days %s", a.AsOf, a.Days, strings.ToLower(string(a.Trust)))
}

func printContract(to console, c market.Contract, now time.Time) error {
	f := contractOf(c, now)
	day := "none is known; ask the broker"
	if f.DayMargin != nil {
		day = fmt.Sprintf("%s, %s, %s", f.DayMargin, f.DayMargins.Source, f.DayMargins.Says)
	}
	var err error
	for _, line := range [][2]string{
		{"contract", fmt.Sprintf("%s, %s, %s", f.Root, f.Name, f.Exchange)},
		{"tick", fmt.Sprintf("%s, worth %s; a point is worth %s", f.Tick, f.TickValue.Decimal(), f.Multiplier.Decimal())},
		{"bars", "those of " + f.BarsOf},
		{"fee", fmt.Sprintf("%s a contract and side: exchange %s, NFA %s, commission %s", f.Fee, f.ExchangeFee, f.NFAFee, f.Commission)},
		{"", f.Fees.Source},
		{"", f.Fees.Says},
		{"margin", fmt.Sprintf("initial %s, maintenance %s", f.InitialMargin, f.MaintenanceMargin)},
		{"", f.Margins.Source},
		{"", f.Margins.Says},
		{"day", day},
		{"months", f.LiquidMonths},
		{"front", fmt.Sprintf("%s by the calendar, left on %s, %d business days before %s; last trade %s",
			f.Front, f.LeftOn, c.RollDays(), c.DeadlineName(), f.LastTrade)},
	} {
		if err == nil {
			_, err = fmt.Fprintf(to.out, "%-9s %s\n", line[0], line[1])
		}
	}
	return err
}
