import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { expect, it } from "vitest";

const assets = join(import.meta.dirname, "../dist/assets");

/** The scripts that the page asks for before any of its routes. */
function first(): RegExp {
  const page = readFileSync(join(assets, "../index.html"), "utf8");
  const names = [...page.matchAll(/"\/assets\/([^"]+\.js)"/g)].map(([, name = ""]) =>
    name.replaceAll(".", "\\."),
  );
  return new RegExp(`^(${names.join("|")})$`);
}

/** Kilobytes after gzip of the built files that match. */
function kilobytes(pattern: RegExp): number {
  const files = readdirSync(assets).filter((name) => pattern.test(name));
  expect(files, `no ${pattern} in dist/assets; run npm run build`).not.toHaveLength(0);
  const bytes = files.reduce((sum, name) => sum + gzipSync(readFileSync(join(assets, name))).length, 0);
  return bytes / 1000;
}

it.each([
  ["JavaScript of the fleet page", first(), 240],
  ["JavaScript of the bot page", /^BotPage-.*\.js$/, 75],
  ["JavaScript of the autonomy, jobs and proof pages", /^(AutonomyPage|JobsPage|ProofPage)-.*\.js$/, 30],
  ["CSS", /\.css$/, 50],
])("%s is within its budget", (_, pattern, most) => {
  expect(kilobytes(pattern)).toBeLessThan(most);
});

it("packs what it serves, not an earlier state of it", () => {
  const texts = readdirSync(assets).filter((name) => /\.(js|css)$/.test(name));
  expect(texts.length).toBeGreaterThan(2);
  for (const name of texts) {
    const file = (ending: string) => readFileSync(join(assets, name + ending));
    expect(brotliDecompressSync(file(".br")).equals(file("")), name).toBe(true);
    expect(gunzipSync(file(".gz")).equals(file("")), name).toBe(true);
  }
});

it("asks no other server for anything", () => {
  const page = readFileSync(join(assets, "../index.html"), "utf8");
  expect(page).not.toMatch(/https?:\/\//);
  for (const name of readdirSync(assets).filter((file) => file.endsWith(".css"))) {
    expect(readFileSync(join(assets, name), "utf8"), name).not.toMatch(/url\(["']?(https?:|\/\/)/);
  }
});
