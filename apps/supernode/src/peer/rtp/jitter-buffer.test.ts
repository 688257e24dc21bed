import { expect, test } from "vitest";
import { createJitterBuffer, type JitterBuffer } from "./jitter-buffer.ts";

function bufferWith(...numbers: readonly number[]): JitterBuffer {
  const buffer = createJitterBuffer();
  for (const number of numbers) put(buffer, number);
  return buffer;
}

function put(buffer: JitterBuffer, number: number): "kept" | "dropped" {
  return buffer.put({ number, payload: Uint8Array.of(number & 0xff), arrivedAt: 0 });
}

/** Takes so many; a packet as its number, the others as their kind. */
function take(buffer: JitterBuffer, count: number): (number | string)[] {
  return Array.from({ length: count }, () => {
    const due = buffer.take();
    return due.kind === "packet" ? due.packet.number : due.kind;
  });
}

test("[PE31] nothing is taken before three packets wait, and then in order", () => {
  const buffer = bufferWith(11, 10);
  expect(take(buffer, 2)).toEqual(["empty", "empty"]);
  put(buffer, 12);
  expect(take(buffer, 4)).toEqual([10, 11, 12, "empty"]);
});

test("[PE31] one that is missing is lost at its turn, and dropped when it comes after all", () => {
  const buffer = bufferWith(1, 2, 4, 5);
  expect(take(buffer, 3)).toEqual([1, 2, "lost"]);
  expect(put(buffer, 3)).toBe("dropped");
  expect(put(buffer, 4)).toBe("dropped");
  expect(take(buffer, 2)).toEqual([4, 5]);
});

test("[PE31] one that comes late but in time is played at its turn", () => {
  const buffer = bufferWith(1, 3, 4);
  expect(take(buffer, 1)).toEqual([1]);
  expect(put(buffer, 2)).toBe("kept");
  expect(take(buffer, 3)).toEqual([2, 3, 4]);
});

test("[PE31] after it ran dry it fills again before it goes on", () => {
  const buffer = bufferWith(1, 2, 3);
  expect(take(buffer, 4)).toEqual([1, 2, 3, "empty"]);
  put(buffer, 4);
  expect(take(buffer, 1)).toEqual(["empty"]);
  for (const number of [5, 6]) put(buffer, number);
  expect(take(buffer, 3)).toEqual([4, 5, 6]);
});

test("[PE31] it never holds more than 25, and goes on with the ones it has", () => {
  const buffer = bufferWith(...Array.from({ length: 100 }, (_, number) => number));
  expect(buffer.depth).toBe(25);
  expect(take(buffer, 2)).toEqual([75, 76]);
});

test("[PE31] what nobody needed for a second is left out, so that a stall does not delay a call for ever", () => {
  const buffer = bufferWith(...Array.from({ length: 13 }, (_, number) => number));
  let next = 13;
  for (let beat = 0; beat < 120; beat += 1) {
    buffer.take();
    put(buffer, next);
    next += 1;
  }
  expect(buffer.depth).toBeLessThanOrEqual(4);
});

test("[PE31] a jump of five seconds is a new beginning", () => {
  const buffer = bufferWith(1, 2, 3);
  take(buffer, 1);
  for (const number of [1_000, 1_001, 1_002]) put(buffer, number);
  expect(take(buffer, 3)).toEqual([1_000, 1_001, 1_002]);
});
