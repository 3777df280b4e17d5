import { useMediaQuery } from "@mantine/hooks";
import { Link, useSearch } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
import { detailOf } from "../api/client";
import { useOverview } from "../api/overview";
import { clock } from "../clock/clock";
import { clockTime } from "../format/time";
import { Message } from "../ui/Message";
import { BotCards } from "./BotCards";
import styles from "./BotsPage.module.css";
import { BotTable } from "./BotTable";
import { SelectionBar } from "./SelectionBar";
import { Skeleton } from "./Skeleton";
import { Strip } from "./Strip";
import type { BotsSearch } from "./search";
import { Toolbar } from "./Toolbar";
import { useRows } from "./useRows";
import { useSelection } from "./useSelection";

/** The fleet. */
export function BotsPage() {
  const search = useSearch({ from: "/bots" });
  const { data, error, refetch, dataUpdatedAt } = useOverview();
  const phone = useMediaQuery("(max-width: 767px)", undefined, { getInitialValueInEffect: false });
  const [held, setHeld] = useState(false);
  const rows = useRows(data?.data ?? noBots, search, held);
  const { selecting, selected, shown, start, stop } = useSelection(data?.data ?? noBots, rows);

  let list: ReactNode;
  if (!data) list = error ? <CouldNotRead detail={detailOf(error)} onRetry={refetch} /> : <Loading />;
  else if (data.data.length === 0) list = <EmptyFleet />;
  else if (rows.length === 0) list = <EmptyFilter search={search} />;
  else if (phone) list = <BotCards bots={rows} selecting={selecting} />;
  else list = <BotTable bots={rows} search={search} selecting={selecting} onHold={setHeld} />;

  return (
    <>
      {data && error && (
        <div role="alert" className={styles.old}>
          <span>{`Not updated since ${clockTime(dataUpdatedAt + clock.now() - Date.now())} ET: ${detailOf(error)}`}</span>
          <button type="button" onClick={() => refetch()}>
            Try again
          </button>
        </div>
      )}
      <Toolbar
        search={search}
        overview={data}
        phone={phone}
        selecting={selecting !== undefined}
        onSelect={selecting ? stop : start}
      />
      <Strip strip={data?.strip} />
      {list}
      {selecting && (
        <SelectionBar
          selected={selected}
          shown={shown.length}
          onStop={stop}
          onAll={phone ? selecting.toggleAll : undefined}
        />
      )}
    </>
  );
}

const noBots: never[] = [];

function CouldNotRead({ detail, onRetry }: { detail: string; onRetry: () => void }) {
  return (
    <Message title="The bots could not be read" text={detail} alert>
      <button type="button" className={styles.action} onClick={() => onRetry()}>
        Try again
      </button>
    </Message>
  );
}

function Loading() {
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), 10_000);
    return () => clearTimeout(timer);
  }, []);
  return (
    <>
      <Skeleton />
      <p role="status" className={styles.still}>
        {long && "Still loading"}
      </p>
    </>
  );
}

function EmptyFleet() {
  return (
    <Message
      title="No bots yet"
      text="New bots start in LAB, and the planner gives each a baseline backtest."
    />
  );
}

function EmptyFilter({ search }: { search: BotsSearch }) {
  const onlyStage = search.stage && !search.q && !search.attention;
  return (
    <Message title={onlyStage ? `No bot is in ${search.stage}` : "No bot matches"}>
      <Link to="/bots" className={styles.action}>
        Show all bots
      </Link>
    </Message>
  );
}
