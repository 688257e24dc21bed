import { systemRandom } from "@skein/core";
import { MAX_DURABLE_BYTES } from "@skein/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Account, createAccount } from "./account.ts";
import { MAX_DURABLE_LIFETIME_MS, signDeviceList, signMailboxHint, verifyDurable } from "./durable.ts";

const NOW = 1_800_000_000_000;
const person = (): Account => createAccount({ name: "Ada", deviceName: "test" }, { random: systemRandom, now: NOW });
const listOf = (account: Account) =>
  signDeviceList({ sequence: 3, issuedAt: NOW, devices: [account.device], revoked: [] }, account.userKey);
const hintOf = (account: Account, addresses: readonly string[] = []) =>
  signMailboxHint(
    {
      certificate: account.certificate,
      sequence: 3,
      issuedAt: NOW,
      mailboxes: [1, 2, 3].map(() => ({ supernode: person().device, addresses })),
    },
    account.deviceKey,
  );

test("[ID13] a device list is its user's, a mailbox hint its device's, each for 60 days", () => {
  const ada = person();
  for (const record of [listOf(ada), hintOf(ada)]) {
    expect(verifyDurable(record.bytes, NOW)).toEqual({ ok: true, value: record });
    expect(record.user).toBe(ada.user);
    expect(verifyDurable(record.bytes, NOW + MAX_DURABLE_LIFETIME_MS).ok).toBe(false);
    expect(verifyDurable(record.bytes, NOW - 3_600_000).ok).toBe(false);
  }
});

test("[ID13] a hint signed by another device than its certificate names is no hint", () => {
  const [ada, mallory] = [person(), person()];
  const statement = { certificate: ada.certificate, sequence: 1, issuedAt: NOW, mailboxes: [] };
  expect(() => signMailboxHint(statement, mallory.deviceKey)).toThrow(/another device/);
});

test("[ID14] a durable record is at most 1 KiB: addresses are left out before supernodes are", () => {
  const address = `/ip4/203.0.113.200/udp/65535/webrtc-direct/certhash/${"u".repeat(190)}`;
  const hint = hintOf(person(), [address, address]);
  expect(hint.mailboxes.length).toBe(3);
  expect(hint.bytes.byteLength).toBeLessThanOrEqual(MAX_DURABLE_BYTES);
  const many = Array.from({ length: 20 }, () => person().device);
  const list = signDeviceList(
    { sequence: 1, issuedAt: NOW, devices: many.slice(0, 8), revoked: many },
    person().userKey,
  );
  expect([list.revoked, list.bytes.byteLength <= MAX_DURABLE_BYTES]).toEqual([many.slice(-12), true]);
});

test("[ID7] no bit of a durable record may change", () => {
  const ada = person();
  const records = [listOf(ada), hintOf(ada)];
  fc.assert(
    fc.property(fc.constantFrom(...records), fc.nat(), (record, bit) => {
      const changed = Uint8Array.from(record.bytes);
      const at = (bit >> 3) % changed.byteLength;
      changed[at] = (changed[at] as number) ^ (1 << (bit & 7));
      expect(verifyDurable(changed, NOW).ok).toBe(false);
    }),
    { numRuns: 60 },
  );
});
