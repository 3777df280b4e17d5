import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
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

const patient = { timeout: 60_000, interval: 200 };

async function botWithResult() {
  const { data } = await assay.bots();
  return data.find((bot) => bot.metrics.sessionId !== null);
}

async function choose(page: Page, menu: string, item: string) {
  await page.getByRole("button", { name: menu }).click();
  await page.getByRole("menuitem", { name: item }).click();
  await page.getByRole("dialog").getByTestId("dry-run").getByRole("listitem").first().waitFor();
}

it("resets a bot: the older result stays, says so, and counts no more", { timeout: 120_000 }, async () => {
  await expect.poll(botWithResult, patient).toBeDefined();
  const bot = await botWithResult();
  if (!bot) throw new Error("the result is gone");
  const page = await (await profile(browser, "desktop", "dark")).newPage();
  const trouble = complaints(page);
  await page.goto(`${assay.url}/bots/${bot.id}`);
  await choose(page, "Revert or reset this bot", "Reset metrics…");
  const dialog = page.getByRole("dialog");
  expect(await dialog.getByTestId("dry-run").innerText()).toContain(
    "No longer counted: 1 session. They stay readable",
  );
  await expectAccessible(page);
  await expectHonestWords(page);
  await page.screenshot({ path: picture("reset-dialog-dark") });
  expect((await assay.bots()).data.find(({ id }) => id === bot.id)?.metrics.since).toBeNull();

  await dialog.getByRole("button", { name: "Reset the metrics of 1 bot" }).click();
  await dialog.getByText(/^Done\. Row 1 of the audit log/).waitFor();
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await page.getByTestId("history").getByText("Before the reset").first().waitFor();
  const after = (await assay.bots()).data.find(({ id }) => id === bot.id);
  expect(after?.metrics.since).not.toBeNull();
  expect(after?.metrics.sessionId).not.toBe(bot.metrics.sessionId);
  await expectAccessible(page);
  await expectHonestWords(page);
  await page.screenshot({ path: picture("history-dark"), fullPage: true });

  await page
    .getByTestId("history")
    .getByRole("link", { name: `Session ${bot.metrics.sessionId}` })
    .click();
  await expect.poll(() => new URL(page.url()).search).toBe(`?session=${bot.metrics.sessionId}`);
  await expectOlderSession(page, bot.metrics.sessionId ?? 0);
  await page.getByRole("button", { name: "As a table" }).click();
  await page.getByRole("table", { name: "Equity" }).getByRole("row").nth(1).waitFor();
  expect(trouble).toEqual([]);
});

/** The page reads a session from before the reset, and says so. */
async function expectOlderSession(page: Page, id: number) {
  const banner = page.getByTestId("session-banner");
  await banner
    .getByText(
      /^This session is from before the reset of \w+ \d+, \d{4} \d\d:\d\d:\d\d ET; it does not count\.$/,
    )
    .waitFor();
  await banner.getByTestId("sim-data").waitFor();
  await page.getByRole("img", { name: /^Equity curve: / }).waitFor();
  await page
    .getByRole("heading", { name: `Session ${id}` })
    .last()
    .waitFor();
  await expectAccessible(page);
  await expectHonestWords(page);
  await expectNoSidewaysScroll(page);
}

it("opens an older session by its address, in every look", { timeout: 120_000 }, async () => {
  const { data } = await assay.bots();
  const bot = data.find(({ metrics }) => metrics.since !== null);
  const sessions = await (await fetch(`${assay.url}/api/bots/${bot?.id}/sessions`)).json();
  const { id } = sessions.data.at(-1);
  for (const { size, theme } of looks) {
    const context = await profile(browser, size, theme);
    const page = await context.newPage();
    await page.goto(`${assay.url}/bots/${bot?.id}?session=${id}`);
    await expectOlderSession(page, id);
    await page.screenshot({ path: picture(`older-session-${size}-${theme}`), fullPage: true });
    await page.goto(`${assay.url}/bots/${bot?.id}?session=999999`);
    await page.getByRole("alert").getByText("there is no session 999999").waitFor();
    const other = data.find((b) => b.id !== bot?.id);
    await page.goto(`${assay.url}/bots/${other?.id}?session=${id}`);
    await page.getByRole("alert").getByText(`Session ${id} is of another bot, ${bot?.id}.`).waitFor();
    await context.close();
  }
});

it("resets the selected bots, after a new dry run when the fleet has changed", async () => {
  const page = await (await profile(browser, "desktop", "light")).newPage();
  const trouble = complaints(page);
  await page.goto(`${assay.url}/bots`);
  await page.getByTestId("bot-row").nth(4).waitFor();
  await page.getByRole("button", { name: "Select", exact: true }).click();
  const { data } = await assay.bots();
  const chosen = data.slice(2, 4);
  for (const { name } of chosen)
    await page.getByRole("checkbox", { name: `Select ${name}`, exact: true }).click();
  await page.getByRole("button", { name: "Reset metrics…" }).click();
  const dialog = page.getByRole("dialog");
  const button = dialog.getByRole("button", { name: "Reset the metrics of 2 bots" });
  await button.waitFor();
  await expectAccessible(page);
  await page.screenshot({ path: picture("selection-dialog-light") });

  await resetByOther(chosen[0]?.id ?? "");
  const hash = await dialog.locator("code").innerText();
  await button.click();
  await dialog.getByRole("alert").waitFor();
  await expect.poll(() => dialog.locator("code").innerText(), patient).not.toBe(hash);
  expect((await assay.bots()).data.find(({ id }) => id === chosen[1]?.id)?.metrics.since).toBeNull();
  await expect
    .poll(async () => {
      if (await dialog.getByText(/^Done\./).count()) return "done"; // the lab works on, and may change them again
      await button.click();
      return "refused";
    }, patient)
    .toBe("done");
  const since = (await assay.bots()).data.flatMap((bot) => (bot.metrics.since ? [bot.id] : []));
  expect(since).toEqual(expect.arrayContaining(chosen.map(({ id }) => id)));
  expect(trouble).toEqual([]);
});

/** What a colleague does meanwhile. */
async function resetByOther(id: string) {
  const answer = await fetch(`${assay.url}/api/admin/reset-metrics`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ scope: [id], reasonCode: "ELSEWHERE", dryRun: false }),
  });
  expect(answer.status).toBe(200);
}

it("reverts the fleet by the hash of its dry run", { timeout: 120_000 }, async () => {
  const page = await (await profile(browser, "phone", "light")).newPage();
  const trouble = complaints(page);
  await page.goto(`${assay.url}/bots`);
  await choose(page, "Revert or reset all bots", "Revert to LAB…");
  const dialog = page.getByRole("dialog");
  await expectAccessible(page);
  await expectHonestWords(page);
  await expectNoSidewaysScroll(page);
  await page.screenshot({ path: picture("revert-dialog-light-phone") });

  const lock = dialog.getByLabel("Lock the stage for hours");
  await lock.fill("-3");
  await lock.blur();
  await dialog.getByRole("alert").filter({ hasText: "a lock of -3 hours lies in the past" }).waitFor();
  expect(await dialog.getByRole("button", { name: "Revert to LAB" }).isDisabled()).toBe(true);
  await lock.fill("48");
  await lock.blur();
  await dialog.getByRole("button", { name: "Revert 20 bots to LAB" }).click();
  await dialog.getByText(/^Done\./).waitFor();
  const { data } = await assay.bots();
  const hours = data.map(({ botNow }) => Date.parse(botNow.stageInfo.lockedUntil ?? "") - Date.now());
  expect(hours.filter((left) => Math.abs(left / 3_600_000 - 48) > 0.1)).toEqual([]);
  expect(trouble).toEqual([]);
});
