package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/user"
	"strings"
	"text/tabwriter"
	"time"

	"assay"
	"assay/app"
	"assay/history"
	"assay/store"
)

type dataCmd struct {
	Import importCmd `cmd:"" help:"Read bars from CSV, DBN or LEAN files, check them and keep them."`
	Fetch  fetchCmd  `cmd:"" help:"Buy bars from Databento, check them and keep them."`
	Check  checkCmd  `cmd:"" help:"Report holes, rolls, jumps and idle stretches of a file or a kept set."`
	Ls     lsCmd     `cmd:"" help:"List the data sets with their fingerprints."`
	Accept acceptCmd `cmd:"" help:"Let bots use a set that the check refused; who and why is stored."`
	Retire retireCmd `cmd:"" help:"Take a set away from the bots; its bars and results stay, who and why is stored."`
}

// fileFlags say how to read a file of bars.
type fileFlags struct {
	Contract string        `help:"The contract of a file that names none, or the one to take of several." placeholder:"6EH4"`
	Columns  string        `help:"Which column is what, when the header does not say." placeholder:"time=ts,open=o"`
	Stamp    string        `help:"Which end of a bar its time names: start or end." enum:"start,end," default:""`
	Interval time.Duration `help:"Length of a bar; found from the file when absent." placeholder:"5m"`
	Roll     string        `help:"When contracts side by side give way to the next: by their volume, or by the calendar, so many business days before the last trade date or first notice." default:"volume" placeholder:"volume|calendar[:DAYS]"`
}

func (f fileFlags) options(symbol string) (history.Options, error) {
	rolls, err := history.ParseRolls(f.Roll)
	if err != nil {
		return history.Options{}, err
	}
	columns, err := history.ParseColumns(f.Columns)
	return history.Options{
		Symbol: symbol, Contract: f.Contract, Columns: columns,
		Stamp: history.Stamp(f.Stamp), Interval: f.Interval, Rolls: rolls,
	}, err
}

type importCmd struct {
	Files   []string `arg:"" name:"file" help:"A CSV file, DBN files, LEAN zips, or a folder of them."`
	Symbol  string   `required:"" help:"Root of the contract, e.g. ES." placeholder:"ES"`
	Name    string   `help:"Name of the set; root and interval when absent." placeholder:"ES-5m"`
	Replace bool     `help:"Replace a set of that name also when the new bars cover less or are refused."`
	fileFlags
}

func (c importCmd) Run(ctx context.Context, io console, all *cli) error {
	options, err := c.options(c.Symbol)
	if err != nil {
		return err
	}
	bars, about, err := history.ReadFiles(ctx, c.Files, options) // a bad file leaves no home behind
	if err != nil {
		return err
	}
	return app.WithHome(ctx, all.Home, func(h *app.Home) error {
		about.Name = c.Name
		set, report, err := h.Keep(ctx, bars, about, c.Replace)
		if err != nil {
			return err
		}
		fmt.Fprint(io.out, report)
		fmt.Fprintf(io.out, "\nkept as %s, fingerprint %s\n", set.Name, set.Fingerprint)
		if !set.Usable() {
			fmt.Fprintf(io.out, "no bot uses it; to accept it all the same: "+
				"assay data accept %s --because \"…\"\n", set.Name)
		}
		return nil
	})
}

type checkCmd struct {
	What   string `arg:"" name:"file|set" help:"A file or a folder of bars, or the name of a kept set."`
	Symbol string `help:"Root of the contract, for a file." placeholder:"ES"`
	JSON   bool   `name:"json" help:"Print the report as JSON."`
	fileFlags
}

func (c checkCmd) Run(ctx context.Context, io console, all *cli) error {
	options, err := c.options(c.Symbol)
	if err != nil {
		return err
	}
	report, err := app.Check(ctx, all.Home, c.What, options)
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(io, report)
	} else {
		_, err = fmt.Fprint(io.out, report)
	}
	if err == nil && report.Verdict == history.Refused {
		err = assay.Errorf(assay.Conflict, "mend the file, or accept the set by name once it is imported",
			"bots would not be tested on %s", c.What)
	}
	return err
}

type lsCmd struct {
	JSON bool `name:"json" help:"Print the sets as JSON."`
}

func (c lsCmd) Run(ctx context.Context, io console, all *cli) error {
	return app.WithExisting(ctx, all.Home, func(h *app.Home) error {
		sets, err := h.Sets(ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(io, sets)
		}
		if len(sets) == 0 {
			_, err := fmt.Fprintln(io.out, "no data sets yet; assay data import FILE --symbol ES brings one in")
			return err
		}
		return printSets(io, sets)
	})
}

func printSets(io console, sets []app.Set) error {
	w := tabwriter.NewWriter(io.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tBARS\tFIRST\tLAST\tFROM\tUSE\tBOTS\tFINGERPRINT")
	for _, s := range sets {
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%d\t%.16s\n", s.Name, s.Bars,
			s.FirstBar.Format(time.DateOnly), s.LastBar.Format(time.DateOnly), s.Provider, use(s.DataSet), s.Bots, s.Fingerprint)
	}
	return w.Flush()
}

func use(s store.DataSet) string {
	switch {
	case s.Sim:
		return "SIM DATA"
	case !s.AcceptedAt.IsZero():
		return "accepted by " + s.AcceptedBy
	case s.Usable():
		return "passed"
	default:
		return "refused"
	}
}

// signature is who does something to a set, and why.
type signature struct {
	By      string `help:"Who does it; the user of this session when absent." placeholder:"NAME"`
	Because string `required:"" help:"Why." placeholder:"TEXT"`
}

func (s signature) sign() (by, why string, err error) {
	by, why = strings.TrimSpace(s.By), strings.TrimSpace(s.Because)
	if why == "" {
		return "", "", assay.Errorf(assay.Invalid, "say it with --because", "a reason is missing")
	}
	if by == "" {
		me, err := user.Current()
		if err != nil {
			return "", "", fmt.Errorf("find out who you are: %w; say it with --by", err)
		}
		by = me.Username
	}
	return by, why, nil
}

type acceptCmd struct {
	Set string `arg:"" help:"Name of the refused set."`
	signature
}

func (c acceptCmd) Run(ctx context.Context, io console, all *cli) error {
	by, why, err := c.sign()
	if err != nil {
		return err
	}
	return app.WithExisting(ctx, all.Home, func(h *app.Home) error {
		set, err := h.DB.AcceptDataSet(ctx, c.Set, by, why)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(io.out, "%s accepted by %s at %s; it was refused because %s\n",
			set.Name, set.AcceptedBy, set.AcceptedAt.Format(time.RFC3339), set.Refusal)
		return err
	})
}

type retireCmd struct {
	Set string `arg:"" help:"Name of the set."`
	signature
}

func (c retireCmd) Run(ctx context.Context, io console, all *cli) error {
	by, why, err := c.sign()
	if err != nil {
		return err
	}
	return app.WithExisting(ctx, all.Home, func(h *app.Home) error {
		if err := h.DB.RetireDataSet(ctx, c.Set, by, why); err != nil {
			return err
		}
		_, err := fmt.Fprintf(io.out, "%s retired by %s; its bars and the results on it stay\n", c.Set, by)
		return err
	})
}

func printJSON(io console, v any) error {
	e := json.NewEncoder(io.out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
