import { expect, it } from "vitest";
import { scaleOf } from "./equity";

it("keeps zero in sight above a loss and below a gain", () => {
  const loss = scaleOf([-10, -40], 100);
  expect([loss.top, loss.bottom, loss.y(0), loss.y(-40)]).toEqual([0, -40, 8, 92]);
  const gain = scaleOf([10, 40], 100);
  expect([gain.top, gain.bottom, gain.y(0), gain.y(40)]).toEqual([40, 0, 92, 8]);
});

it("draws what never moved", () => {
  expect(scaleOf([0, 0], 100).y(0)).toBe(8);
});
