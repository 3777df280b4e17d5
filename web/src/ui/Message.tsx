import type { ReactNode } from "react";
import styles from "./Message.module.css";

interface Props {
  title: string;
  /** One sentence about it. */
  text?: string;
  /** A failure is announced; an empty list is not. */
  alert?: boolean;
  /** What to do about it. */
  children?: ReactNode;
}

/** What stands in the place of a list or a page that has nothing to show. */
export function Message({ title, text, alert, children }: Props) {
  return (
    <div className={styles.message} role={alert ? "alert" : undefined}>
      <h2>{title}</h2>
      {text && <p>{text}</p>}
      {children}
    </div>
  );
}
