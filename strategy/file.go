package strategy

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"

	"assay"
	"assay/market"
)

// maxFile is the largest strategy file in bytes; ours have about one thousand.
const maxFile = 64 << 10

// Parse reads and type-checks a strategy file. name stands before the line and
// column of every error; up to ten errors are joined, one a line, in the order
// of the file.
func Parse(text []byte, name string) (*Strategy, error) {
	if len(text) > maxFile {
		return nil, assay.Errorf(assay.Invalid, "a strategy file has at most 64 kB",
			"%s: %d bytes are too long", name, len(text))
	}
	root, err := document(text, name)
	if err != nil {
		return nil, err
	}
	r := &reader{problems: problems{name: name, lines: strings.Split(string(text), "\n")}}
	s := r.strategy(root)
	if err := r.err(); err != nil {
		return nil, err
	}
	return s, nil
}

// document returns the root node of the only YAML document in the text.
func document(text []byte, name string) (*yaml.Node, error) {
	var doc, more yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(text))
	switch err := d.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, assay.Errorf(assay.Invalid,
			"write at least strategy, symbol, bars, session, enter and exit", "%s:1:1: the file is empty", name)
	case err != nil:
		return nil, notYAML(err, name)
	}
	switch err := d.Decode(&more); {
	case errors.Is(err, io.EOF):
		return doc.Content[0], nil
	case err != nil:
		return nil, notYAML(err, name)
	}
	return nil, assay.Errorf(assay.Invalid, "keep one strategy in a file",
		"%s:%d:1: a second document begins", name, more.Line)
}

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)

func notYAML(err error, name string) error {
	place, message := name, strings.TrimPrefix(err.Error(), "yaml: ")
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		place, message = name+":"+m[1], strings.TrimPrefix(err.Error(), m[0])
	}
	return assay.Errorf(assay.Invalid, "mind the indentation, and quote text with a colon or a quote in it",
		"%s: not YAML: %s", place, message)
}

// reader turns nodes into a Strategy and collects what is wrong.
type reader struct {
	problems
	params   []Param
	used     map[string]bool
	contract market.Contract // zero when the symbol is wrong
	session  SessionKind
	doubtful bool // the parameters are wrong themselves
}

func (r *reader) strategy(root *yaml.Node) *Strategy {
	f := r.fields(root, "a strategy",
		"strategy", "symbol", "bars", "session", "params", "enter", "exit", "limits")
	if f == nil {
		return nil
	}
	for _, need := range []string{"strategy", "symbol", "bars", "session", "enter", "exit"} {
		if f[need] == nil {
			r.at(root, `"`+need+`" is missing`, "add it; "+examples[need])
		}
	}
	before := len(r.list)
	params := r.readParams(f["params"])
	r.doubtful = len(r.list) > before
	s := &Strategy{
		Name: r.name(f["strategy"]), Symbol: r.symbol(f["symbol"]), Session: r.kind(f["session"]),
		Params: params,
	}
	s.Bars = r.interval(f["bars"], s.Session)
	r.params, r.used, r.session = s.Params, map[string]bool{}, s.Session
	s.Enter = r.enter(f["enter"])
	s.Exit = r.exit(f["exit"])
	s.Account = r.account(f["limits"])
	r.whole(s, f)
	return s
}

var examples = map[string]string{
	"strategy": `for example strategy: "Opening range breakout"`,
	"symbol":   "for example symbol: MES",
	"bars":     "for example bars: 5m",
	"session":  "RTH is the day session, ETH all hours",
	"enter":    "for example enter: {long: close crosses above vwap}",
	"exit":     "for example exit: {stop: 2 * atr(14), at_close: true}",
}

// whole checks what no single line shows.
func (r *reader) whole(s *Strategy, f map[string]*yaml.Node) {
	if n := f["enter"]; n != nil && s.Enter.Long == nil && s.Enter.Short == nil && len(r.list) == 0 {
		r.at(n, "the strategy never enters", "give enter a long or a short rule")
	}
	if n := f["exit"]; n != nil && len(r.list) == 0 && s.Exit == (Exit{}) && !s.Account.Reverse {
		r.at(n, "a position would never be closed", "give exit a stop, a target, a rule, flat or at_close")
	}
	if s.Account.Reverse && (s.Enter.AtLong != nil || s.Enter.AtShort != nil) {
		r.at(f["limits"], "a limit order cannot turn a position", "remove reverse, or enter at the market")
	}
	for i, p := range s.Params {
		if !r.used[p.Name] && len(r.list) == 0 {
			r.at(f["params"].Content[2*i], `no rule uses the parameter "`+p.Name+`"`, "use it or remove it")
		}
	}
}

func (r *reader) name(n *yaml.Node) string {
	s, ok := r.scalar(n)
	if ok && (strings.TrimSpace(s) != s || len(s) > 80 || strings.ContainsFunc(s, odd)) {
		r.at(n, "the name is longer than 80 letters, or has odd characters or blanks around it", "give it a short name")
	}
	return s
}

// odd characters have no place in a name that is printed and shown.
func odd(c rune) bool { return !unicode.IsPrint(c) || c == unicode.ReplacementChar }

var symbolShape = regexp.MustCompile(`^[A-Z0-9]{1,5}$`)

func (r *reader) symbol(n *yaml.Node) string {
	s, ok := r.scalar(n)
	if !ok {
		return s
	}
	if !symbolShape.MatchString(s) {
		r.at(n, strconv.Quote(clip(s))+" is not the root of a contract", "write for example MES")
		return s
	}
	contract, err := market.ContractOf(s)
	if e, unknown := errors.AsType[*assay.Error](err); unknown {
		r.at(n, e.Message, e.Fix)
	}
	r.contract = contract
	return s
}

func (r *reader) kind(n *yaml.Node) SessionKind {
	s, ok := r.scalar(n)
	if ok && s != string(RTH) && s != string(ETH) {
		r.at(n, strconv.Quote(clip(s))+" is not a session", "write RTH for the day session or ETH for all hours")
	}
	return SessionKind(s)
}

// intervals are the lengths of bars that divide a session.
var intervals = []string{"1m", "5m", "10m", "15m", "30m", "1h"}

func (r *reader) interval(n *yaml.Node, session SessionKind) time.Duration {
	s, ok := r.scalar(n)
	switch {
	case !ok:
		return 0
	case !slices.Contains(intervals, s):
		r.at(n, strconv.Quote(clip(s))+" is not a length of bars", "use one of "+strings.Join(intervals, ", "))
	case s == "1h" && session == RTH:
		r.at(n, "a day session does not begin on the hour", "use 30m or shorter, or session: ETH")
	}
	d, _ := time.ParseDuration(s)
	return d
}
