import { Button, Menu } from "@mantine/core";
import { IconCheck, IconColumns3 } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { columns } from "./columns";
import styles from "./menus.module.css";
import { type BotsSearch, shownColumns, toggleColumn } from "./search";
import { useColumnChoice } from "./useColumnChoice";

/** Which columns are shown: in the address for a colleague, and kept in this browser. */
export function ColumnsMenu({ search }: { search: BotsSearch }) {
  const navigate = useNavigate();
  const [choice, keep] = useColumnChoice(search);
  const shown = shownColumns(choice);
  return (
    <Menu closeOnItemClick={false} position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          className={styles.button}
          leftSection={<IconColumns3 size={15} aria-hidden />}
        >
          Columns
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {columns
          .filter((column) => column.canHide)
          .map(({ id, label }) => (
            <Menu.Item
              key={id}
              role="menuitemcheckbox"
              aria-checked={shown.has(id)}
              leftSection={<IconCheck size={14} opacity={shown.has(id) ? 1 : 0} aria-hidden />}
              onClick={() => {
                const cols = toggleColumn(choice, id);
                keep(cols);
                void navigate({
                  to: "/bots",
                  replace: true,
                  search: ({ cols: _, ...rest }) => ({ ...rest, ...(cols !== undefined && { cols }) }),
                });
              }}
            >
              {label}
            </Menu.Item>
          ))}
      </Menu.Dropdown>
    </Menu>
  );
}
