import { setTimeout as delay } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProofAutonomy, ProofInvariants, ProofJobs } from "../src/api/types";
import { Assay } from "./assay";
import { launch, looks, picture, profile } from "./browser";
import { complaints, expectAccessible, expectHonestWords, expectNoSidewaysScroll } from "./page";
import { fleetOf, standIn } from "./standin";

let browser: Browser;
const patient = { timeout: 60_000, interval: 250 };

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser?.close());

async function withPage(look: (typeof looks)[number], use: (page: Page) => Promise<void>) {
  const context = await profile(browser, look.size, look.theme);
  const page = await context.newPage();
  const heard = complaints(page);
  try {
    await use(page);
    expect(heard).toEqual([]);
  } finally {
    await context.close();
  }
}

/** Looks at a page as everybody must be able to, and keeps a picture of the whole of it. */
async function expectGood(page: Page, name: string) {
  await expectAccessible(page);
  await expectHonestWords(page);
  await expectNoSidewaysScroll(page);
  const size = page.viewportSize();
  const main = page.locator("main");
  const height = await main.evaluate((e) => e.scrollHeight);
  if (size) await page.setViewportSize({ width: size.width, height: Math.min(4000, height + 140) });
  await page.screenshot({ path: picture(name) });
  if (size) await page.setViewportSize(size);
}

describe("over a real Assay", () => {
  const assay = new Assay();
  const read = async <T>(path: string): Promise<T> => (await fetch(`${assay.url}${path}`)).json();

  beforeAll(async () => {
    await assay.start();
    const ticks = async () => (await read<ProofAutonomy>("/api/_proof/autonomy")).ticks.length;
    const results = async () => (await assay.bots()).data.filter((b) => b.metrics.sessionId).length;
    while ((await ticks()) < 2 || (await results()) < 3) await delay(200);
    const order = { scope: "ALL", reasonCode: "SEV1_RESET" };
    const post = (body: object) => ({
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const path = `${assay.url}/api/admin/revert-to-lab`;
    let status = 0;
    while (status !== 200) {
      // The lab is at work: between a dry run and its execution the fleet may change.
      const { previewHash } = await (await fetch(path, post({ ...order, dryRun: true }))).json();
      ({ status } = await fetch(path, post({ ...order, dryRun: false, previewHash })));
    }
  }, 150_000);
  afterAll(() => assay.remove());

  it.each(looks)("shows the planner as the API does: $size, $theme", async (look) => {
    await withPage(look, async (page) => {
      await page.goto(assay.url);
      await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Autonomy" }).click();
      await page.getByRole("heading", { level: 1, name: "Autonomy" }).waitFor();
      await page.getByRole("img", { name: /^Last \d+ planner ticks: \d+ jobs enqueued/ }).waitFor();
      const ticks = page.getByRole("table", { name: "Latest ticks" });
      const shown = await ticks
        .locator("tbody tr")
        .evaluateAll((all) =>
          all.map((row) =>
            [...row.querySelectorAll("td")].slice(2, 5).map((cell) => Number(cell.textContent)),
          ),
        );
      expect(shown.length).toBeGreaterThan(1);
      for (const [evaluated, enqueued, held] of shown) expect(evaluated).toBe((enqueued ?? 0) + (held ?? 0));
      const { held } = await read<ProofAutonomy>("/api/_proof/autonomy?ticks=60");
      for (const { reason } of held) await page.getByText(reason, { exact: true }).first().waitFor();
      expect(await page.getByRole("meter").count()).toBe(3);
      expect(await page.getByTestId("stalled").count()).toBe(0);
      await expectGood(page, `autonomy-${look.size}-${look.theme}`);
    });
  });

  it("grows by a tick without a reload, and keeps its choice in the address", async () => {
    await withPage({ size: "desktop", theme: "dark" }, async (page) => {
      await page.goto(`${assay.url}/bots`);
      await page.getByTestId("bot-row").first().waitFor();
      await page.keyboard.press("g");
      await page.keyboard.press("a");
      const rows = page.getByRole("table", { name: "Latest ticks" }).locator("tbody tr");
      await rows.first().waitFor();
      const before = await rows.first().innerText();
      await expect.poll(() => rows.first().innerText(), patient).not.toBe(before);
      await page.getByRole("button", { name: "240" }).click();
      await expect.poll(() => new URL(page.url()).search).toBe("?ticks=240");
    });
  });

  it.each(looks)("shows the jobs as the API does: $size, $theme", async (look) => {
    await withPage(look, async (page) => {
      await page.goto(`${assay.url}/jobs`);
      const rows = page.getByRole("table", { name: "Last jobs" }).locator("tbody tr");
      await expect.poll(() => rows.count(), patient).toBe(20);
      await page.getByRole("link", { name: "MES Gap Fade" }).waitFor();
      const bots = (await read<ProofJobs>("/api/_proof/jobs")).last_jobs.map((job) => job.bot_id);
      await page.getByLabel("Find a bot by its id").fill(bots[3] ?? "");
      await expect
        .poll(() => rows.count(), patient)
        .toBe(bots.filter((id) => id.includes(bots[3] ?? "")).length);
      expect(new URL(page.url()).searchParams.get("bot")).toBe(bots[3]);
      await page.getByLabel("Find a bot by its id").fill("");
      await page.getByRole("group", { name: "Status" }).getByRole("button", { name: "Failed" }).click();
      await page.getByText("No bot's last job matches.").waitFor();
      await page.getByRole("group", { name: "Status" }).getByRole("button", { name: "All" }).click();
      await expect.poll(() => rows.count(), patient).toBe(20);
      await expectGood(page, `jobs-${look.size}-${look.theme}`);
    });
  });

  it.each(looks)("shows the proof as the API does: $size, $theme", { timeout: 120_000 }, async (look) => {
    await withPage(look, async (page) => {
      await page.goto(`${assay.url}/proof`);
      const { invariants } = await read<ProofInvariants>("/api/_proof/invariants");
      const [first] = invariants;
      await page.locator("[data-testid^=invariant-]").first().waitFor();
      expect(await page.locator("[data-testid^=invariant-]").count()).toBe(invariants.length);
      const one = page.getByTestId(`invariant-${first?.id}`);
      expect(await one.getByTestId("status").innerText()).toBe("PASS");
      await one.locator("summary").click();
      expect((await one.locator("pre").innerText()).trim()).toBe(first?.sql.trim());
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await one.getByRole("button", { name: `Copy: SQL of ${first?.id}` }).click();
      await one.getByText("Copied").waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(first?.sql);
      await expectGood(page, `proof-invariants-${look.size}-${look.theme}`);
      for (const [tab, name, table] of [
        ["Starvation", "starvation", "Bots in LAB"],
        ["Data", "data", "Sessions"],
        ["Stage events", "events", "Stage events"],
        ["Audit log", "log", "Audit log"],
      ] as const) {
        await page
          .getByRole("group", { name: "Part of the proof" })
          .getByRole("button", { name: tab })
          .click();
        await page.getByRole("table", { name: table }).locator("tbody tr").first().waitFor();
        expect(new URL(page.url()).searchParams.get("tab")).toBe(name);
        if (name === "events") await page.getByText("stayed in LAB (reverted, SEV1_RESET)").first().waitFor();
        if (name === "log") await page.getByText("revert-to-lab").first().waitFor();
        await expectGood(page, `proof-${name}-${look.size}-${look.theme}`);
      }
    });
  });
});

describe("in trouble", () => {
  const at = new Date(Date.now() - 6 * 60_000).toISOString();
  const stalled: ProofAutonomy = {
    verdict: "stalled",
    generated_at: new Date().toISOString(),
    last_finished_at: at,
    bots_evaluated: 40,
    jobs_enqueued: 3,
    bots_held: 37,
    failed_ticks: 1,
    failed_in_a_row: 1,
    changes_missed: 0,
    bots_paused: 2,
    paused_at: null,
    offset: 0,
    watchdog: { holder: "host-1", beat_at: at, stalled_since: at, silent: true },
    held: [{ reason_code: "NOT_DUE", reason: "Not due yet", bots: 37 }],
    ticks: [
      {
        id: 2,
        started_at: at,
        finished_at: at,
        bots_evaluated: 0,
        jobs_enqueued: 0,
        bots_held: 0,
        held_by_reason: {},
        error: "the disk is full",
      },
      {
        id: 1,
        started_at: at,
        finished_at: at,
        bots_evaluated: 40,
        jobs_enqueued: 3,
        bots_held: 37,
        held_by_reason: { NOT_DUE: 37 },
      },
    ],
  };
  const stuck: ProofJobs = {
    generated_at: at,
    counts: [{ job_type: "IMPROVE", status: "RUNNING", count: 1 }],
    queue: [],
    last_jobs: [],
    meta: { bots: 40, limit: 1000, offset: 0 },
    stuck: [
      {
        id: 7,
        bot_id: "bot-0",
        job_type: "IMPROVE",
        status: "RUNNING",
        work: "Improve #4",
        reason_code: "IMPROVE_DUE",
        reason: "Improve due",
        attempt: 2,
        max_attempts: 3,
        iteration: 4,
        created_at: at,
        started_at: at,
        completed_at: null,
        heartbeat_at: at,
        silent_seconds: 360,
        running_seconds: 360,
        why: "worker host-1 has sent no heartbeat for more than 30s",
      },
    ],
  };
  const broken: ProofInvariants = {
    verdict: "FAIL",
    generated_at: at,
    checked: 2,
    failed: 1,
    audit_chain: { verdict: "FAIL", rows: 3, head: "9f", broken: "row 4 does not hold the hash of row 3" },
    stage_events_chain: { verdict: "PASS", rows: 20, head: "1a" },
    ticks_chain: { verdict: "FAIL", rows: 7, head: "2b", broken: "what came before tick 9 is missing" },
    invariants: [
      {
        id: "held-adds-up",
        sentence: "The reasons add up.",
        verdict: "PASS",
        offending_rows: 0,
        sample_ids: [],
        sql: "select 1",
      },
      {
        id: "one-active-job",
        sentence: "No bot has two active jobs.",
        verdict: "FAIL",
        offending_rows: 3,
        sample_ids: ["mes-gap", "mes-orb"],
        sql: "select bot_id from bot_jobs",
      },
    ],
  };

  it.each(looks)("says it on top: $size, $theme", async (look) => {
    const server = await standIn(fleetOf(40));
    server.state.proofs = {
      "/api/_proof/autonomy": stalled,
      "/api/_proof/jobs": stuck,
      "/api/_proof/invariants": broken,
    };
    try {
      await withPage(look, async (page) => {
        await page.goto(`${server.url}/autonomy`);
        await page
          .getByTestId("stalled")
          .getByText(/^The planner has not finished a tick for \d+m\. Last error: the disk is full$/)
          .waitFor();
        await page
          .getByTestId("unwatched")
          .getByText(/its last look was \d+m ago\.$/)
          .waitFor();
        await page.getByText("2 bots paused one by one").waitFor();
        await page.getByText("Nothing waits.").waitFor();
        await expectGood(page, `autonomy-stalled-${look.size}-${look.theme}`);

        await page.goto(`${server.url}/jobs`);
        const table = page.getByRole("table", { name: "Stuck jobs" });
        await table.getByText("has sent no heartbeat for more than 30s").waitFor();
        if (look.size === "desktop") await table.getByText("2 of 3").waitFor();
        await expectGood(page, `jobs-stuck-${look.size}-${look.theme}`);

        await page.goto(`${server.url}/proof`);
        const first = page.locator("[data-testid^=invariant-]").first();
        await first.getByText("3 rows break it: mes-gap, mes-orb and 1 more").waitFor();
        await page.getByRole("alert").getByText("row 4 does not hold the hash of row 3").waitFor();
        await page.getByRole("alert").getByText("what came before tick 9 is missing").waitFor();
        await expectGood(page, `proof-broken-${look.size}-${look.theme}`);

        server.state.proofs = {};
        server.state.problem = "The database did not answer within 5 s.";
        await page.goto(`${server.url}/autonomy`);
        await page.getByText("The planner's ticks could not be read").waitFor();
        await expectAccessible(page);
      });
    } finally {
      server.close();
    }
  });
});
