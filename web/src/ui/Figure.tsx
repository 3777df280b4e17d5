import { VisuallyHidden } from "@mantine/core";
import { useEffect, useRef } from "react";
import styles from "./Figure.module.css";

interface Props {
  value: number | null;
  format: (value: number | null) => string;
  /** Money is green above zero and red below. */
  signed?: boolean;
}

/** One figure of a result. For 700 ms after it changed it is tinted. */
export function Figure({ value, format, signed }: Props) {
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
      {value === null && <VisuallyHidden> no completed backtest since the reset</VisuallyHidden>}
    </span>
  );
}

function signOf(value: number | null, text: string, signed: boolean | undefined) {
  if (value === null || !/[1-9]/.test(text)) return "none";
  if (!signed) return undefined;
  return value > 0 ? "plus" : "minus";
}
