import fc from "fast-check";
import { expect, test } from "vitest";
import { readHours, readKey } from "./setting-texts.ts";

test("[SU2] hours are two times of day in UTC, and nothing else", () => {
  expect(readHours("22:00-06:30")).toEqual({ fromMinute: 1_320, toMinute: 390 });
  expect(readHours("00:00 - 23:59")).toEqual({ fromMinute: 0, toMinute: 1_439 });
  for (const wrong of ["", "22-06", "24:00-06:00", "22:60-06:00", "22:00-06:00x", "always"])
    expect(readHours(wrong)).toBeUndefined();
});

test("[SU2] a key is read from hex, base64 and base64url alike; other lengths are no keys", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 0, maxLength: 40 }), (bytes) => {
      const writings = [
        Buffer.from(bytes).toString("hex"),
        Buffer.from(bytes).toString("base64"),
        Buffer.from(bytes).toString("base64url"),
      ];
      for (const text of writings) expect(readKey(text)).toEqual(bytes.byteLength === 32 ? bytes : undefined);
    }),
  );
});
