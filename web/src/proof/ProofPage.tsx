import { useNavigate, useSearch } from "@tanstack/react-router";
import { Tabs } from "../ui/Page";
import page from "../ui/page.module.css";
import { DataProof } from "./DataProof";
import { AuditLog, StageEvents } from "./Events";
import { Invariants } from "./Invariants";
import { Starvation } from "./Starvation";
import { proofTabs } from "./search";

const parts = {
  invariants: Invariants,
  starvation: Starvation,
  data: DataProof,
  events: StageEvents,
  log: AuditLog,
};

/** What must be true, the SQL that shows it, and where results come from. */
export function ProofPage() {
  const { tab = "invariants" } = useSearch({ from: "/proof" });
  const navigate = useNavigate();
  const Part = parts[tab];
  return (
    <div className={page.page}>
      <Tabs
        label="Part of the proof"
        tabs={proofTabs}
        on={tab}
        onChange={(to) =>
          void navigate({ to: "/proof", replace: true, search: (old) => ({ ...old, tab: to }) })
        }
      />
      <Part />
    </div>
  );
}
