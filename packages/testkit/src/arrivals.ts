import type { Channel, Network, Protocol, Unsubscribe } from "@skein/core";

/** What arrived, in order, and a way to wait for the next one. */
export interface Arrivals<T> {
  /** Everything so far, taken or not. */
  readonly all: readonly T[];
  push(item: T): void;
  /** The first one not yet taken. */
  next(): Promise<T>;
}

/** Makes an empty list of arrivals. */
export function createArrivals<T>(): Arrivals<T> {
  const all: T[] = [];
  const waiting: ((item: T) => void)[] = [];
  let taken = 0;
  return {
    all,
    push(item) {
      all.push(item);
      const first = waiting.shift();
      if (first === undefined) return;
      taken += 1;
      first(item);
    },
    next() {
      const item = all[taken];
      if (taken >= all.length) return new Promise((resolve) => waiting.push(resolve));
      taken += 1;
      return Promise.resolve(item as T);
    },
  };
}

/** The channels others open to `network` for `protocol`, from now until `end`. */
export function arrivingChannels(network: Network, protocol: Protocol): Arrivals<Channel> & { end: Unsubscribe } {
  const arrivals = createArrivals<Channel>();
  return { ...arrivals, end: network.listen(protocol, arrivals.push) };
}

/** Reads one channel, message by message. Made once per channel, since `incoming` may be iterated once. */
export interface Reader {
  /** The next message; rejects when the channel has ended instead. */
  next(): Promise<Uint8Array>;
  /** All further messages, when the channel has ended. */
  rest(): Promise<Uint8Array[]>;
}

/** Starts reading a channel. */
export function readChannel(channel: Channel): Reader {
  const iterator = channel.incoming[Symbol.asyncIterator]();
  return {
    async next() {
      const { done, value } = await iterator.next();
      if (done === true) throw new Error("the channel ended where a message was due");
      return value;
    },
    async rest() {
      const messages: Uint8Array[] = [];
      for (;;) {
        const { done, value } = await iterator.next();
        if (done === true) return messages;
        messages.push(value);
      }
    },
  };
}
