/** The parts of the proof, and their names. */
export const proofTabs = [
  ["invariants", "Invariants"],
  ["starvation", "Starvation"],
  ["data", "Data"],
  ["events", "Stage events"],
  ["log", "Audit log"],
] as const;

/** Which part is shown, as it stands in the address. */
export interface ProofSearch {
  tab?: (typeof proofTabs)[number][0];
}

/** Reads the address; what it cannot mean is left out. */
export function proofSearch(raw: Record<string, unknown>): ProofSearch {
  const tab = proofTabs.find(([id]) => id === raw.tab)?.[0];
  return tab ? { tab } : {};
}
