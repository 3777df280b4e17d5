import { pages } from "./pages";

/** The title of the page that is shown, of the routes that match it; "Assay" where there is no page. */
export function titleOf(matches: readonly { routeId: string; _notFound?: boolean }[]): string {
  if (matches.some((match) => match._notFound)) return "Assay";
  const page = pages.find(({ to }) =>
    matches.some(({ routeId }) => routeId === to || routeId.startsWith(`${to}/`)),
  );
  return page?.title ?? "Assay";
}
