import type { ContactView } from "@skein/client";
import type { UserId } from "@skein/core";
import type { ReactElement } from "react";
import { shortTime } from "../model/conversation-rows.ts";
import { presenceWord } from "../model/words.ts";
import { Avatar } from "./avatar.tsx";
import { Icon } from "./icons.tsx";
import { useNow } from "./live-hooks.ts";
import { useScene } from "./session-context.ts";

/** Everybody added, by name. */
export function ContactList({ selected }: { readonly selected: UserId | undefined }): ReactElement {
  const { state } = useScene();
  if (state.contacts.length === 0) {
    return (
      <div className="empty">
        <p>
          <strong>No contacts yet</strong>
        </p>
        <p>Give somebody your link, or paste theirs below. Each of you adds the other once.</p>
      </div>
    );
  }
  return (
    <nav aria-label="Contacts">
      <ul className="contacts">
        {state.contacts.map((contact) => (
          <li key={contact.user}>
            <ContactRow contact={contact} open={contact.user === selected} />
          </li>
        ))}
      </ul>
    </nav>
  );
}

function ContactRow({ contact, open }: { readonly contact: ContactView; readonly open: boolean }): ReactElement {
  const { parts } = useScene();
  const now = useNow(parts.clock, 60_000);
  const { name, user, presence, lastMessage, unread, path, verified } = contact;
  return (
    <button
      type="button"
      className="contact"
      data-testid={`contact-${name}`}
      data-presence={presence}
      aria-current={open ? "true" : undefined}
      onClick={() => parts.route.go({ kind: "chat", user }, "push")}
    >
      <Avatar name={name} user={user} presence={presence} />
      <span className="contact-text">
        <span className="contact-top">
          <span className="contact-name" dir="auto">
            {name}
          </span>
          {verified && (
            <span className="verified" title="You compared safety numbers">
              <Icon name="shield" />
              <span className="sr-only">verified</span>
            </span>
          )}
          {lastMessage !== undefined && <span className="contact-time">{shortTime(lastMessage.at, now)}</span>}
        </span>
        <span className="contact-bottom">
          <span className="contact-last" dir="auto">
            {lastMessage === undefined ? "No messages yet" : `${lastMessage.mine ? "You: " : ""}${lastMessage.body}`}
          </span>
          {unread > 0 && (
            <span className="unread">
              {unread > 99 ? "99+" : unread}
              <span className="sr-only"> unread</span>
            </span>
          )}
        </span>
        <span className="contact-state small-text">
          {presenceWord(presence)}
          {path !== undefined && ` · ${path.kind}`}
        </span>
      </span>
    </button>
  );
}
