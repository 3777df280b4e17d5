import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Readiness } from "../src/api/types";
import { Assay } from "./assay";
import { launch, looks, picture, profile } from "./browser";
import { complaints, expectAccessible, expectHonestWords, expectNoSidewaysScroll } from "./page";
import { StandIns } from "./standins";

let browser: Browser;
const patient = { timeout: 30_000, interval: 100 };

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser?.close());

const drawer = (page: Page) => page.getByRole("dialog", { name: "System Health" });
const statusOf = (page: Page, row: string) => page.getByTestId(row).getByTestId("status").innerText();

/** The words of the five providers and the eight checks. */
async function words(page: Page): Promise<Record<string, string>> {
  const rows = page.locator("[data-testid^=provider-], [data-testid^=check-]");
  await rows.nth(12).waitFor();
  return rows.evaluateAll((all) =>
    Object.fromEntries(
      all.map((row) => [
        row.getAttribute("data-testid"),
        row.querySelector("[data-testid=status]")?.textContent ?? "",
      ]),
    ),
  );
}

/** The same, as the server says it. */
function wordsOf(readiness: Readiness): Record<string, string> {
  const word = (status: string) => status.replaceAll("_", " ");
  return Object.fromEntries([
    ...readiness.providers.map((p) => [`provider-${p.id}`, word(p.status)]),
    ...readiness.checks.map((c) => [`check-${c.id}`, word(c.status)]),
  ]);
}

async function withPage(
  url: string,
  use: (page: Page) => Promise<void>,
  look: (typeof looks)[number] = { size: "desktop", theme: "dark" },
) {
  const context = await profile(browser, look.size, look.theme);
  const page = await context.newPage();
  const heard = complaints(page);
  try {
    await page.goto(url);
    await use(page);
    expect(heard).toEqual([]);
  } finally {
    await context.close();
  }
}

/** A picture of the whole drawer, which scrolls by itself. */
async function whole(page: Page, name: string) {
  const size = page.viewportSize();
  const height = await drawer(page).evaluate((dialog) =>
    Math.max(...[dialog, ...dialog.querySelectorAll("*")].map((e) => e.scrollHeight)),
  );
  if (size) await page.setViewportSize({ width: size.width, height: height + 60 });
  await page.screenshot({ path: picture(name) });
  if (size) await page.setViewportSize(size);
}

/** The width that the reasons of the providers have, where they have the least. */
function narrowest(page: Page): Promise<number> {
  return page
    .locator("[data-testid^=provider-] p")
    .evaluateAll((all) => Math.min(...all.map((p) => p.getBoundingClientRect().width)));
}

describe("with no key at all", () => {
  const none = Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => /^(DATABENTO|POLYGON|IRONBEAM|TRADOVATE|REDIS)_/.test(name))
      .map((name) => [name, ""]),
  );
  const assay = new Assay(none);
  beforeAll(() => assay.start());
  afterAll(() => assay.remove());

  it.each(looks)("says what to set, and what is open and blocked: $size, $theme", async (look) => {
    await withPage(
      `${assay.url}/?health=true`,
      async (page) => {
        await expect.poll(() => statusOf(page, "check-marketDataHistorical"), patient).toBe("PASS");
        await expect.poll(() => statusOf(page, "check-autonomy"), patient).toBe("PASS");
        expect(await words(page)).toEqual({
          "provider-databento": "NOT CONFIGURED",
          "provider-polygon": "NOT CONFIGURED",
          "provider-ironbeam": "NOT CONFIGURED",
          "provider-tradovate": "NOT CONFIGURED",
          "provider-redis": "NOT CONFIGURED",
          "check-database": "PASS",
          "check-autonomy": "PASS",
          "check-marketDataHistorical": "PASS",
          "check-marketDataLive": "NOT CONFIGURED",
          "check-broker": "NOT CONFIGURED",
          "check-redis": "NOT CONFIGURED",
          "check-audit": "INFO",
          "check-botFleet": "PASS",
        });
        for (const [stage, text] of Object.entries({
          LAB: "Open",
          PAPER: "Open",
          SHADOW: "Open",
          CANARY: "Blocked",
          LIVE: "Blocked",
        }))
          expect(await page.getByTestId(`gate-${stage}`).innerText()).toContain(text);
        await page.getByTestId("provider-databento").getByText("Set DATABENTO_API_KEY").waitFor();
        expect(await page.getByTestId("provider-databento").getByRole("button").count()).toBe(0);
        await page
          .getByTestId("check-marketDataHistorical")
          .getByText(/SIM DATA/)
          .waitFor();
        await page.getByText("Blocks CANARY and LIVE only").first().waitFor();
        await expectAccessible(page);
        await expectHonestWords(page);
        await expectNoSidewaysScroll(page);
        await whole(page, `health-no-keys-${look.size}-${look.theme}`);
      },
      look,
    );
  });

  it("opens by its button and by h, closes by Escape, and stands in the address", async () => {
    await withPage(assay.url, async (page) => {
      const button = page.getByTestId("health-button");
      await button.getByText("CANARY, LIVE blocked").waitFor();
      await expectAccessible(page);
      await page.screenshot({ path: picture("health-button") });
      await button.click();
      await drawer(page).waitFor();
      expect(new URL(page.url()).searchParams.get("health")).toBe("true");
      await page.keyboard.press("Escape");
      await drawer(page).waitFor({ state: "detached" });
      expect(await button.evaluate((e) => e === document.activeElement)).toBe(true);
      await page.evaluate(() => (document.activeElement as HTMLElement).blur());
      await page.keyboard.press("h");
      await drawer(page).waitFor();
    });
  });

  it("takes the focus to its title, scrolls by keys, and fits 320 pixels", async () => {
    await withPage(assay.url, async (page) => {
      await page.setViewportSize({ width: 320, height: 640 });
      await page.keyboard.press("h");
      await words(page);
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("System Health");
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
      const sideways = await drawer(page).evaluate((dialog) =>
        [dialog, ...dialog.querySelectorAll("*")]
          .filter((e) => e.getBoundingClientRect().right > 320)
          .map((e) => e.outerHTML.slice(0, 120)),
      );
      expect(sideways).toEqual([]);
      await page.keyboard.press("PageDown");
      await expect
        .poll(() => drawer(page).evaluate((dialog) => dialog.scrollTop), patient)
        .toBeGreaterThan(0);
      await expectAccessible(page);
      await page.screenshot({ path: picture("health-320") });
    });
  });

  it("runs an audit on a click and says what it found", async () => {
    await withPage(`${assay.url}/bots?health=true`, async (page) => {
      await page.getByTestId("check-audit").getByText("No audit yet. It blocks nothing.").waitFor();
      await page.getByRole("button", { name: "Run Audit" }).click();
      await expect.poll(() => statusOf(page, "check-audit"), patient).toBe("PASS");
      await page.getByRole("status").getByText("The audit found nothing").waitFor();
      await expectAccessible(page);
    });
  });
});

describe("when Assay dies under the open drawer", () => {
  it.each(looks)("says so within three seconds: $size, $theme", async (look) => {
    const assay = new Assay();
    await assay.start();
    try {
      await withPage(
        `${assay.url}/bots?health=true`,
        async (page) => {
          await words(page);
          const notice = drawer(page).getByTestId("connection");
          expect(await notice.count()).toBe(0);
          await assay.kill();
          const died = Date.now();
          await notice.waitFor({ timeout: 10_000 });
          expect(Date.now() - died).toBeLessThan(3000);
          expect(await notice.innerText()).toMatch(/^Reconnecting… showing \d\d:\d\d:\d\d ET$/);
          const box = await notice.boundingBox();
          expect(
            await page.evaluate(
              ({ x, y }) => document.elementFromPoint(x, y)?.closest("[data-testid=connection]") !== null,
              { x: (box?.x ?? 0) + 5, y: (box?.y ?? 0) + 5 },
            ),
          ).toBe(true);
          const right = (e: Element) => e.getBoundingClientRect().right;
          expect(await notice.locator("..").evaluate(right)).toBe(
            await page
              .getByTestId("provider-redis")
              .evaluate((e) => e.parentElement?.getBoundingClientRect().right),
          );
          const checked = () =>
            page
              .getByTestId("overall")
              .getByText(/^Checked/)
              .innerText();
          const before = await checked();
          await expect.poll(checked, patient).not.toBe(before);
          await expectAccessible(page);
          await expectNoSidewaysScroll(page);
          await page.screenshot({ path: picture(`health-gone-${look.size}-${look.theme}`) });
          await assay.start();
          await notice.waitFor({ state: "detached" });
        },
        look,
      );
    } finally {
      await assay.remove();
    }
  });
});

describe("with stand-ins", () => {
  const standIns = new StandIns();
  let assay: Assay;

  beforeAll(async () => {
    await standIns.start();
    assay = new Assay(standIns.variables, ["--verify-every", "2s"]);
    await assay.start();
    while (!(await assay.readiness()).providers.every((p) => p.lastVerifiedAt !== null)) await delay(100);
  });
  afterAll(async () => {
    await assay?.remove();
    await standIns.remove();
  });

  it.each(looks)("shows what the server says: $size, $theme", async (look) => {
    await withPage(
      `${assay.url}/bots?health=true`,
      async (page) => {
        const shown = await words(page);
        expect(shown).toMatchObject({
          "provider-databento": "PASS",
          "provider-ironbeam": "PASS",
          "provider-redis": expect.stringMatching(/^(PASS|DEGRADED)$/), // a busy machine is slow
          "check-marketDataLive": "PASS",
          "check-broker": "PASS",
          "check-audit": "INFO",
          "check-botFleet": "PASS",
        });
        await expect.poll(async () => wordsOf(await assay.readiness()), patient).toEqual(await words(page));
        await page
          .getByTestId("provider-ironbeam")
          .getByText(/^At http:\/\/127.*, on this machine$/)
          .waitFor();
        await expectAccessible(page);
        await expectHonestWords(page);
        await expectNoSidewaysScroll(page);
        await whole(page, `health-standins-${look.size}-${look.theme}`);
      },
      look,
    );
  });

  it.each([
    ["Verify Market Data: Databento", "databento"],
    ["Validate Broker: Ironbeam", "ironbeam"],
    ["Verify Redis: Redis", "redis"],
    ["Run Smoke Test", "ironbeam"],
  ])("%s asks once, and the row changes without a reload", async (name, id) => {
    await withPage(`${assay.url}/bots?health=true`, async (page) => {
      await words(page);
      const calls: string[] = [];
      page.on("request", (r) => r.method() === "POST" && calls.push(new URL(r.url()).pathname));
      const before = Date.now();
      await page.getByRole("button", { name }).click();
      // Polygon's free plan allows fewer calls than this test makes; a smoke test then says so.
      const toast = page.locator("[role=status], [role=alert]").getByText(/verified/);
      await expect.poll(() => toast.count(), patient).toBeGreaterThan(0);
      expect(calls).toEqual([name === "Run Smoke Test" ? "/api/smoke-test" : `/api/providers/${id}/verify`]);
      const { providers } = await assay.readiness();
      const at = providers.find((p) => p.id === id)?.lastVerifiedAt;
      expect(Date.parse(at ?? "")).toBeGreaterThanOrEqual(before);
      await page
        .getByTestId(`provider-${id}`)
        .getByText(/^Verified \ds ago$/)
        .waitFor();
    });
  });

  it("keeps every secret to itself", async () => {
    const everything = [
      assay.log,
      ...["assay.db", "assay.db-wal"].map((name) => readFileSync(assay.file(name), "latin1")),
      JSON.stringify(await assay.readiness()),
    ].join("\n");
    for (const [name, value] of Object.entries(standIns.variables)) {
      if (/KEY|PASSWORD|SECRET/.test(name)) expect(everything.includes(value), name).toBe(false);
    }
  });

  it("tells an open page of an outage within the interval, and of its end, while LAB stays open", async () => {
    await withPage(`${assay.url}/bots?health=true`, async (page) => {
      await words(page);
      await standIns.stopRedis();
      await expect.poll(() => statusOf(page, "provider-redis"), patient).toBe("FAIL");
      await page
        .getByTestId("provider-redis")
        .getByText(/cannot be reached at redis:\/\/127/)
        .waitFor();
      await page.getByRole("button", { name: "Verify Redis: Redis" }).click();
      await page
        .getByRole("alert")
        .getByText(/^Redis: /)
        .first()
        .waitFor();
      await standIns.startRedis();
      await expect.poll(() => statusOf(page, "provider-redis"), patient).not.toBe("FAIL");
      await standIns.stopProviders();
      // Polygon's free plan and Tradovate allow a call a minute or so, and go on as they were until then.
      for (const id of ["databento", "ironbeam"])
        await expect.poll(() => statusOf(page, `provider-${id}`), patient).toBe("FAIL");
      expect(await page.getByTestId("gate-LAB").innerText()).toContain("Open");
      expect(await page.getByTestId("gate-LIVE").innerText()).toContain("Blocked");
      await page.getByTestId("health-button").getByText("CANARY, LIVE blocked").waitFor();
      await expectAccessible(page);
      await expectHonestWords(page);
      await whole(page, "health-outage-desktop-dark");
      for (const width of [390, 320]) {
        await page.setViewportSize({ width, height: 844 });
        expect(await narrowest(page)).toBeGreaterThan(width - 70);
        await whole(page, `health-outage-${width}`);
      }
    });
  });

  it("says that it could not be read, and keeps what it knew", async () => {
    await withPage(`${assay.url}/bots?health=true`, async (page) => {
      await words(page);
      await assay.kill();
      await page.getByRole("button", { name: "Run Smoke Test" }).click();
      await page.getByRole("alert").getByText("Assay does not answer").first().waitFor();
      await drawer(page)
        .getByText(/^Not updated since \d\d:\d\d:\d\d ET: Assay does not answer/)
        .waitFor(patient);
      await expectAccessible(page);
      await page.screenshot({ path: picture("health-server-gone") });
    });
  });
});
