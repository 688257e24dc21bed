import type { ContactView } from "@skein/client";
import type { ReactElement } from "react";
import { pathWords } from "../model/words.ts";
import { useDialog } from "./dialog-state.ts";
import { ConfirmDialog } from "./late-dialogs.tsx";
import { useScene } from "./session-context.ts";

/** What proves who a contact is, which way words to them take, and how to part with them. Rule WB26. */
export function ContactDetails({
  contact,
  shown,
}: {
  readonly contact: ContactView;
  readonly shown: "open" | "closed";
}): ReactElement {
  const { act, parts } = useScene();
  const { user, name, path, verified, safetyNumber, safetyWords } = contact;
  const leave = (kind: "remove-contact" | "block"): void => {
    void act({ kind, user }).then((outcome) => {
      if (outcome.ok) parts.route.go({ kind: "home" }, "replace");
    });
  };
  return (
    <section id="contact-details" className="details" aria-label={`About ${name}`} hidden={shown === "closed"}>
      <h3>Safety number</h3>
      <p className="quiet small-text">
        <bdi>{name}</bdi> sees the same number and words. Compare them by another way: in person, or by voice once you
        know the voice. If they differ, somebody is in between.
      </p>
      <p className="safety-number" data-testid="safety-number">
        {safetyNumber === "" ? "Computing…" : safetyNumber}
      </p>
      <p className="safety-words">{safetyWords}</p>
      <label className="choice">
        <input
          type="checkbox"
          checked={verified}
          onChange={(event) => void act({ kind: "mark-verified", user, verified: event.target.checked })}
        />
        <span>We compared it, and it is the same</span>
      </label>
      <h3>The way your words take</h3>
      <p className="small-text">
        {path === undefined
          ? "No line is open at the moment. One is opened when you write or call."
          : pathWords(path).meaning}
      </p>
      <div className="details-actions">
        <AskingButton
          label="Remove contact"
          title={`Remove ${name}?`}
          question="They leave your list and do not see any more whether you are online. They are not told."
          yes="Remove"
          confirmed={() => leave("remove-contact")}
        />
        <AskingButton
          label="Block"
          title={`Block ${name}?`}
          question="Their messages and calls no longer reach you. They are not told. You can unblock them in the settings."
          yes="Block"
          confirmed={() => leave("block")}
        />
      </div>
    </section>
  );
}

/** A button that asks before it acts. */
function AskingButton({
  label,
  title,
  question,
  yes,
  confirmed,
}: {
  readonly label: string;
  readonly title: string;
  readonly question: string;
  readonly yes: string;
  confirmed(): void;
}): ReactElement {
  const { state } = useScene();
  const dialog = useDialog(state.call);
  return (
    <>
      <button type="button" className="button small danger-text" onClick={dialog.open}>
        {label}
      </button>
      {dialog.shown === "yes" && (
        <ConfirmDialog title={title} question={question} yes={yes} confirmed={confirmed} close={dialog.close} />
      )}
    </>
  );
}
