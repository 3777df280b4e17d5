import type { ReactNode } from "react";
import type { Metrics } from "../api/types";
import { count, drawdown, money, percent, ratio } from "../format/number";
import { Figure } from "../ui/Figure";

type Result = Pick<
  Metrics,
  "netPnl" | "maxDrawdown" | "sharpe" | "winRate" | "trades" | "sessionId" | "since"
>;

/** The five figures of a result, in the order of every list. */
export function Kpis({ of }: { of: Result }) {
  return (
    <dl>
      <Kpi label="Net P&L">
        <Figure of={of} value={of.netPnl} format={money} signed />
      </Kpi>
      <Kpi label="Max DD">
        <Figure of={of} value={of.maxDrawdown} format={drawdown} />
      </Kpi>
      <Kpi label="Sharpe">
        <Figure of={of} value={of.sharpe} format={ratio} />
      </Kpi>
      <Kpi label="Win %">
        <Figure of={of} value={of.winRate} format={percent} />
      </Kpi>
      <Kpi label="Trades">
        <Figure of={of} value={of.trades} format={count} />
      </Kpi>
    </dl>
  );
}

function Kpi({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
