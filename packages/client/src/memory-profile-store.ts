import type { AccountSecrets } from "@skein/identity";
import type { Contact, Preferences, ProfileStore } from "./profile-store.ts";

/** A profile that is gone with the process: for tests, bots and benchmarks. */
export function createMemoryProfileStore(): ProfileStore {
  let account: AccountSecrets | undefined;
  let preferences: Preferences | undefined;
  let hosts: readonly Uint8Array[] = [];
  const contacts = new Map<string, Contact>();
  return {
    loadAccount: async () => account,
    async saveAccount(secrets) {
      account = secrets;
    },
    contacts: async () => [...contacts.values()],
    putContact: async (contact) => void contacts.set(contact.user, contact),
    removeContact: async (user) => void contacts.delete(user),
    loadPreferences: async () => preferences,
    async savePreferences(next) {
      preferences = next;
    },
    loadHosts: async () => hosts,
    async saveHosts(ads) {
      hosts = ads;
    },
    close: () => {},
  };
}
