import { expect, test } from "vitest";
import { createUnread } from "./unread.ts";

test("[CE23] what waits is counted, and taken in order; the end comes after it", async () => {
  let taken = 0;
  const unread = createUnread({ overheadBytes: 10 }, { onTaken: () => (taken += 1) });
  unread.push(Uint8Array.of(1));
  unread.push(Uint8Array.of(2, 3));
  expect(unread.sizeBytes).toBe(23);
  unread.finish();
  unread.push(Uint8Array.of(9));
  const read: number[][] = [];
  for await (const message of unread.messages) read.push([...message]);
  expect(read).toEqual([[1], [2, 3]]);
  expect([taken, unread.sizeBytes]).toEqual([2, 0]);
  expect(() => unread.messages[Symbol.asyncIterator]()).toThrow(TypeError);
});

test("[CE23] a reader that waits is woken, and discard drops what waits", async () => {
  const unread = createUnread({ overheadBytes: 0 }, { onTaken: () => {} });
  const reader = unread.messages[Symbol.asyncIterator]();
  const next = reader.next();
  unread.push(Uint8Array.of(1));
  expect((await next).value).toEqual(Uint8Array.of(1));
  unread.push(Uint8Array.of(2));
  unread.discard();
  expect((await reader.next()).done).toBe(true);
});
