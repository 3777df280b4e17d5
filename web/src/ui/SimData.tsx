import styles from "./marks.module.css";

/** Says that the figures beside it come from synthetic data. */
export function SimData() {
  return (
    <span className={styles.sim} data-testid="sim-data">
      SIM DATA
    </span>
  );
}
