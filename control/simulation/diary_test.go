package simulation

import (
	"context"

	"assay/job"
	"assay/store"
)

// diary makes SQLite write down every change that the oracle judges, in the
// transaction that makes it. Nothing of it depends on package store.
const diary = `
create table diary (
  id integer primary key, kind text not null, job integer, bot text, type text, class text,
  status0 text, status1 text, attempt0 integer, attempt1 integer, lease0 integer, lease1 integer,
  admitted0 text, admitted1 text, most integer, worker0 text, beat0 text, started0 text, not_before0 text, not_before1 text,
  at text,
  a integer, b integer, c integer, words text, more text
);
create trigger diary_job after insert on bot_jobs begin
  insert into diary (kind, job, bot, type, class, status1, attempt1, lease1, admitted1, most, at)
  values ('enqueued', new.id, new.bot_id, new.job_type, new.class, new.status, new.attempt, new.lease_seq, new.admitted_at,
    new.max_attempts, new.created_at);
end;
create trigger diary_change after update on bot_jobs
when (old.status, old.attempt, old.lease_seq, old.worker_id, old.admitted_at is null, old.completed_at is null)
  is not (new.status, new.attempt, new.lease_seq, new.worker_id, new.admitted_at is null, new.completed_at is null) begin
  insert into diary (kind, job, bot, type, class, status0, status1, attempt0, attempt1, lease0, lease1, admitted0, admitted1,
    most, worker0, beat0, started0, not_before0, not_before1, at)
  values ('changed', new.id, new.bot_id, new.job_type, new.class, old.status, new.status, old.attempt, new.attempt,
    old.lease_seq, new.lease_seq, old.admitted_at, new.admitted_at, new.max_attempts, old.worker_id, old.heartbeat_at,
    old.started_at, old.not_before, new.not_before, coalesce(new.completed_at, new.started_at));
end;
create trigger diary_attempt after update on job_attempts when old.ended_at is null and new.ended_at is not null begin
  insert into diary (kind, job, type) values ('closed', new.job_id, new.outcome);
end;
create trigger diary_delete after delete on bot_jobs begin
  insert into diary (kind, job, bot) values ('deleted', old.id, old.bot_id);
end;
create trigger diary_session after insert on backtest_sessions begin
  insert into diary (kind, job, bot) values ('result', new.job_id, new.bot_id);
end;
create trigger diary_tick after insert on planner_ticks begin
  insert into diary (kind, a, b, c, words, more, at) values ('tick', new.bots_evaluated, new.jobs_enqueued, new.bots_held,
    new.held_by_reason, new.error, new.finished_at);
end;
create trigger diary_plan after insert on bot_plans begin
  insert into diary (kind, bot, type, words, more, at, a) values ('plan', new.bot_id, new.reason_code, new.detail,
    new.next_action, new.next_due_at, new.next_reason <> '');
end;
create trigger diary_replan after update on bot_plans begin
  insert into diary (kind, bot, type, words, more, at, a) values ('plan', new.bot_id, new.reason_code, new.detail,
    new.next_action, new.next_due_at, new.next_reason <> '');
end;
create trigger diary_lease after insert on leases begin
  insert into diary (kind, words, b, at) values ('lease', new.holder, new.term, new.expires_at);
end;
create trigger diary_lead after update on leases begin
  insert into diary (kind, words, more, a, b, beat0, at) values ('lease', new.holder, old.holder, old.term, new.term,
    old.expires_at, new.expires_at);
end;
`

// entry is one line of the diary.
type entry struct {
	id                      int64
	kind                    string
	job                     int64
	bot, kindOfJob, class   string
	status0, status1        job.Status
	attempt0, attempt1      int
	lease0, lease1          int64
	admitted0, admitted1    store.Time
	most                    int
	worker0                 string
	beat0, started0, before store.Time
	before1                 store.Time
	at                      store.Time
	a, b, c                 int64
	words, more             string
}

// unreadLines are the lines after one.
const unreadLines = `select id, kind, coalesce(job, 0), coalesce(bot, ''), coalesce(type, ''), coalesce(class, ''),
		coalesce(status0, ''), coalesce(status1, ''), coalesce(attempt0, 0), coalesce(attempt1, 0), coalesce(lease0, 0),
		coalesce(lease1, 0), admitted0, admitted1, coalesce(most, 0), coalesce(worker0, ''), beat0, started0, not_before0,
		not_before1, at, coalesce(a, 0), coalesce(b, 0), coalesce(c, 0), coalesce(words, ''), coalesce(more, '')
	from diary where id > $1 order by id`

// look reads what was committed since the last look and judges it.
func (o *oracle) look() {
	if !o.unread {
		return
	}
	o.unread = false
	rows, err := o.read.QueryContext(context.Background(), o.last)
	if err != nil {
		o.w.fail("read the diary: %v", err)
		return
	}
	defer rows.Close()
	news := false
	for rows.Next() {
		var e entry
		err := rows.Scan(&e.id, &e.kind, &e.job, &e.bot, &e.kindOfJob, &e.class, &e.status0, &e.status1, &e.attempt0, &e.attempt1,
			&e.lease0, &e.lease1, &e.admitted0, &e.admitted1, &e.most, &e.worker0, &e.beat0, &e.started0, &e.before, &e.before1, &e.at,
			&e.a, &e.b, &e.c, &e.words, &e.more)
		if err != nil {
			o.w.fail("read the diary: %v", err)
			return
		}
		o.last = e.id
		news = news || e.kind == "changed" || e.kind == "enqueued"
		o.judge(e)
	}
	if err := rows.Err(); err != nil {
		o.w.fail("read the diary: %v", err)
	}
	for id := range o.owed {
		o.w.fail("job %d was completed without a result", id)
	}
	o.halves()
	o.vacant()
	if news {
		o.spread()
	}
}

// forget tears out the diary, which between two steps has been read, and whose
// lines then begin again.
func (o *oracle) forget() {
	if _, err := o.write.ExecContext(context.Background(), `delete from diary`); err != nil {
		o.w.fail("tear out the diary: %v", err)
	}
	o.last = 0
}
