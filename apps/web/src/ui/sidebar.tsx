import type { UserId } from "@skein/core";
import type { ReactElement } from "react";
import { AddContact } from "./add-contact.tsx";
import { Avatar } from "./avatar.tsx";
import { ContactList } from "./contact-list.tsx";
import { Icon } from "./icons.tsx";
import { ModeSwitch } from "./mode-switch.tsx";
import { MyLink } from "./my-link.tsx";
import { NetworkStatus } from "./network-status.tsx";
import { Requests } from "./requests.tsx";
import { useScene } from "./session-context.ts";

/** The left column: me, the network, people, and how to add one. */
export function Sidebar({
  selected,
  openSettings,
}: {
  readonly selected: UserId | undefined;
  openSettings(): void;
}): ReactElement {
  const { state } = useScene();
  return (
    <aside className="sidebar" aria-label="Contacts and network">
      <header className="me">
        <Avatar name={state.me.name} user={state.me.user} />
        <div className="me-name">
          <strong dir="auto">{state.me.name}</strong>
          <NetworkStatus />
        </div>
        <button type="button" className="icon-button" aria-label="Settings" title="Settings" onClick={openSettings}>
          <Icon name="settings" />
        </button>
      </header>
      <ModeSwitch />
      <div className="people">
        <Requests />
        <ContactList selected={selected} />
      </div>
      <footer className="add">
        <AddContact />
        <MyLink />
      </footer>
    </aside>
  );
}
