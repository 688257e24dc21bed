import type { Channel, Clock } from "@skein/core";
import { MAX_MESSAGES_PER_CHANNEL } from "../specification.ts";

/** The reading end of a channel, one message at a time. */
export interface Inbox {
  readonly channel: Channel;
  /** The next message; `undefined` when the channel has ended, or brought more messages than allowed. Never rejects. */
  next(): Promise<Uint8Array | undefined>;
}

/** Takes a channel's only iterator. */
export function createInbox(channel: Channel): Inbox {
  const messages = channel.incoming[Symbol.asyncIterator]();
  let count = 0;
  return {
    channel,
    async next() {
      try {
        const result = await messages.next();
        if (result.done === true) return undefined;
        count += 1;
        if (count <= MAX_MESSAGES_PER_CHANNEL) return result.value;
        void channel.close("protocol-error");
        return undefined;
      } catch {
        return undefined;
      }
    },
  };
}

/** Closes a channel unless the returned function is called within `withinMs`. */
export function closeUnless(channel: Channel, withinMs: number, clock: Clock): () => void {
  return clock.at(clock.now() + withinMs, () => void channel.close("protocol-error"));
}
