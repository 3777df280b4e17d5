import { Button, Menu } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconSortDescending } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { columns, isSortKey, type SortKey } from "./columns";
import styles from "./menus.module.css";
import type { BotsSearch } from "./search";
import { nextSort } from "./search";

/** Sorting where there are no column headers. */
export function SortMenu({ search }: { search: BotsSearch }) {
  const navigate = useNavigate();
  const Arrow = search.dir === "asc" ? IconArrowUp : IconArrowDown;
  const choose = (key: SortKey) => navigate({ to: "/bots", search: (old) => nextSort(old, key) });
  return (
    <Menu position="bottom-end" withinPortal={false}>
      <Menu.Target>
        <Button
          size="xs"
          variant="default"
          className={styles.button}
          leftSection={<IconSortDescending size={15} aria-hidden />}
        >
          Sort
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {columns.map(({ id, label }) => {
          if (!isSortKey(id)) return null;
          return (
            <Menu.CheckboxItem
              key={id}
              checked={search.sort === id}
              checkIcon={<Arrow size={14} aria-hidden />}
              closeMenuOnClick
              onChange={() => choose(id)}
            >
              {label}
            </Menu.CheckboxItem>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
