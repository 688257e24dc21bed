import type { CallView, Session, SessionState } from "@skein/client";
import { useEffect } from "react";
import { pageTitle } from "../model/page-title.ts";
import { useLive, useNow } from "./live-hooks.ts";
import type { PageParts } from "./page-parts.ts";

/** Keeps the title of the page: unread messages, and who is calling. */
export function usePageTitle(state: SessionState, parts: PageParts): void {
  const ringing = state.call.kind === "ringing-in";
  const now = useNow(parts.clock, ringing ? 1_000 : undefined);
  const beat = Math.floor(now / 1_000) % 2 === 0 ? "call" : "rest";
  const title = pageTitle({ profile: parts.profile, call: state.call, contacts: state.contacts }, beat);
  useEffect(() => {
    document.title = title;
  }, [title]);
}

/** Rings while somebody calls, in the one tab that would carry the call. */
export function useRinging(call: CallView, role: "leader" | "follower", parts: PageParts): void {
  const { ring } = useLive(parts.sound);
  const rings = call.kind === "ringing-in" && role === "leader" && ring === "on";
  useEffect(() => {
    if (!rings) return;
    parts.ringtone.start();
    return () => parts.ringtone.stop();
  }, [rings, parts]);
}

/** Applies the kept choices of speaker and microphone where the client runs. Later changes of microphone are commands. */
export function useSoundChoices(session: Session, role: "leader" | "follower", parts: PageParts): void {
  const { speaker } = useLive(parts.sound);
  useEffect(() => {
    if (role !== "leader") return;
    parts.remoteAudio.chooseSpeaker(speaker).catch(() => {});
  }, [speaker, role, parts]);
  useEffect(() => {
    const { microphone } = parts.sound.value;
    if (role !== "leader" || microphone === "") return;
    // A microphone that is gone is no fault worth a sentence here: calls then use the system's.
    session.act({ kind: "choose-microphone", deviceId: microphone }).catch(() => {});
  }, [role, session, parts]);
}
