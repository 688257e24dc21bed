import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemRandom } from "@skein/core";
import { accountSecrets, createAccount } from "@skein/identity";
import { idOf, messageOf, messageStoreContract } from "@skein/testkit";
import { describe, expect, onTestFinished, test } from "vitest";
import { openFileProfileStore } from "./file-profile-store.ts";
import { openSqliteMessageStore } from "./sqlite-message-store.ts";

const ada = createAccount({ name: "Ada", deviceName: "test" }, { random: systemRandom, now: Date.now() });
const secrets = accountSecrets(ada);
const contact = { user: ada.user, card: ada.card.bytes, relation: "contact", verified: false, addedAt: 5 } as const;

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "skein-store-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

describe("the profile in files", () => {
  test("[PE50] gives back what it was given, also to the next process", async () => {
    const path = join(folder(), "new");
    const store = openFileProfileStore(path);
    expect(await store.loadAccount()).toBeUndefined();
    expect(await store.loadPreferences()).toBeUndefined();
    expect(await store.loadHosts()).toEqual([]);
    await store.saveAccount(secrets);
    await store.putContact(contact);
    await store.putContact({ ...contact, verified: true });
    const preferences = { settings: { direct: "never", readReceipts: false }, mode: "central" } as const;
    await store.savePreferences(preferences);
    await store.saveHosts([Uint8Array.of(1), Uint8Array.of(2, 255)]);
    store.close();

    const next = openFileProfileStore(path);
    expect(await next.loadAccount()).toEqual(secrets);
    expect(await next.contacts()).toEqual([{ ...contact, verified: true }]);
    expect(await next.loadPreferences()).toEqual(preferences);
    expect(await next.loadHosts()).toEqual([Uint8Array.of(1), Uint8Array.of(2, 255)]);
    await next.removeContact(ada.user);
    expect(await next.contacts()).toEqual([]);
  });

  test("[PE51] only its owner can read it, and no draft is left behind", async () => {
    const path = join(folder(), "new");
    const store = openFileProfileStore(path);
    await store.saveAccount(secrets);
    await store.putContact(contact);
    expect(readdirSync(path).toSorted()).toEqual(["account.json", "contacts.json"]);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(path)) expect(statSync(join(path, name)).mode & 0o777).toBe(0o600);
  });

  test("[PE52] what was damaged is left out; a damaged account is no reason to become another person", async () => {
    const path = folder();
    const store = openFileProfileStore(path);
    await store.putContact(contact);
    const kept: unknown = JSON.parse(readFileSync(join(path, "contacts.json"), "utf8"));
    writeFileSync(join(path, "contacts.json"), JSON.stringify([{ user: "nonsense" }, ...(kept as object[]), 7]));
    writeFileSync(join(path, "preferences.json"), `{"mode":"telepathy"}`);
    writeFileSync(join(path, "hosts.json"), "{ half a fi");
    expect(await store.contacts()).toEqual([contact]);
    expect(await store.loadPreferences()).toBeUndefined();
    expect(await store.loadHosts()).toEqual([]);
    for (const damaged of ["", "{}", `{"userSeed":"!"}`]) {
      writeFileSync(join(path, "account.json"), damaged);
      await expect(store.loadAccount()).rejects.toThrow(/account\.json is damaged/);
    }
  });
});

messageStoreContract("SQLite", async () => openSqliteMessageStore(":memory:"));

describe("messages in SQLite", () => {
  test("[PE53] are there for the next process, and for their owner only", async () => {
    const path = join(folder(), "messages.sqlite");
    const store = openSqliteMessageStore(path);
    await store.add(messageOf("a"));
    for (const file of [path, `${path}-wal`]) expect(statSync(file).mode & 0o777).toBe(0o600);
    await store.advance(messageOf("a").conversation, [idOf("a")], "sent");
    store.close();
    store.close();
    const next = openSqliteMessageStore(path);
    onTestFinished(() => next.close());
    expect(await next.outbox(messageOf("a").conversation)).toEqual([{ ...messageOf("a"), position: 1, state: "sent" }]);
  });

  test("[PE54] a folder that another program uses is refused with a sentence, and is free when that one is gone", () => {
    const path = join(folder(), "messages.sqlite");
    const first = openSqliteMessageStore(path);
    expect(() => openSqliteMessageStore(path)).toThrow(/is in use: one person is one program$/);
    first.close();
    openSqliteMessageStore(path).close();
  });
});
