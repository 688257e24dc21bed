import { afterEach, expect, test, vi } from "vitest";
import {
  createLive,
  deviceIdFromKey,
  fromBase64Url,
  isId,
  keyFromId,
  NetworkError,
  systemClock,
  toBase64Url,
  until,
} from "./index.ts";

afterEach(() => {
  vi.useRealTimers();
});

test("[CO1] an id is a key in base64url and reads back", () => {
  const key = Uint8Array.from({ length: 32 }, (_, index) => index * 8);
  const id = deviceIdFromKey(key);
  expect(id).toHaveLength(43);
  expect(isId(id)).toBe(true);
  expect(keyFromId(id)).toEqual(key);
  expect(() => deviceIdFromKey(key.subarray(1))).toThrow(RangeError);
  for (const wrong of ["", "abc", `${id}A`, id.replace(/.$/, "B"), id.replace(/^./, "+")])
    expect(isId(wrong)).toBe(false);
});

test("[CO1] base64url agrees with RFC 4648 and refuses what is not", () => {
  expect(toBase64Url(Uint8Array.of(0xfb, 0xff, 0xfe))).toBe("-__-");
  expect(fromBase64Url("-__-")).toEqual(Uint8Array.of(0xfb, 0xff, 0xfe));
  expect(() => fromBase64Url("a b")).toThrow(RangeError);
});

test("[CO2] a live value tells its present value at once, then each change once", () => {
  const live = createLive(1);
  const heard: number[] = [];
  const unsubscribe = live.subscribe((value) => heard.push(value));
  live.set(2);
  live.set(2);
  unsubscribe();
  live.set(3);
  expect(heard).toEqual([1, 2]);
  expect(live.value).toBe(3);
});

test("[CO2] until waits for a value, also the present one, and ends with its signal", async () => {
  const live = createLive(1);
  const abort = new AbortController();
  await expect(until(live, (value) => value === 1, abort.signal)).resolves.toBe(1);
  const later = until(live, (value) => value > 5, abort.signal);
  live.set(6);
  await expect(later).resolves.toBe(6);
  const never = until(live, (value) => value < 0, abort.signal);
  abort.abort(new NetworkError("stopped", "enough"));
  await expect(never).rejects.toMatchObject({ code: "stopped" });
});

test("[CO4] the machine's clock calls at its time: not a part of a millisecond before, and not at once when it is far", () => {
  vi.useFakeTimers({ now: 1_000 });
  const called: number[] = [];
  systemClock.at(1_000.7, () => called.push(systemClock.now()));
  const day = 86_400_000;
  systemClock.at(1_000 + 60 * day, () => called.push(systemClock.now()));
  const cancel = systemClock.at(1_000 + 70 * day, () => called.push(systemClock.now()));
  vi.advanceTimersByTime(65 * day);
  cancel();
  vi.advanceTimersByTime(65 * day);
  expect(called).toEqual([1_001, 1_000 + 60 * day]);
});
