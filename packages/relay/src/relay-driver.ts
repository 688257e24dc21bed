import type { Socket } from "node:dgram";
import type { Clock } from "@skein/core";
import type { RelayId, WantedPort } from "./allocation.ts";
import { MAX_SEND_QUEUE_BYTES } from "./defaults.ts";
import type { Relay, RelayStats } from "./relay.ts";
import { step } from "./relay-machine.ts";
import type { OpenedSocket } from "./relay-socket.ts";
import type { RelayInput, RelayOutput, RelayState } from "./relay-state.ts";
import { parseTransportAddress, type TransportAddress } from "./transport-address.ts";

/** What the driver needs from outside. */
export interface RelayDriverDependencies {
  readonly clock: Clock;
  /** Binds a socket for a new allocation; never rejects. */
  readonly openSocket: (port: WantedPort) => Promise<OpenedSocket>;
}

/** Turns packets and time into inputs of the machine and its outputs into packets. Owns all sockets until closed. */
export function createRelayDriver(
  machine: RelayState,
  listeners: readonly Socket[],
  { clock, openSocket }: RelayDriverDependencies,
): Pick<Relay, "stats" | "close"> {
  const sockets = new Map<RelayId, Socket>();
  const opening = new Set<Promise<void>>();
  let socketErrors = 0;
  let packetsNotSent = 0;
  let cancelWake = (): void => {};
  let closed: Promise<void> | undefined;

  const handle = (input: RelayInput): void => {
    if (closed !== undefined) return;
    for (const output of step(machine, input).outputs) perform(output);
  };
  const countError = (): void => {
    socketErrors++;
  };
  /** Without a callback: a packet that cannot leave is lost, as packets are. */
  const send = (socket: Socket | undefined, bytes: Buffer, to: TransportAddress): void => {
    if (socket === undefined) return;
    if (socket.getSendQueueSize() > MAX_SEND_QUEUE_BYTES) packetsNotSent++;
    else socket.send(bytes, to.port, to.host);
  };
  const perform = (output: RelayOutput): void => {
    switch (output.kind) {
      case "send-to-client":
        send(listeners[output.to.listener], output.bytes, output.to);
        return;
      case "send-to-peer":
        send(sockets.get(output.relay), output.bytes, output.to);
        return;
      case "open-relay": {
        const done = open(output.relay, output.port).finally(() => opening.delete(done));
        opening.add(done);
        return;
      }
      case "close-relay":
        sockets.get(output.relay)?.close();
        sockets.delete(output.relay);
        return;
      case "wake":
        cancelWake();
        cancelWake = clock.at(output.at, () => handle({ kind: "tick", now: clock.now() }));
        return;
    }
  };
  const open = async (relay: RelayId, port: WantedPort): Promise<void> => {
    const opened = await openSocket(port);
    if (opened.kind === "failed") {
      handle({ kind: "relay-failed", relay, now: clock.now() });
      return;
    }
    const { socket } = opened;
    if (closed !== undefined) {
      socket.close();
      return;
    }
    sockets.set(relay, socket);
    socket.on("error", countError);
    socket.on("message", (bytes, peer) => {
      const from = parseTransportAddress(peer.address, peer.port);
      if (from !== undefined) handle({ kind: "peer-datagram", relay, from, bytes, now: clock.now() });
    });
    handle({ kind: "relay-opened", relay, port: opened.port, now: clock.now() });
  };
  const shutDown = async (): Promise<void> => {
    cancelWake();
    await Promise.all(opening);
    const all = [...listeners, ...sockets.values()];
    sockets.clear();
    await Promise.all(all.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  };

  listeners.forEach((socket, listener) => {
    socket.on("error", countError);
    socket.on("message", (bytes, { address, port }) => {
      const from = parseTransportAddress(address, port);
      if (from !== undefined) handle({ kind: "client-datagram", from: { ...from, listener }, bytes, now: clock.now() });
    });
  });

  return {
    stats: (): RelayStats => ({
      allocations: machine.allocations.size,
      ...machine.counts,
      packetsNotSent,
      socketErrors,
    }),
    close: () => {
      closed ??= shutDown();
      return closed;
    },
  };
}
