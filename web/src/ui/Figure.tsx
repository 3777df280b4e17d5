import { VisuallyHidden } from "@mantine/core";
import { useEffect, useRef } from "react";
import type { Metrics } from "../api/types";
import styles from "./Figure.module.css";

interface Props {
  value: number | null;
  /** The result that the figure belongs to; without a session there is none yet. */
  of: Pick<Metrics, "sessionId" | "since">;
  format: (value: number | null) => string;
  /** Money is green above zero and red below. */
  signed?: boolean;
}

/** One figure of a result. For 700 ms after it changed it is tinted. */
export function Figure({ value, of, format, signed }: Props) {
  const text = format(value);
  const cell = useRef<HTMLSpanElement>(null);
  const drawn = useRef(text);
  useEffect(() => {
    if (drawn.current === text) return;
    drawn.current = text;
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    cell.current?.animate([{ backgroundColor: "var(--accent-bg)" }, { backgroundColor: "transparent" }], 700);
  }, [text]);
  return (
    <span ref={cell} className={styles.figure} data-sign={signOf(value, text, signed)}>
      {text}
      {value === null && <VisuallyHidden> {absence(of)}</VisuallyHidden>}
    </span>
  );
}

function absence({ sessionId, since }: Props["of"]) {
  if (sessionId !== null) return "not defined for these trades";
  return since === null ? "no completed backtest yet" : "no completed backtest since the reset";
}

function signOf(value: number | null, text: string, signed: boolean | undefined) {
  if (value === null || !/[1-9]/.test(text)) return "none";
  if (!signed) return undefined;
  return value > 0 ? "plus" : "minus";
}
