package strategy

import (
	"embed"
	"path"
	"strings"
)

//go:embed library/*.yaml
var library embed.FS

// Starter is a strategy that comes with Assay.
type Starter struct {
	Name   string // as in the file, e.g. "MES ORB Breakout"
	File   string // e.g. "mes_orb_breakout.yaml", for error messages
	Source []byte
}

// ID returns the id of the bot that starts with these rules, e.g.
// "mes-orb-breakout".
func (s Starter) ID() string { return strings.ReplaceAll(strings.ToLower(s.Name), " ", "-") }

// Library returns the starter strategies, ordered by file name.
func Library() []Starter {
	entries, err := library.ReadDir("library")
	if err != nil {
		panic("the embedded library reads: " + err.Error())
	}
	var list []Starter
	for _, e := range entries {
		source, err := library.ReadFile(path.Join("library", e.Name()))
		if err != nil {
			panic("the embedded library reads: " + err.Error())
		}
		s, err := Parse(source, e.Name())
		if err != nil {
			panic("the library is right: " + err.Error())
		}
		list = append(list, Starter{s.Name, e.Name(), source})
	}
	return list
}
