import { Button, Menu } from "@mantine/core";
import { IconColumns3 } from "@tabler/icons-react";
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
    <Menu position="bottom-end" withinPortal={false}>
      <Menu.Target>
        <Button
          size="xs"
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
            <Menu.CheckboxItem
              key={id}
              checked={shown.has(id)}
              onChange={() => {
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
            </Menu.CheckboxItem>
          ))}
      </Menu.Dropdown>
    </Menu>
  );
}
