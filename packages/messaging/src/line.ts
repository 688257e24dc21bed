import type { Channel, CloseReason, DeviceId, Report } from "@skein/core";
import type { Introduced } from "@skein/identity";
import { CHAT_PROTOCOL } from "@skein/wire";
import type { Frame } from "./delivery-events.ts";
import { decodeFrame, encodeFrame } from "./frame.ts";

/** A channel whose two sides are introduced, and what the peer sends on it after that. */
export interface IntroducedChannel {
  readonly channel: Channel;
  readonly peer: Introduced;
  readonly incoming: AsyncIterator<Uint8Array>;
}

/** One introduced channel as a conversation uses it: frames in and out. */
export interface Line extends Pick<IntroducedChannel, "channel" | "peer"> {
  /** Writes a frame after those before it; resolves when the channel took it. Never rejects: a failed write ends the line. */
  write(frame: Frame): Promise<"given" | "lost">;
  /** Ends it, after what was written; nothing more is read. */
  close(reason: CloseReason): void;
  /** Resolves when everything that arrived before the end was read. */
  readonly finished: Promise<void>;
}

/**
 * Starts reading. `onFrame` is awaited before the next frame is read: that is the peer's backpressure. A frame that is none
 * closes the channel with `protocol-error` and is reported.
 */
export function createLine(
  { channel, peer, incoming }: IntroducedChannel,
  dependencies: { readonly report: Report; readonly onFrame: (frame: Frame) => Promise<void> },
): Line {
  const { report, onFrame } = dependencies;
  let phase: "open" | "closed" = "open";

  function close(reason: CloseReason): void {
    phase = "closed";
    void channel.close(reason);
  }

  async function read(): Promise<void> {
    for (;;) {
      const next = await incoming.next();
      if (next.done === true || phase === "closed") return;
      const frame = decodeFrame(next.value);
      if (!frame.ok) {
        reportBadMessage(report, channel.peer, frame.reason);
        close("protocol-error");
        return;
      }
      await onFrame(frame.value);
    }
  }

  const finished = read().catch(() => close("lost"));
  return {
    channel,
    peer,
    async write(frame) {
      if (phase === "closed") return "lost";
      try {
        await channel.send(encodeFrame(frame));
        return "given";
      } catch {
        close("lost");
        return "lost";
      }
    },
    close,
    finished,
  };
}

/** Reports that a peer broke the chat protocol. */
export function reportBadMessage(report: Report, device: DeviceId, reason: string): void {
  report({ name: "peer.bad-message", peer: device, protocol: CHAT_PROTOCOL, reason });
}
