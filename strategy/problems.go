package strategy

import (
	"cmp"
	"errors"
	"slices"
	"unicode"

	"go.yaml.in/yaml/v3"

	"assay"
)

// maxProblems bounds what is reported at once.
const maxProblems = 10

// problem is one error with its place in the file, counted from 1.
type problem struct {
	line, column int
	message, fix string
}

// problems collects the errors of one file.
type problems struct {
	name  string
	lines []string
	list  []problem
}

func (p *problems) add(line, column int, message, fix string) {
	p.list = append(p.list, problem{line, column, message, fix})
}

func (p *problems) at(n *yaml.Node, message, fix string) { p.add(n.Line, n.Column, message, fix) }

// err joins the first problems in the order of the file, one a line; nil when
// there are none.
func (p *problems) err() error {
	slices.SortStableFunc(p.list, func(a, b problem) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column))
	})
	var list []error
	for _, q := range p.list[:min(len(p.list), maxProblems)] {
		list = append(list, assay.Errorf(assay.Invalid, q.fix, "%s:%d:%d: %s", p.name, q.line, q.column, q.message))
	}
	return errors.Join(list...)
}

// inside reports a problem at a byte offset of a scalar's value. YAML folds
// the white space of long scalars, so what is counted are the other characters.
func (p *problems) inside(n *yaml.Node, offset int, message, fix string) {
	solid := len(solids(n.Value[:offset]))
	atEnd := solid == len(solids(n.Value)) && solid > 0
	if atEnd {
		solid-- // there is nothing to point at: point behind the last
	}
	line, column := n.Line, n.Column
	switch n.Style {
	case yaml.SingleQuotedStyle, yaml.DoubleQuotedStyle:
		column++
	case yaml.LiteralStyle, yaml.FoldedStyle:
		line, column = line+1, 1
	}
	for ; line <= len(p.lines); line, column = line+1, 1 {
		for i, r := range []rune(p.lines[line-1]) {
			switch {
			case i < column-1 || unicode.IsSpace(r):
			case solid > 0:
				solid--
			case atEnd:
				p.add(line, i+2, message, fix)
				return
			default:
				p.add(line, i+1, message, fix)
				return
			}
		}
	}
	p.at(n, message, fix)
}

// solids returns the characters that are not white space.
func solids(s string) []rune {
	return slices.DeleteFunc([]rune(s), unicode.IsSpace)
}
