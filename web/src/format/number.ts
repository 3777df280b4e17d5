/** What stands where there is no figure. */
export const missing = "—";

const minus = "−";
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const cents = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

type Figure = number | null | undefined;

/** `+$3,020`, `−$882`, `$0`: dollars with their sign. */
export function money(dollars: Figure): string {
  return sum(dollars, whole);
}

/** `+$31.25`, `−$4.10`: dollars with their sign and cents, for single trades. */
export function moneyAndCents(dollars: Figure): string {
  return sum(dollars, cents);
}

/** `−$548`, `$0`: a drawdown, which the server gives as a positive amount. */
export function drawdown(dollars: Figure): string {
  return dollars == null ? missing : money(-dollars);
}

/** `$10,000`: dollars that are neither won nor lost. */
export function plain(dollars: number): string {
  return `$${whole.format(dollars)}`;
}

/** `0.97`, `−0.11`. */
export function ratio(value: Figure): string {
  return value == null ? missing : signed(cents.format(Math.abs(value)), value, "");
}

/** `57%` of a share of one. */
export function percent(share: Figure): string {
  return share == null ? missing : `${whole.format(share * 100)}%`;
}

/** `1,204`. */
export function count(n: Figure): string {
  return n == null ? missing : whole.format(n);
}

function sum(dollars: Figure, format: Intl.NumberFormat): string {
  return dollars == null ? missing : signed(`$${format.format(Math.abs(dollars))}`, dollars, "+");
}

/** Puts the sign before a magnitude; what rounds to nothing has none. */
function signed(magnitude: string, value: number, plus: string): string {
  if (!/[1-9]/.test(magnitude)) return magnitude;
  return (value < 0 ? minus : plus) + magnitude;
}
