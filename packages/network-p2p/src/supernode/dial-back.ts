import type { Connection, Stream } from "@libp2p/interface";
import { type Clock, NetworkError, type Random, type Report } from "@skein/core";
import type { PortKind, Verdict } from "@skein/election";
import { NONCE_BYTES, REACH_PROTOCOL, type ReachReply, reachReply, reachRequest } from "@skein/wire";
import { toString as encodeText } from "uint8arrays/to-string";
import { neighbourhoodOf, parseAddress, transportOf } from "../addresses.ts";
import { atMost } from "../at-most.ts";
import { openFrames } from "../frames.ts";
import { byLot } from "./by-lot.ts";
import { diverseOrder } from "./diverse-order.ts";
import { DIAL_BACK_TIMEOUT_MS } from "./limits.ts";
import type { Neighbour } from "./neighbours.ts";
import type { ReachabilityProbe } from "./reachability-probe.ts";
import { failuresOf, reportRound } from "./round-failures.ts";

/** Our half of the dial-back: asks supernodes to dial us, and knows a dial-back when it comes. */
export interface DialBack extends ReachabilityProbe {
  /** A stream on which somebody hands in a nonce. */
  arrived(nonce: Uint8Array): void;
}

/** What it needs. */
export interface DialBackDependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Report;
  /** Supernodes that can be asked. */
  readonly helpers: () => readonly Neighbour[];
  /** Our addresses as others should see them, without peer id. */
  readonly addresses: () => readonly string[];
  /** An address of ours was reached. */
  readonly onReached: (address: string) => void;
}

/** How often helpers are asked. */
export interface DialBackOptions {
  /** While too few have told, ms. */
  readonly soonMs: number;
  /** Otherwise; well within the life of a verdict, ms. */
  readonly everyMs: number;
  /** Helpers asked in one round; two that agree are enough. */
  readonly helpers: number;
}

interface Tried {
  readonly address: string;
  readonly port: PortKind;
  readonly nonce: Uint8Array;
}

/** How long a nonce may come after the helper said it was handed in, ms. */
const NONCE_WAIT_MS = 2_000;

/**
 * Asks supernodes of different networks to dial our ports. `reached` counts only when the nonce of that port came in on a
 * connection to us: a helper cannot claim it. `not-reached` is its word; the machine wants two of them.
 */
export function createDialBack(options: DialBackOptions, dependencies: DialBackDependencies): DialBack {
  const { addresses, clock, helpers, onReached, random, report } = dependencies;
  const pending = new Map<string, PromiseWithResolvers<"arrived">>();
  const stopping = new AbortController();
  let cancelNext = (): void => {};
  let tell: Parameters<ReachabilityProbe["start"]>[0] = () => {};

  /** Rejects when the helper does not help. */
  const ask = async (helper: Neighbour): Promise<"told" | "nothing-to-ask"> => {
    const ports = portsOf(addresses()).map((each) => ({ ...each, nonce: random.bytes(NONCE_BYTES) }));
    if (ports.length === 0) return "nothing-to-ask";
    for (const { nonce } of ports) pending.set(nameOf(nonce), Promise.withResolvers());
    try {
      const reply = await askHelper(helper.connection, { kind: "dial-me", ports }, stopping.signal);
      if (reply.kind !== "tried") throw new NetworkError("refused", `the helper does not help: ${reply.reason}`);
      const tried = reply.ports;
      await Promise.all(
        ports.map((each) => conclude(helper, each, tried.find(({ port }) => port === each.port)?.outcome)),
      );
      return "told";
    } finally {
      for (const { nonce } of ports) pending.delete(nameOf(nonce));
    }
  };
  const conclude = async (helper: Neighbour, tried: Tried, claim: Verdict["outcome"] | undefined): Promise<void> => {
    const outcome = claim === "reached" ? await seen(tried.nonce) : claim;
    const network = neighbourhoodOf([helper.connection.remoteAddr.toString()]);
    const { address, port } = tried;
    if (outcome === "reached") onReached(address);
    if (outcome !== undefined) tell({ port, helper: helper.supernode, network, outcome, at: clock.now() });
  };
  /** The helper's answer may overtake the nonce, which came another way. A claim without nonce is no verdict. */
  const seen = async (nonce: Uint8Array): Promise<"reached" | undefined> => {
    let outcome: "reached" | undefined;
    const arrival = pending.get(nameOf(nonce))?.promise.then(() => {
      outcome = "reached";
    });
    await atMost(NONCE_WAIT_MS, arrival ?? Promise.resolve());
    return outcome;
  };
  const round = async (): Promise<void> => {
    cancelNext();
    const asked = await Promise.allSettled(apart(helpers(), options.helpers, random).map(ask));
    cancelNext();
    if (stopping.signal.aborted) return;
    reportRound(report, "net.dial-back.failed", failuresOf(asked));
    const told = asked.filter((each) => each.status === "fulfilled" && each.value === "told");
    const enough = told.length >= Math.min(2, options.helpers);
    const waitMs = (enough ? options.everyMs : options.soonMs) * (0.75 + random.fraction() / 2);
    cancelNext = clock.at(clock.now() + waitMs, check);
  };
  const check = (): void => {
    round().catch((error: unknown) => {
      reportRound(report, "net.dial-back.failed", [error]);
      if (!stopping.signal.aborted) cancelNext = clock.at(clock.now() + options.soonMs, check);
    });
  };

  return {
    start(onVerdict) {
      tell = onVerdict;
      check();
    },
    check,
    arrived(nonce) {
      pending.get(nameOf(nonce))?.resolve("arrived");
    },
    stop() {
      stopping.abort();
      cancelNext();
    },
  };
}

/** Helpers of different networks first, by lot; of one network only when there are no others. */
function apart(helpers: readonly Neighbour[], count: number, random: Random): readonly Neighbour[] {
  const networkOf = ({ connection }: Neighbour): string => neighbourhoodOf([connection.remoteAddr.toString()]);
  return diverseOrder(byLot(helpers, random), networkOf).slice(0, count);
}

/** The first WebSocket and the first webrtc-direct address. */
function portsOf(addresses: readonly string[]): readonly { readonly port: PortKind; readonly address: string }[] {
  const kinds = addresses.flatMap((text) => {
    const address = parseAddress(text);
    const transport = address === undefined ? undefined : transportOf(address);
    return transport === undefined ? [] : [{ port: portKind(transport), address: text }];
  });
  return (["ws", "udp"] as const).flatMap((port) => kinds.find((each) => each.port === port) ?? []);
}

/** The port a way in belongs to. */
function portKind(transport: "ws" | "wss" | "webrtc-direct"): PortKind {
  return transport === "webrtc-direct" ? "udp" : "ws";
}

async function askHelper(
  connection: Connection,
  request: Parameters<typeof reachRequest.encode>[0],
  signal: AbortSignal,
): Promise<ReachReply> {
  // Both ports are tried at once by the helper; some time is left for its answer.
  const limit = AbortSignal.any([signal, AbortSignal.timeout(DIAL_BACK_TIMEOUT_MS + 4_000)]);
  const stream: Stream = await connection.newStream(REACH_PROTOCOL, { signal: limit });
  const frames = openFrames(stream, reachRequest.maxBytes);
  const abort = (): void => frames.abort("given up");
  limit.addEventListener("abort", abort, { once: true });
  try {
    await frames.send(reachRequest.encode(request));
    for await (const frame of frames.incoming) {
      const reply = reachReply.decode(frame);
      if (!reply.ok) throw new NetworkError("refused", reply.reason);
      return reply.value;
    }
    throw new NetworkError("closed", "the helper did not answer");
  } finally {
    limit.removeEventListener("abort", abort);
    await frames.end();
  }
}

function nameOf(nonce: Uint8Array): string {
  return encodeText(nonce, "base16");
}
