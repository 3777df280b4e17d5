import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Bot } from "../src/api/types";
import { Assay } from "./assay";
import { launch, looks, picture, profile } from "./browser";
import { complaints, expectAccessible, expectHonestWords, expectNoSidewaysScroll } from "./page";

const assay = new Assay();
let browser: Browser;

beforeAll(async () => {
  [browser] = await Promise.all([launch(), assay.start()]);
});

afterAll(async () => {
  await browser?.close();
  await assay.remove();
});

const rows = "[data-testid=bot-row], [data-testid=bot-card]";
const patient = { timeout: 45_000, interval: 200 };

/** What a row says that the server has said. */
interface Said {
  name: string;
  stage: string;
  badges: string[];
  alert: boolean;
  simData: boolean;
}

function saidByPage(page: Page): Promise<Record<string, Said>> {
  return page.locator(rows).evaluateAll((all) => {
    const texts = (row: Element, id: string) =>
      [...row.querySelectorAll(`[data-testid=${id}]`)].map((e) => e.textContent ?? "");
    return Object.fromEntries(
      all.map((row) => [
        row.getAttribute("data-bot-id"),
        {
          name: row.querySelector("a")?.textContent ?? "",
          stage: texts(row, "stage-chip").join(),
          badges: texts(row, "activity-badge"),
          alert: texts(row, "alert-icon").length > 0,
          simData: texts(row, "sim-data").length > 0,
        },
      ]),
    );
  });
}

async function saidByServer(): Promise<Record<string, Said>> {
  const said = (bot: Bot): Said => ({
    name: bot.name,
    stage: bot.stage,
    badges: bot.botNow.badges.map((badge) => badge.display),
    alert: bot.botNow.alert !== undefined,
    simData: bot.metrics.simData,
  });
  const { data } = await assay.bots();
  return Object.fromEntries(data.map((bot) => [bot.id, said(bot)]));
}

/**
 * Waits until each row shows what the server said of it within the last seconds. Ages change every second, each bot's at
 * another moment, so that no two readings of the whole fleet need be the same.
 */
async function expectAgreement(page: Page) {
  const lately: Record<string, Said>[] = [];
  const said = async () => {
    lately.push(await saidByServer());
    lately.splice(0, lately.length - 12);
  };
  await expect
    .poll(async () => {
      await said();
      const shown = await saidByPage(page);
      await said();
      const ids = Object.keys(lately[0] ?? {});
      const apart = ids.filter(
        (id) => !lately.some((now) => JSON.stringify(now[id]) === JSON.stringify(shown[id])),
      );
      return apart.length === 0 && Object.keys(shown).length === ids.length
        ? "agree"
        : { apart, shown, server: lately.at(-1) };
    }, patient)
    .toBe("agree");
}

it("shows twenty bots at work, as the API says, without a click", async () => {
  const context = await profile(browser, "desktop", "dark");
  const page = await context.newPage();
  const heard = complaints(page);
  await page.goto(assay.url);
  await page.getByRole("table", { name: "Bots" }).waitFor();
  await expect.poll(() => page.locator(rows).count(), patient).toBe(20);
  await page.getByTestId("activity-badge").first().waitFor();
  await expectAgreement(page);
  const tabs = page.getByRole("group", { name: "Stage" }).getByRole("button");
  expect(await tabs.allInnerTexts().then((all) => all.map((text) => text.replace(/\s+/g, " ")))).toEqual([
    "All 20",
    "LAB 20",
    "PAPER 0",
    "SHADOW 0",
    "CANARY 0",
    "LIVE 0",
  ]);
  expect(heard).toEqual([]);
  await context.close();
});

it("marks every result as SIM DATA", async () => {
  const context = await profile(browser, "desktop", "dark");
  const page = await context.newPage();
  await page.goto(assay.url);
  await expect.poll(() => page.locator(rows).getByTestId("sim-data").count(), patient).toBe(20);
  await expectAgreement(page);
  const figures = page.locator(rows).first().locator("[data-numeric]");
  expect(await figures.allInnerTexts().then((all) => all.join(" "))).toMatch(/\d/);
  await page.getByLabel("The lab now").getByTestId("sim-data").waitFor();
  await context.close();
});

it("shows a bot's page with the provenance of its figures", async () => {
  const context = await profile(browser, "desktop", "dark");
  const page = await context.newPage();
  const heard = complaints(page);
  await page.goto(assay.url);
  const bot = (await assay.bots()).data.find(({ metrics }) => metrics.sessionId !== null);
  await page.getByRole("link", { name: bot?.name ?? "" }).click();
  await page.getByRole("heading", { level: 2, name: bot?.name ?? "" }).waitFor();
  await page.getByText(`Session ${bot?.metrics.sessionId}`, { exact: true }).first().waitFor();
  await expectAccessible(page);
  await expectHonestWords(page);
  await page.screenshot({ path: picture("bot-desktop-dark"), fullPage: true });
  expect(heard).toEqual([]);
  await context.close();
});

describe.each(looks)("$size, $theme", ({ size, theme }) => {
  it("is readable and honest", async () => {
    const context = await profile(browser, size, theme);
    const page = await context.newPage();
    await page.goto(assay.url);
    await expect.poll(() => page.locator(rows).count(), patient).toBeGreaterThan(size === "phone" ? 3 : 4);
    await expectAccessible(page);
    await expectHonestWords(page);
    await expectNoSidewaysScroll(page);
    await page.screenshot({ path: picture(`${size}-${theme}`) });
    await context.close();
  });
});

it("says that the stream is cut, and forgets nothing when it is back", async () => {
  const context = await profile(browser, "desktop", "dark");
  const page = await context.newPage();
  await page.goto(assay.url);
  await expect.poll(() => page.locator(rows).count(), patient).toBe(20);
  await assay.kill();
  const notice = page.getByTestId("connection");
  await notice.waitFor();
  expect(await notice.innerText()).toMatch(/^Reconnecting… showing \d\d:\d\d:\d\d ET$/);
  expect(await page.locator(rows).count()).toBe(20);
  await expectAccessible(page);
  await page.screenshot({ path: picture("reconnecting") });
  await assay.start();
  await notice.waitFor({ state: "detached" });
  await expectAgreement(page);
  await context.close();
});
