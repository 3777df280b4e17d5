import { describe, expect, it } from "vitest";
import { count, drawdown, money, moneyAndCents, percent, ratio } from "./number";

const cases: [format: (n: number | null) => string, value: number | null, want: string][] = [
  [money, 3020, "+$3,020"],
  [money, -882.4, "−$882"],
  [money, 0, "$0"],
  [money, -0.3, "$0"],
  [money, null, "—"],
  [moneyAndCents, 31.25, "+$31.25"],
  [moneyAndCents, -4.1, "−$4.10"],
  [drawdown, 548, "−$548"],
  [drawdown, 0, "$0"],
  [drawdown, null, "—"],
  [ratio, 0.974, "0.97"],
  [ratio, -0.11, "−0.11"],
  [ratio, -0.001, "0.00"],
  [ratio, null, "—"],
  [percent, 0.57, "57%"],
  [percent, null, "—"],
  [count, 1204, "1,204"],
  [count, 0, "0"],
  [count, null, "—"],
];

describe("figures", () => {
  it.each(cases)("%o of %s is %s", (format, value, want) => {
    expect(format(value)).toBe(want);
  });
});
