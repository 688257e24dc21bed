import {
  type Channel,
  type Clock,
  createLive,
  type DeviceId,
  type Directory,
  type Live,
  type Mailbox,
  type Mode,
  type Network,
  NetworkError,
  type NetworkStatus,
  type Protocol,
  pause,
  until,
} from "@skein/core";
import type { MemoryChannels } from "./memory-channel.ts";
import type { MemoryLinks } from "./memory-links.ts";
import { requireOnline } from "./require-online.ts";

/** How long a dial waits for a link that carries nothing, in ms. */
export const DIAL_TIMEOUT_MS: number = 10_000;

/** How long the (empty) credentials of a memory media route live, in ms. */
const ROUTE_LIFETIME_MS = 3_600_000;

/** What a memory network needs of the world it lives in. */
export interface MemorySurroundings {
  readonly clock: Clock;
  readonly links: MemoryLinks;
  directory(status: Live<NetworkStatus>): Directory;
  mailbox(status: Live<NetworkStatus>): Mailbox;
  /** The members by device, this one included. */
  peer(device: DeviceId): MemoryMember | undefined;
  /** Opens a channel from this device and remembers it until it is over. */
  open(to: DeviceId): MemoryChannels;
  /** The open channels of this device, its own ends. */
  openEnds(): readonly Channel[];
  /** Breaks every channel of this device. */
  cutAll(): void;
  /** Tells those who watch that this device went away. */
  left(): void;
}

/** A device of a memory world: its network, and what only the world may do to it. */
export interface MemoryMember {
  readonly network: Network;
  /** Hands a channel to the listener of a protocol; `false` when there is none. */
  offer(protocol: Protocol, channel: Channel): boolean;
  /** Ends it without goodbye. */
  crash(): void;
}

/** Makes the network of one device in a memory world; not started. */
export function createMemoryMember(
  options: { readonly self: DeviceId; readonly mode: Mode },
  surroundings: MemorySurroundings,
): MemoryMember {
  const { self, mode } = options;
  const { clock, links } = surroundings;
  const status = createLive<NetworkStatus>({ kind: "stopped" });
  const listeners = new Map<Protocol, (channel: Channel) => void>();
  let session: AbortController | undefined;

  function begin(): AbortController {
    const control = new AbortController();
    session = control;
    status.set({ kind: "joining" });
    const unsubscribe = links.connected(self).subscribe((connected) => {
      if (session !== undefined && session !== control) return;
      if (connected) status.set({ kind: "online", role: mode === "p2p" ? "leaf" : "central-client", via: [] });
      else if (status.value.kind === "online") {
        status.set({ kind: "joining", lastError: new NetworkError("offline", "the connection was lost") });
        surroundings.left();
      }
    });
    control.signal.addEventListener("abort", unsubscribe, { once: true });
    return control;
  }

  function end(): void {
    const control = session;
    session = undefined;
    control?.abort(new NetworkError("stopped", "the network was stopped"));
    status.set({ kind: "stopped" });
    if (control !== undefined) surroundings.left();
  }

  async function reach(device: DeviceId, signal: AbortSignal): Promise<MemoryMember> {
    const link = links.between(self, device);
    const limit = new AbortController();
    const cancel = clock.at(clock.now() + DIAL_TIMEOUT_MS, () =>
      limit.abort(new NetworkError("unreachable", "no answer in time")),
    );
    try {
      const scope = AbortSignal.any([signal, limit.signal]);
      await until(link.open, (open) => open, scope);
      if (link.delayMs > 0) await pause(clock, 2 * link.delayMs, scope);
      scope.throwIfAborted();
    } finally {
      cancel();
    }
    const peer = surroundings.peer(device);
    if (peer?.network.status.value.kind !== "online") {
      throw new NetworkError("unreachable", "the device is not known to be anywhere");
    }
    return peer;
  }

  const network: Network = {
    mode,
    self,
    status,
    directory: surroundings.directory(status),
    mailbox: surroundings.mailbox(status),
    async start(signal) {
      signal.throwIfAborted();
      const begun = session === undefined;
      const control = session ?? begin();
      try {
        const scope = AbortSignal.any([signal, control.signal]);
        await until(status, ({ kind }) => kind === "online", scope);
        scope.throwIfAborted();
      } catch (error) {
        if (begun && session === control) end();
        throw error;
      }
    },
    async stop() {
      const ends = surroundings.openEnds();
      end();
      // Not awaited: over a blocked link the goodbye waits until the link opens or counts as lost.
      for (const channel of ends) void channel.close("stopped");
    },
    async dial(device, protocol, signal) {
      requireOnline(status.value, signal);
      const scope = session === undefined ? signal : AbortSignal.any([signal, session.signal]);
      const peer = await reach(device, scope);
      const channels = surroundings.open(device);
      if (peer.offer(protocol, channels.ends.far)) return channels.ends.near;
      channels.cut();
      throw new NetworkError("unsupported", `nobody listens for ${protocol} there`);
    },
    listen(protocol, onChannel) {
      if (listeners.has(protocol)) throw new Error(`there is a listener for ${protocol} already`);
      const own = (channel: Channel): void => onChannel(channel);
      listeners.set(protocol, own);
      return () => {
        if (listeners.get(protocol) === own) listeners.delete(protocol);
      };
    },
    async mediaRoute(_device, signal) {
      requireOnline(status.value, signal);
      return {
        iceServers: [],
        beforeAnswer: "all",
        afterAnswer: "all",
        expiresAt: clock.now() + ROUTE_LIFETIME_MS,
        why: "a memory world has no addresses to hide",
        relays: [],
      };
    },
  };

  return {
    network,
    offer(protocol, channel) {
      const listener = listeners.get(protocol);
      if (listener === undefined) return false;
      // Apart from the dialler's call, so that a listener that throws shows up as its own error.
      queueMicrotask(() => listener(channel));
      return true;
    },
    crash() {
      surroundings.cutAll();
      end();
    },
  };
}
