import type { Channel, Clock, Report, UserId } from "@skein/core";
import { type Account, type Introduced, introduce, readIntroduction } from "@skein/identity";
import { CALL_PROTOCOL, type CallMessage, callMessage, type HangupReason } from "@skein/wire";
import {
  INTRODUCTION_TIMEOUT_MS,
  MAX_SILENT_CHANNELS,
  MAX_WAITING_CHANNELS,
  MAX_WAITING_PER_DEVICE,
} from "../defaults.ts";
import { claimedCall } from "../negotiation/envelope.ts";
import { closeUnless, createInbox, type Inbox } from "./inbox.ts";

/** What somebody is to us. */
export type Relation = "contact" | "stranger" | "blocked";

/** What comes through the door. */
export interface FrontDoorEvents {
  /** A contact's first message of a new call: an envelope that claims to belong to `call`. Not checked yet. */
  offer(call: Uint8Array, envelope: Uint8Array, inbox: Inbox, who: Introduced): Promise<void>;
  /** A device says this channel carries on a call. `false`: there is no such call. */
  resume(call: Uint8Array, inbox: Inbox, who: Introduced): boolean;
}

/** What the door needs to judge who stands before it. */
export interface FrontDoorDependencies {
  readonly account: Account;
  readonly clock: Clock;
  readonly relation: (user: UserId) => Relation;
  readonly report: Report;
}

/** Takes channels others open until they bring a call. Bounded in number and time. */
export interface FrontDoor {
  receive(channel: Channel): void;
  /** Closes every channel that waits or is held in silence. */
  close(): void;
}

/** Opens the door. */
export function createFrontDoor(dependencies: FrontDoorDependencies, events: FrontDoorEvents): FrontDoor {
  const { account, clock, relation, report } = dependencies;
  const waiting = new Set<Channel>();
  const silent = new Set<Channel>();

  /** Somebody blocked hears nothing at all; the oldest of them makes room for the next. */
  function holdInSilence(channel: Channel): void {
    silent.add(channel);
    void channel.closed.then(() => silent.delete(channel));
    const [oldest] = silent;
    if (silent.size > MAX_SILENT_CHANNELS) void oldest?.close("done");
  }

  function bad(channel: Channel, reason: string): void {
    report({ name: "peer.bad-message", peer: channel.peer, protocol: CALL_PROTOCOL, reason });
    void channel.close("protocol-error");
  }

  async function introductions(inbox: Inbox): Promise<Introduced | undefined> {
    const first = await inbox.next();
    if (first === undefined) return undefined;
    const who = readIntroduction(first, inbox.channel, clock.now());
    if (!who.ok) {
      bad(inbox.channel, who.reason);
      return undefined;
    }
    if (relation(who.value.user) === "blocked") {
      report({ name: "call.refused", call: "", reason: "blocked" });
      holdInSilence(inbox.channel);
      return undefined;
    }
    await inbox.channel.send(introduce({ certificate: account.certificate, card: account.card.bytes }));
    return who.value;
  }

  async function admit(inbox: Inbox): Promise<void> {
    const who = await introductions(inbox);
    if (who === undefined) return;
    const bytes = await inbox.next();
    if (bytes === undefined) return;
    const message = callMessage.decode(bytes);
    if (!message.ok) return bad(inbox.channel, message.reason);
    await open(message.value, inbox, who);
  }

  async function open(message: CallMessage, inbox: Inbox, who: Introduced): Promise<void> {
    if (message.kind === "resume") {
      if (!events.resume(message.call, inbox, who)) turnAway(inbox.channel, message.call, "hangup");
      return;
    }
    const call = message.kind === "description" ? claimedCall(message.envelope) : undefined;
    if (message.kind !== "description" || call === undefined) return bad(inbox.channel, "call: an offer was due");
    if (relation(who.user) === "contact") return events.offer(call, message.envelope, inbox, who);
    report({ name: "call.refused", call: "", reason: "stranger" });
    turnAway(inbox.channel, call, "stranger");
  }

  return {
    receive(channel) {
      if ([...waiting].filter(({ peer }) => peer === channel.peer).length >= MAX_WAITING_PER_DEVICE) {
        void channel.close("protocol-error");
        return;
      }
      waiting.add(channel);
      const [oldest] = waiting;
      if (waiting.size > MAX_WAITING_CHANNELS) void oldest?.close("protocol-error");
      const inTime = closeUnless(channel, INTRODUCTION_TIMEOUT_MS, clock);
      void admit(createInbox(channel))
        .catch(() => channel.close("lost"))
        .finally(() => {
          inTime();
          waiting.delete(channel);
        });
    },
    close() {
      for (const channel of [...waiting, ...silent]) void channel.close("stopped");
    },
  };
}

/** Says why not, and closes. */
export function turnAway(channel: Channel, call: Uint8Array, reason: HangupReason): void {
  channel.send(callMessage.encode({ kind: "hangup", call, reason })).catch(() => {});
  void channel.close("done");
}
