import { ActionIcon, Menu } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { type Act, names, type Scope } from "./act";

// Most visits never open it.
const ActDialog = lazy(() => import("./ActDialog").then((m) => ({ default: m.ActDialog })));

interface Props {
  scope: Scope;
  /** What the menu is of, for those who do not see where it stands. */
  label: string;
  /** Further items. */
  children?: ReactNode;
}

/** What an operator may do to the bots of a scope. */
export function ActMenu({ scope, label, children }: Props) {
  const [act, setAct] = useState<Act>();
  return (
    <>
      <Menu position="bottom-end" withinPortal={false}>
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label={label}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {children}
          {(["reset", "revert"] as const).map((one) => (
            <Menu.Item key={one} onClick={() => setAct(one)}>
              {`${names[one]}…`}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {act && (
        <Suspense>
          <ActDialog act={act} scope={scope} onClose={() => setAct(undefined)} />
        </Suspense>
      )}
    </>
  );
}
