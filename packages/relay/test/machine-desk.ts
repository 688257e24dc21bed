import { createSeededRandom } from "@skein/testkit";
import type { RelayId } from "../src/allocation.ts";
import type { TurnCredential } from "../src/credentials.ts";
import { step } from "../src/relay-machine.ts";
import {
  createRelayState,
  type RelayInput,
  type RelayMachineOptions,
  type RelayOutput,
  type RelayState,
} from "../src/relay-state.ts";
import { ATTRIBUTE, METHOD } from "../src/specification.ts";
import type { StunAttribute, StunMessage } from "../src/stun-message.ts";
import type { ClientAddress, TransportAddress } from "../src/transport-address.ts";
import {
  address,
  buildRequest,
  credentialFor,
  nextTransaction,
  REALM,
  readMessage,
  SECRET,
  type Signer,
  textOf,
  UDP,
} from "./requests.ts";

type WithoutNow<T> = T extends { readonly now: number } ? Omit<T, "now"> : never;

/** A machine on the table: time moves by hand, sockets are numbers. */
export interface Desk {
  readonly state: RelayState;
  readonly now: number;
  /** Everything the machine asked for, in order. */
  readonly outputs: RelayOutput[];
  feed(input: WithoutNow<RelayInput>): readonly RelayOutput[];
  /** Moves time on and ticks when the machine asked for it. */
  advance(ms: number): readonly RelayOutput[];
  seat(from: TransportAddress, credential?: TurnCredential, listener?: number): Seat;
}

/** A client at the table. */
export interface Seat {
  readonly from: ClientAddress;
  /** Signs with the last nonce heard, if any. */
  signer(): Signer | undefined;
  send(bytes: Buffer): readonly RelayOutput[];
  /** Sends a request, signed when a nonce is known, and reads the one answer. */
  ask(method: number, attributes?: readonly StunAttribute[], transaction?: Buffer): StunMessage;
  /** Fetches a nonce, then allocates. */
  allocate(attributes?: readonly StunAttribute[]): StunMessage;
  /** The bytes of every packet the machine sent to this client by these outputs. */
  hears(outputs: readonly RelayOutput[]): Buffer[];
}

export const START_MS: number = Date.UTC(2026, 0, 1);
export const RELAYED_IP: string = "203.0.113.1";
export const LISTEN_PORT: number = 3478;

export interface DeskOptions extends Partial<RelayMachineOptions> {
  /** What becomes of a wish for a socket: opened at once (ports from 50000), refused, or left waiting. */
  readonly sockets?: "open" | "refuse" | "wait";
}

export function createDesk({ sockets = "open", ...options }: DeskOptions = {}): Desk {
  const state = createRelayState(
    {
      realm: REALM,
      secret: SECRET,
      relayedIp: address(RELAYED_IP, 1).ip,
      otherIps: [],
      listenPort: LISTEN_PORT,
      peers: { kind: "public" },
      limits: {},
      ...options,
    },
    { random: createSeededRandom(7) },
  );
  let now = START_MS;
  let wakeAt = Number.POSITIVE_INFINITY;
  const outputs: RelayOutput[] = [];

  const openFor = (relay: RelayId): readonly RelayOutput[] => {
    if (sockets === "wait") return [];
    return feed(
      sockets === "open" ? { kind: "relay-opened", relay, port: 49_999 + relay } : { kind: "relay-failed", relay },
    );
  };
  const feed = (input: WithoutNow<RelayInput>): readonly RelayOutput[] => {
    const all: RelayOutput[] = [];
    for (const output of step(state, { ...input, now } as RelayInput).outputs) {
      outputs.push(output);
      all.push(output);
      if (output.kind === "wake") wakeAt = output.at;
      if (output.kind === "open-relay") all.push(...openFor(output.relay));
    }
    return all;
  };

  return {
    state,
    outputs,
    get now() {
      return now;
    },
    feed,
    advance(ms) {
      const all: RelayOutput[] = [];
      const until = now + ms;
      while (wakeAt <= until) {
        now = wakeAt;
        wakeAt = Number.POSITIVE_INFINITY;
        all.push(...feed({ kind: "tick" }));
      }
      now = until;
      return all;
    },
    seat: (from, credential = credentialFor("alice", START_MS + 86_400_000), listener = 0) =>
      createSeat(feed, { ...from, listener }, credential),
  };
}

function createSeat(feed: Desk["feed"], from: ClientAddress, credential: TurnCredential): Seat {
  let nonce: string | undefined;
  const hears = (outputs: readonly RelayOutput[]): Buffer[] =>
    outputs.flatMap((output) =>
      output.kind === "send-to-client" &&
      output.to.host === from.host &&
      output.to.port === from.port &&
      output.to.listener === from.listener
        ? [output.bytes]
        : [],
    );
  const signer = (): Signer | undefined =>
    nonce === undefined
      ? undefined
      : { username: credential.username, password: credential.credential, realm: REALM, nonce };
  const send = (bytes: Buffer): readonly RelayOutput[] => feed({ kind: "client-datagram", from, bytes });
  const ask: Seat["ask"] = (method, attributes = [], transaction = nextTransaction()) => {
    const heard = hears(send(buildRequest(method, attributes, signer(), transaction)));
    const [bytes] = heard;
    if (bytes === undefined || heard.length > 1) throw new Error(`${heard.length} answers instead of one`);
    const answer = readMessage(bytes);
    nonce = textOf(answer, ATTRIBUTE.nonce) ?? nonce;
    return answer;
  };
  return {
    from,
    signer,
    send,
    ask,
    hears,
    allocate(attributes = [UDP]) {
      if (nonce === undefined) ask(METHOD.allocate, [UDP]);
      return ask(METHOD.allocate, attributes);
    },
  };
}
