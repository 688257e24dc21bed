import { createLive, type Live, toBase64Url } from "@skein/core";
import type { Introduced } from "@skein/identity";
import { announcementsOf } from "../announcements.ts";
import { type CallState, viewOf } from "../call-state.ts";
import type { LineEvent, LineOutput } from "../machine/input.ts";
import { hasPeer, isLive, type Target } from "../machine/state.ts";
import { turnAway } from "../signalling/front-door.ts";
import type { Inbox } from "../signalling/inbox.ts";
import { type CallResources, createCallResources, releaseCall } from "./call-resources.ts";
import { considerOffer, type Offer } from "./callee.ts";
import { reachPeer, redial } from "./caller.ts";
import { openCallMedia } from "./connection.ts";
import { createMachineLoop } from "./machine-loop.ts";
import { createMicrophones, type Microphones } from "./microphones.ts";
import type { LineContext } from "./ports.ts";

/** The machine of this device's line, and what it does to the world. */
export interface Line {
  readonly state: Live<CallState>;
  readonly microphones: Microphones;
  /** Tells the machine what the person did. */
  feed(event: LineEvent): void;
  /** Starts a call; nothing happens when one is under way. */
  dial(target: Target): void;
  takeOffer(offer: Offer): Promise<void>;
  /** Takes a channel for the call under way; `false` when there is no such call with this device. */
  resume(callBytes: Uint8Array, inbox: Inbox, who: Introduced): boolean;
}

type CallOutput = Exclude<LineOutput, { kind: "changed" | "wake" | "turn-away" }>;

/** Makes a line without a call. */
export function createLine(dependencies: Omit<LineContext, "feed">): Line {
  const { clock, random, report } = dependencies;
  const shown = createLive<CallState>({ kind: "idle" });
  const calls = new Map<string, CallResources>();
  /** Offers whose fate the machine is about to decide, and those that ours won over: these end with ours. */
  const atTheDoor = new Map<string, Offer>();
  const outdone = new Map<string, Offer>();

  const loop = createMachineLoop(clock, {
    moved(before, after) {
      for (const event of announcementsOf(before, after, context.network().mode)) report(event);
    },
    perform(output) {
      if (output.kind === "changed") publish();
      else if (output.kind === "turn-away") turnedAway(output.call, output.how);
      else act(output);
    },
  });
  const context: LineContext = { ...dependencies, feed: loop.feed };
  const current = (): CallResources | undefined => (isLive(loop.state) ? calls.get(loop.state.call) : undefined);
  const microphones = createMicrophones(context, { current, changed: publish });

  function act(output: CallOutput): void {
    const resources = calls.get(output.call);
    if (resources === undefined) return;
    switch (output.kind) {
      case "reach":
        void reachPeer(resources, output.target, microphones.open(resources), context);
        break;
      case "open-media":
        openCallMedia(resources, context, publish);
        break;
      case "offer":
        resources.media?.offer(output.when, output.restart);
        break;
      case "answer":
        resources.media?.answer(output.when);
        break;
      case "apply":
        resources.media?.apply();
        break;
      case "open-audio":
        resources.media?.openAudio();
        break;
      case "send":
        say(output.what, resources);
        break;
      case "send-hangup":
        resources.goodbye = output.reason;
        break;
      case "open-microphone":
        void openForAnswer(resources);
        break;
      case "redial":
        carryOn(resources);
        break;
      case "close":
        close(resources);
        break;
    }
  }

  /** A person may answer faster than the browser describes its end; "accept" then waits for the description. */
  function say(what: "ringing" | "accept", { leg, media, callBytes }: CallResources): void {
    const send = (): void => leg.send({ kind: what, call: callBytes });
    if (what === "ringing") send();
    else media?.afterwards(send);
  }

  function carryOn(resources: CallResources): void {
    if (hasPeer(loop.state)) void redial(resources, loop.state.peer, context);
  }

  async function openForAnswer(resources: CallResources): Promise<void> {
    const { call } = resources;
    const reason = await microphones.open(resources);
    if (reason === undefined) loop.feed({ kind: "microphone-open", call });
    else loop.feed({ kind: "media-broke", call, reason });
  }

  function close(resources: CallResources): void {
    calls.delete(resources.call);
    releaseCall(resources);
    for (const { inbox, callBytes } of outdone.values()) turnAway(inbox.channel, callBytes, "failed");
    outdone.clear();
  }

  function turnedAway(call: string, how: "busy" | "glare"): void {
    const offer = atTheDoor.get(call);
    if (offer === undefined) return;
    calls.delete(call);
    if (how === "glare") {
      outdone.set(call, offer);
      return;
    }
    report({ name: "call.refused", call, reason: "busy" });
    turnAway(offer.inbox.channel, offer.callBytes, "busy");
  }

  function publish(): void {
    const { path = { kind: "unknown" } as const, quality } = current() ?? {};
    const view = viewOf(loop.state, { microphone: microphones.state, path, quality });
    if (JSON.stringify(view) !== JSON.stringify(shown.value)) shown.set(view);
  }

  /** Puts a checked offer before the machine; what it takes gets its channel, what it turns away is gone already. */
  function decide({ inbox, who }: Offer, resources: CallResources): void {
    const { call, route: policies, leg } = resources;
    if (policies === undefined) return;
    calls.set(call, resources);
    const peer = { user: who.user, device: who.device, name: who.card.name };
    loop.feed({ kind: "offered", call, peer, self: context.account.device, policies });
    if (calls.has(call)) leg.attach(inbox, "first");
  }

  return {
    state: shown,
    microphones,
    feed: loop.feed,
    dial(target) {
      if (isLive(loop.state)) return;
      const resources = createCallResources(random.bytes(16), "caller", context);
      calls.set(resources.call, resources);
      loop.feed({ kind: "dial", call: resources.call, target });
    },
    async takeOffer(offer) {
      const call = toBase64Url(offer.callBytes);
      if (calls.has(call) || atTheDoor.has(call)) {
        turnAway(offer.inbox.channel, offer.callBytes, "refused");
        return;
      }
      atTheDoor.set(call, offer);
      try {
        const resources = await considerOffer(offer, context);
        if (resources !== undefined) decide(offer, resources);
      } finally {
        atTheDoor.delete(call);
      }
    },
    resume(callBytes, inbox, who) {
      const resources = current();
      if (resources === undefined || resources.role !== "callee") return false;
      if (resources.call !== toBase64Url(callBytes) || resources.peer !== who.device) return false;
      resources.leg.attach(inbox, "first");
      loop.feed({ kind: "channel-open", call: resources.call });
      return true;
    },
  };
}
