// @vitest-environment jsdom
import { createMemoryHistory } from "@tanstack/react-router";
import { expect, it } from "vitest";
import { router } from "./router";

it.each(["/autonomy", "/jobs", "/proof", "/settings", "/moon"])("has no page at %s", async (path) => {
  router.update({ ...router.options, history: createMemoryHistory({ initialEntries: [path] }) });
  await router.load();
  expect(router.state.matches.map((match) => match.routeId)).toEqual(["__root__"]);
});
