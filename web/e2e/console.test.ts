import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Badge, Check } from "../src/api/types";
import { launch, looks, picture, profile } from "./browser";
import { complaints, expectAccessible, expectHonestWords, expectNoSidewaysScroll } from "./page";
import { fleetOf, standIn } from "./standin";

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

type Server = Awaited<ReturnType<typeof standIn>>;

async function withConsole(
  fleet: ReturnType<typeof fleetOf>,
  use: (page: Page, server: Server) => Promise<void>,
  look: (typeof looks)[number] = { size: "desktop", theme: "dark" },
) {
  const server = await standIn(fleet);
  const context = await profile(browser, look.size, look.theme);
  const page = await context.newPage();
  const heard = complaints(page);
  try {
    await use(page, server);
    expect(heard).toEqual([]);
  } finally {
    await context.close();
    server.close();
  }
}

const rows = "[data-testid=bot-row], [data-testid=bot-card]";

describe.each(looks)("$size, $theme", (look) => {
  const name = `${look.size}-${look.theme}`;

  it("shows the fleet to everybody", async () => {
    await withConsole(
      fleetOf(40),
      async (page, { url }) => {
        await page.goto(url);
        await page.locator(rows).first().waitFor();
        await page.screenshot({ path: picture(`examples-${name}`) });
        await expectAccessible(page);
        await expectHonestWords(page);
        await expectNoSidewaysScroll(page);
      },
      look,
    );
  });

  it("shows one bot to everybody", async () => {
    await withConsole(
      fleetOf(40),
      async (page, { url }) => {
        await page.goto(`${url}/bots/bot-0`);
        await page.getByRole("table", { name: "Trades" }).waitFor();
        await page.screenshot({ path: picture(`example-bot-${name}`) });
        await expectAccessible(page);
        await expectHonestWords(page);
        await expectNoSidewaysScroll(page);
      },
      look,
    );
  });

  it("opens its menus and its list of keys to everybody", async () => {
    await withConsole(
      fleetOf(5),
      async (page, { url }) => {
        await page.goto(url);
        await page.getByRole("button", { name: look.size === "phone" ? "Sort" : "Columns" }).click();
        await page.getByRole("menu").waitFor();
        await expectAccessible(page);
        await page.screenshot({ path: picture(`menu-${name}`) });
        await page.keyboard.press("Escape");
        await page.getByRole("menu").waitFor({ state: "detached" });
        await page.evaluate(() => (document.activeElement as HTMLElement).blur());
        await page.keyboard.press("?");
        await page.getByRole("dialog", { name: "Keys" }).waitFor();
        await expectAccessible(page);
        await page.screenshot({ path: picture(`keys-${name}`) });
      },
      look,
    );
  });
});

describe("selection", () => {
  it.each(looks)("is for everybody: $size, $theme", async (look) => {
    await withConsole(
      fleetOf(40),
      async (page, { url }) => {
        await page.goto(url);
        await page.locator(rows).first().waitFor();
        expect(await page.getByRole("checkbox").count()).toBe(0);
        if (look.size === "phone") {
          await page.getByRole("button", { name: "Revert or reset all bots" }).click();
          await page.getByRole("menuitem", { name: "Select bots" }).click();
        } else await page.getByRole("button", { name: "Select", exact: true }).click();
        const bar = page.getByRole("region", { name: "Selection" });
        await bar.getByText("0 bots selected").waitFor();
        expect(await bar.getByRole("button", { name: "Revert to LAB…" }).isDisabled()).toBe(true);
        await page.getByRole("checkbox", { name: "Select MES VWAP Scalper", exact: true }).click();
        await page.getByRole("checkbox", { name: "Select ES Mean Reversion", exact: true }).click();
        await bar.getByText("2 bots selected").waitFor();
        await expectAccessible(page);
        await expectHonestWords(page);
        await expectNoSidewaysScroll(page);
        await page.screenshot({ path: picture(`selection-${look.size}-${look.theme}`) });
        if (look.size === "phone") await bar.getByRole("button", { name: "All" }).click();
        else await page.getByRole("checkbox", { name: "Select all 40 bots shown" }).click();
        await bar.getByText("40 bots selected").waitFor();
        await bar.getByRole("button", { name: "Done" }).click();
        await bar.waitFor({ state: "detached" });
      },
      look,
    );
  });

  it("follows the keys, and remembers what a filter hides", async () => {
    await withConsole(fleetOf(40), async (page, { url }) => {
      await page.goto(url);
      await page.locator(rows).first().waitFor();
      for (const key of ["j", "x", "j", "j", "x"]) await page.keyboard.press(key);
      const bar = page.getByRole("region", { name: "Selection" });
      await bar.getByText("2 bots selected").waitFor();
      expect(
        await page
          .locator("tr[data-selected]")
          .evaluateAll((all) => all.map((row) => row.getAttribute("data-bot-id"))),
      ).toEqual(["bot-0", "bot-2"]);
      await page.getByRole("checkbox", { name: "Select MNQ ORB Breakout", exact: true }).focus();
      await page.keyboard.press(" ");
      await page.keyboard.press("j");
      await page.keyboard.press("x");
      await bar.getByText("2 bots selected").waitFor();
      await page.getByLabel("Find a bot or symbol").fill("orb mnq");
      await bar.getByText("2 bots selected, 1 of them not shown").waitFor();
      await page.getByLabel("Find a bot or symbol").blur();
      await page.keyboard.press("Escape");
      await bar.waitFor({ state: "detached" });
    });
  });
});

it.each(["dark", "light"] as const)("says the reason of a next action on hover, %s", async (theme) => {
  await withConsole(
    fleetOf(40),
    async (page, { url }) => {
      await page.goto(url);
      await page.getByTestId("next-action").first().hover();
      await page.getByRole("tooltip", { name: "every 6h" }).waitFor();
      await expectAccessible(page);
    },
    { size: "desktop", theme },
  );
});

/** A fleet of whose bots the first two have a stale runner and a running one, each beside other work. */
function twoBadges() {
  const fleet = fleetOf(5);
  const since = new Date(Date.now() - 600_000).toISOString();
  const runner = (text: string, age: "elapsed" | "none"): Badge => ({
    kind: "runner",
    tone: age === "none" ? "slate" : "warn",
    text,
    age,
    since,
    muted: false,
    display: text,
  });
  const work: Badge = {
    kind: "backtest",
    tone: "violet",
    text: "Backtesting ×1",
    age: "ago",
    since: new Date(Date.now() - 300_000).toISOString(),
    muted: true,
    display: "Backtesting ×1 • 5m ago",
  };
  const failed: Badge = {
    ...work,
    kind: "failed",
    tone: "critical",
    text: "Failed • the worker was killed again",
  };
  const pairs = [
    [work, runner("Runner Stale", "elapsed")],
    [work, runner("Runner Running", "none")],
    [{ ...failed, muted: false }, runner("Runner Stale", "elapsed")],
  ];
  pairs.forEach((badges, i) => {
    const bot = fleet.data[i];
    if (!bot) return;
    bot.stage = "LIVE";
    bot.botNow = { ...bot.botNow, badges };
    bot.metrics = { ...bot.metrics, netPnl: -7179, sessionId: 1, equity: [0, -3000, -7179], simData: true };
  });
  return fleet;
}

describe("two badges", () => {
  it.each([1920, 1440, 1280, 1100, 1024, 800, 390, 320])(
    "tell the runner in full at %i px",
    async (width) => {
      await withConsole(twoBadges(), async (page, { url }) => {
        await page.setViewportSize({ width, height: 600 });
        await page.goto(url);
        const badges = page.locator(rows).getByTestId("activity-badge");
        await badges.first().waitFor();
        await page.screenshot({ path: picture(`two-badges-${width}`) });
        const drawn = await badges.evaluateAll((all) =>
          all.slice(0, 6).map((badge) => {
            const [text, age] = badge.querySelectorAll("span");
            const cell = badge.closest("td, li")?.getBoundingClientRect();
            const box = badge.getBoundingClientRect();
            const aged = age?.getBoundingClientRect();
            return {
              runner: badge.getAttribute("data-kind") === "runner",
              failed: badge.getAttribute("data-kind") === "failed",
              whole:
                (text?.scrollWidth ?? 1) <= (text?.clientWidth ?? 0) &&
                (!aged || (aged.bottom <= box.bottom && aged.right <= box.right)),
              inside: cell !== undefined && box.left >= cell.left && box.right <= cell.right + 0.5,
              title: badge.getAttribute("title"),
            };
          }),
        );
        expect(drawn.map(({ title }) => title).slice(0, 3)).toEqual([
          "Backtesting ×1 • 5m ago",
          "Runner Stale • 10m",
          "Backtesting ×1 • 5m ago",
        ]);
        for (const badge of drawn) {
          expect(badge.inside, badge.title ?? "").toBe(true);
          if (badge.runner || (width >= 1440 && !badge.failed))
            expect(badge.whole, badge.title ?? "").toBe(true);
        }
        const amounts = await page
          .locator(rows)
          .getByText("−$7,179")
          .evaluateAll((all) => all.map((e) => e.getClientRects().length));
        expect(amounts.filter((lines) => lines !== 1)).toEqual([]);
        await expectNoSidewaysScroll(page);
      });
    },
  );
});

describe("states", () => {
  it.each(looks)("says that the whole fleet is paused, and why: $size, $theme", async (look) => {
    await withConsole(
      fleetOf(5),
      async (page, { url, state, send }) => {
        await page.goto(url);
        await page.locator(rows).first().waitFor();
        const fact = page.getByLabel("The lab now").getByTestId("autonomy");
        expect(await fact.count()).toBe(0);
        const paused: Check = {
          id: "autonomy",
          label: "Autonomy",
          status: "DEGRADED",
          detail: "Paused by the operator: the exchange changes its tick size",
          since: new Date(Date.now() - 300_000).toISOString(),
          age: "ago",
          fix: "Resume autonomy when the reason is gone.",
        };
        const readiness = () => ({ ...state.readiness, generatedAt: new Date().toISOString() });
        send("readiness", { serverTime: new Date(), readiness: { ...readiness(), checks: [paused] } });
        await fact.getByText(`${paused.detail} 5m ago`, { exact: true }).waitFor();
        expect(await fact.getAttribute("title")).toBe(`${paused.detail} 5m ago\n${paused.fix}`);
        expect((await fact.boundingBox())?.x).toBeLessThan(200);
        if (look.size === "desktop") {
          const marked = await page.getByLabel("The lab now").getByTestId("sim-data").boundingBox();
          expect((marked?.x ?? 0) + (marked?.width ?? 0)).toBeGreaterThan(0);
          expect((marked?.x ?? 0) + (marked?.width ?? 0)).toBeLessThan(1420);
        }
        await expectAccessible(page);
        await expectHonestWords(page);
        await expectNoSidewaysScroll(page);
        await page.screenshot({ path: picture(`fleet-paused-${look.size}-${look.theme}`) });
        const runs: Check = { ...paused, status: "PASS", detail: "1 job enqueued, last tick" };
        send("readiness", { serverTime: new Date(), readiness: { ...readiness(), checks: [runs] } });
        await fact.waitFor({ state: "detached" });
      },
      look,
    );
  });

  it("shows the layout while the fleet is read", async () => {
    await withConsole(fleetOf(5), async (page, { url, state }) => {
      state.silent = true;
      await page.goto(url);
      await page.getByTestId("loading").waitFor();
      await expectAccessible(page);
      await expectHonestWords(page);
      await page.screenshot({ path: picture("state-loading") });
    });
  });

  it("says what failed, shows no zero, and tries again", async () => {
    await withConsole(fleetOf(5), async (page, { url, state }) => {
      state.problem = "The database did not answer within 5 s.";
      await page.goto(url);
      await page.getByText("The bots could not be read").waitFor();
      await page.getByText(state.problem).waitFor();
      expect(await page.getByLabel("The lab now").locator("dd").allInnerTexts()).toEqual([
        "—",
        "—",
        "—",
        "—",
        "—",
      ]);
      expect(await page.getByRole("group", { name: "Stage" }).innerText()).not.toMatch(/\d/);
      await expectAccessible(page);
      await page.screenshot({ path: picture("state-error") });
      state.problem = "";
      await page.getByRole("button", { name: "Try again" }).click();
      await page.locator(rows).first().waitFor();
    });
  });

  it("keeps old figures when a later call fails, and says so", async () => {
    await withConsole(fleetOf(5), async (page, { url, state, send }) => {
      await page.goto(url);
      await page.locator(rows).first().waitFor();
      state.problem = "The disk is full.";
      const strange = fleetOf(6).data[5];
      send("bots", { serverTime: new Date(), bots: [strange], strip: state.fleet.strip });
      await page.getByText(/^Not updated since \d\d:\d\d:\d\d ET: The disk is full\.$/).waitFor();
      expect(await page.locator(rows).count()).toBe(5);
      await expectAccessible(page);
    });
  });

  it("tells an empty fleet from an empty filter", async () => {
    await withConsole(fleetOf(0), async (page, { url }) => {
      await page.goto(url);
      await page.getByRole("heading", { name: "No bots yet" }).waitFor();
      await expectAccessible(page);
      await page.screenshot({ path: picture("state-empty") });
    });
    await withConsole(fleetOf(5), async (page, { url }) => {
      await page.goto(`${url}/bots?stage=LIVE`);
      await page.getByText("No bot is in LIVE").waitFor();
      await page.getByRole("link", { name: "Show all bots" }).click();
      await page.locator(rows).first().waitFor();
      await page.getByLabel("Find a bot or symbol").fill("no such bot");
      await page.getByText("No bot matches").waitFor();
    });
  });

  it("has a page for a wrong address", async () => {
    await withConsole(fleetOf(5), async (page, { url }) => {
      await page.goto(`${url}/moon`);
      await page.getByText("There is no such page").waitFor();
      await expectAccessible(page);
      await page.goto(`${url}/bots/moon`);
      await page.getByText("There is no bot moon").waitFor();
      await page.getByRole("link", { name: "Show the fleet" }).click();
      await page.locator(rows).first().waitFor();
    });
  });
});

describe("live", () => {
  it("replaces a changed bot and ignores an older one", async () => {
    await withConsole(fleetOf(5), async (page, { url, state, send }) => {
      await page.goto(url);
      const row = page.locator("[data-bot-id=bot-1]");
      await row.waitFor();
      const [, bot] = state.fleet.data;
      const said = (revision: number, text: string) => ({
        serverTime: new Date(),
        strip: { ...state.fleet.strip, working: revision },
        bots: [
          {
            ...bot,
            revision,
            botNow: {
              ...bot?.botNow,
              badges: [{ kind: "improve", tone: "blue", text, age: "none", muted: false, display: text }],
            },
          },
        ],
      });
      send("bots", said(3, "Improving #1"));
      await row.getByText("Improving #1").waitFor();
      send("bots", said(2, "Improving #2"));
      await page.getByLabel("The lab now").getByText("2", { exact: true }).waitFor();
      expect(await row.getByTestId("activity-badge").innerText()).toBe("Improving #1");
    });
  });

  it("sorts with missing values last, and in the address", async () => {
    await withConsole(fleetOf(40), async (page, { url }) => {
      await page.goto(url);
      const head = page.getByRole("columnheader", { name: "Net P&L" });
      await head.getByRole("button").click();
      await expect.poll(() => head.getAttribute("aria-sort")).toBe("descending");
      expect(new URL(page.url()).search).toBe("?sort=netPnl");
      const first = await page.locator("[data-col=netPnl]").nth(2).innerText();
      await head.getByRole("button").click();
      await expect.poll(() => head.getAttribute("aria-sort")).toBe("ascending");
      const last = await page.locator("[data-col=netPnl]").nth(2).innerText();
      expect([first[0], last[0]]).toEqual(["+", "−"]);
    });
  });
});

describe("keys", () => {
  it("find, walk, open, come back, and change the theme", async () => {
    await withConsole(fleetOf(40), async (page, { url }) => {
      await page.goto(url);
      await page.locator(rows).first().waitFor();
      await page.keyboard.press("j");
      await page.keyboard.press("j");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("k");
      await expect.poll(() => page.locator("[data-current]").getAttribute("data-bot-id")).toBe("bot-1");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { level: 2, name: "MNQ ORB Breakout" }).waitFor();
      await page.keyboard.press("]");
      await page.getByRole("heading", { level: 2, name: "ES Mean Reversion" }).waitFor();
      await page.keyboard.press("g");
      await page.keyboard.press("b");
      await page.locator(rows).first().waitFor();
      await page.keyboard.press("/");
      await page.keyboard.type("gap t");
      await expect.poll(() => page.getByLabel("Find a bot or symbol").inputValue()).toBe("gap t");
      await page.keyboard.press("Escape");
      await expect.poll(() => page.getByLabel("Find a bot or symbol").inputValue()).toBe("");
      await page.keyboard.press("Escape");
      await page.keyboard.press("t");
      await page.locator("html[data-mantine-color-scheme=light]").waitFor();
    });
  });

  it("walks on to rows that were not in sight", async () => {
    await withConsole(fleetOf(200), async (page, { url }) => {
      await page.goto(url);
      await page.locator(rows).first().waitFor();
      for (let i = 0; i < 60; i++) await page.keyboard.press("j");
      await expect.poll(() => page.locator("[data-current]").getAttribute("data-bot-id")).toBe("bot-59");
      expect(await page.evaluate(() => document.activeElement?.closest("tr")?.dataset.botId)).toBe("bot-59");
    });
  });
});

describe("10,000 bots", () => {
  it("are on the page as few elements, the last one too", async () => {
    await withConsole(fleetOf(10_000), async (page, { url }) => {
      await page.goto(url);
      await page.locator(rows).first().waitFor();
      expect(await page.evaluate(() => document.querySelectorAll("*").length)).toBeLessThan(2000);
      await page.getByLabel("The fleet").evaluate((fleet) => fleet.scrollTo(0, fleet.scrollHeight));
      await page.locator("[data-bot-id=bot-9999]").waitFor();
      expect(await page.evaluate(() => document.querySelectorAll("*").length)).toBeLessThan(2000);
    });
  });
});

it("reflows at 320 pixels, which is 400 % of 1280", async () => {
  await withConsole(fleetOf(40), async (page, { url }) => {
    await page.setViewportSize({ width: 320, height: 640 });
    await page.goto(url);
    await page.locator(rows).first().waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    for (const width of [768, 1024, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await page.getByTestId("bot-row").first().waitFor();
      await expectNoSidewaysScroll(page);
      await page.screenshot({ path: picture(`width-${width}`) });
    }
  });
});
