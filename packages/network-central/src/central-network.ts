import {
  type Availability,
  type Channel,
  type Clock,
  isNetworkError,
  type Network,
  type Protocol,
  type Random,
  type Report,
  silent,
  type TrafficMeter,
} from "@skein/core";
import { type Account, createOwnDurables } from "@skein/identity";
import { CENTRAL_PATH } from "@skein/wire";
import { createCallers } from "./callers.ts";
import { dialDevice } from "./dial-device.ts";
import { createDirectory } from "./directory.ts";
import type { ConnectWebSocket } from "./link.ts";
import { createMailbox } from "./mailbox.ts";
import { createMediaRoutes } from "./media-route.ts";
import { createOwnPresence } from "./own-presence.ts";
import { createSession } from "./session.ts";
import { createUplink } from "./uplink.ts";

/** Where the server is. */
export interface CentralNetworkOptions {
  /** WebSocket address, e.g. `wss://central.example`; a path other than the usual one may follow. */
  readonly url: string;
}

/** What the network is made from. */
export interface CentralNetworkDependencies {
  readonly account: Account;
  readonly clock: Clock;
  readonly random: Random;
  readonly report?: Report;
  readonly connect?: ConnectWebSocket;
  /** Counts what passes; left out: nothing is counted. */
  readonly meter?: TrafficMeter | undefined;
}

/** The central mode's network. */
export interface CentralNetwork extends Network {
  readonly mode: "central";
  /** Says whether this device is in use; signed and published now, or at the next login. */
  setAvailability(availability: Availability): void;
}

/** Makes a network over a central server (docs/spec/central.md). Nothing happens before `start`. */
export function createCentralNetwork(
  options: CentralNetworkOptions,
  dependencies: CentralNetworkDependencies,
): CentralNetwork {
  const url = addressOf(options.url);
  const { account, clock, random, report = silent, connect = (address) => new WebSocket(address) } = dependencies;
  const listeners = new Map<Protocol, (channel: Channel) => void>();
  const channels = new Set<Channel>();
  const session = (): ReturnType<typeof uplink.session> => uplink.session();

  const directory = createDirectory({
    clock,
    report,
    session,
    onPublish(presence) {
      if (presence.device === account.device) own.noteOwn(presence);
    },
  });
  const own = createOwnPresence({
    account,
    clock,
    async lastPublished(signal) {
      const found = await directory.find(account.user, signal);
      return found.find((presence) => presence.device === account.device)?.sequence;
    },
  });
  const durables = createOwnDurables(account, { clock, directory });
  const callers = createCallers(
    { url },
    { clock, report, listenerOf: (protocol) => listeners.get(protocol), onChannel },
  );
  const uplink = createUplink(
    { url },
    {
      account,
      clock,
      random,
      report,
      connect,
      meter: dependencies.meter,
      openSession: (link, privateKey) =>
        createSession(link, {
          clock,
          onPush: directory.onPush,
          onCaller: (caller, pipe) => callers.answer(caller, pipe, privateKey),
        }),
      async announce(current, signal) {
        directory.resume(current);
        await own.announce(current, signal);
        durables.open(() => [], signal);
      },
      onSessionEnd() {
        own.pause();
        durables.close();
      },
      async beforeStop() {
        await Promise.all([...channels].map((channel) => channel.close("stopped")));
      },
    },
  );
  const mediaRoutes = createMediaRoutes({ url }, { clock, session });

  function onChannel(channel: Channel): void {
    channels.add(channel);
    // `closed` never rejects.
    void channel.closed.then(() => channels.delete(channel));
  }

  /** A channel that was finished while the network stops is closed as the others are. */
  async function keep(channel: Channel): Promise<void> {
    onChannel(channel);
    try {
      session();
    } catch (error) {
      await channel.close("stopped");
      throw error;
    }
  }

  return {
    mode: "central",
    self: account.device,
    status: uplink.status,
    directory,
    mailbox: createMailbox({ session }),
    setAvailability: own.setAvailability,
    start: uplink.start,
    stop: uplink.stop,

    async dial(device, protocol, signal) {
      const startedAt = clock.now();
      const peer = { mode: "central", peer: device, protocol } as const;
      try {
        signal.throwIfAborted();
        const { pipes } = session();
        const privateKey = await uplink.privateKey();
        const onBadPeer = (reason: string): void =>
          report({ name: "peer.bad-message", peer: device, protocol, reason });
        const channel = await dialDevice({ device, protocol, url, privateKey }, { pipes, clock, onBadPeer }, signal);
        await keep(channel);
        report({ name: "net.dial.ok", ...peer, path: "central", tookMs: clock.now() - startedAt });
        return channel;
      } catch (error) {
        const code = isNetworkError(error) ? error.code : "aborted";
        report({ name: "net.dial.failed", ...peer, code, tookMs: clock.now() - startedAt });
        throw error;
      }
    },

    listen(protocol, onIncoming) {
      if (listeners.has(protocol)) throw new RangeError(`someone listens for ${protocol} already`);
      listeners.set(protocol, onIncoming);
      return () => {
        if (listeners.get(protocol) === onIncoming) listeners.delete(protocol);
      };
    },

    async mediaRoute(_, signal) {
      return mediaRoutes(signal);
    },
  };
}

/** The address with the usual path, where none is given. Text that is no address stays as it is: dialling says so. */
function addressOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const address = new URL(url);
  if (address.pathname === "/") address.pathname = CENTRAL_PATH;
  return address.href;
}
