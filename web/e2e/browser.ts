import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium } from "playwright-core";

/** The system's Chromium, without anything that would reach for the network. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export const sizes = {
  desktop: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
} as const;

export type Size = keyof typeof sizes;
export type Theme = "dark" | "light";

/** Every size in every theme. */
export const looks = (["desktop", "phone"] as const).flatMap((size) =>
  (["dark", "light"] as const).map((theme) => ({ size, theme })),
);

/** A fresh browser profile of a size, with a theme chosen earlier. */
export async function profile(browser: Browser, size: Size, theme: Theme): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: sizes[size], reducedMotion: "reduce" });
  await context.addInitScript((chosen) => localStorage.setItem("assay.theme", chosen), theme);
  return context;
}

/** The file of a picture, in a folder that git ignores. */
export function picture(name: string): string {
  const folder = join(import.meta.dirname, "out");
  mkdirSync(folder, { recursive: true });
  return join(folder, `${name}.png`);
}
