import { expect, it } from "vitest";
import { botSearch } from "./search";

it.each([
  [{}, {}],
  [{ session: 12 }, { session: 12 }],
  [{ session: "12" }, {}],
  [{ session: 0 }, {}],
  [{ session: 1.5 }, {}],
  [{ session: 1e300 }, {}],
])("%o", (raw, want) => {
  expect(botSearch(raw)).toEqual(want);
});
