package api

import (
	"context"
	"strconv"
	"time"

	"assay/bot"
	"assay/health"
	"assay/job"
	"assay/market"
	"assay/store"
)

// Sessions is the answer of GET /api/bots/{id}/sessions.
type Sessions struct {
	Data List[SessionLine] `json:"data"` // newest first
	Meta Meta              `json:"meta"`
}

// SessionLine is one backtest in a bot's history. One from before the reset
// stays readable and counts for nothing.
type SessionLine struct {
	ID          int64        `json:"id"`
	JobID       int64        `json:"jobId"`
	JobType     job.Type     `json:"jobType"`
	Generation  int          `json:"generation"`
	CompletedAt time.Time    `json:"completedAt"`
	NetPnl      market.Money `json:"netPnl"`      // dollars
	MaxDrawdown market.Money `json:"maxDrawdown"` // dollars, >= 0
	Sharpe      *float64     `json:"sharpe"`
	WinRate     *float64     `json:"winRate"`
	Trades      int          `json:"trades"`
	DataSet     string       `json:"dataSet"`
	SimData     bool         `json:"simData"`
	BeforeReset bool         `json:"beforeReset"`
	Standing    Standing     `json:"standing"`
}

type sessionsInput struct {
	ID     bot.ID `path:"id" maxLength:"100"`
	Limit  int    `query:"limit" default:"20" minimum:"1" maximum:"1000"`
	Offset int    `query:"offset" default:"0" minimum:"0" maximum:"1000000"`
}

func (s *Server) listSessions(ctx context.Context, in *sessionsInput) (*answer[Sessions], error) {
	var out Sessions
	err := s.db.View(ctx, func(tx *store.DB) error {
		counting, err := counting(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		rows, err := tx.SessionPage(ctx, in.ID, in.Limit, in.Offset)
		if err != nil {
			return err
		}
		for _, r := range rows {
			out.Data = append(out.Data, SessionLine{
				ID: r.ID, JobID: r.JobID, JobType: r.Kind, Generation: r.Generation, CompletedAt: r.CompletedAt,
				NetPnl: r.Metrics.NetPnL, MaxDrawdown: r.Metrics.MaxDrawdown, Sharpe: r.Metrics.Sharpe,
				WinRate: r.Metrics.WinRate, Trades: r.Metrics.Trades, DataSet: r.DataSet, SimData: r.Sim, BeforeReset: r.BeforeReset(),
				Standing: counting.standing(r.ID, r.BeforeReset()),
			})
		}
		out.Meta = Meta{Limit: in.Limit, Offset: in.Offset, GeneratedAt: tx.Now()}
		out.Meta.Total, err = tx.CountSessions(ctx, in.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &answer[Sessions]{out}, nil
}

// ProofData is the answer of GET /api/_proof/data: where the last results come
// from, and what the providers were asked.
type ProofData struct {
	GeneratedAt       time.Time               `json:"generated_at"`
	Sessions          List[ProofSession]      `json:"sessions"`           // newest first
	DataSets          List[ProofDataSet]      `json:"data_sets"`          // in use now, by name
	Verifications     List[ProofVerification] `json:"verifications"`      // newest first
	Requests          List[ProofRequest]      `json:"provider_requests"`  // newest first
	Meta              Page                    `json:"meta"`               // of the sessions
	VerificationsMeta Page                    `json:"verifications_meta"` // limit and offset hold for all lists but data_sets
	RequestsMeta      Page                    `json:"provider_requests_meta"`
}

// ProofRequest is one row of provider_requests: one request and how it ended.
type ProofRequest struct {
	ID         int64             `json:"id"`
	Provider   health.ProviderID `json:"provider"`
	Operation  string            `json:"operation"`
	Attempt    int               `json:"attempt"`
	Status     int               `json:"status"`     // of HTTP; 0 without an answer, or where no HTTP is spoken
	ErrorCode  health.Code       `json:"error_code"` // what was wrong; "" when nothing was
	LatencyMs  int64             `json:"latency_ms"` // until the answer began
	Bytes      int64             `json:"bytes"`
	QuotedCost *float64          `json:"quoted_cost"` // dollars for the whole answer; null when no price was asked
	RequestID  string            `json:"request_id"`
	Address    string            `json:"address"` // where it was asked, without secrets
	At         time.Time         `json:"at"`      // when it was asked
	TraceID    string            `json:"trace_id"`
}

// ProofVerification is one row of provider_verifications: a real round trip,
// and how it ended.
type ProofVerification struct {
	ID        int64             `json:"id"`
	Provider  health.ProviderID `json:"provider"`
	Probe     health.Probe      `json:"probe"`
	Outcome   health.Outcome    `json:"outcome"`
	Code      health.Code       `json:"code"` // why it did not pass; "" when it did
	Detail    string            `json:"detail"`
	LatencyMs int64             `json:"latency_ms"`
	Address   string            `json:"address"` // where it was asked, without secrets
	At        time.Time         `json:"at"`      // when it ended
	TraceID   string            `json:"trace_id"`
}

// ProofSession is one row of backtest_sessions with its provenance.
type ProofSession struct {
	ID            int64        `json:"id"`
	BotID         bot.ID       `json:"bot_id"`
	JobID         int64        `json:"job_id"`
	Kind          job.Type     `json:"kind"`
	JobCreatedAt  time.Time    `json:"job_created_at"`
	CreatedAt     time.Time    `json:"created_at"`
	CompletedAt   time.Time    `json:"completed_at"`
	BeforeReset   bool         `json:"before_reset"` // it counts for nothing
	TotalTrades   int          `json:"total_trades"`
	NetPnl        market.Money `json:"net_pnl"`
	SimData       bool         `json:"sim_data"`
	Provider      string       `json:"provider"`
	DataSet       string       `json:"data_set"`
	Fingerprint   string       `json:"fingerprint"`
	Symbol        string       `json:"symbol"`
	DataRoot      string       `json:"data_root"`
	Interval      int          `json:"interval_seconds"`
	FirstBar      time.Time    `json:"first_bar"`
	LastBar       time.Time    `json:"last_bar"`
	BarCount      int          `json:"bar_count"`
	StrategyHash  string       `json:"strategy_hash"`
	RuleHash      string       `json:"rule_hash"`
	EngineVersion string       `json:"engine_version"`
	Seed          string       `json:"seed"`
	ResultHash    string       `json:"result_hash"`
}

// ProofDataSet is one current row of data_sets.
type ProofDataSet struct {
	ID          int64         `json:"id"`
	Name        string        `json:"name"`
	Root        string        `json:"root"`
	Interval    int           `json:"interval_seconds"`
	Provider    string        `json:"provider"`
	SimData     bool          `json:"sim_data"`
	Fingerprint string        `json:"fingerprint"`
	FirstBar    time.Time     `json:"first_bar"`
	LastBar     time.Time     `json:"last_bar"`
	BarCount    int           `json:"bar_count"`
	Verdict     store.Verdict `json:"verdict" enum:"PASS,REFUSED"`
	Refusal     string        `json:"refusal,omitempty"`
	AcceptedAt  *time.Time    `json:"accepted_at"`
	AcceptedBy  string        `json:"accepted_by,omitempty"`
	CreatedAt   time.Time     `json:"created_at"`
}

func (s *Server) proveData(ctx context.Context, in *pageInput) (*answer[ProofData], error) {
	var out ProofData
	err := s.db.View(ctx, func(tx *store.DB) error {
		out = ProofData{GeneratedAt: tx.Now(), Meta: Page{Limit: in.Limit, Offset: in.Offset}}
		rows, err := tx.SessionPage(ctx, "", in.Limit, in.Offset)
		if err != nil {
			return err
		}
		for _, r := range rows {
			out.Sessions = append(out.Sessions, proofSession(r))
		}
		sets, err := tx.DataSets(ctx)
		if err != nil {
			return err
		}
		for _, d := range sets {
			out.DataSets = append(out.DataSets, proofDataSet(d))
		}
		if out.Meta.Total, err = tx.CountSessions(ctx, ""); err != nil {
			return err
		}
		if err := out.addVerifications(ctx, tx, in); err != nil {
			return err
		}
		return out.addRequests(ctx, tx, in)
	})
	if err != nil {
		return nil, err
	}
	return &answer[ProofData]{out}, nil
}

func (p *ProofData) addVerifications(ctx context.Context, tx *store.DB, in *pageInput) error {
	rows, err := tx.VerificationPage(ctx, in.Limit, in.Offset)
	if err != nil {
		return err
	}
	for _, r := range rows {
		p.Verifications = append(p.Verifications, ProofVerification{
			ID: r.ID, Provider: r.Provider, Probe: r.Probe, Outcome: r.Outcome, Code: r.Code, Detail: r.Detail,
			LatencyMs: r.Latency.Milliseconds(), Address: r.Address, At: r.At, TraceID: r.TraceID,
		})
	}
	p.VerificationsMeta = Page{Limit: in.Limit, Offset: in.Offset}
	p.VerificationsMeta.Total, err = tx.CountVerifications(ctx)
	return err
}

func (p *ProofData) addRequests(ctx context.Context, tx *store.DB, in *pageInput) error {
	rows, err := tx.RequestPage(ctx, in.Limit, in.Offset)
	if err != nil {
		return err
	}
	for _, r := range rows {
		p.Requests = append(p.Requests, ProofRequest{
			ID: r.ID, Provider: r.Provider, Operation: r.Operation, Attempt: r.Attempt, Status: r.Status, ErrorCode: r.ErrorCode,
			LatencyMs: r.Latency.Milliseconds(), Bytes: r.Bytes, QuotedCost: price(r.QuotedCost), RequestID: r.RequestID,
			Address: r.Address, At: r.At, TraceID: r.TraceID,
		})
	}
	p.RequestsMeta = Page{Limit: in.Limit, Offset: in.Offset}
	p.RequestsMeta.Total, err = tx.CountRequests(ctx)
	return err
}

func price(m *market.Money) *float64 {
	if m == nil {
		return nil
	}
	return new(m.Dollars())
}

func proofSession(r store.SessionRow) ProofSession {
	return ProofSession{
		ID: r.ID, BotID: r.BotID, JobID: r.JobID, Kind: r.Kind, JobCreatedAt: r.JobCreatedAt, CreatedAt: r.CreatedAt,
		CompletedAt: r.CompletedAt, BeforeReset: r.BeforeReset(), TotalTrades: r.Metrics.Trades, NetPnl: r.Metrics.NetPnL,
		SimData: r.Sim, Provider: r.Provider, DataSet: r.DataSet, Fingerprint: r.Fingerprint, Symbol: r.Symbol,
		DataRoot: r.DataRoot, Interval: int(r.Interval / time.Second), FirstBar: r.FirstBar, LastBar: r.LastBar, BarCount: r.Bars,
		StrategyHash: r.StrategyHash, RuleHash: r.RuleHash, EngineVersion: r.EngineVersion,
		Seed: strconv.FormatUint(r.Seed, 10), ResultHash: r.ResultHash,
	}
}

func proofDataSet(d store.DataSet) ProofDataSet {
	return ProofDataSet{
		ID: d.ID, Name: d.Name, Root: d.Root, Interval: int(d.Interval / time.Second), Provider: d.Provider, SimData: d.Sim,
		Fingerprint: d.Fingerprint, FirstBar: d.FirstBar, LastBar: d.LastBar, BarCount: d.Bars, Verdict: d.Verdict,
		Refusal: d.Refusal, AcceptedAt: moment(d.AcceptedAt), AcceptedBy: d.AcceptedBy, CreatedAt: d.CreatedAt,
	}
}
