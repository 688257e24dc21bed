/**
 * The media process: many connections of node-datachannel behind one IPC channel. It is a process of its own because an
 * exception in one of the library's callbacks ends the program it runs in.
 *
 * @module
 */
import { networkInterfaces } from "node:os";
import process from "node:process";
import nodeDataChannel from "node-datachannel";
import { nativeRelays, stunServers } from "./ice-servers.ts";
import type { FromNative, NativeOptions, ToNative } from "./native-messages.ts";
import { createNativePeer, type NativePeer, type NativePeerEvents, type NativeSurroundings } from "./native-peer.ts";
import { createPacketBatch } from "./packet-batch.ts";
import { openRelayFence, type RelayFence } from "./relay-fence.ts";

type Value = Extract<FromNative, { readonly kind: "result" }>["value"];

/** A connection, or one to be: its doors to relays open first. */
interface Held {
  readonly ready: Promise<NativePeer>;
  peer: NativePeer | undefined;
  fence: RelayFence | undefined;
}

const connections = new Map<number, Held>();
const packets = createPacketBatch((batch) => tell({ kind: "packets", packets: batch }));

function tell(message: FromNative): void {
  if (process.connected) process.send?.(message);
}

function open(id: number, options: NativeOptions): void {
  const held: Held = { ready: surroundingsFor(options).then(place), peer: undefined, fence: undefined };
  connections.set(id, held);
  // Whoever asks something of it hears why.
  held.ready.catch(() => {});

  function place({ fence, surroundings }: Surroundings): NativePeer {
    if (!connections.has(id)) {
      fence?.close();
      throw new Error("the connection is closed");
    }
    held.fence = fence;
    held.peer = createNativePeer(options, surroundings, eventsOf(id));
    return held.peer;
  }
}

interface Surroundings {
  readonly fence: RelayFence | undefined;
  readonly surroundings: NativeSurroundings;
}

async function surroundingsFor({ policy, iceServers }: NativeOptions): Promise<Surroundings> {
  const relays = nativeRelays(iceServers);
  if (policy === "relay") {
    const fence = await openRelayFence(relays);
    return { fence, surroundings: { bindAddress: fence.bindAddress, servers: fence.relays } };
  }
  const servers = [...stunServers(iceServers), ...relays];
  return { fence: undefined, surroundings: onlyLoopback() ? { bindAddress: "127.0.0.1", servers } : { servers } };
}

/** libjuice leaves loopback out unless it is told to use it: where there is nothing else, it is told. */
function onlyLoopback(): boolean {
  return Object.values(networkInterfaces()).every((addresses) => addresses?.every(({ internal }) => internal) ?? true);
}

/** Whatever the library says of a connection that was closed meanwhile is no news. */
function eventsOf(id: number): NativePeerEvents {
  const tellOf = (message: FromNative): void => {
    if (connections.has(id)) tell(message);
  };
  return {
    candidate: (text) => tellOf({ kind: "candidate", id, text }),
    gathered: () => tellOf({ kind: "gathered", id }),
    state: (state) => tellOf({ kind: "state", id, state }),
    packet(bytes) {
      if (connections.has(id)) packets.add(id, bytes);
    },
  };
}

function close(id: number): void {
  const held = connections.get(id);
  connections.delete(id);
  held?.peer?.close();
  held?.fence?.close();
}

/** Carries out a request and answers it; what the library throws is a refusal. */
async function answer(message: Request): Promise<void> {
  const { request } = message;
  try {
    const held = connections.get(message.id);
    if (held === undefined) throw new Error("the connection is closed");
    tell({ kind: "result", request, value: valueFor(message, await held.ready) });
  } catch (error) {
    tell({ kind: "refused", request, reason: error instanceof Error ? error.message : String(error) });
  }
}

type Request = Extract<ToNative, { readonly request: number }>;

/** What a request asks for. */
function valueFor(message: Request, peer: NativePeer): Value {
  switch (message.kind) {
    case "offer":
      return peer.offer();
    case "answer":
      return peer.answer(message.sdp);
    case "accept":
      peer.accept(message.sdp);
      return undefined;
    case "figures":
      return peer.figures();
  }
}

function handle(message: Exclude<ToNative, Request>): void {
  switch (message.kind) {
    case "open":
      open(message.id, message.options);
      break;
    case "candidate":
      // Theirs come after their description, so the connection is there.
      connections.get(message.id)?.peer?.addCandidate(message.text);
      break;
    case "packets":
      for (const [id, packet] of message.packets) connections.get(id)?.peer?.send(packet);
      break;
    case "close":
      close(message.id);
      break;
  }
}

process.on("message", (message: ToNative) => {
  try {
    if ("request" in message) void answer(message);
    else handle(message);
  } catch {
    // A candidate the library does not like, a packet at the wrong moment: one less, no more.
  }
});
process.on("disconnect", () => process.exit(0));
// Its owner decides when it ends: a Ctrl-C at a terminal reaches the whole group.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
tell({ kind: "ready", library: nodeDataChannel.getLibraryVersion() });
