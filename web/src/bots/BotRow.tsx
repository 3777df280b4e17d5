import { Link } from "@tanstack/react-router";
import { memo, type ReactNode } from "react";
import type { Bot } from "../api/types";
import { count, drawdown, money, percent, ratio } from "../format/number";
import { Activity } from "../ui/Activity";
import { AlertIcon } from "../ui/AlertIcon";
import { Figure } from "../ui/Figure";
import { SimData } from "../ui/SimData";
import { Sparkline } from "../ui/Sparkline";
import { StageChip } from "../ui/StageChip";
import styles from "./BotTable.module.css";
import type { Column, ColumnId } from "./columns";
import { Tick } from "./SelectionBar";

interface Props {
  bot: Bot;
  index: number;
  current: boolean;
  columns: Column[];
  /** Undefined while nobody selects. */
  selected: boolean | undefined;
  onSelect: ((id: string) => void) | undefined;
}

/** One bot; drawn again only when the bot itself is another object. */
export const BotRow = memo(
  function BotRow({ bot, index, current, columns, selected, onSelect }: Props) {
    return (
      <tr
        data-testid="bot-row"
        data-bot-id={bot.id}
        data-current={current || undefined}
        data-selected={selected || undefined}
        aria-rowindex={index + 2}
      >
        {selected !== undefined && (
          <td data-col="select">
            <Tick label={`Select ${bot.name}`} checked={selected} onChange={() => onSelect?.(bot.id)} />
          </td>
        )}
        {columns.map(({ id, numeric }) =>
          id === "name" ? (
            <th key={id} scope="row" data-col={id}>
              {cells[id](bot)}
            </th>
          ) : (
            <td key={id} data-col={id} data-numeric={numeric}>
              {cells[id](bot)}
            </td>
          ),
        )}
      </tr>
    );
  },
  (old, next) =>
    old.bot === next.bot &&
    old.index === next.index &&
    old.current === next.current &&
    old.selected === next.selected &&
    old.columns.length === next.columns.length &&
    old.columns.every((column, i) => column === next.columns[i]),
);

const cells: Record<ColumnId, (bot: Bot) => ReactNode> = {
  attention: (bot) => <AlertIcon alert={bot.botNow.alert} />,
  name: (bot) => <BotName bot={bot} />,
  symbol: (bot) => bot.symbol,
  stage: (bot) => <StageChip stage={bot.stage} />,
  activity: (bot) => <Activity botNow={bot.botNow} />,
  data: (bot) => bot.metrics.simData && <SimData />,
  netPnl: (bot) => <Figure of={bot.metrics} value={bot.metrics.netPnl} format={money} signed />,
  maxDrawdown: (bot) => <Figure of={bot.metrics} value={bot.metrics.maxDrawdown} format={drawdown} />,
  sharpe: (bot) => <Figure of={bot.metrics} value={bot.metrics.sharpe} format={ratio} />,
  winRate: (bot) => <Figure of={bot.metrics} value={bot.metrics.winRate} format={percent} />,
  trades: (bot) => <Figure of={bot.metrics} value={bot.metrics.trades} format={count} />,
  equity: (bot) => <Sparkline points={bot.metrics.equity} />,
};

/** The bot's name, which leads to its page, and its generation. */
export function BotName({ bot }: { bot: Bot }) {
  return (
    <span className={styles.name}>
      <Link to="/bots/$botId" params={{ botId: bot.id }} preload={false}>
        {bot.name}
      </Link>
      <small>{`Gen ${bot.generation}`}</small>
    </span>
  );
}
