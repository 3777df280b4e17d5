package engine

import (
	"testing"

	"assay/market"
)

// small is a ledger with something in every field.
func small() Ledger {
	trade := Trade{
		Side: market.Short, Qty: 2, Contract: "ESH4", EntryBar: 3, ExitBar: 9, Entry: 20_000, Exit: 19_990,
		EntryWhy: "close < low", ExitWhy: Targeted, FromRoll: true,
		Risk: 1, Gross: 2, Fees: 3, Net: -1, Ambiguous: true,
	}
	open := trade
	open.ExitWhy = 0
	return Ledger{
		Fills:  []Fill{{Bar: 3, Side: market.Short, Qty: 2, Price: 20_000, Reason: Entered}},
		Trades: []Trade{trade}, Open: &open,
		Days: []Day{{Date: 19_724, PnL: -15_625, LossLimit: true}},
	}
}

// The encoding is a promise: stored hashes are compared with new ones. If it
// has to change, Version has to rise.
func TestHashIsPinned(t *testing.T) {
	ledger := Hash(small())
	result := ResultHash(Inputs{Rule: "r", Data: "d", Costs: mes(), Seed: 1 << 63, Ledger: ledger})
	for _, c := range []struct{ what, got, want string }{
		{"ledger", ledger, "4c454e361433f4843e7546f79adce07fb47b05edee2b0d53d4445275b51785f1"},
		{"result", result, "3aef334d05a9d8bb775406f696239e5e3797b50ec9c77c565d2537674b246ffe"},
	} {
		if c.got != c.want {
			t.Errorf("%s hash %s, want %s", c.what, c.got, c.want)
		}
	}
}

// Every field of a ledger and of a result's inputs moves the hash.
func TestHashSeesEveryField(t *testing.T) {
	seen := map[string]string{Hash(small()): "nothing"}
	for what, change := range map[string]func(l *Ledger){
		"fill bar":        func(l *Ledger) { l.Fills[0].Bar++ },
		"fill side":       func(l *Ledger) { l.Fills[0].Side = market.Long },
		"fill qty":        func(l *Ledger) { l.Fills[0].Qty++ },
		"fill price":      func(l *Ledger) { l.Fills[0].Price++ },
		"fill reason":     func(l *Ledger) { l.Fills[0].Reason = Rolled },
		"no fill":         func(l *Ledger) { l.Fills = nil },
		"trade side":      func(l *Ledger) { l.Trades[0].Side = market.Long },
		"trade qty":       func(l *Ledger) { l.Trades[0].Qty++ },
		"trade contract":  func(l *Ledger) { l.Trades[0].Contract = "ESM4" },
		"trade entry bar": func(l *Ledger) { l.Trades[0].EntryBar++ },
		"trade exit bar":  func(l *Ledger) { l.Trades[0].ExitBar++ },
		"trade entry":     func(l *Ledger) { l.Trades[0].Entry++ },
		"trade exit":      func(l *Ledger) { l.Trades[0].Exit++ },
		"trade why":       func(l *Ledger) { l.Trades[0].EntryWhy = "other" },
		"trade exit why":  func(l *Ledger) { l.Trades[0].ExitWhy = Stopped },
		"trade roll":      func(l *Ledger) { l.Trades[0].FromRoll = false },
		"trade risk":      func(l *Ledger) { l.Trades[0].Risk++ },
		"trade gross":     func(l *Ledger) { l.Trades[0].Gross++ },
		"trade fees":      func(l *Ledger) { l.Trades[0].Fees++ },
		"trade net":       func(l *Ledger) { l.Trades[0].Net++ },
		"trade ambiguous": func(l *Ledger) { l.Trades[0].Ambiguous = false },
		"nothing open":    func(l *Ledger) { l.Open = nil },
		"open net":        func(l *Ledger) { l.Open.Net++ },
		"day date":        func(l *Ledger) { l.Days[0].Date++ },
		"day pnl":         func(l *Ledger) { l.Days[0].PnL++ },
		"day limit":       func(l *Ledger) { l.Days[0].LossLimit = false },
	} {
		l := small()
		change(&l)
		if other, ok := seen[Hash(l)]; ok {
			t.Errorf("%s and %s have one hash", what, other)
		}
		seen[Hash(l)] = what
	}
}

func TestResultHashSeesEveryInput(t *testing.T) {
	base := Inputs{Rule: "r", Data: "d", Costs: mes(), Ledger: "l"}
	seen := map[string]string{ResultHash(base): "nothing"}
	for what, change := range map[string]func(in *Inputs){
		"rule":        func(in *Inputs) { in.Rule = "rd" },
		"data":        func(in *Inputs) { in.Data = "rd" },
		"shifted":     func(in *Inputs) { in.Rule, in.Data = "", "rd" },
		"seed":        func(in *Inputs) { in.Seed++ },
		"ledger":      func(in *Inputs) { in.Ledger = "m" },
		"name":        func(in *Inputs) { in.Costs.Name = "stress" },
		"tick value":  func(in *Inputs) { in.Costs.TickValue++ },
		"fee":         func(in *Inputs) { in.Costs.Fee++ },
		"slip market": func(in *Inputs) { in.Costs.SlipMarket++ },
		"slip stop":   func(in *Inputs) { in.Costs.SlipStop++ },
		"slip limit":  func(in *Inputs) { in.Costs.SlipLimit++ },
		"through":     func(in *Inputs) { in.Costs.Through++ },
		"volume cap":  func(in *Inputs) { in.Costs.VolumeCap++ },
		"gap at open": func(in *Inputs) { in.Costs.GapAtOpen = true },
		"fill anyway": func(in *Inputs) { in.Costs.FillAnyway = true },
		"carry over":  func(in *Inputs) { in.Costs.CarryOver = true },
	} {
		in := base
		change(&in)
		if other, ok := seen[ResultHash(in)]; ok {
			t.Errorf("%s and %s have one hash", what, other)
		}
		seen[ResultHash(in)] = what
	}
}
