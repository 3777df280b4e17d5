import { readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { join } from "node:path";
import cases from "../../badge/testdata/badges.json" with { type: "json" };
import type { Bot, BotNow, Overview, Readiness, Session, Strip } from "../src/api/types";

const dist = join(import.meta.dirname, "../dist");
const types: Record<string, string> = {
  js: "text/javascript",
  css: "text/css",
  svg: "image/svg+xml",
  woff2: "font/woff2",
  html: "text/html",
};
const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/** A server that says what a test wants said, for states that a healthy Assay never shows. */
export async function standIn(fleet: Overview) {
  const streams = new Set<ServerResponse>();
  const state = {
    fleet,
    readiness: wellReadiness(),
    problem: "",
    silent: false,
    proofs: {} as Record<string, object>,
  };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    response.setHeader("Content-Security-Policy", policy);
    if (path === "/api/events") {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.write(`event: heartbeat\ndata: ${JSON.stringify({ serverTime: new Date() })}\n\n`);
      streams.add(response);
      response.on("close", () => streams.delete(response));
    } else if (path.startsWith("/api/")) {
      if (state.silent) return;
      if (state.problem) return answer(response, 503, { title: "Unavailable", detail: state.problem });
      if (path.endsWith("/sessions")) return answer(response, 200, { data: [], meta: state.fleet.meta });
      const proof = state.proofs[path];
      if (proof) return answer(response, 200, proof);
      if (path === "/api/readiness") return answer(response, 200, state.readiness);
      if (path.startsWith("/api/sessions/"))
        return answer(response, 200, session(Number(path.split("/").at(-1))));
      answer(response, 200, { ...state.fleet, meta: { ...state.fleet.meta, generatedAt: new Date() } });
    } else {
      const file = path.includes(".") ? path : "/index.html";
      response.setHeader("Content-Type", types[file.split(".").at(-1) ?? ""] ?? "text/plain");
      response.end(readFileSync(join(dist, file)));
    }
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    state,
    send(event: string, data: object) {
      for (const stream of streams) stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A readiness in which nothing is amiss. */
function wellReadiness(): Readiness {
  const gate = { allowed: true, text: "Open", blockedBy: [] };
  return {
    status: "PASS",
    summary: "Every stage is open.",
    open: "Every stage is open.",
    rest: "",
    button: "System Health",
    generatedAt: new Date().toISOString(),
    providers: [],
    checks: [],
    gates: { LAB: gate, PAPER: gate, SHADOW: gate, CANARY: gate, LIVE: gate },
    blockers: [],
    smokeTest: { act: "SMOKE_TEST", label: "Run Smoke Test", name: "Run Smoke Test" },
  };
}

function answer(response: ServerResponse, status: number, body: object) {
  const type = status === 200 ? "application/json" : "application/problem+json";
  response.writeHead(status, { "Content-Type": type });
  response.end(JSON.stringify(body));
}

const symbols = ["MES", "MNQ", "ES", "NQ", "MGC", "MCL"];
const styles = ["VWAP Scalper", "ORB Breakout", "Mean Reversion", "Gap Fade", "Trend Following"];

/** A fleet of n bots whose botNow are those of badge/testdata/badges.json, moved to the present. */
export function fleetOf(n: number): Overview {
  const data = Array.from({ length: n }, (_, i) => botOf(i));
  const stages = { LAB: 0, PAPER: 0, SHADOW: 0, CANARY: 0, LIVE: 0 };
  for (const bot of data) stages[bot.stage]++;
  const strip: Strip = {
    working: 15,
    queued: 6,
    idle: 19,
    attention: data.filter((bot) => bot.botNow.alert).length,
    stages,
    caps: [
      { id: "backtests", label: "Backtests", used: 8, max: 8 },
      { id: "improve", label: "Improve and evolve", used: 4, max: 6 },
      { id: "total", label: "All jobs", used: 12, max: 10_000 },
    ],
    lastTick: {
      id: 7,
      finishedAt: new Date(Date.now() - 10_000).toISOString(),
      botsEvaluated: n,
      jobsEnqueued: Math.min(2, n),
      botsHeld: Math.max(0, n - 2),
    },
    netPnl: n ? 23_548 : null,
    trades: n ? 17_194 : null,
    simData: n > 0,
    exchange: { state: "RTH", label: "RTH open" },
  };
  return { data, strip, meta: { total: n, limit: 10_000, offset: 0, generatedAt: new Date().toISOString() } };
}

function botOf(i: number): Bot {
  const example = cases[i % cases.length];
  if (!example) throw new Error("badges.json is empty");
  const botNow = movedToNow(example.botNow as BotNow, example.now);
  const none =
    example.name.includes("Fresh") || botNow.state === "NEEDS_BACKTEST" || botNow.state === "FRESH";
  const curve = none
    ? []
    : Array.from({ length: 32 }, (_, k) => Math.round(k * (i % 3 ? 40 : -25) + 160 * wave(i, k)));
  const netPnl = curve.at(-1) ?? null;
  return {
    id: `bot-${i}`,
    name: `${symbols[i % symbols.length]} ${styles[i % styles.length]}${i < 30 ? "" : ` ${i}`}`,
    symbol: symbols[i % symbols.length] ?? "",
    stage: botNow.stageInfo.stage,
    generation: botNow.generation.current,
    revision: 1,
    botNow,
    metrics: {
      netPnl,
      maxDrawdown: none ? null : 220 + ((i * 137) % 900),
      sharpe: none ? null : (netPnl ?? 0) / 1500,
      winRate: none ? null : 0.42 + (i % 15) / 100,
      trades: none ? null : 300 + ((i * 71) % 600),
      equity: curve,
      simData: !none && i % 2 === 0,
      dataSet: none ? "" : "sim-es-5m",
      sessionId: none ? null : i + 1,
      since: null,
    },
  };
}

function wave(i: number, k: number): number {
  return Math.sin(k * 0.9 + i) + Math.sin(k * 2.3 + 2 * i) / 2;
}

/** The same facts with every time moved as far as `now` is from the present. */
function movedToNow(botNow: BotNow, now: string): BotNow {
  const shift = Date.now() - Date.parse(now);
  return JSON.parse(JSON.stringify(botNow), (_, value) =>
    typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)
      ? new Date(Date.parse(value) + shift).toISOString()
      : value,
  );
}

const metrics: Session["metrics"] = {
  capital: 10_000,
  days: 250,
  netPnl: 31.25,
  gross: 32.5,
  fees: 1.25,
  maxDrawdown: 12.5,
  trades: 1,
  wins: 1,
  losses: 0,
  scratch: 0,
  best: 31.25,
  worst: 31.25,
  sharpe: 0.4,
  sortino: null,
  annualReturn: 0.003,
  volatility: 0.01,
  cagr: 0.003,
  maxDrawdownPct: 0.001,
  calmar: 2.5,
  recovery: 2.5,
  ulcer: 0.1,
  var95: null,
  cvar95: null,
  tailRatio: null,
  tStat: null,
  neweyWestT: null,
  winRate: 1,
  profitFactor: null,
  payoff: null,
  expectancy: 31.25,
  expectancyR: 1.3,
  averageWin: 31.25,
  averageLoss: null,
  exposure: 0.01,
  longestWinRun: 1,
  longestLossRun: 0,
  longestDrawdown: 3,
};

function session(id: number): Session {
  const at = new Date().toISOString();
  return {
    id,
    botId: `bot-${id - 1}`,
    jobId: id,
    status: "COMPLETED",
    createdAt: at,
    completedAt: at,
    beforeReset: false,
    metricsResetAt: null,
    standing: "COUNTS",
    countingSessionId: id,
    equity: Array.from({ length: 60 }, (_, day) => ({
      date: new Date(Date.UTC(2026, 0, 5 + day)).toISOString().slice(0, 10),
      pnl: Math.round(day * 0.5 + 12 * wave(id, day)),
    })),
    jobType: "BASELINE_BACKTEST",
    generation: 1,
    metrics,
    provenance: {
      dataSet: "sim-es-5m",
      fingerprint: "7d6f".repeat(16),
      provider: "sim",
      symbol: "MES",
      tickSize: "0.25",
      multiplier: "5",
      firstBar: at,
      lastBar: at,
      barCount: 81_120,
      fees: "as of 2025-01-01, 695 days old and stale: confirm before money depends on it",
      strategyHash: "19ab".repeat(16),
      executedRuleHash: "0c3e".repeat(16),
      costModel: {
        name: "standard",
        tickValue: 1.25,
        fee: 0.62,
        slipMarket: 1,
        slipStop: 1,
        slipLimit: 0,
        through: 1,
        volumeCap: 0,
        gapAtOpen: false,
        fillAnyway: false,
        carryOver: false,
      },
      dataRoot: "ES",
      intervalSeconds: 300,
      seed: "18446744073709551615",
      engineVersion: "1",
      resultHash: "5fd2".repeat(16),
      simData: true,
    },
    trades: [
      {
        number: 1,
        side: "LONG",
        contracts: 1,
        contract: "MESZ26",
        entryAt: at,
        entryPrice: 6010.25,
        entryReason: "close crosses above opening range",
        exitAt: at,
        exitPrice: 6016.75,
        exitReason: "target",
        fees: 1.24,
        netPnl: 31.25,
      },
    ],
    meta: { total: 1, limit: 100, offset: 0, generatedAt: at },
  };
}
