package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"text/tabwriter"

	"assay"
	"assay/app"
	"assay/market"
	"assay/strategy"
	"assay/task"
)

type strategyCmd struct {
	Lint    lintCmd       `cmd:"" help:"Find every mistake in strategy files, with its place and remedy."`
	Ls      strategyLsCmd `cmd:"" name:"ls" help:"List the starter library."`
	Show    showCmd       `cmd:"" help:"Print the canonical text of a file, a bot or a starter."`
	Explain explainCmd    `cmd:"" help:"Say in plain English what a file, a bot or a starter does."`
}

type lintCmd struct {
	Files []string `arg:"" name:"file" help:"Strategy files."`
}

func (c lintCmd) Run(to console) error {
	var wrong []error
	for _, file := range c.Files {
		s, err := lint(file)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		fmt.Fprintf(to.out, "%s: %s trades %s on bars of %s; hash %.16s\n", file, s.Name, s.Symbol, task.IntervalName(s.Bars), s.Hash())
	}
	return errors.Join(wrong...)
}

func lint(file string) (*strategy.Strategy, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, assay.Errorf(assay.NotFound, "check the path", "there is no file %s", file)
	}
	if info, statErr := os.Stat(file); statErr == nil && info.IsDir() {
		return nil, assay.Errorf(assay.Invalid, "name the files in it: "+filepath.Join(file, "*.yaml"), "%s is a folder", file)
	}
	if err != nil {
		return nil, assay.Errorf(assay.Invalid, "choose a file you may read", "the strategy cannot be read: %v", err)
	}
	s, err := strategy.Parse(text, file)
	if err != nil {
		return nil, err
	}
	contract, err := market.ContractOf(s.Symbol)
	if err == nil {
		_, err = strategy.Compile(s, contract, nil)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return s, nil
}

type strategyLsCmd struct{}

func (strategyLsCmd) Run(to console) error {
	w := tabwriter.NewWriter(to.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tID\tSYMBOL\tBARS\tHASH")
	for _, starter := range strategy.Library() {
		s, err := strategy.Parse(starter.Source, starter.File)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%.16s\n", s.Name, starter.ID(), s.Symbol, task.IntervalName(s.Bars), s.Hash())
	}
	return w.Flush()
}

type showCmd struct {
	What string `arg:"" name:"file|bot|starter" help:"A strategy file, the id of a bot, or the name or id of a starter."`
}

func (c showCmd) Run(ctx context.Context, to console, all *cli) error {
	s, err := app.Rules(ctx, all.Home, c.What)
	if err != nil {
		return err
	}
	_, err = to.out.Write(s.Print())
	return err
}

type explainCmd struct {
	What string `arg:"" name:"file|bot|starter" help:"A strategy file, the id of a bot, or the name or id of a starter."`
}

func (c explainCmd) Run(ctx context.Context, to console, all *cli) error {
	s, err := app.Rules(ctx, all.Home, c.What)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(to.out, strategy.Explain(s))
	return err
}
