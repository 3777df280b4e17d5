package strategy

import "strings"

// suggestion is the remedy for an unknown name: the nearest known one, or all
// of them when none is near and they are few.
func suggestion(name string, known []string) string {
	switch best := nearest(name, known); {
	case best != "":
		return `did you mean "` + best + `"?`
	case len(known) <= 12:
		return "use one of " + strings.Join(known, ", ")
	}
	return "docs/language.md lists the words"
}

// nearest returns the known name with the fewest edits from name, or "" when
// more than a third of it would have to change.
func nearest(name string, known []string) string {
	if len(name) > 40 {
		return ""
	}
	best, fewest := "", max(1, len(name)/3)+1
	for _, k := range known {
		if d := edits(name, k); d < fewest {
			best, fewest = k, d
		}
	}
	return best
}

// edits is the Levenshtein distance.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
