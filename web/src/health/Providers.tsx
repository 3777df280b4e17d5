import type { Provider } from "../api/types";
import { ActionButton } from "./ActionButton";
import { Aged } from "./Aged";
import styles from "./HealthDrawer.module.css";
import { StatusWord } from "./StatusWord";

/** The five outside services. */
export function Providers({ providers }: { providers: Provider[] }) {
  return (
    <section aria-labelledby="health-providers">
      <h2 id="health-providers">Providers</h2>
      <ul className={styles.box}>
        {providers.map((provider) => (
          <li key={provider.id} data-testid={`provider-${provider.id}`} className={styles.provider}>
            <div className={styles.name}>
              <h3>{provider.name}</h3>
              <span className={styles.quiet}>{provider.role}</span>
              <StatusWord status={provider.status} />
            </div>
            <div className={styles.facts}>
              <p className={styles.lines}>
                {provider.lines.map((line) => (
                  <span key={line.text}>
                    <Aged text={line.text} since={line.since} form={line.age} />
                  </span>
                ))}
              </p>
              {provider.status !== "NOT_CONFIGURED" && provider.reason && <p>{provider.reason}</p>}
              {provider.said && <p className={styles.said}>{provider.said}</p>}
              {provider.fix && <p>{provider.fix}</p>}
              {provider.action && <ActionButton action={provider.action} />}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
