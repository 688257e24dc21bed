import type { ContactView } from "@skein/client";
import { type KeyboardEvent, type ReactElement, useRef, useState } from "react";
import { judgeText, restoredText } from "../model/compose.ts";
import { Icon } from "./icons.tsx";
import { useScene } from "./session-context.ts";

/** Where messages are written. Enter sends, Shift+Enter starts a line; what cannot be sent stays, with the reason. */
export function Composer({ contact }: { readonly contact: ContactView }): ReactElement {
  const { session } = useScene();
  const [text, setText] = useState("");
  const [fault, setFault] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const verdict = judgeText(text);

  const send = async (): Promise<void> => {
    if (verdict.kind === "empty") return;
    if (verdict.kind === "too-long") {
      setFault(verdict.sentence);
      return;
    }
    setFault("");
    setText("");
    field.current?.focus();
    const outcome = await session.act({ kind: "send", user: contact.user, body: text });
    if (outcome.ok) return;
    setFault(outcome.sentence);
    setText((typedMeanwhile) => restoredText(text, typedMeanwhile));
  };

  const key = (event: KeyboardEvent): void => {
    // While an input method composes a character, Enter belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <div className="composer-row">
        <textarea
          ref={field}
          data-testid="message-input"
          rows={1}
          value={text}
          dir="auto"
          placeholder="Write a message"
          aria-label={`Message to ${contact.name}`}
          aria-describedby="composer-note"
          aria-invalid={verdict.kind === "too-long"}
          onChange={(event) => {
            setText(event.target.value);
            setFault("");
          }}
          onKeyDown={key}
        />
        <button
          type="submit"
          className="button primary send"
          data-testid="send"
          aria-label="Send"
          title="Send"
          aria-disabled={verdict.kind === "empty"}
        >
          <Icon name="send" />
        </button>
      </div>
      <p
        id="composer-note"
        className="composer-note"
        role="status"
        data-fault={fault !== "" || verdict.kind === "too-long"}
      >
        {fault || note(verdict)}
      </p>
    </form>
  );
}

function note(verdict: ReturnType<typeof judgeText>): string {
  if (verdict.kind === "too-long") return verdict.sentence;
  return verdict.kind === "nearly-full" ? `${verdict.left} characters left` : "";
}
