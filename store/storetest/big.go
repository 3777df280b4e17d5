package storetest

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"assay/store"
)

// AddBigFleet adds n bots in LAB, each with two completed jobs and the session
// of the last, straight into the tables of a SQLite database. Sessions ended
// ago before now, spread over as much time again, so that not all are due at once.
func AddBigFleet(t testing.TB, db *store.DB, n int, ago time.Duration) {
	t.Helper()
	set := AddDataSet(t, db, DataSet("SIM-ES", "f1"))
	AddBot(t, db, "a-template")
	session := CompleteJob(t, db, StartJob(t, db, "a-template", "w"), set)
	plain, err := sql.Open("sqlite", "file:"+db.Path()+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	tx, err := plain.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	at := func(n int) string { // a time for row i
		return fmt.Sprintf(`strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ', $1, printf('-%%d seconds', %d + (i * 37) %% %d))`,
			int(ago.Seconds())+n, int(ago.Seconds()))
	}
	now := store.Time{Time: db.Now()}
	const id = `printf('bot-%06d', i)`
	c := copier{t, tx, fmt.Sprintf(`with recursive n(i) as (values (1) union all select i + 1 from n where i < %d) `, n)}
	c.copy("bots", "id = 'a-template'", now, map[string]string{
		"id": id, "name": `printf('Bot %06d', i)`, "version_id": "null", "created_at": at(600),
	})
	c.copy("strategy_versions", "bot_id = 'a-template'", now, map[string]string{"bot_id": id})
	c.exec(`update bots set version_id = (select v.id from strategy_versions v where v.bot_id = bots.id)`)
	for range 2 {
		c.copy("bot_jobs", "bot_id = 'a-template'", now, map[string]string{
			"bot_id": id, "created_at": at(60), "started_at": at(30), "completed_at": at(0),
		})
	}
	c.copy("backtest_sessions", fmt.Sprintf("id = %d", session), now, map[string]string{
		"bot_id": id, "job_id": `(select max(j.id) from bot_jobs j where j.bot_id = ` + id + `)`,
		"version_id":     `(select b.version_id from bots b where b.id = ` + id + `)`,
		"job_created_at": at(60), "created_at": at(30), "completed_at": at(0),
	})
	c.exec(`update counters set value = value + 1 where name = 'revision'`)
	c.exec(`update bots set revision = (select value from counters where name = 'revision')`)
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// copier inserts copies of a row.
type copier struct {
	testing.TB
	tx   *sql.Tx
	rows string // a table n of numbers i
}

func (c copier) exec(query string, args ...any) {
	c.Helper()
	if _, err := c.tx.ExecContext(c.Context(), query, args...); err != nil {
		c.Fatal(err)
	}
}

// copy inserts a copy of the row that where picks for each number, with some
// columns changed. Their expressions may use i, and $1, the time now.
func (c copier) copy(table, where string, now store.Time, change map[string]string) {
	c.Helper()
	var columns, values []string
	names, err := c.tx.QueryContext(c.Context(), `select name from pragma_table_info($1)`, table)
	if err != nil {
		c.Fatal(err)
	}
	defer names.Close()
	for names.Next() {
		var name string
		if err := names.Scan(&name); err != nil {
			c.Fatal(err)
		}
		value, changed := change[name]
		if name == "id" && !changed {
			continue
		}
		if !changed {
			value = "t." + name
		}
		columns, values = append(columns, name), append(values, value)
	}
	if err := names.Err(); err != nil {
		c.Fatal(err)
	}
	c.exec(c.rows+fmt.Sprintf(`insert into %s (%s) select %s from n, (select *, $1 from %s where %s limit 1) t`,
		table, strings.Join(columns, ", "), strings.Join(values, ", "), table, where), now)
}
