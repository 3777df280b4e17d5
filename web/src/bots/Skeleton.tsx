import styles from "./Skeleton.module.css";

const rows = Array.from({ length: 16 }, (_, i) => i);
const cells = [
  "name",
  "symbol",
  "stage",
  "activity",
  "figure",
  "figure",
  "figure",
  "figure",
  "figure",
  "equity",
];

/** The shape of the fleet before it is read. */
export function Skeleton() {
  return (
    <div className={styles.skeleton} data-testid="loading" aria-hidden>
      {rows.map((row) => (
        <div key={row}>
          {cells.map((cell, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: nothing here ever moves
            <i key={i} data-cell={cell} data-row={row % 4} />
          ))}
        </div>
      ))}
    </div>
  );
}
