import { AlertDialog } from "radix-ui";
import type { ReactElement, ReactNode } from "react";

/** A button that asks before it does something that is hard to undo. */
export function ConfirmButton({
  label,
  title,
  question,
  yes,
  confirmed,
}: {
  readonly label: string;
  readonly title: string;
  readonly question: ReactNode;
  readonly yes: string;
  confirmed(): void;
}): ReactElement {
  return (
    <AlertDialog.Root>
      <AlertDialog.Trigger className="button small danger-text">{label}</AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="overlay" />
        <AlertDialog.Content className="modal narrow">
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
