/** The title of the page that is shown, of the routes that match it; "Assay" where there is no page. */
export function titleOf(matches: readonly { routeId: string; _notFound?: boolean }[]): "Bots" | "Assay" {
  const found = matches.every((match) => !match._notFound);
  return found && matches.some((match) => match.routeId.startsWith("/bots")) ? "Bots" : "Assay";
}
