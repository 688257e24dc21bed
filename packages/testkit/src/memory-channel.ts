import {
  type Channel,
  type Clock,
  type CloseReason,
  type DeviceId,
  MAX_MESSAGE_BYTES,
  NetworkError,
} from "@skein/core";
import type { MemoryLink } from "./memory-links.ts";
import { createMemoryPipe, type MemoryPipe } from "./memory-pipe.ts";

/** How long a link may carry nothing before its channels count as lost, in ms. */
export const LOST_AFTER_MS: number = 15_000;

/** A channel between two devices of a memory world. */
export interface MemoryChannels {
  /** The ends of `near` and `far`; `ends.near.peer` is `far`. */
  readonly ends: { readonly near: Channel; readonly far: Channel };
  /** Breaks it without goodbye: `lost` on both sides. */
  cut(): void;
  /** Resolves when both ends have ended. */
  readonly over: Promise<void>;
}

interface End {
  readonly channel: Channel;
  settle(reason: CloseReason): void;
}

/** Opens a channel over a link. `readEveryMs` says how slowly a device reads just now. */
export function createMemoryChannels(
  options: { readonly near: DeviceId; readonly far: DeviceId; readonly readEveryMs: (reader: DeviceId) => number },
  dependencies: { readonly clock: Clock; readonly link: MemoryLink },
): MemoryChannels {
  const { near, far, readEveryMs } = options;
  const { clock, link } = dependencies;

  function pipeTo(reader: DeviceId, onEnd: (reason: CloseReason) => void): MemoryPipe {
    return createMemoryPipe({ readEveryMs: () => readEveryMs(reader) }, { clock, link, onEnd, onOverflow: cut });
  }
  const toFar = pipeTo(far, (reason) => {
    toNear.cut();
    farEnd.settle(reason);
  });
  const toNear = pipeTo(near, (reason) => {
    toFar.cut();
    nearEnd.settle(reason);
  });
  const nearEnd = createEnd(far, link, { outgoing: toFar, incoming: toNear });
  const farEnd = createEnd(near, link, { outgoing: toNear, incoming: toFar });

  function cut(): void {
    for (const each of [nearEnd, farEnd]) each.settle("lost");
    for (const each of [toFar, toNear]) each.cut();
  }

  let cancelLoss = (): void => {};
  const unsubscribe = link.open.subscribe((open) => {
    cancelLoss();
    if (!open) cancelLoss = clock.at(clock.now() + LOST_AFTER_MS, cut);
  });
  const over = Promise.all([nearEnd.channel.closed, farEnd.channel.closed]).then(() => {
    cancelLoss();
    unsubscribe();
  });
  return { ends: { near: nearEnd.channel, far: farEnd.channel }, cut, over };
}

function createEnd(
  peer: DeviceId,
  link: MemoryLink,
  pipes: { readonly outgoing: MemoryPipe; readonly incoming: MemoryPipe },
): End {
  const { promise: closed, resolve } = Promise.withResolvers<CloseReason>();
  let ended = false;
  const settle = (reason: CloseReason): void => {
    ended = true;
    resolve(reason);
  };
  const channel: Channel = {
    peer,
    path: link.path,
    incoming: pipes.incoming.incoming,
    closed,
    async send(message) {
      if (ended) throw new NetworkError("closed", "the channel is closed");
      if (message.byteLength > MAX_MESSAGE_BYTES) {
        throw new NetworkError("too-large", `${message.byteLength} bytes are more than ${MAX_MESSAGE_BYTES}`);
      }
      await pipes.outgoing.send(message);
    },
    async close(reason) {
      if (!ended) {
        settle(reason);
        pipes.incoming.cut();
      }
      await pipes.outgoing.finish(reason);
    },
  };
  return { channel, settle };
}
