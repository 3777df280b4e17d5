package api

import (
	"context"
	"io"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"assay/store"
)

type overviewInput struct {
	Limit  int `query:"limit" default:"10000" minimum:"1" maximum:"10000"`
	Offset int `query:"offset" default:"0" minimum:"0" maximum:"1000000"`
}

// overview reads the whole fleet whatever the page, because the strip speaks
// of the whole fleet.
func (s *Server) overview(ctx context.Context, in *overviewInput) (*answer[overviewJSON], error) {
	out := Overview{Data: []Bot{}}
	var shown []*row
	err := s.db.View(ctx, func(tx *store.DB) error {
		rows, err := s.rows.read(ctx, tx)
		if err != nil {
			return err
		}
		shown = page(rows, in.Limit, in.Offset)
		out.Meta = Meta{Total: len(rows), Limit: in.Limit, Offset: in.Offset, GeneratedAt: tx.Now()}
		out.Strip, err = strip(ctx, tx, s.tally(rows, tx.Now()))
		return err
	})
	if err != nil {
		return nil, err
	}
	return &answer[overviewJSON]{s.overviewJSON(out, shown)}, nil
}

// overviewJSON is an Overview as it goes over the wire.
type overviewJSON struct{ bytes []byte }

// Schema tells huma what is in the bytes.
func (overviewJSON) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[Overview](), true, "")
}

// overviewJSON puts the rows, which know their JSON, into an overview without
// any.
func (s *Server) overviewJSON(empty Overview, rows []*row) overviewJSON {
	before, after := around(compact(empty), []byte("[]")) // the first list is Data
	looks, size := make([]*look, len(rows)), len(before)+len(after)+len("[]\n")
	for i, r := range rows {
		looks[i] = s.look(r, empty.Meta.GeneratedAt)
		size += looks[i].size() + len(",")
	}
	b := append(append(make([]byte, 0, size), before...), '[')
	for i, l := range looks {
		if i > 0 {
			b = append(b, ',')
		}
		b = l.appendTo(b)
	}
	return overviewJSON{append(append(append(b, ']'), after...), '\n')}
}

// writeJSON writes an answer; one that is JSON already, as it is.
func writeJSON(w io.Writer, v any) error {
	if ready, ok := v.(overviewJSON); ok {
		_, err := w.Write(ready.bytes)
		return err
	}
	return huma.DefaultJSONFormat.Marshal(w, v)
}
