package databento

import (
	"context"
	"net/http"

	"assay/provider/wire"
)

// StandInHeader is what a stand-in of ours says of data that it made up.
const StandInHeader = "X-Assay-Simulated"

// Records is a stream of DBN, packed with zstd, while it comes. Close it.
type Records struct {
	*wire.Stream
	Partial   bool     // some symbols did not resolve on some days
	Simulated bool     // a stand-in made it up
	Warnings  []string // Databento's own words
}

// Records buys records. Each call is paid for, also a repeated one, so that
// it is tried again only before the answer begins.
func (c *Client) Records(ctx context.Context, q Query) (*Records, error) {
	const method = "timeseries.get_range"
	form := q.form()
	form.Set("stype_out", "instrument_id")
	form.Set("encoding", "dbn")
	form.Set("compression", "zstd")
	s, err := c.http.Stream(ctx, wire.Request{Name: method, Path: path(method), Form: form, Cost: q.Cost})
	if err != nil {
		return nil, err
	}
	return &Records{
		Stream: s, Partial: s.Status == http.StatusPartialContent,
		Simulated: s.Header.Get(StandInHeader) != "", Warnings: warnings(s.Answer, c.clean),
	}, nil
}
