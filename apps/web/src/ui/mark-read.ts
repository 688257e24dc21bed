import type { ContactView } from "@skein/client";
import { useEffect, useState } from "react";
import { useScene } from "./session-context.ts";

/** Marks a conversation read while it is open in front of somebody's eyes. Rule WB35. */
export function useMarkRead(contact: ContactView): void {
  const { session, link } = useScene();
  const [sight, setSight] = useState(document.visibilityState);
  useEffect(() => {
    const look = (): void => setSight(document.visibilityState);
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  const { user, unread } = contact;
  useEffect(() => {
    if (unread === 0 || sight !== "visible" || link === "lost") return;
    // Refused only while the client starts; the count then stays and is tried again at the next change.
    session.act({ kind: "mark-read", user }).catch(() => {});
  }, [unread, sight, link, session, user]);
}
