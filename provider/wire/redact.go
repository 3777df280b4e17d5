package wire

import (
	"cmp"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// longestDetail bounds what is repeated of an answer, in letters.
const longestDetail = 240

// shortestSecret is the length below which a word is no secret but would be
// struck out of half the sentences.
const shortestSecret = 4

// redactor strikes out secrets, also as addresses and basic authentication
// write them.
func redactor(secrets []string) *strings.Replacer {
	var forms []string
	for _, s := range secrets {
		if len(s) < shortestSecret {
			continue
		}
		forms = append(forms, s, url.QueryEscape(s), url.PathEscape(s),
			base64.StdEncoding.EncodeToString([]byte(s)), base64.StdEncoding.EncodeToString([]byte(s+":")))
	}
	slices.SortFunc(forms, func(a, b string) int { return cmp.Compare(len(b), len(a)) }) // the longer first
	var pairs []string
	for _, form := range forms {
		pairs = append(pairs, form, "•••")
	}
	return strings.NewReplacer(pairs...)
}

// Clean makes words from outside fit for a sentence: one line, printable, not
// long, and without secrets.
func (c *Client) Clean(words string) string { return clean(c.redact, words) }

func clean(redact *strings.Replacer, words string) string {
	words = redact.Replace(words)
	letters := 0
	var out strings.Builder
	for word := range strings.FieldsSeq(words) {
		if out.Len() > 0 {
			out.WriteByte(' ')
		}
		for _, r := range word {
			if letters++; letters > longestDetail {
				return out.String() + "…"
			}
			if !unicode.IsPrint(r) {
				r = '�'
			}
			out.WriteRune(r)
		}
	}
	return out.String()
}
