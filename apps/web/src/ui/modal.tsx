import { Dialog } from "radix-ui";
import { type ReactElement, type ReactNode, useRef } from "react";
import { useFocusBack } from "./focus-back.ts";
import { Icon } from "./icons.tsx";

/** A dialog in front of the page, open while it is drawn: focus stays in it, Escape and the cross close it. */
export function Modal({
  close,
  title,
  description,
  children,
}: {
  close(): void;
  readonly title: string;
  readonly description: ReactNode;
  readonly children: ReactNode;
}): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  return (
    <Dialog.Root
      open
      onOpenChange={(next) => {
        if (!next) close();
      }}
    >
      <Dialog.Portal>
        <Dialog.Overlay className="overlay" />
        <Dialog.Content
          className="modal"
          ref={box}
          tabIndex={-1}
          onOpenAutoFocus={(event) => {
            // Focus the dialog, not its first button: the title is read first, and no key closes it by accident.
            event.preventDefault();
            box.current?.focus();
          }}
          onCloseAutoFocus={useFocusBack()}
        >
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
