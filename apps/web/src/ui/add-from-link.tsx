import { type ReactElement, useState } from "react";
import { Modal } from "./modal.tsx";
import { useScene } from "./session-context.ts";
import { useCard } from "./use-card.ts";

/** Asks before adding the person whose link was opened. Rule WB6. */
export function AddFromLink({ code }: { readonly code: string }): ReactElement {
  const { parts, session, state } = useScene();
  const card = useCard(code);
  const [fault, setFault] = useState("");
  const leave = (): void => parts.route.go({ kind: "home" }, "replace");

  const add = async (): Promise<void> => {
    const outcome = await session.act({ kind: "add-contact", link: code });
    if (!outcome.ok) setFault(outcome.sentence);
    else if (outcome.user === undefined) leave();
    else parts.route.go({ kind: "chat", user: outcome.user }, "replace");
  };

  if (card.kind === "reading") {
    return (
      <Modal close={leave} title="Contact link" description="Reading the link…">
        {null}
      </Modal>
    );
  }
  const own = card.kind === "card" && card.user === state.me.user;
  if (card.kind === "refused" || own) {
    const sentence = card.kind === "refused" ? card.sentence : "This is your own link. Give it to somebody else.";
    return (
      <Modal close={leave} title="Contact link" description={sentence}>
        <div className="modal-actions">
          <button type="button" className="button" onClick={leave}>
            OK
          </button>
        </div>
      </Modal>
    );
  }
  return (
    <Modal
      close={leave}
      title={`Add ${card.name}?`}
      description="The name is what they call themselves. Compare the safety number with them later to be sure who they are."
    >
      <p className="fault" role="alert">
        {fault}
      </p>
      <div className="modal-actions">
        <button type="button" className="button" onClick={leave}>
          Not now
        </button>
        <button type="button" className="button primary" data-testid="confirm-add" onClick={() => void add()}>
          Add
        </button>
      </div>
    </Modal>
  );
}
