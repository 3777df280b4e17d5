package main

import (
	"context"
	"fmt"

	"assay/client"
)

type pauseCmd struct {
	Bots    []string `arg:"" optional:"" name:"bot" help:"Bots to hold back, or a stage; the whole fleet when absent."`
	Because string   `required:"" help:"Why; it is shown as the reason why a bot is held." placeholder:"TEXT"`
	serverFlag
}

func (c pauseCmd) Run(ctx context.Context, io console, all *cli) error {
	server, err := c.client(all)
	if err != nil {
		return err
	}
	state, err := server.Pause(ctx, orAll(c.Bots), c.Because)
	if err != nil {
		return err
	}
	if state.Changed == 0 {
		fmt.Fprintf(io.out, "nothing to do: %s is paused for that reason already\n", state.Scope)
	} else {
		fmt.Fprintf(io.out, "paused: %s; what runs now runs to its end\n", state.Scope)
	}
	return printPaused(io, state)
}

type resumeCmd struct {
	Bots    []string `arg:"" optional:"" name:"bot" help:"Bots to let go on, or a stage; the whole fleet when absent."`
	Because string   `required:"" help:"Why." placeholder:"TEXT"`
	serverFlag
}

func (c resumeCmd) Run(ctx context.Context, io console, all *cli) error {
	server, err := c.client(all)
	if err != nil {
		return err
	}
	state, err := server.Resume(ctx, orAll(c.Bots), c.Because)
	if err != nil {
		return err
	}
	if state.Changed == 0 {
		fmt.Fprintf(io.out, "nothing to do: %s is not paused\n", state.Scope)
	} else {
		fmt.Fprintf(io.out, "resumed: %s\n", state.Scope)
	}
	return printPaused(io, state)
}

func orAll(words []string) []string {
	if len(words) == 0 {
		return []string{"ALL"}
	}
	return words
}

// printPaused says what is paused now: resuming the fleet leaves bots paused
// that were paused one by one.
func printPaused(io console, s client.PauseState) error {
	fleet := "the fleet is not paused"
	if s.FleetPaused {
		fleet = "the fleet is paused: " + s.Reason
	}
	row := "nothing was written"
	if s.AuditID != 0 {
		row = fmt.Sprintf("row %d of the audit log", s.AuditID)
	}
	_, err := fmt.Fprintf(io.out, "%s; paused one by one: %d; %s\n", fleet, s.BotsPaused, row)
	return err
}
