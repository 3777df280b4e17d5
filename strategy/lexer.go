package strategy

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// token is a piece of a rule. kind is 'n' for a number, 't' for a time of day,
// 'w' for a word, 's' for a symbol and 0 for the end.
type token struct {
	kind  byte
	text  string
	value float64
	at    int // byte offset in the rule
}

// maxTokens bounds a rule, and with it every recursion over its tree.
const maxTokens = 500

// lex splits a rule. It stops at the first thing that is not part of the
// language and returns it as a flaw at that offset.
func lex(rule string) ([]token, int, *flaw) {
	var list []token
	for i := 0; i < len(rule); {
		c := rule[i]
		start := i
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
			continue
		case isDigit(c) && isClock(rule[i:]):
			for i < len(rule) && (isDigit(rule[i]) || rule[i] == ':') {
				i++
			}
			minute, ok := minuteOf(rule[start:i])
			if !ok {
				return nil, start, &flaw{-1, clip(rule[start:i]) + " is not a time of day", "write for example 09:30"}
			}
			list = append(list, token{'t', rule[start:i], float64(minute), start})
		case isDigit(c):
			i = numberEnd(rule, i)
			v, err := strconv.ParseFloat(rule[start:i], 64)
			if err != nil || v > 1e9 || i-start > 20 {
				return nil, start, &flaw{
					-1, "the number " + clip(rule[start:i]) + " is too large or too long",
					"use at most 1,000,000,000 and 20 digits",
				}
			}
			list = append(list, token{'n', rule[start:i], v, start})
		case isLetter(c):
			for i < len(rule) && (isLetter(rule[i]) || isDigit(rule[i])) {
				i++
			}
			list = append(list, token{'w', rule[start:i], 0, start})
		default:
			text := symbol(rule[i:])
			if text == "" {
				r, _ := utf8.DecodeRuneInString(rule[i:])
				return nil, start, &flaw{-1, "unexpected " + strconv.QuoteRune(r), stray(r)}
			}
			i += len(text)
			list = append(list, token{'s', text, 0, start})
		}
		if len(list) > maxTokens {
			return nil, start, &flaw{
				-1, "the rule is longer than " + strconv.Itoa(maxTokens) + " words and signs",
				"make it shorter",
			}
		}
	}
	return append(list, token{at: len(rule)}), 0, nil
}

// isClock says that digits begin which a colon follows.
func isClock(s string) bool {
	after := strings.TrimLeft(s, "0123456789")
	return strings.HasPrefix(after, ":")
}

func numberEnd(s string, i int) int {
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	if i+1 < len(s) && s[i] == '.' && isDigit(s[i+1]) {
		for i++; i < len(s) && isDigit(s[i]); i++ {
		}
	}
	return i
}

func symbol(s string) string {
	for _, t := range []string{"<=", ">=", "==", "!=", "<", ">", "+", "-", "*", "/", "(", ")", ",", "."} {
		if strings.HasPrefix(s, t) {
			return t
		}
	}
	return ""
}

// stray is the remedy for a sign of some other language.
func stray(r rune) string {
	switch r {
	case '&':
		return `write "and"`
	case '|':
		return `write "or"`
	case '!':
		return `write "not"`
	case '=':
		return `write "==" to compare`
	case '%':
		return "write a plain number, such as 0.5 for 50 %"
	}
	return "rules are made of words, numbers, + - * / < <= > >= == != . , and parentheses"
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' }

// clip shortens what a person wrote for use in a sentence; what a terminal
// would obey and not print is a question mark.
func clip(s string) string {
	const most = 40
	s = strings.Map(func(c rune) rune {
		if odd(c) {
			return '?'
		}
		return c
	}, s)
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
