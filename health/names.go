package health

import (
	"slices"
	"strings"

	"assay"
)

// olderIDs maps the ids by which earlier systems called the providers.
var olderIDs = map[string]ProviderID{
	"data_bento":             Databento,
	"databento_historical":   Databento,
	"databento_live":         Databento,
	"market_data":            Databento,
	"market_data_historical": Databento,
	"market_data_live":       Databento,
	"market_data_backup":     Polygon,
	"massive":                Polygon,
	"polygon_io":             Polygon,
	"broker":                 Ironbeam,
	"broker_ironbeam":        Ironbeam,
	"iron_beam":              Ironbeam,
	"broker_tradovate":       Tradovate,
	"trado_vate":             Tradovate,
	"redis_cache":            Redis,
	"redis_queue":            Redis,
}

// Normalise returns the provider that an id means: one of the five, or an
// older name of one. What it does not know is an error that names it.
func Normalise(id string) (ProviderID, error) {
	key := strings.NewReplacer("-", "_", ".", "_", " ", "_").Replace(strings.ToLower(strings.TrimSpace(id)))
	if slices.Contains(Providers[:], ProviderID(key)) {
		return ProviderID(key), nil
	}
	if known, found := olderIDs[key]; found {
		return known, nil
	}
	return "", assay.Errorf(assay.NotFound, string(fixUnknownProvider), string(sayUnknownProvider), id)
}
