import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { expect } from "vitest";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Fails when axe-core, best practices included, has anything to report. */
export async function expectAccessible(page: Page) {
  // By the protocol and not by a script tag, which the page's policy forbids.
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import("axe-core") };
    const result = await axe.run({ resultTypes: ["violations"] });
    return result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(" | ")}`);
  });
  expect(violations).toEqual([]);
}

/** Words that no page may show, ui.md section 19. */
const forbidden =
  /Data Fresh|All systems|\bOK\b|\bUNKNOWN\b|\bN\/A\b|\bnull\b|\bNaN\b|\bundefined\b|Invalid Date|skipped|(?:^|\s)-\d+[smh]\b/i;

/** Fails when a text, a tooltip or an accessible name of the page is one that must never be shown. */
export async function expectHonestWords(page: Page) {
  const said = await page.evaluate(() => [
    document.title,
    document.body.innerText,
    ...[...document.querySelectorAll("[title], [aria-label]")].map(
      (e) => `${e.getAttribute("title") ?? ""} ${e.getAttribute("aria-label") ?? ""}`,
    ),
  ]);
  expect(said.filter((text) => forbidden.test(text)).map((text) => forbidden.exec(text)?.[0])).toEqual([]);
}

/** Fails when the page itself, not a table or strip in it, scrolls sideways. */
export async function expectNoSidewaysScroll(page: Page) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(over).toBeLessThanOrEqual(0);
}

/** Collects what the browser complains of, save for calls that a test makes fail on purpose. */
export function complaints(page: Page): string[] {
  const all: string[] = [];
  page.on("pageerror", (error) => all.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource|ERR_/.test(message.text()))
      all.push(message.text());
  });
  return all;
}
