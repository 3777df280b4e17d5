/** Assay's mark: an A whose bar is a curve of equity. */
export function Logo() {
  return (
    <svg viewBox="0 0 32 32" width={28} fill="none" strokeLinecap="round" strokeLinejoin="round" aria-hidden>
      <path d="M5 27 16 5l11 22" stroke="var(--text-1)" strokeWidth={2.6} />
      <path d="m10.8 21.6 3.4-2.2 3 3.2 4.2-5.4" stroke="var(--accent)" strokeWidth={2.4} />
    </svg>
  );
}
