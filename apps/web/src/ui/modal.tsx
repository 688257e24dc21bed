import { Dialog } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { Icon } from "./icons.tsx";

/** A dialog in front of the page: focus stays in it, Escape and the cross close it. */
export function Modal({
  open,
  close,
  title,
  description,
  children,
}: {
  readonly open: boolean;
  close(): void;
  readonly title: string;
  readonly description: ReactNode;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <Dialog.Root
      open={open}
      onOpenChange={(next) => {
        if (!next) close();
      }}
    >
      <Dialog.Portal>
        <Dialog.Overlay className="overlay" />
        <Dialog.Content className="modal">
          <header className="modal-head">
            <Dialog.Title>{title}</Dialog.Title>
            <Dialog.Close className="icon-button" aria-label="Close">
              <Icon name="close" />
            </Dialog.Close>
          </header>
          <Dialog.Description className="quiet">{description}</Dialog.Description>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
