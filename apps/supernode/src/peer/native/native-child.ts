/**
 * The media process: many connections of node-datachannel behind one IPC channel. It is a process of its own because an
 * exception in one of the library's callbacks ends the program it runs in.
 *
 * @module
 */
import { networkInterfaces } from "node:os";
import process from "node:process";
import nodeDataChannel from "node-datachannel";
import type { FromNative, NativeOptions, ToNative } from "./native-messages.ts";
import { createNativePeer, type NativePeer } from "./native-peer.ts";
import { createPacketBatch } from "./packet-batch.ts";

type Value = Extract<FromNative, { readonly kind: "result" }>["value"];

const peers = new Map<number, NativePeer>();
const packets = createPacketBatch((batch) => tell({ kind: "packets", packets: batch }));

function tell(message: FromNative): void {
  if (process.connected) process.send?.(message);
}

/** libjuice leaves loopback out unless it is told to use it: where there is nothing else, it is told. */
function bindAddress(): string | undefined {
  const outside = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ internal }) => !internal));
  return outside ? undefined : "127.0.0.1";
}

function open(id: number, options: NativeOptions): void {
  const living = (act: () => void) => (): void => {
    if (peers.has(id)) act();
  };
  const peer = createNativePeer(options, bindAddress(), {
    candidate: (text) => living(() => tell({ kind: "candidate", id, text }))(),
    gathered: living(() => tell({ kind: "gathered", id })),
    state: (state) => living(() => tell({ kind: "state", id, state }))(),
    packet: (bytes) => living(() => packets.add(id, bytes))(),
  });
  peers.set(id, peer);
}

function close(id: number): void {
  const peer = peers.get(id);
  peers.delete(id);
  peer?.close();
}

/** Carries out a request and answers it; what the library throws is a refusal. */
function answer(request: number, act: () => Value): void {
  try {
    tell({ kind: "result", request, value: act() });
  } catch (error) {
    tell({ kind: "refused", request, reason: error instanceof Error ? error.message : String(error) });
  }
}

function peerOf(id: number): NativePeer {
  const peer = peers.get(id);
  if (peer === undefined) throw new Error("the connection is closed");
  return peer;
}

/** What a request asks for. */
function valueFor(message: Extract<ToNative, { readonly request: number }>): Value {
  const peer = peerOf(message.id);
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

function handle(message: Exclude<ToNative, { readonly request: number }>): void {
  switch (message.kind) {
    case "open":
      open(message.id, message.options);
      break;
    case "candidate":
      peers.get(message.id)?.addCandidate(message.text);
      break;
    case "packets":
      for (const [id, packet] of message.packets) peers.get(id)?.send(packet);
      break;
    case "close":
      close(message.id);
      break;
  }
}

process.on("message", (message: ToNative) => {
  if ("request" in message) return answer(message.request, () => valueFor(message));
  try {
    handle(message);
  } catch {
    // A candidate the library does not like, a packet at the wrong moment: one less, no more. A connection it did not
    // open refuses its first request.
  }
});
process.on("disconnect", () => process.exit(0));
// Its owner decides when it ends: a Ctrl-C at a terminal reaches the whole group.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
tell({ kind: "ready", library: nodeDataChannel.getLibraryVersion() });
