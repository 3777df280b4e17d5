import { Drawer } from "@mantine/core";
import { detailOf } from "../api/client";
import type { Readiness } from "../api/types";
import { clock, useClock } from "../clock/clock";
import { ago } from "../format/age";
import { clockTime } from "../format/time";
import { ConnectionNotice } from "../shell/ConnectionNotice";
import { ActionButton } from "./ActionButton";
import { Blockers } from "./Blockers";
import { Checks } from "./Checks";
import { Gates } from "./Gates";
import styles from "./HealthDrawer.module.css";
import { Providers } from "./Providers";
import { useReadiness } from "./readiness";
import { StatusWord } from "./StatusWord";
import { useDrawer } from "./useDrawer";

/** System Health, over whatever page there is. It shows one answer of the server and decides nothing. */
export function HealthDrawer() {
  const drawer = useDrawer();
  return (
    <Drawer.Root
      opened={drawer.opened}
      onClose={drawer.close}
      position="right"
      size={500}
      classNames={{ content: styles.drawer ?? "", inner: styles.inner ?? "" }}
    >
      <Drawer.Overlay />
      <Drawer.Content>
        <div className={styles.head}>
          <Drawer.Title tabIndex={-1} data-autofocus>
            System Health
          </Drawer.Title>
          <Drawer.CloseButton aria-label="Close" size={32} />
          <Notice />
        </div>
        <Drawer.Body className={styles.body ?? ""}>
          <Content />
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

/** Sooner than in the header, which the overlay covers: who looks here wants to know now. */
const noticeAfter = 1500;

function Notice() {
  const { data } = useReadiness();
  return <ConnectionNotice after={noticeAfter} readAt={data ? Date.parse(data.generatedAt) : null} />;
}

function Content() {
  const { data, error, refetch, dataUpdatedAt } = useReadiness(true);
  if (!data && !error) return <p role="status">Loading</p>;
  return (
    <>
      {error && (
        <div role="alert" className={styles.trouble}>
          <span>
            {data
              ? `Not updated since ${clockTime(dataUpdatedAt + clock.now() - Date.now())} ET: ${detailOf(error)}`
              : `The system's health could not be read. ${detailOf(error)}`}
          </span>
          <button type="button" onClick={() => refetch()}>
            Try again
          </button>
        </div>
      )}
      {data && <Sections readiness={data} />}
    </>
  );
}

function Sections({ readiness }: { readiness: Readiness }) {
  const checked = useClock((now) => ago(readiness.generatedAt, now));
  return (
    <>
      <section className={styles.whole} aria-label="Overall" data-testid="overall">
        <StatusWord status={readiness.status} />
        <p>
          <strong>{readiness.open}</strong> {readiness.rest}
        </p>
        <div className={styles.foot}>
          <span>{`Checked ${checked}`}</span>
          <ActionButton action={readiness.smokeTest} />
        </div>
      </section>
      <Gates gates={readiness.gates} />
      <Blockers blockers={readiness.blockers} />
      <Providers providers={readiness.providers} />
      <Checks checks={readiness.checks} />
    </>
  );
}
