import type { Command, Outcome, Session } from "@skein/client";
import { type ReactElement, useCallback, useEffect, useMemo, useState } from "react";
import { CallScreen } from "./call-screen.tsx";
import { Conversation } from "./conversation.tsx";
import { useDialog } from "./dialog-state.ts";
import { Flock } from "./icons.tsx";
import { AddFromLink, loadDialogs, SettingsDialog } from "./late-dialogs.tsx";
import { useLive } from "./live-hooks.ts";
import { usePageTitle, useRinging, useSoundChoices } from "./page-effects.ts";
import type { PageParts } from "./page-parts.ts";
import { type Scene, SceneContext } from "./session-context.ts";
import { Sidebar } from "./sidebar.tsx";
import { TabBanner } from "./tab-banner.tsx";

/** Everything a person sees once Skein runs: contacts on the left, a conversation on the right, calls above it. */
export function MainScreen({
  session,
  role,
  link,
  parts,
}: {
  readonly session: Session;
  readonly role: "leader" | "follower";
  readonly link: "live" | "lost";
  readonly parts: PageParts;
}): ReactElement {
  const state = useLive(session.state);
  const route = useLive(parts.route);
  const [notice, setNotice] = useState("");
  const settings = useDialog(state.call);

  const act = useCallback(
    async (command: Command): Promise<Outcome> => {
      const outcome = await session.act(command);
      setNotice(outcome.ok ? "" : outcome.sentence);
      return outcome;
    },
    [session],
  );
  const scene = useMemo<Scene>(
    () => ({ parts, session, state, role, link, act }),
    [parts, session, state, role, link, act],
  );

  usePageTitle(state, parts);
  useRinging(state.call, role, parts);
  useSoundChoices(session, role, parts);

  useEffect(() => {
    // The first drawing is over: fetch what opens later. If that fails now it is tried again when it is opened.
    loadDialogs().catch(() => {});
  }, []);

  const selected = route.kind === "chat" ? state.contacts.find(({ user }) => user === route.user) : undefined;

  return (
    <SceneContext value={scene}>
      <div className="screen" data-pane={selected === undefined ? "list" : "chat"}>
        <TabBanner />
        <Sidebar selected={selected?.user} openSettings={settings.open} />
        <main className="stage">
          <h1 className="sr-only">Skein</h1>
          <CallScreen />
          {selected === undefined ? (
            <NothingOpen people={state.contacts.length} />
          ) : (
            <Conversation key={selected.user} contact={selected} />
          )}
          <Notice text={notice} dismiss={() => setNotice("")} />
        </main>
      </div>
      {settings.shown === "yes" && <SettingsDialog close={settings.close} />}
      {route.kind === "add" && state.call.kind !== "ringing-in" && <AddFromLink code={route.code} />}
    </SceneContext>
  );
}

function NothingOpen({ people }: { readonly people: number }): ReactElement {
  return (
    <div className="nothing-open">
      <Flock />
      <p>{people === 0 ? "Add somebody, and this is where you talk." : "Pick a contact to write or call."}</p>
    </div>
  );
}

function Notice({ text, dismiss }: { readonly text: string; dismiss(): void }): ReactElement {
  return (
    <div className="notice" role="status" data-shown={text === "" ? "no" : "yes"}>
      {text !== "" && (
        <>
          <span>{text}</span>
          <button type="button" className="button small" onClick={dismiss}>
            OK
          </button>
        </>
      )}
    </div>
  );
}
