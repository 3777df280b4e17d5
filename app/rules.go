package app

import (
	"context"
	"fmt"
	"os"

	"assay"
	"assay/bot"
	"assay/market"
	"assay/strategy"
)

// Rules returns the strategy that a word of the command line stands for: that
// of a file, else the current one of the bot with this id, else that of the
// starter with this name or id. Only a bot needs a home.
func Rules(ctx context.Context, p Place, what string) (s *strategy.Strategy, err error) {
	switch {
	case isFile(what):
		return fileRules(what)
	case !p.Exists():
		return starterRules(what)
	}
	err = WithHome(ctx, p, func(h *Home) error {
		s, _, err = h.rules(ctx, what)
		return err
	})
	return s, err
}

// rules is Rules in an open home, with the capital that is at stake.
func (h *Home) rules(ctx context.Context, what string) (*strategy.Strategy, market.Money, error) {
	if isFile(what) {
		s, err := fileRules(what)
		return s, starterCapital, err
	}
	b, err := h.DB.Bot(ctx, bot.ID(what))
	if assay.KindOf(err) == assay.NotFound {
		s, err := starterRules(what)
		return s, starterCapital, err
	}
	if err != nil {
		return nil, 0, err
	}
	v, err := h.DB.Version(ctx, b.VersionID)
	if err != nil {
		return nil, 0, err
	}
	s, err := strategy.Parse([]byte(v.Source), fmt.Sprintf("version %d of %s", v.ID, b.ID))
	return s, b.Capital, err
}

// isFile says whether there is a file of this name. A folder is none: it may
// be called like a bot.
func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && !info.IsDir()
}

func fileRules(name string) (*strategy.Strategy, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, assay.Errorf(assay.Invalid, "choose a file you may read", "the strategy cannot be read: %v", err)
	}
	return strategy.Parse(text, name)
}

func starterRules(what string) (*strategy.Strategy, error) {
	for _, starter := range strategy.Library() {
		if what == starter.Name || what == starter.ID() {
			return strategy.Parse(starter.Source, starter.File)
		}
	}
	return nil, assay.Errorf(assay.NotFound, "see assay bots and assay strategy ls",
		"%s is neither a strategy file, nor the id of a bot of this home, nor the name or the id of a starter", what)
}
