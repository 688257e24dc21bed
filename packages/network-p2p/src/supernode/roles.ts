import { type CircuitRelayService, circuitRelayServer } from "@libp2p/circuit-relay-v2";
import { type Libp2p, start, stop } from "@libp2p/interface";
import { kadDHT, type SingleKadDHT } from "@libp2p/kad-dht";
import { type DialPolicy, mayDial } from "../addresses.ts";
import type { Libp2pParts } from "../libp2p-parts.ts";
import { KAD_PROTOCOL } from "../specification.ts";
import type { Guard } from "./guard.ts";
import {
  MAX_HOPS_FROM_LEAF,
  MAX_STOPS_TO_LEAF,
  RELAYED_BYTES,
  RELAYED_DURATION_MS,
  RESERVATION_TTL_MS,
} from "./limits.ts";
import { type Datastore, DHT_DATASTORE_PREFIX } from "./record-sweep.ts";
import type { RecordValidator } from "./record-validator.ts";
import type { Turn } from "./turn.ts";

/** What a node does for others while it serves; made anew at each promotion, ended at each demotion. */
export interface Roles {
  readonly relay: CircuitRelayService;
  readonly dht: SingleKadDHT;
  readonly turn: Turn | undefined;
  /** Out of the DHT, as others see it: from now on it asks and is not asked. Never rejects. */
  leaveDht(): Promise<void>;
  /** Ends all of it. Idempotent, never rejects. */
  stop(): Promise<void>;
}

/** What the roles are made of. */
export interface RolesInit {
  readonly policy: DialPolicy;
  readonly datastore: Datastore | undefined;
  /** The bound of the relay itself; the door (`door.ts`) decides below it. */
  readonly maxReservations: number;
  readonly validate: RecordValidator;
  /** Starts STUN and TURN, where they are wanted. */
  readonly startTurn: (() => Promise<Turn>) | undefined;
}

/**
 * Starts circuit relay, DHT server and TURN on a node that runs. Always new instances: a relay that was stopped enforces no
 * limits when started again (circuit-relay-v2 4.2.13). Rejects when TURN cannot listen; nothing is left running then.
 */
export async function startRoles(
  init: RolesInit,
  on: { readonly node: Libp2p; readonly parts: Libp2pParts; readonly guard: Guard },
): Promise<Roles> {
  const { guard, node, parts } = on;
  const turn = await init.startTurn?.();
  const relay = makeRelay(init.maxReservations)(parts.components as never) as CircuitRelayService;
  const dht = makeDht(init)(parts.components as never) as SingleKadDHT;
  // A reservation outlives its connection otherwise, and the slots run out (js-libp2p#2833).
  const free = (event: CustomEvent): void => void relay.reservations.delete(event.detail);
  node.addEventListener("peer:disconnect", free);
  const end = async (): Promise<void> => {
    node.removeEventListener("peer:disconnect", free);
    await stop(dht, relay).catch(() => {});
    await turn?.close();
  };
  try {
    await start(dht, relay);
    await guard.watchServices({ relay, dht }, parts);
  } catch (error) {
    await end();
    throw error;
  }
  let ended: Promise<void> | undefined;
  return {
    relay,
    dht,
    turn,
    leaveDht: () => dht.setMode("client").catch(() => {}),
    stop() {
      ended ??= end();
      return ended;
    },
  };
}

function makeRelay(maxReservations: number): ReturnType<typeof circuitRelayServer> {
  return circuitRelayServer({
    maxInboundHopStreams: MAX_HOPS_FROM_LEAF,
    maxOutboundStopStreams: MAX_STOPS_TO_LEAF,
    reservations: {
      maxReservations,
      reservationTtl: RESERVATION_TTL_MS,
      defaultDurationLimit: RELAYED_DURATION_MS,
      defaultDataLimit: RELAYED_BYTES,
    },
  });
}

function makeDht({ policy, validate }: RolesInit): ReturnType<typeof kadDHT> {
  return kadDHT({
    protocol: KAD_PROTOCOL,
    datastorePrefix: DHT_DATASTORE_PREFIX,
    kBucketSize: 8,
    alpha: 3,
    disjointPaths: 2,
    clientMode: false,
    // Its default drops private addresses, and a local network would stay empty without a word.
    peerInfoMapper: (peer) => ({ ...peer, multiaddrs: peer.multiaddrs.filter((each) => mayDial(each, policy)) }),
    validators: { skein: validate, pk: refuseAll },
    // The validator lets only the newest pass; any that passed last is right.
    selectors: { skein: (_, values) => values.length - 1, pk: () => 0 },
  });
}

function refuseAll(): never {
  throw new RangeError("record: of no kind we keep");
}
