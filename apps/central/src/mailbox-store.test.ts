import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DeviceId, deviceIdFromKey, systemRandom } from "@skein/core";
import { createKeyPair } from "@skein/identity";
import { MAX_MAIL_PAGE_BYTES } from "@skein/wire";
import { expect, onTestFinished, test } from "vitest";
import { type MailboxLimits, type MailboxStore, openMailboxStore } from "./mailbox-store.ts";

const limits: MailboxLimits = { mailboxPieces: 5, mailboxBytes: 1_000, mailTotalBytes: 1_500, mailTtlMs: 1_000 };

function open(own: Partial<MailboxLimits> = {}, path = ":memory:"): MailboxStore {
  const store = openMailboxStore(path, { ...limits, ...own }, { random: systemRandom });
  onTestFinished(() => store.close());
  return store;
}

function device(): DeviceId {
  return deviceIdFromKey(createKeyPair(systemRandom).publicKey);
}

test("[CE31] a box takes so many pieces and so many bytes, and more once there is room", () => {
  const store = open();
  const bob = device();
  for (let piece = 0; piece < 5; piece += 1) expect(store.deposit(bob, new Uint8Array(10), piece)).toBe("kept");
  expect(store.deposit(bob, new Uint8Array(10), 9)).toBe("box-full");
  store.acknowledge(bob, [store.page(bob, undefined).pieces[0]?.piece ?? ""]);
  expect(store.deposit(bob, new Uint8Array(961), 9)).toBe("box-full");
  expect(store.deposit(bob, new Uint8Array(960), 9)).toBe("kept");
});

test("[CE31] all boxes together have a limit", () => {
  const store = open();
  expect(store.deposit(device(), new Uint8Array(900), 0)).toBe("kept");
  expect(store.deposit(device(), new Uint8Array(601), 0)).toBe("store-full");
  expect(store.deposit(device(), new Uint8Array(600), 0)).toBe("kept");
  expect(store.totals()).toEqual({ pieces: 2, sizeBytes: 1_500 });
});

test("[CE32] a piece goes when its time is over, and makes room", () => {
  const store = open();
  const bob = device();
  store.deposit(bob, new Uint8Array(900), 0);
  store.deposit(bob, new Uint8Array(50), 500);
  expect(store.expire(999)).toBe(0);
  expect(store.expire(1_000)).toBe(1);
  expect(store.totals()).toEqual({ pieces: 1, sizeBytes: 50 });
  expect(store.page(bob, undefined).pieces.map(({ receivedAt }) => receivedAt)).toEqual([500]);
});

test("[CE33] mail outlives the process", () => {
  const directory = mkdtempSync(join(tmpdir(), "skein-mail-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "mail.sqlite");
  const bob = device();
  const first = openMailboxStore(path, limits, { random: systemRandom });
  first.deposit(bob, Uint8Array.of(1, 2, 3), 7);
  const [before] = first.page(bob, undefined).pieces;
  first.close();
  const second = open({}, path);
  expect(second.page(bob, undefined).pieces).toEqual([before]);
  expect(second.totals()).toEqual({ pieces: 1, sizeBytes: 3 });
});

test("[CE30] one device neither reads nor removes another's mail", () => {
  const store = open();
  const [bob, carol] = [device(), device()];
  store.deposit(bob, Uint8Array.of(1), 0);
  const [piece] = store.page(bob, undefined).pieces;
  store.acknowledge(carol, [piece?.piece ?? ""]);
  expect(store.page(carol, piece?.piece).pieces).toEqual([]);
  expect(store.page(bob, undefined).pieces).toHaveLength(1);
});

test("[CE35] a large box comes in pages, in order, whatever was acknowledged in between", () => {
  const store = open({ mailboxPieces: 100, mailboxBytes: 1e9, mailTotalBytes: 1e9 });
  const bob = device();
  const sizeBytes = MAX_MAIL_PAGE_BYTES / 2 - 100;
  for (let piece = 0; piece < 7; piece += 1) store.deposit(bob, new Uint8Array(sizeBytes).fill(piece), piece);
  const seen: number[] = [];
  let after: string | undefined;
  do {
    const page = store.page(bob, after);
    expect(page.pieces.length).toBeLessThanOrEqual(2);
    for (const { sealed } of page.pieces) seen.push(sealed[0] ?? -1);
    after = page.next;
  } while (after !== undefined);
  expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6]);
});
