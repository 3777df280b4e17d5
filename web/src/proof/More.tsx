import { useState } from "react";
import { count } from "../format/number";
import page from "../ui/page.module.css";

const rowsAtOnce = 50;
const mostRows = 1000;

/** How many rows are read, and how to read more. */
export function usePage(): [limit: number, more: () => void] {
  const [limit, setLimit] = useState(rowsAtOnce);
  return [limit, () => setLimit((old) => Math.min(old * 2, mostRows))];
}

/** Says how much of a list is shown, and shows more of it. */
export function More({ shown, total, onMore }: { shown: number; total: number; onMore: () => void }) {
  if (shown >= total) return null;
  return (
    <p className={page.quiet}>
      {`${count(shown)} of ${count(total)} `}
      {shown < mostRows && (
        <button type="button" className={page.button} onClick={onMore}>
          Show more
        </button>
      )}
    </p>
  );
}
