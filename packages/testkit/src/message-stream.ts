import { type Channel, isNetworkError } from "@skein/core";

/** A message of `sizeBytes` that begins with its number (one byte when it has fewer than four). */
export function numbered(number: number, sizeBytes: number): Uint8Array {
  const message = new Uint8Array(sizeBytes).fill(number & 0xff);
  if (sizeBytes >= 4) new DataView(message.buffer).setUint32(0, number);
  return message;
}

/** The number of a message made by {@link numbered} with at least four bytes. */
export function numberOf(message: Uint8Array): number {
  return new DataView(message.buffer, message.byteOffset).getUint32(0);
}

/** How long a send must not resolve to count as stalled. */
const STALL_MS = 1_000;

/** How a sender fared who sends to somebody that does not read. */
export interface Stall {
  /** Messages given to the channel, numbered from 0. */
  readonly sent: number;
  /** `endless`: all of it was taken without a stall. */
  readonly outcome: "stalled" | "closed" | "endless";
}

/** Sends numbered messages of 64 KiB, one after the other, until a send stalls, the channel closes or `limitBytes` are out. */
export async function sendUntilStalled(channel: Channel, limitBytes: number): Promise<Stall> {
  const sizeBytes = 64 * 1024;
  for (let sent = 0; sent * sizeBytes < limitBytes; sent += 1) {
    const sending = channel.send(numbered(sent, sizeBytes)).then(
      () => "taken" as const,
      (error: unknown) => {
        if (isNetworkError(error, "closed")) return "closed" as const;
        throw error;
      },
    );
    // A stalled send may end in `closed` at the end of the test; nobody waits for it then.
    sending.catch(() => {});
    const outcome = await Promise.race([sending, stall()]);
    if (outcome === "stalled") return { sent: sent + 1, outcome };
    if (outcome === "closed") return { sent, outcome };
  }
  return { sent: Math.ceil(limitBytes / sizeBytes), outcome: "endless" };
}

function stall(): Promise<"stalled"> {
  return new Promise((resolve) => setTimeout(() => resolve("stalled"), STALL_MS).unref());
}
