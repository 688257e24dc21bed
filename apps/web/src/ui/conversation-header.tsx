import type { ContactView } from "@skein/client";
import type { ReactElement } from "react";
import { presenceWord } from "../model/words.ts";
import { Avatar } from "./avatar.tsx";
import { Icon } from "./icons.tsx";
import { PathChip } from "./path-chip.tsx";
import { useScene } from "./session-context.ts";

/** Who this is, where they are, which way the words take, and the call button. */
export function ConversationHeader({
  contact,
  details,
  toggleDetails,
}: {
  readonly contact: ContactView;
  readonly details: "open" | "closed";
  toggleDetails(): void;
}): ReactElement {
  const { parts, state, act } = useScene();
  const { user, name, presence, path, verified } = contact;
  const busy = state.call.kind !== "idle" && state.call.kind !== "ended";
  return (
    <header className="conversation-head">
      <button
        type="button"
        className="icon-button only-narrow"
        aria-label="Back to contacts"
        onClick={() => parts.route.go({ kind: "home" }, "push")}
      >
        <Icon name="back" />
      </button>
      <Avatar name={name} user={user} presence={presence} />
      <div className="conversation-who">
        <h2 dir="auto">{name}</h2>
        <p className="conversation-state">
          <span>{presenceWord(presence)}</span>
          <PathChip path={path} />
          {verified && (
            <span className="verified">
              <Icon name="shield" /> verified
            </span>
          )}
        </p>
      </div>
      <button
        type="button"
        className="icon-button bordered"
        aria-label={`Details about ${name}`}
        title="Details and safety number"
        aria-expanded={details === "open"}
        aria-controls="contact-details"
        onClick={toggleDetails}
      >
        <Icon name="info" />
      </button>
      <button
        type="button"
        className="button primary call-button"
        data-testid="call"
        aria-label={`Call ${name}`}
        disabled={busy}
        onClick={() => void act({ kind: "call", user })}
      >
        <Icon name="phone" /> <span>Call</span>
      </button>
    </header>
  );
}
