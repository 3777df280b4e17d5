import type { Bot, Overview } from "../api/types";

/** A bot with nothing to say; a test changes what it is about. */
export function aBot(changes: Partial<Bot> = {}): Bot {
  const at = "2026-11-22T18:00:00Z";
  return {
    id: "mes-gap-fade",
    name: "MES Gap Fade",
    symbol: "MES",
    stage: "LAB",
    generation: 1,
    revision: 1,
    botNow: {
      state: "IDLE",
      reasonCode: "NOT_DUE",
      stageGate: { allowed: false, blockers: [] },
      stageInfo: { stage: "LAB", since: at, reasonCode: "CREATED", promotionMode: "MANUAL" },
      generation: { current: 1 },
      badges: [],
    },
    metrics: {
      netPnl: null,
      maxDrawdown: null,
      sharpe: null,
      winRate: null,
      trades: null,
      equity: [],
      simData: false,
      dataSet: "",
      sessionId: null,
      since: null,
    },
    ...changes,
  };
}

/** An answer of /api/bots-overview with these bots. */
export function anOverview(data: Bot[], generatedAt = "2026-11-22T18:00:00Z"): Overview {
  return {
    data,
    meta: { total: data.length, limit: 10_000, offset: 0, generatedAt },
    strip: {
      working: 0,
      queued: 0,
      idle: data.length,
      attention: 0,
      stages: { LAB: data.length, PAPER: 0, SHADOW: 0, CANARY: 0, LIVE: 0 },
      caps: [],
      netPnl: null,
      trades: null,
      simData: false,
      exchange: { state: "RTH", label: "RTH open" },
    },
  };
}
