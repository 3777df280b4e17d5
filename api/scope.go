package api

import (
	"encoding/json"
	"errors"

	"github.com/danielgtaylor/huma/v2"

	"assay/bot"
)

// Scope is the scope of an act on the wire: a word, ALL or a stage, or a list
// of bots' ids.
type Scope []string

// maxScope is how many bots one act may name one by one.
const maxScope = 10_000

// UnmarshalJSON reads one word or a list of them.
func (s *Scope) UnmarshalJSON(text []byte) error {
	var word string
	if json.Unmarshal(text, &word) == nil {
		*s = Scope{word}
		return nil
	}
	var words []string
	if json.Unmarshal(text, &words) != nil {
		return errors.New("a scope is a word or a list of words")
	}
	*s = words
	return nil
}

// Schema tells huma of both forms.
func (Scope) Schema(huma.Registry) *huma.Schema {
	word, most := &huma.Schema{Type: huma.TypeString}, maxScope
	s := &huma.Schema{
		OneOf:       []*huma.Schema{word, {Type: huma.TypeArray, Items: word, MaxItems: &most}},
		Description: "ALL, or a stage such as LAB, or a list of bots' ids",
	}
	s.PrecomputeMessages()
	return s
}

func (s Scope) parse() (bot.Scope, error) { return bot.ParseScope(s...) }
