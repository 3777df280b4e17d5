import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { binary } from "./assay";

/** Servers that stand in for the providers, and a real Redis. */
export class StandIns {
  variables: Record<string, string> = {};
  #standin: ChildProcess | undefined;
  #redis: ChildProcess | undefined;
  #redisPort = 0;

  async start() {
    await Promise.all([this.#startStandIn(), this.startRedis()]);
  }

  /** Starts Redis, on the port it had before if there was one. */
  async startRedis() {
    this.#redisPort ||= await freePort();
    const arguments_ = [
      "--port",
      `${this.#redisPort}`,
      "--bind",
      "127.0.0.1",
      "--save",
      "",
      "--appendonly",
      "no",
    ];
    this.#redis = await started("redis-server", arguments_, (line) => line.includes("Ready to accept"));
    this.variables.REDIS_URL = `redis://127.0.0.1:${this.#redisPort}/0`;
  }

  async #startStandIn() {
    // The last variable that it prints ends the list.
    this.#standin = await started(binary, ["standin", "--roots", "ES", "--days", "40"], (line) => {
      const [, name = "", value = ""] = /^export ([A-Z_]+)=(.*)$/.exec(line) ?? [];
      if (name) this.variables[name] = value;
      return name === "TRADOVATE_MD_URL";
    });
  }

  stopRedis() {
    return ended(this.#redis);
  }

  stopProviders() {
    return ended(this.#standin);
  }

  async remove() {
    await Promise.all([this.stopRedis(), this.stopProviders()]);
  }
}

/** Starts a program and waits for a line of its output. */
async function started(program: string, arguments_: string[], ready: (line: string) => boolean) {
  const child = spawn(program, arguments_, { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise<void>((found, fail) => {
    child.once("error", fail);
    child.once("exit", (code) => fail(new Error(`${program} ended with ${code}`)));
    createInterface({ input: child.stdout }).on("line", (line) => ready(line) && found());
  });
  return child;
}

async function ended(child: ChildProcess | undefined) {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const end = new Promise((done) => child.once("exit", done));
  child.kill("SIGKILL");
  await end;
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => found(typeof address === "object" && address ? address.port : 0));
    });
  });
}
