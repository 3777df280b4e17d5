package bot

import (
	"slices"
	"strings"

	"assay"
)

// Scope says which bots an operator's act is for: the whole fleet, those of a
// stage, or some by their ids. The zero Scope is for none.
type Scope struct {
	All   bool
	Stage Stage
	IDs   []ID // sorted, each once
}

// scopeAll is the word for the whole fleet.
const scopeAll = "ALL"

// Of is the scope of some bots.
func Of(ids ...ID) Scope {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return Scope{IDs: slices.Compact(ids)}
}

// ParseScope reads ALL, or a stage, or the ids of bots.
func ParseScope(words ...string) (Scope, error) {
	var ids []ID
	for _, word := range words {
		switch word = strings.TrimSpace(word); {
		case word == "":
			return Scope{}, assay.Errorf(assay.Invalid, scopeFix, "scope: one of its words is empty")
		case word == scopeAll && len(words) == 1:
			return Scope{All: true}, nil
		case slices.Contains(Stages[:], Stage(word)) && len(words) == 1:
			return Scope{Stage: Stage(word)}, nil
		case word == scopeAll || slices.Contains(Stages[:], Stage(word)):
			return Scope{}, assay.Errorf(assay.Invalid, scopeFix, "scope: %s stands alone or not at all", word)
		}
		ids = append(ids, ID(word))
	}
	if len(ids) == 0 {
		return Scope{}, assay.Errorf(assay.Invalid, scopeFix, "scope: it names no bot")
	}
	return Of(ids...), nil
}

const scopeFix = "give ALL, or a stage such as LAB, or the ids of bots"

// String prints the scope as ParseScope reads it, ids with commas between.
func (s Scope) String() string {
	switch {
	case s.All:
		return scopeAll
	case s.Stage != "":
		return string(s.Stage)
	}
	words := make([]string, len(s.IDs))
	for i, id := range s.IDs {
		words[i] = string(id)
	}
	return strings.Join(words, ",")
}
