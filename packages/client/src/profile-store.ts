import type { Mode, UserId } from "@skein/core";
import type { AccountSecrets } from "@skein/identity";
import type { Settings } from "./session.ts";

/** Someone this profile knows. `card` is the signed contact card as received. */
export interface Contact {
  readonly user: UserId;
  readonly card: Uint8Array;
  readonly relation: "contact" | "blocked";
  readonly verified: boolean;
  readonly addedAt: number;
}

/** Choices kept between visits. */
export interface Preferences {
  readonly settings: Settings;
  readonly mode: Mode;
}

/** What one profile keeps on this machine, apart from messages. Implementations: IndexedDB in a page, memory in tests. */
export interface ProfileStore {
  /** The account's secrets, or `undefined` for a new profile. Throws when they are there but cannot be opened. */
  loadAccount(): Promise<AccountSecrets | undefined>;
  /** Seals and keeps the account's secrets. */
  saveAccount(secrets: AccountSecrets): Promise<void>;
  contacts(): Promise<readonly Contact[]>;
  putContact(contact: Contact): Promise<void>;
  removeContact(user: UserId): Promise<void>;
  loadPreferences(): Promise<Preferences | undefined>;
  savePreferences(preferences: Preferences): Promise<void>;
  /** Signed supernode ads seen so far (host cache). */
  loadHosts(): Promise<readonly Uint8Array[]>;
  saveHosts(ads: readonly Uint8Array[]): Promise<void>;
  close(): void;
}
