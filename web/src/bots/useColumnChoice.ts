import { useLocalStorage } from "@mantine/hooks";
import type { BotsSearch } from "./search";

/** The columns chosen by the address or else by this browser, and how to keep another choice. */
export function useColumnChoice(search: BotsSearch) {
  const [kept, setKept, forget] = useLocalStorage<string | undefined>({
    key: "assay.columns",
    getInitialValueInEffect: false,
  });
  const keep = (choice: string | undefined) => (choice === undefined ? forget() : setKept(choice));
  return [search.cols ?? kept, keep] as const;
}
