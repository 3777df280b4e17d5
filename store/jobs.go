package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"assay"
	"assay/bot"
	"assay/internal/trace"
	"assay/job"
)

const jobColumns = `j.id, j.bot_id, j.job_type, j.status, j.attempt, j.max_attempts, j.iteration, j.reason_code,
	j.lease_seq, j.worker_id, j.created_at, j.started_at, j.completed_at, j.heartbeat_at, j.progress, j.error, j.trace_id`

func jobInto(j *job.Job) []any {
	return []any{
		&j.ID, &j.BotID, &j.Type, &j.Status, &j.Attempt, &j.MaxAttempts, &j.Iteration, &j.Reason,
		&j.LeaseSeq, &j.WorkerID, timeInto(&j.CreatedAt), timeInto(&j.StartedAt), timeInto(&j.CompletedAt),
		timeInto(&j.HeartbeatAt), &j.Progress, &j.Error, &j.TraceID,
	}
}

func scanJob(s scanner) (j job.Job, err error) { return j, s.Scan(jobInto(&j)...) }

// Caps bounds the work of the whole cluster.
type Caps struct {
	Backtests int // admitted or running jobs of class BACKTEST
	Improve   int // … of class IMPROVE
	Total     int // QUEUED and RUNNING jobs
}

// SetCaps stores the bounds; each must be at least 1.
func (db *DB) SetCaps(ctx context.Context, c Caps) error {
	if min(c.Backtests, c.Improve, c.Total) < 1 {
		return assay.Errorf(assay.Invalid, "give whole numbers of at least 1",
			"the caps %d backtests, %d improvements, %d jobs are too low", c.Backtests, c.Improve, c.Total)
	}
	return db.InTx(ctx, func(tx *DB) error {
		_, err := tx.exec(ctx, `update job_caps set max_backtests_running = $1, max_improve_running = $2,
			max_total_jobs = $3 where id = 1`, c.Backtests, c.Improve, c.Total)
		if err != nil {
			return fmt.Errorf("store the caps: %w", err)
		}
		return nil
	})
}

// Caps returns the bounds.
func (db *DB) Caps(ctx context.Context) (c Caps, err error) {
	err = db.row(ctx, `select max_backtests_running, max_improve_running, max_total_jobs from job_caps where id = 1`).
		Scan(&c.Backtests, &c.Improve, &c.Total)
	if err != nil {
		return c, fmt.Errorf("read the caps: %w", err)
	}
	return c, nil
}

// CapsUsed returns how much of the bounds is taken.
func (db *DB) CapsUsed(ctx context.Context) (used Caps, err error) {
	err = db.row(ctx, `select count(*) filter (where class = 'BACKTEST' and admitted_at is not null),
			count(*) filter (where class = 'IMPROVE' and admitted_at is not null), count(*)
		from bot_jobs where status in ('QUEUED', 'RUNNING')`).Scan(&used.Backtests, &used.Improve, &used.Total)
	if err != nil {
		return used, fmt.Errorf("count active jobs: %w", err)
	}
	return used, nil
}

// lockCaps is the lock of everything that counts jobs: the row lock on
// PostgreSQL, the write lock already held on SQLite. It must come first in its
// transaction, so that the count sees the commit of the previous holder.
func (db *DB) lockCaps(ctx context.Context) (c Caps, err error) {
	err = db.returning(ctx, `update job_caps set epoch = epoch + 1 where id = 1
		returning max_backtests_running, max_improve_running, max_total_jobs`).Scan(&c.Backtests, &c.Improve, &c.Total)
	if err != nil {
		return c, fmt.Errorf("lock the caps: %w", err)
	}
	return c, nil
}

// NewJob is a job to be queued.
type NewJob struct {
	BotID       bot.ID
	Type        job.Type
	Iteration   int
	Reason      string // the plan's reason code
	MaxAttempts int
}

// Queued is the answer to one NewJob. Without an ID the job was not queued,
// because its bot already has an active job or the total cap is reached.
type Queued struct {
	ID   int64
	Busy bool // the bot has an active job
	Full bool // the total cap is reached
}

// Enqueue queues jobs in their order, never more than one active job for a bot
// and never more active jobs than the total cap. The answers are in the order
// of the jobs.
func (db *DB) Enqueue(ctx context.Context, jobs ...NewJob) (queued []Queued, err error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	err = db.InTx(ctx, func(tx *DB) error {
		caps, err := tx.lockCaps(ctx)
		if err != nil {
			return err
		}
		used, err := tx.CapsUsed(ctx)
		if err != nil {
			return err
		}
		// Not the transaction's time: it may have waited for a reset, after
		// which its jobs count.
		at, err := tx.clockNow(ctx)
		if err != nil {
			return err
		}
		var got []bot.ID
		for free := caps.Total - used.Total; len(jobs) > 0; {
			if free <= 0 {
				queued = append(queued, slices.Repeat([]Queued{{Full: true}}, len(jobs))...)
				break
			}
			n := atOnce(min(free, len(jobs)))
			ids, err := tx.enqueue(ctx, jobs[:n], at)
			if err != nil {
				return err
			}
			for _, j := range jobs[:n] {
				q := Queued{ID: ids[j.BotID], Busy: ids[j.BotID] == 0}
				if !q.Busy {
					free--
					got = append(got, j.BotID)
					delete(ids, j.BotID) // a second job of the bot found it busy
				}
				queued = append(queued, q)
			}
			jobs = jobs[n:]
		}
		return tx.touchAll(ctx, got) // after the inserts, which may wait for a job's end to commit
	})
	return queued, err
}

// enqueue queues jobs in one statement and returns their ids by bot; a bot that
// has an active job is missing.
func (db *DB) enqueue(ctx context.Context, jobs []NewJob, at time.Time) (map[bot.ID]int64, error) {
	const row = `($%d, $%d, 'QUEUED', $%d, $1, $%d, $%d, $%d, $2)`
	var rows []string
	args := []any{Time{at}, trace.ID(ctx)}
	for _, j := range jobs {
		n := len(args)
		rows = append(rows, fmt.Sprintf(row, n+1, n+2, n+3, n+4, n+5, n+6))
		args = append(args, j.BotID, j.Type, j.Iteration, j.Type.Class(), j.MaxAttempts, j.Reason)
	}
	ids := map[bot.ID]int64{}
	scan := func(s scanner) (id int64, err error) {
		var of bot.ID
		err = s.Scan(&id, &of)
		ids[of] = id
		return id, err
	}
	db.tx.wrote = true
	_, err := collect(ctx, db, "queued jobs", scan, `insert into bot_jobs (bot_id, job_type, status, iteration, created_at,
			class, max_attempts, reason_code, trace_id)
		values `+strings.Join(rows, ", ")+`
		on conflict (bot_id) where status in ('QUEUED', 'RUNNING') do nothing returning id, bot_id`, args...)
	return ids, err
}

// Admit lets waiting jobs run, in order of priority and age, as far as the
// caps of the two classes allow, and returns their ids.
func (db *DB) Admit(ctx context.Context) (admitted []int64, err error) {
	err = db.InTx(ctx, func(tx *DB) error {
		due, err := tx.due(ctx)
		if err != nil || len(due) == 0 {
			return err
		}
		tx.tx.wrote = true
		return inParts(due, func(list string, part []any) error {
			some, err := collect(ctx, tx, "admitted jobs", scanID, `update bot_jobs set admitted_at = {now}
				where id in (`+list+`) and status = 'QUEUED' and admitted_at is null returning id`, part...)
			admitted = append(admitted, some...)
			return err
		})
	})
	return admitted, err
}

// due takes the lock of the caps and returns the jobs that they let in next. It
// is a statement of its own: as a part of the update PostgreSQL asks it again for
// every job that waits. Its limits, and others of statements that run all the
// time, are no bare arguments: SQLite would plan the statement anew for each.
func (db *DB) due(ctx context.Context) ([]int64, error) {
	caps, err := db.lockCaps(ctx)
	if err != nil {
		return nil, err
	}
	used, err := db.placesTaken(ctx)
	if err != nil {
		return nil, err
	}
	const first = `select id from (select id` + waiting + ` order by priority, id limit %s) as %s`
	return collect(ctx, db, "waiting jobs", scanID,
		fmt.Sprintf(first, job.ClassBacktest, "$1 + 0", "backtests")+` union all `+fmt.Sprintf(first, job.ClassImprove, "$2 + 0", "improvements"),
		max(caps.Backtests-used.Backtests, 0), max(caps.Improve-used.Improve, 0))
}

// The jobs of a class that were let in, and those that may be: what admission
// counts, looks for and takes.
const (
	letIn   = ` from bot_jobs where class = '%s' and admitted_at is not null and status in ('QUEUED', 'RUNNING')`
	waiting = ` from bot_jobs where class = '%s' and status = 'QUEUED' and admitted_at is null and (not_before is null or not_before <= {now})`
)

// placesTaken counts the jobs that were let in. It looks at no job that waits,
// however many there are.
func (db *DB) placesTaken(ctx context.Context) (used Caps, err error) {
	err = db.row(ctx, fmt.Sprintf(`select (select count(*)`+letIn+`), (select count(*)`+letIn+`)`, job.ClassBacktest, job.ClassImprove)).
		Scan(&used.Backtests, &used.Improve)
	if err != nil {
		return used, fmt.Errorf("count the jobs that were let in: %w", err)
	}
	return used, nil
}

func scanID(s scanner) (id int64, err error) { return id, s.Scan(&id) }

// Ready says whether Admit would admit a job, and whether StartNext would find
// one. It only reads, so that nobody takes the write lock in vain.
func (db *DB) Ready(ctx context.Context) (admit, start bool, err error) {
	room := func(c job.Class, most string) string {
		return fmt.Sprintf(`(select count(*)`+letIn+`) < %s and exists (select 1`+waiting+`)`, c, most, c)
	}
	err = db.row(ctx, `select `+room(job.ClassBacktest, "max_backtests_running")+` or `+room(job.ClassImprove, "max_improve_running")+`,
			exists (select 1 from bot_jobs where admitted_at is not null and status = 'QUEUED')
		from job_caps where id = 1`).Scan(&admit, &start)
	if err != nil {
		return false, false, fmt.Errorf("look for waiting jobs: %w", err)
	}
	return admit, start, nil
}

// Lease is a worker's right to one attempt of a job.
type Lease struct {
	JobID int64
	Seq   int64
}

// LeaseOf returns the lease of a job as it was started.
func LeaseOf(j job.Job) Lease { return Lease{j.ID, j.LeaseSeq} }

// StartNext starts the next attempt of the admitted job that has waited
// longest. found is false when none waits.
func (db *DB) StartNext(ctx context.Context, worker string) (j job.Job, found bool, err error) {
	return only(db.StartWaiting(ctx, worker, 1))
}

// StartWaiting starts the next attempts of the admitted jobs that have waited
// longest, up to most of them, and returns them in that order.
func (db *DB) StartWaiting(ctx context.Context, worker string, most int) ([]job.Job, error) {
	return db.start(ctx, worker, `id in (
		select id from bot_jobs where status = 'QUEUED' and admitted_at is not null
		order by priority, id limit $2 + 0)`, most)
}

// start starts the next attempts of the queued jobs that where picks; worker is
// its argument 1.
func (db *DB) start(ctx context.Context, worker, where string, args ...any) (jobs []job.Job, err error) {
	err = db.InTx(ctx, func(tx *DB) error {
		wrote := tx.tx.wrote
		tx.tx.wrote = true
		jobs, err = collect(ctx, tx, "started jobs", scanJob, `update bot_jobs set status = 'RUNNING', attempt = attempt + 1,
				lease_seq = lease_seq + 1, worker_id = $1, heartbeat_at = {now}, progress = 0, not_before = null,
				started_at = case when created_at > {now} then created_at else {now} end
			where `+where+` and status = 'QUEUED'
			returning `+strings.ReplaceAll(jobColumns, "j.", ""), append([]any{worker}, args...)...)
		if err != nil || len(jobs) == 0 {
			tx.tx.wrote = wrote
			return err
		}
		slices.SortFunc(jobs, func(a, b job.Job) int { return cmp.Compare(a.ID, b.ID) })
		return errors.Join(tx.openAttempts(ctx, jobs), tx.touchAll(ctx, botsOf(jobs)))
	})
	if err != nil {
		return nil, fmt.Errorf("start jobs: %w", err)
	}
	return jobs, nil
}

func botsOf(jobs []job.Job) []bot.ID {
	ids := make([]bot.ID, len(jobs))
	for i, j := range jobs {
		ids[i] = bot.ID(j.BotID)
	}
	return ids
}

func (db *DB) openAttempts(ctx context.Context, jobs []job.Job) error {
	ids := make([]int64, len(jobs))
	for i, j := range jobs {
		ids[i] = j.ID
	}
	err := inParts(ids, func(list string, part []any) error {
		_, err := db.exec(ctx, `insert into job_attempts (job_id, attempt, lease_seq, worker_id, started_at)
			select id, attempt, lease_seq, worker_id, started_at from bot_jobs where id in (`+list+`) order by id`, part...)
		return err
	})
	if err != nil {
		return fmt.Errorf("open attempts: %w", err)
	}
	return nil
}

// only returns the first of at most one job.
func only(jobs []job.Job, err error) (j job.Job, found bool, _ error) {
	if err != nil || len(jobs) == 0 {
		return j, false, err
	}
	return jobs[0], true, nil
}

// Beat is the answer to a heartbeat for one running job.
type Beat struct {
	Lease
	Cancel bool // its cancellation was requested
}

// Heartbeat says that a worker lives and returns the jobs it still holds. A
// job missing from the answer has lost its lease.
func (db *DB) Heartbeat(ctx context.Context, worker string) (held []Beat, err error) {
	const mine = `worker_id = $1 and status = 'RUNNING'`
	err = db.InTx(ctx, func(tx *DB) error {
		if err := tx.lockJobs(ctx, mine, worker); err != nil {
			return err
		}
		scan := func(s scanner) (b Beat, err error) { return b, s.Scan(&b.JobID, &b.Seq, &b.Cancel) }
		held, err = collect(ctx, tx, "heartbeat", scan, `update bot_jobs set heartbeat_at = {now}
			where `+mine+` returning id, lease_seq, cancel_requested_at is not null`, worker)
		return err
	})
	return held, err
}

// lockJobs locks jobs in the order of their ids. An update takes them in the
// order in which it finds them, so that two of several jobs each, such as a
// heartbeat and the ends of a worker's jobs, could wait for each other. The
// writers of SQLite come one after another.
func (db *DB) lockJobs(ctx context.Context, where string, args ...any) error {
	if db.pool == nil {
		return nil
	}
	_, err := collect(ctx, db, "jobs", scanID, `select id from bot_jobs where `+where+` order by id for update`, args...)
	return err
}

// SetProgress stores how much of a running attempt is done, 0..1.
func (db *DB) SetProgress(ctx context.Context, l Lease, progress float64) error {
	return db.InTx(ctx, func(tx *DB) error {
		id, err := tx.guarded(ctx, l, `progress = $3`, progress)
		if err != nil {
			return err
		}
		return tx.touch(ctx, id)
	})
}

// Finish completes a job and saves its results with save in the same
// transaction. ErrLeaseLost: someone else has the job now and nothing was
// saved.
func (db *DB) Finish(ctx context.Context, l Lease, save func(tx *DB) error) error {
	return db.FinishAll(ctx, Finished{l, save})
}

// Finished is a job whose work is done.
type Finished struct {
	Lease
	Save func(tx *DB) error // nil: there is nothing to save
}

// FinishAll is Finish for several jobs in one transaction: all of them are
// completed, or an error leaves none so.
func (db *DB) FinishAll(ctx context.Context, done ...Finished) error {
	return db.InTx(ctx, func(tx *DB) error {
		leases := make([]Lease, len(done))
		for i, f := range done {
			leases[i] = f.Lease
		}
		bots, err := tx.complete(ctx, leases) // every job before the first save, which takes the revision counter
		if err != nil {
			return err
		}
		for _, f := range done {
			if f.Save != nil {
				if err := f.Save(tx); err != nil {
					return err
				}
			}
		}
		return errors.Join(tx.closeAttempts(ctx, job.OutcomeCompleted, "", leases...), tx.touchAll(ctx, bots), tx.wakePlanner(ctx))
	})
}

// complete completes running jobs that are still held under the leases, and
// returns their bots.
func (db *DB) complete(ctx context.Context, leases []Lease) (bots []bot.ID, err error) {
	held := map[int64]bool{}
	scan := func(s scanner) (id bot.ID, err error) {
		var completed int64
		err = s.Scan(&completed, &id)
		held[completed] = true
		return id, err
	}
	db.tx.wrote = true
	err = inLeases("id", leases, func(which string, part []any) error {
		if err := db.lockJobs(ctx, which, part...); err != nil {
			return err
		}
		some, err := collect(ctx, db, "completed jobs", scan, `update bot_jobs set status = 'COMPLETED',
				completed_at = {now}, progress = 1, error = '', cancel_requested_at = null
			where (`+which+`) and status = 'RUNNING' returning id, bot_id`, part...)
		bots = append(bots, some...)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, l := range leases {
		if !held[l.JobID] {
			return nil, lost(l)
		}
	}
	return bots, nil
}

func lost(l Lease) error { return fmt.Errorf("job %d: %w", l.JobID, ErrLeaseLost) }

// EndAttempt ends an attempt that did not complete its job and does with the
// job what d says. reason is the sentence people read. It serves the worker
// itself and the reaper alike. ErrLeaseLost: the lease is another by now.
func (db *DB) EndAttempt(ctx context.Context, l Lease, outcome job.Outcome, reason string, d job.Decision) error {
	return db.InTx(ctx, func(tx *DB) error {
		set, args := `status = $3, completed_at = {now}, lease_seq = lease_seq + 1, error = $4`, []any{d.Status, reason}
		if d.Status == job.Queued {
			set = `status = $3, error = $4, not_before = $5, lease_seq = lease_seq + 1, worker_id = '',
				started_at = null, heartbeat_at = null, admitted_at = null, ticket_id = null, progress = 0`
			args = append(args, Time{d.At})
		}
		if outcome == job.OutcomeReleased {
			set += `, attempt = attempt - 1`
		}
		id, err := tx.guarded(ctx, l, set, args...)
		if err != nil {
			return err
		}
		return errors.Join(tx.closeAttempts(ctx, outcome, reason, l), tx.touch(ctx, id), tx.wakePlanner(ctx))
	})
}

// EndSilent is EndAttempt, STALLED, for a job that has not beaten since it was
// read: between the look and the end its worker may have come back.
// ErrLeaseLost: it has, or the lease is another by now.
func (db *DB) EndSilent(ctx context.Context, j job.Job, reason string, d job.Decision) error {
	return db.InTx(ctx, func(tx *DB) error {
		l := LeaseOf(j)
		n, err := tx.exec(ctx, `update bot_jobs set heartbeat_at = heartbeat_at
			where id = $1 and lease_seq = $2 and status = 'RUNNING' and heartbeat_at = $3`, l.JobID, l.Seq, Time{j.HeartbeatAt})
		if err != nil {
			return fmt.Errorf("look whether job %d has beaten: %w", l.JobID, err)
		}
		if n == 0 {
			return lost(l)
		}
		return tx.EndAttempt(ctx, l, job.OutcomeStalled, reason, d)
	})
}

// guarded changes a running job that is still held under the lease.
func (db *DB) guarded(ctx context.Context, l Lease, set string, args ...any) (id bot.ID, err error) {
	err = db.returning(ctx, `update bot_jobs set `+set+`
		where id = $1 and lease_seq = $2 and status = 'RUNNING' returning bot_id`,
		append([]any{l.JobID, l.Seq}, args...)...).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", lost(l)
	}
	if err != nil {
		return "", fmt.Errorf("change job %d: %w", l.JobID, err)
	}
	return id, nil
}

// closeAttempts ends the open attempts of the leases, each of which has one.
func (db *DB) closeAttempts(ctx context.Context, outcome job.Outcome, reason string, leases ...Lease) error {
	var closed int64
	err := inLeases("job_id", leases, func(which string, part []any) error {
		n, err := db.exec(ctx, fmt.Sprintf(`update job_attempts set ended_at = {now}, outcome = $%d, error = $%d
			where (%s) and ended_at is null`, len(part)+1, len(part)+2, which), append(part, outcome, reason)...)
		closed += n
		return err
	})
	if err != nil {
		return fmt.Errorf("close the attempts of jobs: %w", err)
	}
	if closed != int64(len(leases)) {
		return fmt.Errorf("close the attempts of jobs: %d rows, want %d", closed, len(leases))
	}
	return nil
}

// RequestCancel asks that a bot's active job stops: at once when it waits, at
// its worker's next heartbeat when it runs. Without an active job it does
// nothing.
func (db *DB) RequestCancel(ctx context.Context, id bot.ID, reason string) error {
	return db.InTx(ctx, func(tx *DB) error {
		// One statement, lest the job starts or goes back between two.
		_, err := tx.exec(ctx, `update bot_jobs set
				status = case status when 'QUEUED' then 'CANCELLED' else status end,
				completed_at = case status when 'QUEUED' then {now} end,
				lease_seq = case status when 'QUEUED' then lease_seq + 1 else lease_seq end,
				cancel_requested_at = case status when 'RUNNING' then {now} end,
				error = $2
			where bot_id = $1 and (status = 'QUEUED' or status = 'RUNNING' and cancel_requested_at is null)`, id, reason)
		if err != nil {
			return fmt.Errorf("cancel the job of bot %s: %w", id, err)
		}
		return errors.Join(tx.touch(ctx, id), tx.wakePlanner(ctx))
	})
}

// Stalled returns the running jobs whose heartbeat is older than stuckAfter.
func (db *DB) Stalled(ctx context.Context, stuckAfter time.Duration) ([]job.Job, error) {
	return collect(ctx, db, "stalled jobs", scanJob, `select `+jobColumns+` from bot_jobs j
		where j.status = 'RUNNING' and j.heartbeat_at < {now+$1} order by j.id`, interval(-stuckAfter))
}

// Reapable says whether Stalled, Overdue with any limit from the shortest on,
// or DropLostTickets would find anything.
func (db *DB) Reapable(ctx context.Context, stuckAfter, shortest, lostAfter time.Duration) (found bool, err error) {
	err = db.row(ctx, `select exists (select 1 from bot_jobs where status = 'RUNNING' and heartbeat_at < {now+$1})
			or exists (select 1 from bot_jobs where status = 'RUNNING' and started_at < {now+$2})
			or exists (select 1 from bot_jobs where status = 'QUEUED' and admitted_at is not null and ticket_id is not null
				and admitted_at < {now+$3})`,
		interval(-stuckAfter), interval(-shortest), interval(-lostAfter)).Scan(&found)
	if err != nil {
		return false, fmt.Errorf("look for stuck jobs: %w", err)
	}
	return found, nil
}

// Overdue returns the running jobs of a type that started longer than limit
// ago.
func (db *DB) Overdue(ctx context.Context, t job.Type, limit time.Duration) ([]job.Job, error) {
	return collect(ctx, db, "overdue jobs", scanJob, `select `+jobColumns+` from bot_jobs j
		where j.status = 'RUNNING' and j.job_type = $2 and j.started_at < {now+$1} order by j.id`,
		interval(-limit), t)
}

// RunningElsewhere returns the running jobs of every worker but the one named.
func (db *DB) RunningElsewhere(ctx context.Context, worker string) ([]job.Job, error) {
	return collect(ctx, db, "running jobs", scanJob, `select `+jobColumns+` from bot_jobs j
		where j.status = 'RUNNING' and j.worker_id <> $1 order by j.id`, worker)
}

// Job returns one job; an unknown id is NotFound.
func (db *DB) Job(ctx context.Context, id int64) (job.Job, error) {
	j, err := scanJob(db.row(ctx, `select `+jobColumns+` from bot_jobs j where j.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return j, assay.Errorf(assay.NotFound, "list the bot's jobs", "there is no job %d", id)
	}
	if err != nil {
		return j, fmt.Errorf("read job %d: %w", id, err)
	}
	return j, nil
}

// Jobs returns a bot's newest jobs, newest first.
func (db *DB) Jobs(ctx context.Context, id bot.ID, limit int) ([]job.Job, error) {
	return collect(ctx, db, "jobs", scanJob, `select `+jobColumns+` from bot_jobs j
		where j.bot_id = $1 order by j.id desc limit $2`, id, limit)
}

// Attempt is one row of job_attempts.
type Attempt struct {
	JobID     int64
	Attempt   int
	LeaseSeq  int64
	WorkerID  string
	StartedAt time.Time
	EndedAt   time.Time // zero while it runs
	Outcome   job.Outcome
	Error     string
}

// Attempts returns the attempts of a job, oldest first.
func (db *DB) Attempts(ctx context.Context, id int64) ([]Attempt, error) {
	scan := func(s scanner) (a Attempt, err error) {
		return a, s.Scan(&a.JobID, &a.Attempt, &a.LeaseSeq, &a.WorkerID, timeInto(&a.StartedAt),
			timeInto(&a.EndedAt), &a.Outcome, &a.Error)
	}
	return collect(ctx, db, "attempts", scan, `select job_id, attempt, lease_seq, worker_id, started_at, ended_at,
		outcome, error from job_attempts where job_id = $1 order by id`, id)
}

// JobCount is how many jobs of a type are in a status.
type JobCount struct {
	Type   job.Type
	Status job.Status
	Count  int
}

// JobCounts counts all jobs ever by status and type.
func (db *DB) JobCounts(ctx context.Context) ([]JobCount, error) {
	scan := func(s scanner) (c JobCount, err error) { return c, s.Scan(&c.Type, &c.Status, &c.Count) }
	return collect(ctx, db, "job counts", scan, `select job_type, status, count(*) from bot_jobs
		group by status, job_type order by status, job_type`)
}

// OldestActive returns the running jobs with the oldest heartbeat, which are
// the first to be taken for stuck.
func (db *DB) OldestActive(ctx context.Context, limit int) ([]job.Job, error) {
	return collect(ctx, db, "oldest running jobs", scanJob, `select `+jobColumns+` from bot_jobs j
		where j.status = 'RUNNING' order by j.heartbeat_at, j.id limit $1`, limit)
}

// Queue returns the waiting jobs in the order in which they are taken, save
// that each class has its own cap and that a job may wait out a pause between
// its attempts.
func (db *DB) Queue(ctx context.Context, limit int) ([]job.Job, error) {
	return collect(ctx, db, "queue", scanJob, `select `+jobColumns+` from bot_jobs j
		where j.status = 'QUEUED' order by j.priority, j.id limit $1`, limit)
}

// LastJobs returns the newest job of each bot, by bot.
func (db *DB) LastJobs(ctx context.Context, limit, offset int) ([]job.Job, error) {
	return collect(ctx, db, "last jobs", scanJob, `select `+jobColumns+` from bots b
		join bot_jobs j on j.id = (select max(id) from bot_jobs x where x.bot_id = b.id)
		order by b.id limit $1 offset $2`, limit, offset)
}
