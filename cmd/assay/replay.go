package main

import (
	"context"
	"fmt"

	"assay"
	"assay/app"
	"assay/proof"
)

type replayCmd struct {
	Session int64 `arg:"" optional:"" help:"Number of a stored session."`
	All     bool  `help:"Replay every session, oldest first."`
	Checks  bool  `help:"Make its checks again too, which takes several times as long."`
}

func (c replayCmd) Run(ctx context.Context, to console, all *cli) error {
	if (c.Session > 0) == c.All {
		return assay.Errorf(assay.Invalid, "write assay replay 7, or assay replay --all", "name one session, or all of them")
	}
	return app.WithExisting(ctx, all.Home, func(h *app.Home) error {
		if !c.All {
			return c.one(ctx, to, h, c.Session)
		}
		ids, err := h.DB.SessionIDs(ctx)
		if err != nil {
			return err
		}
		return c.each(ctx, to, h, ids)
	})
}

// one prints the result hash that the session has again.
func (c replayCmd) one(ctx context.Context, to console, h *app.Home, id int64) error {
	r, err := proof.Rerun(ctx, h.DB, h.Bars, id, c.Checks)
	if err != nil {
		return err
	}
	if r.Difference != "" {
		return assay.Errorf(assay.Internal, "trust neither until you know which of them changed: the rows or the program",
			"session %d of %s does not replay: %s", id, r.Session.BotID, r.Difference)
	}
	_, err = fmt.Fprintf(to.out, "session %d of %s on %s%s\nresult %s\n", id, r.Session.BotID, r.Session.DataSet,
		simSuffix(r.Session.Sim), r.ResultHash)
	return err
}

// each goes on after a session that does not replay: one bad row shall not
// hide another.
func (c replayCmd) each(ctx context.Context, to console, h *app.Home, ids []int64) error {
	bad := 0
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := c.one(ctx, to, h, id); err != nil {
			bad++
			complain(to.err, err)
		}
	}
	if bad > 0 {
		return assay.Errorf(assay.Internal, "the reasons stand above", "%d of %d sessions do not replay", bad, len(ids))
	}
	if len(ids) == 0 {
		_, err := fmt.Fprintln(to.out, "there are no sessions yet; assay serve makes them")
		return err
	}
	compared := "trades, equity, metrics and hashes"
	if c.Checks {
		compared = "trades, equity, metrics, hashes and checks"
	}
	_, err := fmt.Fprintf(to.out, "%d sessions replayed: %s are those stored\n", len(ids), compared)
	return err
}

func simSuffix(sim bool) string {
	if sim {
		return "  SIM DATA"
	}
	return ""
}
