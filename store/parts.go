package store

import (
	"fmt"
	"slices"
	"strings"
)

// parts are how many rows one statement writes, largest first. Few sizes keep
// the statements few, so that they stay prepared.
var parts = [...]int{64, 16, 4, 1}

// atOnce is how many of n rows the next statement writes.
func atOnce(n int) int { return parts[slices.IndexFunc(parts[:], func(p int) bool { return p <= n })] }

// inParts calls do for a list of values, some at a time: list is what belongs
// between the parentheses of "in ()", and part holds its arguments.
func inParts(values []any, do func(list string, part []any) error) error {
	for len(values) > 0 {
		n := atOnce(len(values))
		marks := make([]string, n)
		for i := range marks {
			marks[i] = fmt.Sprintf("$%d", i+1)
		}
		if err := do(strings.Join(marks, ", "), values[:n:n]); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}
