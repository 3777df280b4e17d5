package app

import (
	"context"
	"fmt"

	"assay"
	"assay/bot"
	"assay/market"
	"assay/store"
	"assay/strategy"
)

// starterCapital is what each starter bot is allocated.
const starterCapital = 50_000 * market.Dollar

// addStarters puts the starter library into LAB when there is no bot yet.
func addStarters(ctx context.Context, db *store.DB) error {
	return db.InTx(ctx, func(tx *store.DB) error {
		if n, err := tx.CountBots(ctx, store.FleetFilter{}); err != nil || n > 0 {
			return err
		}
		for _, starter := range strategy.Library() {
			err := addStarter(ctx, tx, starter)
			if assay.KindOf(err) == assay.Conflict {
				return nil // another server of this database has just added them all
			}
			if err != nil {
				return fmt.Errorf("add starter bot %s: %w", starter.Name, err)
			}
		}
		return nil
	})
}

func addStarter(ctx context.Context, tx *store.DB, starter strategy.Starter) error {
	s, err := strategy.Parse(starter.Source, starter.File)
	if err != nil {
		return err
	}
	_, err = tx.CreateBot(ctx,
		bot.Bot{ID: bot.ID(starter.ID()), Name: s.Name, Symbol: s.Symbol, PromotionMode: bot.Manual, Capital: starterCapital},
		store.Version{Hash: s.Hash(), Source: string(s.Print()), Symbol: s.Symbol, Interval: s.Bars, Origin: "STARTER"})
	return err
}
