import { notifications } from "@mantine/notifications";
import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, calls, detailOf } from "../api/client";
import type { Action, Notice, Problem, Readiness } from "../api/types";

/** The one source of the drawer and of the header's button. */
export const readinessQuery = api.queryOptions("get", "/api/readiness");

/** How often an open drawer asks again, whatever the stream says. */
const askEvery = 15_000;

export function useReadiness(open = false) {
  return useQuery({ ...readinessQuery, refetchInterval: open ? askEvery : false });
}

/** Puts a readiness in the place of an older one. */
export function applyReadiness(queries: QueryClient, { notice: _, ...fresh }: Readiness) {
  const held = queries.getQueryData<Readiness>(readinessQuery.queryKey);
  if (held && Date.parse(held.generatedAt) > Date.parse(fresh.generatedAt)) return;
  queries.setQueryData(readinessQuery.queryKey, fresh);
}

/** Does what a button says. The answer replaces what is shown at once. */
export function useAct(action: Action) {
  const queries = useQueryClient();
  return useMutation<Readiness, Problem | Error | string>({
    mutationFn: () => call(action),
    onSuccess: (readiness) => {
      applyReadiness(queries, readiness);
      if (readiness.notice) tell(readiness.notice);
    },
    onError: (error) => tell({ good: false, text: detailOf(error) }),
  });
}

async function call(action: Action): Promise<Readiness> {
  if (action.act === "AUDIT") return audit();
  const { data, error } = await (action.act === "VERIFY" && action.provider
    ? calls.POST("/api/providers/{id}/verify", { params: { path: { id: action.provider } } })
    : calls.POST("/api/smoke-test"));
  if (error || !data) throw error ?? "";
  return data;
}

/** An audit answers with its findings; what it means is said by the readiness that follows. */
async function audit(): Promise<Readiness> {
  const made = await calls.POST("/api/audit");
  if (made.error) throw made.error;
  const { data, error } = await calls.GET("/api/readiness");
  if (error || !data) throw error ?? "";
  const check = data.checks.find(({ id }) => id === "audit");
  return check ? { ...data, notice: { good: check.status === "PASS", text: check.detail } } : data;
}

function tell({ good, text }: Notice) {
  notifications.show({
    message: text,
    role: good ? "status" : "alert",
    color: good ? "var(--pos)" : "var(--warn)",
    autoClose: good ? 5000 : 10_000,
    closeButtonProps: { "aria-label": "Close" },
  });
}
