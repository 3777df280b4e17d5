package tradovate

import (
	"context"
	"fmt"
	"time"

	"assay/health"
	"assay/provider/wire"
)

// Account is one of the user's.
type Account struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	UserID   int64  `json:"userId"`
	Type     string `json:"accountType"`
	Active   bool   `json:"active"`
	Archived bool   `json:"archived"`
	Legal    string `json:"legalStatus"`
}

// Accounts lists the user's accounts, and says how far the broker's clock is
// from ours, at least.
func (c *Client) Accounts(ctx context.Context) (accounts []Account, skew time.Duration, err error) {
	answer, err := c.call(ctx, wire.Request{Name: "accounts", Path: "/account/list"}, &accounts)
	return accounts, answer.Skew, err
}

// judge looks for our account among them.
func (c *Client) judge(accounts []Account) error {
	ours := c.config.Account
	for _, a := range accounts {
		switch usable := a.Active && !a.Archived; {
		case ours == "" && usable, usable && a.is(ours):
			return nil
		case ours != "" && a.is(ours):
			return finding(health.NoAccount, "the account %.40q is not active", ours)
		}
	}
	if ours != "" {
		return finding(health.NoAccount, "the user has no account %.40q", ours)
	}
	return finding(health.NoAccount, "none of the user's %d accounts is active", len(accounts))
}

func (a Account) is(ours string) bool { return a.Name == ours || fmt.Sprint(a.ID) == ours }

func finding(code health.Code, format string, args ...any) error {
	return &wire.Finding{Code: code, Detail: fmt.Sprintf(format, args...)}
}
