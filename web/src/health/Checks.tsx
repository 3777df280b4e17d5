import type { Check } from "../api/types";
import { ActionButton } from "./ActionButton";
import { Aged } from "./Aged";
import styles from "./HealthDrawer.module.css";
import { StatusWord } from "./StatusWord";

/** The eight checks. */
export function Checks({ checks }: { checks: Check[] }) {
  return (
    <section aria-labelledby="health-checks">
      <h2 id="health-checks">Checks</h2>
      <ul className={styles.box}>
        {checks.map((check) => (
          <li
            key={check.id}
            data-testid={`check-${check.id}`}
            className={styles.check}
            data-long={check.fix ? true : undefined}
          >
            <h3>{check.label}</h3>
            <div className={styles.detail}>
              <p>
                <Aged text={check.detail} since={check.since} form={check.age} />
              </p>
              {check.fix && <p>{check.fix}</p>}
            </div>
            {check.action && <ActionButton action={check.action} />}
            <StatusWord status={check.status} />
          </li>
        ))}
      </ul>
    </section>
  );
}
