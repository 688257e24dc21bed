import type { Microphone, PeerConnection, PeerConnectionEvents, PeerConnectionOptions } from "@skein/calls";
import type { Clock, Random } from "@skein/core";
import { statisticsOf } from "./connection-statistics.ts";
import { createDtlsCertificate } from "./native/certificate.ts";
import { opusPayloadType, type Restart, restartOf, ufragOf } from "./native/description.ts";
import type { NativeMedia } from "./native/native-media.ts";
import type { NativeState } from "./native/native-messages.ts";
import type { FrameClock } from "./rtp/frame-clock.ts";
import { createVoiceReceiver, type VoiceReceiver } from "./rtp/voice-receiver.ts";
import { createVoiceSender } from "./rtp/voice-sender.ts";
import { createVoiceTraffic } from "./rtp/voice-traffic.ts";
import type { VoiceSource } from "./sound/voice-source.ts";
import { openWay, type Way } from "./way.ts";

/** What a connection works with. */
export interface NodeConnectionDependencies {
  readonly native: NativeMedia;
  readonly frames: FrameClock;
  readonly clock: Clock;
  readonly random: Random;
  /** The sound of one of our microphones. */
  readonly soundOf: (microphone: Microphone) => VoiceSource | undefined;
}

/** How long the connection that was replaced still takes packets, in ms: the other side may need a round trip longer. */
const OVERLAP_MS = 1_000;

/** What we offer Opus as until their description says otherwise. */
const PAYLOAD_TYPE = 111;

/**
 * A connection over node-datachannel. The library cannot restart ICE. When both sides make a new native connection instead
 * (same certificate, new ICE credentials), sound moves to it once it is up. With a browser that works only until ICE found
 * a first pair, since its DTLS goes on across restarts; from then on both stay on the pair that works, which browsers do
 * when they are answered with the credentials they know (docs/spec/peer.md, PE10 to PE13).
 */
export function createNodeConnection(
  options: PeerConnectionOptions,
  events: PeerConnectionEvents,
  dependencies: NodeConnectionDependencies,
): PeerConnection {
  const { native, clock, random, frames } = dependencies;
  const certificate = createDtlsCertificate({ random, now: clock.now() });
  const sender = createVoiceSender(random);
  const receiver: VoiceReceiver = createVoiceReceiver(clock.now);
  const traffic = createVoiceTraffic({ sender, receiver, clock, frames }, { arriving: () => events.arriving() });
  let configured = options;
  /** Carries the sound, or will be the first to. */
  let present: Way | undefined;
  /** Is to take over when it is connected. */
  let next: Way | undefined;
  /** The way whose offer waits for its answer. */
  let offered: Way | undefined;
  let payloadType = PAYLOAD_TYPE;
  let voice: "unheard" | "told" = "unheard";
  let life: "open" | "closed" = "open";
  let role: "offers" | "answers" = "answers";
  /** Why the process that held our connections is gone; `undefined` while it is there. */
  let dead: string | undefined;
  const retired = new Set<Way>();

  function open(): Way {
    if (life !== "open") throw new Error("the connection is over");
    dead = undefined;
    const way = openWay({ ...configured, certificate, ssrc: sender.ssrc }, native, {
      candidate: (text, ufrag) => events.candidate(text, ufrag),
      gathered: () => events.gathered(),
      state: changed,
      packet: (bytes) => traffic.take(bytes),
      died,
    });
    if (present === undefined) present = way;
    else {
      next?.close();
      next = way;
    }
    return way;
  }

  /** Instead of a restart: another way beside the one in use, or in place of one that never came up; else none. */
  async function another(theirs: Restart): Promise<Way | undefined> {
    if (theirs === "new-connection") return open();
    if (dead !== undefined) throw new Error(dead);
    const figures = await present?.native.figures();
    if (figures?.local !== undefined) return undefined;
    present?.close();
    present = undefined;
    return open();
  }

  function changed(way: Way, state: NativeState): void {
    if (state === "connected") {
      connected(way);
      return;
    }
    if (way === next && (state === "failed" || state === "encryption-failed" || state === "closed")) {
      next.close();
      next = undefined;
      if (present?.state !== "connected") events.state(state);
      return;
    }
    // While another one comes up, what happens to the old one is no news.
    if (way === present && next === undefined && state !== "connecting") events.state(state);
  }

  function connected(way: Way): void {
    if (way === next) {
      if (present !== undefined) retire(present);
      present = way;
      next = undefined;
    }
    if (way !== present) return;
    traffic.carry((packet) => way.native.send(packet), payloadType);
    if (voice === "unheard") events.voice({ voice: receiver });
    voice = "told";
    events.state("connected");
  }

  function retire(way: Way): void {
    retired.add(way);
    clock.at(clock.now() + OVERLAP_MS, () => {
      retired.delete(way);
      way.close();
    });
  }

  /** Whoever offers can still mend it with one of our kind; the other end waits for an offer that nobody knows is due. */
  function died(reason: string): void {
    if (life !== "open" || dead !== undefined) return;
    dead = reason;
    next = undefined;
    events.state(role === "answers" && voice === "told" ? "closed" : "failed");
  }

  function heardOf(sdp: string): void {
    payloadType = opusPayloadType(sdp) ?? payloadType;
  }

  return {
    async offer({ restart }) {
      role = "offers";
      const known = next ?? present;
      offered = known === undefined ? open() : undefined;
      if (known !== undefined && restart) offered = await another(known.restart);
      return offered === undefined ? (known?.local ?? "") : await offered.offer();
    },
    async answer(offer) {
      heardOf(offer);
      const known = next ?? present;
      if (known === undefined) return await open().answer(offer);
      const way = ufragOf(offer) === known.theirUfrag ? undefined : await another(restartOf(offer));
      return way === undefined ? known.local : await way.answer(offer);
    },
    async accept(answer) {
      heardOf(answer);
      const way = offered;
      offered = undefined;
      await way?.accept(answer);
    },
    async addCandidate(text, ufrag) {
      for (const way of [present, next]) if (way?.theirUfrag === ufrag) way.native.addCandidate(text);
    },
    configure(changedOptions) {
      configured = changedOptions;
    },
    async send(microphone) {
      sender.use(dependencies.soundOf(microphone));
    },
    async remoteFingerprint() {
      const { remoteFingerprint } = (await present?.native.figures()) ?? {};
      return remoteFingerprint === undefined ? undefined : bytesOf(remoteFingerprint);
    },
    async statistics() {
      const figures = await present?.native.figures().catch(() => undefined);
      return statisticsOf({ sender, receiver, roundTripMs: traffic.roundTripMs, native: figures });
    },
    close() {
      if (life === "closed") return;
      life = "closed";
      traffic.stop();
      for (const way of [present, next, ...retired]) way?.close();
    },
  };
}

function bytesOf(fingerprint: string): Uint8Array {
  return Uint8Array.from(fingerprint.split(":"), (pair) => Number.parseInt(pair, 16));
}
