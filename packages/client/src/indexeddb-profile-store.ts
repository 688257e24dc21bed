import { isId, type UserId } from "@skein/core";
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import * as v from "valibot";
import type { Contact, Preferences, ProfileStore } from "./profile-store.ts";
import { createWrappingKey, openSecrets, type Sealed, sealSecrets } from "./seal.ts";

interface ProfileDatabase extends DBSchema {
  vault: { key: "wrapping-key" | "account"; value: CryptoKey | Sealed };
  contacts: { key: string; value: Contact };
  preferences: { key: "preferences"; value: Preferences };
  hosts: { key: "ads"; value: readonly Uint8Array[] };
}

/** Layout version of the database; a change comes with its upgrade step. */
const LAYOUT = 1;

const contactShape = v.object({
  user: v.custom<UserId>((value) => typeof value === "string" && isId(value)),
  card: v.instance(Uint8Array),
  relation: v.picklist(["contact", "blocked"]),
  verified: v.boolean(),
  addedAt: v.number(),
});

const preferencesShape = v.object({
  settings: v.object({ direct: v.picklist(["always", "contacts", "never"]), readReceipts: v.boolean() }),
  mode: v.picklist(["p2p", "central"]),
});

/** Opens (or makes) the profile's database `skein:<profile>`. Secrets inside are sealed, see `seal.ts`. */
export async function openIndexedDbProfileStore(profile: string): Promise<ProfileStore> {
  const database = await openDB<ProfileDatabase>(`skein:${profile}`, LAYOUT, {
    upgrade(fresh) {
      for (const store of ["vault", "preferences", "hosts"] as const) fresh.createObjectStore(store);
      fresh.createObjectStore("contacts", { keyPath: "user" });
    },
  });
  return {
    async loadAccount() {
      const [wrappingKey, sealed] = await Promise.all([
        database.get("vault", "wrapping-key"),
        database.get("vault", "account"),
      ]);
      if (sealed === undefined) return undefined;
      return await openSecrets(sealed as Sealed, wrappingKey as CryptoKey);
    },
    async saveAccount(secrets) {
      const wrappingKey = await ownWrappingKey(database);
      await database.put("vault", await sealSecrets(secrets, wrappingKey), "account");
    },
    async contacts() {
      const rows = await database.getAll("contacts");
      return rows.filter((row): row is Contact => v.is(contactShape, row));
    },
    putContact: async (contact) => void (await database.put("contacts", contact)),
    removeContact: (user) => database.delete("contacts", user),
    async loadPreferences() {
      const kept = await database.get("preferences", "preferences");
      return v.is(preferencesShape, kept) ? kept : undefined;
    },
    savePreferences: async (next) => void (await database.put("preferences", next, "preferences")),
    async loadHosts() {
      const kept = await database.get("hosts", "ads");
      return Array.isArray(kept) ? kept.filter((ad) => ad instanceof Uint8Array) : [];
    },
    saveHosts: async (ads) => void (await database.put("hosts", ads, "ads")),
    close: () => database.close(),
  };
}

/** The profile's wrapping key, made at first use. Made outside the transaction: IndexedDB does not wait for WebCrypto. */
async function ownWrappingKey(database: IDBPDatabase<ProfileDatabase>): Promise<CryptoKey> {
  const kept = await database.get("vault", "wrapping-key");
  if (kept !== undefined) return kept as CryptoKey;
  const fresh = await createWrappingKey();
  await database.put("vault", fresh, "wrapping-key");
  return fresh;
}
