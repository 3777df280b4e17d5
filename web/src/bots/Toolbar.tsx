import { Button, CloseButton, Kbd, Menu, TextInput } from "@mantine/core";
import { IconListCheck, IconSearch } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import type { Overview } from "../api/types";
import { count } from "../format/number";
import { ActMenu } from "../operator/ActMenu";
import { findField } from "../shell/shortcuts";
import { stages } from "../ui/StageChip";
import { ColumnsMenu } from "./ColumnsMenu";
import menus from "./menus.module.css";
import { SortMenu } from "./SortMenu";
import type { BotsSearch } from "./search";
import styles from "./Toolbar.module.css";

interface Props {
  search: BotsSearch;
  overview: Overview | undefined;
  phone: boolean | undefined;
  selecting: boolean;
  onSelect: () => void;
}

/** What of the fleet is shown: stage, attention, words, columns. */
export function Toolbar({ search, overview, phone, selecting, onSelect }: Props) {
  return (
    <div className={styles.bar}>
      <StageTabs search={search} overview={overview} />
      <div className={styles.tools}>
        {phone && <Find search={search} hint={false} />}
        {phone && <SortMenu search={search} />}
        <Attention search={search} bots={overview?.strip.attention ?? 0} />
        {!phone && <Find search={search} hint />}
        {!phone && <ColumnsMenu search={search} />}
        {!phone && (
          <Button
            size="xs"
            variant="default"
            className={menus.button}
            aria-pressed={selecting}
            leftSection={<IconListCheck size={15} aria-hidden />}
            onClick={onSelect}
          >
            Select
          </Button>
        )}
        <ActMenu
          scope={search.stage ?? "ALL"}
          label={`Revert or reset ${search.stage ? `the bots in ${search.stage}` : "all bots"}`}
        >
          {phone && (
            <Menu.Item onClick={onSelect}>{selecting ? "End the selection" : "Select bots"}</Menu.Item>
          )}
        </ActMenu>
      </div>
    </div>
  );
}

function StageTabs({ search, overview }: { search: BotsSearch; overview: Overview | undefined }) {
  const navigate = useNavigate();
  const tab = (stage: (typeof stages)[number] | undefined, n: number | undefined) => (
    <button
      key={stage ?? "all"}
      type="button"
      className={styles.tab}
      aria-pressed={search.stage === stage}
      data-empty={n === 0 || undefined}
      onClick={() =>
        navigate({ to: "/bots", search: ({ stage: _, ...rest }) => ({ ...rest, ...(stage && { stage }) }) })
      }
    >
      {stage ?? "All"}
      {n !== undefined && <span>{count(n)}</span>}
    </button>
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of toggles is no form, and a fieldset cannot scroll sideways
    <div role="group" aria-label="Stage" className={styles.tabs}>
      {tab(undefined, overview?.meta.total)}
      {stages.map((stage) => tab(stage, overview?.strip.stages[stage]))}
    </div>
  );
}

/** Shown when a bot needs attention, and while the filter is on, so that it can be taken off. */
function Attention({ search, bots }: { search: BotsSearch; bots: number }) {
  const navigate = useNavigate();
  if (bots === 0 && !search.attention) return null;
  return (
    <button
      type="button"
      className={styles.attention}
      aria-pressed={search.attention === true}
      onClick={() =>
        navigate({
          to: "/bots",
          search: ({ attention, ...rest }) => (attention ? rest : { ...rest, attention: true as const }),
        })
      }
    >
      {`${count(bots)} need${bots === 1 ? "s" : ""} attention`}
    </button>
  );
}

function Find({ search, hint }: { search: BotsSearch; hint: boolean }) {
  const navigate = useNavigate();
  const find = (text: string) =>
    navigate({
      to: "/bots",
      replace: true,
      search: ({ q: _, ...rest }) => ({ ...rest, ...(text && { q: text }) }),
    });
  const q = search.q ?? "";
  return (
    <TextInput
      id={findField}
      type="search"
      aria-label="Find a bot or symbol"
      placeholder="Find a bot or symbol"
      classNames={{ root: styles.find ?? "", input: styles.findInput ?? "" }}
      leftSection={<IconSearch size={15} stroke={1.8} aria-hidden />}
      rightSectionWidth={q || hint ? 32 : 8}
      rightSection={
        q ? (
          <CloseButton size={24} aria-label="Clear" onClick={() => find("")} />
        ) : (
          hint && <Kbd aria-hidden>/</Kbd>
        )
      }
      value={q}
      onChange={(event) => find(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        if (q) find("");
        else event.currentTarget.blur();
      }}
    />
  );
}
