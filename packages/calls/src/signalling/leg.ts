import { type CallMessage, callMessage, type HangupReason } from "@skein/wire";
import type { Inbox } from "./inbox.ts";

/** What comes over the signalling channel of one call. */
export interface LegEvents {
  message(message: CallMessage): void;
  /** Bytes that are no call message; the channel is closed already. */
  badMessage(reason: string): void;
  /** The channel ended. Told once for each channel that carried the call. */
  lost(): void;
}

/** One call's signalling, over whichever channel carries it now. Nothing here throws. */
export interface Leg {
  /** Sends a message. What a fresh channel must repeat is kept until it is out of date. */
  send(message: CallMessage): void;
  /** Carries on over this channel; repeats what may have been lost. `resume`: say first which call this is. */
  attach(inbox: Inbox, opening: "first" | "resume"): void;
  /** Says goodbye, if there is something to say, and closes. */
  end(reason: HangupReason | undefined): void;
}

/** Makes a leg without a channel. */
export function createLeg(call: Uint8Array, events: LegEvents): Leg {
  let current: Inbox | undefined;
  /** Our last description with its candidates, and what was said once: all of it harmless to hear twice. */
  let standing: readonly CallMessage[] = [];

  function transmit(inbox: Inbox, message: CallMessage): void {
    // A channel that does not take it has ended; its reader notices, and the message is repeated on the next one.
    inbox.channel.send(callMessage.encode(message)).catch(() => {});
  }

  async function read(inbox: Inbox): Promise<void> {
    for (;;) {
      const bytes = await inbox.next();
      if (inbox !== current) return;
      if (bytes === undefined) break;
      const message = callMessage.decode(bytes);
      if (!message.ok) {
        void inbox.channel.close("protocol-error");
        events.badMessage(message.reason);
        break;
      }
      events.message(message.value);
    }
    if (inbox !== current) return;
    current = undefined;
    events.lost();
  }

  return {
    send(message) {
      standing = remember(standing, message);
      if (current !== undefined) transmit(current, message);
    },
    attach(inbox, opening) {
      const former = current;
      current = inbox;
      void former?.channel.close("superseded");
      if (opening === "resume") transmit(inbox, { kind: "resume", call });
      for (const message of standing) transmit(inbox, message);
      void read(inbox);
    },
    end(reason) {
      const last = current;
      current = undefined;
      standing = [];
      if (last === undefined) return;
      if (reason !== undefined) transmit(last, { kind: "hangup", call, reason });
      void last.channel.close("done");
    },
  };
}

/** A new description makes the old one and its candidates worthless; everything else is kept. Bounded by their limits. */
function remember(standing: readonly CallMessage[], message: CallMessage): readonly CallMessage[] {
  if (message.kind !== "description") return [...standing, message];
  return [...standing.filter(({ kind }) => kind !== "description" && kind !== "candidate"), message];
}
