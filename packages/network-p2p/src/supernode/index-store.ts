import type { DeviceId, Durable, Presence, UserId } from "@skein/core";

/** Where records are kept for the whole network; what is found goes through the gate into our own books. */
export interface IndexStore {
  /** Requests to other supernodes since the start, for figures. */
  readonly requests: number;
  /** Spreads a presence that is in the book. Resolves when another holder has it, or after 2 s while it goes on. */
  spread(presence: Presence): Promise<void>;
  spreadDurable(record: Durable): Promise<void>;
  /** Fills the book with what the network knows of a user's devices, within 2 s. */
  seekUser(user: UserId): Promise<void>;
  seekDevice(device: DeviceId): Promise<void>;
  seekDurable(user: UserId): Promise<void>;
}
