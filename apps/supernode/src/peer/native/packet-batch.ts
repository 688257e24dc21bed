import type { AddressedPacket } from "./native-messages.ts";

/** Gathers the packets of one turn of the event loop into one message: IPC costs by the message. */
export interface PacketBatch {
  add(id: number, packet: Uint8Array): void;
}

/** Packets of one message at most; more of one turn are dropped, as a network would. */
const MAX_PACKETS = 4_096;

/** `send` takes each batch at the end of the turn. */
export function createPacketBatch(send: (packets: readonly AddressedPacket[]) => void): PacketBatch {
  let batch: AddressedPacket[] = [];
  return {
    add(id, packet) {
      if (batch.length === 0)
        setImmediate(() => {
          const full = batch;
          batch = [];
          send(full);
        });
      if (batch.length < MAX_PACKETS) batch.push([id, packet]);
    },
  };
}
