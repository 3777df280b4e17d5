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

// edits is how many letters are changed, added, removed or exchanged with
// their neighbour on the way from a to b (Damerau, Comm. ACM 7, 1964).
func edits(a, b string) int {
	var before []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			change := row[j]
			if a[i] != b[j] {
				change++
			}
			next[j+1] = min(change, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
