import { AlertDialog } from "radix-ui";
import type { ReactElement } from "react";
import { useFocusBack } from "./focus-back.ts";

/** Asks before something that is hard to undo. Escape and Cancel leave everything as it was. */
export function ConfirmDialog({
  title,
  question,
  yes,
  confirmed,
  close,
}: {
  readonly title: string;
  readonly question: string;
  readonly yes: string;
  confirmed(): void;
  close(): void;
}): ReactElement {
  return (
    <AlertDialog.Root
      open
      onOpenChange={(next) => {
        if (!next) close();
      }}
    >
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="overlay" />
        <AlertDialog.Content className="modal narrow" onCloseAutoFocus={useFocusBack()}>
          <AlertDialog.Title>{title}</AlertDialog.Title>
          <AlertDialog.Description>{question}</AlertDialog.Description>
          <div className="modal-actions">
            <AlertDialog.Cancel className="button">Cancel</AlertDialog.Cancel>
            <AlertDialog.Action className="button danger" onClick={confirmed}>
              {yes}
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
