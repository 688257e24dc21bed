import { openAccount } from "@skein/identity";
import { deviceSet } from "@skein/wire";
import { expect, test } from "vitest";
import { certificateOf, flipBit, person, presenceOf } from "../../test/people.ts";
import { createDeviceBook } from "./device-book.ts";
import { createDurableBook } from "./durable-book.ts";
import { createPresenceBook } from "./presence-book.ts";
import { createRecordValidator, devicesKey, presenceKey, type RecordValidator } from "./record-validator.ts";

function stage(now: () => number = Date.now) {
  const presences = createPresenceBook(now);
  const devices = createDeviceBook(now);
  const refusals: string[] = [];
  const onRefused = (reason: string): void => void refusals.push(reason);
  const validate: RecordValidator = createRecordValidator(
    { presences, devices, durables: createDurableBook(now) },
    { now, onRefused },
  );
  return { presences, devices, refusals, validate };
}

test("[PP24] a true presence under its device's key passes and enters the book", () => {
  const { presences, validate } = stage();
  const account = person();
  const presence = presenceOf(account, { sequence: 5 });
  validate(presenceKey(account.device), presence.bytes);
  expect(presences.ofDevice(account.device)?.sequence).toBe(5);
});

test("[PP24] an old record never passes once a newer one did, nor another one of the same sequence", () => {
  const { refusals, validate } = stage();
  const account = person();
  const key = presenceKey(account.device);
  validate(key, presenceOf(account, { sequence: 5 }).bytes);
  expect(() => validate(key, presenceOf(account, { sequence: 4 }).bytes)).toThrow("old");
  expect(() => validate(key, presenceOf(account, { sequence: 5, availability: "away" }).bytes)).toThrow("conflict");
  expect(refusals.length).toBe(2);
});

test("[PP24] one changed bit, anywhere, is refused", () => {
  const { presences, validate } = stage();
  const account = person();
  const { bytes } = presenceOf(account, { sequence: 5 });
  for (let bit = 0; bit < bytes.byteLength * 8; bit += 61)
    expect(() => validate(presenceKey(account.device), flipBit(bytes, bit))).toThrow();
  expect(presences.size).toBe(0);
});

test("[PP24] another device's key, another user's certificate, an expired record and an unknown kind are refused", () => {
  const { presences, validate } = stage();
  const [account, other] = [person(), person()];
  const { bytes } = presenceOf(account, { sequence: 5 });
  expect(() => validate(presenceKey(other.device), bytes)).toThrow("another device's key");
  const thief = openAccount({
    userSeed: account.userKey.seed,
    deviceSeed: account.deviceKey.seed,
    certificate: other.certificate,
    name: "thief",
  });
  expect(() => presenceOf(thief, { sequence: 9 })).toThrow();
  const late = stage(() => Date.now() + 2 * 3_600_000);
  expect(() => late.validate(presenceKey(account.device), bytes)).toThrow("expired");
  for (const key of ["/skein/other/x", "/pk/x", "", "/skein/presence"])
    expect(() => validate(new TextEncoder().encode(key), bytes)).toThrow();
  expect(presences.size).toBe(0);
});

test("[PP25] a set of devices passes when it is the user's, and grows what is known", () => {
  const { devices, validate } = stage();
  const phone = person();
  const laptop = person(phone);
  const set = setOf(phone, laptop);
  validate(devicesKey(phone.user), set.encode(phone.user));
  expect(new Set(devices.devicesOf(phone.user))).toEqual(new Set([phone.device, laptop.device]));
});

test("[PP25] a set with another user's device, a changed bit, or less than is known does not pass", () => {
  const { devices, validate } = stage();
  const [phone, stranger] = [person(), person()];
  const laptop = person(phone);
  const key = devicesKey(phone.user);
  const whole = setOf(phone, laptop).encode(phone.user);
  expect(() => validate(devicesKey(stranger.user), whole)).toThrow("invalid");
  expect(() => validate(key, flipBit(whole, 999))).toThrow();
  const mixed = deviceSet.encode({ certificates: [phone.certificate, stranger.certificate] });
  expect(() => validate(key, mixed)).toThrow("invalid");
  validate(key, whole);
  expect(() => validate(key, setOf(phone).encode(phone.user))).toThrow("smaller");
  expect(devices.devicesOf(phone.user).length).toBe(2);
  expect(devices.devicesOf(stranger.user)).toEqual([]);
});

/** A book that knows the certificates of these people. */
function setOf(...people: ReturnType<typeof person>[]) {
  const book = createDeviceBook(Date.now);
  for (const each of people) book.add(certificateOf(each));
  return book;
}
