import { expect, test } from "vitest";
import { flipBit, person, presenceOf } from "../test/people.ts";
import { MAX_KNOWN_DEVICES } from "./defaults.ts";
import { createKnownPresences } from "./known-presences.ts";

test("[PP20] only newer records are news, and expired ones are not known", () => {
  let now = Date.now();
  const known = createKnownPresences(() => now);
  const account = person();
  const [first, second] = [presenceOf(account, { sequence: 1 }), presenceOf(account, { sequence: 2 })];
  expect(known.learn(second)).toBe(true);
  expect(known.learn(first)).toBe(false);
  expect(known.learn(second)).toBe(false);
  expect(known.ofDevice(account.device)).toBe(second);
  expect(known.ofUser(account.user)).toEqual([second]);
  now = second.expiresAt;
  expect(known.ofDevice(account.device)).toBeUndefined();
  expect(known.ofUser(account.user)).toEqual([]);
  expect(known.learn(presenceOf(account, { sequence: 1, at: now - 3_600_000 }))).toBe(false);
});

test("[PP87] a record that is known is told by its bytes, while it holds", () => {
  let now = Date.now();
  const known = createKnownPresences(() => now);
  const account = person();
  const [first, second] = [presenceOf(account, { sequence: 1 }), presenceOf(account, { sequence: 2 })];
  known.learn(first);
  expect(known.ofBytes(first.bytes.slice())).toBe(first);
  expect(known.ofBytes(flipBit(first.bytes, 40))).toBeUndefined();
  known.learn(second);
  expect(known.ofBytes(first.bytes)).toBeUndefined();
  now = second.expiresAt;
  expect(known.ofBytes(second.bytes)).toBeUndefined();
});

test("[PP20] the memory is bounded; the device unheard of for longest is forgotten", () => {
  const now = Date.now();
  const known = createKnownPresences(() => now);
  const [first, second] = [presenceOf(person(), { sequence: 1 }), presenceOf(person(), { sequence: 1 })];
  known.learn(first);
  known.learn(second);
  // Made up, not signed: only the bound is looked at here.
  for (let count = 0; count < MAX_KNOWN_DEVICES - 1; count += 1)
    known.learn({ ...first, device: `filler ${count}` as typeof first.device });
  expect(known.ofDevice(first.device)).toBeUndefined();
  expect(known.ofDevice(second.device)).toBe(second);
});
