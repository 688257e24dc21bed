import type { Connection } from "@libp2p/interface";
import * as lengthPrefixed from "it-length-prefixed";
import { KAD_PROTOCOL } from "../src/specification.ts";

/** Kinds of DHT messages (libp2p kad-dht spec, `Message.MessageType`). */
export type KadKind = "put" | "add-provider" | "find-node";

const KINDS: Readonly<Record<KadKind, number>> = { put: 0, "add-provider": 2, "find-node": 4 };

/** A DHT message with a record, as protobuf. */
export function kadMessage(kind: KadKind, key: Uint8Array, value: Uint8Array): Uint8Array {
  const record = [...field(1, key), ...field(2, value)];
  return Uint8Array.from([0x08, KINDS[kind], ...field(2, key), ...field(3, record)]);
}

/** Says it on a stream of its own. Whether it was answered: a refusal resets the stream. */
export async function sayKad(connection: Connection, message: Uint8Array): Promise<boolean> {
  try {
    const stream = await connection.newStream(KAD_PROTOCOL, { signal: AbortSignal.timeout(10_000) });
    const answered = new Promise<boolean>((resolve) => {
      stream.addEventListener("message", () => resolve(true), { once: true });
      stream.addEventListener("close", () => resolve(false), { once: true });
    });
    stream.send(lengthPrefixed.encode.single(message));
    const outcome = await answered;
    stream.abort(new Error("done"));
    return outcome;
  } catch {
    return false;
  }
}

function field(number: number, bytes: ArrayLike<number>): number[] {
  return [number * 8 + 2, ...varint(bytes.length), ...Array.from(bytes)];
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >> 7)];
}
