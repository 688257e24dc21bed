import { createHandClock } from "@skein/testkit";
import { expect, test } from "vitest";
import { createMessageQueue } from "./message-queue.ts";

const read = async (messages: AsyncIterable<Uint8Array>): Promise<number[]> => {
  const lengths: number[] = [];
  for await (const message of messages) lengths.push(message.byteLength);
  return lengths;
};

test("[PP15] a writer waits beyond the bound until the reader made room", async () => {
  const queue = createMessageQueue(10);
  await queue.push(new Uint8Array(10));
  let waited = true;
  const pushing = queue.push(new Uint8Array(1)).then(() => {
    waited = false;
  });
  await createHandClock().settle();
  expect(waited).toBe(true);
  const reader = queue.messages[Symbol.asyncIterator]();
  expect((await reader.next()).value?.byteLength).toBe(10);
  await pushing;
  expect(waited).toBe(false);
});

test("[PP15] after the end what is queued stays readable, and nothing waits", async () => {
  const queue = createMessageQueue(1);
  const pushing = queue.push(new Uint8Array(5));
  queue.end();
  await pushing;
  await queue.push(new Uint8Array(7));
  expect(await read(queue.messages)).toEqual([5]);
});

test("[PP15] once released, the rest of a finished source comes in without waiting for the reader", async () => {
  const queue = createMessageQueue(1);
  const pushing = queue.push(new Uint8Array(5));
  queue.release();
  await pushing;
  await queue.push(new Uint8Array(6));
  queue.end();
  expect(await read(queue.messages)).toEqual([5, 6]);
});

test("[PP15] a reader that leaves lets the writer go on", async () => {
  const queue = createMessageQueue(1);
  const pushing = queue.push(new Uint8Array(5));
  for await (const _ of queue.messages) break;
  await pushing;
  await queue.push(new Uint8Array(5));
});
