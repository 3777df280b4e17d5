package history

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What files hold may be anything, escape sequences of terminals included.
// Nothing of it gets into a sentence but through the functions here.

// longestCited bounds what is cited of a file, in letters as they are printed.
const longestCited = 80

// cite quotes a part of a file, cut where it is long.
func cite[T string | []byte](part T) string {
	quoted := strconv.Quote(string(part[:min(len(part), longestCited)]))
	if len(part) <= longestCited && utf8.RuneCountInString(quoted) <= longestCited {
		return quoted
	}
	var out strings.Builder
	letters := 1
	for _, c := range string(part[:min(len(part), longestCited)]) {
		letter := strings.Trim(strconv.QuoteRune(c), "'")
		if letters += utf8.RuneCountInString(letter); letters > longestCited-2 {
			break
		}
		out.WriteString(letter)
	}
	return `"` + out.String() + `…"`
}

// shown leaves short printable words as they are and cites all else.
func shown[T string | []byte](part T) string {
	s := string(part)
	if s == "" || len(s) > longestCited/2 || !printable(s) {
		return cite(s)
	}
	return s
}

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(c rune) bool { return !unicode.IsPrint(c) || c == '"' })
}

// listed joins names of a file, as many as are easily read.
func listed(names []string) string {
	var out strings.Builder
	for i, name := range names {
		if out.Len() > 2*longestCited {
			fmt.Fprintf(&out, " and %d more", len(names)-i)
			break
		}
		if i > 0 {
			out.WriteString(", ")
		}
		out.WriteString(shown(name))
	}
	return out.String()
}

// baseName is a file's name without its folder, for errors.
func baseName(path string) string { return pathName(filepath.Base(path)) }

// pathName is a path for errors; whoever named the file named it.
func pathName(path string) string {
	if len(path) > 5*longestCited {
		path = "…" + strings.ToValidUTF8(path[len(path)-longestCited:], "")
	}
	if !printable(path) {
		return strconv.Quote(path)
	}
	return path
}
