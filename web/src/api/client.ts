import { QueryClient } from "@tanstack/react-query";
import createFetchClient from "openapi-fetch";
import createQueries from "openapi-react-query";
import { clock } from "../clock/clock";
import type { paths } from "./schema";
import type { Problem } from "./types";

/** Calls of the API, typed by its own document. */
export const calls = createFetchClient<paths>();

calls.use({
  onResponse({ response }) {
    clock.setFromHeader(response.headers.get("date"));
  },
});

/** Queries of the API, typed by its own document. */
export const api = createQueries(calls);

/**
 * The stream keeps what was loaded up to date, so nothing grows stale by
 * itself; a lost stream polls and a found one reads everything anew (live.ts).
 */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { staleTime: Number.POSITIVE_INFINITY, retry: false, networkMode: "always" },
  },
});

/** The one sentence of a failed call: the server's own, when it said one. */
export function detailOf(error: Problem | Error | string | null): string {
  if (error instanceof Error) return "Assay does not answer. Is it still running?";
  if (typeof error === "string") return error || "Assay answered with an error and no reason.";
  return error?.detail ?? error?.title ?? "Assay answered with an error and no reason.";
}
