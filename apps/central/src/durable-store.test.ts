import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signDeviceList, signMailboxHint } from "@skein/identity";
import { createContractAccount, createSeededRandom } from "@skein/testkit";
import { expect, onTestFinished, test } from "vitest";
import { openDurableStore } from "./durable-store.ts";

const NOW = Date.now();
const DAY_MS = 24 * 3_600_000;
const random = createSeededRandom(0xce17);
const account = createContractAccount(random);
const listOf = (sequence: number, of = account) =>
  signDeviceList({ sequence, issuedAt: NOW, devices: [of.device], revoked: [] }, of.userKey);
const hintOf = (sequence: number) =>
  signMailboxHint({ certificate: account.certificate, sequence, issuedAt: NOW, mailboxes: [] }, account.deviceKey);

test("[CE17] the newest list and hint outlive a restart of the server, and leave when they expire", () => {
  const directory = mkdtempSync(join(tmpdir(), "skein-durable-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, "durable.sqlite");
  const before = openDurableStore(path, { maxDurables: 10 });
  const [list, hint] = [listOf(2), hintOf(3)];
  const outcomes = [
    before.put(listOf(1), NOW),
    before.put(list, NOW),
    before.put(list, NOW),
    before.put(listOf(1), NOW),
  ];
  expect(outcomes).toEqual(["stored", "stored", "same", "old"]);
  expect(before.put(hint, NOW)).toBe("stored");
  before.close();

  const after = openDurableStore(path, { maxDurables: 10 });
  onTestFinished(() => after.close());
  expect(after.of(account.user, NOW)).toEqual([hint.bytes, list.bytes]);
  expect(after.of(account.user, NOW + 61 * DAY_MS)).toEqual([]);
  expect([after.expire(NOW), after.expire(NOW + 61 * DAY_MS)]).toEqual([0, 2]);
});

test("[CE17] a full store takes no further record, and takes one again when others have expired", () => {
  const store = openDurableStore(":memory:", { maxDurables: 1 });
  onTestFinished(() => store.close());
  const other = createContractAccount(random);
  expect([store.put(listOf(1), NOW), store.put(listOf(1, other), NOW)]).toEqual(["stored", "full"]);
  expect(store.put(listOf(2), NOW)).toBe("stored");
  expect(store.put(listOf(1, other), NOW + 61 * DAY_MS)).toBe("stored");
});
