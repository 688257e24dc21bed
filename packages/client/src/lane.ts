import {
  type Availability,
  createLive,
  type Live,
  type Mode,
  type Network,
  type NetworkStatus,
  type Unsubscribe,
} from "@skein/core";
import { createInTurn } from "./in-turn.ts";

/** What a client needs of a network beyond the port. */
export interface ClientNetwork extends Network {
  /** Says in our presence whether this device is in use. */
  setAvailability(availability: Availability): void;
}

/** The network in use, one at a time; the other mode's is stopped. */
export interface Lane {
  readonly network: Live<ClientNetwork>;
  /** Where the network in use stands. */
  readonly status: Live<NetworkStatus>;
  /** Starts the present network; it goes on trying by itself. */
  start(): void;
  /**
   * Stops the present network and starts that of another mode; the same mode again starts a network that gave up. Resolves
   * when the old one is stopped. Changes happen one after the other.
   */
  change(mode: Mode): Promise<void>;
  setAvailability(availability: Availability): void;
  /** Stops the present network, after a change under way; nothing starts any more. */
  stop(): Promise<void>;
}

/** Makes the lane of a mode. `networks` makes the network of a mode, once each. */
export function createLane(mode: Mode, networks: (mode: Mode) => ClientNetwork): Lane {
  const made = new Map<Mode, ClientNetwork>();
  const of = (wanted: Mode): ClientNetwork => {
    const network = made.get(wanted) ?? networks(wanted);
    made.set(wanted, network);
    return network;
  };
  const network = createLive(of(mode));
  const status = createLive<NetworkStatus>(network.value.status.value);
  const inTurn = createInTurn();
  const over = new AbortController();
  let unfollow: Unsubscribe = () => {};
  let life = new AbortController();
  let availability: Availability = "online";

  function follow(): void {
    unfollow();
    unfollow = network.value.status.subscribe(status.set);
  }
  function start(): void {
    if (over.signal.aborted) return;
    life = new AbortController();
    network.value.setAvailability(availability);
    // What went wrong shows in the status; the network itself goes on trying.
    network.value.start(life.signal).catch(() => {});
  }

  follow();
  return {
    network,
    status,
    start,
    change: (mode) =>
      inTurn(async () => {
        const old = network.value;
        const next = of(mode);
        if (over.signal.aborted || (next === old && status.value.kind !== "failed")) return;
        life.abort();
        network.set(next);
        follow();
        await old.stop();
        start();
      }),
    setAvailability(next) {
      availability = next;
      network.value.setAvailability(next);
    },
    stop() {
      over.abort();
      return inTurn(async () => {
        life.abort();
        await network.value.stop();
        unfollow();
      });
    },
  };
}
