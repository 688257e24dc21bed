import type { Channel, CloseReason, DeviceId, Protocol } from "@skein/core";

/** An open channel and how it came about. */
export interface OpenChannel {
  readonly channel: Channel;
  readonly protocol: Protocol;
  readonly opened: "dialled" | "taken";
}

/** The channels open now. */
export interface ChannelRegistry {
  add(open: OpenChannel): void;
  with(peer: DeviceId): readonly OpenChannel[];
  /** Closes all; resolves when all are closed. */
  closeAll(reason: CloseReason): Promise<void>;
}

/** Makes an empty registry; a channel leaves it when it closes. */
export function createChannelRegistry(): ChannelRegistry {
  const open = new Set<OpenChannel>();
  return {
    add(each) {
      open.add(each);
      each.channel.closed.then(
        () => open.delete(each),
        () => open.delete(each),
      );
    },
    with: (peer) => [...open].filter((each) => each.channel.peer === peer),
    async closeAll(reason) {
      await Promise.all([...open].map((each) => each.channel.close(reason)));
    },
  };
}
