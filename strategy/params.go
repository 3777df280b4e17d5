package strategy

import (
	"math"
	"regexp"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

var paramShape = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// maxParams bounds the parameters of a strategy: more could fit any history.
const maxParams = 16

func (r *reader) readParams(n *yaml.Node) []Param {
	if n == nil {
		return nil
	}
	f := r.fields(n, "params")
	if len(f) > maxParams {
		r.at(n, "more than 16 parameters", "fewer parameters overfit less")
		return nil
	}
	var list []Param
	for i := 0; f != nil && i < len(n.Content); i += 2 {
		p := r.param(n.Content[i], n.Content[i+1])
		if find(p.Name) == nil { // else the rules that use the word are right
			list = append(list, p)
		}
	}
	return list
}

func (r *reader) param(key, n *yaml.Node) Param {
	before := len(r.list)
	p := Param{Name: key.Value}
	if !paramShape.MatchString(p.Name) {
		r.at(key, strconv.Quote(clip(p.Name))+" is not a name for a parameter",
			"use small letters, digits and _, such as stop_atr")
	} else if slices.Contains(Words(), p.Name) || slices.Contains(keywords, p.Name) {
		r.at(key, `"`+p.Name+`" is a word of the language`,
			"choose another name for the parameter, such as my_"+p.Name)
	}
	f := r.fields(n, "a parameter", "default", "min", "max", "step")
	if f == nil {
		return p
	}
	for _, need := range []string{"default", "min", "max", "step"} {
		if f[need] == nil {
			r.at(n, `"`+need+`" is missing`, "write for example {default: 1.5, min: 0.5, max: 3, step: 0.25}")
			return p
		}
	}
	p.Default, p.Min = r.number(f["default"]), r.number(f["min"])
	p.Max, p.Step = r.number(f["max"]), r.number(f["step"])
	if len(r.list) == before {
		r.ranges(p, f)
	}
	return p
}

func (r *reader) ranges(p Param, f map[string]*yaml.Node) {
	span := printNumber(p.Min) + " to " + printNumber(p.Max)
	switch {
	case p.Min > p.Max:
		r.at(f["min"], "the min "+printNumber(p.Min)+" of "+p.Name+" is above its max "+printNumber(p.Max),
			"exchange them")
	case p.Default < p.Min || p.Default > p.Max:
		r.at(f["default"], "the default "+printNumber(p.Default)+" of "+p.Name+" is outside "+span,
			"move it inside or widen the range")
	case p.Step <= 0:
		r.at(f["step"], "the step of "+p.Name+" is not above 0", "write for example 0.25")
	case !divides(p.Step, p.Max-p.Min):
		r.at(f["step"], "the step "+printNumber(p.Step)+" of "+p.Name+" does not divide the range "+span,
			"choose a step that reaches the max from the min")
	case !divides(p.Step, p.Default-p.Min):
		r.at(f["default"], "the default "+printNumber(p.Default)+" of "+p.Name+
			" is not a whole number of steps above its min", "choose min + a multiple of "+printNumber(p.Step))
	}
}

// divides allows for decimals that binary numbers cannot hold.
func divides(step, span float64) bool {
	k := span / step
	return k <= 1e6 && math.Abs(k-math.Round(k)) < 1e-6
}
