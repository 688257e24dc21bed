import type { ContactView } from "@skein/client";
import { type ReactElement, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { conversationRows } from "../model/conversation-rows.ts";
import { useLive, useNow } from "./live-hooks.ts";
import { useMarkRead } from "./mark-read.ts";
import { Message } from "./message.tsx";
import { useScene } from "./session-context.ts";

/** Within this many pixels of the end a reader counts as at the end. */
const END_MARGIN_PX = 60;

/** The messages of a conversation; stays at the end while the reader is there, and in place while older ones load. */
export function MessageList({ contact }: { readonly contact: ContactView }): ReactElement {
  const { session, parts, act } = useScene();
  const view = useLive(useMemo(() => session.conversation(contact.user), [session, contact.user]));
  const now = useNow(parts.clock, 60_000);
  const rows = useMemo(() => conversationRows(view.messages, now), [view.messages, now]);
  const box = useRef<HTMLElement>(null);
  const kept = useRef({ atEnd: true, height: 0, first: "" });
  const [loading, setLoading] = useState<"older" | "nothing">("nothing");

  const firstId = view.messages[0]?.id ?? "";
  useLayoutEffect(() => {
    const { current } = box;
    if (current === null) return;
    const grewAbove = kept.current.first !== "" && kept.current.first !== firstId && view.messages.length > 0;
    if (kept.current.atEnd) current.scrollTop = current.scrollHeight;
    else if (grewAbove) current.scrollTop += current.scrollHeight - kept.current.height;
    kept.current = { ...kept.current, height: current.scrollHeight, first: firstId };
  }, [view.messages, firstId]);

  useEffect(() => {
    const { current } = box;
    if (current === null) return;
    // The box shrinks when a call or a longer composer takes room: the end stays in sight.
    const watch = new ResizeObserver(() => {
      if (kept.current.atEnd) current.scrollTop = current.scrollHeight;
    });
    watch.observe(current);
    return () => watch.disconnect();
  }, []);

  useMarkRead(contact);

  const loadOlder = async (): Promise<void> => {
    setLoading("older");
    await act({ kind: "load-older", user: contact.user });
    setLoading("nothing");
  };

  const newest = view.messages.at(-1);
  return (
    <section
      className="messages"
      ref={box}
      aria-label={`Messages with ${contact.name}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        kept.current.atEnd = scrollHeight - scrollTop - clientHeight < END_MARGIN_PX;
      }}
    >
      {view.history === "more" && (
        <button
          type="button"
          className="button small older"
          disabled={loading === "older"}
          onClick={() => void loadOlder()}
        >
          {loading === "older" ? "Loading…" : "Older messages"}
        </button>
      )}
      {view.history === "complete" && view.messages.length === 0 && (
        <p className="empty">
          No messages yet. What you write to <bdi>{contact.name}</bdi> is kept by the two of you, and by nobody else.
        </p>
      )}
      <ol>
        {rows.map((row) =>
          row.kind === "day" ? (
            <li key={row.key} className="day">
              <span>{row.label}</span>
            </li>
          ) : (
            <Message key={row.key} message={row.message} place={row.place} told={row.told} foot={row.foot} />
          ),
        )}
      </ol>
      <p className="sr-only" aria-live="polite">
        {newest !== undefined && !newest.mine ? `${contact.name}: ${newest.body}` : ""}
      </p>
    </section>
  );
}
