import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Durable, deviceIdFromKey, systemRandom, userIdFromKey } from "@skein/core";
import { createKeyPair } from "@skein/identity";
import { expect, onTestFinished, test } from "vitest";
import { type DurableStore, openDurableStore } from "./durable-store.ts";

function open(maxDurables = 10, path = ":memory:"): DurableStore {
  const store = openDurableStore(path, { maxDurables });
  onTestFinished(() => store.close());
  return store;
}

const user = userIdFromKey(createKeyPair(systemRandom).publicKey);
/** A device list as it comes out of verification: the store reads nothing of its bytes. */
function list(sequence: number, expiresAt: number, of = user, byte = sequence): Durable {
  return {
    kind: "device-list",
    user: of,
    devices: [],
    sequence,
    issuedAt: 0,
    expiresAt,
    bytes: Uint8Array.of(byte),
  } as never;
}
function hint(sequence: number): Durable {
  const device = deviceIdFromKey(createKeyPair(systemRandom).publicKey);
  return {
    kind: "mailbox-hint",
    user,
    device,
    sequence,
    issuedAt: 0,
    expiresAt: 100,
    bytes: Uint8Array.of(99),
  } as never;
}

test("[CE17] the newest record of each sort stays; the same again, an older one and another of its sequence change nothing", () => {
  const store = open();
  expect(store.put(list(5, 100), 0)).toBe("stored");
  expect(store.put(list(5, 100), 0)).toBe("same");
  expect(store.put(list(4, 100), 0)).toBe("old");
  expect(store.put(list(5, 100, user, 77), 0)).toBe("old");
  expect(store.put(hint(9), 0)).toBe("stored");
  expect(store.of(user, 0).map(([byte]) => byte)).toEqual([99, 5]);
});

test("[CE17] who was away for weeks is known after a restart; what expired is neither given out nor kept when room is short", () => {
  const directory = mkdtempSync(join(tmpdir(), "skein-durable-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, "durable.sqlite");
  const first = openDurableStore(path, { maxDurables: 2 });
  const other = userIdFromKey(createKeyPair(systemRandom).publicKey);
  first.put(list(1, 50), 0);
  first.put(list(1, 500, other), 0);
  first.close();
  const store = open(2, path);
  expect(store.of(user, 49).length).toBe(1);
  expect(store.of(user, 50)).toEqual([]);
  const third = userIdFromKey(createKeyPair(systemRandom).publicKey);
  expect(store.put(list(1, 500, third), 49)).toBe("full");
  expect(store.put(list(1, 500, third), 51)).toBe("stored");
  expect(store.of(other, 51).length).toBe(1);
});
