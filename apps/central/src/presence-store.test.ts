import { type Presence, systemRandom } from "@skein/core";
import { type Account, MAX_PRESENCE_LIFETIME_MS, signPresence } from "@skein/identity";
import { createContractAccount, createSeededRandom } from "@skein/testkit";
import { MAX_FOUND_RECORDS } from "@skein/wire";
import { expect, test } from "vitest";
import { createPresenceStore } from "./presence-store.ts";

const now = Date.now();
const random = createSeededRandom(7);

function sign(account: Account, sequence: number, issuedAt = now): Presence {
  const statement = { certificate: account.certificate, sequence, issuedAt, availability: "online", via: [] } as const;
  return signPresence(statement, account.deviceKey);
}

test("[CE10] the higher sequence stays, the same record may come again", () => {
  const store = createPresenceStore({ maxPresences: 10 });
  const alice = createContractAccount(random);
  const second = sign(alice, 2);
  expect(store.put(second, now)).toBe("stored");
  expect(store.put(second, now)).toBe("same");
  expect(store.put(sign(alice, 1), now)).toBe("old");
  expect(store.put(sign(alice, 2, now - 1), now)).toBe("old");
  expect(store.of(alice.user, now)).toEqual([second]);
});

test("[CE11] a user has a bounded number of devices: the one that signed longest ago goes", () => {
  const store = createPresenceStore({ maxPresences: 100 });
  const first = createContractAccount(random);
  store.put(sign(first, 1, now - 1_000), now);
  for (let more = 0; more < MAX_FOUND_RECORDS; more += 1)
    expect(store.put(sign(createContractAccount(random, first), 1, now - more), now)).toBe("stored");
  const devices = store.of(first.user, now).map((presence) => presence.device);
  expect(devices).toHaveLength(MAX_FOUND_RECORDS);
  expect(devices).not.toContain(first.device);
  expect(store.size).toBe(MAX_FOUND_RECORDS);
});

test("[CE11] a full store takes no new device until a record expires", () => {
  const store = createPresenceStore({ maxPresences: 1 });
  const [alice, bob] = [createContractAccount(random), createContractAccount(systemRandom)];
  store.put(sign(alice, 1), now);
  expect(store.put(sign(bob, 1), now)).toBe("full");
  expect(store.put(sign(alice, 2), now)).toBe("stored");
  const later = now + MAX_PRESENCE_LIFETIME_MS;
  expect(store.put(sign(bob, 2, later - 1), later)).toBe("stored");
  expect(store.of(alice.user, later)).toEqual([]);
  expect(store.size).toBe(1);
});
