import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Contact, Preferences, ProfileStore } from "@skein/client";
import { fromBase64Url, isId, toBase64Url, type UserId } from "@skein/core";
import type { AccountSecrets } from "@skein/identity";
import * as v from "valibot";
import { readWhole, writeWhole } from "../../atomic-file.ts";

/** Bytes as they stand in JSON. */
const bytes: v.GenericSchema<unknown, Uint8Array> = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_-]*$/),
  v.transform(fromBase64Url),
);

const accountShape: v.GenericSchema<unknown, AccountSecrets> = v.object({
  userSeed: bytes,
  deviceSeed: bytes,
  certificate: bytes,
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
});

const contactShape: v.GenericSchema<unknown, Contact> = v.object({
  user: v.custom<UserId>((value) => typeof value === "string" && isId(value)),
  card: bytes,
  relation: v.picklist(["contact", "blocked"]),
  verified: v.boolean(),
  addedAt: v.number(),
});

const preferencesShape: v.GenericSchema<unknown, Preferences> = v.object({
  settings: v.object({ direct: v.picklist(["always", "contacts", "never"]), readReceipts: v.boolean() }),
  mode: v.picklist(["p2p", "central"]),
});

/**
 * A profile as JSON files in a folder, readable by their owner only. The keys in `account.json` lie open: whoever reads this
 * user's files is this user. Each change replaces a file whole. Throws when the folder cannot be made.
 */
export function openFileProfileStore(directory: string): ProfileStore {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = (name: string): string => join(directory, `${name}.json`);
  const write = (name: string, value: unknown): void => writeWhole(file(name), JSON.stringify(value, inText, 1));
  /** What a damaged file held is left out instead of believed; only the account's is not given up for a new one. */
  const read = (name: string): unknown => parsed(readWhole(file(name)));
  const contacts = (): Contact[] => {
    const kept = read("contacts");
    return Array.isArray(kept) ? kept.flatMap((each) => valid(contactShape, each) ?? []) : [];
  };
  return {
    async loadAccount() {
      const text = readWhole(file("account"));
      if (text === undefined) return undefined;
      const account = valid(accountShape, parsed(text));
      if (account === undefined) throw new Error(`${file("account")} is damaged`);
      return account;
    },
    saveAccount: async (secrets) => write("account", secrets),
    contacts: async () => contacts(),
    putContact: async (contact) =>
      write("contacts", [...contacts().filter(({ user }) => user !== contact.user), contact]),
    removeContact: async (user) =>
      write(
        "contacts",
        contacts().filter((contact) => contact.user !== user),
      ),
    loadPreferences: async () => valid(preferencesShape, read("preferences")),
    savePreferences: async (preferences) => write("preferences", preferences),
    async loadHosts() {
      const kept = read("hosts");
      return Array.isArray(kept) ? kept.flatMap((ad) => valid(bytes, ad) ?? []) : [];
    },
    saveHosts: async (ads) => write("hosts", ads),
    close: () => {},
  };
}

function inText(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? toBase64Url(value) : value;
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function valid<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T | undefined {
  const result = v.safeParse(schema, value);
  return result.success ? result.output : undefined;
}
