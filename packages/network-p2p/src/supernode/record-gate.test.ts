import { signDeviceList, signMailboxHint } from "@skein/identity";
import { MAX_DURABLE_BYTES, MAX_PRESENCE_BYTES } from "@skein/wire";
import { expect, test } from "vitest";
import { flipBit, person, presenceOf } from "../../test/people.ts";
import { createDurableBook } from "./durable-book.ts";
import { CHANGE_EVERY_MS, CHANGES_AT_ONCE, MAX_DEVICES_FROM_LEAF } from "./limits.ts";
import { createPresenceBook } from "./presence-book.ts";
import { createRecordGate } from "./record-gate.ts";
import { createRecordQuotas } from "./record-quotas.ts";
import { createRecordRefusals } from "./record-refusals.ts";

const DAY_MS = 24 * 3_600_000;
const leaf = { peer: person().device, as: "leaf" } as const;

function stage() {
  let at = Date.now();
  const now = (): number => at;
  const presences = createPresenceBook(now);
  const durables = createDurableBook(now);
  const refusals = createRecordRefusals(() => {});
  const gate = createRecordGate({ presences, durables, quotas: createRecordQuotas(now), refusals, now });
  return {
    gate,
    presences,
    durables,
    refusals,
    now,
    pass(ms: number) {
      at += ms;
    },
  };
}

test("[PI6] what is refused is counted by why: size, shape, signer, age, sequence", () => {
  const { gate, now, pass, presences, refusals } = stage();
  const account = person();
  const presence = presenceOf(account, { sequence: 5, at: now() });
  expect(gate.presence(presence.bytes, leaf).outcome).toBe("new");
  expect(gate.presence(new Uint8Array(MAX_PRESENCE_BYTES + 1), leaf).outcome).toBe("invalid");
  expect(gate.presence(new Uint8Array(40), leaf).outcome).toBe("invalid");
  const next = presenceOf(account, { sequence: 6, at: now() });
  expect(gate.presence(flipBit(next.bytes, next.bytes.byteLength * 8 - 9), leaf).outcome).toBe("invalid");
  expect(gate.presence(presenceOf(account, { sequence: 4, at: now() }).bytes, leaf).outcome).toBe("old");
  expect(gate.presence(presenceOf(account, { sequence: 5, at: now() - 1 }).bytes, leaf).outcome).toBe("conflict");
  expect(presences.ofDevice(account.device)).toEqual(presence);
  pass(2 * 3_600_000);
  expect(gate.presence(next.bytes, leaf).outcome).toBe("invalid");
  expect(refusals.counts).toEqual({ oversize: 1, malformed: 1, signer: 1, expired: 1, old: 2, quota: 0, full: 0 });
});

test("[PI6] the same record again is known, costs no signature and no quota", () => {
  const { gate, now, refusals } = stage();
  const presence = presenceOf(person(), { sequence: 1, at: now() });
  gate.presence(presence.bytes, leaf);
  for (let count = 0; count < 3 * CHANGES_AT_ONCE; count += 1)
    expect(gate.presence(presence.bytes.slice(), leaf)).toEqual({ outcome: "known", record: presence });
  expect(refusals.counts.quota).toBe(0);
});

test("[PI7] one record changes so often and no more; old copies of it, from whomever, use nothing up", () => {
  const { gate, now, pass, refusals } = stage();
  const account = person();
  const put = (sequence: number): string =>
    gate.presence(presenceOf(account, { sequence, at: now() }).bytes, leaf).outcome;
  put(1);
  const old = presenceOf(account, { sequence: 0, at: now() });
  for (let count = 0; count < 2 * CHANGES_AT_ONCE; count += 1) gate.presence(old.bytes, leaf);
  for (let sequence = 2; sequence <= CHANGES_AT_ONCE; sequence += 1) expect(put(sequence)).toBe("new");
  expect(put(1_000)).toBe("quota");
  pass(CHANGE_EVERY_MS);
  expect(put(1_000)).toBe("new");
  expect(refusals.counts.quota).toBe(1);
});

test("[PI7] one leaf brings the records of so many devices and no more; others still may", () => {
  const { gate, now } = stage();
  const bring = (from: typeof leaf): string =>
    gate.presence(presenceOf(person(), { sequence: 1, at: now() }).bytes, from).outcome;
  for (let count = 0; count < MAX_DEVICES_FROM_LEAF; count += 1) expect(bring(leaf)).toBe("new");
  expect(bring(leaf)).toBe("quota");
  expect(bring({ peer: person().device, as: "leaf" })).toBe("new");
});

test("[PI8] a list and the hints of a user are kept, the newest of each, and leave when they expire", () => {
  const { durables, gate, now, pass } = stage();
  const account = person();
  const list = (sequence: number) =>
    signDeviceList({ sequence, issuedAt: now(), devices: [account.device], revoked: [] }, account.userKey);
  const hint = signMailboxHint(
    { certificate: account.certificate, sequence: 1, issuedAt: now(), mailboxes: [] },
    account.deviceKey,
  );
  const [older, newer] = [list(1), list(2)];
  expect(gate.durable(older.bytes, leaf).outcome).toBe("new");
  expect(gate.durable(hint.bytes, leaf).outcome).toBe("new");
  expect(gate.durable(newer.bytes, leaf).outcome).toBe("new");
  expect(gate.durable(older.bytes, leaf).outcome).toBe("old");
  expect(gate.durable(newer.bytes, leaf).outcome).toBe("known");
  expect(gate.durable(new Uint8Array(MAX_DURABLE_BYTES + 1), leaf).outcome).toBe("invalid");
  expect(durables.ofUser(account.user)).toEqual([newer, hint]);
  pass(61 * DAY_MS);
  expect(durables.ofUser(account.user)).toEqual([]);
});

test("[PI8] nobody signs a list or a hint for somebody else", () => {
  const { durables, gate, now } = stage();
  const [account, thief] = [person(), person()];
  const { bytes } = signDeviceList(
    { sequence: 9, issuedAt: now(), devices: [thief.device], revoked: [account.device] },
    thief.userKey,
  );
  gate.durable(bytes, leaf);
  expect(durables.ofUser(account.user)).toEqual([]);
  expect(() =>
    signMailboxHint({ certificate: account.certificate, sequence: 1, issuedAt: now(), mailboxes: [] }, thief.deviceKey),
  ).toThrow("another device");
});
