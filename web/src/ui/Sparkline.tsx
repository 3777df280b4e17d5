const height = 24;
const edge = 3;

/** The curve of a result, above and below its zero line; its figures stand beside it as text. */
export function Sparkline({ points, width = 112 }: { points: number[]; width?: number }) {
  const last = points.at(-1);
  if (last === undefined || points.length < 2) return null;
  const top = Math.max(0, ...points);
  const bottom = Math.min(0, ...points);
  const x = (i: number) => edge + (i / (points.length - 1)) * (width - 2 * edge);
  const y = (v: number) => edge + ((top - v) / (top - bottom || 1)) * (height - 2 * edge);
  const path = points.map((v, i) => `${x(i).toFixed(1)},${y(v).toFixed(1)}`).join(" ");
  const colour = last < 0 ? "var(--neg)" : "var(--pos)";
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} fill="none" aria-hidden>
      <line x1={edge} x2={width - edge} y1={y(0)} y2={y(0)} stroke="var(--line-2)" strokeDasharray="2 3" />
      <polyline points={path} stroke={colour} strokeWidth={1.4} strokeLinejoin="round" />
      <circle cx={x(points.length - 1)} cy={y(last)} r={2} fill={colour} />
    </svg>
  );
}
