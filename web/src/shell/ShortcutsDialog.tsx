import { Kbd, Modal, Switch } from "@mantine/core";
import styles from "./ShortcutsDialog.module.css";
import { shortcuts, useKeysOn } from "./shortcuts";

/** The list of keys, and the switch that turns them off. */
export function ShortcutsDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [on, setOn] = useKeysOn();
  return (
    <Modal.Root
      opened={opened}
      onClose={onClose}
      size={420}
      centered
      classNames={{ content: styles.dialog ?? "" }}
    >
      <Modal.Overlay />
      <Modal.Content>
        <div className={styles.head}>
          <Modal.Title>Keys</Modal.Title>
          <Modal.CloseButton aria-label="Close" />
        </div>
        <Modal.Body>
          <dl className={styles.keys} data-off={!on || undefined}>
            {shortcuts.map(([keys, does]) => (
              <div key={does}>
                <dt>
                  {keys.map((key) => (
                    <Kbd key={key}>{key}</Kbd>
                  ))}
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
          <Switch
            label="Single keys act"
            checked={on}
            onChange={(event) => setOn(event.currentTarget.checked)}
          />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
