import styles from "./StatusWord.module.css";

const looks: Record<string, string> = {
  PASS: "pass",
  DEGRADED: "warn",
  WARN: "warn",
  NOT_VERIFIED: "warn",
  FAIL: "fail",
  INFO: "plain",
  NOT_CONFIGURED: "plain",
};

/** The word that the server gives a thing; one that is not known is shown as it is, as a bug. */
export function StatusWord({ status }: { status: string }) {
  const look = looks[status];
  return (
    <span data-testid="status" className={styles.status} data-look={look ?? "fail"}>
      {look ? status.replaceAll("_", " ") : status}
    </span>
  );
}
