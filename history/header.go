package history

import (
	"bytes"
	"slices"
	"strings"
)

// aliases are the names under which files call our columns, in lower case.
var aliases = [len(fields)][]string{
	{
		"time", "ts", "timestamp", "timestamp_utc", "time_utc", "datetime", "datetime_utc", "date", "ts_event", "start",
	},
	{"open", "o"},
	{"high", "h"},
	{"low", "l"},
	{"close", "c", "last"},
	{"volume", "vol", "v"},
	{"contract", "symbol", "instrument", "raw_symbol", "ticker"},
}

// contract is the only field that a file may lack.
const contract = len(fields) - 1

// layout says where a file's columns are.
type layout struct {
	separator byte
	columns   int                 // in each line
	place     [len(fields)]int    // place of each field in a line, or -1
	ours      []int               // field at each place, or -1
	names     [len(fields)]string // what the file calls them
}

// readHeader finds the columns in the first line.
func (r *reader) readHeader(line []byte, mapping map[string]string) (layout, error) {
	if err := checkMapping(mapping); err != nil {
		return layout{}, err
	}
	line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
	l := layout{separator: separatorOf(line)}
	var names []string
	for part := range bytes.SplitSeq(line, []byte{l.separator}) {
		names = append(names, string(unquote(part)))
	}
	l.columns = len(names)
	if isNumber(names[0]) {
		return l, r.wrong("put one above it, such as ts,open,high,low,close,volume", "there is no header line")
	}
	for f := range fields {
		place, err := r.find(names, f, mapping[fields[f]])
		if err != nil {
			return l, err
		}
		l.place[f] = place
	}
	l.ours = slices.Repeat([]int{-1}, l.columns)
	for f, place := range l.place {
		if place < 0 {
			continue
		}
		if other := l.ours[place]; other >= 0 {
			return l, r.wrong("map each to a column of its own", "%s and %s are both the column %s",
				fields[other], fields[f], cite(names[place]))
		}
		l.ours[place], l.names[f] = f, shown(names[place])
	}
	return l, nil
}

// find returns the place of a field: where the mapping says, or the first
// alias that the header knows.
func (r *reader) find(names []string, f int, mapped string) (int, error) {
	if mapped != "" {
		if at := slices.Index(names, mapped); at >= 0 {
			return at, nil
		}
		return -1, r.wrong("the file has "+listed(names), "there is no column %s", cite(mapped))
	}
	for _, alias := range aliases[f] {
		for at, name := range names {
			if strings.EqualFold(name, alias) {
				return at, r.alone(names, f, at)
			}
		}
	}
	if f == contract {
		return -1, nil
	}
	return -1, r.wrong("name it with --columns "+fields[f]+"=NAME; the file has "+listed(names),
		"there is no column of the %s", fields[f])
}

// alone refuses a header whose "date" and "time" are two halves of one time:
// such times are mostly in some local zone that the file does not say.
func (r *reader) alone(names []string, f, at int) error {
	if f != 0 {
		return nil
	}
	for other, name := range names {
		if other != at && (strings.EqualFold(name, "date") || strings.EqualFold(name, "time")) {
			return r.wrong("give one column with the whole time in UTC, or choose it with --columns time=NAME",
				"both %s and %s could be the time", cite(names[at]), cite(name))
		}
	}
	return nil
}

func separatorOf(line []byte) byte {
	for _, c := range []byte{',', ';', '\t'} {
		if bytes.IndexByte(line, c) >= 0 {
			return c
		}
	}
	return ','
}

// unquote takes spaces and one pair of quotes off.
func unquote(s []byte) []byte {
	if n := len(s); n > 0 && s[0] > '"' && s[n-1] > '"' {
		return s // the common case, in which there is nothing to take off
	}
	s = bytes.TrimSpace(s)
	if n := len(s); n >= 2 && s[0] == '"' && s[n-1] == '"' {
		return s[1 : n-1]
	}
	return s
}

func isNumber(s string) bool {
	_, number := parseNano([]byte(s))
	var c clock
	_, stamp := c.parse([]byte(s))
	return number || stamp
}
