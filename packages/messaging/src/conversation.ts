import {
  type Clock,
  type CloseReason,
  type Network,
  NetworkError,
  type Path,
  type Random,
  type Report,
  type Unsubscribe,
  type UserId,
} from "@skein/core";
import { MAX_OUTBOX } from "./defaults.ts";
import { stepDelivery } from "./delivery.ts";
import type { DeliveryInput, DeliveryOutput } from "./delivery-events.ts";
import { currentChannel, type DeliveryState } from "./delivery-state.ts";
import { dialPeer } from "./dialling.ts";
import type { OwnIntroduction } from "./greeting.ts";
import { createLine, type IntroducedChannel, type Line } from "./line.ts";
import type { Message } from "./message.ts";
import { createPathFollower } from "./path-follower.ts";
import { createPeerDevices, type PeerDevices } from "./peer-devices.ts";
import type { Records } from "./records.ts";

/** One conversation at work: the driver of its delivery machine. */
export interface Conversation {
  readonly user: UserId;
  /** Keeps a message and sees to its delivery; see `Messaging.send`. The text is checked by the caller. */
  send(body: string): Promise<Message>;
  markRead(upTo: number): Promise<void>;
  /** Opens a channel if there is none and the peer can be found. */
  connect(): void;
  /** Takes a channel the peer opened. */
  adopt(introduced: IntroducedChannel): void;
  /** Works over this network from now on. */
  attach(network: Network): void;
  /** Leaves the network: closes its channels. Resolves when everything heard so far is kept. */
  detach(): Promise<void>;
  /** Whether nothing is open, under way or waiting: it may then be forgotten and loaded again later. */
  isIdle(): boolean;
}

/** What a conversation works with. */
export interface ConversationDependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Report;
  readonly account: () => OwnIntroduction;
  /** Whether we want to talk to this person at all. */
  readonly wanted: () => boolean;
  readonly records: Records;
  /** Hears of the path of the channel we send on, and of its end. */
  readonly showPath: (path: Path | undefined) => void;
}

interface Attachment {
  readonly network: Network;
  readonly scope: AbortController;
  readonly devices: PeerDevices;
  readonly unsubscribe: Unsubscribe;
}

/** Starts a conversation from what the store holds; it does nothing until attached to a network. */
export function createConversation(
  { user, initial }: { readonly user: UserId; readonly initial: DeliveryState },
  dependencies: ConversationDependencies,
): Conversation {
  const { clock, random, report, account, wanted, records, showPath } = dependencies;
  let state = initial;
  let attachment: Attachment | undefined;
  let cancelWake: Unsubscribe = () => {};
  let lastNumber = 0;
  const lines = new Map<number, Line>();
  const path = createPathFollower(showPath);

  function dispatch(input: DeliveryInput): void {
    const step = stepDelivery(state, input);
    state = step.state;
    for (const output of step.outputs) perform(output);
    followPeer();
    const current = currentChannel(state);
    path.follow(current === undefined ? undefined : lines.get(current)?.channel.path);
  }

  function perform(output: DeliveryOutput): void {
    switch (output.kind) {
      case "dial":
        void dial();
        break;
      case "write":
        void write(output);
        break;
      case "close":
        lines.get(output.channel)?.close(output.reason);
        break;
      case "store":
        void keep(output);
        break;
      case "advance":
        void records.advance(output.ids, output.state);
        break;
      case "wake":
        cancelWake();
        cancelWake = clock.at(output.at, () => dispatch({ kind: "tick", now: clock.now(), chance: random.fraction() }));
        break;
    }
  }

  async function write({ channel, frame }: DeliveryOutput & { kind: "write" }): Promise<void> {
    const outcome = await lines.get(channel)?.write(frame);
    if (outcome === "given" && frame.kind === "text")
      dispatch({ kind: "given", now: clock.now(), channel, id: frame.id });
  }

  async function keep({ channel, text }: DeliveryOutput & { kind: "store" }): Promise<void> {
    const line = lines.get(channel);
    if (line === undefined) return;
    const outcome = await records.keep(text, line.peer);
    if (outcome === "kept") dispatch({ kind: "stored", now: clock.now(), channel, id: text.id });
    else dispatch({ kind: "refused", now: clock.now(), channel, reason: outcome === "refused" ? "done" : "stopped" });
  }

  async function dial(): Promise<void> {
    const attached = attachment;
    if (attached === undefined) return;
    const { network, devices, scope } = attached;
    const dialled = wanted()
      ? await dialPeer(user, { network, devices, clock, report, account, signal: scope.signal })
      : await Promise.resolve({ kind: "failed" } as const);
    if (attached !== attachment) {
      if (dialled.kind === "introduced") await dialled.introduced.channel.close("stopped");
      return;
    }
    if (dialled.kind === "introduced") return open(dialled.introduced, "us");
    if (dialled.kind === "absent") dispatch({ kind: "peer", now: clock.now(), belief: "offline" });
    dispatch({ kind: "dial-failed", now: clock.now(), chance: random.fraction() });
  }

  function open(introduced: IntroducedChannel, dialledBy: "us" | "peer"): void {
    lastNumber += 1;
    const number = lastNumber;
    const onFrame: Parameters<typeof createLine>[1]["onFrame"] = async (frame) => {
      if (!wanted()) return lines.get(number)?.close("done");
      dispatch({ kind: "heard", now: clock.now(), channel: number, frame });
      await records.settled();
    };
    const line = createLine(introduced, { report, onFrame });
    lines.set(number, line);
    dispatch({ kind: "channel-up", now: clock.now(), channel: { number, dialledBy } });
    void introduced.channel.closed.then((reason) => end(number, reason));
    // What arrived before the end is still read and kept.
    void Promise.all([introduced.channel.closed, line.finished]).then(() => lines.delete(number));
  }

  function end(channel: number, reason: CloseReason): void {
    dispatch({ kind: "channel-down", now: clock.now(), channel, reason, chance: random.fraction() });
  }

  /** A first dial asks the directory itself; one that failed is worth a watch, until there is a channel again. */
  function followPeer(): void {
    if (state.link.kind === "waiting") attachment?.devices.watch();
    else if (state.link.kind !== "dialling") attachment?.devices.unwatch();
  }

  return {
    user,
    async send(body) {
      const room = (): boolean => state.outbox.length < MAX_OUTBOX;
      return await records.compose(body, room, (message) => dispatch({ kind: "send", now: clock.now(), message }));
    },
    async markRead(upTo) {
      const ids = await records.markRead(upTo);
      if (ids.length > 0) dispatch({ kind: "read", now: clock.now(), ids });
    },
    connect: () => dispatch({ kind: "connect", now: clock.now() }),
    adopt(introduced) {
      if (attachment === undefined) void introduced.channel.close("stopped");
      else open(introduced, "peer");
    },
    attach(network) {
      if (attachment?.network === network) return;
      const scope = new AbortController();
      const devices = createPeerDevices(user, {
        directory: network.directory,
        clock,
        onNews: (belief) => dispatch({ kind: "peer", now: clock.now(), belief }),
      });
      let unsubscribe: Unsubscribe = () => {};
      attachment = { network, scope, devices, unsubscribe: () => unsubscribe() };
      unsubscribe = network.status.subscribe(({ kind }) =>
        dispatch({ kind: "network", now: clock.now(), status: kind === "online" ? "up" : "down" }),
      );
    },
    async detach() {
      const left = attachment;
      attachment = undefined;
      left?.unsubscribe();
      left?.devices.unwatch();
      left?.scope.abort(new NetworkError("stopped", "messaging left this network"));
      dispatch({ kind: "network", now: clock.now(), status: "down" });
      dispatch({ kind: "dial-failed", now: clock.now(), chance: random.fraction() });
      for (const [number, line] of lines) {
        line.close("stopped");
        // Not awaited: over a dead connection the goodbye may take long.
        end(number, "stopped");
      }
      cancelWake();
      await records.settled();
    },
    isIdle: () => state.link.kind === "idle" && state.outbox.length === 0,
  };
}
