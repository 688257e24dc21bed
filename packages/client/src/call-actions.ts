import type { CallState } from "@skein/calls";
import type { ClientParts } from "./client-parts.ts";
import { done, refused } from "./outcomes.ts";
import type { Command, Outcome } from "./session.ts";

/** What a person can do about calls. */
export type CallCommand = Extract<
  Command,
  { kind: "call" | "answer" | "decline" | "hang-up" | "dismiss-call" | "mute" | "choose-microphone" }
>;

/** Says whether a call is under way. */
export function isInCall(state: CallState): state is Exclude<CallState, { kind: "idle" | "ended" }> {
  return state.kind !== "idle" && state.kind !== "ended";
}

/** Carries out a command about calls. Rejects `MicrophoneError` when a chosen microphone does not open. */
export async function actOnCall(command: CallCommand, parts: ClientParts): Promise<Outcome> {
  const { calls, book } = parts;
  switch (command.kind) {
    case "call":
      if (isInCall(calls.state.value)) return refused("You are in a call already.");
      if (book.relation(command.user) === "blocked") return refused("You blocked this person.");
      if (book.relation(command.user) === "stranger") return refused("Add this person to your contacts first.");
      calls.dial({ kind: "user", user: command.user });
      return done;
    case "answer":
      calls.answer();
      return done;
    case "decline":
      calls.decline();
      return done;
    case "hang-up":
      calls.hangup();
      return done;
    case "dismiss-call":
      calls.dismiss();
      return done;
    case "mute":
      calls.setMuted(command.muted);
      return done;
    case "choose-microphone":
      await calls.chooseMicrophone(command.deviceId);
      return done;
  }
}
