const edge = 8;

/** Places values between the edges of a height, with zero always in sight. */
export function scaleOf(values: number[], height: number) {
  const top = values.reduce((most, value) => Math.max(most, value), 0);
  const bottom = values.reduce((least, value) => Math.min(least, value), 0);
  const y = (value: number) => edge + ((top - value) / (top - bottom || 1)) * (height - 2 * edge);
  return { top, bottom, y };
}
