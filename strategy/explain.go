package strategy

import (
	"fmt"
	"strings"
)

// Explain says in plain English what a strategy does: where it enters and
// leaves, its limits, and each parameter with its range. The same strategy
// gives the same text.
func Explain(s *Strategy) string {
	t := teller(defaults(s.Params))
	var b strings.Builder
	session := "in the day session"
	if s.Session == ETH {
		session = "at all hours"
	}
	fmt.Fprintf(&b, "%s\n\nIt trades %s of %s on bars of %s, %s. It decides at the close of a bar.\n",
		s.Name, counted(s.Account.Contracts, "contract"), s.Symbol, counted(int(s.Bars.Minutes()), "minute"), session)
	t.side(&b, s, "buys", "below", s.Enter.Long, s.Enter.AtLong)
	t.side(&b, s, "sells short", "above", s.Enter.Short, s.Enter.AtShort)
	list(&b, "It leaves", t.exits(s.Exit), "or")
	list(&b, "It keeps to these limits", limits(s.Account), "and")
	if len(s.Params) > 0 {
		b.WriteString("\nIts parameters may be tuned:\n")
	}
	for _, p := range s.Params {
		fmt.Fprintf(&b, "- %s is %s, from %s to %s in steps of %s.\n", p.Name,
			printNumber(p.Default), printNumber(p.Min), printNumber(p.Max), printNumber(p.Step))
	}
	return b.String()
}

// side says when and how one side is entered.
func (t teller) side(b *strings.Builder, s *Strategy, verb, better string, rule, at Expr) {
	if rule == nil {
		return
	}
	lead := "It " + verb + " at the next open when"
	if at != nil {
		place := "at " + t.expr(at, "")
		if at.Type() == DistanceType {
			place = t.expr(at, "") + " " + better + " the close"
		}
		lead = "It " + verb + " with a limit order " + place + ", which waits for " + t.expr(s.Enter.For, "bars") + ", when"
	}
	conditions := t.conjuncts(rule.(*node))
	if s.Enter.When != nil {
		conditions = append(conditions, t.conjuncts(s.Enter.When.(*node))...)
	}
	list(b, lead, conditions, "and")
}

// conjuncts says what has to be true, each part of an "and" by itself.
func (t teller) conjuncts(n *node) []string {
	if n.op == opBinary && n.text == "and" {
		return append(t.conjuncts(n.args[0]), t.conjuncts(n.args[1])...)
	}
	return []string{t.within(n, precAnd, "")}
}

func (t teller) expr(e Expr, unit string) string { return t.say(e.(*node), unit) }

func (t teller) exits(e Exit) (all []string) {
	place := func(what string, e Expr) {
		switch {
		case e == nil:
		case e.Type() == DistanceType:
			all = append(all, what+" that is "+t.expr(e, "")+" from the fill")
		default:
			all = append(all, what+" at "+t.expr(e, ""))
		}
	}
	place("at a stop", e.Stop)
	if e.Trail != nil {
		all = append(all, "at a stop that follows the best price at a distance of "+t.expr(e.Trail, ""))
	}
	place("at a target", e.Target)
	if e.Long != nil {
		all = append(all, "a long at the next open when "+t.expr(e.Long, ""))
	}
	if e.Short != nil {
		all = append(all, "a short at the next open when "+t.expr(e.Short, ""))
	}
	if e.After != nil {
		all = append(all, "at the open after it was held for "+t.expr(e.After, "bars"))
	}
	if e.Flat != "" {
		all = append(all, "at the first open from "+e.Flat+" in Chicago on")
	}
	if e.AtClose {
		all = append(all, "at the session's close")
	}
	return all
}

func limits(a Account) (all []string) {
	if a.TradesPerDay > 0 {
		all = append(all, "at most "+counted(a.TradesPerDay, "trade")+" a day")
	}
	if a.DailyLoss > 0 {
		all = append(all, "out for the day once it has lost "+printNumber(a.DailyLoss)+" dollars")
	}
	if a.Reverse {
		all = append(all, "an entry against the position turns it")
	}
	return all
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprint(n, " ", what, "s")
}

// list writes a sentence whose parts stand on lines of their own.
func list(b *strings.Builder, lead string, parts []string, joint string) {
	if len(parts) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s:\n", lead)
	for i, part := range parts {
		end := ","
		switch i {
		case len(parts) - 2:
			end = ", " + joint
		case len(parts) - 1:
			end = "."
		}
		fmt.Fprintf(b, "- %s%s\n", part, end)
	}
}
