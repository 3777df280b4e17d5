package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"assay/client"
)

type botsCmd struct {
	serverFlag
}

func (c botsCmd) Run(ctx context.Context, io console, all *cli) error {
	server, err := c.client(all)
	if err != nil {
		return err
	}
	bots, total, err := server.Bots(ctx, 10_000)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(io.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tSTAGE\tGEN\tNOW\tNET P&L\tTRADES\tDATA")
	for _, b := range bots {
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\t%s\n", b.ID, b.Stage, b.Generation, now(b),
			dollars(b.Metrics.NetPnl), count(b.Metrics.Trades), data(b))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if total > len(bots) {
		_, err = fmt.Fprintf(io.out, "%d of %d bots\n", len(bots), total)
	}
	return err
}

// now is what the page shows: the badges, or the next action.
func now(b client.Bot) string {
	var parts []string
	for _, badge := range b.BotNow.Badges {
		parts = append(parts, badge.Display)
	}
	if len(parts) == 0 && b.BotNow.Next != nil {
		parts = append(parts, "next: "+b.BotNow.Next.Action)
	}
	return strings.Join(parts, ", ")
}

func dollars(v *float64) string {
	if v == nil {
		return "—"
	}
	return fmt.Sprintf("%+.2f", *v)
}

func count(v *int) string {
	if v == nil {
		return "—"
	}
	return fmt.Sprint(*v)
}

// data names the set behind the figures.
func data(b client.Bot) string {
	if b.Metrics.SimData {
		return "SIM DATA"
	}
	return b.Metrics.DataSet
}
