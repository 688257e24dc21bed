import { lazy, type ReactElement, Suspense, useEffect, useState } from "react";
import { Icon } from "./icons.tsx";
import { Modal } from "./modal.tsx";
import { useScene } from "./session-context.ts";

/** The QR code is drawn by code loaded on first use. */
const QrCode = lazy(async () => ({ default: (await import("./qr-code.tsx")).QrCode }));

/** My contact link: as text, to copy, and as a QR code. */
export function MyLink(): ReactElement {
  const { state } = useScene();
  const { link } = state.me;
  const [shown, setShown] = useState<"text" | "qr">("text");
  return (
    <div className="my-link">
      <span className="section-title">My link</span>
      <div className="field-row">
        <span className="link-text" data-testid="my-link">
          {link}
        </span>
        <CopyButton text={link} />
        <button
          type="button"
          className="icon-button bordered"
          aria-label="Show my link as a QR code"
          title="Show as a QR code"
          onClick={() => setShown("qr")}
        >
          <Icon name="qr" />
        </button>
      </div>
      <Modal
        open={shown === "qr"}
        close={() => setShown("text")}
        title="My link"
        description="Scanning this with a phone's camera opens Skein and offers to add you."
      >
        <Suspense fallback={<div className="qr" aria-busy="true" />}>
          <QrCode text={link} />
        </Suspense>
      </Modal>
    </div>
  );
}

function CopyButton({ text }: { readonly text: string }): ReactElement {
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (said === "") return;
    const timer = setTimeout(() => setSaid(""), 2_500);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setSaid("Copied"),
      () => setSaid("The browser did not allow copying; mark the link and copy it by hand."),
    );
  };
  return (
    <>
      <button
        type="button"
        className="icon-button bordered"
        aria-label="Copy my link"
        title="Copy my link"
        data-done={said === "Copied" ? "yes" : "no"}
        onClick={copy}
      >
        <Icon name={said === "Copied" ? "check" : "copy"} />
      </button>
      <span className="sr-only" role="status">
        {said}
      </span>
    </>
  );
}
