package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"assay/badge"
	"assay/bot"
	"assay/market"
)

// FleetFilter picks bots of the fleet; zero fields pick all. Rows come by name.
type FleetFilter struct {
	ID       bot.ID
	Stage    bot.Stage
	Symbol   string
	Search   string // part of the name, whatever its case
	Revision int64  // only bots changed after this revision
	Limit    int    // 0: no bound
	Offset   int
}

// FleetRow is everything shown about one bot in a list. Facts.JobsEver is 1 for
// any number of jobs, sessions and instances.
type FleetRow struct {
	Facts  badge.Facts // but StaleBeat, which is the caller's policy
	Result *FleetResult
}

// FleetResult is the bot's newest session that counts: completed, of the
// current strategy version, its job created at or after the metrics reset.
type FleetResult struct {
	SessionID   int64
	CompletedAt time.Time
	Trades      int
	NetPnL      market.Money
	MaxDrawdown market.Money
	Sharpe      *float64
	WinRate     *float64
	Equity      []float64 // PnL since the start in dollars, at most 32 points, oldest first
	Sim         bool
	DataSet     string
}

func (f FleetFilter) where() (sql string, args []any) {
	var all []string
	add := func(condition string, arg any) {
		args = append(args, arg)
		all = append(all, fmt.Sprintf(condition, len(args)))
	}
	if f.ID != "" {
		add("b.id = $%d", f.ID)
	}
	if f.Stage != "" {
		add("b.stage = $%d", f.Stage)
	}
	if f.Symbol != "" {
		add("b.symbol = $%d", f.Symbol)
	}
	if f.Search != "" {
		add(`lower(b.name) like '%%' || $%d || '%%' escape '\'`, likeText(f.Search))
	}
	if f.Revision > 0 {
		add("b.revision > $%d", f.Revision)
	}
	if len(all) == 0 {
		return "", nil
	}
	return " where " + strings.Join(all, " and "), args
}

func likeText(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(s))
}

// CountBots returns how many bots match, whatever the filter's limit.
func (db *DB) CountBots(ctx context.Context, f FleetFilter) (int, error) {
	where, args := f.where()
	return db.count(ctx, "bots", `select count(*) from bots b`+where, args...)
}

// StageCounts returns how many bots stand in each stage.
func (db *DB) StageCounts(ctx context.Context) (map[bot.Stage]int, error) {
	type count struct {
		stage bot.Stage
		n     int
	}
	scan := func(s scanner) (c count, err error) { return c, s.Scan(&c.stage, &c.n) }
	list, err := collect(ctx, db, "stage counts", scan, `select stage, count(*) from bots group by stage`)
	counts := map[bot.Stage]int{}
	for _, c := range list {
		counts[c.stage] = c.n
	}
	return counts, err
}

// Fleet returns everything shown about the bots that match, from one snapshot
// and in six queries, however many they are.
func (db *DB) Fleet(ctx context.Context, f FleetFilter) (rows []FleetRow, err error) {
	err = db.View(ctx, func(tx *DB) error {
		rows, err = tx.fleet(ctx, f)
		return err
	})
	return rows, err
}

// fleet gathers the parts and puts them together by bot. The picked bots are
// the same in every query, because all of them read one snapshot.
func (db *DB) fleet(ctx context.Context, f FleetFilter) ([]FleetRow, error) {
	where, args := f.where()
	limit := f.Limit
	if limit <= 0 {
		limit = 1 << 31
	}
	picked := fmt.Sprintf(` from (select * from bots b%s order by b.name, b.id limit %d offset %d) b`,
		where, limit, max(f.Offset, 0))
	rows, err := collect(ctx, db, "fleet", scanFleetBot, `select `+botColumns+`,
			case when exists (select 1 from bot_jobs x where x.bot_id = b.id)
				or exists (select 1 from backtest_sessions x where x.bot_id = b.id)
				or exists (select 1 from bot_instances x where x.bot_id = b.id) then 1 else 0 end`+picked+` order by b.name, b.id`, args...)
	if err != nil {
		return nil, err
	}
	at := make(map[bot.ID]*FleetRow, len(rows))
	for i := range rows {
		at[rows[i].Facts.Bot.ID] = &rows[i]
	}
	for _, add := range []func(context.Context, map[bot.ID]*FleetRow, string, []any) error{
		db.addActive, db.addLast, db.addPlans, db.addResults, db.addInstances,
	} {
		if err := add(ctx, at, picked, args); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func scanFleetBot(s scanner) (r FleetRow, err error) {
	return r, s.Scan(append(botInto(&r.Facts.Bot), &r.Facts.JobsEver)...)
}

func (db *DB) addActive(ctx context.Context, at map[bot.ID]*FleetRow, picked string, args []any) error {
	jobs, err := collect(ctx, db, "active jobs", scanJob, `select `+jobColumns+picked+`
		join bot_jobs j on j.bot_id = b.id and j.status in ('QUEUED', 'RUNNING')`, args...)
	for _, j := range jobs {
		at[bot.ID(j.BotID)].Facts.Active = &j
	}
	return err
}

func (db *DB) addLast(ctx context.Context, at map[bot.ID]*FleetRow, picked string, args []any) error {
	jobs, err := collect(ctx, db, "last jobs", scanJob, `select `+jobColumns+picked+`
		join bot_jobs j on j.id = `+lastEnded, args...)
	for _, j := range jobs {
		at[bot.ID(j.BotID)].Facts.Last = &j
	}
	return err
}

// lastEnded is the newest ended job of bot b: with one active job at a time,
// ids end in their order.
const lastEnded = `(select x.id from bot_jobs x where x.bot_id = b.id
	and x.status in ('COMPLETED', 'FAILED', 'CANCELLED') order by x.id desc limit 1)`

func (db *DB) addPlans(ctx context.Context, at map[bot.ID]*FleetRow, picked string, args []any) error {
	scan := func(s scanner) (id bot.ID, err error) {
		var next badge.Next
		var reason, detail string
		var due time.Time
		if err := s.Scan(&id, &reason, &detail, &next.Action, timeInto(&due), &next.Reason); err != nil {
			return id, err
		}
		if !due.IsZero() {
			next.DueAt = &due
		}
		facts := &at[id].Facts
		facts.Held, facts.HeldFor, facts.Next = reason, detail, &next
		return id, nil
	}
	_, err := collect(ctx, db, "bot plans", scan, `select p.bot_id, p.reason_code, p.detail, p.next_action,
		p.next_due_at, p.next_reason`+picked+` join bot_plans p on p.bot_id = b.id`, args...)
	return err
}

func (db *DB) addResults(ctx context.Context, at map[bot.ID]*FleetRow, picked string, args []any) error {
	scan := func(s scanner) (id bot.ID, err error) {
		var r FleetResult
		err = s.Scan(&id, &r.SessionID, timeInto(&r.CompletedAt), &r.Trades, moneyInto(&r.NetPnL),
			moneyInto(&r.MaxDrawdown), &r.Sharpe, &r.WinRate, jsonInto(&r.Equity), &r.Sim, &r.DataSet)
		if err == nil {
			at[id].Result = &r
		}
		return id, err
	}
	_, err := collect(ctx, db, "results", scan, `select s.bot_id, s.id, s.completed_at, s.total_trades, s.net_pnl,
			s.max_drawdown, s.sharpe, s.win_rate, s.equity_points, s.sim_data, s.data_set`+picked+`
		join backtest_sessions s on s.id = (
			select x.id from backtest_sessions x
			where x.bot_id = b.id and x.version_id = b.version_id and x.status = 'COMPLETED'
				and (b.metrics_reset_at is null or x.job_created_at >= b.metrics_reset_at)
			order by x.id desc limit 1)`, args...)
	return err
}

func (db *DB) addInstances(ctx context.Context, at map[bot.ID]*FleetRow, picked string, args []any) error {
	scan := func(s scanner) (id bot.ID, err error) {
		var i badge.Instance
		err = s.Scan(&id, &i.Status, timeInto(&i.LastHeartbeatAt), timeInto(&i.UpdatedAt))
		if err == nil {
			at[id].Facts.Instance = &i
		}
		return id, err
	}
	_, err := collect(ctx, db, "instances", scan, `select i.bot_id, i.status, i.last_heartbeat_at, i.updated_at`+picked+`
		join bot_instances i on i.id = (
			select x.id from bot_instances x where x.bot_id = b.id order by x.updated_at desc, x.id desc limit 1)`, args...)
	return err
}

// DataNeed is what bars some bot in LAB is to be tested on.
type DataNeed struct {
	Symbol   string
	Interval time.Duration
	Bots     int // in LAB that need it
}

// DataNeeds returns each symbol and interval of the bots in LAB once.
func (db *DB) DataNeeds(ctx context.Context) ([]DataNeed, error) {
	scan := func(s scanner) (n DataNeed, err error) {
		return n, s.Scan(&n.Symbol, secondsInto(&n.Interval), &n.Bots)
	}
	return collect(ctx, db, "data needs", scan, `select v.symbol, v.interval_seconds, count(*)
		from bots b join strategy_versions v on v.id = b.version_id
		where b.stage = 'LAB' group by v.symbol, v.interval_seconds order by v.symbol, v.interval_seconds`)
}
