import { type ReactElement, useEffect, useState } from "react";
import { useDialog } from "./dialog-state.ts";
import { Icon } from "./icons.tsx";
import { LinkDialog } from "./late-dialogs.tsx";
import { useScene } from "./session-context.ts";

/** My contact link: as text, to copy, and as a QR code. */
export function MyLink(): ReactElement {
  const { state } = useScene();
  const { link } = state.me;
  const dialog = useDialog(state.call);
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
          onClick={dialog.open}
        >
          <Icon name="qr" />
        </button>
      </div>
      {dialog.shown === "yes" && <LinkDialog link={link} close={dialog.close} />}
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
