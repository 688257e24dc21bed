import "fake-indexeddb/auto";
import { systemRandom } from "@skein/core";
import { accountSecrets, createAccount } from "@skein/identity";
import { openDB } from "idb";
import { expect, test } from "vitest";
import { openIndexedDbProfileStore } from "./indexeddb-profile-store.ts";
import { createMemoryProfileStore } from "./memory-profile-store.ts";
import type { ProfileStore } from "./profile-store.ts";
import { createWrappingKey, openSecrets, sealSecrets } from "./seal.ts";

const ada = createAccount({ name: "Ada", deviceName: "test" }, { random: systemRandom, now: Date.now() });
const secrets = accountSecrets(ada);

const stores: readonly (readonly [string, () => Promise<ProfileStore>])[] = [
  ["memory", async () => createMemoryProfileStore()],
  ["IndexedDB", () => openIndexedDbProfileStore(`test-${systemRandom.fraction()}`)],
];

test.each(stores)("[CT5] the %s store gives back what it was given", async (_, open) => {
  const store = await open();
  expect(await store.loadAccount()).toBeUndefined();
  expect(await store.loadPreferences()).toBeUndefined();
  await store.saveAccount(secrets);
  expect(await store.loadAccount()).toEqual(secrets);
  const contact = { user: ada.user, card: ada.card.bytes, relation: "contact", verified: false, addedAt: 5 } as const;
  await store.putContact(contact);
  await store.putContact({ ...contact, verified: true });
  expect(await store.contacts()).toEqual([{ ...contact, verified: true }]);
  await store.removeContact(ada.user);
  expect(await store.contacts()).toEqual([]);
  const preferences = { settings: { direct: "never", readReceipts: false }, mode: "central" } as const;
  await store.savePreferences(preferences);
  expect(await store.loadPreferences()).toEqual(preferences);
  await store.saveHosts([Uint8Array.of(1), Uint8Array.of(2)]);
  expect(await store.loadHosts()).toEqual([Uint8Array.of(1), Uint8Array.of(2)]);
  store.close();
});

test("[CT6] keys lie sealed on disk and the sealing key cannot be read out", async () => {
  const profile = `sealed-${systemRandom.fraction()}`;
  const store = await openIndexedDbProfileStore(profile);
  await store.saveAccount(secrets);
  store.close();
  const database = await openDB(`skein:${profile}`);
  const key = (await database.get("vault", "wrapping-key")) as CryptoKey;
  const sealed = (await database.get("vault", "account")) as { ciphertext: ArrayBuffer };
  await expect(crypto.subtle.exportKey("raw", key)).rejects.toThrow();
  const stored = Buffer.from(sealed.ciphertext);
  expect(stored.includes(Buffer.from(secrets.userSeed))).toBe(false);
  expect(stored.includes(Buffer.from(secrets.deviceSeed))).toBe(false);
  database.close();
});

test("[CT6] a changed seal or another sealing key opens nothing", async () => {
  const key = await createWrappingKey();
  const sealed = await sealSecrets(secrets, key);
  expect(await openSecrets(sealed, key)).toEqual(secrets);
  await expect(openSecrets(sealed, await createWrappingKey())).rejects.toThrow();
  const changed = sealed.ciphertext.slice(0);
  new Uint8Array(changed)[3] = (new Uint8Array(changed)[3] as number) ^ 1;
  await expect(openSecrets({ ...sealed, ciphertext: changed }, key)).rejects.toThrow();
});

test("[CT7] what was damaged on disk is left out instead of believed", async () => {
  const profile = `damaged-${systemRandom.fraction()}`;
  (await openIndexedDbProfileStore(profile)).close();
  const database = await openDB(`skein:${profile}`);
  await database.put("contacts", { user: "nonsense", relation: "contact" });
  await database.put("preferences", { mode: "telepathy" }, "preferences");
  await database.put("hosts", "not a list", "ads");
  database.close();
  const store = await openIndexedDbProfileStore(profile);
  expect(await store.contacts()).toEqual([]);
  expect(await store.loadPreferences()).toBeUndefined();
  expect(await store.loadHosts()).toEqual([]);
  store.close();
});
