import { type FormEvent, type ReactElement, useState } from "react";
import { useScene } from "./session-context.ts";

/** Takes a pasted contact link. What cannot be read stays in the field, with the reason under it. Rule WB25. */
export function AddContact(): ReactElement {
  const { session, parts } = useScene();
  const [link, setLink] = useState("");
  const [fault, setFault] = useState("");

  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setFault("");
    const outcome = await session.act({ kind: "add-contact", link });
    if (!outcome.ok) {
      setFault(outcome.sentence);
      return;
    }
    setLink("");
    if (outcome.user !== undefined) parts.route.go({ kind: "chat", user: outcome.user }, "push");
  };

  return (
    <form onSubmit={(event) => void add(event)}>
      <label htmlFor="add-contact" className="section-title">
        Add a contact
      </label>
      <div className="field-row">
        <input
          id="add-contact"
          data-testid="add-contact-input"
          value={link}
          placeholder="Paste their link"
          autoComplete="off"
          spellCheck={false}
          aria-describedby="add-fault"
          aria-invalid={fault !== ""}
          onChange={(event) => {
            setLink(event.target.value);
            setFault("");
          }}
        />
        <button type="submit" className="button" data-testid="add-contact">
          Add
        </button>
      </div>
      <p id="add-fault" className="fault" role="alert">
        {fault}
      </p>
    </form>
  );
}
