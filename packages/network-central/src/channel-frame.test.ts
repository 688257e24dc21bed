import { type CloseReason, MAX_MESSAGE_BYTES } from "@skein/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type ChannelFrame, createChannelFrameReader, encodeChannelFrame } from "./channel-frame.ts";

const reason = fc.constantFrom<CloseReason>("done", "superseded", "stopped", "lost", "protocol-error");
const frame: fc.Arbitrary<ChannelFrame> = fc.oneof(
  fc.record({ kind: fc.constant("message" as const), bytes: fc.uint8Array({ maxLength: 300 }) }),
  fc.record({ kind: fc.constant("close" as const), reason }),
);

test("[CE28] frames come out as they went in, however the bytes are cut", () => {
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 10 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 90 })),
      (frames, cuts) => {
        const bytes = Buffer.concat(frames.map(encodeChannelFrame));
        const reader = createChannelFrameReader();
        const read: ChannelFrame[] = [];
        for (let at = 0; at < bytes.byteLength; ) {
          const end = at + (cuts.next().value as number);
          read.push(...reader.push(bytes.subarray(at, end)));
          at = end;
        }
        expect(read).toEqual(frames);
        // Plain arrays, not views of a larger buffer.
        for (const each of read)
          if (each.kind === "message") expect(each.bytes.buffer.byteLength).toBe(each.bytes.byteLength);
      },
    ),
  );
});

test.each([
  ["a message above the limit", [0, 0, 1, 0, 1]],
  ["a close of two bytes", [1, 0, 0, 0, 2]],
  ["a close without a reason", [1, 0, 0, 0, 0]],
  ["an unknown reason", [1, 0, 0, 0, 1, 99]],
  ["an unknown kind", [2, 0, 0, 0, 0]],
])("[CE28] %s is refused before its body is kept", (_, bytes) => {
  expect(() => createChannelFrameReader().push(Uint8Array.from(bytes))).toThrow(RangeError);
});

test("[CE28] the largest message passes", () => {
  const bytes = new Uint8Array(MAX_MESSAGE_BYTES).fill(7);
  expect(createChannelFrameReader().push(encodeChannelFrame({ kind: "message", bytes }))).toEqual([
    { kind: "message", bytes },
  ]);
});
