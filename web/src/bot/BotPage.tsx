import { ActionIcon, Tooltip } from "@mantine/core";
import { IconChevronLeft, IconLock } from "@tabler/icons-react";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { detailOf } from "../api/client";
import { useOverview } from "../api/overview";
import type { Bot } from "../api/types";
import { useClock } from "../clock/clock";
import { elapsed } from "../format/age";
import { ActMenu } from "../operator/ActMenu";
import { useKeys } from "../shell/shortcuts";
import { Activity } from "../ui/Activity";
import { AlertIcon } from "../ui/AlertIcon";
import { Message } from "../ui/Message";
import { SimData } from "../ui/SimData";
import { StageChip } from "../ui/StageChip";
import styles from "./BotPage.module.css";
import { HistoryPanel } from "./HistoryPanel";
import { Kpis } from "./Kpis";
import { NowPanel } from "./NowPanel";
import { SessionPanels } from "./SessionPanels";

/** One bot: what it does, what its figures are and where they come from. */
export function BotPage() {
  const { botId } = useParams({ from: "/bots/$botId" });
  const { session } = useSearch({ from: "/bots/$botId" });
  const { data, error, refetch } = useOverview();
  const bot = data?.data.find((b) => b.id === botId);
  useNeighbours(data?.data ?? [], botId);

  if (!data && error) {
    return (
      <Message title="The bot could not be read" text={detailOf(error)} alert>
        <button type="button" onClick={() => refetch()}>
          Try again
        </button>
      </Message>
    );
  }
  if (!data) return <div className={styles.loading} data-testid="loading" />;
  if (!bot) {
    return (
      <Message title={`There is no bot ${botId}`}>
        <Link to="/bots">Show the fleet</Link>
      </Message>
    );
  }
  return (
    <article className={styles.page}>
      <Head bot={bot} />
      <SessionPanels bot={bot} wanted={session}>
        <NowPanel bot={bot} />
      </SessionPanels>
      <HistoryPanel bot={bot} shown={session ?? bot.metrics.sessionId} />
    </article>
  );
}

/** `[` and `]` lead to the bots before and after, in the server's order. */
function useNeighbours(bots: Bot[], botId: string) {
  const navigate = useNavigate();
  useKeys((key) => {
    const step = key === "[" ? -1 : key === "]" ? 1 : 0;
    const at = bots.findIndex((bot) => bot.id === botId);
    const to = at < 0 || step === 0 ? undefined : bots[at + step];
    if (to) void navigate({ to: "/bots/$botId", params: { botId: to.id }, replace: true });
  });
}

function Head({ bot }: { bot: Bot }) {
  const { botNow, metrics } = bot;
  return (
    <div className={styles.head}>
      <Tooltip label="Back to the fleet">
        <ActionIcon
          variant="subtle"
          color="gray"
          size={32}
          aria-label="Back to the fleet"
          renderRoot={(props) => <Link to="/bots" {...props} />}
        >
          <IconChevronLeft size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <div className={styles.title}>
        <div>
          <h2>{bot.name}</h2>
          <AlertIcon alert={botNow.alert} />
          <Activity botNow={botNow} />
        </div>
        <div>
          <StageChip stage={bot.stage} />
          <span>{bot.symbol}</span>
          <span>{`Gen ${bot.generation}`}</span>
          <Lock until={botNow.stageInfo.lockedUntil} />
        </div>
      </div>
      <div className={styles.figures}>
        {metrics.simData && <SimData />}
        <Kpis of={metrics} />
        <ActMenu scope={[bot.id]} label="Revert or reset this bot" />
      </div>
    </div>
  );
}

function Lock({ until }: { until: string | undefined }) {
  const left = useClock((now) =>
    until && Date.parse(until) > now ? elapsed(new Date(now).toISOString(), Date.parse(until)) : null,
  );
  if (!left) return null;
  return (
    <span className={styles.lock}>
      <IconLock size={13} aria-hidden />
      {`Stage locked for ${left}`}
    </span>
  );
}
