import type { Clock, IcePolicy, MediaRoute, Mode } from "@skein/core";
import type { CallMessage } from "@skein/wire";
import { RELAY_TIMEOUT_MS, ROUTE_MARGIN_MS } from "../defaults.ts";
import type { Dialogue } from "../negotiation/dialogue.ts";
import { equal } from "../negotiation/envelope.ts";
import { inspectDescription } from "../negotiation/session-description.ts";
import { createIncomingCandidates, createOutgoingCandidates } from "../negotiation/trickle.ts";
import { type CallQuality, type MediaPath, pathOf } from "../quality/call-quality.ts";
import { createQualityWatch } from "../quality/quality-watch.ts";
import type { CandidateKind, EndReason } from "../reasons.ts";
import type { Media, Microphone, PeerConnectionEvents, RemoteVoice } from "./media.ts";
import { createOperations } from "./operations.ts";

/** What a connection can come to. */
export type MediaFact = "connected" | "interrupted" | "failed" | "encryption-failed" | "closed" | "no-relay";

/** What a call's connection tells its driver. */
export interface CallMediaEvents {
  send(message: Extract<CallMessage, { kind: "description" | "candidate" }>): void;
  state(fact: MediaFact): void;
  /** The connection cannot go on; the call ends. */
  broke(reason: EndReason): void;
  /** A check on the living connection failed; the call ends, and the other side hears `refused`. */
  refused(reason: EndReason): void;
  candidate(whose: "ours" | "theirs", tried: CandidateKind): void;
  path(path: MediaPath): void;
  quality(quality: CallQuality): void;
  /** Their voice arrives, and is played. */
  firstAudio(): void;
}

/** What a call's connection is for. */
export interface CallMediaOptions {
  readonly call: Uint8Array;
  readonly mode: Mode;
  readonly route: MediaRoute;
}

/** Whether the person had answered when a round was begun: that chooses the candidate policy. */
export type When = "before-answer" | "after-answer";

/** The connection of one call. What it is asked to do happens in order, one at a time; nothing here throws. */
export interface CallMedia {
  offer(when: When, restart: boolean): void;
  /** Answers the offer the dialogue read last. */
  answer(when: When): void;
  /** Applies the answer the dialogue read last. */
  apply(): void;
  /** Takes a candidate of theirs; `refused` when it breaks a limit or is none. */
  takeCandidate(round: number, text: string): "taken" | "refused";
  /** From now on the microphone is sent and their voice played. */
  openAudio(): void;
  /** Calls `act` once everything asked so far is done: what must not overtake a description waits here. */
  afterwards(act: () => void): void;
  /** Chooses the microphone, before or after {@link CallMedia.openAudio}. */
  use(microphone: Microphone): void;
  close(): void;
}

/** What a call's connection works with. */
export interface CallMediaDependencies {
  readonly media: Media;
  readonly dialogue: Dialogue;
  readonly clock: Clock;
  /** Fresh relay credentials when the old ones run out; `undefined` when there are none to be had. */
  readonly renewRoute: () => Promise<MediaRoute | undefined>;
}

/** Creates the connection of a call; nothing is gathered or sent yet. Throws what the browser throws. */
export function createCallMedia(
  { call, mode, route: firstRoute }: CallMediaOptions,
  dependencies: CallMediaDependencies,
  events: CallMediaEvents,
): CallMedia {
  const { media, dialogue, clock } = dependencies;
  let route = firstRoute;
  const operations = createOperations();
  const incoming = createIncomingCandidates();
  const outgoing = createOutgoingCandidates((round, { text, kind }) => {
    events.candidate("ours", kind);
    events.send({ kind: "candidate", call, round, candidate: text });
  });
  let policy: IcePolicy = route.beforeAnswer;
  let closed = false;
  let audio: "closed" | "open" = "closed";
  let arriving: "no" | "yes" | "told" = "no";
  let microphone: Microphone | undefined;
  let voice: RemoteVoice | undefined;
  let cancelRelayWatch: (() => void) | undefined;

  const connection = media.createPeerConnection({ iceServers: route.iceServers, policy }, guarded());
  const watch = createQualityWatch(() => connection.statistics(), clock, {
    counters: (counters) => events.path(pathOf(counters.pair, mode, relaysBehind(counters.pair?.relayUrl, route))),
    quality: (quality) => events.quality(quality),
  });

  function guarded(): PeerConnectionEvents {
    const whileOpen = (act: () => void): void => {
      if (!closed) act();
    };
    return {
      candidate: (text, ufrag) => whileOpen(() => outgoing.gathered(text, ufrag)),
      gathered: () => whileOpen(() => queue("", async () => tellWithoutRelay())),
      state: (fact) => whileOpen(() => queue("", () => tell(fact))),
      voice: (heard) => whileOpen(() => hear(heard)),
      arriving: () => whileOpen(() => arrive()),
    };
  }

  function queue(failure: string, act: () => Promise<void>): void {
    operations.run(act, () => {
      if (failure !== "") events.broke({ kind: "media-failed", detail: failure });
    });
  }

  /** Settles policy and relays for a round: an hour-old call needs new credentials to gather once more. */
  async function prepare(when: When): Promise<void> {
    const expired = clock.now() >= route.expiresAt - ROUTE_MARGIN_MS;
    const fresh = expired ? await dependencies.renewRoute() : undefined;
    const next = when === "before-answer" ? route.beforeAnswer : route.afterAnswer;
    if (closed || (next === policy && fresh === undefined)) return;
    // The policy was agreed when the call began; only the relays change.
    route = { ...route, ...(fresh === undefined ? {} : { iceServers: fresh.iceServers, expiresAt: fresh.expiresAt }) };
    policy = next;
    connection.configure({ iceServers: route.iceServers, policy });
  }

  function sendDescription(sdp: string): void {
    if (closed) return;
    const envelope = dialogue.seal(sdp);
    const facts = inspectDescription(sdp);
    events.send({ kind: "description", envelope });
    if (facts.ok) outgoing.begin(dialogue.round, facts.value.ufrag, policy);
    if (policy === "relay") watchForRelay();
  }

  function watchForRelay(): void {
    cancelRelayWatch?.();
    cancelRelayWatch = clock.at(clock.now() + RELAY_TIMEOUT_MS, tellWithoutRelay);
  }

  function tellWithoutRelay(): void {
    if (!closed && policy === "relay" && outgoing.shown === 0) events.state("no-relay");
  }

  /** "Connected" counts only with the certificate that was signed (CL27). */
  async function tell(fact: MediaFact): Promise<void> {
    if (closed) return;
    if (fact !== "connected") return events.state(fact);
    const proven = await connection.remoteFingerprint();
    if (closed) return;
    if (proven !== undefined && !(dialogue.remote !== undefined && equal(proven, dialogue.remote.fingerprint)))
      return events.refused({ kind: "security", detail: "the connection's certificate is not the signed one" });
    await watch.look();
    if (!closed) events.state("connected");
  }

  function hear(heard: RemoteVoice): void {
    voice = heard;
    if (audio === "open") media.play(heard);
  }

  function arrive(): void {
    if (arriving === "no") arriving = "yes";
    tellArrival();
  }

  function tellArrival(): void {
    if (arriving !== "yes" || audio !== "open") return;
    arriving = "told";
    events.firstAudio();
  }

  function sendVoice(): void {
    queue("the microphone could not be connected", async () => {
      if (microphone !== undefined) await connection.send(microphone);
    });
  }

  return {
    offer(when, restart) {
      queue("no offer could be made", async () => {
        await prepare(when);
        sendDescription(await connection.offer({ restart }));
      });
    },
    answer(when) {
      const offer = dialogue.remote;
      if (offer === undefined) return;
      queue("their offer could not be used", async () => {
        await prepare(when);
        const sdp = await connection.answer(offer.sdp);
        // A newer offer has come meanwhile: only that one is answered.
        if (dialogue.remote === offer) sendDescription(sdp);
      });
    },
    apply() {
      const answer = dialogue.remote;
      if (answer === undefined) return;
      queue("their answer could not be used", async () => {
        // Our next offer is out already; this answer belongs to none that is open.
        if (dialogue.round === answer.round) await connection.accept(answer.sdp);
      });
    },
    takeCandidate(round, text) {
      const remote = dialogue.remote;
      const candidate = incoming.take(round, remote?.round, text);
      if (candidate === "refused") return "refused";
      if (candidate === "ignored" || remote === undefined) return "taken";
      events.candidate("theirs", candidate.kind);
      // One that the browser does not like is one way less, no more.
      queue("", () => connection.addCandidate(text, remote.ufrag));
      return "taken";
    },
    openAudio() {
      if (audio === "open" || closed) return;
      audio = "open";
      if (voice !== undefined) media.play(voice);
      sendVoice();
      tellArrival();
      watch.start();
    },
    afterwards(act) {
      queue("", async () => act());
    },
    use(next) {
      microphone = next;
      if (audio === "open") sendVoice();
    },
    close() {
      if (closed) return;
      closed = true;
      cancelRelayWatch?.();
      operations.close();
      watch.stop();
      media.stopPlaying();
      connection.close();
    },
  };
}

/** The relay behind a TURN URL where servers and relays are listed side by side; all of them where that is not known. */
function relaysBehind(url: string | undefined, { iceServers, relays }: MediaRoute): readonly string[] {
  if (url === undefined || url === "" || iceServers.length !== relays.length) return relays;
  const index = iceServers.findIndex(({ urls }) => urls.includes(url));
  const relay = relays[index];
  return relay === undefined ? relays : [relay];
}
