package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"assay"
	"assay/badge"
	"assay/bot"
	"assay/client"
	"assay/health"
)

// healthCmd asks how ready the laboratory is. One in which LAB cannot work is
// Unavailable; a provider that is not configured is not.
type healthCmd struct {
	Server string `help:"Address of a running Assay; the one that serves this home when absent." env:"ASSAY_SERVER" placeholder:"URL"`
	JSON   bool   `name:"json" help:"Print the answer as JSON."`
}

func (c healthCmd) Run(ctx context.Context, io console, all *cli) error {
	server, err := all.server(c.Server)
	if err != nil {
		return err
	}
	r, err := client.New(server).Readiness(ctx)
	if err != nil {
		return err
	}
	if err := printReadiness(io, r, c.JSON); err != nil {
		return err
	}
	if !r.Gates.Of(bot.Lab).Allowed {
		return assay.Errorf(assay.Unavailable, "the remedies stand above", "LAB cannot work")
	}
	return nil
}

// verifyCmd asks the providers now. When one of them does not pass, or there
// is none to ask, it is Unavailable.
type verifyCmd struct {
	Provider string `arg:"" optional:"" help:"One of databento, polygon, ironbeam, tradovate and redis; all that are configured when absent."`
	Server   string `help:"Address of a running Assay; the one that serves this home when absent." env:"ASSAY_SERVER" placeholder:"URL"`
	JSON     bool   `name:"json" help:"Print the answer as JSON."`
}

func (c verifyCmd) Run(ctx context.Context, io console, all *cli) error {
	server, err := all.server(c.Server)
	if err != nil {
		return err
	}
	r, err := client.New(server).Verify(ctx, c.Provider)
	if err != nil {
		return err
	}
	if err := printReadiness(io, r, c.JSON); err != nil {
		return err
	}
	if r.Notice != nil && !r.Notice.Good {
		return assay.Errorf(assay.Unavailable, "the remedies stand above", "%s", strings.TrimSuffix(r.Notice.Text, "."))
	}
	return nil
}

// server is the address that was given, or that of the Assay of this home.
func (c *cli) server(given string) (string, error) {
	if given != "" {
		return given, nil
	}
	return c.Home.Server()
}

// printReadiness prints what the drawer shows.
func printReadiness(io console, r health.Readiness, asJSON bool) error {
	if asJSON {
		return printJSON(io, r)
	}
	w := tabwriter.NewWriter(io.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\t%s\n\n", r.Status, r.Summary)
	for _, stage := range bot.Stages {
		fmt.Fprintf(w, "%s\t%s\n", stage, r.Gates.Of(stage).Text)
	}
	for _, b := range r.Blockers {
		fmt.Fprintf(w, "\n%s\n%s. %s\n", b.Message, b.Scope, b.Fix)
	}
	fmt.Fprintln(w)
	for _, p := range r.Providers {
		fmt.Fprintf(w, "%s\t%s\t%s\n", p.Name, word(p.Status), joined(lines(p, r.GeneratedAt), p.Reason, p.Said, p.Fix))
	}
	fmt.Fprintln(w)
	for _, c := range r.Checks {
		fmt.Fprintf(w, "%s\t%s\t%s\n", c.Label, word(c.Status), joined(aged(c.Detail, c.Since, c.Age, r.GeneratedAt), c.Fix))
	}
	if r.Notice != nil {
		fmt.Fprintf(w, "\n%s\n", r.Notice.Text)
	}
	return w.Flush()
}

// word is a status as the drawer prints it.
func word(s health.Status) string { return strings.ReplaceAll(string(s), "_", " ") }

func lines(p health.Provider, now time.Time) string {
	var all []string
	for _, l := range p.Lines {
		all = append(all, aged(l.Text, l.Since, l.Age, now))
	}
	return strings.Join(all, " · ")
}

func aged(text string, since *time.Time, form badge.AgeForm, now time.Time) string {
	if since == nil {
		return text
	}
	return text + " " + badge.Age(form, *since, now)
}

func joined(texts ...string) string {
	var all []string
	for _, t := range texts {
		if t != "" {
			all = append(all, t)
		}
	}
	return strings.Join(all, " · ")
}
