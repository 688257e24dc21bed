import {
  type Availability,
  createLive,
  type Live,
  type Mode,
  type Network,
  type NetworkStatus,
  type Unsubscribe,
} from "@skein/core";

/** What a client needs of a network beyond the port. */
export interface ClientNetwork extends Network {
  /** Says in our presence whether this device is in use. */
  setAvailability(availability: Availability): void;
}

/** The network in use, one at a time; the other mode's is stopped. */
export interface Lane {
  readonly network: Live<ClientNetwork>;
  readonly status: Live<NetworkStatus>;
  /** Starts the present network; it goes on trying by itself. */
  start(): void;
  /** Stops the present network and starts that of the other mode. Resolves when the old one is stopped. */
  change(mode: Mode): Promise<void>;
  setAvailability(availability: Availability): void;
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
  let follow: Unsubscribe = () => {};
  let life = new AbortController();
  let availability: Availability = "online";

  function start(): void {
    life = new AbortController();
    follow();
    follow = network.value.status.subscribe(status.set);
    network.value.setAvailability(availability);
    // What went wrong shows in the status; the network itself goes on trying.
    network.value.start(life.signal).catch(() => {});
  }
  async function stop(): Promise<void> {
    life.abort();
    await network.value.stop();
  }

  return {
    network,
    status,
    start,
    stop,
    async change(next) {
      const old = network.value;
      if (old.mode === next) return;
      life.abort();
      network.set(of(next));
      await old.stop();
      start();
    },
    setAvailability(next) {
      availability = next;
      network.value.setAvailability(next);
    },
  };
}
