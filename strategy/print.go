package strategy

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Print writes the canonical text of a strategy: Parse(Print(s)) equals s,
// and two files that mean the same print the same bytes.
func (s *Strategy) Print() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "strategy: %s\n", quote(s.Name))
	s.printRules(&b)
	return b.Bytes()
}

func (s *Strategy) printRules(b *bytes.Buffer) {
	fmt.Fprintf(b, "symbol: %s\nbars: %s\nsession: %s\n", quote(s.Symbol), printBars(s.Bars), s.Session)
	if len(s.Params) > 0 {
		b.WriteString("params:\n")
	}
	for _, p := range s.Params {
		fmt.Fprintf(b, "  %s: {default: %s, min: %s, max: %s, step: %s}\n", p.Name,
			printNumber(p.Default), printNumber(p.Min), printNumber(p.Max), printNumber(p.Step))
	}
	section(b, "enter", rule("long", s.Enter.Long), rule("short", s.Enter.Short), rule("when", s.Enter.When),
		s.Enter.printAt(), rule("for", s.Enter.For))
	e := s.Exit
	section(b, "exit", rule("stop", e.Stop), rule("trail", e.Trail), rule("target", e.Target),
		rule("long", e.Long), rule("short", e.Short), rule("after", e.After),
		entry("flat", fmt.Sprintf("%q", e.Flat), e.Flat != ""), entry("at_close", "true", e.AtClose))
	a := s.Account
	section(b, "limits", entry("contracts", fmt.Sprint(a.Contracts), true),
		entry("trades_per_day", fmt.Sprint(a.TradesPerDay), a.TradesPerDay > 0),
		entry("daily_loss", printNumber(a.DailyLoss), a.DailyLoss > 0), entry("reverse", "true", a.Reverse))
}

// printAt prints one place for both sides as one.
func (e Enter) printAt() string {
	switch {
	case e.AtLong == nil:
		return rule("at", e.AtShort)
	case e.AtShort == nil || e.AtLong.String() == e.AtShort.String():
		return rule("at", e.AtLong)
	}
	return "  at:\n  " + rule("long", e.AtLong) + "  " + rule("short", e.AtShort)
}

func section(b *bytes.Buffer, name string, entries ...string) {
	lines := strings.Join(entries, "")
	if lines == "" {
		fmt.Fprintf(b, "%s: {}\n", name)
		return
	}
	fmt.Fprintf(b, "%s:\n%s", name, lines)
}

func rule(key string, e Expr) string {
	if e == nil {
		return ""
	}
	return entry(key, e.String(), true)
}

func entry(key, value string, present bool) string {
	if !present {
		return ""
	}
	return "  " + key + ": " + value + "\n"
}

var plain = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9 _-]*$`)

// quote leaves plain words as they are and quotes what YAML could take for
// something else.
func quote(s string) string {
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
	default:
		if plain.MatchString(s) {
			return s
		}
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func printBars(d time.Duration) string {
	if d%time.Hour == 0 {
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dm", d/time.Minute)
}

// Hash is the hex SHA-256 of the canonical text: the identity of a strategy
// version.
func (s *Strategy) Hash() string { return hash(s.Print()) }

// RuleHash is the hex SHA-256 of what is executed: the rules with the values
// of the parameters in their places, without names and ranges. values may be
// nil for the defaults.
func (s *Strategy) RuleHash(values map[string]float64) (string, error) {
	bound, err := s.substitute(values)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	bound.printRules(&b)
	return hash(b.Bytes()), nil
}

func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
