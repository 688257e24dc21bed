import type { ReactElement } from "react";
import { Modal } from "./modal.tsx";
import { QrCode } from "./qr-code.tsx";

/** My contact link as a QR code. */
export function LinkDialog({ link, close }: { readonly link: string; close(): void }): ReactElement {
  return (
    <Modal
      close={close}
      title="My link"
      description="Scanning this with a phone’s camera opens Skein and offers to add you."
    >
      <QrCode text={link} />
    </Modal>
  );
}
