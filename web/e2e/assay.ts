import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Bots, Readiness } from "../src/api/types";

export const binary = process.env.ASSAY_BIN ?? join(import.meta.dirname, "../../bin/assay");

/** The real binary over a home of its own. */
export class Assay {
  url = "";
  readonly #home = mkdtempSync(join(tmpdir(), "assay-e2e-"));
  #process: ChildProcess | undefined;
  /** The last it wrote to its log. */
  log = "";

  /** Variables and flags beside the usual ones. */
  constructor(
    private readonly variables: Record<string, string> = {},
    private readonly flags: string[] = [],
  ) {}

  /** Starts it, on the port it had before if there was one, and waits until it says where it listens. */
  async start() {
    const listen = this.url ? new URL(this.url).host : "127.0.0.1:0";
    const child = spawn(binary, ["serve", "--listen", listen, "--home", this.#home, ...this.flags], {
      env: { ...process.env, ...this.variables },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process = child;
    child.stderr.on("data", (text) => {
      this.log = (this.log + text).slice(-100_000);
    });
    this.url = await new Promise<string>((found, fail) => {
      child.once("error", fail);
      child.once("exit", (code) => fail(new Error(`${binary} ended with ${code}: ${this.log.slice(-2000)}`)));
      createInterface({ input: child.stdout }).on("line", (line) => {
        const url = /Console: (http:\/\/[^\s"]+)/.exec(line)?.[1];
        if (url) found(url);
      });
    });
  }

  /** Ends it at once, as a power cut would. */
  async kill() {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((end) => child.once("exit", end));
    child.kill("SIGKILL");
    await ended;
  }

  async remove() {
    await this.kill();
    rmSync(this.#home, { recursive: true, force: true });
  }

  /** The path of a file in its home. */
  file(name: string): string {
    return join(this.#home, name);
  }

  /** What the API says of how ready it is, as curl would read it. */
  async readiness(): Promise<Readiness> {
    const response = await fetch(`${this.url}/api/readiness`);
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return response.json();
  }

  /** What the API says of the fleet, as curl would read it. */
  async bots(): Promise<Bots> {
    const response = await fetch(`${this.url}/api/bots?limit=100`);
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return response.json();
  }
}
