import type { Stream } from "@libp2p/interface";
import { streamPair } from "@libp2p/utils";
import { isNetworkError } from "@skein/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Frames, openFrames } from "./frames.ts";

const MAX = 1_000;

async function collect(frames: Frames): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const frame of frames.incoming) all.push(new Uint8Array(frame));
  return all;
}

/** Sends raw bytes in these pieces, then ends. */
async function sendRaw(stream: Stream, bytes: Uint8Array, cuts: readonly number[]): Promise<void> {
  let at = 0;
  for (const cut of [...cuts, bytes.byteLength]) {
    const end = Math.min(bytes.byteLength, at + cut);
    if (end > at) stream.send(bytes.slice(at, end));
    at = end;
  }
  await stream.close();
}

const framed = (lengths: readonly number[]): { readonly bytes: Uint8Array; readonly frames: Uint8Array[] } => {
  const frames = lengths.map((length, index) => new Uint8Array(length).fill(index + 1));
  const encoded = frames.flatMap((frame) => {
    const length = frame.byteLength;
    return [...(length < 128 ? [length] : [(length & 127) | 128, length >> 7]), ...frame];
  });
  return { bytes: Uint8Array.from(encoded), frames };
};

describe("frames", () => {
  test("[PP11] a frame is its length as a varint, then its bytes", async () => {
    const [near, far] = await streamPair();
    const { bytes, frames } = framed([0, 1, 127, 128, 300, MAX]);
    const [got] = await Promise.all([collect(openFrames(far, MAX)), sendRaw(near, bytes, [])]);
    expect(got).toEqual(frames);
  });

  test("[PP11] a frame longer than allowed is refused at its length, before its bytes come", async () => {
    const [near, far] = await streamPair();
    near.send(framed([MAX + 1]).bytes.slice(0, 2));
    await expect(collect(openFrames(far, MAX))).rejects.toThrow(/too long/i);
  });

  test("[PP11] sending one longer than allowed rejects too-large, and the stream goes on", async () => {
    const [near, far] = await streamPair();
    const frames = openFrames(near, MAX);
    const refused = await frames.send(new Uint8Array(MAX + 1)).catch((error: unknown) => error);
    expect(isNetworkError(refused, "too-large")).toBe(true);
    const got = collect(openFrames(far, MAX));
    await frames.send(Uint8Array.of(7));
    await frames.end();
    expect(await got).toEqual([Uint8Array.of(7)]);
  });

  test("[PP12] however the bytes are cut, the same frames come out", async () => {
    const lengths = fc.array(fc.nat(MAX), { maxLength: 6 });
    const cuts = fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(lengths, cuts, async (shape, pieces) => {
        const [near, far] = await streamPair();
        const { bytes, frames } = framed(shape);
        const [got] = await Promise.all([collect(openFrames(far, MAX)), sendRaw(near, bytes, pieces)]);
        expect(got).toEqual(frames);
      }),
      { numRuns: 25 },
    );
  });

  test("[PP12] random bytes give frames within the limit or one error, never more than came", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3_000 }), async (bytes) => {
        const [near, far] = await streamPair();
        const reading = collect(openFrames(far, MAX)).catch((error: unknown) => error);
        await sendRaw(near, bytes, []).catch(() => {});
        const got = await reading;
        if (got instanceof Error) return;
        const all = got as Uint8Array[];
        expect(all.every((frame) => frame.byteLength <= MAX)).toBe(true);
        expect(all.reduce((sum, frame) => sum + frame.byteLength, 0)).toBeLessThanOrEqual(bytes.byteLength);
        far.abort(new Error("done"));
      }),
      { numRuns: 40 },
    );
  });

  test("[PP15] unread bytes pause the stream, and reading resumes it", async () => {
    const [near, far] = await streamPair();
    const frames = openFrames(far, 64 * 1024);
    const reader = frames.incoming[Symbol.asyncIterator]();
    const sender = openFrames(near, 64 * 1024);
    const sending = (async () => {
      for (let count = 0; count < 8; count += 1) await sender.send(new Uint8Array(60_000));
      await sender.end();
    })();
    const paused = new Promise<void>((resolve) => {
      const pause = far.pause.bind(far);
      far.pause = () => {
        pause();
        resolve();
      };
    });
    await reader.next();
    await paused;
    let count = 1;
    while (!(await reader.next()).done) count += 1;
    expect(count).toBe(8);
    await sending;
  });
});
