// @vitest-environment jsdom
import { createMemoryHistory } from "@tanstack/react-router";
import { expect, it } from "vitest";
import { titleOf } from "../shell/title";
import { router } from "./router";

async function matchesAt(path: string) {
  router.update({ ...router.options, history: createMemoryHistory({ initialEntries: [path] }) });
  await router.load();
  return router.state.matches;
}

it.each(["/settings", "/moon"])("has no page at %s", async (path) => {
  expect((await matchesAt(path)).map((match) => match.routeId)).toEqual(["__root__"]);
});

it.each([
  ["/bots", "Bots"],
  ["/bots/mes-gap-fade", "Bots"],
  ["/bots/a/b", "Assay"],
  ["/autonomy", "Autonomy"],
  ["/jobs", "Jobs"],
  ["/proof", "Proof"],
  ["/moon", "Assay"],
])("calls the page at %s %s", async (path, title) => {
  expect(titleOf(await matchesAt(path))).toBe(title);
});
