package tradovate_test

import (
	"strings"
	"testing"

	"assay/health"
	"assay/internal/leak"
	"assay/provider/standin"
	"assay/provider/standin/tradovate"
	client "assay/provider/tradovate"
)

// TestItsSettingsMakeAClient speaks over the loopback interface, as assay
// standin does.
func TestItsSettingsMakeAClient(t *testing.T) {
	leak.Check(t)
	l, err := standin.Listen(t.Context(), 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	service, err := tradovate.StandIn().Start(l, standin.Options{})
	if err != nil {
		t.Fatal(err)
	}
	set := map[string]string{}
	for _, s := range service.Settings {
		set[s.Name] = s.Value
	}
	c, err := client.New(client.Config{
		Name: set["TRADOVATE_NAME"], Password: set["TRADOVATE_PASSWORD"], AppID: set["TRADOVATE_APP_ID"], CID: set["TRADOVATE_CID"],
		Secret: set["TRADOVATE_SECRET"], URL: set["TRADOVATE_URL"], MarketDataURL: set["TRADOVATE_MD_URL"],
	})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(c.Address(), "http://127.0.0.1:") {
		t.Errorf("it is at %s", c.Address())
	}
	for _, probe := range c.Probes() {
		if v := c.Verify(t.Context(), probe); v.Outcome != health.Passed {
			t.Errorf("%+v", v)
		}
	}
	c.Close()
	if err := service.Close(); err != nil {
		t.Error(err)
	}
}
