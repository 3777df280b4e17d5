package proof

import (
	"cmp"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"
)

// differing names the first field in which two rows of one type differ, in the
// words of the table; "" when none does.
func differing[T any](row string, stored, again T) string {
	was, is := flatten("", reflect.ValueOf(stored)), flatten("", reflect.ValueOf(again))
	for i := range max(len(was), len(is)) {
		switch {
		case i >= len(was):
			return fmt.Sprintf("%s: %s is not stored, and is %s when run again", row, is[i].name, is[i].text)
		case i >= len(is):
			return fmt.Sprintf("%s: %s is stored as %s, and is not there when run again", row, was[i].name, was[i].text)
		case was[i] != is[i]:
			return fmt.Sprintf("%s: %s is stored as %s, and is %s when run again", row, was[i].name, was[i].text, is[i].text)
		}
	}
	return ""
}

// field is one value of a row in its exact text.
type field struct{ name, text string }

// flatten lists the fields of a value, those of structs inside it included.
func flatten(name string, v reflect.Value) (all []field) {
	if text, ok := plain(v); ok {
		return []field{{name, text}}
	}
	switch v.Kind() {
	case reflect.Pointer:
		return flatten(name, v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			all = append(all, flatten(fmt.Sprintf("%s[%d]", name, i), v.Index(i))...)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			spelled, _, _ := strings.Cut(cmp.Or(f.Tag.Get("json"), f.Name), ",")
			inner := strings.Trim(name+"."+snake(spelled), ".")
			if f.Anonymous {
				inner = name
			}
			all = append(all, flatten(inner, v.Field(i))...)
		}
	default:
		panic("proof: a row holds a " + v.Type().String())
	}
	return all
}

// plain prints a value that is one cell.
func plain(v reflect.Value) (text string, ok bool) {
	switch x := v.Interface().(type) {
	case json.RawMessage:
		return string(x), true
	case time.Time:
		return x.UTC().Format(time.RFC3339Nano), true
	case encoding.TextMarshaler, fmt.Stringer:
		return fmt.Sprint(x), v.Kind() != reflect.Pointer || !v.IsNil()
	}
	switch v.Kind() {
	case reflect.Pointer:
		return "undefined", v.IsNil()
	case reflect.Slice, reflect.Struct:
		return "", false
	default:
		return fmt.Sprint(v.Interface()), true
	}
}

// snake spells a name of ours as the tables do: EntryWhy is entry_why.
func snake(name string) string {
	var b strings.Builder
	small := false
	for _, r := range strings.ReplaceAll(name, "PnL", "Pnl") {
		if unicode.IsUpper(r) && small {
			b.WriteByte('_')
		}
		small = unicode.IsLower(r)
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
