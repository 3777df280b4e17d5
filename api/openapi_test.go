package api

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestDocumentIsTheSameEveryTime(t *testing.T) {
	a, err := OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	b, err := OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Error("two documents of the same API differ")
	}
}

func TestDocumentHasNoNullableList(t *testing.T) {
	raw, err := OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	walk(doc, "", func(path string, node map[string]any) {
		types, _ := node["type"].([]any)
		if len(types) == 2 && types[0] == "array" {
			t.Errorf("%s: the list may be null", path)
		}
	})
}

// walk calls see with every object of a JSON value.
func walk(v any, path string, see func(path string, node map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		see(path, v)
		for key, child := range v {
			walk(child, path+"/"+key, see)
		}
	case []any:
		for _, child := range v {
			walk(child, path+"/", see)
		}
	}
}
