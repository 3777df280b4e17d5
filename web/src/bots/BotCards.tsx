import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useLayoutEffect, useRef, useState } from "react";
import type { Bot } from "../api/types";
import { count, drawdown, money, percent, ratio } from "../format/number";
import { Activity } from "../ui/Activity";
import { AlertIcon } from "../ui/AlertIcon";
import { Figure } from "../ui/Figure";
import { SimData } from "../ui/SimData";
import { Sparkline } from "../ui/Sparkline";
import { StageChip } from "../ui/StageChip";
import styles from "./BotCards.module.css";
import { BotName } from "./BotRow";
import { Tick } from "./SelectionBar";
import type { Selecting } from "./useSelection";

const cardHeight = 112;

/** The fleet on a phone: a card a bot, of which only those in sight exist. */
export function BotCards({ bots, selecting }: { bots: Bot[]; selecting: Selecting | undefined }) {
  const list = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop(list.current?.offsetTop ?? 0), []);
  const cards = useVirtualizer({
    count: bots.length,
    getScrollElement: () => document.getElementById("main"),
    estimateSize: () => cardHeight,
    getItemKey: (i) => bots[i]?.id ?? i,
    overscan: 8,
    scrollMargin: top,
  });
  return (
    <ul ref={list} className={styles.cards} aria-label="Bots" style={{ height: cards.getTotalSize() }}>
      {cards.getVirtualItems().map(({ index, start }) => {
        const bot = bots[index];
        return (
          bot && (
            <Card
              key={bot.id}
              bot={bot}
              top={start - top}
              selected={selecting?.ids.has(bot.id)}
              onSelect={selecting?.toggle}
            />
          )
        );
      })}
    </ul>
  );
}

interface CardProps {
  bot: Bot;
  top: number;
  /** Undefined while nobody selects. */
  selected: boolean | undefined;
  onSelect: ((id: string) => void) | undefined;
}

const Card = memo(function Card({ bot, top, selected, onSelect }: CardProps) {
  const { metrics } = bot;
  return (
    <li
      data-testid="bot-card"
      data-bot-id={bot.id}
      data-selected={selected || undefined}
      className={styles.card}
      style={{ top }}
    >
      <div className={styles.line}>
        {selected !== undefined && (
          <Tick label={`Select ${bot.name}`} checked={selected} onChange={() => onSelect?.(bot.id)} />
        )}
        <BotName bot={bot} />
        <AlertIcon alert={bot.botNow.alert} />
        <span className={styles.marks}>
          {metrics.simData && <SimData />}
          <StageChip stage={bot.stage} />
        </span>
      </div>
      <div className={styles.line}>
        <strong>
          <Figure of={metrics} value={metrics.netPnl} format={money} signed />
        </strong>
        <span className={styles.activity}>
          <Activity botNow={bot.botNow} />
        </span>
        <Sparkline points={metrics.equity} width={82} />
      </div>
      <dl>
        <dt>Max DD</dt>
        <dd>
          <Figure of={metrics} value={metrics.maxDrawdown} format={drawdown} />
        </dd>
        <dt>Sharpe</dt>
        <dd>
          <Figure of={metrics} value={metrics.sharpe} format={ratio} />
        </dd>
        <dt>Win %</dt>
        <dd>
          <Figure of={metrics} value={metrics.winRate} format={percent} />
        </dd>
        <dt>Trades</dt>
        <dd>
          <Figure of={metrics} value={metrics.trades} format={count} />
        </dd>
      </dl>
    </li>
  );
});
